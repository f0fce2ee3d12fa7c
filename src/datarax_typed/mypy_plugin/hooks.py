"""Which hook answers for which name."""

from collections.abc import Callable
from typing import Final, TypeVar

from mypy.nodes import SymbolNode, SymbolTableNode, TypeAlias, TypeInfo, Var
from mypy.options import Options
from mypy.plugin import (
    AttributeContext,
    ClassDefContext,
    FunctionContext,
    MethodContext,
)
from mypy.plugins.default import DefaultPlugin
from mypy.types import Instance, Type, get_proper_type

from datarax_typed.mypy_plugin.annotated import Hook, TypeNames
from datarax_typed.mypy_plugin.callee import info_of
from datarax_typed.mypy_plugin.config_call import ConfigCalls
from datarax_typed.mypy_plugin.config_class import config_class
from datarax_typed.mypy_plugin.guard import guarded
from datarax_typed.mypy_plugin.knowledge import Knowledge
from datarax_typed.mypy_plugin.methods import is_operator
from datarax_typed.mypy_plugin.operator_call import RNGS, OperatorCalls
from datarax_typed.mypy_plugin.operator_class import operator_class
from datarax_typed.mypy_plugin.partials import Partials
from datarax_typed.mypy_plugin.schema import is_config
from datarax_typed.mypy_plugin.shapes.carried import Carrier
from datarax_typed.mypy_plugin.shapes.declared import is_telling
from datarax_typed.mypy_plugin.shapes.hooks import ShapeHooks
from datarax_typed.mypy_plugin.stored import depend

_CallT = TypeVar("_CallT", FunctionContext, MethodContext)

_PARTIAL: Final = "functools.partial"
_REPLACE: Final = ("dataclasses.replace", "copy.replace")


class Hooks:
    """The hooks of one run of mypy, and what they know together.

    Args:
        options: mypy's options.
        look_up: gives the symbol of a full name.
    """

    def __init__(self, options: Options, look_up: Callable[[str], SymbolTableNode | None]) -> None:
        self._default = DefaultPlugin(options)
        self._look_up = look_up
        self._knowledge = Knowledge()
        self._configs = ConfigCalls(self._knowledge)
        self._operators = OperatorCalls(self._knowledge)
        self._partials = Partials(self._knowledge, self._configs, self._operators)
        self._shapes = ShapeHooks(self._node, options, self._knowledge)
        self.of_type_name: Callable[[str], Hook | None] = TypeNames(
            look_up, Carrier(), self._shapes.watch, is_telling
        ).hook

    def of_base_class(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        """Return the hook of subclasses of configs."""
        info = self._class(fullname)
        if info is not None and is_config(info):
            return guarded(config_class, _nothing)
        if info is not None and is_operator(info):
            return guarded(operator_class, _nothing)
        return None

    def of_function(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Return the hook of a call."""
        hook = self._function_hook(fullname)
        checked = self._shapes.of_function(fullname, hook or self._default_of(fullname))
        hook = checked or hook
        return None if hook is None else guarded(hook, _default_return_type)

    def _default_of(self, fullname: str) -> Callable[[FunctionContext], Type]:
        return self._default.get_function_hook(fullname) or _default_return_type

    def _function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        if fullname in _REPLACE:
            return _depending(self._configs.replacement)
        if fullname == _PARTIAL:
            default = self._default.get_function_hook(fullname) or _default_return_type
            return lambda ctx: self._partials.creation(ctx, default)
        if fullname.startswith("<"):
            return None
        if fullname == RNGS:
            return self._operators.generators
        node = self._node(fullname)
        if isinstance(node, TypeInfo):
            if is_config(node):
                return _depending(self._configs.construction)
            return _depending(self._operators.construction) if is_operator(node) else None
        # A local name has no symbol here, and may be a variable too.
        return self._of_variable if node is None or isinstance(node, Var) else None

    def _of_variable(self, ctx: FunctionContext) -> Type:
        """Check a call of a name that is no class: a variable that holds one, or a function."""
        info = info_of(ctx.default_return_type)
        if info is not None and is_config(info):
            return _depending(self._configs.construction)(ctx)
        if info is not None and is_operator(info):
            return _depending(self._operators.construction)(ctx)
        return ctx.default_return_type

    def of_attribute(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Return the hook of an attribute."""
        return self._shapes.of_attribute(fullname)

    def of_method(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """Return the hook of a method's call."""
        hook = self._method_hook(fullname)
        default = self._default.get_method_hook(fullname) or _default_return_type
        checked = self._shapes.of_method(fullname, hook or default)
        hook = checked or hook
        return None if hook is None else guarded(hook, default)

    def _method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        if fullname == f"{_PARTIAL}.__call__":
            default = self._default.get_method_hook(fullname) or _default_return_type
            return _depending(lambda ctx: self._partials.call(ctx, default))
        owner, _, name = fullname.rpartition(".")
        info = self._class(owner) if name == "copy" else None
        if info is not None and is_operator(info):
            return _depending(self._operators.copy)
        return None

    def _class(self, fullname: str) -> TypeInfo | None:
        node = self._node(fullname)
        return node if isinstance(node, TypeInfo) else None

    def _node(self, fullname: str) -> SymbolNode | None:
        """Return what a full name stands for; of an alias, what that stands for."""
        symbol = self._look_up(fullname) if "." in fullname else None
        node = symbol.node if symbol is not None else None
        if isinstance(node, TypeAlias):
            target = get_proper_type(node.target)
            return target.type if isinstance(target, Instance) else node
        return node


def _depending(hook: Callable[[_CallT], Type]) -> Callable[[_CallT], Type]:
    def call(ctx: _CallT) -> Type:
        depend(ctx)
        return hook(ctx)

    return call


def _default_return_type(ctx: FunctionContext | MethodContext) -> Type:
    return ctx.default_return_type


def _nothing(ctx: ClassDefContext) -> None:
    return None


__all__ = ["Hooks"]
