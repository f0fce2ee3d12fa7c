"""How an operator is taken apart: every change shows, and nothing is held too long."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core import parted
from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.parted import Parted, taken_apart
from datarax_typed.operators.compose import chain
from datarax_typed.protocols import PyTree, Statistics
from tests.core.samples import PLAIN, RANDOM, Affine, batch


def apart(module: nnx.Module) -> Parted:
    return taken_apart(module, lambda: False)


def made() -> Affine:
    operator = Affine(RANDOM, rngs=nnx.Rngs(0))
    operator.last = nnx.Param(jnp.zeros(2))  # type: ignore[attr-defined]  # the last attribute
    return operator


def test_what_has_not_changed_is_taken_apart_once() -> None:
    operator = made()
    known = apart(operator)
    operator.factor.set_value(jnp.full((), 4.0, jnp.float32))
    operator(batch())
    assert apart(operator) is known


def test_other_statistics_are_the_same_structure() -> None:
    operator = Affine(OperatorConfig(precomputed_stats={"mean": 0.5}))
    known = apart(operator)
    operator.set_statistics({"mean": jnp.ones(2)})
    assert apart(operator) is known
    np.testing.assert_array_equal(operator(batch()).data["x"], 2 * batch().data["x"] - 1)


def rename(operator: Any) -> None:
    value = operator.last
    del operator.last
    operator.renamed = value


def replace_by_equal(operator: Any) -> None:
    operator.factor = nnx.Param(operator.factor.get_value())


CHANGES: dict[str, Callable[[Any], object]] = {
    "flag": lambda op: setattr(op, "training", False),
    "equal variable": replace_by_equal,
    "added": lambda op: setattr(op, "more", 1),
    "removed": lambda op: delattr(op, "last"),
    "renamed": rename,
    "metadata": lambda op: op.last.set_metadata(note="other"),
    "metadata, all": lambda op: op.last.set_metadata({"note": "other"}),
    "swapped": lambda op: op.__dict__.update(last=op.factor, factor=op.last),
    "in the random streams": lambda op: setattr(op.rngs, "more", nnx.RngStream(0, tag="more")),
    "statistics": lambda op: op.set_statistics({"mean": jnp.zeros(2)}),
    "class of a part": lambda op: setattr(
        op._stream, "__class__", type("Own", (nnx.RngStream,), {})
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_shows(change: Callable[[Any], object]) -> None:
    operator = made()
    known = apart(operator)
    change(operator)
    assert apart(operator) is not known
    assert apart(operator) is apart(operator)


def test_a_part_that_moves_to_another_module_shows() -> None:
    operator: Any = chain(made(), Affine(PLAIN))
    first, second = operator.stages
    known = apart(operator)
    last = first.last
    del first.last
    second.last = last
    assert apart(operator) is not known


class Scales:
    """Fulfils the protocol without a base."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.more = {"list": [Offset(0.0)]}

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        offset = self.more["list"][0].offset
        return batch.replace(data={**batch.data, "x": batch.data["x"] * self.scale + offset})

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return input_spec


class Offset:
    def __init__(self, offset: float) -> None:
        self.offset = offset


def test_a_change_of_a_foreign_stage_is_noticed() -> None:
    stage = Scales(2.0)
    operator = chain(stage)
    given = Batch({"x": jnp.ones(1)})
    assert operator(given).data["x"] == 2
    stage.scale = 3.0
    assert operator(given).data["x"] == 3
    stage.more["list"][0].offset = 1.0
    assert operator(given).data["x"] == 4
    stage.more["list"] = [Offset(2.0)]
    assert operator(given).data["x"] == 5
    assert apart(operator) is apart(operator)


def test_foreign_stages_that_compare_equal_do_not_share_a_program() -> None:
    class Equal(Scales):
        def __eq__(self, other: object) -> bool:
            return isinstance(other, Equal)

        def __hash__(self) -> int:
            return 0

    given = Batch({"x": jnp.ones(1)})
    assert [chain(Equal(scale))(given).data["x"] for scale in (2.0, 3.0)] == [2, 3]


def test_an_array_that_is_no_variable_is_read_anew() -> None:
    operator: Any = Affine(PLAIN)
    operator.table = nnx.data(jnp.ones(2))
    assert any(np.shape(value) == (2,) for value in apart(operator).values(counts=True))
    known = apart(operator)
    operator.table = jnp.zeros(2)
    assert apart(operator) is not known


def test_neither_programs_nor_what_was_taken_apart_keep_an_operator_alive() -> None:
    operator = Affine(OperatorConfig(precomputed_stats={"mean": 0.375}))
    operator(batch())
    identity = id(operator)
    watched: list[weakref.ref[Any]] = [
        weakref.ref(operator),
        weakref.ref(operator.factor.get_value()),
    ]
    assert identity in parted._PARTED
    del operator
    gc.collect()
    assert [watch() for watch in watched] == [None, None]
    assert identity not in parted._PARTED


class Tally(Scales):
    """Changes whenever it is traced."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        self.scale += 1
        return super().apply_batch(batch, stats)


def test_what_changes_in_every_trace_is_traced_every_time() -> None:
    operator = chain(Tally(0.0))
    given = Batch({"x": jnp.ones(1)})
    assert [operator(given).data["x"] for _ in range(4)] == [1, 2, 3, 4]
    assert operator.get_operation_stats()["applied_count"] == 4


@pytest.mark.parametrize("calls", [1, 2, 3, 4])
def test_a_call_after_a_change_is_as_if_there_had_been_none(calls: int) -> None:
    """However often it ran before: the program that was known may run, and be thrown away."""
    operator, fresh = (Affine(RANDOM, rngs=nnx.Rngs(0)) for _ in range(2))
    for each in (operator, fresh):
        for _ in range(calls):
            each(batch())
    operator.training = False
    state = operator.get_state()
    fresh.set_state(state)
    fresh.training = False
    np.testing.assert_array_equal(operator(batch()).data["x"], fresh(batch()).data["x"])
    assert operator.get_operation_stats() == fresh.get_operation_stats()


def test_an_error_of_a_program_that_is_no_longer_right_does_not_show() -> None:
    class Picky(Affine):
        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            if self.training and len(batch) > 3:
                raise ValueError("at most three rows in training")
            return batch

    operator = Picky(PLAIN)
    for _ in range(3):
        operator(batch(3))
    with pytest.raises(ValueError, match="at most three"):
        operator(batch(4))
    operator.training = False
    assert len(operator(batch(4))) == 4
    assert operator.get_operation_stats()["applied_count"] == 13
