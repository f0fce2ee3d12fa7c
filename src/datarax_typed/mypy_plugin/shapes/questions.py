"""Calls that may look at the sizes of arrays, so that a program goes on only where they fit."""

from typing import Final

from mypy.nodes import CallExpr, Decorator, FuncDef, RefExpr
from mypy.types import CallableType, Instance, NoneType, Type, UninhabitedType, get_proper_type

from datarax_typed.mypy_plugin.shapes.carried import annotation_of
from datarax_typed.mypy_plugin.shapes.declared import is_array

# These say nothing of sizes; what does among them is known by its name.
_KNOWN: Final = ("builtins.", "jax.", "flax.", "numpy.", "typing.", "einops.")


def asks(call: CallExpr) -> bool:
    """Return whether a call in a test may look at sizes."""
    function = _function(call)
    return function is not None and bool(call.args)


def is_check(call: CallExpr) -> bool:
    """Return whether a call, whose result is not used, may be a check: it takes any arrays."""
    function = _function(call)
    typ = get_proper_type(function.type) if function is not None else None
    if not isinstance(typ, CallableType):
        return False
    gives_nothing = isinstance(get_proper_type(typ.ret_type), NoneType | UninhabitedType)
    return gives_nothing and any(map(_takes_any_array, typ.arg_types))


def _takes_any_array(typ: Type) -> bool:
    proper = get_proper_type(typ)
    if isinstance(proper, Instance) and proper.type.fullname == "builtins.tuple":
        return any(map(_takes_any_array, proper.args))
    return annotation_of(typ) is None and is_array(typ)


def _function(call: CallExpr) -> FuncDef | None:
    if not isinstance(call.callee, RefExpr) or call.callee.fullname.startswith(_KNOWN):
        return None
    node = call.callee.node
    node = node.func if isinstance(node, Decorator) else node
    return node if isinstance(node, FuncDef) else None


__all__ = ["asks", "is_check"]
