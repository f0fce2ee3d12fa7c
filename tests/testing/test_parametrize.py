"""The laws as parameters of a pytest test, in a project of its own."""

from pathlib import Path

import pytest

from datarax_typed.testing import operator_laws
from tests.testing import broken

pytest_plugins = ["pytester"]

PROJECT = """
from jaxtyping import Array, Float

from datarax_typed import ModalityOperator, ModalityOperatorConfig
from datarax_typed.testing import OperatorLaw, operator_laws


class Same(ModalityOperator):
    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        return x


class Lying(Same):
    def output_spec(self, input_spec):
        return {}


CONFIG = ModalityOperatorConfig(field_key="x")
SOME = ["contract", "output-spec", "seeds"]


@operator_laws(Same(CONFIG), {"x": "f32[n]"}, laws=SOME)
def test_same(law: OperatorLaw) -> None:
    law()


@operator_laws(lambda: Lying(CONFIG), {"x": "f32[n]"}, sizes={"n": 3}, laws=SOME)
def test_lying(law: OperatorLaw) -> None:
    law()
"""


def test_one_test_a_law(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine=PROJECT)
    result = pytester.runpytest_inprocess("-v", "-rs", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, failed=1, skipped=2)
    result.stdout.fnmatch_lines(
        [
            "*test_mine.py::test_same[[]contract[]] PASSED*",
            "*test_mine.py::test_same[[]seeds[]] SKIPPED*",
            "*test_mine.py::test_same[[]output-spec[]] PASSED*",
            "*test_mine.py::test_lying[[]output-spec[]] FAILED*",
            "E*LawError: Lying breaks output-spec: output_spec says what comes out*",
            "E*x: output_spec says nothing, what comes out is f32[[]1[]]",
            "SKIPPED*seeds: it draws no random numbers",
        ]
    )


def test_an_operator_that_a_function_makes_is_not_made_before_a_test_runs(tmp_path: Path) -> None:
    def make() -> broken.Scaled:
        raise AssertionError("not yet")

    operator_laws(make, {"x": "f32[n]"})


def test_a_law_shows_its_name() -> None:
    mark = operator_laws(broken.Scaled, {"x": "f32[n]"}, laws=["seeds"])
    assert "OperatorLaw('seeds')" in repr(mark)
