"""The plugin over the sources of installed packages that others wrote with jaxtyping's annotations.

    python -m tests.shapes_packages                   # the pinned ones
    python -m tests.shapes_packages gpjax dynamax     # others that are installed
    python -m tests.shapes_packages src tests         # our own

Whatever it reports there is a false alarm or a find: each report is to be looked at. What else mypy
says about them is left out. A comment of theirs that silences a type checker would silence the
plugin too, and is taken out.
"""

import argparse
import ast
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import jaxtyping

from tests.typecheck_expectations import Report, mypy_reports
from tests.typecheck_mypy import ROOT, run

# What the extra "test" installs.
PINNED: Final = ("equinox", "lineax", "optimistix", "diffrax")
PREFIX: Final = "datarax-"

_SILENCERS: Final = re.compile(r"#\s*(?:type:\s*ignore|mypy:|pyright:)")
_PLUGIN: Final = ROOT / "tests" / "shapes_counting_plugin.py"
# The bodies of functions without annotations are checked too.
_CONFIG: Final = f"""\
[mypy]
plugins = {_PLUGIN.as_posix()}
mypy_path = $MYPY_CONFIG_FILE_DIR/sources:{(ROOT / "src").as_posix()}:{(ROOT / "stubs").as_posix()}
namespace_packages = true
explicit_package_bases = true
follow_imports = silent
ignore_missing_imports = true
check_untyped_defs = true
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a run.

    Attributes:
        reports: those of the plugin.
        sources: the folder with the copies of what was checked.
        written: how many shapes in texts there are in the sources.
        read: how many of them the plugin has read.
    """

    reports: list[Report]
    sources: Path
    written: int
    read: int

    def __str__(self) -> str:
        return "\n".join(f"{one}\n    {self.line(one)}" for one in self.reports)

    def line(self, report: Report) -> str:
        """Return the line of the source that a report is about."""
        return (self.sources / report.file).read_text().splitlines()[report.line - 1].strip()


def check(names: Sequence[str], folder: Path, extra: Sequence[Path] = ()) -> Found:
    """Run mypy with the plugin over the sources of installed packages.

    Args:
        names: of the packages; "src" and "tests" are our own.
        folder: an empty one.
        extra: files to check beside them.

    Raises:
        ValueError: mypy did not get to the end.
    """
    sources = folder / "sources"
    for name in names:
        _copy(place_of(name), sources)
    for path in extra:
        shutil.copy(path, sources)
    (folder / "mypy.ini").write_text(_CONFIG)
    # Names of folders would find the packages' tests, which they do not install whole.
    options = ["--config-file", "../mypy.ini", "--cache-dir", "../cache", "--output", "json"]
    command = [sys.executable, "-m", "mypy", *options, "--no-error-summary", "."]
    log = folder / "read.log"
    output = run(command, sources, {"DATARAX_SHAPES_READ": str(log)})
    reports = mypy_reports(output)
    if unreadable := [one for one in reports if one.code == "syntax"]:
        raise ValueError(
            "\n".join(["expected sources that mypy can read, got:", *map(str, unreadable)])
        )
    ours = [one for one in reports if one.code.startswith(PREFIX)]
    read = set(log.read_text().splitlines()) if log.exists() else set()
    places = {place for path in sources.rglob("*.py") for place in _written(path, sources)}
    return Found(ours, sources, len(places), len(places & read))


def place_of(name: str) -> Path:
    """Return the folder of a package, or the file of a module.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    if name in {"src", "tests"}:
        return ROOT / ("src/datarax_typed" if name == "src" else name)
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"expected an installed package, got {name!r}")
    origin = Path(spec.origin)
    return origin.parent if spec.submodule_search_locations else origin


def _copy(place: Path, sources: Path) -> None:
    files = [place] if place.is_file() else [*place.rglob("*.py"), *place.rglob("*.pyi")]
    for path in files:
        copy = sources / path.relative_to(place.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(_SILENCERS.sub("# was:", path.read_text()))


def _written(path: Path, sources: Path) -> Iterator[str]:
    """Yield the places of the annotations that tell a shape in a text, such as "a/b.py:3:8"."""
    file = path.relative_to(sources).as_posix()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Subscript) and _is_shape(node):
            yield f"{file}:{node.lineno}:{node.col_offset}"


def _is_shape(node: ast.Subscript) -> bool:
    name = ast.unparse(node.value).rpartition(".")[2]
    match node.slice:
        case ast.Tuple(elts=[_, ast.Constant(value=str())]):
            return name in _DTYPES
        case _:
            return False


_DTYPES: Final = frozenset(
    name
    for name, value in vars(jaxtyping).items()
    if isinstance(value, type) and issubclass(value, jaxtyping.AbstractDtype)
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the packages that are asked for; return 1 if there is a report."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("names", nargs="*", help=f"default: {' '.join(PINNED)}")
    names = asked.parse_args(arguments).names or list(PINNED)
    is_quiet = True
    for name in names:
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = check([name], Path(folder))
            except (ValueError, ModuleNotFoundError) as error:
                sys.stdout.write(f"{name}: {error}\n")
                is_quiet = False
                continue
            seconds = time.monotonic() - start
            counts = f"{found.read} of {found.written} shapes read, {seconds:.0f} s"
            sys.stdout.write(f"{name}: {len(found.reports)} reports, {counts}\n{found}\n")
        is_quiet = is_quiet and not found.reports
    return 0 if is_quiet else 1


if __name__ == "__main__":
    sys.exit(main())
