"""What a law looks at: an operator, and records that it takes."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from datarax_typed.core.element_batch import Batch, known_padding
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
                yield from (replace(whole, batch=rows(whole.batch, [*range(n)])) for n in (1, 2))
        for number in range(1, len(self.batch)):
            yield replace(self, batch=rows(self.batch, [*range(number)]))


class Applied(NamedTuple):
    """One record, and an operator whose `apply` takes it."""

    operator: OperatorModule[Any]  # of any config
    data: PyTree
    state: PyTree
    random_params: PyTree

    def run(self) -> PyTree:
        """Return the data and the state that `apply` makes, without compiling it."""
        own = (self.random_params, self.operator.get_statistics())
        data, state, _ = self.operator.apply(self.data, self.state, {}, *own)
        return {"data": data, "state": state}


def applied_to(subject: Subject, row: int) -> Applied | None:
    """Return a record with its random parameters; None if batches are worked on."""
    operator = subject.fresh()
    if not isinstance(operator, OperatorModule) or writes_apply_batch(operator):
        return None
    batch = subject.batch
    params = random_params(subject.fresh(), batch)
    parts = (batch.data, batch.state, params)
    return Applied(operator, *jax.tree.map(lambda leaf: leaf[row], parts))


def random_params(operator: AnyOperator, batch: Batch) -> PyTree:
    """Draw the random parameters that an operator of records takes for a batch; None if none."""
    if not isinstance(operator, OperatorModule) or writes_apply_batch(operator):
        return None
    return _drawn(operator, batch) if operator.stochastic else None


# Compiled: step by step, JAX would compile every primitive.
@nnx.jit
def _drawn(operator: OperatorModule, batch: Batch) -> PyTree:
    return operator._random_params(batch)


def outputs(batch: Batch) -> PyTree:
    """Return what an operator makes: data and state."""
    return {"data": batch.data, "state": batch.state}


@nnx.jit
def in_nnx_jit(operator: AnyOperator, batch: Batch) -> Batch:
    """Return what an operator makes of a batch within `nnx.jit`, which changes its state too."""
    return operator.apply_batch(batch)


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
    return not writes_apply_batch(operator)


def writes_apply_batch(operator: AnyOperator) -> bool:
    """Return whether an operator has an `apply_batch` of its own."""
    return type(operator).apply_batch is not OperatorModule.apply_batch


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


def rows(batch: Batch, chosen: list[int], *, pad_to: int | None = None) -> Batch:
    """Return some rows of a batch, all of them valid, in the given order.

    Args:
        batch: the batch.
        chosen: which of its rows.
        pad_to: the size to bring it to by padding, copies of the last row.
    """
    # By NumPy: JAX would compile a program for every shape.
    size = len(chosen) if pad_to is None else pad_to
    padded = [*chosen, *chosen[-1:] * (size - len(chosen))]
    data, state, index = jax.tree.map(
        lambda leaf: jnp.asarray(np.asarray(leaf)[padded]), (batch.data, batch.state, batch.index)
    )
    if size == len(chosen):
        return Batch(data, state, index=index)
    return known_padding(Batch(data, state, index=index), len(chosen))


__all__ = [
    "AnyOperator",
    "Applied",
    "Subject",
    "applied_to",
    "call",
    "draws",
    "in_nnx_jit",
    "independent",
    "outputs",
    "random_params",
    "reseed",
    "rows",
    "sees_one_record",
    "writes_apply_batch",
]
