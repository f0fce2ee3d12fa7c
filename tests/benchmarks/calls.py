"""Rows of calls: one operator compiled, one outside jit, and a chain of five."""

from collections.abc import Iterator, Sequence
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from datarax_typed.transforms import jit
from tests.benchmarks import by_hand
from tests.benchmarks.by_hand import BRIGHTNESS, CONTRAST, DARKNESS, DULLNESS, ROTATION, Step
from tests.benchmarks.ours import MODES, SIZES, Mode, Size, batch_for, fields, operator_for
from tests.benchmarks.peers import datarax
from tests.benchmarks.rows import Result, Row, judged
from tests.benchmarks.timing import Call, Effort, race

_SINGLE = (BRIGHTNESS, CONTRAST, ROTATION)
_CHAINS = {
    "pixelwise": (BRIGHTNESS, CONTRAST, DARKNESS, DULLNESS, BRIGHTNESS),
    "rotation": (BRIGHTNESS, CONTRAST, ROTATION, DARKNESS, DULLNESS),
}


def rows() -> Iterator[Row]:
    """Yield the rows."""
    for size, mode, step in product(SIZES, MODES, _SINGLE):
        yield _row(f"compiled/{size}/{mode}/{step.name}", size, mode, [step])
    for size, mode, step in product(SIZES, MODES, _SINGLE):
        if mode == "deterministic" or step is BRIGHTNESS:
            yield _row(f"eager/{size}/{mode}/{step.name}", size, mode, [step], eager=True)
    for size, mode, (name, steps) in product(SIZES, MODES, _CHAINS.items()):
        # A rotation takes so long that nothing else shows; the pixelwise chain is the hard one.
        if mode == "deterministic" or name == "pixelwise":
            yield _row(f"chain/{size}/{mode}/{name}", size, mode, steps)


def _row(name: str, size: Size, mode: Mode, steps: Sequence[Step], *, eager: bool = False) -> Row:
    def run(effort: Effort) -> Result:
        data = fields(SIZES[size])
        contestants = {"ours": our_call(mode, steps, data, eager=eager)}
        contestants |= hand_calls(mode, steps, data)
        _check_equal(mode, contestants)
        times = race(contestants, effort)
        if not (effort.peers and datarax.is_installed()):
            return judged(times)
        peer = datarax.call(mode, steps, data, eager=eager)
        return judged(times, race({"ours": contestants["ours"], "datarax": peer}, effort))

    return Row(name, run)


def our_call(
    mode: Mode, steps: Sequence[Step], data: by_hand.Fields, *, eager: bool = False
) -> Call:
    """Return a call of our operator that returns the data of the batch."""
    operator, batch = operator_for(mode, steps), batch_for(mode, data)
    compiled = operator if eager else jit(operator)
    return lambda: compiled(batch).data


def hand_calls(mode: Mode, steps: Sequence[Step], data: by_hand.Fields) -> dict[str, Call]:
    """Return calls of the programs by hand: of the array of images, and of the dict of fields."""
    images, key = data["image"], jax.random.key(0)
    if mode == "deterministic":
        every = jax.vmap(by_hand.fixed(steps))
        array = jax.jit(every)
        fields = jax.jit(lambda data: {**data, "image": every(data["image"])})
        return {"by hand": lambda: array(images), "dict": lambda: fields(data)}
    if mode == "stochastic/by-index":
        batch, index = by_hand.by_index(steps), jnp.arange(images.shape[0])
        array = jax.jit(batch)
        fields = jax.jit(lambda key, at, data: {**data, "image": batch(key, at, data["image"])})
        return {
            "by hand": lambda: array(key, index, images),
            "dict": lambda: fields(key, index, data),
        }
    return {
        "by hand": _Carrying(by_hand.carried(steps), images),
        "dict": _Carrying(by_hand.carried_fields(steps), data),
    }


class _Carrying:
    """Calls a function with the key that it returned the last time."""

    def __init__(self, function: by_hand.Carried, data: Array | by_hand.Fields) -> None:
        self.function, self.data, self.key = jax.jit(function), data, jax.random.key(0)

    def __call__(self) -> object:
        self.key, result = self.function(self.key, self.data)
        return result


def _check_equal(mode: Mode, contestants: dict[str, Call]) -> None:
    """Check that ours and the program by hand do the same work."""
    ours, hand = contestants["ours"](), contestants["by hand"]()
    assert isinstance(ours, dict)
    if mode == "deterministic":
        np.testing.assert_allclose(ours["image"], np.asarray(hand), atol=1e-5)
    else:
        means = [float(jnp.mean(jnp.asarray(images))) for images in (ours["image"], hand)]
        np.testing.assert_allclose(means[0], means[1], atol=0.1)
