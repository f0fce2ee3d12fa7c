"""What an operator class writes, found among all of its bases."""

from typing import Final

from mypy.maptype import map_instance_to_supertype
from mypy.nodes import FuncDef, TypeInfo
from mypy.types import (
    CallableType,
    Instance,
    LiteralType,
    TupleType,
    Type,
    TypedDictType,
    TypeVarType,
    get_proper_type,
)
from mypy.typevars import fill_typevars

from datarax_typed.mypy_plugin.constructors import OPERATOR
from datarax_typed.mypy_plugin.schema import is_config

# The library's bases: what stands in them is what a subclass may write.
_BASES: Final = (
    OPERATOR,
    "datarax_typed.core.modality.ModalityOperator",
    "datarax_typed.core.cross_modal.CrossModalOperator",
    "datarax_typed.core.module.DataraxModule",
)


def is_operator(info: TypeInfo) -> bool:
    """Return whether a class is an operator."""
    return info.has_base(OPERATOR)


def writes(info: TypeInfo, *names: str) -> bool:
    """Return whether a class or a base of it, the library's apart, has one of the names."""
    return info.fallback_to_any or any(
        name in base.names
        for base in info.mro
        if base.fullname not in _BASES and not base.fullname.startswith("flax.")
        for name in names
    )


def lacks_transformation(info: TypeInfo) -> bool:
    """Return whether an operator class writes nothing that transforms."""
    return info.fullname not in _BASES and not writes(
        info, "apply", "transform", "apply_batch", "__call__"
    )


def draws_nothing(info: TypeInfo) -> bool:
    """Return whether an operator class transforms, and draws no random numbers to do it with."""
    draws = ("sample_params", "generate_random_params", "apply_batch", "__call__")
    return writes(info, "apply", "transform") and not writes(info, *draws)


def always_draws(info: TypeInfo) -> str | None:
    """Return what an operator transforms with, if that cannot do without random parameters."""
    name = "apply" if writes(info, "apply") else "transform"
    symbol = None if writes(info, "apply_batch") else info.get(name)
    node = symbol.node if symbol is not None else None
    signature = get_proper_type(node.type) if isinstance(node, FuncDef) else None
    if not isinstance(signature, CallableType) or "random_params" not in signature.arg_names:
        return None
    at = signature.arg_names.index("random_params")
    needed = signature.arg_kinds[at].is_required() and _is_never_none(signature.arg_types[at])
    return name if needed else None


def _is_never_none(typ: Type) -> bool:
    proper = get_proper_type(typ)
    if isinstance(proper, Instance):
        return proper.type.fullname != "builtins.object" and not proper.type.is_protocol
    return isinstance(proper, TupleType | TypedDictType | LiteralType)


def config_class(info: TypeInfo) -> TypeInfo | None:
    """Return the config class that an operator class asks for; None where that is not known."""
    root = next((base for base in info.mro if base.fullname == OPERATOR), None)
    own = [base for base in info.mro if base.fullname not in _BASES]
    if root is None or any("config_class" in base.names for base in own):
        return None
    instance = fill_typevars(info)
    if not isinstance(instance, Instance):
        return None
    proper = get_proper_type(map_instance_to_supertype(instance, root).args[0])
    if isinstance(proper, TypeVarType):
        proper = get_proper_type(proper.upper_bound)
    return proper.type if isinstance(proper, Instance) and is_config(proper.type) else None


__all__ = [
    "always_draws",
    "config_class",
    "draws_nothing",
    "is_operator",
    "lacks_transformation",
    "writes",
]
