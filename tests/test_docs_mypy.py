"""mypy says of the wrong programs in the README, in mypy.md and shapes.md what stands below them.

A block of `py` is a module, named by the comment in its first line; the block of `console` that
follows holds all that mypy prints about it. Without such a block, mypy says nothing. The README's
blocks of `python`, which `test_docs.py` runs, are together the module `mine`.
"""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.typecheck_mypy import configuration

pytestmark = pytest.mark.one_python

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "docs" / "mypy.md", ROOT / "docs" / "shapes.md")
_RUN = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MODULE = re.compile(
    r"^```py\n# (?P<name>\w+\.py)\n(?P<rest>.*?)^```\n(\n```console\n(?P<said>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)


def modules() -> list[re.Match[str]]:
    """Return the modules of the pages, with what is said of them."""
    return [match for page in PAGES for match in _MODULE.finditer(page.read_text())]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, mypy_cache: Path) -> dict[str, str]:
    """What mypy prints about each module, by the module's name."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "mypy.ini").write_text(configuration("."))
    (folder / "mine.py").write_text("".join(_RUN.findall(PAGES[0].read_text())))
    for match in modules():
        (folder / match["name"]).write_text(f"# {match['name']}\n{match['rest']}")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--cache-dir", str(mypy_cache)]
    done = subprocess.run([*command, "."], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    found: dict[str, str] = defaultdict(str)
    for line in done.stdout.splitlines(keepends=True):
        found[line.partition(":")[0]] += line
    return found


@pytest.mark.parametrize("match", modules(), ids=lambda match: match["name"])
def test_mypy_says_what_stands_below(match: re.Match[str], said: dict[str, str]) -> None:
    assert said.get(match["name"], "") == (match["said"] or "")


def test_every_block_is_looked_at() -> None:
    texts = [page.read_text() for page in PAGES]
    names = [match["name"] for match in modules()]
    assert len(set(names)) == len(names) == sum(text.count("```py\n") for text in texts)
    consoles = sum(match["said"] is not None for match in modules())
    assert consoles == sum(text.count("```console\n") for text in texts)
    assert consoles > 10
    others = [page for page in (ROOT / "docs").glob("*.md") if page not in PAGES]
    assert not any("```py\n" in page.read_text() for page in others)
