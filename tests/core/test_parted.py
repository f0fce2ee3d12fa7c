"""How an operator is taken apart: every change shows, and nothing is held too long."""

import gc
import logging
import weakref
from collections.abc import Callable
from enum import Enum
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array

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


class Stage:
    """A foreign stage that says itself what it does to a number."""

    def scaled(self, x: Array) -> Array:
        raise NotImplementedError

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return batch.replace(data={"x": self.scaled(batch.data["x"])})

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return input_spec


class Learns(Stage):
    def __init__(self) -> None:
        self.layer = nnx.Linear(1, 1, rngs=nnx.Rngs(0))

    def scaled(self, x: Array) -> Array:
        return x * self.layer.kernel[...][0, 0]

    def change(self) -> None:
        self.layer.kernel.set_value(self.layer.kernel.get_value() + 1)


class Slotted:
    """Has no dict, and fulfils the protocol."""

    __slots__ = ("__private",)

    def __init__(self) -> None:
        self.__private = 2.0

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return batch.replace(data={"x": batch.data["x"] * self.__private})

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return input_spec

    def change(self) -> None:
        self.__private = 3.0


class Guarded(Stage):
    def __init__(self) -> None:
        self.scale = 2.0

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def scaled(self, x: Array) -> Array:
        return x * self.scale

    def change(self) -> None:
        self.scale = 3.0


class Lists(Stage):
    """Moves an item from the end of a list to the start of the next."""

    def __init__(self) -> None:
        self.first, self.second = [1.0, 2.0], [3.0]

    def scaled(self, x: Array) -> Array:
        return x * sum(self.first)

    def change(self) -> None:
        for one, other in ((self.first, self.second), (self.second, self.first)):
            other.insert(0, one.pop())
            one.append(other.pop())
        self.second.insert(0, self.first.pop())


@pytest.mark.parametrize("kind", [Learns, Slotted, Guarded, Lists])
def test_whatever_a_foreign_stage_holds_is_noticed(kind: Callable[[], Any]) -> None:
    stage = kind()
    operator = chain(stage)
    given = Batch({"x": jnp.ones(1)})
    before = operator(given).data["x"]
    operator(given)
    stage.change()
    after = operator(given).data["x"]
    assert before != after
    assert after == stage.apply_batch(given).data["x"]
    assert apart(operator) is apart(operator)


class Colour(Enum):
    RED = 1


def test_what_nobody_changes_is_not_looked_into() -> None:
    """A logger holds all others, and notes which levels were asked for."""
    operators: list[Any] = [Affine(PLAIN) for _ in range(2)]
    for operator in operators:
        operator.log = logging.getLogger(__name__)
        operator.colour = Colour.RED
    known = apart(operators[0])
    logging.getLogger(f"{__name__}.new").debug("asked")
    assert apart(operators[0]) is known
    assert apart(operators[1]).blueprint == known.blueprint


def test_numbers_that_compare_equal_are_not_the_same_structure() -> None:
    numbers = (1, 1.0, True, (1,), (1.0,), (True,), 0.0, -0.0)
    operators: list[Any] = [Affine(PLAIN) for _ in numbers]
    for operator, number in zip(operators, numbers, strict=True):
        operator.number = number
    blueprints = [apart(operator).blueprint for operator in operators]
    assert len(set(blueprints)) == len(numbers)
    assert apart(operators[0].clone()).blueprint == blueprints[0]


def test_what_changes_in_every_trace_may_be_beside_a_read_of_a_count() -> None:
    class Counting(Affine):
        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            seen = jnp.asarray(self._applied_count[...], jnp.float32)
            return batch.replace(data={"x": batch.data["x"] + seen})

    operator = chain(Tally(0.0), Counting(PLAIN))
    given = Batch({"x": jnp.ones(1)})
    # Where the trace that asked for the counts was thrown away, the scale has grown twice.
    assert [operator(given).data["x"] for _ in range(3)] == [2, 4, 6]


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
