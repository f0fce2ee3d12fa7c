"""Our own sources and tests are clean under mypy --strict, with the plugin."""

import subprocess
import sys
from pathlib import Path

from tests.typecheck_mypy import ROOT


def test_sources_and_tests_are_strict(mypy_cache: Path) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    options = ["--python-version", version, "--cache-dir", str(mypy_cache), "--no-error-summary"]
    command = [sys.executable, "-m", "mypy", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0
