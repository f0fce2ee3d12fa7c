"""What every operator keeps, as checks that an operator's test calls.

A batch that goes in has two records or more. Where the operator draws random numbers a record at
a time, the batch has an `index`.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array

from datarax_typed.core.element_batch import Batch, Element
from datarax_typed.core.operator import OperatorModule
from datarax_typed.protocols import PyTree

AnyOperator: TypeAlias = OperatorModule[Any]  # operators of any config
_SCOPE = jax.export.SymbolicScope()


def check_laws(operator: AnyOperator, batch: Batch) -> None:
    """Check every law that holds for all operators, `apply_batch` overrides included."""
    check_repeatable(operator, batch)
    check_spec(operator, batch)
    check_nnx_jit(operator, batch)
    check_gradients(operator, batch)
    check_state(operator, batch)


def check_record_laws(operator: AnyOperator, batch: Batch) -> None:
    """Check every law, and those of operators that see one record at a time."""
    check_laws(operator, batch)
    check_strategies(operator, batch)
    check_records(operator, batch)


def check_repeatable(operator: AnyOperator, batch: Batch) -> None:
    """The same seed gives the same result, and the input is untouched."""
    before = jax.tree.map(np.array, batch)
    first, second = operator.clone()(batch), operator.clone()(batch)
    assert_same(first, second, exact=True)
    assert_same(before, batch, exact=True)


def check_spec(operator: AnyOperator, batch: Batch) -> None:
    """`output_spec` says what comes out."""
    promised, found = operator.output_spec(batch.spec()), operator.clone()(batch).spec()
    assert promised == found, f"output_spec says {promised}, the result is {found}"


def check_nnx_jit(operator: AnyOperator, batch: Batch) -> None:
    """`nnx.jit` computes what a plain call does, and moves random state and counts as it does."""
    plain, compiled = operator.clone(), operator.clone()
    inner = nnx.jit(lambda op, given: op(given))(compiled, batch)
    assert_same(plain(batch), inner)
    assert_same(plain.get_state(), compiled.get_state())


def check_strategies(operator: AnyOperator, batch: Batch) -> None:
    """The strategies "vmap" and "scan" compute what a loop over the records does."""
    expected = list(_loop(operator.clone(), batch))
    for strategy in ("vmap", "scan"):
        config = replace(operator.config, batch_strategy=strategy)
        result = operator.copy(config=config)(batch)
        for row, data in enumerate(expected):
            assert_same(data, _row(result.data, row))


def check_records(operator: AnyOperator, batch: Batch) -> None:
    """A record's result depends neither on the others, nor on order, batch size or padding."""
    size = len(batch)
    turned = _rows(batch, np.arange(size)[::-1])
    padded = _rows(batch, np.minimum(np.arange(size + 2), size - 1))
    padded = padded.replace(valid_mask=jnp.asarray(np.arange(size + 2) < size))
    whole, turned, padded = (operator.clone()(given) for given in (batch, turned, padded))
    assert_same(whole.data, _rows(turned, np.arange(size)[::-1]).data)
    assert_same(whole.data, _rows(padded, np.arange(size)).data)


def check_gradients(operator: AnyOperator, batch: Batch) -> None:
    """Every parameter gets a finite gradient that is not all zero; there may be no parameter."""
    if not jax.tree.leaves(nnx.state(operator, nnx.Param)):
        return
    wanted = nnx.DiffState(0, nnx.Param)
    given = {id(leaf) for leaf in jax.tree.leaves(batch.data)}

    def loss(op: AnyOperator) -> Array:
        # Parts that the operator passes through do not depend on its parameters.
        found = [x for x in jax.tree.leaves(op(batch).data) if id(x) not in given]
        return sum((_weighted(x) for x in found), jnp.zeros(()))

    gradients = nnx.jit(nnx.grad(loss, argnums=wanted))(operator.clone())
    for path, gradient in jax.tree_util.tree_leaves_with_path(nnx.to_pure_dict(gradients)):
        name = jax.tree_util.keystr(path)
        assert np.all(np.isfinite(gradient)), f"the gradient of {name} is {gradient}"
        assert np.any(gradient != 0), f"no gradient reaches {name}"


def check_state(operator: AnyOperator, batch: Batch) -> None:
    """A state that is restored into another operator makes it go on as the first would."""
    first = operator.clone()
    # Without an index, random numbers come from the state.
    unindexed = batch.replace(index=None) if operator.stochastic else batch
    first(unindexed)
    other = operator.clone()
    for _, variable in nnx.iter_graph(other):
        if isinstance(variable, nnx.Param):
            variable[...] += 0.5
    other.set_state(first.get_state())
    assert_same(first.get_state(), other.get_state(), exact=True)
    assert_same(first(unindexed), other(unindexed), exact=True)


def assert_same(expected: PyTree, actual: PyTree, *, exact: bool = False) -> None:
    """Assert that two trees agree in structure, dtypes and values."""
    old, new = (jax.tree_util.tree_leaves_with_path(tree) for tree in (expected, actual))
    assert [path for path, _ in old] == [path for path, _ in new]
    for (path, left), (_, right) in zip(old, new, strict=True):
        name = jax.tree_util.keystr(path)
        _assert_same_leaf(np.asarray(left), np.asarray(right), name, exact=exact)


def _assert_same_leaf(left: PyTree, right: PyTree, name: str, *, exact: bool) -> None:
    assert left.dtype == right.dtype, f"{name}: {left.dtype} is not {right.dtype}"
    if exact or not np.issubdtype(left.dtype, np.floating):
        np.testing.assert_array_equal(left, right, err_msg=name)
    else:
        np.testing.assert_allclose(left, right, rtol=1e-5, atol=1e-5, err_msg=name)


def symbolic(text: str, dtype: PyTree = jnp.float32) -> jax.ShapeDtypeStruct:
    """Return the spec of an array whose axes may be names: `symbolic("h, w, 3")`.

    A name means the same size in all of them.
    """
    return jax.ShapeDtypeStruct(jax.export.symbolic_shape(text, scope=_SCOPE), dtype)


def _weighted(leaf: Array) -> Array:
    if not jnp.issubdtype(leaf.dtype, jnp.floating):
        return jnp.zeros(())
    # Weights without a pattern: nothing cancels, not even in rows that sum to one.
    weights = jnp.cos(1.7 * jnp.arange(leaf.size, dtype=jnp.float32)).reshape(leaf.shape)
    return jnp.sum(leaf.astype(jnp.float32) * weights)


def _loop(operator: AnyOperator, batch: Batch) -> Iterator[PyTree]:
    draw = nnx.jit(lambda op, given: op._random_params(given))
    params = draw(operator, batch) if operator.stochastic else None
    stats = operator.get_statistics()

    @jax.jit
    def apply(element: Element, own: PyTree) -> PyTree:
        return operator.apply(element.data, element.state, element.metadata, own, stats)[0]

    for row, element in enumerate(batch):
        yield apply(element, _row(params, row))


def _rows(batch: Batch, rows: PyTree) -> Batch:
    # By NumPy: JAX would compile a program for every shape.
    chosen: Batch = jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)[rows]), batch)
    return chosen


def _row(tree: PyTree, row: int) -> PyTree:
    return jax.tree.map(lambda leaf: np.asarray(leaf)[row], tree)
