"""A shape that is asserted in the middle of a function, checked where JAX traces it."""

import dataclasses
import sys
from functools import lru_cache
from types import FrameType
from typing import Any, TypeVar

from jaxtyping import Shaped

from datarax_typed.core import axes
from datarax_typed.core.checks import Check, Report, array_check
from datarax_typed.core.contracts import bind_recalled, contracts_enabled, current_stage
from datarax_typed.core.describe import HasShape
from datarax_typed.errors import ContractError, Problem, listing

ArrayT = TypeVar("ArrayT", bound=HasShape)

# Whoever asserts shapes wants the names of a call, whether or not it is checked anew.
bind_recalled()


def assert_shape(array: ArrayT, shape: str) -> ArrayT:
    """Return an array as it is; its dtype may be any.

    Within a call whose contract is checked, names mean the sizes that are bound in it, and new
    ones are bound. Elsewhere, each assertion stands alone.

    Args:
        array: an array of JAX or NumPy, or its spec.
        shape: as jaxtyping writes it: "b 224 224 3".

    Raises:
        ContractError: the array has another shape, or the text cannot be read.
    """
    if not contracts_enabled():
        return array
    report = Report()
    try:
        check = _check(shape)
    except (AttributeError, TypeError, ValueError) as error:
        mend = str(error).partition("\n")[0]
        unread = Problem("shape", 'a text such as "b 224 224 3"', repr(shape), mend)
        raise _refusal([unread], "cannot be read", sys._getframe(1)) from error
    check(array, "array", report)
    report.settle()
    if report.problems:
        shown = [dataclasses.replace(one, expected=f'"{shape}"') for one in report.problems]
        raise _refusal(shown, "does not hold", sys._getframe(1))
    return array


@lru_cache(maxsize=1024)
def _check(shape: str) -> Check:
    if "?" in shape:
        raise ValueError("an axis such as ?b has its meaning in a tree")
    hint: Any = Shaped[Any, shape]  # jaxtyping makes the class at run time
    return array_check(hint)


def _refusal(problems: list[Problem], what: str, caller: FrameType) -> ContractError:
    code = caller.f_code
    file = code.co_filename.replace("\\", "/").rpartition("/")[2]
    stage = f" at {current_stage()}" if current_stage() else ""
    title = f"assert_shape in {code.co_qualname} ({file}, line {caller.f_lineno}){stage} {what}:"
    bound = [f"axis {name} = {size}" for name, size in axes.bound().items()]
    return ContractError(listing(title, problems, bound), tuple(problems))


__all__ = ["ArrayT", "assert_shape"]
