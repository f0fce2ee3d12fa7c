"""Exceptions: their kinds, their texts, and that they survive pickling."""

import pickle

import pytest

from datarax_typed import errors
from datarax_typed.errors import ContractError, DataraxError, FieldError, Problem

KINDS: list[tuple[type[DataraxError], type[Exception]]] = [
    (errors.AlignmentError, ValueError),
    (errors.BatchError, ValueError),
    (errors.CheckpointError, ValueError),
    (errors.CheckpointTypeError, TypeError),
    (errors.ConfigError, ValueError),
    (errors.ContractError, TypeError),
    (errors.DomainError, ValueError),
    (errors.FieldError, KeyError),
    (errors.OutputError, ValueError),
    (errors.RandomnessError, ValueError),
    (errors.SpecError, ValueError),
    (errors.StatisticsError, ValueError),
]


@pytest.mark.parametrize(("kind", "builtin"), KINDS)
def test_every_error_is_ours_and_of_a_builtin_kind(
    kind: type[DataraxError], builtin: type[Exception]
) -> None:
    assert issubclass(kind, DataraxError)
    assert issubclass(kind, builtin)


def test_every_error_is_listed_here() -> None:
    public = {name for name in errors.__all__ if name.endswith("Error")}
    assert public == {kind.__name__ for kind, _ in KINDS} | {"DataraxError"}


def test_a_problem_is_one_line() -> None:
    assert str(Problem("a", "b", "c")) == "a: expected b, got c"
    assert str(Problem("a", "b", "c", "d")) == "a: expected b, got c; d"


def test_a_listing_has_one_line_a_problem() -> None:
    problems = [Problem("a", "b", "c"), Problem("d", "e", "f", "g")]
    assert errors.listing("Title:", problems, ["note"]) == (
        "Title:\n  - a: expected b, got c\n  - d: expected e, got f; g\n  note"
    )


def test_nearest_guesses_only_what_is_near() -> None:
    assert errors.nearest("imge", ["image", "mask"]) == "did you mean 'image'?"
    assert errors.nearest("imge", ["caption"]) == ""


def test_quoted_says_none_of_nothing() -> None:
    assert errors.quoted(["a", 1]) == "'a', 1"
    assert errors.quoted([]) == "none"


def test_a_missing_field_keeps_its_line_breaks() -> None:
    assert str(FieldError("one\ntwo")) == "one\ntwo"


def test_errors_survive_pickling() -> None:
    problem = Problem("a", "b", "c")
    copy = pickle.loads(pickle.dumps(ContractError("text", (problem,))))
    assert (str(copy), copy.problems) == ("text", (problem,))
