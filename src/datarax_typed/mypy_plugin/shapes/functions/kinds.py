"""Dtypes of results: which there may be, with 64 bits enabled and without; none: unknown."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Final, TypeAlias

from datarax_typed.mypy_plugin.shapes.dtypes import DTYPES, Kind, promoted, promoted_with
from datarax_typed.mypy_plugin.shapes.functions.arguments import NotKnownError, is_none
from datarax_typed.mypy_plugin.shapes.values import NOTHING, Constant, DtypeValue, Value

Dtypes: TypeAlias = frozenset[str]

UNKNOWN: Final = Dtypes()
BOOL: Final = DTYPES["Bool"]
INTEGERS: Final = DTYPES["Integer"]
INEXACT: Final = DTYPES["Inexact"]
# What JAX makes where no dtype is said: the choice depends on `jax_enable_x64`.
DEFAULT: Final[Mapping[Kind, Dtypes]] = {
    "bool": BOOL,
    "int": frozenset({"int32", "int64"}),
    "float": frozenset({"float32", "float64"}),
    "complex": frozenset({"complex64", "complex128"}),
}
_KINDS: Final = tuple(DEFAULT)
_OF_KIND: Final = (BOOL, INTEGERS, DTYPES["Float"], DTYPES["Complex"])
_NARROW: Final = {
    "float64": "float32",
    "int64": "int32",
    "uint64": "uint32",
    "complex128": "complex64",
}
_PARTS: Final = {"complex64": "float32", "complex128": "float64"}
_BY_TEXT: Final[Mapping[str, Dtypes]] = {
    **{name: frozenset({name}) for name in DTYPES["Num"] | BOOL},
    **{name: frozenset(DEFAULT[name]) for name in _KINDS},
}
# What a program may write for a dtype, as names of the modules that have it.
NAMED: Final[Mapping[str, DtypeValue]] = {
    **{f"jax.numpy.{name}": DtypeValue(frozenset({name})) for name in DTYPES["Num"] | BOOL},
    **{f"numpy.{name}": DtypeValue(frozenset({name})) for name in DTYPES["Num"]},
    **{f"builtins.{name}": DtypeValue(DEFAULT[name]) for name in _KINDS},
    **{f"{module}.bool_": DtypeValue(BOOL) for module in ("jax.numpy", "numpy")},
    "numpy.bool": DtypeValue(BOOL),
    "jax.numpy.int_": DtypeValue(DEFAULT["int"]),
    "jax.numpy.float_": DtypeValue(DEFAULT["float"]),
    "jax.numpy.single": DtypeValue(frozenset({"float32"})),
    "jax.numpy.double": DtypeValue(frozenset({"float64"})),
}


def given_dtype(value: Value, default: Dtypes) -> Dtypes:
    """Return the dtypes that an argument asks for: of None the default, half without 64 bits."""
    if is_none(value):
        return default
    match value:
        case DtypeValue(names):
            return _with_narrow(names)
        case Constant(str(name)) if name in _BY_TEXT:
            return _with_narrow(_BY_TEXT[name])
        case _ if value == NOTHING:
            return UNKNOWN
        case _:
            raise NotKnownError


def _with_narrow(names: Dtypes) -> Dtypes:
    return names | {_NARROW[name] for name in names if name in _NARROW}


def common(arrays: Iterable[Dtypes], numbers: Iterable[Kind] = ()) -> Dtypes:
    """Return the dtypes that arrays and Python numbers are promoted to.

    Args:
        arrays: the dtypes of each array.
        numbers: the kind of each Python number.
    """
    strong, weak = [*arrays], sorted(numbers, key=_KINDS.index)
    if not strong:
        return DEFAULT[weak[-1]]
    result = reduce(_pair, strong)
    return reduce(_with_number, weak, result)


def _pair(left: Dtypes, right: Dtypes) -> Dtypes:
    if not left or not right:
        return UNKNOWN
    return left if left == right and len(left) == 1 else promoted(left, right)


def _with_number(dtypes: Dtypes, kind: Kind) -> Dtypes:
    is_plain = len(dtypes) == 1 and any(map(dtypes.__le__, _OF_KIND[_KINDS.index(kind) :]))
    return dtypes if is_plain or not dtypes else promoted_with(dtypes, kind)


def inexact(dtypes: Dtypes) -> Dtypes:
    """Return the dtypes of a function such as `exp`, which never gives whole numbers."""
    exact = dtypes & (INTEGERS | BOOL)
    return dtypes - exact | (DEFAULT["float"] if exact else UNKNOWN)


def real(dtypes: Dtypes) -> Dtypes:
    """Return the dtypes of absolute values and real parts."""
    return frozenset(_PARTS.get(name, name) for name in dtypes)


def summed(dtypes: Dtypes) -> Dtypes:
    """Return the dtypes of a sum: small integers become larger ones."""
    signed, unsigned = dtypes & (DTYPES["Int"] | BOOL), dtypes & DTYPES["UInt"]
    result = dtypes - signed - unsigned
    result |= DEFAULT["int"] if signed else UNKNOWN
    return result | (frozenset({"uint32", "uint64"}) if unsigned else UNKNOWN)


__all__ = [
    "BOOL",
    "DEFAULT",
    "INEXACT",
    "INTEGERS",
    "NAMED",
    "UNKNOWN",
    "Dtypes",
    "common",
    "given_dtype",
    "inexact",
    "real",
    "summed",
]
