"""Domain: what is stored fulfils the operator's constraints on values."""

from collections.abc import Iterator

import jax
import numpy as np

from datarax_typed.core.domain import DomainConstraint, within
from datarax_typed.core.fields import get_field
from datarax_typed.core.modality import ModalityOperator
from datarax_typed.core.stages import flat_stages
from datarax_typed.protocols import PyTree
from datarax_typed.testing.law import BrokenError, NotApplicableError
from datarax_typed.testing.subject import AnyOperator, Subject, in_nnx_jit


def check(subject: Subject) -> None:
    """Evaluate every constraint, and `clip_range`, on every record."""
    operator = subject.fresh()
    constraints = list(_constraints(operator))
    if not constraints:
        raise NotApplicableError("it has no constraints, and no clip_range")
    # Within somebody's trace nothing is raised: what comes out is there to look at.
    result = in_nnx_jit(operator, subject.batch)
    for field, constraint in constraints:
        for row, element in enumerate(result):
            _check(field, constraint, row, get_field(element.data, field, "domain"))


def _constraints(operator: AnyOperator) -> Iterator[tuple[str, DomainConstraint]]:
    """Yield the constraints of the last operator that writes a field, with the field."""
    found: dict[str, list[DomainConstraint]] = {}
    for _, stage in flat_stages(operator):
        if not isinstance(stage, ModalityOperator):
            # It may write any field.
            found.clear()
            continue
        config = stage.config
        own = list(stage.domain)
        if config.clip_range is not None:
            low, high = config.clip_range
            own.append(within(low, high, "the value, by clip_range,"))
        found[config.target_key or config.field_key] = own
    for field, constraints in found.items():
        yield from ((field, constraint) for constraint in constraints)


def _check(field: str, constraint: DomainConstraint, row: int, value: PyTree) -> None:
    for leaf in jax.tree.leaves(value):
        holds = np.asarray(constraint.holds(leaf))
        if not holds.all():
            raise BrokenError(
                f"expected that {constraint.name}, got values from {np.min(leaf)} to "
                f'{np.max(leaf)} for data["{field}"] of record {row}'
            )


__all__ = ["check"]
