"""Contract: it is there, and refuses what does not fit it: rank, dtype, axis, missing field."""

import jax

from datarax_typed.core.fields import get_field, set_field
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.spec_texts import spec_text
from datarax_typed.errors import DataraxError
from datarax_typed.protocols import PyTree
from datarax_typed.testing.contracts import (
    Contract,
    contracts_of,
    misfits,
    moves_fields_alone,
    without,
)
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import Subject


def check(subject: Subject) -> None:
    """Trace the operator on specs that its annotations do not allow: it must refuse each."""
    contracts = contracts_of(subject.operator)
    spec = subject.batch.spec()
    for field in dict.fromkeys(field for contract in contracts for field in contract.fields):
        _check_missing(subject, spec, field)
    if not any(contract.says_something(spec) for contract in contracts):
        if moves_fields_alone(subject):
            return
        raise BrokenError(
            "no annotation says what arrays it takes; annotate its transform, or apply, with "
            'shapes: Float[Array, "h w c"]'
        )
    for contract in contracts:
        for field in contract.fields:
            _check_field(subject, spec, contract, field)


def _check_missing(subject: Subject, spec: PyTree, field: str) -> None:
    # Another one is left, for there must be rows.
    rest = {**without(spec, field), "_": jax.ShapeDtypeStruct((), bool)}
    if refusal := _refusal(subject, rest):
        if isinstance(refusal, KeyError | DataraxError):
            return
        raise BrokenError(
            f"without the field {field!r} it fails with {type(refusal).__name__}, and no KeyError: "
            f"{str(refusal).partition(chr(10))[0]}"
        )
    raise BrokenError(f"it does not miss the field {field!r}, which it is said to read")


def _check_field(subject: Subject, spec: PyTree, contract: Contract, field: str) -> None:
    leaf = get_field(spec, field, "contract")
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
