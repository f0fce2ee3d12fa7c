"""The plugin reports nothing in packages that others wrote with jaxtyping, and is not blind there.

The plugin in the making may miss a form; a report of what is right would cost a user more.
"""

from pathlib import Path

import pytest

from tests.shapes_packages import PINNED, Found, check

pytestmark = pytest.mark.one_python

# Every function but the first is refused, by what the packages' annotations say.
_PLANTED = """
import equinox
import lineax
from jax import Array
from jaxtyping import Float, Int


def right(
    square: Float[Array, "3 3"], main: Float[Array, "5"], side: Float[Array, "4"]
) -> tuple[lineax.AbstractLinearOperator, lineax.AbstractLinearOperator]:
    return lineax.MatrixLinearOperator(square), lineax.TridiagonalLinearOperator(main, side, side)


def rank(vector: Float[Array, "3"]) -> lineax.AbstractLinearOperator:
    return lineax.MatrixLinearOperator(vector)  # wrong


def sizes(main: Float[Array, "5"], side: Float[Array, "5"]) -> lineax.AbstractLinearOperator:
    return lineax.TridiagonalLinearOperator(main, side, side)  # wrong


def images(model: equinox.nn.RotaryPositionalEmbedding, x: Float[Array, "2 7 8"]) -> Array:
    return model(x)  # wrong


def query(model: equinox.nn.MultiheadAttention, x: Float[Array, "7"]) -> Array:
    return model(x, x, x)  # wrong


def dtype(model: equinox.nn.RotaryPositionalEmbedding, x: Int[Array, "7 8"]) -> Array:
    return model(x)  # wrong
"""
# As many shapes in texts as the pinned versions have, less those in PyTrees.
_LEAST_READ = 230


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    planted = tmp_path_factory.mktemp("planted") / "planted.py"
    planted.write_text(_PLANTED)
    return check(PINNED, tmp_path_factory.mktemp("packages"), [planted])


def test_packages_are_without_reports(found: Found) -> None:
    assert [str(one) for one in found.reports if one.file != "planted.py"] == []


def test_their_annotations_are_read(found: Found) -> None:
    assert found.read >= _LEAST_READ
    assert found.written >= found.read


def test_what_is_wrong_by_their_annotations_is_reported(found: Found) -> None:
    lines = _PLANTED.splitlines()
    wrong = {at for at, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert {one.line for one in found.reports if one.file == "planted.py"} == wrong
    codes = {one.code for one in found.reports}
    assert codes == {"datarax-shape", "datarax-dtype"}


def test_a_package_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match="expected an installed package, got 'no_such'"):
        check(["no_such"], tmp_path)
