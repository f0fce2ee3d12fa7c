"""The programs in typecheck, and mypy over them as a user would run it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.typecheck_expectations import Expectation, Report, all_expectations, mypy_reports

ROOT = Path(__file__).parent.parent
PROGRAMS = ROOT / "typecheck"
FOLDERS = ("pass", "fail")
PLUGIN_CODES = frozenset({"datarax-config", "datarax-operator"})

# Strict, as the documentation advises. Both folders are on the path: a program may import another.
_CONFIG = """\
[mypy]
plugins = datarax_typed.mypy_plugin
mypy_path = $MYPY_CONFIG_FILE_DIR/pass:$MYPY_CONFIG_FILE_DIR/fail
explicit_package_bases = true
strict = true
warn_unreachable = true
warn_unused_ignores = true
enable_error_code = ignore-without-code
untyped_calls_exclude = flax, jax
"""


def write_config(folder: Path) -> None:
    """Write the configuration of mypy beside the folders `pass` and `fail`."""
    (folder / "mypy.ini").write_text(_CONFIG)


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
    """Run mypy over the folders `pass` and `fail` of a folder, and return what it reports.

    Args:
        folder: holds the programs and the configuration.
        cache: the folder of mypy's cache.
        options: further options.
        environment: variables in which this run differs.

    Raises:
        ValueError: it reported something that is no report, such as a crash.
    """
    command = [sys.executable, "-m", "mypy", *mypy_options(cache), *options, *FOLDERS]
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
    return all_expectations([folder / name for name in FOLDERS], folder)
