"""The mypy plugin: configs and operators that would be refused are errors in mypy.

Switched on by `plugins = ["datarax_typed.mypy_plugin"]` in mypy's configuration. Nothing of JAX
is imported here, and nothing of the library but its rules.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from mypy.plugin import (
    AnalyzeTypeContext,
    AttributeContext,
    ClassDefContext,
    FunctionContext,
    MethodContext,
    Plugin,
    ReportConfigContext,
)
from mypy.types import Type

import datarax_typed

# mypy asks which codes there are before it asks for a hook.
from datarax_typed.mypy_plugin.codes import CONFIG, DTYPE, FIELD, OPERATOR, SHAPE
from datarax_typed.mypy_plugin.guard import say_once

if TYPE_CHECKING:
    from mypy.options import Options

    from datarax_typed.mypy_plugin.hooks import Hooks

_HookT = TypeVar("_HookT")

# Part of what mypy's cache is good for: to be raised when what is stored or reported changes.
VERSION: Final = 2


class DataraxPlugin(Plugin):
    """Reports configs and operators that would be refused when they are made."""

    def __init__(self, options: "Options") -> None:
        super().__init__(options)
        self._made: Hooks | None = None
        self._failure: Exception | None = None

    def _hooks(self) -> "Hooks":
        if self._made is not None:
            return self._made
        if self._failure is not None:
            # What cannot be imported once is not tried for every name.
            raise self._failure.with_traceback(None)
        try:
            # A run that finds everything in the cache asks for no hook, and does not wait for them.
            from datarax_typed.mypy_plugin.hooks import Hooks

            self._made = Hooks(self.options, self.lookup_fully_qualified)
        except Exception as error:
            self._failure = error
            raise
        return self._made

    def report_config_data(self, ctx: ReportConfigContext) -> object:
        """Return what makes mypy's cache invalid when it changes."""
        return {"plugin": VERSION, "library": datarax_typed.__version__}

    def get_type_analyze_hook(self, fullname: str) -> Callable[[AnalyzeTypeContext], Type] | None:
        """Return the hook of a type name."""
        # Asked for with every name in every annotation.
        try:
            return (self._made or self._hooks()).of_type_name(fullname)
        except Exception as error:  # noqa: BLE001  # whatever it is, mypy goes on
            say_once(error)
            return None

    def get_base_class_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        """Return the hook of subclasses of configs and operators."""
        return _none_on_error(lambda: self._hooks().of_base_class(fullname))

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Return the hook of a call."""
        return _none_on_error(lambda: self._hooks().of_function(fullname))

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """Return the hook of a method's call."""
        return _none_on_error(lambda: self._hooks().of_method(fullname))

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Return the hook of an attribute."""
        return _none_on_error(lambda: self._hooks().of_attribute(fullname))


def _none_on_error(find: Callable[[], _HookT | None]) -> _HookT | None:
    try:
        return find()
    except Exception as error:  # noqa: BLE001  # whatever it is, mypy goes on
        say_once(error)
        return None


def plugin(version: str) -> type[DataraxPlugin]:
    """Return the plugin; mypy's entry point.

    Args:
        version: mypy's.
    """
    return DataraxPlugin


__all__ = ["CONFIG", "DTYPE", "FIELD", "OPERATOR", "SHAPE", "VERSION", "DataraxPlugin", "plugin"]
