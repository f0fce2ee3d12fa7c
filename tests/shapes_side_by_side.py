"""What several type checkers, and jaxtyping at run time, find of the planted mistakes in shapes.

    python -m tests.shapes_side_by_side                          # a table on the terminal
    python -m tests.shapes_side_by_side --page docs/shapes.md    # and in the page

The programs are those in typecheck/shapes. A *mistake* is a line of a program in `fail` where a
comment expects a report of the plugin; it is *detected* if there is an error in its statement. A
*false alarm* is a line with an error in `pass`, or in `fail` where no comment expects any.

pyrefly's stubs for JAX are only good for pyrefly: a fresh environment is made for them, with
packages from the index (--without-stubs leaves these rows out).
"""

import argparse
import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Final, TypeAlias

from tests.shapes_declared import declared
from tests.shapes_packages import PREFIX
from tests.shapes_runs import failure, functions, imports, refusal
from tests.shapes_values import NotMadeError
from tests.typecheck_expectations import all_expectations, mypy_reports
from tests.typecheck_mypy import FOLDERS, ROOT, configuration, mypy_options, run
from tests.typecheck_peers import PEERS
from tests.typecheck_peers import check as peer_check

BEGIN: Final = "<!-- Written by `python -m tests.shapes_side_by_side --page`: begin -->"
END: Final = "<!-- Written by `python -m tests.shapes_side_by_side --page`: end -->"
PROGRAMS: Final = ROOT / "typecheck" / "shapes"

_PLUGIN: Final = "plugins = datarax_typed.mypy_plugin\n"
_STUBS: Final = "jax-pyrefly-stubs"
# What the programs import beside the library, whose requirements come with it.
_IMPORTED: Final = ("einops", "optax")

# A file such as "fail/calls.py", and a line of it.
Place: TypeAlias = tuple[str, int]


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    version: str
    detected: frozenset[Place]
    false_alarms: frozenset[Place]


class Programs:
    """The programs, the mistakes in them, and what belongs to one statement."""

    def __init__(self, folder: Path = PROGRAMS) -> None:
        self.folder = folder
        wanted = all_expectations([folder / name for name in FOLDERS], folder)
        # Where there is another mistake, an error is no false alarm.
        self.expected = {(one.file, one.line) for one in wanted}
        self.mistakes = frozenset(
            (one.file, one.line) for one in wanted if one.code.startswith(PREFIX)
        )
        self._starts = {
            path.relative_to(folder).as_posix(): starts(path.read_text())
            for name in FOLDERS
            for path in (folder / name).rglob("*.py")
        }

    def row(self, name: str, stated: str, errors: Iterable[Place]) -> Row:
        """Return the row of a checker that has reported errors in some places."""
        given = {self._statement(place) for place in errors}
        wrong = {self._statement(place): place for place in self.expected}
        found = frozenset(wrong[one] for one in given if one in wrong)
        return Row(name, stated, found & self.mistakes, frozenset(given - wrong.keys()))

    def _statement(self, place: Place) -> Place:
        file, line = place
        return file, self._starts.get(file, {}).get(line, line)


def starts(source: str) -> dict[int, int]:
    """Return of each line of a statement without a body the statement's first line."""
    return {
        line: node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt) and not hasattr(node, "body")
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


# The contestants


def of_mypy(programs: Programs, folder: Path, *, with_plugin: bool) -> list[Place]:
    """Return where mypy, as strict as for our own sources, reports errors."""
    for name in FOLDERS:
        shutil.copytree(programs.folder / name, folder / name)
    config = configuration(*FOLDERS)
    assert _PLUGIN in config
    (folder / "mypy.ini").write_text(config if with_plugin else config.replace(_PLUGIN, ""))
    command = [sys.executable, "-m", "mypy", *mypy_options(folder / "cache"), *FOLDERS]
    return [(one.file, one.line) for one in mypy_reports(run(command, folder))]


def of_peer(name: str, folder: Path) -> list[Place]:
    """Return where another type checker of this environment reports errors."""
    peer = next(one for one in PEERS if one.name == name)
    paths = [f"{PROGRAMS.name}/{one}" for one in FOLDERS]
    reports = peer_check(peer, paths, folder)
    return [(one.file.removeprefix(f"{PROGRAMS.name}/"), one.line) for one in reports]


def of_run_time(programs: Programs) -> list[Place]:
    """Return where the programs are refused when they run; they are imported by this process."""
    found: list[Place] = []
    for path in sorted((programs.folder / "pass").glob("*.py")):
        with imports(path.parent):
            module = import_module(path.stem)
            found += [
                (f"pass/{path.name}", line)
                for name, line, _ in functions(module)
                if _fails(module, name)
            ]
    wanted = all_expectations([programs.folder / "fail"], programs.folder)
    for path in sorted((programs.folder / "fail").glob("*.py")):
        ours = [one for one in wanted if one.file == f"fail/{path.name}"]
        with imports(path.parent):
            module = import_module(path.stem)
            places = list(functions(module))
            for one in ours:
                parts = " ".join(other.part for other in ours if other.line == one.line)
                around = [name for name, first, last in places if first <= one.line <= last]
                if around and refusal(module, around[0], one, parts) is None:
                    found.append((one.file, one.line))
    return found


def _fails(module: ModuleType, name: str) -> bool:
    try:
        return failure(module, name) is not None
    except NotMadeError:
        # Another function calls it.
        return False


class Pyrefly:
    """pyrefly with its stubs for JAX, in an environment of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder / "venv", with_pip=True)
        self.python = folder / "venv" / "bin" / "python"
        self._install(_STUBS)
        self.stubs = self._version(_STUBS)
        # Stubs and checker are released together.
        self._install(f"pyrefly=={self.stubs}", str(ROOT), *_IMPORTED)

    def check(self, programs: Programs, *, is_declared: bool) -> list[Place]:
        """Return where it reports errors.

        Args:
            programs: what to check.
            is_declared: whether the functions declare the names of their shapes.
        """
        place = self.folder / ("declared" if is_declared else "as-written")
        lines: dict[str, list[int]] = {}
        for name in FOLDERS:
            for path in sorted((programs.folder / name).rglob("*.py")):
                source = path.read_text()
                text, numbers = declared(source) if is_declared else (source, [])
                file = path.relative_to(programs.folder).as_posix()
                (place / file).parent.mkdir(parents=True, exist_ok=True)
                (place / file).write_text(text)
                lines[file] = numbers
        (place / "pyrefly.toml").write_text('preset = "default"\nsearch-path = ["pass", "fail"]\n')
        options = ["--config", "pyrefly.toml", "--output-format", "json"]
        interpreter = ["--python-interpreter-path", str(self.python)]
        command = [str(self.python), "-m", "pyrefly", "check", *options, *interpreter, *FOLDERS]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        found = []
        for one in json.loads(done.stdout)["errors"]:
            if one["severity"] == "error":
                path = (place / one["path"]).resolve()
                file = path.relative_to(place.resolve()).as_posix()
                found.append((file, lines[file][one["line"] - 1] if is_declared else one["line"]))
        return found

    def _install(self, *packages: str) -> None:
        command = [str(self.python), "-m", "pip", "install", "-qq", *packages]
        subprocess.run(command, check=True)

    def _version(self, package: str) -> str:
        code = f"import importlib.metadata as m; print(m.version({package!r}), end='')"
        return run([str(self.python), "-c", code], self.folder)


# The table


def rows(folder: Path, *, with_stubs: bool) -> list[Row]:
    """Return the table, one row after the other.

    Args:
        folder: an empty one.
        with_stubs: whether to make an environment for pyrefly's stubs.
    """
    programs = Programs()
    places = {name: folder / name for name in ("mypy", "plugin", *(one.name for one in PEERS))}
    for place in places.values():
        place.mkdir()
    alone = of_mypy(programs, places["mypy"], with_plugin=False)
    ours = of_mypy(programs, places["plugin"], with_plugin=True)
    found = [
        programs.row("mypy", version("mypy"), alone),
        programs.row("mypy, our plugin", version("mypy"), ours),
    ]
    for peer in PEERS:
        errors = of_peer(peer.name, places[peer.name])
        found.append(programs.row(peer.name, version(peer.name), errors))
    if with_stubs:
        found += _with_stubs(programs, folder)
    stated = f"{version('jaxtyping')}, beartype {version('beartype')}"
    return [*found, programs.row("jaxtyping, at run time", stated, of_run_time(programs))]


def _with_stubs(programs: Programs, folder: Path) -> list[Row]:
    own = folder / "stubs"
    own.mkdir()
    pyrefly = Pyrefly(own)
    names: Mapping[bool, str] = {
        False: "pyrefly, its JAX stubs",
        True: "pyrefly, its JAX stubs, names declared",
    }
    return [
        programs.row(name, pyrefly.stubs, pyrefly.check(programs, is_declared=is_declared))
        for is_declared, name in names.items()
    ]


def table(found: Sequence[Row], mistakes: int) -> str:
    """Return the rows as a table in Markdown."""
    head = f"| checker | version | detected, of {mistakes} | false alarms |"
    lines = [
        f"| {row.name} | {row.version} | {len(row.detected)} | {len(row.false_alarms)} |"
        for row in found
    ]
    return "\n".join([head, "| --- | --- | ---: | ---: |", *lines])


def write(page: Path, text: str) -> None:
    """Write the table between the marks of a page.

    Raises:
        ValueError: the page has no marks.
    """
    old = page.read_text(encoding="utf-8")
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if between.search(old) is None:
        raise ValueError(f"--page: expected the lines {BEGIN!r} and {END!r} in the page")
    new = between.sub(lambda _: f"{BEGIN}\n\n{text}\n\n{END}", old)
    page.write_text(new, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all of them, and show or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--page", type=Path, help="the page to write the table into")
    parser.add_argument("--without-stubs", action="store_true", help="make no environment")
    parser.add_argument("--lines", action="store_true", help="tell the lines of false alarms, too")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = rows(Path(folder), with_stubs=not given.without_stubs)
    text = table(found, len(Programs().mistakes))
    sys.stdout.write(f"{text}\n")
    if given.lines:
        for row in found:
            places = ", ".join(f"{file}:{line}" for file, line in sorted(row.false_alarms))
            sys.stdout.write(f"{row.name}: false alarms: {places or 'none'}\n")
    if given.page is not None:
        write(given.page, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
