"""Annotations, resolved one by one so that all unreadable ones can be named."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import ForwardRef

from typing_extensions import get_type_hints

from datarax_typed.core.describe import describe_hint
from datarax_typed.errors import Problem

# What resolving or compiling an annotation may raise.
UNREADABLE = (NameError, SyntaxError, TypeError, AttributeError)


def resolved(
    annotation: object,
    global_names: Mapping[str, object],
    owner: type | None = None,
    parameters: tuple[object, ...] = (),
    *,
    of_attribute: bool = False,
) -> object:
    """Return the type that an annotation means.

    Args:
        annotation: a type, or its text.
        global_names: the names of the module that it stands in.
        owner: the class that it stands in.
        parameters: the type parameters of the function that it stands in.
        of_attribute: whether it stands at an attribute of the class, and may be a `ClassVar`.
    """
    if of_attribute and isinstance(annotation, str):
        annotation = ForwardRef(annotation, is_argument=False, is_class=True)
    local_names = {} if owner is None else names_in(owner, global_names)
    alone = SimpleNamespace(__annotations__={"it": annotation}, __type_params__=parameters)
    hint: object = get_type_hints(
        alone, globalns=dict(global_names), localns=local_names, include_extras=True
    )["it"]
    return hint


def names_in(cls: type, global_names: Mapping[str, object]) -> dict[str, object]:
    """Return the names that a class adds to those of its module: its own, and nested ones."""
    # In `date: date | None = None` the type is meant, not the attribute.
    nested = {name: value for name, value in vars(cls).items() if name not in global_names}
    return {**nested, cls.__name__: cls}


def unreadable(name: str, annotation: object, error: Exception) -> Problem:
    """Return the problem of an annotation that cannot be resolved or compiled."""
    text = annotation if isinstance(annotation, str) else describe_hint(annotation)
    return Problem(
        name,
        "an annotation that can be resolved when the class is made",
        f"{text} ({error})",
        "define its names at module level, above the class and not under TYPE_CHECKING"
        if isinstance(error, NameError)
        else "write a type",
    )


__all__ = ["UNREADABLE", "names_in", "resolved", "unreadable"]
