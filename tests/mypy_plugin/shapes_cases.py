"""Programs with annotated functions and calls of them, for hypothesis to draw.

The arrays of a caller come first; then functions whose annotations fit them, by construction; then,
in half of the cases, one thing is spoilt: an axis, a dtype, the number of axes, the order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from hypothesis import strategies as st

HEAD: Final = """\
import jaxtyping as jt
from jax import Array
from jaxtyping import (
    Bool,
    Float,
    Float32,
    Inexact,
    Int,
    Int32,
    Integer,
    Num,
    Real,
    Shaped,
    UInt8,
)


def filled(dtype: str, *sizes: int) -> Array:
    raise NotImplementedError


"""
# What an array with an annotation may have at run time, and what else accepts all of that.
DTYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "Float32": ("float32",),
    "Float": ("float32", "float16"),
    "Int32": ("int32",),
    "Int": ("int32", "int8"),
    "UInt8": ("uint8",),
    "Bool": ("bool",),
}
_WIDER: Final[Mapping[str, tuple[str, ...]]] = {
    "Float32": ("Float32", "Float", "Inexact", "Num", "Real", "Shaped"),
    "Float": ("Float", "Inexact", "Num", "Real", "Shaped"),
    "Int32": ("Int32", "Int", "Integer", "Num", "Real", "Shaped"),
    "Int": ("Int", "Integer", "Num", "Real", "Shaped"),
    "UInt8": ("UInt8", "Integer", "Num", "Shaped"),
    "Bool": ("Bool", "Shaped"),
}
KINDS: Final = ("numbers", "names", "both")
SPOILT: Final = ("", "", "axis", "dtype", "rank", "order", "formal")
_EXACT: Final = ("Float32", "Int32", "UInt8", "Bool")
_NUMBERS: Final = ("1", "2", "3", "4", "6", "7", "8")
_NAMES: Final = ("n", "m", "k")
_FORMALS: Final = ("a", "b", "c", "d")

Axes: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Array:
    """An array that a caller passes: the parameter, or what came of a call."""

    name: str
    dtype: str
    axes: Axes

    @property
    def annotation(self) -> str:
        """What the caller's signature says."""
        return f'{self.dtype}[Array, "{" ".join(self.axes)}"]'


@dataclass(frozen=True)
class Formal:
    """A parameter of a function that is called.

    Attributes:
        name: of the parameter.
        dtypes: of the array, in jaxtyping's names: more than one is a union.
        dims: the text's parts.
        other: what else is accepted, such as " | None = None".
        is_qualified: whether it is written as `jt.Float[...]`.
    """

    name: str
    dtypes: tuple[str, ...]
    dims: Axes
    other: str = ""
    is_qualified: bool = False

    def __str__(self) -> str:
        prefix = "jt." if self.is_qualified else ""
        text = " ".join(self.dims)
        return " | ".join(f'{prefix}{one}[Array, "{text}"]' for one in self.dtypes) + self.other


@dataclass(frozen=True)
class Callee:
    """A function that is called, and with what.

    Attributes:
        formals: its parameters.
        arguments: names of arrays, in the order of the parameters.
        result: dtype, axes and, for each of these, an expression that makes it; None without.
        keywords: how many of the last parameters are given by name, in another order.
        is_method: whether it is a method.
    """

    formals: tuple[Formal, ...]
    arguments: tuple[str, ...]
    result: tuple[str, Axes, Axes] | None = None
    keywords: int = 0
    is_method: bool = False

    def source(self, name: str) -> str:
        """Return the function as text."""
        dtype, axes, sizes = self.result or ("", (), ())
        returned = f'{dtype}[Array, "{" ".join(axes)}"]' if self.result else "None"
        body = f"return filled({', '.join([repr(DTYPES[dtype][0]), *sizes])})" if dtype else "pass"
        parameters = ", ".join(f"{one.name}: {one}" for one in self.formals)
        if self.is_method:
            head = f"class Of_{name}:\n    def {name}(self, {parameters}) -> {returned}:"
            return f"{head}\n        {body}\n"
        return f"def {name}({parameters}) -> {returned}:\n    {body}\n"

    def call(self, name: str) -> str:
        """Return the call as text."""
        given = [*zip((one.name for one in self.formals), self.arguments, strict=False)]
        at = len(given) - self.keywords
        named = [f"{formal}={argument}" for formal, argument in reversed(given[at:])]
        texts = [*(argument for _, argument in given[:at]), *named]
        return f"{f'Of_{name}().{name}' if self.is_method else name}({', '.join(texts)})"


@dataclass(frozen=True)
class Case:
    """A caller and what it calls, one after the other.

    Attributes:
        arrays: the caller's parameters.
        callees: what it calls; the second may take what the first returns.
        spoilt: what was spoilt, or nothing.
    """

    arrays: tuple[Array, ...]
    callees: tuple[Callee, ...]
    spoilt: str = ""

    @property
    def is_chain(self) -> bool:
        """Whether a result is passed on."""
        return any("r0" in one.arguments for one in self.callees)

    @property
    def is_known(self) -> bool:
        """Whether all that decides about the calls is known without running them.

        It is if all sizes of the caller are numbers. If they are names it is as well, unless

        - one meets a number or a formula (`3`, `rows=3`, `b-1`): it may be that size;
        - one meets an axis with `#`: it may be one.

        A dtype that is a family may be any one in it.
        """
        actual = {axis for one in self.arrays for axis in one.axes}
        if all(axis.isdigit() for axis in actual):
            return True
        dims = {
            dim for callee in self.callees for formal in callee.formals for dim in formal.dims
        } | {dim for callee in self.callees if callee.result for dim in callee.result[1]}
        return all(axis.isidentifier() for axis in actual) and all(
            dim == "..." or dim.lstrip("*").isidentifier() for dim in dims
        )

    def source(self, number: int) -> str:
        """Return the program as text; the caller's calls are its last lines, one each."""
        names = [f"{'first' if at == 0 else 'then'}_{number}" for at in range(len(self.callees))]
        parts = [callee.source(name) for name, callee in zip(names, self.callees, strict=True)]
        parameters = ", ".join(f"{one.name}: {one.annotation}" for one in self.arrays)
        calls = [
            f"    {f'r{at} = ' if callee.result else ''}{callee.call(name)}\n"
            for at, (name, callee) in enumerate(zip(names, self.callees, strict=True))
        ]
        return "".join([*parts, f"def caller_{number}({parameters}) -> None:\n", *calls])


@dataclass
class _Scope:
    """What the names of a function stand for.

    Attributes:
        sizes: of a plain name the axis, as the caller writes it.
        shapes: of a variadic name the axes.
        exprs: where the body finds them.
    """

    sizes: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, Axes] = field(default_factory=dict)
    exprs: dict[str, str] = field(default_factory=dict)


@st.composite
def cases(draw: st.DrawFn, kind: str, spoilt: str) -> Case:
    """Return a strategy of programs.

    Args:
        kind: what the caller's sizes are, of KINDS.
        spoilt: what is spoilt, of SPOILT.
    """
    arrays = _arrays(draw, kind)
    plain = kind == "names" and draw(st.booleans())
    first = _callee(draw, arrays, is_plain=plain)
    callees = [first]
    if first.result is not None:
        dtype, _, _ = first.result
        second = [Array("r0", dtype, _result_axes(first, arrays)), *arrays[:1]]
        callees.append(replace(_callee(draw, second, is_plain=plain), result=None))
    case = Case(tuple(arrays), tuple(callees))
    return _spoilt(draw, case, spoilt) if spoilt else case


def _arrays(draw: st.DrawFn, kind: str) -> list[Array]:
    axis = {
        "numbers": st.sampled_from(_NUMBERS),
        "names": st.sampled_from(_NAMES),
        "both": st.sampled_from([*_NAMES, *_NUMBERS, "n+1", "2*m"]),
    }[kind]
    shapes = draw(st.lists(st.lists(axis, max_size=3), min_size=1, max_size=3))
    # A formula is of names that stand before it.
    bare = {name for shape in shapes for name in shape if name.isidentifier()}
    found = []
    for at, shape in enumerate(shapes):
        axes = tuple("3" if _names_in(one) - bare else one for one in shape)
        found.append(Array(f"x{at}", draw(st.sampled_from([*DTYPES])), axes))
    return sorted(found, key=lambda one: any(not axis.isalnum() for axis in one.axes))


def _names_in(axis: str) -> set[str]:
    return {name for name in _NAMES if name in axis}


def _callee(draw: st.DrawFn, arrays: Sequence[Array], *, is_plain: bool) -> Callee:
    """Return a function that takes some arrays.

    Args:
        draw: hypothesis.
        arrays: in the order of its parameters.
        is_plain: whether it has no axes but names.
    """
    scope = _Scope()
    order = draw(st.permutations(list(arrays)))
    if draw(st.integers(0, 4)) == 0 and order[0].dtype in _EXACT:
        order = [*order, order[0]][:3]
    formals = [_formal(draw, f"p{at}", one, scope, is_plain) for at, one in enumerate(order)]
    if formals[-1].other == " | None" and draw(st.booleans()):
        formals[-1] = replace(formals[-1], other=" | None = None")
    return Callee(
        tuple(formals),
        tuple(one.name for one in order),
        _result(draw, scope) if draw(st.integers(0, 2)) else None,
        draw(st.integers(0, len(formals))),
        draw(st.integers(0, 3)) == 0,
    )


def _formal(draw: st.DrawFn, name: str, array: Array, scope: _Scope, is_plain: bool) -> Formal:
    dtypes: tuple[str, ...] = (draw(st.sampled_from(_WIDER[array.dtype])),)
    other = ""
    form = draw(st.sampled_from(["plain"] * 6 + ["union", "none", "none", "rank"]))
    if form == "union":
        dtypes = (draw(st.sampled_from([one for one in _EXACT if one not in dtypes])), *dtypes)
    elif form == "rank":
        # Of another rank, so that one of the two at most accepts what comes.
        extra = " ".join(["_"] * (len(array.axes) + 2))
        other = f' | {dtypes[0]}[Array, "{extra}"]'
    elif form != "plain":
        other = " | None"
    # Where another type is accepted, no body and no formula may rely on an axis.
    inner = scope if form == "plain" else replace(scope, exprs={**scope.exprs})
    dims = _dims(draw, name, array.axes, inner, is_plain=is_plain)
    return Formal(name, dtypes, dims, other, draw(st.integers(0, 4)) == 0)


def _dims(draw: st.DrawFn, name: str, axes: Axes, scope: _Scope, *, is_plain: bool) -> Axes:
    head: Axes = ()
    if draw(st.integers(0, 3)) == 0:
        count = draw(st.integers(0, len(axes)))
        variadic = _variadic(scope, axes[:count], draw)
        if variadic != "..." and variadic not in scope.exprs:
            rest = len(axes) - count
            scope.exprs[variadic] = f"*{name}.shape[:{-rest}]" if rest else f"*{name}.shape"
        head, axes = (variadic,), axes[count:]
    found = []
    for at, axis in enumerate(axes):
        dim = _dim(draw, axis, scope, is_plain=is_plain)
        if dim.isidentifier() and dim != "_":
            scope.exprs.setdefault(dim, f"{name}.shape[{at - len(axes)}]")
        found.append(dim)
    return (*head, *found)


def _variadic(scope: _Scope, axes: Axes, draw: st.DrawFn) -> str:
    known = [name for name, shape in scope.shapes.items() if shape == axes]
    if known:
        return known[0]
    name = f"*{'st'[len(scope.shapes)]}" if len(scope.shapes) < 2 else "..."
    if draw(st.booleans()) or name == "...":
        return "..."
    scope.shapes[name] = axes
    return name


def _dim(draw: st.DrawFn, axis: str, scope: _Scope, *, is_plain: bool) -> str:
    """Return a part of an annotation that fits an axis."""
    free = [name for name in _FORMALS if name not in scope.sizes]
    bound = [name for name, stood in scope.sizes.items() if stood == axis]
    names = [*bound, *bound, *bound, *free[:1]]
    options = ["_", *names, *names, *names]
    if not is_plain:
        options += [f"#{name}" for name in names]
        options += _formulas(axis, scope)
        if axis.isdigit():
            options += [axis, axis, f"rows={axis}"]
    dim = draw(st.sampled_from(options))
    if dim in free:
        scope.sizes[dim] = axis
    elif dim.startswith("#") and dim[1:] in free:
        # An axis of size one has not bound it: nobody else may rely on it.
        scope.sizes[dim[1:]] = axis if axis != "1" else "unknown"
    return dim


def _formulas(axis: str, scope: _Scope) -> list[str]:
    """Return formulas of bound names that are as large as an axis."""
    found = []
    for name in scope.exprs:
        stood = scope.sizes.get(name, "")
        if stood.isdigit() and axis.isdigit():
            size, wanted = int(stood), int(axis)
            formulas = {f"{name}-1": size - 1, f"{name}+1": size + 1, f"2*{name}": 2 * size}
            found += [text for text, value in formulas.items() if value == wanted] * 6
        elif axis in {f"{stood}+1", f"2*{stood}"}:
            found += [axis.replace(stood, name)] * 6
    return found


def _result(draw: st.DrawFn, scope: _Scope) -> tuple[str, Axes, Axes] | None:
    names = [name for name in scope.exprs if name != "..."]
    if not names:
        return None
    chosen = draw(st.lists(st.sampled_from([*names, *names, "3", "5"]), min_size=1, max_size=3))
    # A text has one variadic part at most.
    starred = [name for name in chosen if name.startswith("*")]
    axes = (*starred[:1], *(name for name in chosen if not name.startswith("*")))
    sizes = tuple(scope.exprs.get(name, name) for name in axes)
    return draw(st.sampled_from(_EXACT)), axes, sizes


def _result_axes(callee: Callee, arrays: Sequence[Array]) -> Axes:
    """Return the axes of what a fitting call returns, as the caller would write them."""
    assert callee.result is not None
    given = dict(zip((one.name for one in callee.formals), callee.arguments, strict=True))
    axes_of = {array.name: array.axes for array in arrays}
    found: list[str] = []
    for expression in callee.result[2]:
        if expression.isdigit():
            found.append(expression)
            continue
        parameter, _, index = expression.removeprefix("*").partition(".shape")
        axes = axes_of[given[parameter]]
        text = index.strip("[]")
        if expression.startswith("*"):
            found += axes[: int(text.removeprefix(":"))] if text else axes
        else:
            found.append(axes[int(text)])
    return tuple(found)


def _spoilt(draw: st.DrawFn, case: Case, what: str) -> Case:
    """Return a program in which one thing is changed."""
    at = draw(st.sampled_from([0, *[len(case.callees) - 1] * 3]))
    callee = case.callees[at]
    if what == "order":
        callee = replace(callee, arguments=(*callee.arguments[1:], callee.arguments[0]))
    elif what in {"axis", "rank"}:
        return replace(case, arrays=_spoilt_arrays(draw, case.arrays, what), spoilt=what)
    else:
        number = draw(st.integers(0, len(callee.formals) - 1))
        formals = list(callee.formals)
        formulas = {dim[-1] if dim[0] == "2" else dim[0] for dim in _formulas_in(formals)}
        formals[number] = _spoilt_formal(draw, formals[number], what, formulas)
        callee = replace(callee, formals=tuple(formals))
    callees = (*case.callees[:at], callee, *case.callees[at + 1 :])
    return replace(case, callees=callees, spoilt=what)


def _spoilt_arrays(draw: st.DrawFn, arrays: tuple[Array, ...], what: str) -> tuple[Array, ...]:
    at = draw(st.integers(0, len(arrays) - 1))
    axes = list(arrays[at].axes)
    known = sorted({axis for one in arrays for axis in one.axes if axis.isalnum()})
    numbers = all(axis.isdigit() for axis in known)
    new = draw(st.sampled_from([*(_NUMBERS if numbers else _NAMES), *known]))
    place = draw(st.integers(0, max(len(axes) - 1, 0)))
    if what == "axis" and axes:
        axes[place] = new
    elif len(axes) > 1 and draw(st.booleans()):
        del axes[place]
    else:
        axes.insert(place, new)
    changed = replace(arrays[at], axes=tuple(axes))
    return (*arrays[:at], changed, *arrays[at + 1 :])


def _formulas_in(formals: Sequence[Formal]) -> set[str]:
    return {dim for one in formals for dim in one.dims if dim.endswith(("+1", "-1")) or "2*" in dim}


def _spoilt_formal(draw: st.DrawFn, formal: Formal, what: str, kept: set[str]) -> Formal:
    if what == "dtype":
        return replace(formal, dtypes=(draw(st.sampled_from([*DTYPES])),))
    plain = [at for at, dim in enumerate(formal.dims) if dim.isidentifier() and dim not in kept]
    if not plain:
        return replace(formal, dtypes=("Bool",))
    dims = list(formal.dims)
    dims[draw(st.sampled_from(plain))] = draw(st.sampled_from(["9", "_", *_FORMALS[:3]]))
    return replace(formal, dims=tuple(dims))


__all__ = ["DTYPES", "HEAD", "KINDS", "SPOILT", "Array", "Callee", "Case", "Formal", "cases"]
