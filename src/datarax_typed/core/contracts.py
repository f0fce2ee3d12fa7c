"""Contracts: annotated signatures, checked when JAX traces and when they are called without it."""

import functools
import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, ParamSpec, TypeVar, cast

import jax
from typing_extensions import get_type_hints

from datarax_typed.core import axes
from datarax_typed.core.checks import Check, Report
from datarax_typed.core.hints import compile_hint
from datarax_typed.core.tracing import is_tracing
from datarax_typed.errors import ContractError, Problem, listing

METHODS: Final = (
    "apply",
    "transform",
    "generate_random_params",
    "sample_params",
    "apply_batch",
)

_ENABLED: ContextVar[bool] = ContextVar(
    "contracts", default=os.environ.get("DATARAX_TYPED_CONTRACTS", "on").lower() != "off"
)
_STAGE: ContextVar[str] = ContextVar("stage", default="")
_PLACES: ContextVar[tuple[str, ...]] = ContextVar("places", default=())
_REMEMBERED_AT_MOST = 256

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


def contracts_enabled() -> bool:
    """Return whether contracts are checked."""
    return _ENABLED.get()


@contextmanager
def contracts_off() -> Iterator[None]:
    """Switch contracts off within the block, in this thread alone."""
    token = _ENABLED.set(False)
    try:
        yield
    finally:
        _ENABLED.reset(token)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Name the stage of a composition that runs within the block, for error messages."""
    outer = _STAGE.get()
    token = _STAGE.set(f"{outer}.{name}" if outer else name)
    try:
        yield
    finally:
        _STAGE.reset(token)


def current_stage() -> str:
    """Return the stage of a composition that is running, or an empty string."""
    return _STAGE.get()


@contextmanager
def places(*names: str) -> Iterator[None]:
    """Say where the arguments of the next checked call come from: `data["image"]`."""
    token = _PLACES.set(names)
    try:
        yield
    finally:
        _PLACES.reset(token)


def contract(target: T) -> T:
    """Enforce the annotations of a function, or of the operator methods of a class.

    For classes that implement the protocols without inheriting; subclasses of `OperatorModule`
    are enforced without it.

    Raises:
        ContractError: an annotation cannot be resolved, or later, a value does not fit.
    """
    if not isinstance(target, type):
        return cast(T, _enforced(cast(Callable[..., object], target), None, is_method=False))
    enforce(target)
    return cast(T, target)


def enforce(cls: type) -> None:
    """Enforce the annotations of the operator methods that a class itself defines."""
    for name in METHODS:
        member = cls.__dict__.get(name)
        if isinstance(member, staticmethod):
            setattr(cls, name, staticmethod(_enforced(member.__func__, cls, is_method=False)))
        elif isinstance(member, classmethod):
            setattr(cls, name, classmethod(_enforced(member.__func__, cls, is_method=True)))
        elif callable(member):
            setattr(cls, name, _enforced(member, cls, is_method=True))


@dataclass(slots=True)
class _Signature:
    """The compiled contract of one function."""

    name: str
    parameters: inspect.Signature
    arguments: dict[str, Check]
    result: Check | None
    is_method: bool
    # What annotations such as "{self.n}" read: "self.n".
    reads: tuple[str, ...]
    remembered: dict[object, set[object]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.arguments and self.result is None

    def sizes(self, given: Mapping[str, object]) -> list[str]:
        """Return a line for each axis that is an attribute of an argument: its size."""
        known = [name for name in self.reads if re.fullmatch(r"\w+(\.\w+)*", name)]
        return [f"axis {{{name}}} = {_attribute(given, name)}" for name in known]


def _attribute(given: Mapping[str, object], name: str) -> object:
    argument, _, path = name.partition(".")
    return attrgetter(path)(given[argument]) if path else given[argument]


def _enforced(function: Callable[P, R], owner: type | None, *, is_method: bool) -> Callable[P, R]:
    if hasattr(function, "__datarax_contract__"):
        return function
    signature = _compile(function, owner, is_method=is_method)
    if signature.is_empty:
        return function

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not _ENABLED.get():
            return function(*args, **kwargs)
        return _call(function, signature, args, kwargs)

    checked.__datarax_contract__ = signature  # type: ignore[attr-defined]  # a mark on a function
    return checked


def _compile(function: Callable[..., object], owner: type | None, *, is_method: bool) -> _Signature:
    name = f"{owner.__qualname__}.{function.__name__}" if owner else function.__qualname__
    plain = inspect.unwrap(function)
    known = {owner.__name__: owner} if owner else {}
    try:
        hints = get_type_hints(plain, localns=known, include_extras=True)
        checks = {key: compile_hint(hint) for key, hint in hints.items()}
    except (NameError, SyntaxError, TypeError, AttributeError) as error:
        raise _unreadable(name, plain, error) from error
    result = checks.pop("return", None)
    arguments = {key: check for key, check in checks.items() if check is not None}
    text = " ".join(map(str, getattr(plain, "__annotations__", {}).values()))
    parameters = inspect.signature(plain)
    reads = tuple(dict.fromkeys(re.findall(r"\{([^{}]*)\}", text)))
    return _Signature(name, parameters, arguments, result, is_method, reads)


def _unreadable(name: str, function: Callable[..., object], error: Exception) -> ContractError:
    annotations = {k: str(v) for k, v in getattr(function, "__annotations__", {}).items()}
    missing = getattr(error, "name", None)
    guilty = [key for key, text in annotations.items() if missing and str(missing) in text]
    where = guilty[0] if guilty else "annotations"
    problem = Problem(
        where,
        "an annotation that can be resolved when the class is made",
        f"{annotations.get(where, annotations)} ({error})",
        "define its names at module level, above the class and not under TYPE_CHECKING",
    )
    return ContractError(listing(f"{name} has an unreadable contract:", [problem]), (problem,))


def _call(
    function: Callable[..., R],
    signature: _Signature,
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> R:
    key = None
    if not signature.reads and not is_tracing():
        # Without "{", no annotation looks into the operator itself.
        key = _value_key((args[1:] if signature.is_method else args, kwargs))
    if key is not None and key in signature.remembered:
        result = function(*args, **kwargs)
        if _value_key(result) in signature.remembered[key]:
            return result
        return _checked_call(lambda: result, signature, args, kwargs)
    result = _checked_call(lambda: function(*args, **kwargs), signature, args, kwargs)
    if key is not None:
        _remember(signature, key, _value_key(result))
    return result


def _checked_call(
    run: Callable[[], R],
    signature: _Signature,
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> R:
    try:
        given = signature.parameters.bind(*args, **kwargs).arguments
    except TypeError:
        # Python's own message about the arguments is the right one.
        return run()
    scope = given if signature.reads else {}
    where = _PLACES.get()
    names = list(given)[signature.is_method :]
    with axes.scope(scope), places():
        report = Report()
        for name, check in signature.arguments.items():
            if name in given:
                known = where[names.index(name) :] if name in names else ()
                _check_argument(signature, name, check, given[name], known, report)
        _settle(signature, given, report)
        result = run()
        if signature.result is not None:
            signature.result(result, "return value", report)
            _settle(signature, given, report)
    return result


def _check_argument(
    signature: _Signature,
    name: str,
    check: Check,
    value: object,
    known: tuple[str, ...],
    report: Report,
) -> None:
    """Check one argument; `known` are the places of it and of what comes after it."""
    parameter = signature.parameters.parameters[name]
    if parameter.kind is inspect.Parameter.VAR_POSITIONAL and isinstance(value, tuple):
        for index, item in enumerate(value):
            check(item, known[index] if index < len(known) else f"{name}[{index}]", report)
    elif parameter.kind is inspect.Parameter.VAR_KEYWORD and isinstance(value, Mapping):
        for key, item in value.items():
            check(item, str(key), report)
    elif value is not parameter.default:
        by_position = known and parameter.kind is not inspect.Parameter.KEYWORD_ONLY
        check(value, known[0] if by_position else name, report)


def _settle(signature: _Signature, given: Mapping[str, object], report: Report) -> None:
    report.settle()
    if not report.problems:
        return
    owner = next(iter(given.values()), None)
    label = getattr(owner, "name", None)
    label = f" of {type(owner).__name__} {label!r}" if isinstance(label, str) else ""
    place = f" at {_STAGE.get()}" if _STAGE.get() else ""
    title = f"{signature.name}{label}{place} does not fit its contract:"
    message = listing(title, report.problems, [*report.axes(), *signature.sizes(given)])
    raise ContractError(message, tuple(report.problems))


def _remember(signature: _Signature, call: object, result: object) -> None:
    if result is None:
        return
    if len(signature.remembered) >= _REMEMBERED_AT_MOST:
        signature.remembered.clear()
    signature.remembered.setdefault(call, set()).add(result)


def _value_key(value: object) -> object:
    """Return what decides whether a value fits, or None where structure and dtypes do not."""
    leaves, tree = jax.tree_util.tree_flatten(value)
    key: list[object] = [tree]
    for leaf in leaves:
        if isinstance(leaf, jax.Array):
            key += (leaf.shape, leaf.dtype)
        elif leaf is None or isinstance(leaf, bool | int | float | str):
            key += (type(leaf), leaf)
        else:
            return None
    return tuple(key)


__all__ = [
    "METHODS",
    "contract",
    "contracts_enabled",
    "contracts_off",
    "current_stage",
    "enforce",
    "places",
    "stage",
]
