"""Seeds: the same seed gives the same numbers, another seed gives others."""

from typing import Final

from datarax_typed.core.element_batch import Batch
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError, NotApplicableError
from datarax_typed.testing.subject import Subject, call, draws, reseed

# Rare events may happen with none of a few seeds.
_SEEDS: Final = range(1, 17)
_NAMES = ("the first call", "another of the same seed")


def check(subject: Subject) -> None:
    """Compare calls of operators whose random streams have the same key, and others."""
    if not draws(subject.operator):
        raise NotApplicableError("it draws no random numbers")
    again = call(subject.fresh(), subject.batch)
    if found := difference(subject.result.data, again.data, _NAMES, exact=True):
        raise BrokenError(f"{found}; given {shown(subject.batch)}")
    if all(_same(subject.result, _reseeded(subject, seed)) for seed in _SEEDS):
        raise BrokenError(
            f"{len(_SEEDS)} other seeds give the same result: the numbers do not come from the "
            f"key that sample_params is given; given {shown(subject.batch)}"
        )


def _reseeded(subject: Subject, seed: int) -> Batch:
    operator = subject.fresh()
    reseed(operator, seed)
    return call(operator, subject.batch)


def _same(left: Batch, right: Batch) -> bool:
    old, new = ((batch.data, batch.state) for batch in (left, right))
    return difference(old, new, _NAMES, exact=True) is None


__all__ = ["check"]
