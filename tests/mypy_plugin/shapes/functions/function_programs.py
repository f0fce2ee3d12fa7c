"""Expressions, computed by JAX on abstract arrays and by the table on what is known of them."""

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from flax import nnx

from datarax_typed.mypy_plugin.shapes.functions import (
    ATTRIBUTES,
    CALLED,
    DTYPES_NAMED,
    MADE_METHODS,
    METHODS,
    OPERATORS,
    TABLE,
    index,
    unwrapped,
)
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Call,
    Constant,
    EllipsisValue,
    Items,
    Made,
    Size,
    Slice,
    Value,
)

Arrays: TypeAlias = Mapping[str, jax.ShapeDtypeStruct]
# What an expression gives: an array as (dtype, shape), a number, or a tuple of these.
Outcome: TypeAlias = object

_MODULES = {"jnp": "jax.numpy", "nnx": "flax.nnx"}
_SYMBOLS: Mapping[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
}


def computed(expression: str, arrays: Arrays) -> Outcome:
    """Return what JAX makes of an expression, or the exception that it raises."""
    results = list[Outcome]()

    # JAX's functions take and give anything.
    def function(values: dict[str, Any]) -> None:
        names: dict[str, Any] = {"jax": jax, "jnp": jnp, "nnx": nnx, "rngs": nnx.Rngs(0)}
        try:
            names["einops"] = __import__("einops")
        except ImportError:
            assert "einops" not in expression
        results.append(_real(eval(expression, {**names, "math": math}, values)))

    promotion = jax.numpy_dtype_promotion("standard")
    with promotion, jax.numpy_rank_promotion("allow"):
        try:
            jax.eval_shape(function, dict(arrays))
        except Exception as error:  # noqa: BLE001 - whichever JAX raises
            return error
    return results[0]


def _real(value: object) -> Outcome:
    if isinstance(value, tuple | list):
        return tuple(map(_real, value))
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, nnx.Variable):
        value = value[...]
    assert isinstance(value, jax.Array), value
    name = "prng_key" if jnp.issubdtype(value.dtype, jax.dtypes.prng_key) else str(value.dtype)
    return (name, value.shape)


def followed(expression: str, values: Mapping[str, Value]) -> Value:
    """Return what the table knows of an expression's result."""
    return _Follower(values).value(ast.parse(expression, mode="eval").body)


class _Follower:
    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values

    def value(self, node: ast.expr) -> Value:  # noqa: C901, PLR0911, PLR0912 - one for each syntax
        match node:
            case ast.Name(name):
                return self._values.get(name, DTYPES_NAMED.get(f"builtins.{name}", NOTHING))
            case ast.Constant(constant):
                return _constant(constant)
            case ast.Tuple(items) | ast.List(items):
                return Items(tuple(map(self.value, items)))
            case ast.BinOp(left, operator, right):
                return self._operation(operator, left, right)
            case ast.Compare(left, [operator], [right]):
                return self._operation(operator, left, right)
            case ast.UnaryOp(operator, operand):
                return self._operation(operator, operand)
            case ast.Subscript(array, key):
                return index(self.value(array), self.value(key))
            case ast.Slice(start, stop, step):
                ends = [
                    Constant(None) if end is None else self.value(end)
                    for end in (start, stop, step)
                ]
                return Slice(*ends)
            case ast.Attribute(owner, name):
                return self._attribute(node, owner, name)
            case ast.Call(function, arguments, keywords):
                named = {word.arg or "": self.value(word.value) for word in keywords}
                return self._call(function, Call(tuple(map(self.value, arguments)), named))
            case _:
                raise AssertionError(ast.dump(node))

    def _operation(self, operator: ast.AST, *operands: ast.expr) -> Value:
        call = Call(tuple(map(self.value, operands)), {})
        return OPERATORS[_SYMBOLS[type(operator)]](call)

    def _attribute(self, node: ast.Attribute, owner: ast.expr, name: str) -> Value:
        dtype = DTYPES_NAMED.get(_full_name(node))
        if dtype is not None:
            return dtype
        array = self.value(owner)
        if isinstance(array, Made) and name in array.facts:
            return array.facts[name]
        array = unwrapped(array)
        return ATTRIBUTES[name](array) if isinstance(array, ArrayValue) else NOTHING

    def _call(self, function: ast.expr, call: Call) -> Value:
        name = _full_name(function)
        entry = TABLE.get(name, TABLE.get(f"builtins.{name}"))
        if entry is not None:
            return entry(call)
        if isinstance(function, ast.Attribute):
            owner = self.value(function.value)
            methods = MADE_METHODS[owner.kind] if isinstance(owner, Made) else METHODS
            return methods[function.attr](Call((owner, *call.positional), call.keywords))
        made = self.value(function)
        assert isinstance(made, Made), ast.dump(function)
        return CALLED[made.kind](made, call)


def _full_name(node: ast.expr) -> str:
    text = ast.unparse(node)
    first, dot, rest = text.partition(".")
    return f"{_MODULES.get(first, first)}{dot}{rest}"


def _constant(constant: object) -> Value:
    if constant is ...:
        return EllipsisValue()
    if isinstance(constant, int) and not isinstance(constant, bool):
        return Size.of(constant)
    assert constant is None or isinstance(constant, bool | float | complex | str)
    return Constant(constant)


def disagreement(value: Value, outcome: Outcome, names: Mapping[str, int]) -> str:
    """Return where what is known of a value is wrong, or nothing.

    Args:
        value: what is known.
        outcome: what JAX gives.
        names: the number that each name stands for.
    """
    if _is_empty(outcome):
        # What has a name counts as 1 at least.
        return ""
    match unwrapped(value), outcome:
        case ArrayValue(dtypes, shape), (str(dtype), tuple(sizes)):
            if dtypes and dtype not in dtypes:
                return f"{dtype} is not in {sorted(dtypes)}"
            return "" if _fits(shape, sizes, names) else f"{sizes} is not {shape}"
        case Items(items), tuple(parts) if len(items) == len(parts):
            found = [disagreement(*pair, names) for pair in zip(items, parts, strict=True)]
            return next(filter(None, found), "")
        case Size() as size, int(number):
            return "" if size_number(size, names) == number else f"{number} is not {size}"
        case Constant(constant), _:
            return "" if constant == outcome else f"{outcome} is not {constant!r}"
        case _:
            is_float = isinstance(outcome, float) and isinstance(value, ArrayValue)
            return "" if value == NOTHING or is_float else f"{outcome} is not {value}"


def _is_empty(outcome: Outcome) -> bool:
    return isinstance(outcome, tuple) and any(
        part == 0 or _is_empty(part) for part in outcome if not isinstance(part, str)
    )


def _fits(shape: Sequence[Any], sizes: Sequence[int], names: Mapping[str, int]) -> bool:
    known = [axis if isinstance(axis, Size) else None for axis in shape]
    several = [
        place for place, axis in enumerate(shape) if axis is not None and not isinstance(axis, Size)
    ]
    if several:
        before, after = several[0], len(shape) - several[-1] - 1
        ends = [*sizes[:before], *sizes[len(sizes) - after :]]
        known = [*known[:before], *known[several[-1] + 1 :]]
        sizes = ends
    return len(known) == len(sizes) and all(
        axis is None or size_number(axis, names) == number
        for axis, number in zip(known, sizes, strict=True)
    )


def size_number(size: Size, names: Mapping[str, int]) -> int:
    """Return a size's number where its names stand for numbers."""
    total = 0
    for product, count in size.terms:
        factors = [eval(atom.name, {"min": min, "max": max}, dict(names)) for atom in product]
        total += count * math.prod(factors)
    return total


def is_known(value: Value) -> bool:
    """Whether all of a value is known."""
    match unwrapped(value):
        case ArrayValue(dtypes, shape):
            return bool(dtypes) and all(isinstance(axis, Size) for axis in shape)
        case Items(items):
            return all(map(is_known, items))
        case _:
            return value != NOTHING


def array_value(
    array: jax.ShapeDtypeStruct, hidden: Callable[[int, int], Size | None]
) -> ArrayValue:
    """Return what is known of an array.

    Args:
        array: with all sizes.
        hidden: gives for the place of an axis and its size what is known of that.
    """
    is_key = jnp.issubdtype(array.dtype, jax.dtypes.prng_key)
    dtype = "prng_key" if is_key else str(array.dtype)
    axes = tuple(hidden(place, size) for place, size in enumerate(array.shape))
    return ArrayValue(frozenset({dtype}), axes)


__all__ = [
    "Arrays",
    "Outcome",
    "array_value",
    "computed",
    "disagreement",
    "followed",
    "is_known",
    "size_number",
]
