"""What a law looks at: an operator, and records that it takes."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.specs import element_spec_after
from datarax_typed.core.stages import Composition
from datarax_typed.protocols import Operator, PyTree

AnyOperator: TypeAlias = Operator[PyTree, PyTree]

_MINOR_SIZES = (1, 2, 3, 4)


@dataclass(frozen=True, eq=False)
class Subject:
    """An operator under examination. No law may change it, or its batch.

    Attributes:
        operator: the operator.
        batch: at least two records, all valid, with an index.
        spec: the spec of one element; axes are names where they are known to be free.
        sizes: the sizes of these names in the batch.
        remake: makes a batch for other sizes, where it was made up for a spec.
    """

    operator: AnyOperator
    batch: Batch
    spec: PyTree
    sizes: Mapping[str, int] = field(default_factory=dict)
    remake: Callable[[Mapping[str, int]], Batch] | None = None

    @cached_property
    def result(self) -> Batch:
        """What a call makes of the batch."""
        return call(self.fresh(), self.batch)

    @property
    def module(self) -> OperatorModule[Any] | None:  # of any config
        """The operator, if it inherits from `OperatorModule`."""
        return self.operator if isinstance(self.operator, OperatorModule) else None

    def fresh(self) -> AnyOperator:
        """Return an operator of the same state that a law may change."""
        return independent(self.operator)

    def spec_after(self, data: PyTree) -> PyTree:
        """Return the spec of what comes out for the spec of an element, by tracing a call.

        It neither asks the operator's `output_spec`, nor computes anything.
        """
        state = jax.tree.map(lambda leaf: leaf[0], self.batch.state)
        return element_spec_after(lambda batch: self.fresh().apply_batch(batch).data, data, state)

    def smaller(self) -> Iterator["Subject"]:
        """Yield subjects with less data, the smallest first."""
        for size in _MINOR_SIZES if self.remake is not None else ():
            sizes = {name: min(size, own) for name, own in self.sizes.items()}
            if self.remake is not None and sizes != dict(self.sizes):
                whole = replace(self, batch=self.remake(sizes), sizes=sizes)
                yield from (replace(whole, batch=rows(whole.batch, slice(n))) for n in (1, 2))
        for number in range(1, len(self.batch)):
            yield replace(self, batch=rows(self.batch, slice(number)))


def independent(operator: AnyOperator) -> AnyOperator:
    """Return an operator of the same state, without asking the operator for a clone."""
    if isinstance(operator, nnx.Module):
        return nnx.clone(operator)
    return copy.deepcopy(operator)


def call(operator: AnyOperator, batch: Batch) -> Batch:
    """Call an operator as a user does: compiled, if it compiles itself."""
    return operator(batch) if callable(operator) else operator.apply_batch(batch)


def sees_one_record(operator: AnyOperator) -> bool:
    """Return whether an operator works on each record alone: it does not write `apply_batch`."""
    if isinstance(operator, Composition):
        return all(sees_one_record(inner) for _, inner in operator.named_stages())
    own = type(operator).apply_batch is OperatorModule.apply_batch
    return isinstance(operator, OperatorModule) and own


def draws(operator: AnyOperator) -> bool:
    """Return whether an operator has a random state that it may draw from."""
    if isinstance(operator, OperatorModule) and not isinstance(operator, Composition):
        return operator.stochastic
    return bool(_keys(operator))


def reseed(operator: AnyOperator, seed: int) -> None:
    """Give all random streams of an operator other keys, which follow from the seed."""
    for key in _keys(operator):
        key.set_value(jax.random.fold_in(key.get_value(), seed))


def _keys(operator: AnyOperator) -> list[nnx.RngKey]:
    if not isinstance(operator, nnx.Module):
        return []
    return [node for _, node in nnx.iter_graph(operator) if isinstance(node, nnx.RngKey)]


def rows(batch: Batch, chosen: slice | list[int]) -> Batch:
    """Return some rows of a batch, in the given order."""
    # By NumPy: JAX would compile a program for every shape.
    taken: Batch = jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)[chosen]), batch)
    return taken


__all__ = [
    "AnyOperator",
    "Subject",
    "call",
    "draws",
    "independent",
    "reseed",
    "rows",
    "sees_one_record",
]
