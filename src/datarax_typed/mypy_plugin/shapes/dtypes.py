"""Dtypes: jaxtyping's names for sets of them, and what JAX promotes two of them to."""

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["bool", "int", "float", "complex"]

_BOOL: Final = ("bool",)
_INT: Final = ("int2", "int4", "int8", "int16", "int32", "int64")
_UINT: Final = ("uint2", "uint4", "uint8", "uint16", "uint32", "uint64")
_FLOAT8: Final = (
    "float8_e4m3b11fnuz",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
)
_FLOAT: Final = ("float4_e2m1fn", *_FLOAT8, "bfloat16", "float16", "float32", "float64")
_COMPLEX: Final = ("complex64", "complex128")
_KEY: Final = ("prng_key",)
# JAX has them, and no name of jaxtyping's but Shaped takes them.
_NAMELESS: Final = ("float8_e3m4", "float8_e4m3", "float8_e8m0fnu")
_EXACT: Final[Mapping[str, str]] = {
    **{f"Int{name.removeprefix('int')}": name for name in _INT},
    **{f"UInt{name.removeprefix('uint')}": name for name in _UINT},
    **{name.replace("float", "Float").replace("_", ""): name for name in _FLOAT8},
    **{f"Float{bits}": f"float{bits}" for bits in (16, 32, 64)},
    **{name.replace("c", "C", 1): name for name in _COMPLEX},
    "BFloat16": "bfloat16",
}

# The names of jaxtyping, each with the dtypes that it takes, as NumPy and JAX name them.
DTYPES: Final[Mapping[str, frozenset[str]]] = {
    **{shown: frozenset([name]) for shown, name in _EXACT.items()},
    "Bool": frozenset(_BOOL),
    "Int": frozenset(_INT),
    "UInt": frozenset(_UINT),
    "Integer": frozenset(_INT + _UINT),
    "Float": frozenset(_FLOAT),
    "Complex": frozenset(_COMPLEX),
    "Inexact": frozenset(_FLOAT + _COMPLEX),
    "Real": frozenset(_FLOAT + _INT + _UINT),
    "Num": frozenset(_FLOAT + _INT + _UINT + _COMPLEX),
    "Key": frozenset(_KEY),
    "Shaped": frozenset(_BOOL + _INT + _UINT + _FLOAT + _COMPLEX + _KEY + _NAMELESS),
}
_BY_SIZE: Final = sorted(DTYPES, key=lambda name: (len(DTYPES[name]), name))

# What Python's numbers, and arrays made of them alone, count as.
_WEAK: Final[Mapping[str, tuple[str, ...]]] = {
    "int": ("int32", "int64"),
    "float": ("float32", "float64"),
    "complex": ("complex64", "complex128"),
}
_WEAKENED: Final = {dtype: kind for kind, dtypes in _WEAK.items() for dtype in dtypes}
# What they are unless 64 bits are switched on.
_NARROW: Final = {
    "int64": "int32",
    "uint64": "uint32",
    "float64": "float32",
    "complex128": "complex64",
}
_SMALL_INTS: Final = ("int2", "int4", "uint2", "uint4")
_SMALL_FLOATS: Final = ("float4_e2m1fn", *_FLOAT8, *_NAMELESS)
# JAX's lattice of promotion: of each dtype those next above it.
_ABOVE: Final[Mapping[str, tuple[str, ...]]] = {
    "bool": ("int",),
    "int": ("int8", "uint8", *_SMALL_INTS),
    "int8": ("int16",),
    "uint8": ("int16", "uint16"),
    "int16": ("int32",),
    "uint16": ("int32", "uint32"),
    "int32": ("int64",),
    "uint32": ("int64", "uint64"),
    "int64": ("float",),
    "uint64": ("float",),
    "float": ("bfloat16", "float16", "complex", *_SMALL_FLOATS),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64", "complex64"),
    "float64": ("complex128",),
    "complex": ("complex64",),
    "complex64": ("complex128",),
}


def accepts(formal: frozenset[str], actual: frozenset[str]) -> bool:
    """Return whether an array with one of the actual dtypes may pass for one of the formal."""
    return not actual or not formal.isdisjoint(actual)


def shown(dtypes: frozenset[str]) -> str:
    """Return jaxtyping's name of a set of dtypes, or else of the smallest that includes it."""
    if not dtypes:
        # Nothing is known.
        return "Shaped"
    return next((name for name in _BY_SIZE if DTYPES[name] >= dtypes), "Shaped")


@cache
def promoted(
    left: frozenset[str], right: frozenset[str], *, may_be_weak: bool = True
) -> frozenset[str]:
    """Return the dtypes that an operation on two JAX arrays may give.

    Args:
        left: the dtypes that one of them may have.
        right: those of the other.
        may_be_weak: whether an array may be made of Python's numbers alone, as
            `jnp.where(mask, 0.0, 1.0)`, which adapts to the other; and whether 64 bits may be
            switched off. Without it, this is JAX's table for arrays that have their dtypes.

    Returns:
        The dtypes; none where JAX has no promotion for any pair.
    """
    pairs = product(_nodes(left, may_be_weak), _nodes(right, may_be_weak))
    return _dtypes({_join(one, other) for one, other in pairs}, narrowed=may_be_weak)


@cache
def promoted_with(
    array_dtypes: frozenset[str], kind: Kind, *, may_be_weak: bool = True
) -> frozenset[str]:
    """Return the dtypes that an operation on a JAX array and a Python number may give.

    Args:
        array_dtypes: the dtypes that the array may have.
        kind: the type of the number.
        may_be_weak: as for two arrays.
    """
    nodes = _nodes(array_dtypes, may_be_weak)
    return _dtypes({_join(node, kind) for node in nodes}, narrowed=may_be_weak)


def _nodes(dtypes: frozenset[str], may_be_weak: bool) -> frozenset[str]:
    weak = {_WEAKENED[dtype] for dtype in dtypes if dtype in _WEAKENED}
    return dtypes | weak if may_be_weak else dtypes


def _dtypes(nodes: set[str], *, narrowed: bool) -> frozenset[str]:
    dtypes = {dtype for node in nodes - {""} for dtype in _WEAK.get(node, (node,))}
    narrow = {_NARROW[dtype] for dtype in dtypes if dtype in _NARROW}
    return frozenset(dtypes | narrow if narrowed else dtypes)


@cache
def _join(left: str, right: str) -> str:
    """Return the lowest that is above both, or nothing."""
    common = _upwards(left) & _upwards(right)
    return next((node for node in common if _upwards(node) == common), "")


@cache
def _upwards(node: str) -> frozenset[str]:
    return frozenset([node]).union(*map(_upwards, _ABOVE.get(node, ())))


__all__ = ["DTYPES", "Kind", "accepts", "promoted", "promoted_with", "shown"]
