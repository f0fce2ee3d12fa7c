"""Type checkers other than mypy, as their users run them: without a plugin, and not configured."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.typecheck_expectations import Report

ROOT = Path(__file__).parent.parent / "typecheck"
# For no version of pyright but the installed one, and for the interpreter that runs the tests,
# wherever a checker looks for it.
ENVIRONMENT = {
    **os.environ,
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
}
_MISS = re.compile(r"# (?P<checker>\w+) misses: (?P<reason>[^#]*\w)")


@dataclass(frozen=True)
class Peer:
    """A type checker.

    Attributes:
        name: what follows `python -m`.
        options: so that it reads the packages of the interpreter that runs the tests, writes in a
            form that is easy to read, and finds no configuration; `{folder}` is an empty folder.
        read: makes reports of its output.
    """

    name: str
    options: Sequence[str]
    read: Callable[[str], list[Report]]


def _pyright(output: str) -> list[Report]:
    return [
        Report(
            Path(one["file"]).relative_to(ROOT).as_posix(),
            one["range"]["start"]["line"] + 1,
            one["range"]["start"]["character"] + 1,
            one.get("rule", "syntax"),
            one["message"],
        )
        for one in json.loads(output)["generalDiagnostics"]
        if one["severity"] == "error"
    ]


def _pyrefly(output: str) -> list[Report]:
    return [
        Report(
            (ROOT / one["path"]).relative_to(ROOT).as_posix(),
            one["line"],
            one["column"],
            one["name"],
            one["description"],
        )
        for one in json.loads(output)["errors"]
        if one["severity"] == "error"
    ]


def _ty(output: str) -> list[Report]:
    return [
        Report(
            one["location"]["path"],
            one["location"]["positions"]["begin"]["line"],
            one["location"]["positions"]["begin"]["column"],
            one["check_name"],
            one["description"],
        )
        for one in json.loads(output)
        if one["severity"] in {"major", "critical", "blocker"}
    ]


PEERS = (
    Peer("pyright", ["--pythonpath", sys.executable, "--outputjson"], _pyright),
    Peer(
        "pyrefly",
        [
            *("check", "--config", "{folder}/pyrefly.toml", "--output-format", "json"),
            *("--python-interpreter-path", sys.executable),
        ],
        _pyrefly,
    ),
    Peer("ty", ["check", "--python", sys.prefix, "--output-format", "gitlab"], _ty),
)


def check(peer: Peer, folders: Sequence[str], empty: Path) -> list[Report]:
    """Return the errors that a type checker reports.

    Args:
        peer: the type checker.
        folders: what to check, relative to the folder of the programs.
        empty: a folder of no use to anyone else.

    Raises:
        ValueError: it wrote something else than reports, such as a crash.
    """
    # Without a configuration, pyrefly would take over what it understands of mypy's.
    (empty / "pyrefly.toml").write_text('preset = "default"\n')
    options = [option.format(folder=empty) for option in peer.options]
    command = [sys.executable, "-m", peer.name, *options, *folders]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env=ENVIRONMENT
    )
    try:
        return sorted(peer.read(done.stdout))
    except (ValueError, KeyError) as error:
        raise ValueError(f"{peer.name} failed:\n{done.stdout}\n{done.stderr}") from error


def misses(path: Path, peer: str) -> set[int]:
    """Return the lines of a program that a comment says are beyond a type checker.

    Such a comment stands before the expectation: `# ty misses: why  # E: arg-type: ...`.
    """
    return {
        number
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for match in _MISS.finditer(line)
        if match["checker"] == peer
    }
