"""Rows of a first call: trace and compile, with nothing that JAX remembers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count

import jax

from tests.benchmarks.by_hand import BRIGHTNESS, CONTRAST, DARKNESS, DULLNESS, Step
from tests.benchmarks.calls import hand_calls, our_call
from tests.benchmarks.ours import MODES, Mode, fields
from tests.benchmarks.peers import datarax
from tests.benchmarks.rows import Result, Row, judged
from tests.benchmarks.timing import Call, Effort, race_prepared

_CHAIN = (BRIGHTNESS, CONTRAST, DARKNESS, DULLNESS, BRIGHTNESS)
# A number that no program has seen: operators of equal configs share their programs.
_FRESH = count(1)


def rows() -> Iterator[Row]:
    """Yield the rows."""
    for mode in MODES:
        yield _row(32, mode, "brightness", [BRIGHTNESS])
    for mode in MODES[:2]:
        yield _row(32, mode, "chain-of-5", _CHAIN)
        yield _row(28, mode, "brightness", [BRIGHTNESS])


def _row(side: int, mode: Mode, name: str, steps: Sequence[Step]) -> Row:
    # XLA's compiler takes five times as long for a clip of 28 by 28 as for one of 32 by 32, which
    # hides what the library adds.
    return Row(f"first-call/{side}x{side}/{mode}/{name}", _run(side, mode, steps))


def _run(side: int, mode: Mode, steps: Sequence[Step]) -> Callable[[Effort], Result]:
    def run(effort: Effort) -> Result:
        data = fields((64, side, side, 1))

        def anew(make: Callable[[Sequence[Step]], Call]) -> Callable[[], Call]:
            return lambda: forgetting(make(fresh(steps)))

        contestants = {
            "ours": anew(lambda steps: our_call(mode, steps, data)),
            "by hand": anew(lambda steps: hand_calls(mode, steps, data)["by hand"]),
            "dict": anew(lambda steps: hand_calls(mode, steps, data)["dict"]),
        }
        rounds = min(effort.rounds, 11)
        times = race_prepared(contestants, rounds)
        if not (effort.peers and datarax.is_installed()):
            return judged(times)
        theirs = anew(lambda steps: datarax.call(mode, steps, data))
        pair = {"ours": contestants["ours"], "datarax": theirs}
        return judged(times, race_prepared(pair, min(rounds, 5)))

    return run


def forgetting(call: Call) -> Call:
    """Return a call, and let JAX forget all that it has traced and compiled."""
    jax.clear_caches()
    return call


def fresh(steps: Sequence[Step]) -> list[Step]:
    """Return the steps with numbers that no program has seen."""
    nudge = next(_FRESH) * 1e-6
    return [replace(s, value=s.value + nudge, high=s.high + nudge) for s in steps]
