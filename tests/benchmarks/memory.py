"""Rows of memory: what a program needs at its peak, and what stays after a call."""

import gc
from collections.abc import Callable, Iterator
from typing import TypeAlias

import jax

from datarax_typed.transforms import jit
from tests.benchmarks import by_hand
from tests.benchmarks.by_hand import BRIGHTNESS, ROTATION, Fields, Step
from tests.benchmarks.ours import SIZES, Mode, batch_for, fields, operator_for
from tests.benchmarks.peers import datarax
from tests.benchmarks.peers.datarax import Program
from tests.benchmarks.rows import Result, Row, UnavailableError
from tests.benchmarks.timing import Effort, Spread

_MODES: tuple[Mode, ...] = ("deterministic", "stochastic/fresh")
_SHAPE = SIZES["big"]
# A call that returns what it was given, which the caller still holds, and the result.
_Keeping: TypeAlias = Callable[[], tuple[object, object]]


def rows() -> Iterator[Row]:
    """Yield the rows."""
    for mode in _MODES:
        for step in (BRIGHTNESS, ROTATION):
            for donate in (False, True):
                end = f"{mode}/{step.name}{'/donated' if donate else ''}"
                yield Row(f"memory/peak/{end}", _peak(mode, step, donate=donate))
        for donate in (False, True):
            end = f"{mode}/brightness{'/donated' if donate else ''}"
            yield Row(f"memory/held/{end}", _held(mode, donate=donate))


def _peak(mode: Mode, step: Step, *, donate: bool) -> Callable[[Effort], Result]:
    """Compare arguments, outputs and temporary buffers of the compiled programs."""

    def run(effort: Effort) -> Result:
        data = fields(_SHAPE)
        operator, batch = operator_for(mode, [step]), batch_for(mode, data)
        hand = _by_hand(mode, step, donate=donate).lower(*_arguments(mode, data))
        programs: dict[str, Program] = {
            "ours": jit(operator, donate=donate).lower(batch).compile(),
            "by hand": hand.compile(),
        }
        if effort.peers and datarax.is_installed() and not donate:
            programs["datarax"] = datarax.program(mode, [step], data)
        return _compared({name: _program_bytes(each) for name, each in programs.items()})

    return run


def _held(mode: Mode, *, donate: bool) -> Callable[[Effort], Result]:
    """Compare the bytes of arrays that a call leaves, those of its arguments among them."""

    def run(effort: Effort) -> Result:
        operator = operator_for(mode, [BRIGHTNESS])
        compiled = jit(operator, donate=donate)
        program = _by_hand(mode, BRIGHTNESS, donate=donate)

        def ours(data: Fields) -> _Keeping:
            batch = batch_for(mode, data)
            return lambda: (batch, compiled(batch))

        def hand(data: Fields) -> _Keeping:
            arguments = _arguments(mode, data)
            return lambda: (arguments, program(*arguments))

        contestants = {"ours": ours, "by hand": hand}
        if effort.peers and datarax.is_installed() and not donate:
            theirs = datarax.operator_for(mode, [BRIGHTNESS])
            contestants["datarax"] = lambda data: datarax.kept(theirs, data)
        return _compared({name: _live_bytes(make) for name, make in contestants.items()})

    return run


def _by_hand(mode: Mode, step: Step, *, donate: bool) -> jax.stages.Wrapped:
    deterministic = mode == "deterministic"
    function = jax.vmap(by_hand.fixed([step])) if deterministic else by_hand.carried([step])
    images_at = 0 if deterministic else 1
    return jax.jit(function, donate_argnums=images_at if donate else None)


def _arguments(mode: Mode, data: Fields) -> tuple[jax.Array, ...]:
    return (data["image"],) if mode == "deterministic" else (jax.random.key(0), data["image"])


def _program_bytes(program: Program) -> int:
    analysis = program.memory_analysis()
    if analysis is None:
        raise UnavailableError("this backend does not analyse memory")
    used = analysis.argument_size_in_bytes + analysis.output_size_in_bytes
    return int(used + analysis.temp_size_in_bytes - analysis.alias_size_in_bytes)


def _live_bytes(make: Callable[[Fields], _Keeping]) -> int:
    """Return the bytes that the second call leaves, with the batch that it was given."""
    jax.block_until_ready(make(fields(_SHAPE))()[1])
    before = _live()
    given, result = make(fields(_SHAPE))()
    jax.block_until_ready(result)
    after = _live()
    del given, result
    return after - before


def _live() -> int:
    gc.collect()
    return sum(array.nbytes for array in jax.live_arrays() if not array.is_deleted())


def _compared(sizes: dict[str, int]) -> Result:
    contestants = {name: Spread.exactly(size) for name, size in sizes.items()}
    beside = {}
    if "datarax" in sizes:
        beside["datarax"] = Spread.exactly(sizes["datarax"] / sizes["ours"])
    measured = Spread.exactly(sizes["ours"] / sizes["by hand"])
    return Result(measured, "ratio", contestants, "bytes", beside=beside)
