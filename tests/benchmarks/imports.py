"""Rows of imports: each in a process of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec

from tests.benchmarks.peers import datarax
from tests.benchmarks.rows import Result, Row, UnavailableError
from tests.benchmarks.timing import Effort, Spread, Times, ratio

_PACKAGE = "import datarax_typed"
_EVERY_NAME = "import datarax_typed as d\nfor name in d.__all__: getattr(d, name)"
# Its hooks are imported when mypy first asks for one.
_PLUGIN = "import datarax_typed.mypy_plugin.hooks"
_MYPY = "import mypy.main"
_TIMED = (
    "from time import perf_counter\n{}\nstart = perf_counter()\n{}\nprint(perf_counter() - start)"
)


def rows() -> Iterator[Row]:
    """Yield the rows."""
    yield Row("import/library/package", _run(_PACKAGE, datarax.is_installed))
    # datarax has no such list of names: this row is ours alone, for information.
    yield Row("import/library/every-name", _run(_EVERY_NAME, lambda: False))
    yield Row("import/mypy-plugin", partial(_plugin, _MYPY))
    # What the plugin needs of mypy is imported by mypy anyway: for information.
    yield Row("import/mypy-and-plugin", partial(_plugin, ""))


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


def _plugin(before: str, effort: Effort) -> Result:
    if find_spec("mypy") is None:
        raise UnavailableError("mypy is not installed")
    ours = _race({"ours": _PLUGIN}, effort, before)
    times = ours | _race({"mypy": _MYPY}, effort)
    spreads = {name: Spread.of(values) for name, values in times.items()}
    return Result(spreads["ours"], "s", spreads)


def _race(statements: dict[str, str], effort: Effort, before: str = "") -> Times:
    for statement in statements.values():
        _seconds(statement, before)  # Compiles what has no bytecode yet.
    times: Times = {name: [] for name in statements}
    for _ in range(min(effort.rounds, 11)):
        for name, statement in statements.items():
            times[name].append(_seconds(statement, before))
    return times


def _seconds(statement: str, before: str) -> float:
    command = [sys.executable, "-c", _TIMED.format(before, statement)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])
