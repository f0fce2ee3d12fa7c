"""Operators one after the other, as one operator and one compiled program."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeAlias, TypeGuard, overload

from flax import nnx
from typing_extensions import TypeVar

from datarax_typed.core.config import DataraxModuleConfig, OperatorConfig
from datarax_typed.core.contracts import stage
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.guards import check_batch
from datarax_typed.core.operator import OperatorModule
from datarax_typed.errors import OutputError, Problem, refuse
from datarax_typed.protocols import Metadata, Operator, PyTree, Statistics

Stage: TypeAlias = Operator[PyTree, PyTree]

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
    """Configuration of a composition; random streams belong to its stages."""


class CompositeOperatorModule(
    OperatorModule[CompositeOperatorConfig], Generic[InT_contra, OutT_co]
):
    """Runs operators one after the other: `CompositeOperatorModule[Photo, Gray]`.

    Every stage keeps its own random stream, statistics and counts, and its `apply_batch` is
    honoured. An error names the stage.

    Args:
        config: the configuration.
        operators: the stages, at least one; anything that fulfils the `Operator` protocol.
        rngs: not used; the stages have theirs.
        name: a name for error messages.

    Raises:
        ConfigError: there is no stage, or one is not an operator.
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
        """Transform a batch by every stage in turn.

        Args:
            batch: the input; untouched.
            stats: statistics for all stages; None leaves each stage its own.
        """
        stats = self.get_statistics() if stats is None else stats
        result: Batch = batch
        for name, operator in self.named_stages():
            with stage(name):
                result = operator.apply_batch(result, stats)
                check_batch(result, f"after {name}, {type(operator).__name__}")
        return result

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: Sequence[PyTree] | None = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Transform one element by every stage in turn.

        Args:
            data: the element's data.
            state: the element's state.
            metadata: the element's metadata.
            random_params: random parameters of every stage, None for a deterministic one.
            stats: statistics for all stages; None leaves each stage its own.

        Raises:
            OutputError: a stage works on batches alone.
        """
        params = [None] * len(self.stages) if random_params is None else random_params
        for (name, operator), own in zip(self.named_stages(), params, strict=True):
            if not isinstance(operator, OperatorModule):
                raise OutputError(
                    f"{self.label}: expected stages that have apply(), got "
                    f"{type(operator).__name__} at {name}; call the composition with a batch"
                )
            with stage(name):
                used = operator.get_statistics() if stats is None else stats
                data, state, metadata = operator.apply(data, state, metadata, own, used)
        return data, state, metadata

    @property
    def in_turn(self) -> bool:
        """Return whether its stages one after the other, as they are, are all that it does."""
        return self._runs_stages() and self.get_statistics() is None

    @classmethod
    def _runs_stages(cls) -> bool:
        return cls.apply_batch is CompositeOperatorModule.apply_batch

    def _specs(
        self, data: PyTree, state: PyTree, stats: Statistics | None = None
    ) -> tuple[PyTree, PyTree]:
        if not self._runs_stages():
            return self._batch_specs(data, state, stats)
        stats = self.get_statistics() if stats is None else stats
        for name, operator in self.named_stages():
            with stage(name):
                if _derives_spec(operator):
                    data, state = operator._specs(data, state, stats)
                else:
                    data = operator.output_spec(data)
        return data, state

    def _raises_domain_errors(self) -> bool:
        return any(
            operator._raises_domain_errors()
            for _, operator in self.named_stages()
            if isinstance(operator, OperatorModule)
        )

    def requires_rng_streams(self) -> list[str] | None:
        """Return the names of all streams that the stages need, or None."""
        needed = [
            name
            for _, operator in self.named_stages()
            if isinstance(operator, OperatorModule)
            for name in operator.requires_rng_streams() or ()
        ]
        return list(dict.fromkeys(needed)) or None


def _derives_spec(operator: Stage) -> TypeGuard[OperatorModule]:
    # An operator that declares its spec may be one that cannot be traced.
    declares = type(operator).output_spec is not OperatorModule.output_spec
    return isinstance(operator, OperatorModule) and not declares


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


def check_stages(owner: str, operators: Sequence[object]) -> None:
    """Check that there are stages, and that all are operators.

    Raises:
        ConfigError: with everything that is not an operator.
    """
    problems = [
        Problem(f"operators[{at}]", "an operator", *_what(op))
        for at, op in enumerate(operators)
        if isinstance(op, type) or not isinstance(op, Operator)
    ]
    if not operators:
        problems = [Problem("operators", "at least one operator", "none")]
    refuse(owner, problems)


def _what(value: object) -> tuple[str, str]:
    """Return what is no operator, and how to mend it."""
    if isinstance(value, type):
        return f"the class {value.__name__}", f"make it first: {value.__name__}(config)"
    mend = "give an object with apply_batch() and output_spec()"
    return type(value).__name__, mend


__all__ = ["CompositeOperatorConfig", "CompositeOperatorModule", "chain", "check_stages"]
