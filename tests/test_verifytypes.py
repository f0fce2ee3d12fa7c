"""Every public name of the library has a type that no checker has to guess."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import datarax_typed
from tests.typecheck_peers import ENVIRONMENT

PACKAGE = Path(str(datarax_typed.__file__)).parent


@pytest.mark.one_python
def test_all_public_names_have_known_types(tmp_path: Path) -> None:
    # The interpreter is the first on the path: with this option, --pythonpath is not heeded.
    options = ["--verifytypes", "datarax_typed", "--ignoreexternal", "--outputjson"]
    command = [sys.executable, "-m", "pyright", *options]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, env=ENVIRONMENT
    )
    report = json.loads(done.stdout)["typeCompleteness"]
    # Not one that another interpreter has installed.
    assert Path(report["moduleRootDirectory"]).samefile(PACKAGE)
    guessed = {
        symbol["name"]: [one["message"] for one in symbol["diagnostics"]]
        for symbol in report["symbols"]
        if not symbol["isTypeKnown"] or symbol["isTypeAmbiguous"]
    }
    assert guessed == {}
    assert report["completenessScore"] == 1
    assert report["exportedSymbolCounts"]["withKnownType"] > 1000


def test_the_interpreter_that_is_asked_is_the_one_that_runs_the_tests() -> None:
    command = ["python", "-c", "import sys; print(sys.prefix)"]
    asked = subprocess.run(command, capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert asked.stdout.strip() == sys.prefix
