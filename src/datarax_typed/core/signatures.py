"""Annotated signatures, read and compiled once."""

import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_origin

from typing_extensions import Unpack

from datarax_typed.core.annotations import UNREADABLE, resolved, unreadable
from datarax_typed.core.checks import Check
from datarax_typed.core.hints import HintCompiler
from datarax_typed.core.remembered import Remembered
from datarax_typed.errors import ContractError, listing


@dataclass(slots=True)
class Signature:
    """The compiled contract of one function.

    Attributes:
        name: the function's, for messages.
        owner: the class that it was enforced in.
        parameters: what its arguments are bound by.
        arguments: the checks of annotated arguments.
        result: the check of the return value.
        is_method: whether the first argument is the operator.
        reads: what annotations such as "{self.n}" read of the arguments: "self.n". Calls of such a
            function are not remembered.
        together: the starred parameters whose values are checked as one, by `Unpack`.
        remembered: calls that were accepted.
    """

    name: str
    owner: type | None
    parameters: inspect.Signature
    arguments: dict[str, Check]
    result: Check | None
    is_method: bool
    reads: tuple[str, ...]
    together: frozenset[str]
    remembered: Remembered = field(default_factory=Remembered)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to check."""
        return not self.arguments and self.result is None

    def bind(self, args: tuple[object, ...], kwargs: dict[str, object]) -> Mapping[str, object]:
        """Return the arguments by name, as many as fit: Python itself reports the others."""
        try:
            # Partial: a wrapper may add the arguments that are missing here.
            return self.parameters.bind_partial(*args, **kwargs).arguments
        except TypeError:
            return {}

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
        parameter = self.parameters.parameters[name]
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
    for key, annotation in (getattr(plain, "__annotations__", None) or {}).items():
        try:
            hint = resolved(annotation, names, owner, getattr(plain, "__type_params__", ()))
            checks[key] = compiler.compile(hint)
        except UNREADABLE as error:
            problems.append(unreadable(key, annotation, error))
            continue
        if get_origin(hint) is Unpack:
            together.add(key)
    if problems:
        title = f"{name} has an unreadable contract:"
        raise ContractError(listing(title, problems), tuple(problems))
    return Signature(
        name,
        owner,
        _parameters(function),
        {key: check for key, check in checks.items() if check is not None and key != "return"},
        checks.get("return"),
        is_method,
        tuple(compiler.reads),
        frozenset(together),
    )


def _plain(function: Any) -> Any:  # any callable: a function, a partial one, a jitted one...
    """Return the function that carries the annotations."""
    inner = inspect.unwrap(function)
    if isinstance(inner, functools.partial):
        return _plain(inner.func)
    return inner if inspect.isroutine(inner) else _plain(type(inner).__call__)


def _parameters(function: Callable[..., object]) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except ValueError:
        # Some functions written in C have none.
        return inspect.Signature()


__all__ = ["Signature", "read_signature"]
