"""JAX transformations of operators, and of functions whose signature they keep.

JAX's own `jit`, `grad`, `eval_shape` and `tree.map` return `Any` to a type checker, so a wrong
argument is found when JAX traces. These hand everything to JAX and say what comes back.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import (
    Any,
    Concatenate,
    Final,
    Literal,
    ParamSpec,
    TypeAlias,
    TypeVar,
    cast,
    overload,
)

import jax
from flax import nnx
from jax import Array

from datarax_typed.core.compiled import lowered
from datarax_typed.core.describe import describe_value
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.guards import check_batch
from datarax_typed.core.operator import OperatorModule
from datarax_typed.protocols import Operator, PyTree, Statistics

ParamsT = ParamSpec("ParamsT")
ResultT = TypeVar("ResultT")
FirstT = TypeVar("FirstT")
SecondT = TypeVar("SecondT")
AuxT = TypeVar("AuxT")
ValueT = TypeVar("ValueT", bound=Array)
TreeT = TypeVar("TreeT")

Positions: TypeAlias = int | Sequence[int] | None
Names: TypeAlias = str | Iterable[str] | None
IsLeaf: TypeAlias = Callable[[PyTree], bool]

_NOTHING: Final = object()


class CompiledOperator:
    """An operator whose calls are one compiled program; see `jit`.

    Attributes:
        operator: the operator; its state moves on with every call.
        donate: whether a call gives the arrays of its batch away.
    """

    # Any operator: nothing here depends on its config.
    def __init__(self, operator: OperatorModule[Any], *, donate: bool) -> None:
        self.operator: Final = operator
        self.donate: Final = donate

    def __call__(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        """Transform a batch; within a trace, the operator becomes part of it.

        Args:
            batch: the input; if it is donated, its data, state and metadata are not to be used
                afterwards, not even after an error.
            stats: statistics to use instead of the operator's own.

        Raises:
            See `OperatorModule.__call__`.
        """
        return self.operator._call(batch, stats, donates=self.donate)

    def lower(self, batch: Batch, stats: Statistics | None = None) -> jax.stages.Lowered:
        """Return the program that a call runs, to read it or to ask what it costs.

        Args:
            batch: a batch of the right structure; it is not computed with.
            stats: statistics to use instead of the operator's own.
        """
        check_batch(batch, self.operator)
        raises = self.operator._raises_domain_errors
        return lowered(self.operator, batch, stats, raises, donates=self.donate)

    def __repr__(self) -> str:
        return f"jit({self.operator.label}{', donate=True' if self.donate else ''})"


@overload
def jit(  # type: ignore[overload-overlap]  # an operator can be called too: the first one is meant
    operator: OperatorModule[Any], *, donate: bool = False
) -> CompiledOperator: ...
@overload
def jit(
    function: Callable[ParamsT, ResultT],
    /,
    *,
    static_argnums: Positions = None,
    static_argnames: Names = None,
    donate_argnums: Positions = None,
    donate_argnames: Names = None,
) -> Callable[ParamsT, ResultT]: ...
@overload
def jit(
    *,
    static_argnums: Positions = None,
    static_argnames: Names = None,
    donate_argnums: Positions = None,
    donate_argnames: Names = None,
) -> Callable[[Callable[ParamsT, ResultT]], Callable[ParamsT, ResultT]]: ...
def jit(operator: object = _NOTHING, *, donate: bool = False, **options: PyTree) -> object:
    """Return an operator or a function whose calls are one compiled program.

    An operator is taken apart once. A call compares identities, hands the program the values of
    parameters, statistics and random streams, writes back what has changed, and returns only what
    is new: what an optimiser, `set_state`, `set_statistics`, a flag or a new submodule changes is
    noticed. A chain is one program. Operators of equal structure share their programs.

    A function goes to `jax.jit`, and keeps its signature. With options alone, `jit` is a
    decorator: `@jit(static_argnames="size")`.

    Args:
        operator: the operator, which is not copied and can be used beside the compiled one; or the
            function.
        donate: for operators: give the memory of the batch's data, state and metadata to the
            result. The caller must not use them afterwards; `valid_mask` and `index` stay.
        options: for functions, those of `jax.jit`: `static_argnums` and `static_argnames` for
            arguments that are hashable and part of the program; `donate_argnums` and
            `donate_argnames` for arrays whose memory is given to the result.

    Raises:
        TypeError: `operator` is something else, or an option belongs to the other kind.
    """
    if operator is _NOTHING:
        return partial(jit, donate=donate, **options)
    if isinstance(operator, OperatorModule):
        _refuse_options(options)
        return CompiledOperator(operator, donate=donate)
    _check_function(operator)
    if donate:
        raise TypeError(
            "jit: expected donate_argnums or donate_argnames with a function, got donate=True; "
            "give donate_argnums=0 to give its first argument away"
        )
    return jax.jit(cast("Callable[..., object]", operator), **options)


def _refuse_options(options: dict[str, object]) -> None:
    for name, value in options.items():
        mend = "give donate=True" if name.startswith("donate") else f"leave out {name}"
        raise TypeError(
            f"jit: expected donate and no other option with an operator, got {name}={value!r}; "
            f"{mend}"
        )


def _check_function(value: object) -> None:
    # Classes and modules can be called too, but their parameters would be constants.
    others = (type, nnx.Module, CompiledOperator, Operator)
    if not callable(value) or isinstance(value, others):
        raise TypeError(f"jit: expected an operator or a function, got {_what(value)}")


def _what(value: object) -> str:
    """Return what is neither an operator nor a function, and how to mend it."""
    if isinstance(value, type):
        return f"the class {value.__name__}; make it first: {value.__name__}(...)"
    text = describe_value(value)
    if isinstance(value, CompiledOperator):
        return f"{text}; it is compiled already"
    if isinstance(value, nnx.Module):
        return f"{text}; give a function that has it as an argument: lambda module, x: module(x)"
    if isinstance(value, Operator):
        return f"{text}; give chain(operator) for what only fulfils the protocol"
    return text


def vmap(
    function: Callable[ParamsT, ResultT],
    /,
    in_axes: PyTree = 0,
    out_axes: PyTree = 0,
    *,
    axis_name: str | None = None,
    axis_size: int | None = None,
) -> Callable[ParamsT, ResultT]:
    """Return a function of batches, by `jax.vmap`, with the signature of that of elements.

    Args:
        function: a function of arrays; a type checker does not see that they have an axis more.
        in_axes: the batch axis of each positional argument, None for what is the same for all;
            keyword arguments have theirs first.
        out_axes: the batch axis of the result.
        axis_name: a name of the batch axis for collectives.
        axis_size: the size of the batch axis, where no argument shows it.
    """
    return jax.vmap(function, in_axes, out_axes, axis_name=axis_name, axis_size=axis_size)


@overload
def grad(
    function: Callable[Concatenate[FirstT, ParamsT], Array],
    /,
    argnums: Literal[0] = 0,
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[FirstT, ParamsT], FirstT]: ...
@overload
def grad(
    function: Callable[Concatenate[FirstT, ParamsT], tuple[Array, AuxT]],
    /,
    argnums: Literal[0] = 0,
    *,
    has_aux: Literal[True],
) -> Callable[Concatenate[FirstT, ParamsT], tuple[FirstT, AuxT]]: ...
@overload
def grad(  # type: ignore[overload-overlap]  # the last one is for positions that are not known
    function: Callable[Concatenate[FirstT, SecondT, ParamsT], Array],
    /,
    argnums: Literal[1],
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[FirstT, SecondT, ParamsT], SecondT]: ...
@overload
def grad(  # type: ignore[overload-overlap]  # the last one is for positions that are not known
    function: Callable[Concatenate[FirstT, SecondT, ParamsT], Array],
    /,
    argnums: tuple[Literal[0], Literal[1]],
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[FirstT, SecondT, ParamsT], tuple[FirstT, SecondT]]: ...
@overload
def grad(
    function: Callable[Concatenate[FirstT, ParamsT], Array | tuple[Array, AuxT]],
    /,
    argnums: int | Sequence[int],
    has_aux: bool = False,
) -> Callable[Concatenate[FirstT, ParamsT], PyTree]: ...
def grad(
    function: Callable[..., object],
    /,
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
) -> Callable[..., PyTree]:
    """Return the gradient of a function, by `jax.grad`: of the type of what it is taken by.

    The first argument is given by position. What is known of the result: the argument's own type
    for `argnums` 0 and 1, a tuple of two for (0, 1); for others it is a PyTree.

    Args:
        function: returns a scalar of a floating dtype, or with `has_aux` that and anything else.
        argnums: the positions of the arguments to differentiate by.
        has_aux: whether `function` returns a tuple of its value and something else, which then
            comes beside the gradient.
    """
    return jax.grad(function, argnums, has_aux)


@overload
def value_and_grad(
    function: Callable[Concatenate[FirstT, ParamsT], ValueT],
    /,
    argnums: Literal[0] = 0,
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[FirstT, ParamsT], tuple[ValueT, FirstT]]: ...
@overload
def value_and_grad(
    function: Callable[Concatenate[FirstT, ParamsT], tuple[ValueT, AuxT]],
    /,
    argnums: Literal[0] = 0,
    *,
    has_aux: Literal[True],
) -> Callable[Concatenate[FirstT, ParamsT], tuple[tuple[ValueT, AuxT], FirstT]]: ...
@overload
def value_and_grad(
    function: Callable[Concatenate[FirstT, ParamsT], ResultT],
    /,
    argnums: int | Sequence[int],
    has_aux: bool = False,
) -> Callable[Concatenate[FirstT, ParamsT], tuple[ResultT, PyTree]]: ...
def value_and_grad(
    function: Callable[..., object],
    /,
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
) -> Callable[..., tuple[object, PyTree]]:
    """Return a function's value and its gradient, by `jax.value_and_grad`; see `grad`.

    Args:
        function: returns a scalar of a floating dtype, or with `has_aux` that and anything else.
        argnums: the positions of the arguments to differentiate by.
        has_aux: whether `function` returns a tuple of its value and something else.
    """
    return jax.value_and_grad(function, argnums, has_aux)


@overload
def eval_shape(
    function: Callable[..., Array], /, *args: PyTree, **kwargs: PyTree
) -> jax.ShapeDtypeStruct: ...
@overload
def eval_shape(function: Callable[..., ResultT], /, *args: PyTree, **kwargs: PyTree) -> ResultT: ...
def eval_shape(function: Callable[..., object], /, *args: PyTree, **kwargs: PyTree) -> object:
    """Return what a function would return, by `jax.eval_shape`: specs instead of arrays.

    Nothing is computed. The result has the type of the function's own, so that its fields are
    known; every array in it is a `jax.ShapeDtypeStruct`, which has a shape and a dtype, and with
    which nothing can be computed. A type checker knows that where the result is one array alone.

    Args:
        function: any function that JAX can trace.
        args: its positional arguments; a spec may stand for an array.
        kwargs: its keyword arguments, likewise.
    """
    return jax.eval_shape(function, *args, **kwargs)


@overload
def tree_map(
    function: Callable[[Array], Array], tree: TreeT, /, *, is_leaf: IsLeaf | None = None
) -> TreeT: ...
@overload
def tree_map(
    function: Callable[[Array, Array], Array],
    tree: TreeT,
    other: PyTree,
    /,
    *,
    is_leaf: IsLeaf | None = None,
) -> TreeT: ...
@overload
def tree_map(
    function: Callable[[PyTree], object], tree: PyTree, /, *, is_leaf: IsLeaf | None = None
) -> PyTree: ...
@overload
def tree_map(
    function: Callable[[PyTree, PyTree], object],
    tree: PyTree,
    other: PyTree,
    /,
    *,
    is_leaf: IsLeaf | None = None,
) -> PyTree: ...
@overload
def tree_map(
    function: Callable[..., object],
    tree: PyTree,
    other: PyTree,
    another: PyTree,
    /,
    *rest: PyTree,
    is_leaf: IsLeaf | None = None,
) -> PyTree: ...
def tree_map(
    function: Callable[..., object], tree: PyTree, /, *rest: PyTree, is_leaf: IsLeaf | None = None
) -> PyTree:
    """Return a tree of what a function makes of each leaf, by `jax.tree.map`.

    A function from arrays to an array keeps the tree's type; another one makes it a PyTree.

    Args:
        function: takes one leaf of each tree.
        tree: gives the structure.
        rest: more trees of that structure; a leaf of `tree` may stand for a subtree.
        is_leaf: whether a node is to be taken as a leaf.
    """
    return jax.tree.map(function, tree, *rest, is_leaf=is_leaf)


__all__ = [
    "CompiledOperator",
    "eval_shape",
    "grad",
    "jit",
    "tree_map",
    "value_and_grad",
    "vmap",
]
