"""Proving that an operator, anyone's, is what it says: laws that every operator keeps."""

from datarax_typed.testing.check import check_operator, examine_operator
from datarax_typed.testing.law import Law, LawError, Outcome
from datarax_typed.testing.laws import LAWS
from datarax_typed.testing.parametrize import OperatorLaw, operator_laws

__all__ = [
    "LAWS",
    "Law",
    "LawError",
    "OperatorLaw",
    "Outcome",
    "check_operator",
    "examine_operator",
    "operator_laws",
]
