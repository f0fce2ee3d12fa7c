"""Operators one after the other or side by side, as one operator and one compiled program."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Generic, Literal, overload

from flax import nnx
from typing_extensions import TypeVar

from datarax_typed.core.config import DataraxModuleConfig, OperatorConfig
from datarax_typed.core.cross_modal import CrossModalOperatorConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperatorConfig
from datarax_typed.core.operator import OperatorModule
from datarax_typed.errors import Problem, refuse
from datarax_typed.operators.compose.fields import overlap
from datarax_typed.operators.compose.merging import Merge, merged_batches, merged_records
from datarax_typed.operators.compose.stage import (
    Stage,
    batch_after,
    check_stages,
    params_of,
    raise_domain_errors,
    record_after,
    required_streams,
    row_specs,
    specs_after,
    specs_of_batch,
    title,
)
from datarax_typed.protocols import Metadata, Operator, PyTree, Statistics

InT_contra = TypeVar("InT_contra", contravariant=True, default=PyTree)
OutT_co = TypeVar("OutT_co", covariant=True, default=PyTree)

# The schemas of batches: of the first stage's input, and of what comes out of each stage.
InT = TypeVar("InT")
After1T = TypeVar("After1T")
After2T = TypeVar("After2T")
After3T = TypeVar("After3T")
After4T = TypeVar("After4T")
After5T = TypeVar("After5T")
After6T = TypeVar("After6T")


@dataclass(frozen=True)
class CompositeOperatorConfig(OperatorConfig):
    """Configuration of a composition; random streams belong to its stages.

    Attributes:
        strategy: "sequential" (each operator takes what the one before it gives), "parallel" (all
            take the same input) or "ensemble" (so too, and the results are averaged).
        merge: how what parallel operators return becomes one; None is "update".
            "update": fields that they change are put together, and none is changed by two.
            "sum", "mean", "concat" (on the last axis), "stack" (on a new first axis of the
            element): of every field that at least one of them changes, what all of them return.

    An operator leaves a field alone if it returns the very array that it was given, as
    `{**data, "x": new}` does with all but "x". Any other field it changes, whatever the values
    are. What all operators leave alone stays as it is.
    """

    strategy: Literal["sequential", "parallel", "ensemble"] = field(
        default="sequential", kw_only=True
    )
    merge: Merge | None = field(default=None, kw_only=True)

    @property
    def merged(self) -> Merge | None:
        """How results are put together; None if the operators run one after the other."""
        defaults: dict[str, Merge] = {"parallel": "update", "ensemble": "mean"}
        return self.merge or defaults.get(self.strategy)


class CompositeOperatorModule(
    OperatorModule[CompositeOperatorConfig], Generic[InT_contra, OutT_co]
):
    """Runs operators, one after the other or side by side: `CompositeOperatorModule[Photo, Gray]`.

    Side by side, a field that an operator drops stays as it came in where results are merged by
    "update", and is refused elsewhere if another operator changes it. State and metadata are always
    put together as by "update"; a row is valid that is valid in all results.

    Every stage keeps its own random stream, statistics and counts, and its `apply_batch` is
    honoured. An error names the stage.

    Args:
        config: the configuration.
        operators: the stages, at least one; anything that fulfils the `Operator` protocol.
        rngs: not used; the stages have theirs.
        name: a name for error messages.

    Raises:
        ConfigError: there is no stage, or one is not an operator; `merge` does not go with
            `strategy`; two operators to be merged by "update" declare that they write one field.
    """

    config_class: ClassVar[type[DataraxModuleConfig]] = CompositeOperatorConfig

    def __init__(
        self,
        config: CompositeOperatorConfig,
        operators: Sequence[Stage],
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        check_stages(type(self).__name__, operators)
        _check_merge(type(self).__name__, config)
        if config.merged == "update":
            _check_writers(type(self).__name__, operators)
        self.stages: Sequence[Stage] = nnx.List(operators)
        self.stochastic: bool = nnx.static(
            any(getattr(op, "stochastic", False) for op in operators)
        )

    def named_stages(self) -> Iterator[tuple[str, Stage]]:
        """Yield every stage with its name in messages and tables."""
        for position, operator in enumerate(self.stages):
            yield f"stages[{position}]", operator

    if TYPE_CHECKING:

        def __call__(
            self, batch: Batch[InT_contra], stats: Statistics | None = None
        ) -> Batch[OutT_co]:
            """Transform a batch; see `OperatorModule.__call__`."""
            ...

    def apply_batch(
        self, batch: Batch[InT_contra], stats: Statistics | None = None
    ) -> Batch[OutT_co]:
        """Transform a batch by every stage.

        Args:
            batch: the input; untouched.
            stats: statistics for all stages; None leaves each stage its own.

        Raises:
            OutputError: what parallel stages return cannot be merged.
        """
        stats = self.get_statistics() if stats is None else stats
        if self.config.merged is None:
            result: Batch = batch
            for named in self.named_stages():
                result = batch_after(named, result, stats)
            return result
        results = [(title(n), batch_after(n, batch, stats)) for n in self.named_stages()]
        return merged_batches(self.config.merged, batch, results, self.label)

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: Sequence[PyTree] | None = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Transform one element by every stage.

        Args:
            data: the element's data.
            state: the element's state.
            metadata: the element's metadata.
            random_params: random parameters of every stage, None for a deterministic one.
            stats: statistics for all stages; None leaves each stage its own.

        Raises:
            OutputError: a stage works on batches alone, or parallel ones cannot be merged.
        """
        params = [None] * len(self.stages) if random_params is None else random_params
        record = (data, state, metadata)
        results = []
        for named, own in zip(self.named_stages(), params, strict=True):
            after = record_after(named, record, own, stats, self.label)
            results.append((title(named), after))
            if self.config.merged is None:
                record = after
        if self.config.merged is None:
            return record
        return merged_records(self.config.merged, record, results, self.label)

    def _random_params(self, batch: Batch) -> list[PyTree]:
        params = []
        for named in self.named_stages():
            params.append(params_of(named, batch))
            if self.config.merged is None:
                batch = specs_of_batch(batch, *specs_after(named, *row_specs(batch), None))
        return params

    @property
    def in_turn(self) -> bool:
        """Return whether its stages one after the other, as they are, are all that it does."""
        return self._runs_in_turn() and self.get_statistics() is None

    def _runs_in_turn(self) -> bool:
        runs_stages = type(self).apply_batch is CompositeOperatorModule.apply_batch
        return runs_stages and self.config.merged is None

    def _specs(
        self, data: PyTree, state: PyTree, stats: Statistics | None = None
    ) -> tuple[PyTree, PyTree]:
        if not self._runs_in_turn():
            return self._batch_specs(data, state, stats)
        stats = self.get_statistics() if stats is None else stats
        for named in self.named_stages():
            data, state = specs_after(named, data, state, stats)
        return data, state

    def _raises_domain_errors(self) -> bool:
        return raise_domain_errors(self.named_stages())

    def requires_rng_streams(self) -> list[str] | None:
        """Return the names of all streams that the stages need, or None."""
        return required_streams(self.named_stages()) or None


def _check_merge(owner: str, config: CompositeOperatorConfig) -> None:
    expected = {"sequential": (None,), "ensemble": (None, "mean")}.get(config.strategy)
    if expected is not None and config.merge not in expected:
        wanted = f"{' or '.join(map(repr, expected))}, since strategy={config.strategy!r}"
        mend = "leave out merge, or give strategy='parallel'"
        refuse(owner, [Problem("config.merge", wanted, repr(config.merge), mend)])


def _check_writers(owner: str, operators: Sequence[object]) -> None:
    """Check that no two operators declare that they write the same field."""
    problems: list[Problem] = []
    writers: dict[str, str] = {}
    for at, operator in enumerate(operators):
        for name in _declared_outputs(operator):
            other = next((writers[known] for known in writers if overlap(known, name)), None)
            if other is not None:
                expected = f"a target of its own, {other} too writes {name!r}"
                mend = "give it a target_key, or merge by 'mean'"
                problems.append(Problem(f"operators[{at}]", expected, repr(name), mend))
            writers.setdefault(name, f"operators[{at}], {type(operator).__name__},")
    refuse(owner, problems)


def _declared_outputs(operator: object) -> list[str]:
    config = operator.config if isinstance(operator, OperatorModule) else None
    if isinstance(config, ModalityOperatorConfig):
        return [config.target_key or config.field_key]
    if isinstance(config, CrossModalOperatorConfig):
        return list(config.output_fields)
    return []


# A stage takes what the one before it gives. Beyond seven stages no type says that.
@overload
def chain(
    _1: Operator[InT, After1T], /, *, name: str | None = None
) -> CompositeOperatorModule[InT, After1T]: ...
@overload
def chain(
    _1: Operator[InT, After1T], _2: Operator[After1T, After2T], /, *, name: str | None = None
) -> CompositeOperatorModule[InT, After2T]: ...
@overload
def chain(
    _1: Operator[InT, After1T],
    _2: Operator[After1T, After2T],
    _3: Operator[After2T, After3T],
    /,
    *,
    name: str | None = None,
) -> CompositeOperatorModule[InT, After3T]: ...
@overload
def chain(
    _1: Operator[InT, After1T],
    _2: Operator[After1T, After2T],
    _3: Operator[After2T, After3T],
    _4: Operator[After3T, After4T],
    /,
    *,
    name: str | None = None,
) -> CompositeOperatorModule[InT, After4T]: ...
@overload
def chain(
    _1: Operator[InT, After1T],
    _2: Operator[After1T, After2T],
    _3: Operator[After2T, After3T],
    _4: Operator[After3T, After4T],
    _5: Operator[After4T, After5T],
    /,
    *,
    name: str | None = None,
) -> CompositeOperatorModule[InT, After5T]: ...
@overload
def chain(
    _1: Operator[InT, After1T],
    _2: Operator[After1T, After2T],
    _3: Operator[After2T, After3T],
    _4: Operator[After3T, After4T],
    _5: Operator[After4T, After5T],
    _6: Operator[After5T, After6T],
    /,
    *,
    name: str | None = None,
) -> CompositeOperatorModule[InT, After6T]: ...
@overload
def chain(
    _1: Operator[InT, After1T],
    _2: Operator[After1T, After2T],
    _3: Operator[After2T, After3T],
    _4: Operator[After3T, After4T],
    _5: Operator[After4T, After5T],
    _6: Operator[After5T, After6T],
    _7: Operator[After6T, PyTree],
    /,
    *operators: Stage,
    name: str | None = None,
) -> CompositeOperatorModule[InT, PyTree]: ...
def chain(*operators: Stage, name: str | None = None) -> CompositeOperatorModule:
    """Return the operators one after the other, as one operator.

    Where the stages' schemas are known (`Operator[Photo, Gray]`), a type checker refuses a stage
    that does not take what comes out of the one before it.

    Args:
        operators: the stages, at least one.
        name: a name for error messages.
    """
    return CompositeOperatorModule(CompositeOperatorConfig(), operators, name=name)


__all__ = ["CompositeOperatorConfig", "CompositeOperatorModule", "Stage", "chain"]
