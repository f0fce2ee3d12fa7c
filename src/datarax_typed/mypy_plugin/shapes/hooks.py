"""Which calls are looked at for the shapes of their arguments."""

from collections.abc import Callable
from typing import Final, TypeVar

from mypy.checker import TypeChecker
from mypy.errors import Errors
from mypy.nodes import (
    Context,
    Decorator,
    FuncBase,
    MypyFile,
    OverloadedFuncDef,
    SymbolNode,
    TypeInfo,
    Var,
)
from mypy.options import Options
from mypy.plugin import AttributeContext, FunctionContext, MethodContext
from mypy.types import CallableType, Overloaded, Type, get_proper_type

from datarax_typed.mypy_plugin.guard import say_once
from datarax_typed.mypy_plugin.knowledge import Knowledge
from datarax_typed.mypy_plugin.methods import is_operator
from datarax_typed.mypy_plugin.shapes.checks import Checks
from datarax_typed.mypy_plugin.shapes.declared import has_annotation

_CallT = TypeVar("_CallT", FunctionContext, MethodContext)

# What gives arrays, or is made to be called with some.
_PACKAGES: Final = (
    *("jax.", "flax.nnx.", "flax.linen.", "einops.", "equinox.nn."),
    *("datarax_typed.core.", "datarax_typed.operators.", "datarax_typed.transforms."),
)
_OF_PYTHON: Final = (" of object", " of type", " of dict", " of BaseException")
_ATTRIBUTES: Final = tuple(
    f"jax._src.basearray.Array.{name}" for name in ("T", "mT", "real", "imag")
)


class ShapeHooks:
    """The hooks of calls, besides those of configs and operators.

    Args:
        node_of: gives what a full name stands for.
        options: mypy's.
        knowledge: of configs and operators.
    """

    def __init__(
        self,
        node_of: Callable[[str], SymbolNode | None],
        options: Options,
        knowledge: Knowledge,
    ) -> None:
        self._node_of = node_of
        self._checks = Checks(knowledge)
        # While the daemon runs, a function may get annotations.
        self._remembers = not options.fine_grained_incremental
        self._concerned: dict[str, bool] = {}

    def watch(self, tree: MypyFile, errors: Errors) -> None:
        """Show shapes where the types of a module are revealed."""
        self._checks.watch(tree, errors)

    def of_function(
        self, fullname: str, then: Callable[[FunctionContext], Type]
    ) -> Callable[[FunctionContext], Type] | None:
        """Return the hook of a call that may be about arrays; it does as another one does."""
        return self._checking(then) if self._is_concerned(fullname) else None

    def of_attribute(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Return the hook of an attribute that is an array made of another."""
        return self._checking_attribute if fullname in _ATTRIBUTES else None

    def _checking_attribute(self, ctx: AttributeContext) -> Type:
        self._check(ctx)
        return ctx.default_attr_type

    def of_method(
        self, fullname: str, then: Callable[[MethodContext], Type]
    ) -> Callable[[MethodContext], Type] | None:
        """Return the hook of a method's call that may be about arrays."""
        return self._checking(then) if self._is_concerned(fullname) else None

    def _checking(self, then: Callable[[_CallT], Type]) -> Callable[[_CallT], Type]:
        def hook(ctx: _CallT) -> Type:
            # What is known of configs and operators comes first.
            typ = then(ctx)
            self._check(ctx)
            return typ

        return hook

    def _check(self, ctx: FunctionContext | MethodContext | AttributeContext) -> None:
        if isinstance(ctx.api, TypeChecker):
            _guarded_check(self._checks, ctx.api, ctx.context)

    def _is_concerned(self, fullname: str) -> bool:
        if "." not in fullname:
            # A local name, or a method that is reached through a class: `__init__ of Model`.
            return not fullname.startswith("<") and not fullname.endswith(_OF_PYTHON)
        if fullname.startswith(_PACKAGES):
            return True
        if fullname not in self._concerned or not self._remembers:
            self._concerned[fullname] = self._has_annotation(fullname)
        return self._concerned[fullname]

    def _has_annotation(self, fullname: str) -> bool:
        node = self._node_of(fullname)
        if node is None:
            owner, _, name = fullname.rpartition(".")
            info = self._node_of(owner)
            if isinstance(info, TypeInfo) and is_operator(info):
                return True
            symbol = info.get(name) if isinstance(info, TypeInfo) else None
            node = symbol.node if symbol is not None else None
        if isinstance(node, TypeInfo):
            init = node.get("__init__")
            node = init.node if init is not None else None
        return _concerns(node)


def _guarded_check(checks: Checks, api: TypeChecker, expr: Context) -> None:
    try:
        checks.expression(api, expr)
    except Exception as error:  # noqa: BLE001  # whatever it is, mypy goes on
        say_once(error)


def _concerns(node: SymbolNode | None) -> bool:
    match node:
        case Decorator():
            # What it is made into may hide its signature.
            return _is_annotated(node.func.type)
        case OverloadedFuncDef() | FuncBase():
            return _is_annotated(node.type)
        case Var():
            return True
        case _:
            return False


def _is_annotated(typ: Type | None) -> bool:
    proper = get_proper_type(typ)
    if isinstance(proper, Overloaded):
        return any(map(_is_annotated, proper.items))
    if isinstance(proper, CallableType):
        return any(map(has_annotation, (*proper.arg_types, proper.ret_type)))
    return False


__all__ = ["ShapeHooks"]
