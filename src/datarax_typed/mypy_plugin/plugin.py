"""Which hook answers for which name."""

from collections.abc import Callable
from typing import Final

from mypy.nodes import TypeAlias, TypeInfo, Var
from mypy.options import Options
from mypy.plugin import (
    AnalyzeTypeContext,
    ClassDefContext,
    FunctionContext,
    MethodContext,
    Plugin,
    ReportConfigContext,
)
from mypy.plugins.default import DefaultPlugin
from mypy.types import Instance, Type, get_proper_type

from datarax_typed.mypy_plugin.annotated import TypeNames
from datarax_typed.mypy_plugin.config_call import ConfigCalls
from datarax_typed.mypy_plugin.config_class import config_class
from datarax_typed.mypy_plugin.guard import guarded
from datarax_typed.mypy_plugin.knowledge import Knowledge
from datarax_typed.mypy_plugin.schema import is_config

# Part of what mypy's cache is good for: to be raised when what is stored or reported changes.
VERSION: Final = 1

_PARTIAL: Final = "functools.partial"
_REPLACE: Final = ("dataclasses.replace", "copy.replace")


class DataraxPlugin(Plugin):
    """Reports configs and operators that would be refused when they are made."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._default = DefaultPlugin(options)
        self._type_names = TypeNames(self.lookup_fully_qualified)
        self._knowledge = Knowledge()
        self._configs = ConfigCalls(self._knowledge)

    def report_config_data(self, ctx: ReportConfigContext) -> object:
        """Return what makes mypy's cache invalid when it changes."""
        return {"version": VERSION}

    def get_type_analyze_hook(self, fullname: str) -> Callable[[AnalyzeTypeContext], Type] | None:
        """Return the hook of a type name."""
        return self._type_names.hook(fullname)

    def get_base_class_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        """Return the hook of subclasses of configs."""
        info = self._class(fullname)
        if info is not None and is_config(info):
            return guarded(config_class, lambda _: None)
        return None

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Return the hook of a call."""
        hook = self._function_hook(fullname)
        return None if hook is None else guarded(hook, _default_return_type)

    def _function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        if fullname in _REPLACE:
            return self._configs.replacement
        if fullname == _PARTIAL:
            default = self._default.get_function_hook(fullname) or _default_return_type
            return lambda ctx: self._configs.partial(ctx, default)
        if fullname.startswith("<"):
            return None
        if "." not in fullname:
            return self._configs.construction
        info = self._class(fullname)
        if info is not None and is_config(info):
            return self._configs.construction
        return None

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """Return the hook of a method's call."""
        if fullname == f"{_PARTIAL}.__call__":
            default = self._default.get_method_hook(fullname) or _default_return_type
            return guarded(lambda ctx: self._configs.partial_call(ctx, default), default)
        return None

    def _class(self, fullname: str) -> TypeInfo | None:
        symbol = self.lookup_fully_qualified(fullname) if "." in fullname else None
        node = symbol.node if symbol is not None else None
        if isinstance(node, TypeAlias):
            target = get_proper_type(node.target)
            return target.type if isinstance(target, Instance) else None
        return node if isinstance(node, TypeInfo) else None


def _default_return_type(ctx: FunctionContext | MethodContext) -> Type:
    return ctx.default_return_type


def plugin(version: str) -> type[DataraxPlugin]:
    """Return the plugin; mypy's entry point.

    Args:
        version: mypy's.
    """
    return DataraxPlugin


__all__ = ["VERSION", "DataraxPlugin", "plugin"]
