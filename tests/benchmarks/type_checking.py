"""Rows of mypy over a project, and over sources with shapes: with the plugin and without."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks import project
from tests.benchmarks.rows import Result, Row, UnavailableError
from tests.benchmarks.timing import Call, Effort, Spread, race_prepared, ratio

_CONFIG = """\
[mypy]
strict = true
untyped_calls_exclude = flax, jax, jaxtyping
"""
_PLUGIN = "plugins = datarax_typed.mypy_plugin\n"
# Sources that are not ours have errors of their own; they are looked for, and not told.
_OF_SOURCES = """\
[mypy]
mypy_path = {stubs}
ignore_errors = true
check_untyped_defs = true
"""
_EDITED = "studio/part10/configs.py"
# A cold run reads all of JAX and takes half a minute.
_COLD_ROUNDS = 5
_WARM_ROUNDS = 15


class _Workplace:
    """A copy of a project, with a configuration of mypy and a cache of its own."""

    def __init__(
        self, folder: Path, config: str, write: Callable[[Path], object], checked: str
    ) -> None:
        self.folder = folder
        self.checked = checked
        self.edits = 0
        write(folder)
        (folder / "mypy.ini").write_text(config)

    def check(self) -> None:
        """Run mypy, which finds nothing to report."""
        command = [sys.executable, "-m", "mypy", "--cache-dir", "cache", self.checked]
        subprocess.run(
            command, cwd=self.folder, env=_environment(), check=True, capture_output=True
        )

    def cold(self) -> Call:
        """Forget all, and return the run."""
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        return self.check

    def warm(self) -> Call:
        """Change nothing, and return the run."""
        return self.check

    def edited(self) -> Call:
        """Change a default of a config that other modules use, and return the run."""
        self.edits += 1
        path = self.folder / _EDITED
        old = "kinds: " if self.edits == 1 else f"added_{self.edits - 1}: int = 1\n    kinds: "
        path.write_text(path.read_text().replace(old, f"added_{self.edits}: int = 1\n    kinds: "))
        return self.check


def rows() -> Iterator[Row]:
    """Yield the rows."""
    yield Row("mypy/cold", partial(_run, _Workplace.cold, _COLD_ROUNDS))
    yield Row("mypy/warm", partial(_run, _Workplace.warm, _WARM_ROUNDS))
    yield Row("mypy/one-module-edited", partial(_run, _Workplace.edited, _WARM_ROUNDS))
    yield Row("mypy/shapes-lineax", partial(_run, _Workplace.cold, _COLD_ROUNDS, of="lineax"))
    yield Row("mypy/shapes-src", partial(_run, _Workplace.cold, _COLD_ROUNDS, of="datarax_typed"))


def _run(
    prepare: Callable[[_Workplace], Call], rounds: int, effort: Effort, of: str = "studio"
) -> Result:
    contestants = {name: partial(prepare, place) for name, place in _workplaces(of).items()}
    times = race_prepared(contestants, min(effort.rounds, rounds))
    spreads = {name: Spread.of(values) for name, values in times.items()}
    return Result(ratio(times, "ours", "without"), "ratio", spreads)


@cache
def _workplaces(of: str) -> dict[str, _Workplace]:
    """Return the contestants' workplaces; mypy has been there once.

    Args:
        of: "studio", the project of a user, or the name of a package whose sources are checked.
    """
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    base, write = (_CONFIG, project.write) if of == "studio" else _sources(of)
    configs = {"ours": base + _PLUGIN, "without": base}
    places = {
        name: _Workplace(folder / name, config, write, of) for name, config in configs.items()
    }
    for place in places.values():
        place.check()
    return places


def _sources(package: str) -> tuple[str, Callable[[Path], object]]:
    """Return a configuration of mypy for an installed package, and what copies its sources."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise UnavailableError("not installed")
    source = Path(spec.origin).parent
    ignored = shutil.ignore_patterns("__pycache__")
    stubs = Path(__file__).parents[2] / "stubs"
    config = _OF_SOURCES.format(stubs=stubs.as_posix())
    return config, lambda folder: shutil.copytree(source, folder / package, ignore=ignored)


def _environment() -> dict[str, str]:
    # What is set there for another run is none of this one's business.
    return {name: value for name, value in os.environ.items() if not name.startswith("MYPY")}


__all__ = ["rows"]
