"""Contract: it is there, and refuses what does not fit it: rank, dtype, axis, missing field."""

import jax

from datarax_typed.core.fields import set_field
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.spec_texts import spec_text
from datarax_typed.errors import DataraxError
from datarax_typed.protocols import PyTree
from datarax_typed.testing.contracts import (
    Contract,
    contracts_of,
    leaf_of,
    misfits,
    moves_fields_alone,
    without,
)
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import Subject


def check(subject: Subject) -> None:
    """Trace the operator on specs that its annotations do not allow: it must refuse each."""
    spec = subject.batch.spec()
    contracts = contracts_of(subject.operator, spec)
    told = {field: False for contract in contracts for field in contract.fields}
    for contract in contracts:
        for field in contract.fields:
            if leaf_of(spec, field) is not None:
                told[field] |= contract.says_something(spec, field)
                _check_missing(subject, spec, contract, field)
    untold = [field for field, is_told in told.items() if not is_told and leaf_of(spec, field)]
    if (untold or not told) and not moves_fields_alone(subject):
        what = ", ".join(map(repr, untold)) or "its fields"
        raise BrokenError(
            f"no annotation says what arrays it takes for {what}; annotate its transform, or "
            'apply, with shapes: Float[Array, "h w c"]'
        )
    for contract in contracts:
        for field in contract.fields:
            _check_field(subject, spec, contract, field)


def _check_missing(subject: Subject, spec: PyTree, contract: Contract, field: str) -> None:
    # Another one is left, for there must be rows.
    rest = {**without(spec, field), "_": jax.ShapeDtypeStruct((), bool)}
    refusal = _refusal(subject, rest)
    if isinstance(refusal, KeyError | DataraxError):
        return
    if refusal is not None:
        raise BrokenError(
            f"without the field {field!r} it fails with {type(refusal).__name__}, and no KeyError: "
            f"{str(refusal).partition(chr(10))[0]}"
        )
    if not contract.of_data or not contract.allows(rest):
        raise BrokenError(f"it does not miss the field {field!r}, which it is said to read")


def _check_field(subject: Subject, spec: PyTree, contract: Contract, field: str) -> None:
    leaf = leaf_of(spec, field)
    if leaf is None:
        return
    for kind, other in misfits(leaf):
        changed = set_field(spec, field, other)
        if contract.allows(changed):
            continue
        refusal = _refusal(subject, changed)
        text = f"a wrong {kind}, {spec_text(other)} in place of {spec_text(leaf)} for {field!r}"
        if refusal is None:
            raise BrokenError(f"its annotations do not allow {text}, but it takes it")
        if isinstance(subject.operator, OperatorModule) and not isinstance(refusal, DataraxError):
            raise BrokenError(
                f"{text}: expected a ContractError, got {type(refusal).__name__} from within: "
                f"{str(refusal).partition(chr(10))[0]}"
            )


def _refusal(subject: Subject, spec: PyTree) -> Exception | None:
    try:
        subject.spec_after(spec)
    except (TypeError, ValueError, KeyError) as error:
        return error
    return None


__all__ = ["check"]
