"""The same programs give the same reports however mypy is run, and whichever mypy it is.

    python -m tests.typecheck_matrix                 # everything; two at a time
    python -m tests.typecheck_matrix parser daemon   # some of it

A run of an older mypy installs it into a temporary folder, from the package index.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.shapes_edits import SHAPE_EDITS
from tests.typecheck_edits import RULE_EDITS, Edit
from tests.typecheck_expectations import Expectation, Report, differences, mypy_reports
from tests.typecheck_mypy import (
    ALL_FOLDERS,
    PLUGIN_CODES,
    PROGRAMS,
    check,
    expected,
    mypy_options,
    run,
    write_config,
)

EDITS: Mapping[str, Edit] = {**RULE_EDITS, **SHAPE_EDITS}


@dataclass
class Workplace:
    """A copy of the programs, a cache of mypy, and what was different from what was expected.

    Attributes:
        folder: the copy.
        environment: variables of every run.
        loose: whether of mypy's own reports only the line counts.
        found: differences, and in which runs.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    loose: bool = False
    found: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ALL_FOLDERS:
            shutil.copytree(PROGRAMS / name, self.folder / name)
        write_config(self.folder)

    @property
    def cache(self) -> Path:
        """The folder of mypy's cache."""
        return self.folder / "cache"

    def check(self, name: str, *options: str) -> None:
        """Run mypy, and note how its reports differ from what the comments expect."""
        self.compare(name, lambda: self.reports(*options), expected(self.folder))

    def reports(self, *options: str) -> list[Report]:
        """Run mypy and return its reports."""
        return check(self.folder, self.cache, options, self.environment)

    def edits(self, reports: Callable[[], list[Report]]) -> None:
        """Make every edit, and take it back; compare what is reported after each step."""
        for name in EDITS:
            self.edit(reports, name)

    def edit(self, reports: Callable[[], list[Report]], *names: str) -> None:
        """Make some edits together, and take them back; compare what is reported after each."""
        before = wanted = expected(self.folder)
        for name in names:
            EDITS[name].apply(self.folder)
            wanted = EDITS[name].expected(wanted, self.folder)
        self.compare(f"{', '.join(names)} edited", reports, wanted)
        for name in reversed(names):
            EDITS[name].undo(self.folder)
        self.compare(f"{', '.join(names)} as before", reports, before)

    def compare(
        self, name: str, reports: Callable[[], list[Report]], wanted: list[Expectation]
    ) -> None:
        """Run mypy, and note how its reports differ from what is expected."""
        try:
            told = differences(wanted, reports(), exact=self._exact)
        except ValueError as error:
            # Something else than reports, such as a crash; the other runs go on.
            told = [str(error)]
        for one in told:
            self.found.setdefault(one, []).append(name)

    def _exact(self, code: str) -> bool:
        return not self.loose or code in PLUGIN_CODES


def newest(place: Workplace) -> None:
    """Cold, warm, and after edits."""
    place.check("cold")
    place.check("warm")
    place.edits(place.reports)


def parser(place: Workplace) -> None:
    """With the parser that is not the default."""
    place.check("--no-native-parser", "--no-native-parser")


def workers(place: Workplace) -> None:
    """With two processes."""
    place.check("-n 2", "-n", "2")
    place.check("-n 2, warm", "-n", "2")


def daemon(place: Workplace) -> None:
    """With the daemon: started by its first run, then after edits, stopped in the end."""
    dmypy = [sys.executable, "-m", "mypy.dmypy", "--status-file", str(place.folder / "dmypy.json")]

    def start() -> list[Report]:
        output = run([*dmypy, "run", "--", *mypy_options(place.cache), *ALL_FOLDERS], place.folder)
        return mypy_reports(output.removeprefix("Daemon started\n"))

    def recheck() -> list[Report]:
        return mypy_reports(run([*dmypy, "recheck"], place.folder))

    try:
        place.compare("dmypy run", start, expected(place.folder))
        place.edits(recheck)
    finally:
        run([*dmypy, "stop"], place.folder)


def older(version: str) -> Callable[[Workplace], None]:
    """Return a run of the last mypy of a version: cold, warm, and after all edits at once."""

    def runs(place: Workplace) -> None:
        packages = place.folder / "packages"
        install = [sys.executable, "-m", "pip", "install", "-qq", "--target", str(packages)]
        subprocess.run([*install, f"mypy=={version}.*"], check=True)
        place.environment = {"PYTHONPATH": str(packages)}
        place.loose = True
        stated = run([sys.executable, "-m", "mypy", "--version"], place.folder, place.environment)
        assert stated.startswith(f"mypy {version}."), stated
        place.check("cold")
        place.check("warm")
        place.edit(place.reports, *EDITS)

    return runs


# The slowest first: two run side by side.
RUNS: Mapping[str, Callable[[Workplace], None]] = {
    "1.18": older("1.18"),
    "2.0": older("2.0"),
    "parser": parser,
    "newest": newest,
    "daemon": daemon,
    "workers": workers,
}


def timed(name: str) -> bool:
    """Do one of the runs, say how it went, and return whether it went well."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        place = Workplace(Path(folder) / "typecheck")
        RUNS[name](place)
    seconds = time.monotonic() - start
    lines = [f"{name}: {len(place.found) or 'no'} differences, {seconds:.0f} s"]
    lines += [f"{', '.join(names)}: {one}" for one, names in place.found.items()]
    sys.stdout.write("\n  ".join(lines) + "\n")
    return not place.found


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the runs that are asked for; return 1 if one is not as it should be."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("runs", nargs="*", metavar="run", help=f"of {', '.join(RUNS)}; default: all")
    names = asked.parse_args(arguments).runs or list(RUNS)
    if unknown := sorted({*names} - {*RUNS}):
        asked.error(f"no such run: {', '.join(unknown)}")
    with ThreadPoolExecutor(2) as pool:
        went_well = list(pool.map(timed, names))
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main())
