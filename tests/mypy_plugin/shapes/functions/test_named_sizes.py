"""What the table says of sizes with names, of unknown ranks and of what it cannot follow."""

import pytest

from datarax_typed.mypy_plugin.shapes.functions import (
    TABLE,
    added_axis,
    axis_size,
    index,
    removed_axis,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import shown
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Call,
    Constant,
    Either,
    Items,
    Record,
    Several,
    Shape,
    ShapeError,
    Size,
    Value,
)
from tests.mypy_plugin.shapes.functions.function_programs import followed

_FLOAT = frozenset({"float32"})
_NAMES = {name: Size.named(name, "f") for name in "bcdhwn"}


def _array(axes: str) -> ArrayValue:
    """Return an array: `b 3 ? *rest ...`."""
    return ArrayValue(_FLOAT, tuple(_axis(axis) for axis in axes.split()))


def _axis(axis: str) -> Size | Several | None:
    if axis.startswith("*"):
        return Several(axis[1:], "f")
    if axis == "...":
        return Several()
    number = Size.of(int(axis)) if axis.isdecimal() else None
    return number or _NAMES.get(axis)


def _shape(value: Value) -> str:
    return shown(value.shape) if isinstance(value, ArrayValue) else str(value)


@pytest.mark.parametrize(
    ("axes", "expression", "shape"),
    [
        ("b h w 3", "x.reshape(x.shape[0], x.shape[1] * x.shape[2], -1)", "(b, h*w, 3)"),
        ("b h w 3", "x.reshape(x.shape[0], -1)", "(b, 3*h*w)"),
        ("b ? 3", "x.reshape(x.shape[0], -1)", "(b, ?)"),
        ("b c", "x + x", "(b, c)"),
        ("b 1", "x + x.mT", "(b, b)"),
        ("*rest d", "x + x", "(*rest, d)"),
        ("*rest d", "x + 1", "(*rest, d)"),
        ("*rest d", "x + jnp.zeros(x.shape[-1])", "Nothing()"),
        ("*rest d", "jax.nn.softmax(x)", "(*rest, d)"),
        ("*rest d", "jnp.sum(x, axis=-1)", "(*rest)"),
        ("*rest d", "x[..., 0]", "(*rest,)"),
        ("*rest d", "nnx.Linear(8, 16, rngs=0)(x)", "(*rest, 16)"),
        ("...", "nnx.Linear(8, 16, rngs=0)(x)", "(..., 16)"),
        ("...", "jnp.exp(x)", "(...,)"),
        ("b d", "x[1:]", "(b-1, d)"),
        ("b d", "x[:, :2]", "(b, min(2,d))"),
        ("b d", "x[:, ::2]", "(b, (d+1)//2)"),
        ("b d", "jnp.concatenate([x, x], axis=1)", "(b, 2*d)"),
        ("b d", "jnp.stack([x, x], axis=-1)", "(b, d, 2)"),
        ("b h w 3", "nnx.Conv(3, 8, (3, 3), rngs=0)(x)", "(b, h, w, 8)"),
        ("b h w 3", "nnx.Conv(3, 8, (3, 3), strides=2, rngs=0)(x)", "(b, (h+1)//2, (w+1)//2, 8)"),
        (
            "b h w 3",
            "nnx.ConvTranspose(3, 8, (2, 2), strides=(2, 2), rngs=0)(x)",
            "(b, 2*h, 2*w, 8)",
        ),
        ("b n d", "einops.rearrange(x, 'b (h w) d -> b h w d', h=2)", "(b, 2, n//2, d)"),
        ("b n d", "einops.rearrange(x, '... d -> d ...')", "(d, b, n)"),
        ("*rest d", "einops.rearrange(x, '... d -> d ...')", "(d, *rest)"),
        ("...", "einops.rearrange(x, 'b d -> d b')", "(?, ?)"),
        ("b n d", "jnp.einsum('bnd,bmd->bnm', x, x)", "(b, n, n)"),
        ("b n d", "x @ x.mT", "(b, n, n)"),
    ],
)
def test_sizes_with_names(axes: str, expression: str, shape: str) -> None:
    expected = {"(*rest)": "(*rest,)"}.get(shape, shape)
    assert _shape(followed(expression, {"x": _array(axes)})) == expected


@pytest.mark.parametrize(
    ("axes", "expression", "message"),
    [
        ("b d", "x @ x", "matmul: the inner axes are d and b"),
        ("b d", "jnp.concatenate([x, x.mT])", "concatenate: axis 1 is d and b"),
        ("b d", "jnp.einsum('ij,jk->ik', x, x)", 'einsum: "j" is d and b'),
        (
            "b d",
            "einops.rearrange(x, 'b d c -> b c d')",
            "rearrange: the pattern is for 3 axes, not for (b, d)",
        ),
        ("*rest 3", "nnx.Linear(4, 5, rngs=0)(x)", "Linear: expected 4 features, got 3"),
    ],
)
def test_what_cannot_be_equal(axes: str, expression: str, message: str) -> None:
    with pytest.raises(ShapeError) as raised:
        followed(expression, {"x": _array(axes)})
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("axes", "expression"),
    [
        ("b d", "x + x.mT"),
        ("b d", "jnp.broadcast_to(x, (3, 4))"),
        ("b d", "x.reshape(3, 4)"),
        ("b d", "nnx.Linear(4, 5, rngs=0)(x)"),
        ("b d", "x @ jnp.zeros((4, 5))"),
        ("? ?", "jnp.concatenate([x, x.mT])"),
        ("...", "x[0, 0, 0]"),
        ("...", "jnp.sum(x, axis=7)"),
    ],
)
def test_what_may_be_equal_is_not_reported(axes: str, expression: str) -> None:
    followed(expression, {"x": _array(axes)})


_ODD: list[Value] = [
    NOTHING,
    Either((_array("b"), _array("c"))),
    Constant("no"),
    Constant(None),
    Items((NOTHING,)),
    Record({}),
    Size.named("b"),
    _array("..."),
]


@pytest.mark.parametrize("name", sorted(TABLE))
def test_no_argument_breaks_a_function(name: str) -> None:
    calls = [Call((), {}), Call((), {"nonsense": NOTHING})]
    calls += [Call((one,), {}) for one in _ODD]
    calls += [Call((one, other), {}) for one in [*_ODD, _array("b 3")] for other in _ODD]
    for call in calls:
        try:
            TABLE[name](call)
        except ShapeError as error:
            assert ": " in str(error)  # noqa: PT017 - most calls raise nothing


@pytest.mark.parametrize("key", _ODD[:-1])
def test_no_key_breaks_an_index(key: Value) -> None:
    assert isinstance(index(_array("b 3"), key), ArrayValue | type(NOTHING))


def test_axes_for_vmap() -> None:
    value = Items((_array("b 3"), Record({"a": _array("b")})))
    without = removed_axis(value, 0)
    assert without == Items((_array("3"), Record({"a": _array("")})))
    assert added_axis(without, 0, _NAMES["b"]) == value
    assert axis_size(value, 0) == _NAMES["b"]
    assert removed_axis(Items((_array("..."), NOTHING)), 0) == Items((NOTHING, NOTHING))
    assert added_axis(_array("..."), 0, None) == _array("? ...")
    scalar = added_axis(Size.of(3), 0, Size.of(2))
    assert isinstance(scalar, ArrayValue)
    shape: Shape = (Size.of(2),)
    assert scalar.shape == shape
    with pytest.raises(ShapeError, match=r"^vmap: axis 1 is out of range for \(b,\)$"):
        removed_axis(_array("b"), 1)
