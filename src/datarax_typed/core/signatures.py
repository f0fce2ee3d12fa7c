"""Annotated signatures, read and compiled once."""

import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final, TypeAlias, get_origin

from datarax_typed.core.annotations import UNREADABLE, resolved, unreadable
from datarax_typed.core.checks import Check
from datarax_typed.core.describe import UNPACK
from datarax_typed.core.hints import HintCompiler
from datarax_typed.core.remembered import Key, Remembered, is_literal, note, note_keywords
from datarax_typed.errors import ContractError, listing

_Kind: TypeAlias = inspect.Parameter
_BY_POSITION: Final = (_Kind.POSITIONAL_ONLY, _Kind.POSITIONAL_OR_KEYWORD)
_BY_NAME: Final = (_Kind.POSITIONAL_OR_KEYWORD, _Kind.KEYWORD_ONLY)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a function, and how arguments are bound to them.

    Attributes:
        signature: all of them.
        by_position: those that a plain argument may go to, in order.
        by_name: those that a keyword may go to, in order.
    """

    signature: inspect.Signature
    by_position: tuple[str, ...]
    by_name: tuple[str, ...]

    def bind(self, args: tuple[object, ...], kwargs: dict[str, object]) -> Mapping[str, object]:
        """Return the arguments by name, as many as fit: Python itself reports the others."""
        # By hand, unless a star takes some: `inspect` takes as long as the check of an array.
        given = dict(zip(self.by_position, args, strict=False))
        if kwargs:
            given |= {name: kwargs[name] for name in self.by_name if name in kwargs}
        if len(given) == len(args) + len(kwargs):
            return given
        try:
            # Partial: a wrapper may add the arguments that are missing here.
            return self.signature.bind_partial(*args, **kwargs).arguments
        except TypeError:
            return {}

    def defaults(self) -> dict[str, object]:
        """Return the defaults that are more than literals, by name."""
        defaults = {name: known.default for name, known in self.signature.parameters.items()}
        return {
            name: default
            for name, default in defaults.items()
            if default is not inspect.Parameter.empty and not is_literal(default)
        }


def parameters_of(function: Callable[..., object]) -> Parameters:
    """Return the parameters of a function; some that are written in C do not say theirs."""
    try:
        signature = inspect.signature(function)
    except ValueError:
        signature = inspect.Signature()
    kinds = {name: parameter.kind for name, parameter in signature.parameters.items()}
    return Parameters(
        signature,
        tuple(name for name, kind in kinds.items() if kind in _BY_POSITION),
        tuple(name for name, kind in kinds.items() if kind in _BY_NAME),
    )


@dataclass(slots=True)
class Signature:
    """The compiled contract of one function.

    Attributes:
        name: the function's, for messages.
        owner: the class that it was enforced in.
        parameters: what its arguments are bound by.
        arguments: the checks of annotated arguments.
        result: the check of the return value.
        returns_none: whether that has to be None.
        is_method: whether the first argument is the operator.
        reads: what annotations such as "{self.n}" read of the arguments: "self.n".
        together: the starred parameters whose values are checked as one, by `Unpack`.
        defaults: those that are more than literals; a default need not fit.
        sizes_of: reads these of the operator; None where they are more than sizes of the operator,
            and calls are not remembered.
        remembered: calls that were accepted.
    """

    name: str
    owner: type | None
    parameters: Parameters
    arguments: dict[str, Check]
    result: Check | None
    returns_none: bool
    is_method: bool
    reads: tuple[str, ...]
    together: frozenset[str]
    defaults: dict[str, object]
    sizes_of: "Callable[[object], list[object] | None] | None"
    remembered: Remembered = field(default_factory=Remembered)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to check."""
        return not self.arguments and self.result is None

    def key(self, args: tuple[object, ...], kwargs: dict[str, object]) -> Key | None:
        """Return what decides whether arguments fit, or None where that cannot be told."""
        parts = self._sizes_read(args) if self.reads else []
        # Of the operator itself, no annotation reads more.
        if parts is None or not note(parts, args[1:] if self.is_method else args):
            return None
        return tuple(parts) if not kwargs or note_keywords(parts, kwargs) else None

    def result_key(self, args: tuple[object, ...], result: object) -> list[object] | None:
        """Return what decides whether a result fits, or None where that cannot be told."""
        # The call may have changed the operator.
        parts = self._sizes_read(args) if self.reads else []
        return None if parts is None or not note(parts, (result,)) else parts

    def gives_default(self, given: Mapping[str, object]) -> bool:
        """Return whether an argument is one of the `defaults`: others may look alike."""
        return any(given.get(name) is default for name, default in self.defaults.items())

    def _sizes_read(self, args: tuple[object, ...]) -> list[object] | None:
        return self.sizes_of(args[0]) if self.sizes_of is not None and args else None

    def values(
        self, given: Mapping[str, object], places: tuple[str, ...]
    ) -> Iterator[tuple[Check, str, object]]:
        """Yield what is to be checked: the check, the path, the value.

        Args:
            given: the arguments by name.
            places: paths of the arguments by position, as far as they are known.
        """
        names = list(given)[self.is_method :]
        for name, check in self.arguments.items():
            if name in given:
                known = places[names.index(name) :] if name in names else ()
                for path, value in self._parts(name, given[name], known):
                    yield check, path, value

    def _parts(
        self, name: str, value: object, known: tuple[str, ...]
    ) -> Iterator[tuple[str, object]]:
        """Yield an argument, or each of those behind a star; `known` are its place and the next."""
        parameter = self.parameters.signature.parameters[name]
        if name in self.together:
            yield name, value
        elif parameter.kind is inspect.Parameter.VAR_POSITIONAL and isinstance(value, tuple):
            for index, item in enumerate(value):
                yield known[index] if index < len(known) else f"{name}[{index}]", item
        elif parameter.kind is inspect.Parameter.VAR_KEYWORD and isinstance(value, dict):
            yield from value.items()
        elif value is not parameter.default:
            by_position = known and parameter.kind is not inspect.Parameter.KEYWORD_ONLY
            yield known[0] if by_position else name, value

    def sizes(self, given: Mapping[str, object]) -> list[str]:
        """Return a line for each axis that is an attribute of an argument: its size."""
        sizes = {name: _attribute(given, name) for name in self.reads}
        return [f"axis {{{name}}} = {size}" for name, size in sizes.items() if size is not None]


def _sizes_of(
    reads: tuple[str, ...], own_name: str
) -> Callable[[object], list[object] | None] | None:
    """Return what reads "self.n" of an operator; None if not all is of that form."""
    if not all(re.fullmatch(rf"{own_name}(\.\w+)+", text) for text in reads):
        return None
    getters = [attrgetter(text.partition(".")[2]) for text in reads]

    def sizes_of(operator: object) -> list[object] | None:
        try:
            sizes = [getter(operator) for getter in getters]
        except Exception:  # noqa: BLE001  # a property may raise anything: the check reports it
            return None
        return sizes if all(type(size) is int for size in sizes) else None

    return sizes_of


def _attribute(given: Mapping[str, object], expression: str) -> object | None:
    if not re.fullmatch(r"\w+(\.\w+)*", expression):
        return None
    first, *path = expression.split(".")
    return functools.reduce(lambda value, name: getattr(value, name, None), path, given.get(first))


def read_signature(
    function: Callable[..., object], owner: type | None, *, is_method: bool
) -> Signature:
    """Read and compile the annotations of a function.

    Raises:
        ContractError: naming every annotation that cannot be resolved.
    """
    plain = _plain(function)
    own_name = getattr(plain, "__name__", type(plain).__name__)
    name = f"{owner.__qualname__}.{own_name}" if owner else getattr(plain, "__qualname__", own_name)
    names = getattr(plain, "__globals__", {})
    compiler = HintCompiler(owner)
    checks: dict[str, Check | None] = {}
    together = set()
    problems = []
    returns_none = False
    for key, annotation in (getattr(plain, "__annotations__", None) or {}).items():
        try:
            hint = resolved(annotation, names, owner, getattr(plain, "__type_params__", ()))
            checks[key] = compiler.compile(hint)
        except UNREADABLE as error:
            problems.append(unreadable(key, annotation, error))
            continue
        returns_none |= key == "return" and hint is type(None)
        if get_origin(hint) in UNPACK:
            together.add(key)
    if problems:
        title = f"{name} has an unreadable contract:"
        raise ContractError(listing(title, problems), tuple(problems))
    parameters = parameters_of(function)
    reads = tuple(compiler.reads)
    return Signature(
        name,
        owner,
        parameters,
        {key: check for key, check in checks.items() if check is not None and key != "return"},
        checks.get("return"),
        returns_none,
        is_method,
        reads,
        frozenset(together),
        parameters.defaults(),
        _sizes_of(reads, parameters.by_position[0])
        if is_method and parameters.by_position
        else None,
    )


def _plain(function: Any) -> Any:  # any callable: a function, a partial one, a jitted one...
    """Return the function that carries the annotations."""
    inner = inspect.unwrap(function)
    if isinstance(inner, functools.partial):
        return _plain(inner.func)
    return inner if inspect.isroutine(inner) else _plain(type(inner).__call__)


__all__ = ["Signature", "read_signature"]
