"""Contracts: what is enforced, on whom, and what the error says."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from threading import Thread
from typing import Any, Protocol, cast

import jax
import jax.export
import jax.numpy as jnp
import pytest
from flax import nnx
from jaxtyping import Array, Bool, Float, PyTree
from typing_extensions import TypedDict

from datarax_typed.core.contracts import (
    contract,
    contracts_enabled,
    contracts_off,
    places,
    stage,
)
from datarax_typed.core.element_batch import Batch, Element
from datarax_typed.core.modality import ModalityOperator
from datarax_typed.core.operator import OperatorModule
from datarax_typed.errors import ContractError
from datarax_typed.protocols import Metadata
from tests.core.contracted import IMAGE, Halve, Scale, Stats, Swap, photo, refusal
from tests.core.drawn import zeros
from tests.core.schemas import Photo


class TestMessage:
    """The whole text of errors."""

    def test_all_mismatches_at_once(self) -> None:
        operator = Scale(IMAGE, name="bright")
        with stage("chain[1]"), stage("Scale"), places('data["image"]'):
            wrong = cast(Stats, {"mea": zeros(3)})
            message = refusal(lambda: operator.transform(zeros(4, 6, 3), zeros(2), wrong))
        assert message == (
            "Scale.transform of Scale 'bright' at chain[1].Scale does not fit its contract:\n"
            '  - random_params: expected Float[Array, ""], got float32[2]\n'
            "  - stats: expected the key 'mean' of Stats, got no such key; did you mean 'mea'? "
            "available: 'mea'\n"
            '  axis h = 4, bound by data["image"]\n'
            '  axis w = 6, bound by data["image"]\n'
            '  axis c = 3, bound by data["image"]'
        )

    def test_axes_are_shared_by_arguments_and_result(self) -> None:
        message = refusal(
            lambda: Scale(IMAGE).transform(zeros(4, 6, 3), zeros(), {"mean": zeros(1)})
        )
        assert message == (
            "Scale.transform does not fit its contract:\n"
            '  - stats["mean"]: expected Float[Array, "c"], got float32[1]\n'
            "  axis h = 4, bound by image\n"
            "  axis w = 6, bound by image\n"
            "  axis c = 3, bound by image"
        )
        assert refusal(lambda: Swap(IMAGE).transform(zeros(2, 3))) == (
            "Swap.transform does not fit its contract:\n"
            '  - return value: expected Float[Array, "h w"], got float32[3,2]\n'
            "  axis h = 2, bound by image\n"
            "  axis w = 3, bound by image"
        )

    def test_places_are_not_those_of_calls_within(self) -> None:
        @contract
        def inner(y: Float[Array, "h"]) -> None:
            return None

        results = [zeros(1, 1), zeros(1), zeros(1, 1)]

        @contract
        def outer(x: Float[Array, "w"]) -> None:
            inner(results.pop(0))

        with places('data["x"]'):
            checked = refusal(lambda: outer(zeros(2)))
            outer(zeros(2))
            remembered = refusal(lambda: outer(zeros(2)))
        assert checked == remembered
        assert checked.splitlines()[1] == '  - y: expected Float[Array, "h"], got float32[1,1]'

    def test_the_error_holds_its_problems(self) -> None:
        with pytest.raises(TypeError) as caught:
            Swap(IMAGE).transform(zeros(2))
        assert isinstance(caught.value, ContractError)
        assert [problem.where for problem in caught.value.problems] == ["image"]

    def test_an_inherited_method_names_the_operator(self) -> None:
        class Child(Swap):
            pass

        assert refusal(lambda: Child(IMAGE).transform(zeros(2))).startswith(
            "Swap.transform of Child does not fit its contract:\n"
        )

    def test_sizes_that_the_operator_knows_are_shown(self) -> None:
        class Sized(OperatorModule):
            def __init__(self) -> None:
                self.size = 3
                self.name = None

            def transform(self, x: Float[Array, "{self.size}"]) -> Float[Array, "{self.size+1}"]:
                return jnp.pad(x, (0, 1))

        assert Sized().transform(zeros(3)).shape == (4,)
        message = refusal(lambda: Sized().transform(zeros(4)))
        assert message.splitlines()[1:] == [
            '  - x: expected Float[Array, "{self.size}"], got float32[4]',
            "  axis {self.size} = 3",
        ]


class TestClasses:
    """Whose methods are enforced."""

    def test_super_calls_are_checked_in_a_scope_of_their_own(self) -> None:
        class Child(Swap):
            def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "w h"]:
                return super().transform(image[..., 0])

        assert Child(IMAGE).transform(zeros(2, 2, 1)).shape == (2, 2)
        message = refusal(lambda: Child(IMAGE).transform(zeros(2, 3, 1)))
        assert message.startswith("Swap.transform of Child does not fit its contract:\n")

    def test_mixins_are_enforced(self) -> None:
        class Mixin:
            def transform(self, image: Float[Array, "h w"]) -> Float[Array, "h w"]:
                return image + 1

        plain = Mixin.transform

        class Mixed(Mixin, ModalityOperator):
            pass

        assert "image: expected" in refusal(lambda: Mixed(IMAGE).transform(zeros(1)))
        assert Mixin.transform is plain
        result = Mixed(IMAGE)(Batch({"image": zeros(1, 2, 2)}))
        assert result.data["image"].tolist() == [[[1.0, 1.0], [1.0, 1.0]]]

    def test_plain_classes_are_enforced_with_what_they_inherit(self) -> None:
        class Base:
            def apply(self, x: Float[Array, "h"]) -> Array:
                return x

        @contract
        class Child(Base):
            pass

        Base().apply(zeros())
        assert "Child.apply does not fit" in refusal(lambda: Child().apply(zeros()))

    def test_batches_and_elements_have_schemas(self) -> None:
        @contract
        class Plain:
            def apply_batch(self, batch: Batch[Photo]) -> Batch[Photo]:
                return batch

            def apply(self, element: Element[Photo]) -> Element[Photo]:
                return Element({**element.data, "mask": zeros(1, dtype="bool")})

        batch = Batch(jax.tree.map(lambda leaf: leaf[None], photo()))
        assert Plain().apply_batch(batch) is batch
        wrong: Batch = batch.replace(data={"image": zeros(1, 4, 5, 3), "mask": zeros(1, 4, 6)})
        assert refusal(lambda: Plain().apply_batch(wrong)).splitlines()[1] == (
            '  - batch.data["mask"]: expected Bool[Array, "h w"], got float32[4,6]'
        )
        assert refusal(lambda: Plain().apply(Element(cast(Any, photo())))).splitlines()[1] == (
            '  - return value.data["mask"]: expected Bool[Array, "h w"], got bool[1]'
        )

    def test_random_parameters_and_batches_of_operators(self) -> None:
        class Noisy(OperatorModule):
            def generate_random_params(
                self, rng: PyTree, data_shapes: dict[str, tuple[int, ...]]
            ) -> Float[Array, "batch"]:
                return jnp.zeros((2, 2))  # type: ignore[datarax-shape]  # as it is meant: it is to be refused

        assert (
            refusal(
                lambda: Noisy.generate_random_params(cast(Any, None), None, cast(Any, {"a": [1]}))
            ).splitlines()[1]
            == '  - data_shapes["a"]: expected tuple[int, ...], got list of 1'
        )


class TestSwitch:
    """The layer can be switched off."""

    def test_in_a_block(self) -> None:
        operator = Swap(IMAGE)
        with contracts_off():
            assert not contracts_enabled()
            assert operator.transform(zeros(2, 3)).shape == (3, 2)
            with pytest.raises(ZeroDivisionError), contracts_off():
                raise ZeroDivisionError
            assert not contracts_enabled()
        assert contracts_enabled()
        assert "does not fit" in refusal(lambda: operator.transform(zeros(2, 3)))

    def test_in_one_thread_alone(self) -> None:
        seen = []
        with contracts_off():
            thread = Thread(target=lambda: seen.append(contracts_enabled()))
            thread.start()
            thread.join()
        assert seen == [True]

    def test_scopes_of_threads_are_apart(self) -> None:
        @contract
        def f(x: Float[Array, "h"], again: bool = True) -> Float[Array, "h"]:
            if again:
                thread = Thread(target=lambda: f(zeros(4), again=False))
                thread.start()
                thread.join()
            return x

        assert f(zeros(3)).shape == (3,)

    def test_for_a_process(self) -> None:
        code = "from datarax_typed.core.contracts import contracts_enabled as e; print(e())"
        environment = {"DATARAX_TYPED_CONTRACTS": "off", "JAX_PLATFORMS": "cpu"}
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        assert done.stdout.strip() == "False"


class Transform(Protocol):
    """A transformation of JAX, applied to `transform` of an operator."""

    def __call__(self, body: Callable[[Array], Array], x: Array) -> object: ...


TRANSFORMS: dict[str, Transform] = {
    "jit": lambda body, x: jax.jit(body)(x),
    "nnx_jit": lambda body, x: nnx.jit(lambda y: body(y) + 0)(x),
    "vmap": lambda body, x: jax.vmap(body)(x[None]),
    "grad": lambda body, x: jax.grad(lambda y: body(y).sum())(x),
    "checkpoint": lambda body, x: jax.checkpoint(body)(x),
    "scan": lambda body, x: jax.lax.scan(lambda c, y: (c, body(y)), 0, x[None]),
}


class TestTracing:
    """Under the transformations of JAX."""

    @pytest.mark.parametrize("name", TRANSFORMS)
    def test_contracts_hold_while_jax_traces(self, name: str) -> None:
        operator = Swap(IMAGE)
        TRANSFORMS[name](operator.transform, zeros(2, 2))
        message = refusal(lambda: TRANSFORMS[name](operator.transform, zeros(2, 3)))
        assert message == (
            "Swap.transform does not fit its contract:\n"
            '  - return value: expected Float[Array, "h w"], got float32[3,2]\n'
            "  axis h = 2, bound by image\n"
            "  axis w = 3, bound by image"
        )

    def test_sentinels_of_vmap_pass_through_typed_trees(self) -> None:
        @contract
        class Plain:
            def apply(self, element: Element[Photo]) -> Element[Photo]:
                return element

        rows = Element(jax.tree.map(lambda leaf: leaf[None], photo()))
        axes = Element({"image": 0, "mask": 0})
        mapped = jax.vmap(Plain().apply, in_axes=(axes,), out_axes=axes)(cast(Any, rows))
        assert mapped.data["image"].shape == (1, 4, 6, 3)

    def test_a_swap_is_refused_for_every_size(self) -> None:
        sizes = jax.export.symbolic_shape("a, b")
        spec = {"image": jax.ShapeDtypeStruct(sizes, jnp.float32)}
        assert refusal(lambda: Swap(IMAGE).output_spec(spec)) == (
            "Swap.transform does not fit its contract:\n"
            '  - return value: expected Float[Array, "h w"], got float32[b,a]\n'
            '  axis h = a, bound by data["image"]\n'
            '  axis w = b, bound by data["image"]'
        )

    def test_symbolic_arithmetic_holds_for_every_size(self) -> None:
        sizes = jax.export.symbolic_shape("2*a, b")
        spec = {"image": jax.ShapeDtypeStruct(sizes, jnp.float32)}
        with pytest.raises(ContractError, match="no argument binds the axes it refers to"):
            Halve(IMAGE).output_spec(spec)

    @pytest.mark.parametrize("compiled", [False, True])
    def test_the_program_is_the_same_with_and_without(self, compiled: bool) -> None:
        batch = Batch({"image": zeros(2, 3, 3), "mask": zeros(2, 3, dtype="bool")})

        def text() -> str | None:
            operator = Square(IMAGE)
            lowered = jax.jit(lambda batch: operator.apply_batch(batch).data).lower(batch)
            return lowered.compile().as_text() if compiled else lowered.as_text()

        texts = []
        for layer in (nullcontext(), contracts_off()):
            with layer:
                # On one line, since the program notes the line.
                texts.append(text())
        on, off = texts
        assert on == off
        assert on is not None
        assert "multiply" in on


class Schema(TypedDict):
    """What `Square` reads and returns."""

    image: Float[Array, "h w"]
    mask: Bool[Array, "h"]


class Square(ModalityOperator):
    """Everything annotated."""

    def apply(
        self,
        data: Schema,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: dict[str, Any] | None = None,
    ) -> tuple[Schema, PyTree, Metadata | None]:
        image = self.transform(data["image"])
        return {"image": image, "mask": data["mask"]}, state, metadata

    def transform(self, image: Float[Array, "h w"]) -> Float[Array, "h w"]:
        return image * image
