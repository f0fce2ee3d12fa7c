"""An operator applied to some records, by chance."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

import jax
from annotated_types import Interval, MinLen
from flax import nnx
from jaxtyping import Array, Bool, Key

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.operator import OperatorModule
from datarax_typed.operators.compose.choosing import (
    CHOOSING,
    check_same_specs,
    chosen_batch,
    chosen_record,
    restored_mask,
)
from datarax_typed.operators.compose.stage import (
    NamedStage,
    Stage,
    batch_after,
    check_stages,
    params_of,
    raise_domain_errors,
    record_after,
    required_streams,
    specs_after,
    title,
)
from datarax_typed.protocols import Metadata, PyTree, Statistics

# The records that are not chosen, for messages.
_BEFORE: Final = "in the other records"


@dataclass(frozen=True)
class ProbabilisticOperatorConfig(OperatorConfig):
    """Configuration of `ProbabilisticOperator`.

    Attributes:
        stochastic: always True: which records are transformed is random.
        stream_name: the stream of `nnx.Rngs` to draw from.
        p: how likely each record is transformed.
    """

    stochastic: Literal[True] = True
    stream_name: Annotated[str, MinLen(1)] = "augment"
    p: Annotated[float, Interval(ge=0, le=1)] = field(default=0.5, kw_only=True)


class ProbabilisticOperator(OperatorModule[ProbabilisticOperatorConfig]):
    """Transforms each record with probability `p`, and leaves it as it is otherwise.

    Each record is chosen by its own key. The operator sees the others as padding: it neither counts
    them nor checks their values, and one that works across records leaves them out. It must return
    what it is given, in structure, shapes and dtypes. `applied_count` and `skipped_count` are of
    valid records. As torchvision's `RandomApply`, which draws once a batch.

    Args:
        config: the configuration.
        operator: what is applied; anything that fulfils the `Operator` protocol.
        rngs: random number generators with the config's stream; the operator has its own.
        name: a name for error messages.

    Raises:
        ConfigError: `operator` is no operator.
        OutputError: in a call, the operator returns other specs than it is given, or metadata that
            is no array.
    """

    _counts_rows = True

    def __init__(
        self,
        config: ProbabilisticOperatorConfig,
        operator: Stage,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        check_stages(type(self).__name__, [operator], "operator")
        self.operator: Stage = operator

    def named_stages(self) -> Iterator[NamedStage]:
        """Yield the operator with its name in messages."""
        yield self._stage

    @property
    def in_turn(self) -> bool:
        """Return False: the operator is not all that it does."""
        return False

    @property
    def _stage(self) -> NamedStage:
        return "operator", self.operator

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Bool[Array, ""]:
        """Return whether a record is transformed."""
        # The operator may have been given the same seed, and must not draw the same number.
        return jax.random.bernoulli(jax.random.fold_in(key, CHOOSING), self.config.p)

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        """Transform the chosen records of a batch.

        Args:
            batch: the input; untouched.
            stats: statistics for the operator; None leaves it its own.
        """
        stats = self.get_statistics() if stats is None else stats
        chosen = super()._random_params(batch)
        given = batch.replace(valid_mask=batch.valid_mask & chosen)
        after = restored_mask(batch_after(self._stage, given, stats), given, batch)
        result = chosen_batch(chosen, (title(self._stage), after), (_BEFORE, batch), self.label)
        self._count(given.valid_mask, batch.valid_mask & ~chosen)
        return result

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Transform one element, if it is chosen.

        Args:
            data: the element's data.
            state: the element's state.
            metadata: the element's metadata.
            random_params: whether it is chosen, and the operator's random parameters.
            stats: statistics for the operator; None leaves it its own.
        """
        chosen, own = random_params
        record = (data, state, metadata)
        after = record_after(self._stage, record, own, stats, self.label)
        return chosen_record(chosen, (title(self._stage), after), (_BEFORE, record), self.label)

    def _random_params(self, batch: Batch) -> tuple[Bool[Array, " batch"], PyTree]:
        return super()._random_params(batch), params_of(self._stage, batch)

    def _specs(
        self, data: PyTree, state: PyTree, stats: Statistics | None = None
    ) -> tuple[PyTree, PyTree]:
        stats = self.get_statistics() if stats is None else stats
        specs = specs_after(self._stage, data, state, stats)
        before, after = ({"data": d, "state": s} for d, s in ((data, state), specs))
        check_same_specs((title(self._stage), after), (_BEFORE, before), self.label)
        return specs

    def _raises_domain_errors(self) -> bool:
        return raise_domain_errors(self.named_stages())

    def requires_rng_streams(self) -> list[str]:
        """Return the names of its own stream and of those that the operator needs."""
        return list(dict.fromkeys([self.config.stream_name, *required_streams([self._stage])]))


__all__ = ["ProbabilisticOperator", "ProbabilisticOperatorConfig"]
