"""Rows of imports: each in a process of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from tests.benchmarks.peers import datarax
from tests.benchmarks.rows import Result, Row, UnavailableError
from tests.benchmarks.timing import Effort, Spread, Times, ratio

_PACKAGE = "import datarax_typed"
_EVERY_NAME = "import datarax_typed as d\nfor name in d.__all__: getattr(d, name)"
_TIMED = "from time import perf_counter\nstart = perf_counter()\n{}\nprint(perf_counter() - start)"


def rows() -> Iterator[Row]:
    """Yield the rows."""
    yield Row("import/library/package", _run(_PACKAGE, datarax.is_installed))
    # datarax has no such list of names: this row is ours alone, for information.
    yield Row("import/library/every-name", _run(_EVERY_NAME, lambda: False))
    yield Row("import/mypy-plugin", _plugin)


def _run(statement: str, has_peer: Callable[[], bool]) -> Callable[[Effort], Result]:
    def run(effort: Effort) -> Result:
        statements = {"ours": statement, "by hand": "import flax.nnx"}
        if effort.peers and has_peer():
            statements["datarax"] = "import datarax"
        times = _race(statements, effort)
        beside = {"datarax": ratio(times, "datarax", "ours")} if "datarax" in times else {}
        spreads = {name: Spread.of(values) for name, values in times.items()}
        spreads["flax.nnx"] = spreads.pop("by hand")
        return Result(ratio(times, "ours", "by hand"), "ratio", spreads, beside=beside)

    return run


def _plugin(effort: Effort) -> Result:
    if find_spec("datarax_typed.mypy_plugin") is None:
        raise UnavailableError("not built yet")
    times = _race({"ours": "import datarax_typed.mypy_plugin"}, effort)
    spread = Spread.of(times["ours"])
    return Result(spread, "s", {"ours": spread})


def _race(statements: dict[str, str], effort: Effort) -> Times:
    for statement in statements.values():
        _seconds(statement)  # Compiles what has no bytecode yet.
    times: Times = {name: [] for name in statements}
    for _ in range(min(effort.rounds, 11)):
        for name, statement in statements.items():
            times[name].append(_seconds(statement))
    return times


def _seconds(statement: str) -> float:
    command = [sys.executable, "-c", _TIMED.format(statement)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])
