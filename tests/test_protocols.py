"""The protocols: small, checkable at run time, and kept by classes that inherit nothing of ours."""

import inspect
from collections.abc import Iterator
from typing import Any, Protocol, assert_type

import jax
import jax.numpy as jnp
import pytest
from typing_extensions import get_protocol_members, is_protocol

import datarax_typed
from datarax_typed import protocols
from datarax_typed.core.config import DataraxModuleConfig, OperatorConfig
from datarax_typed.core.cross_modal import CrossModalOperator
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.module import DataraxModule
from datarax_typed.core.operator import OperatorModule
from datarax_typed.operators.compose import CompositeOperatorModule, chain
from datarax_typed.protocols import (
    Checkpointable,
    CheckpointableIterator,
    DataSource,
    Operator,
    PyTree,
    State,
    Statistics,
    StatisticsProvider,
)

MEMBERS = {
    Checkpointable: {"get_state", "set_state"},
    CheckpointableIterator: {"get_state", "set_state", "__iter__", "__next__"},
    StatisticsProvider: {
        "compute_statistics",
        "get_statistics",
        "set_statistics",
        "reset_statistics",
    },
    Operator: {"apply_batch", "output_spec"},
    DataSource: {"element_spec", "__len__", "__getitem__"},
}


# Classes of somebody else


class Counter:
    """Counts; its state is a number."""

    def __init__(self) -> None:
        self.count = 0

    def get_state(self) -> State:
        return {"count": self.count}

    def set_state(self, state: State) -> None:
        self.count = state["count"]


class Countdown(Counter):
    """An iterator over numbers."""

    def __iter__(self) -> "Countdown":
        return self

    def __next__(self) -> int:
        self.count += 1
        if self.count > 3:
            raise StopIteration
        return self.count


class Largest:
    """The largest value."""

    def __init__(self) -> None:
        self.stats: Statistics | None = None

    def compute_statistics(self, data: PyTree) -> Statistics | None:
        self.stats = {"max": max(data)}
        return self.stats

    def get_statistics(self) -> Statistics | None:
        return self.stats

    def set_statistics(self, stats: Statistics) -> None:
        self.stats = stats

    def reset_statistics(self) -> None:
        self.stats = None


class Negate:
    """Negates a field."""

    def apply_batch(
        self, batch: Batch[dict[str, PyTree]], stats: Statistics | None = None
    ) -> Batch[dict[str, PyTree]]:
        return Batch({**batch.data, "x": -batch.data["x"]})

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return input_spec


class Squares:
    """Square numbers."""

    def element_spec(self) -> PyTree:
        return jax.ShapeDtypeStruct((), jnp.int32)

    def __len__(self) -> int:
        return 10

    def __getitem__(self, index: int) -> int:
        return index * index


def module() -> DataraxModule:
    return DataraxModule(DataraxModuleConfig())


def operator() -> ModalityOperator:
    return ModalityOperator(ModalityOperatorConfig(field_key="x"))


OPERATORS = [OperatorModule(OperatorConfig()), operator(), chain(operator())]
FULFILLED: dict[Any, list[object]] = {
    Checkpointable: [Counter(), Countdown(), module(), *OPERATORS],
    CheckpointableIterator: [Countdown()],
    StatisticsProvider: [Largest(), module(), *OPERATORS],
    Operator: [Negate(), *OPERATORS],
    DataSource: [Squares()],
}


@pytest.mark.parametrize("protocol", MEMBERS)
def test_a_protocol_is_small_public_and_documented(protocol: Any) -> None:
    name = protocol.__name__
    assert is_protocol(protocol)
    assert get_protocol_members(protocol) == MEMBERS[protocol]
    assert name in protocols.__all__
    assert getattr(datarax_typed, name) is protocol
    assert inspect.getdoc(protocol)
    assert all(inspect.getdoc(getattr(protocol, member)) for member in MEMBERS[protocol])


def test_no_protocol_is_left_out() -> None:
    defined = [v for v in vars(protocols).values() if isinstance(v, type) and is_protocol(v)]
    assert set(defined) - {Protocol} == set(MEMBERS)


@pytest.mark.parametrize("protocol", MEMBERS)
def test_objects_are_recognised_by_what_they_have(protocol: Any) -> None:
    everyone = [item for items in FULFILLED.values() for item in items]
    recognised = {type(item) for item in everyone if isinstance(item, protocol)}
    assert recognised == {type(item) for item in FULFILLED[protocol]}
    assert not isinstance(object(), protocol)


@pytest.mark.parametrize("protocol", MEMBERS)
def test_each_member_is_needed(protocol: Any) -> None:
    everything = {name: lambda self: None for name in MEMBERS[protocol]}
    assert isinstance(type("Whole", (), everything)(), protocol)
    for name in MEMBERS[protocol]:
        rest = {key: value for key, value in everything.items() if key != name}
        assert not isinstance(type("Part", (), rest)(), protocol)


def test_plain_classes_conform_statically() -> None:
    """Each assignment is an assertion that the type checker proves."""
    checkpointable: Checkpointable = Counter()
    iterator: CheckpointableIterator[int] = Countdown()
    provider: StatisticsProvider = Largest()
    negate: Operator[dict[str, PyTree], dict[str, PyTree]] = Negate()
    source: DataSource[int] = Squares()
    checkpointable.set_state({"count": 2})
    iterator.set_state(checkpointable.get_state())
    assert_type(next(iterator), int)
    assert_type(source[3], int)
    assert list(iterator) == []
    assert provider.compute_statistics([1, 5]) == provider.get_statistics() == {"max": 5}
    assert negate.apply_batch(Batch({"x": jnp.ones(2)})).data["x"][0] == -1
    assert (len(source), source[3], source.element_spec().shape) == (10, 9, ())


def test_our_modules_conform_statically() -> None:
    """Each assignment is an assertion that the type checker proves."""
    everyone: list[Checkpointable] = [module(), operator(), chain(operator())]
    providers: list[StatisticsProvider] = [module(), operator(), chain(operator())]
    operators: list[Operator[PyTree, PyTree]] = [operator(), chain(operator())]
    assert (len(everyone), len(providers), len(operators)) == (3, 3, 2)


def takes_classes(
    modules: list[type[Checkpointable]], operators: list[type[Operator[PyTree, PyTree]]]
) -> None:
    assert all(map(callable, [*modules, *operators]))


def test_our_classes_conform_statically() -> None:
    takes_classes(
        [DataraxModule, OperatorModule],
        [OperatorModule, ModalityOperator, CrossModalOperator, CompositeOperatorModule],
    )


def test_an_operator_of_somebody_else_is_a_stage() -> None:
    result = chain(Negate(), Negate(), Negate())(Batch({"x": jnp.ones(2)}))
    assert result.data["x"].tolist() == [-1, -1]


def test_an_iterator_may_be_a_generator_with_a_state() -> None:
    numbers: Iterator[int] = Countdown()
    assert list(numbers) == [1, 2, 3]
