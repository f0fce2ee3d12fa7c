"""Operators of all kinds, and records in all forms, are examined; what is wrong is said."""

from dataclasses import dataclass
from typing import NotRequired, TypedDict

import jax
import jax.numpy as jnp
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed import (
    Batch,
    BrightnessOperator,
    BrightnessOperatorConfig,
    ConfigError,
    Element,
    MapOperator,
    MapOperatorConfig,
    OperatorConfig,
    OperatorModule,
    SpecError,
    chain,
    contract,
)
from datarax_typed.protocols import Metadata, PyTree, Statistics
from datarax_typed.testing import LAWS, LawError, check_operator, examine_operator
from tests.testing import broken


class Signal(TypedDict):
    x: Float[Array, "n"]


@contract
@dataclass(frozen=True)
class Halved:
    """No module, and of no base of ours: the protocol is enough."""

    def apply_batch(self, batch: Batch[Signal], stats: Statistics | None = None) -> Batch[Signal]:
        return batch.replace(data=Signal(x=batch.data["x"] / 2))

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return {"x": input_spec["x"]}


class Doubled(OperatorModule):
    """Writes `apply`, with a schema."""

    def apply(
        self,
        data: Signal,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[Signal, PyTree, Metadata | None]:
        return {**data, "x": 2 * data["x"]}, state, metadata


def brightness() -> BrightnessOperator:
    config = BrightnessOperatorConfig(
        field_key="camera.image", stochastic=True, stream_name="augment", learnable=True
    )
    return BrightnessOperator(config, rngs=nnx.Rngs(augment=0))


@pytest.mark.parametrize(
    ("operator", "inapplicable"),
    [
        (
            Halved(),
            {
                "copies",
                "counts",
                "domain",
                "finite-differences",
                "foreign-state",
                "gradients",
                "retracing",
                "seeds",
                "state",
                "strategies",
            },
        ),
        (
            Doubled(broken.CONFIG),
            {"domain", "finite-differences", "gradients", "seeds"},
        ),
    ],
)
def test_whoever_implements_the_protocol_is_examined(
    operator: PyTree, inapplicable: set[str]
) -> None:
    outcomes = examine_operator(operator, {"x": "f32[n]"})
    assert {out.law.name: out.detail for out in outcomes if out.verdict == "broken"} == {}
    assert {out.law.name for out in outcomes if out.verdict == "not applicable"} == inapplicable


def test_nested_fields_and_symbols_of_jax_are_taken() -> None:
    spec = jax.ShapeDtypeStruct(jax.export.symbolic_shape("h, w, 3"), jnp.float16)
    check_operator(brightness(), {"camera": {"image": spec}})


X = jnp.linspace(0, 1, 7)


@pytest.mark.parametrize(
    "given",
    [
        {"x": X},
        Element({"x": X}, state={"seen": jnp.int32(1)}),
        Batch({"x": jnp.stack([X, 1 - X])}),
        Batch({"x": X[None]}, metadata={"path": ["a.wav"]}),
        Batch({"x": jnp.stack([X] * 3)}, valid_mask=jnp.asarray([True, True, False])),
        {"x": "f32[7]"},
        {"x": jax.ShapeDtypeStruct((7,), jnp.float32)},
    ],
    ids=["data", "element", "batch", "one record", "padding", "text", "spec"],
)
def test_records_are_given_in_many_forms(given: PyTree) -> None:
    check_operator(broken.Shaken(), given, laws=["records", "output-spec", "contract"])


@pytest.mark.parametrize(
    ("given", "sizes", "message"),
    [
        (
            {"x": "f23[n]"},
            {},
            "the spec of x, 'f23[n]', cannot be read: there is no dtype 'f23'; did you mean 'f32'?",
        ),
        (
            {"x": "f32[n]"},
            {"m": 3},
            "sizes: expected axes that the spec names, got 'm'; its axes: n",
        ),
        ({"x": "f32[n]", "y": X}, {}, "expected specs alone or arrays alone, got both"),
        (
            Batch({"x": X[None]}, valid_mask=jnp.zeros(1, bool)),
            {},
            "expected a batch of valid records, got none",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(given: PyTree, sizes: dict[str, int], message: str) -> None:
    with pytest.raises(SpecError) as error:
        check_operator(broken.Scaled(), given, sizes=sizes)
    assert str(error.value) == message


def test_a_law_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^laws: .* got 'record'; did you mean 'records'\?$"):
        check_operator(broken.Scaled(), {"x": "f32[n]"}, laws=["record"])


def test_every_broken_law_is_named_with_its_reason_and_the_smallest_counterexample() -> None:
    class Wrong(broken.Lying):
        def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
            return jax.lax.stop_gradient(self.scale[...]) * x

    with pytest.raises(LawError) as error:
        check_operator(Wrong(), {"x": "f32[n]"})
    assert str(error.value) == (
        "Wrong breaks 2 laws:\n"
        "  - output-spec: output_spec says what comes out, for all sizes that the contract leaves "
        "open\n"
        "      x: output_spec says f32[7], what comes out is f32[1]\n"
        "  - gradients: a finite gradient reaches every nnx.Param\n"
        "      no gradient reaches scale; given x float32[1,1] = [[0.637]]"
    )
    assert [outcome.law.name for outcome in error.value.broken] == ["output-spec", "gradients"]


def test_what_an_operator_raises_is_said() -> None:
    class Failing(broken.Scaled):
        def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
            raise RuntimeError("no such file")

    with pytest.raises(LawError) as error:
        check_operator(Failing(), {"x": "f32[n]"}, laws=["records"])
    assert str(error.value).splitlines()[-1] == "      a call raises RuntimeError: no such file"


def test_the_operator_is_not_changed() -> None:
    operator = chain(brightness(), brightness())
    before = operator.get_state()
    check_operator(operator, {"camera": {"image": "f32[h,w,3]"}}, laws=["seeds", "copies"])
    after = operator.get_state()
    assert jax.tree.all(jax.tree.map(jnp.array_equal, before, after))


def test_every_law_says_what_it_is_about() -> None:
    assert len({law.name for law in LAWS}) == len(LAWS)
    assert all(len(law.reason) < 90 and not law.reason.endswith(".") for law in LAWS)


class Photo(TypedDict):
    image: Float[Array, "h w c"]


class Shot(TypedDict):
    photo: Photo
    weight: NotRequired[Float[Array, ""]]


class Nested(OperatorModule):
    """Takes a schema within a schema, some of which may be missing."""

    def apply(
        self,
        data: Shot,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[Shot, PyTree, Metadata | None]:
        return {**data, "photo": {"image": 2 * data["photo"]["image"]}}, state, metadata


class Looking(OperatorModule):
    """Reads state and metadata."""

    def apply(
        self,
        data: Signal,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[Signal, PyTree, Metadata | None]:
        assert metadata is not None
        x = data["x"] * state["gain"] + metadata["offset"]
        return {**data, "x": x}, {"gain": state["gain"] + 1}, metadata


class Drawn(OperatorModule):
    """Its records carry keys."""

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        noise = jax.random.normal(data["key"], data["x"].shape)
        return {**data, "x": data["x"] + noise}, state, metadata


PLAIN = OperatorConfig()


@pytest.mark.parametrize(
    ("operator", "given", "but"),
    [
        (Nested(PLAIN), {"photo": {"image": "f32[h,w,c]"}, "weight": "f32[]"}, set()),
        (
            Looking(PLAIN),
            Batch(
                {"x": jnp.stack([X, 1 - X])},
                state={"gain": jnp.asarray([1.0, 2.0])},
                metadata={"offset": jnp.asarray([0.5, 0.25]), "path": ["a", "b"]},
            ),
            set(),
        ),
        (
            Drawn(PLAIN),
            {"key": jax.random.key(3), "x": X},
            # It declares no contract.
            {"contract"},
        ),
        (
            MapOperator(MapOperatorConfig(), contract(lambda x: 2 * x)),
            {"x": "f32[n]"},
            {"contract"},
        ),
    ],
    ids=["nested", "state and metadata", "keys", "no annotation"],
)
def test_no_right_operator_breaks_a_law(operator: PyTree, given: PyTree, but: set[str]) -> None:
    outcomes = examine_operator(operator, given)
    wrong = {out.law.name: out.detail for out in outcomes if out.verdict == "broken"}
    assert {name: detail for name, detail in wrong.items() if name not in but} == {}
    assert set(wrong) == but


def test_metadata_that_is_written_into_is_noticed() -> None:
    given = Batch({"x": X[None]}, metadata={"offset": jnp.zeros(1)})
    (outcome,) = examine_operator(broken.Marking(), given, laws=["purity"])
    assert outcome.detail.startswith('apply changes its input ["metadata"]["seen"]: after has it')


@pytest.mark.parametrize("operator", [broken.Scaled, 3])
def test_what_is_no_operator_is_refused(operator: PyTree) -> None:
    with pytest.raises(ConfigError, match=r"operator: expected an operator"):
        check_operator(operator, {"x": "f32[n]"})
