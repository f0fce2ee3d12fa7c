"""A problem within the plugin never ends the user's run."""

import sys
import traceback
from collections.abc import Callable
from typing import Final, TypeVar

_SAID: Final[set[str]] = set()
_ContextT = TypeVar("_ContextT")
_ResultT = TypeVar("_ResultT")


def guarded(
    hook: Callable[[_ContextT], _ResultT], otherwise: Callable[[_ContextT], _ResultT]
) -> Callable[[_ContextT], _ResultT]:
    """Return a hook that does what mypy would do without it where it fails.

    Args:
        hook: the hook.
        otherwise: gives what the hook returns where it has nothing to say.
    """

    def call(ctx: _ContextT) -> _ResultT:
        try:
            return hook(ctx)
        except Exception as error:  # noqa: BLE001  # whatever it is, mypy goes on
            say_once(error)
            return otherwise(ctx)

    return call


def say_once(error: Exception) -> None:
    """Say on the standard error stream that a check is missing, and how to report it."""
    if not _SAID:
        last = traceback.extract_tb(error.__traceback__)[-1]
        sys.stderr.write(
            "datarax_typed.mypy_plugin: a check failed within the plugin and was left out; "
            "everything else was checked. Please report this to the authors of datarax-typed, "
            "with the code that was checked and this line: "
            f"{type(error).__name__}: {error} (in {last.name}, line {last.lineno})\n"
        )
    _SAID.add(type(error).__name__)


__all__ = ["guarded", "say_once"]
