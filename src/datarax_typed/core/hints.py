"""Type hints compiled to checks."""

import dataclasses
import types
from collections.abc import Callable, Mapping, Sequence
from typing import (
    Annotated,
    Any,
    NotRequired,
    Required,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from jaxtyping import AbstractArray, PyTree
from typing_extensions import ReadOnly, get_type_hints, is_typeddict

from datarax_typed.core import checks
from datarax_typed.core.checks import Check
from datarax_typed.core.describe import describe_hint

# The check of `origin[args]`, given a compiler for the arguments.
Factory: TypeAlias = Callable[[tuple[object, ...], Callable[[object], Check | None]], Check | None]

_FACTORIES: dict[type, Factory] = {}
_SEQUENCES = (list, Sequence, set, frozenset)
_QUALIFIERS = (Required, NotRequired, ReadOnly)


def register_check(origin: type, factory: Factory) -> None:
    """Let a generic class say itself how `origin[args]` is checked."""
    _FACTORIES[origin] = factory


def compile_hint(hint: object) -> Check | None:
    """Return the check of a resolved type hint, or None where every value fits.

    Raises:
        NameError: a name in the fields of a TypedDict, dataclass or NamedTuple is not known.
    """
    return _Compiler({}, {}).compile(hint)


class _Compiler:
    """Compiles one hint: knows its type variables, and the classes it is in the middle of."""

    def __init__(
        self, variables: Mapping[object, object], started: dict[object, list[Check]]
    ) -> None:
        self.variables = variables
        self.started = started

    def compile(self, hint: object) -> Check | None:
        origin, args = get_origin(hint), get_args(hint)
        if hint is Any or hint is object or hint is PyTree:
            return None
        if isinstance(hint, TypeVar):
            return self._variable(hint)
        if isinstance(hint, type) and issubclass(hint, AbstractArray):
            return checks.array_check(hint)
        if isinstance(hint, type) and issubclass(hint, PyTree):
            leaf = self.compile(getattr(hint, "leaftype", object))
            return checks.tree_check(hint, leaf, getattr(hint, "structure", None))
        if origin in _QUALIFIERS:
            return self.compile(args[0])
        if origin is Annotated:
            return checks.constrained_check(self.compile(args[0]), args[1:])
        if origin in (Union, types.UnionType):
            return self._union(args)
        return self._class(hint, origin or hint, args)

    def _class(self, hint: object, origin: object, args: tuple[object, ...]) -> Check | None:
        if isinstance(origin, type):
            if origin in _FACTORIES:
                return _FACTORIES[origin](args, self.compile)
            if is_typeddict(origin) or dataclasses.is_dataclass(origin) or _is_named(origin):
                return self._record(hint, origin, args)
            if args and issubclass(origin, tuple):
                return self._tuple(hint, args)
            if len(args) == 2 and issubclass(origin, Mapping):
                keys, values = map(self.compile, args)
                return checks.mapping_check(origin, keys, values, describe_hint(hint))
            if len(args) == 1 and origin in _SEQUENCES:
                return checks.sequence_check(origin, self.compile(args[0]), describe_hint(hint))
        return checks.plain_check(hint)

    def _variable(self, variable: TypeVar) -> Check | None:
        if variable in self.variables:
            return self.compile(self.variables[variable])
        if variable.__constraints__:
            return self._union(variable.__constraints__)
        return self.compile(variable.__bound__ or object)

    def _union(self, hints: tuple[object, ...]) -> Check | None:
        arms = [self.compile(hint) for hint in hints if hint is not type(None)]
        known = [arm for arm in arms if arm is not None]
        if len(known) < len(arms):
            return None
        expected = " | ".join(map(describe_hint, hints))
        return checks.union_check(expected, known, optional=len(arms) < len(hints))

    def _tuple(self, hint: object, args: tuple[object, ...]) -> Check:
        expected = describe_hint(hint)
        if len(args) == 2 and args[1] is Ellipsis:
            return checks.sequence_check(tuple, self.compile(args[0]), expected)
        items = () if args == ((),) else args
        return checks.tuple_check([self.compile(item) for item in items], expected)

    def _record(self, hint: object, origin: type, args: tuple[object, ...]) -> Check:
        if hint in self.started:
            # A class that contains itself: by the time a value is checked, the list is filled.
            return _later(self.started[hint])
        self.started[hint] = []
        variables = dict(zip(getattr(origin, "__parameters__", ()), args, strict=False))
        inner = _Compiler({**self.variables, **variables}, self.started)
        hints = get_type_hints(origin, include_extras=True)
        check = _record_check(origin, hints, inner.compile)
        self.started[hint].append(check)
        return check


def _later(checks_to_come: list[Check]) -> Check:
    def check(value: object, where: str, report: checks.Report) -> None:
        checks_to_come[0](value, where, report)

    return check


def _record_check(
    origin: type, hints: dict[str, object], compiled: Callable[[object], Check | None]
) -> Check:
    if is_typeddict(origin):
        items = {name: compiled(hint) for name, hint in hints.items()}
        required = {name for name, hint in hints.items() if _is_required(origin, name, hint)}
        return checks.typed_dict_check(origin.__name__, items, required)
    if dataclasses.is_dataclass(origin):
        names = [field.name for field in dataclasses.fields(origin)]
    else:
        names = list(hints)
    return checks.attributes_check(origin, {name: compiled(hints[name]) for name in names})


def _is_required(origin: type, name: str, hint: object) -> bool:
    # Under `from __future__ import annotations` the class itself misses the qualifiers.
    while get_origin(hint) in (*_QUALIFIERS, Annotated):
        if get_origin(hint) in (Required, NotRequired):
            return get_origin(hint) is Required
        hint = get_args(hint)[0]
    keys: frozenset[str] = getattr(origin, "__required_keys__", frozenset())
    return name in keys


def _is_named(origin: type) -> bool:
    return issubclass(origin, tuple) and hasattr(origin, "_fields")


__all__ = ["Factory", "compile_hint", "register_check"]
