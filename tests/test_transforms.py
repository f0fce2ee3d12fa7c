"""`jit` of operators: the causes of speed, none of which is a timing."""

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import dm_pix
import flax
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array

from datarax_typed import (
    Batch,
    BrightnessOperator,
    BrightnessOperatorConfig,
    ContractError,
    ContrastOperator,
    ContrastOperatorConfig,
    OperatorModule,
    ToFloatOperator,
    ToFloatOperatorConfig,
    chain,
)
from datarax_typed.core.config import OperatorConfig
from datarax_typed.protocols import PyTree
from datarax_typed.transforms import CompiledOperator, jit
from tests.core.samples import PLAIN, RANDOM, Affine, full_batch

AnyOperator = OperatorModule[Any]


def pictures(size: int = 3) -> Batch:
    image = jnp.linspace(0.0, 1.0, size * 4 * 4 * 3, dtype=jnp.float32)
    return Batch({"image": image.reshape(size, 4, 4, 3), "label": jnp.arange(size)})


def brightness(**options: Any) -> BrightnessOperator:
    return BrightnessOperator(BrightnessOperatorConfig(field_key="image", delta=0.25, **options))


def contrast() -> ContrastOperator:
    return ContrastOperator(ContrastOperatorConfig(field_key="image", factor=1.5))


def noisy(seed: int = 0) -> BrightnessOperator:
    config = BrightnessOperatorConfig(field_key="image", stochastic=True, stream_name="noise")
    return BrightnessOperator(config, rngs=nnx.Rngs(noise=seed))


MAKERS: dict[str, Callable[[], AnyOperator]] = {
    "deterministic": brightness,
    "stochastic": noisy,
    "chain": lambda: chain(brightness(), noisy(), contrast()),
    "cacheable": lambda: brightness(cacheable=True),
}


@pytest.mark.parametrize("donate", [False, True])
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_the_result_is_that_of_the_operator(make: Callable[[], AnyOperator], donate: bool) -> None:
    operator, compiled = make(), jit(make(), donate=donate)
    for _ in range(3):
        expected, found = operator(pictures()), compiled(pictures())
        jax.tree.map(np.testing.assert_array_equal, found, expected)
    jax.tree.map(np.testing.assert_array_equal, compiled.operator.get_state(), operator.get_state())


def test_everything_in_a_batch_comes_out_of_a_donated_call() -> None:
    expected = Affine(RANDOM, rngs=nnx.Rngs(0))(full_batch())
    found = jit(Affine(RANDOM, rngs=nnx.Rngs(0)), donate=True)(full_batch())
    jax.tree.map(np.testing.assert_array_equal, found, expected)
    assert found.metadata is not None
    assert found.metadata["path"] == ["a", "b", "c"]


def test_only_what_is_given_away_is_gone() -> None:
    given = pictures().replace(index=jnp.arange(3))
    jit(brightness())(given)
    assert not given.data["image"].is_deleted()
    result = jit(brightness(), donate=True)(given)
    assert given.data["image"].is_deleted()
    assert given.data["label"].is_deleted()
    np.testing.assert_array_equal(result.data["label"], [0, 1, 2])
    # Many batches may share these.
    assert result.valid_mask is given.valid_mask
    assert result.index is given.index


def test_a_donated_numpy_batch_stays_the_callers() -> None:
    image = np.zeros((2, 4, 4, 3), np.float32)
    result = jit(brightness(), donate=True)(Batch({"image": image}))
    assert (image == 0).all()
    assert (result.data["image"] == 0.25).all()


def test_a_refused_donated_call_changes_nothing() -> None:
    compiled = jit(noisy(), donate=True)
    before = compiled.operator.get_state()
    grey = Batch({"image": jnp.zeros((2, 4, 4))})
    with pytest.raises(ContractError):
        compiled(grey)
    assert not grey.data["image"].is_deleted()
    jax.tree.map(np.testing.assert_array_equal, compiled.operator.get_state(), before)


def test_within_a_trace_it_becomes_part_of_it() -> None:
    compiled = jit(contrast(), donate=True)
    given = pictures()
    found = jax.jit(lambda batch: compiled(batch).data["image"])(given)
    np.testing.assert_allclose(found, contrast()(given).data["image"], rtol=1e-6)


def test_it_says_what_it_is() -> None:
    assert repr(jit(contrast())) == "jit(ContrastOperator)"
    assert repr(jit(contrast(), donate=True)) == "jit(ContrastOperator, donate=True)"


# What a compiled operator runs, against what is written by hand.


def plain_text(lowered: jax.stages.Lowered) -> str:
    """Return a compiled program without the names of its parts and the places they come from."""
    text = lowered.compile().as_text()
    assert text is not None
    text = re.sub(r", metadata=\{[^}]*\}", "", text)
    text = text.partition("\nHloModule")[0]
    # What follows on a module's first line is its name; tables of file names come at the end.
    text = re.sub(r"HloModule \w+", "HloModule m", text)
    text = re.sub(r"\n(FileNames|FunctionNames|FileLocations|StackFrames)\n(\d.*\n)*", "\n", text)
    names: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"%{len(names)}")

    text = re.sub(r"^(ENTRY )?%?[\w.]+ \(", r"\1%computation (", text, flags=re.MULTILINE)
    text = re.sub(r"[\w.]+: (?=[a-z]+\d*\[)", "", text)
    return re.sub(r"%[\w.-]+", number, text)


def bright(image: Array) -> Array:
    return jnp.clip(dm_pix.adjust_brightness(image, jnp.float32(0.25)), 0.0, 1.0)


def contrasted(image: Array) -> Array:
    return jnp.clip(dm_pix.adjust_contrast(image, jnp.float32(1.5)), 0.0, 1.0)


def dimmed(image: Array, key: Array) -> Array:
    delta = jax.random.uniform(key, minval=-0.2, maxval=0.2)
    return jnp.clip(dm_pix.adjust_brightness(image, delta), 0.0, 1.0)


@pytest.mark.parametrize(
    ("operator", "hand"),
    [
        (brightness(), bright),
        (contrast(), contrasted),
        (chain(brightness(), contrast()), lambda image: contrasted(bright(image))),
    ],
    ids=["brightness", "contrast", "chain"],
)
def test_the_program_is_the_one_written_by_hand(
    operator: AnyOperator, hand: Callable[[Array], Array]
) -> None:
    given = pictures()
    expected = jax.jit(jax.vmap(hand)).lower(given.data["image"])
    assert plain_text(jit(operator).lower(given)) == plain_text(expected)


def test_the_stochastic_program_is_the_one_written_by_hand() -> None:
    def hand(key: Array, image: Array, index: Array) -> Array:
        keys = jax.vmap(jax.random.fold_in, (None, 0))(key, index)
        return jax.vmap(dimmed)(image, keys)

    given = pictures().replace(index=jnp.arange(3))
    expected = jax.jit(hand).lower(jax.random.key(0), given.data["image"], given.index)
    assert plain_text(jit(noisy()).lower(given)) == plain_text(expected)


def test_names_are_all_that_is_left_out_of_a_program() -> None:
    image = pictures().data["image"]
    texts = {plain_text(jax.jit(jax.vmap(each)).lower(image)) for each in (bright, contrasted)}
    assert len(texts) == 2
    assert "f32[3,4,4,3]" in texts.pop()


# What a call does beside it.


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_second_call_moves_nothing_between_host_and_device(
    make: Callable[[], AnyOperator],
) -> None:
    operator, given = make(), pictures()
    compiled = jit(operator)
    for run in (operator, compiled):
        run(given)
        with jax.transfer_guard("disallow"):
            run(given)


class Profile:
    """Notes the files of all Python functions that run, and how many do."""

    def __init__(self) -> None:
        self.files: list[str] = []

    def __enter__(self) -> list[str]:
        sys.setprofile(self._note)
        return self.files

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            self.files.append(frame.f_code.co_filename)


@pytest.mark.parametrize(
    "make", [brightness, noisy, MAKERS["chain"]], ids=["one", "random", "chain"]
)
def test_a_second_call_traverses_no_graph_and_traces_nothing(
    make: Callable[[], AnyOperator],
) -> None:
    operator, given = make(), pictures()
    operator(given)
    with Profile() as files:
        operator(given)
    assert not [name for name in files if name.startswith(flax.__path__[0])]
    # A tenth of what one graph traversal takes; tracing takes thousands.
    assert 0 < len(files) < 60
    with Profile() as files:
        nnx.graphdef(operator)
    assert [name for name in files if name.startswith(flax.__path__[0])]


def test_a_longer_chain_calls_no_more_functions() -> None:
    numbers = []
    for length in (1, 20):
        operator, given = chain(*[contrast() for _ in range(length)]), pictures()
        operator(given)
        with Profile() as files:
            operator(given)
        numbers.append(len(files))
    # Adding to a count is one, for each stage.
    assert numbers[1] - numbers[0] <= 2 * 19


def test_one_program_for_operators_of_equal_configs() -> None:
    Affine.traces.clear()
    config = OperatorConfig(precomputed_stats={"mean": 0.046875})
    given = full_batch()
    compiled = [jit(Affine(config)), jit(Affine(OperatorConfig(**vars(config))))]
    for each in compiled:
        each(given)
        each.operator(given)
    assert len(Affine.traces) == 1
    # Another one, which gives the batch away.
    jit(Affine(config), donate=True)(full_batch())
    assert len(Affine.traces) == 2


def changed_flag(operator: Any) -> None:
    operator.training = False


def changed_parameter(operator: Any) -> None:
    operator.factor.set_value(jnp.full((), 5.0, jnp.float32))


def new_parameter(operator: Any) -> None:
    operator.factor = nnx.Param(jnp.ones(2))


def new_statistics(operator: AnyOperator) -> None:
    operator.set_statistics({"mean": jnp.ones(2)})


def restored(operator: AnyOperator) -> None:
    other = Affine(PLAIN)
    changed_parameter(other)
    operator.set_state(other.get_state())


@pytest.mark.parametrize(
    "change", [changed_flag, changed_parameter, new_parameter, new_statistics, restored]
)
def test_a_change_of_the_operator_is_noticed(change: Callable[[AnyOperator], None]) -> None:
    operator = Affine(PLAIN)
    compiled: CompiledOperator = jit(operator)
    given: Batch[PyTree] = full_batch()
    before = compiled(given).data["x"]
    change(operator)
    after = compiled(given).data["x"]
    assert (after != before).any()
    np.testing.assert_array_equal(after, operator.apply_batch(given).data["x"])


def test_a_chain_that_changes_dtypes_is_one_program() -> None:
    first = ToFloatOperator(ToFloatOperatorConfig(field_key="image"))
    given = Batch({"image": jnp.full((2, 4, 4, 3), 51, jnp.uint8)})
    result = jit(chain(first, brightness()))(given)
    np.testing.assert_allclose(result.data["image"], 0.45, rtol=1e-6)
