"""Contracts: annotated signatures, checked when JAX traces and when they are called without it."""

import functools
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, ParamSpec, TypeVar, cast

from jax.extend.source_info_util import register_exclusion

from datarax_typed.core import axes
from datarax_typed.core.checks import Report
from datarax_typed.core.remembered import Accepted, Key, same
from datarax_typed.core.signatures import Signature, read_signature
from datarax_typed.errors import ContractError, listing

METHODS: Final = (
    "apply",
    "transform",
    "generate_random_params",
    "sample_params",
    "apply_batch",
)

# JAX notes in a program which function made each instruction: none of those here did.
register_exclusion(__file__)

_ENABLED: ContextVar[bool] = ContextVar(
    "contracts", default=os.environ.get("DATARAX_TYPED_CONTRACTS", "on").lower() != "off"
)
_STAGE: ContextVar[str] = ContextVar("stage", default="")
_PLACES: ContextVar[tuple[str, ...]] = ContextVar("places", default=())

# Whether the axes of a call that is remembered are bound while it runs, which takes its time.
_binds_recalled = False

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


def bind_recalled() -> None:
    """From now on, bind the axes of calls that are not checked anew, for who asks for them."""
    global _binds_recalled  # noqa: PLW0603  # a ContextVar would take longer, in every call
    _binds_recalled = True


class places:  # noqa: N801  # used like a function; a generator would take longer
    """Say where the arguments of the next checked call come from: `data["image"]`."""

    __slots__ = ("_names", "_token")

    def __init__(self, *names: str) -> None:
        self._names = names

    def __enter__(self) -> None:
        self._token = _PLACES.set(self._names)

    def __exit__(self, *_: object) -> None:
        _PLACES.reset(self._token)


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


def enforce(cls: type, *, below: type | None = None) -> None:
    """Enforce the annotations of the operator methods of a class, inherited ones too.

    Args:
        cls: the class; what it inherits stays as it is, it gets an enforced method of its own.
        below: a base whose subclasses have enforced their own methods already.
    """
    for name in METHODS:
        owner = next((base for base in cls.__mro__ if name in base.__dict__), None)
        if owner is not None and (owner is cls or below is None or not issubclass(owner, below)):
            _enforce_member(cls, name, owner.__dict__[name])


def _enforce_member(cls: type, name: str, member: object) -> None:
    if isinstance(member, staticmethod):
        enforced: object = staticmethod(_enforced(member.__func__, cls, is_method=False))
    elif isinstance(member, classmethod):
        enforced = classmethod(_enforced(member.__func__, cls, is_method=True))
    elif callable(member) and not isinstance(member, type):
        enforced = _enforced(member, cls, is_method=hasattr(member, "__get__"))
    else:
        return
    setattr(cls, name, enforced)


def _enforced(function: Callable[P, R], owner: type | None, *, is_method: bool) -> Callable[P, R]:
    if hasattr(function, "__datarax_contract__"):
        return function
    signature = read_signature(function, owner, is_method=is_method)
    if signature.is_empty:
        return function
    checked = functools.wraps(function)(_checking(function, signature))
    checked.__datarax_contract__ = signature  # type: ignore[attr-defined]  # a mark on a function
    # What is no method, such as a callable object in a class, must not become one.
    if owner is not None and not is_method:
        return cast(Callable[P, R], staticmethod(checked))
    return checked


def _checking(function: Callable[P, R], signature: Signature) -> Callable[P, R]:
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not _ENABLED.get():
            return function(*args, **kwargs)
        key = signature.key(args, kwargs)
        known = signature.remembered.get(key)
        if known is None:
            return _checked_call(lambda: function(*args, **kwargs), signature, key, args, kwargs)
        if _binds_recalled:
            result = _bound(function, signature, known, args, kwargs)
        elif _PLACES.get():
            result = _nested(function, args, kwargs)
        else:
            result = function(*args, **kwargs)
        if signature.result is None or (result is None and signature.returns_none):
            return result
        if not same(signature.result_key(args, result), known.result):
            _checked_call(lambda: result, signature, key, args, kwargs, known)
        return result

    return checked


def _nested(function: Callable[..., R], args: tuple[object, ...], kwargs: dict[str, object]) -> R:
    # The places are of these arguments: a call within has others.
    with places():
        return function(*args, **kwargs)


def _bound(
    function: Callable[..., R],
    signature: Signature,
    known: Accepted,
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> R:
    given = signature.parameters.bind(args, kwargs) if signature.reads else {}
    axes.recall(known.bindings, given)
    try:
        return _nested(function, args, kwargs) if _PLACES.get() else function(*args, **kwargs)
    finally:
        axes.forget()


def _checked_call(
    run: Callable[[], R],
    signature: Signature,
    key: Key | None,
    args: tuple[object, ...],
    kwargs: dict[str, object],
    known: Accepted | None = None,
) -> R:
    given = signature.parameters.bind(args, kwargs)
    values = signature.values(given, _PLACES.get())
    with axes.scope(given if signature.reads else {}), places():
        report = Report()
        for check, path, value in values:
            check(value, path, report)
        if known is None:
            _settle(signature, given, report)
        else:
            # They were accepted before the call, which may have changed them.
            report = Report(bound_at=report.bound_at)
            axes.restore(known.bindings)
        bindings = axes.snapshot()
        result = run()
        if known is None and axes.count() > len(report.bound_at):
            report.note_axes("an assertion")
        if signature.result is not None:
            signature.result(result, "return value", report)
            _settle(signature, given, report)
    if key is not None and not signature.gives_default(given):
        accepted = Accepted(signature.result_key(args, result), bindings)
        signature.remembered.add(key, accepted)
    return result


def _settle(signature: Signature, given: Mapping[str, object], report: Report) -> None:
    report.settle()
    if not report.problems:
        return
    place = f" at {_STAGE.get()}" if _STAGE.get() else ""
    title = f"{signature.name}{_label(signature, given)}{place} does not fit its contract:"
    message = listing(title, report.problems, [*report.axes(), *signature.sizes(given)])
    raise ContractError(message, tuple(report.problems))


def _label(signature: Signature, given: Mapping[str, object]) -> str:
    operator = next(iter(given.values()), None)
    if not signature.is_method or isinstance(operator, type):
        return ""
    name = getattr(operator, "name", None)
    label = f" {name!r}" if isinstance(name, str) else ""
    kind = type(operator)
    return f" of {kind.__name__}{label}" if label or kind is not signature.owner else ""


__all__ = [
    "METHODS",
    "bind_recalled",
    "contract",
    "contracts_enabled",
    "contracts_off",
    "current_stage",
    "enforce",
    "places",
    "stage",
]
