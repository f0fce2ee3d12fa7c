"""What an operator learns by: its parameters, a loss of all that comes out, and the gradients."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import PyTree
from datarax_typed.testing.law import NotApplicableError
from datarax_typed.testing.subject import Subject, call

# A module that computes statistics is learned by those who compute them.
_STATISTICS: Final = "_batch_stats_fn"

Floats: TypeAlias = Float[np.ndarray, "..."]


@dataclass(frozen=True)
class Learnable:
    """The parameters of an operator, by name, and the loss at other values of one of them."""

    subject: Subject

    def value(self, name: str) -> Floats:
        """Return the value of a parameter."""
        return np.asarray(parameters_of(self.subject)[name])

    def rounding(self, name: str) -> float:
        """Return how much of a term may be rounding."""
        leaves = [*jax.tree.leaves(self.subject.result.data), parameters_of(self.subject)[name]]
        floats = [leaf.dtype for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.floating)]
        return 3 * max(float(np.spacing(np.ones((), dtype))) for dtype in floats)

    def terms(self, name: str, change: Floats) -> Floats:
        """Return the terms of the loss after a change of one parameter, in double precision."""
        operator = self.subject.fresh()
        for path, variable in nnx.iter_graph(operator):
            if isinstance(variable, nnx.Param) and _name(path) == name:
                value = variable.get_value()
                variable.set_value(value + jnp.asarray(change, value.dtype))
        result = call(operator, self.subject.batch).data
        terms = [np.asarray(leaf, np.float64) * w for leaf, w in _weighted(result)]
        return np.concatenate([np.ravel(term) for term in terms])


def learnable(subject: Subject) -> Learnable:
    """Return the parameters of a subject.

    Raises:
        NotApplicableError: it has none.
    """
    if not parameters_of(subject):
        raise NotApplicableError("it has no nnx.Param")
    return Learnable(subject)


def parameters_of(subject: Subject) -> Mapping[str, Array]:
    """Return the values of all `nnx.Param`, by their paths."""
    if not isinstance(subject.operator, nnx.Module):
        return {}
    found = {
        _name(path): variable.get_value()
        for path, variable in nnx.iter_graph(subject.operator)
        if isinstance(variable, nnx.Param) and path[0] != _STATISTICS
    }
    return {name: value for name, value in found.items() if _is_learnt(value)}


def _is_learnt(value: Array) -> bool:
    return bool(jnp.issubdtype(value.dtype, jnp.floating)) and value.size > 0


def gradients(subject: Subject) -> Mapping[str, Array]:
    """Return the gradient of the loss for every parameter.

    Raises:
        NotApplicableError: there is no parameter.
    """
    learnable(subject)
    return _gradients(subject)


# Two laws ask for them.
@lru_cache(maxsize=1)
def _gradients(subject: Subject) -> Mapping[str, Array]:
    names = parameters_of(subject)
    graph, parameters, rest = nnx.split(subject.fresh(), nnx.Param, ...)  # type: ignore[misc]  # an nnx.Module, since it has a parameter

    @jax.jit
    def gradient(parameters: PyTree, rest: PyTree, batch: Batch) -> PyTree:
        def loss(parameters: PyTree) -> Float[Array, ""]:
            result = nnx.merge(graph, parameters, rest, copy=True).apply_batch(batch)
            return _loss(result.data)

        return jax.grad(loss, allow_int=True)(parameters)

    found = gradient(parameters, rest, subject.batch)
    leaves = {_name(path): leaf.get_value() for path, leaf in nnx.to_flat_state(found)}
    return {name: leaves[name] for name in names}


def _name(path: tuple[PyTree, ...]) -> str:
    return ".".join(map(str, path))


def _loss(result: PyTree) -> Float[Array, ""]:
    terms = [jnp.sum(leaf.astype(jnp.float32) * w) for leaf, w in _weighted(result)]
    return sum(terms, jnp.zeros(()))


def _weighted(result: PyTree) -> list[tuple[Array, Floats]]:
    """Return the floats of a result, with positive weights that have no pattern."""
    floats = [leaf for leaf in jax.tree.leaves(result) if jnp.issubdtype(leaf.dtype, jnp.floating)]
    return [
        (leaf, 1 + np.cos(1.7 * np.arange(leaf.size, dtype=np.float32)).reshape(leaf.shape) / 2)
        for leaf in floats
    ]


__all__ = ["Learnable", "gradients", "learnable", "parameters_of"]
