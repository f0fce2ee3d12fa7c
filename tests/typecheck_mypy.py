"""The programs in typecheck, and mypy over them as a user would run it."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.typecheck_expectations import Expectation, Report, all_expectations, mypy_reports

ROOT = Path(__file__).parent.parent
PROGRAMS = ROOT / "typecheck"
FOLDERS = ("pass", "fail")
# With the programs of shapes, which are checked in the same run.
ALL_FOLDERS = (*FOLDERS, *(f"shapes/{name}" for name in FOLDERS))
RULE_CODES = frozenset({"datarax-config", "datarax-operator"})
SHAPE_CODES = frozenset({"datarax-shape", "datarax-dtype", "datarax-field"})
PLUGIN_CODES = RULE_CODES | SHAPE_CODES

# What in the configuration of our own sources is a matter of where they are.
_OF_PLACES = ("files", "mypy_path", "python_version")


def configuration(*path: str) -> str:
    """Return a configuration of mypy as strict as that of our own sources.

    With the same options, all runs can share one cache.

    Args:
        path: where the programs' modules are, beside the configuration.
    """
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
    # Some programs import packages without types, as our own sources do.
    places = [*(f"$MYPY_CONFIG_FILE_DIR/{folder}" for folder in path), (ROOT / "stubs").as_posix()]
    lines = [
        f"{name} = {', '.join(value) if isinstance(value, list) else value}"
        for name, value in options.items()
        if name not in _OF_PLACES
    ]
    return "\n".join(["[mypy]", f"mypy_path = {':'.join(places)}", *lines, ""])


def write_config(folder: Path) -> None:
    """Write the configuration of mypy beside the folders of programs."""
    # A program may import another.
    (folder / "mypy.ini").write_text(configuration(*ALL_FOLDERS))


def mypy_options(cache: Path) -> list[str]:
    """Return the options of every run in a folder that has a configuration."""
    output = ["--output", "json", "--no-error-summary"]
    return ["--config-file", "mypy.ini", "--cache-dir", str(cache), *output]


def check(
    folder: Path,
    cache: Path,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> list[Report]:
    """Run mypy over the programs of a folder, and return what it reports.

    Args:
        folder: holds the configuration and, of the folders of programs, at least one.
        cache: the folder of mypy's cache.
        options: further options.
        environment: variables in which this run differs.

    Raises:
        ValueError: it reported something that is no report, such as a crash.
    """
    there = [name for name in ALL_FOLDERS if (folder / name).is_dir()]
    command = [sys.executable, "-m", "mypy", *mypy_options(cache), *options, *there]
    return mypy_reports(run(command, folder, environment))


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command in a folder and return all that it wrote."""
    # Reports are many, and mypy then returns 1; what else goes wrong is seen in what it writes.
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def expected(folder: Path) -> list[Expectation]:
    """Return what the programs of a folder expect."""
    return all_expectations([folder / name for name in ALL_FOLDERS], folder)
