"""Type hints compiled to checks."""

import dataclasses
import re
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import (
    Annotated,
    Any,
    Final,
    ForwardRef,
    Generic,
    Literal,
    NewType,
    NotRequired,
    Required,
    Self,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from jaxtyping import AbstractArray, PyTree
from typing_extensions import (
    NoDefault,
    ReadOnly,
    TypeAliasType,
    get_original_bases,
    get_type_hints,
    is_typeddict,
)

from datarax_typed.core import checks, containers
from datarax_typed.core.annotations import names_in, resolved
from datarax_typed.core.checks import Check
from datarax_typed.core.describe import UNPACK, describe_hint

# The check of `origin[args]`, given a compiler for the arguments.
Factory: TypeAlias = Callable[[tuple[object, ...], Callable[[object], Check | None]], Check | None]

_FACTORIES: dict[type, Factory] = {}
# A class of the user's may use its parameters for something else than its items.
_STANDARD = ("builtins", "collections", "collections.abc")
_QUALIFIERS = (Required, NotRequired, ReadOnly, Final)


def register_check(origin: type, factory: Factory) -> None:
    """Let a generic class say itself how `origin[args]` is checked."""
    _FACTORIES[origin] = factory


def compile_hint(hint: object) -> Check | None:
    """Return the check of a resolved type hint, or None where every value fits.

    Raises:
        NameError: a name in the fields of a TypedDict, dataclass or NamedTuple is not known.
        TypeError: it, or a part of it, is not a type.
    """
    return HintCompiler().compile(hint)


class HintCompiler:
    """Compiles the hints of one signature.

    Args:
        owner: what `Self` means.

    Attributes:
        reads: what the axes that were met, such as "{self.n}", read: "self.n".
    """

    def __init__(self, owner: type | None = None) -> None:
        self.reads: dict[str, None] = {}
        self._meanings: dict[object, object] = {} if owner is None else {Self: owner}
        # Classes and aliases that have been begun: they may contain themselves.
        self._started: dict[object, list[Check | None]] = {}

    def compile(self, hint: object) -> Check | None:
        """Return the check of a hint, or None where every value fits."""
        origin, args = get_origin(hint), get_args(hint)
        if hint is Any or hint is object or hint is PyTree:
            return None
        if isinstance(hint, str | ForwardRef):
            raise NameError(f"{hint!r} is not defined")
        if isinstance(hint, TypeVar) or hint is Self:
            return self._variable(hint)
        if isinstance(hint, NewType):
            return self.compile(hint.__supertype__)
        if isinstance(origin or hint, TypeAliasType):
            return self._alias(hint, origin or hint, args)
        if isinstance(hint, type) and issubclass(hint, AbstractArray | PyTree):
            return self._arrays(hint)
        if origin is Annotated or not isinstance(origin, type | None):
            return self._special(hint, origin, args)
        return self._class(hint, origin or hint, args)

    def _special(self, hint: object, origin: object, args: tuple[object, ...]) -> Check | None:
        if origin in _QUALIFIERS:
            return self.compile(args[0])
        if origin is Annotated:
            return checks.constrained_check(self.compile(args[0]), args[1:])
        if origin is Union:
            return self._union(args)
        if origin is Literal:
            return checks.literal_check(args, describe_hint(hint))
        if origin in UNPACK:
            # Of keyword arguments, which are checked together.
            return self.compile(args[0])
        return checks.plain_check(hint)

    def _arrays(self, hint: type) -> Check:
        if issubclass(hint, AbstractArray):
            self.reads |= dict.fromkeys(re.findall(r"\{([^{}]*)\}", hint.dim_str))
            return checks.array_check(hint)
        leaf = self.compile(getattr(hint, "leaftype", object))
        return containers.tree_check(leaf, getattr(hint, "structure", None))

    def _class(self, hint: object, origin: object, args: tuple[object, ...]) -> Check | None:
        if origin is types.UnionType:
            return self._union(args)
        if isinstance(origin, type):
            if origin in _FACTORIES:
                return _FACTORIES[origin](args, self.compile)
            if is_typeddict(origin) or dataclasses.is_dataclass(origin) or _is_named(origin):
                return self._record(hint, origin, args)
            # Without arguments, tuple[()] is meant: it has an origin, and `tuple` has none.
            if origin is tuple and hint not in (tuple, typing.Tuple):  # noqa: UP006  # the bare one
                return self._tuple(hint, args)
            if args and origin.__module__ in _STANDARD:
                return self._items(hint, origin, args)
        # `typing.List` alone means `list`; beartype warns of the old name.
        return checks.plain_check(hint if args else origin)

    def _items(self, hint: object, origin: type, args: tuple[object, ...]) -> Check:
        expected = describe_hint(hint)
        if len(args) == 2 and issubclass(origin, Mapping):
            keys, values = map(self.compile, args)
            return containers.mapping_check(origin, keys, values, expected)
        if len(args) == 1 and issubclass(origin, Iterable):
            return containers.sequence_check(origin, self.compile(args[0]), expected)
        return checks.plain_check(hint)

    def _variable(self, variable: Any) -> Check | None:  # a TypeVar, or Self, which has no type
        if variable in self._meanings:
            return self.compile(self._meanings[variable])
        if variable is Self:
            raise TypeError("Self has no meaning outside of a class")
        return self.compile(_limit(variable))

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
            return containers.sequence_check(tuple, self.compile(args[0]), expected)
        star = next((at for at, item in enumerate(args) if _unpacked(item)), None)
        if star is None:
            return containers.tuple_check([self.compile(item) for item in args], expected)
        before, middle, after = args[:star], _unpacked(args[star]), args[star + 1 :]
        if middle[1:] != (Ellipsis,):
            return self._tuple(hint, (*before, *middle, *after))
        first, last = ([*map(self.compile, part)] for part in (before, after))
        return containers.star_tuple_check(first, self.compile(middle[0]), last, expected)

    def _alias(self, hint: object, alias: Any, args: tuple[object, ...]) -> Check | None:
        # alias: TypeAliasType cannot stand in an annotation before Python 3.12.
        return self._once(
            hint,
            dict(zip(alias.__type_params__, args, strict=False)),
            lambda: self.compile(resolved(alias.__value__, vars(sys.modules[alias.__module__]))),
        )

    def _record(self, hint: object, origin: type, args: tuple[object, ...]) -> Check | None:
        def check() -> Check:
            # Its own name is not known to its module if it stands in a function.
            names = names_in(origin, vars(sys.modules[origin.__module__]))
            hints = get_type_hints(origin, localns=names, include_extras=True)
            return self._record_check(origin, hints)

        return self._once(hint, _meanings_in(origin, args), check)

    def _once(
        self, hint: object, meanings: dict[object, object], check: Callable[[], Check | None]
    ) -> Check | None:
        if hint in self._started:
            # It contains itself: by the time a value is checked, the list is filled.
            return _later(self._started[hint])
        self._started[hint] = []
        outer, self._meanings = self._meanings, {**self._meanings, **meanings}
        compiled = check()
        self._meanings = outer
        self._started[hint].append(compiled)
        # The same variable may mean something else the next time: Pair[T] within Pair[int].
        return self._started.pop(hint)[0]

    def _record_check(self, origin: type, hints: dict[str, object]) -> Check:
        if is_typeddict(origin):
            items = {name: self.compile(hint) for name, hint in hints.items()}
            required = {name for name, hint in hints.items() if _is_required(origin, name, hint)}
            return containers.typed_dict_check(origin.__name__, items, required)
        if dataclasses.is_dataclass(origin):
            names = [field.name for field in dataclasses.fields(origin)]
        else:
            names = list(hints)
        items = {name: self.compile(hints[name]) for name in names}
        return containers.attributes_check(origin, items)


def _later(checks_to_come: list[Check | None]) -> Check:
    def check(value: object, where: str, report: checks.Report) -> None:
        checks.run(checks_to_come[0], value, where, report)

    return check


def _meanings_in(origin: type, args: tuple[object, ...]) -> dict[object, object]:
    """Return what the type variables of a class and of its generic bases mean."""
    parameters: tuple[Any, ...] = getattr(origin, "__parameters__", ())  # of several kinds
    given = (*args, *map(_limit, parameters[len(args) :]))
    own: dict[object, object] = dict(zip(parameters, given, strict=False))
    meanings = dict(own)
    for base in get_original_bases(origin):
        base_origin = get_origin(base)
        if isinstance(base_origin, type) and base_origin is not Generic:
            base_args = tuple(_substituted(arg, own) for arg in get_args(base))
            for variable, meaning in _meanings_in(base_origin, base_args).items():
                if meanings.setdefault(variable, meaning) != meaning:
                    raise TypeError(f"{variable} means two things in {origin.__name__}")
    return meanings


def _substituted(hint: Any, meanings: Mapping[object, object]) -> object:  # a hint has no type
    if hint in meanings:
        return meanings[hint]
    inner = getattr(hint, "__parameters__", ())
    return hint[tuple(meanings.get(variable, variable) for variable in inner)] if inner else hint


def _limit(variable: Any) -> object:  # a TypeVar, or another parameter of a class
    default = getattr(variable, "__default__", NoDefault)
    if default is not NoDefault:
        return default
    if constraints := getattr(variable, "__constraints__", ()):
        return Union[constraints]  # noqa: UP007  # of a tuple
    return getattr(variable, "__bound__", None) or Any


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


def _unpacked(item: object) -> tuple[object, ...]:
    """Return (int, ...) of `*tuple[int, ...]`, or nothing if there is no star."""
    if get_origin(item) in UNPACK:
        return get_args(get_args(item)[0])
    return get_args(item) if getattr(item, "__unpacked__", False) else ()


__all__ = ["Factory", "HintCompiler", "compile_hint", "register_check"]
