"""Classes that lack something of the protocol that they are to fulfil."""

from typing import Any

from datarax_typed import (
    Batch,
    Checkpointable,
    CheckpointableIterator,
    DataSource,
    Element,
    MapOperator,
    MapOperatorConfig,
    Operator,
    PyTree,
    Statistics,
    StatisticsProvider,
)


class NoSpec:
    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return batch


class NoStatistics:
    def apply_batch(self, batch: Batch) -> Batch:
        return batch

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return input_spec


class Elementwise:
    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Element:
        return batch[0]

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return input_spec


class OnlySaved:
    def get_state(self) -> dict[str, Any]:
        return {}


class Texts:
    def element_spec(self) -> PyTree:
        return {}

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> str:
        return "text"


one: Operator[PyTree, PyTree] = NoSpec()  # E: assignment: expression has type "NoSpec", variable has type "Operator[Any, Any]"
two: Operator[PyTree, PyTree] = NoStatistics()  # E: assignment: expression has type "NoStatistics", variable has type "Operator[Any, Any]"
three: Operator[PyTree, PyTree] = Elementwise()  # E: assignment: expression has type "Elementwise", variable has type "Operator[Any, Any]"
four: Operator[PyTree, PyTree] = MapOperator  # E: assignment: expression has type "type[MapOperator]", variable has type "Operator[Any, Any]"
five: Checkpointable = OnlySaved()  # E: assignment: expression has type "OnlySaved", variable has type "Checkpointable"
six: CheckpointableIterator[Batch] = iter([Batch({})])  # E: assignment: expression has type "Iterator[Batch[dict[Never, Never]]]", variable has type "CheckpointableIterator[Batch[Any]]"
seven: DataSource[int] = Texts()  # E: assignment: expression has type "Texts", variable has type "DataSource[int]"
eight: StatisticsProvider = MapOperatorConfig()  # E: assignment: expression has type "MapOperatorConfig", variable has type "StatisticsProvider"
nine: int = Texts()[0]  # E: assignment: expression has type "str", variable has type "int"
