"""Whether a call makes an object of a class, and whether that class is certain."""

from mypy.nodes import CallExpr, Context, Expression, IndexExpr, RefExpr, TypeInfo, Var
from mypy.nodes import TypeAlias as AliasNode
from mypy.types import (
    CallableType,
    Instance,
    Type,
    TypeType,
    TypeVarType,
    get_proper_type,
)


def is_class(expr: Expression) -> bool:
    """Return whether an expression is the name of a class, not a variable that holds one."""
    expr = expr.base if isinstance(expr, IndexExpr) else expr
    return isinstance(expr, RefExpr) and isinstance(expr.node, TypeInfo | AliasNode)


def calls_class(context: Context) -> bool:
    """Return whether a call makes an object: of a class, or of what a `type[...]` holds."""
    if not isinstance(context, CallExpr):
        return False
    callee = context.callee
    if is_class(callee):
        return True
    node = callee.node if isinstance(callee, RefExpr) else None
    return isinstance(node, Var) and class_of(node.type) is not None


def class_of(typ: Type | None) -> TypeInfo | None:
    """Return the class that an expression of a type is, or None."""
    proper = get_proper_type(typ)
    if isinstance(proper, CallableType) and proper.is_type_obj():
        return proper.type_object()
    if isinstance(proper, TypeType):
        return info_of(proper.item)
    return None


def info_of(typ: Type | None) -> TypeInfo | None:
    """Return the class of an object of a type, or None."""
    proper = get_proper_type(typ)
    if isinstance(proper, TypeVarType):
        # `Self`, in a method of the class.
        proper = get_proper_type(proper.upper_bound)
    return proper.type if isinstance(proper, Instance) else None


__all__ = ["calls_class", "class_of", "info_of", "is_class"]
