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
from jaxtyping import Array

from datarax_typed.core.element_batch import Batch, known_padding
from datarax_typed.core.metadata import split_metadata
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.specs import element_spec_after
from datarax_typed.core.stages import Composition
from datarax_typed.errors import Problem, refuse
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
        metadata = self.batch.metadata

        def after(batch: Batch) -> PyTree:
            if metadata:
                size = batch.valid_mask.shape[0]
                batch = batch.replace(metadata=jax.tree.map(lambda x: _repeated(x, size), metadata))
            return self.fresh().apply_batch(batch).data

        return element_spec_after(after, data, self.state)

    @property
    def state(self) -> PyTree:
        """The state of the first record."""
        return jax.tree.map(lambda leaf: leaf[0], self.batch.state)

    def promised(self, spec: PyTree) -> PyTree:
        """Return what the operator promises for the spec of an element."""
        module = self.module
        derives = module is not None and type(module).output_spec is OperatorModule.output_spec
        if module is not None and derives and jax.tree.leaves(self.state):
            return module._specs(spec, self.state)[0]
        return self.operator.output_spec(spec)

    @cached_property
    def crash(self) -> Exception | None:
        """What a call raises, if it does."""
        try:
            self.result  # noqa: B018  # made for its errors
        except Exception as error:  # noqa: BLE001  # an operator may raise anything
            return error
        return None

    def smaller(self) -> Iterator["Subject"]:
        """Yield subjects with less data, the smallest first."""
        for size in _MINOR_SIZES if self.remake is not None else ():
            sizes = {name: min(size, own) for name, own in self.sizes.items()}
            if self.remake is not None and sizes != dict(self.sizes):
                whole = replace(self, batch=self.remake(sizes), sizes=sizes)
                yield from (replace(whole, batch=rows(whole.batch, [*range(n)])) for n in (1, 2))
        for number in range(1, len(self.batch)):
            yield replace(self, batch=rows(self.batch, [*range(number)]))


def _repeated(leaf: Array, size: int) -> Array:
    return jnp.broadcast_to(leaf[:1], (size, *leaf.shape[1:]))


class Applied(NamedTuple):
    """One record, and an operator whose `apply` takes it."""

    operator: OperatorModule[Any]  # of any config
    data: PyTree
    state: PyTree
    metadata: PyTree
    random_params: PyTree
    stats: PyTree

    def run(self) -> PyTree:
        """Return the data and the state that `apply` makes, without compiling it."""
        data, state, metadata = self.operator.apply(*self[1:])
        arrays = None if metadata is None else split_metadata(metadata)[0]
        return {"data": data, "state": state, "metadata": arrays}


def applied_to(subject: Subject, row: int) -> Applied | None:
    """Return a record with its random parameters; None if batches are worked on."""
    operator = subject.fresh()
    if not isinstance(operator, OperatorModule) or writes_apply_batch(operator):
        return None
    batch = subject.batch
    params = random_params(subject.fresh(), batch)
    parts = (batch.data, batch.state, batch.metadata, params)
    data, state, metadata, own = jax.tree.map(lambda leaf: leaf[row], parts)
    return Applied(operator, data, state, metadata, own, operator.get_statistics())


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
    """Return what an operator makes: data, state, and the arrays of metadata."""
    arrays = None if batch.metadata is None else split_metadata(batch.metadata)[0]
    return {"data": batch.data, "state": batch.state, "metadata": arrays}


@nnx.jit
def in_nnx_jit(operator: AnyOperator, batch: Batch) -> Batch:
    """Return what an operator makes of a batch within `nnx.jit`, which changes its state too."""
    return operator.apply_batch(batch)


def check_made(operator: object) -> None:
    """Check that what is to be examined is an operator.

    Raises:
        ConfigError: it is a class, or something else.
    """
    if isinstance(operator, type):
        mend = f"make it first: {operator.__name__}(config)"
        problem = Problem("operator", "an operator", f"the class {operator.__name__}", mend)
    elif not callable(getattr(operator, "apply_batch", None)):
        problem = Problem("operator", "an operator, with apply_batch()", type(operator).__name__)
    else:
        return
    refuse("An examination", [problem])


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


def reseed(operator: object, seed: int) -> None:
    """Give all random streams of an operator other keys, which follow from the seed."""
    for key in _keys(operator):
        key.set_value(jax.random.fold_in(key.get_value(), seed))


def change_state(operator: object) -> None:
    """Give every variable of a module another value, and its random streams other keys."""
    assert isinstance(operator, nnx.Module)
    reseed(operator, 1)
    for _, variable in nnx.iter_graph(operator):
        if isinstance(variable, nnx.Variable) and not isinstance(variable, nnx.RngKey):
            variable.set_value(jax.tree.map(other_value, variable.get_value()))


def other_value(leaf: PyTree) -> PyTree:
    """Return another value of the same kind; texts, truth values and keys have none."""
    if isinstance(leaf, str | bool):
        return leaf
    if not hasattr(leaf, "dtype"):
        return leaf + 1
    if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) or leaf.dtype == jnp.bool_:
        return leaf
    return leaf + np.ones((), leaf.dtype)


def _keys(operator: object) -> list[nnx.RngKey]:
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
    parts = (batch.data, batch.state, batch.metadata)
    data, state, metadata = jax.tree.map(lambda leaf: taken(leaf, padded), parts)
    index = None if batch.index is None else taken(batch.index, padded)
    made = Batch(data, state, metadata, index=index)
    return made if size == len(chosen) else known_padding(made, len(chosen))


def taken(leaf: Array, places: list[int], axis: int = 0) -> Array:
    """Return the places of an array along an axis, in the given order."""
    if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return jnp.take(leaf, jnp.asarray(places), axis)
    return jnp.asarray(np.asarray(leaf).take(places, axis))


__all__ = [
    "AnyOperator",
    "Applied",
    "Subject",
    "applied_to",
    "call",
    "change_state",
    "check_made",
    "draws",
    "in_nnx_jit",
    "independent",
    "other_value",
    "outputs",
    "random_params",
    "reseed",
    "rows",
    "sees_one_record",
    "taken",
    "writes_apply_batch",
]
