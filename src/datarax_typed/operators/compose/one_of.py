"""One of several operators for each record, by chance."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

import jax
import jax.numpy as jnp
from annotated_types import Ge, Lt, MinLen, Predicate
from flax import nnx
from jaxtyping import Array, Bool, Int, Key

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.operator import OperatorModule
from datarax_typed.errors import Problem, refuse
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


def one_is_above_zero(weights: Sequence[float]) -> bool:
    """Return whether there is something to choose."""
    return any(weight > 0 for weight in weights)


_Weight = Annotated[float, Ge(0), Lt(math.inf)]


@dataclass(frozen=True)
class OneOfOperatorConfig(OperatorConfig):
    """Configuration of `OneOfOperator`.

    Attributes:
        stochastic: always True: which operator a record goes to is random.
        stream_name: the stream of `nnx.Rngs` to draw from.
        weights: how likely each operator is, in proportion; None: all alike.
    """

    stochastic: Literal[True] = True
    stream_name: Annotated[str, MinLen(1)] = "augment"
    weights: Annotated[list[_Weight], MinLen(1), Predicate(one_is_above_zero)] | None = field(
        default=None, kw_only=True
    )


class OneOfOperator(OperatorModule[OneOfOperatorConfig]):
    """Transforms each record by exactly one of the operators.

    Each record has its own key. An operator sees the records of others as padding: it neither
    counts them nor checks their values, and one that works across records leaves them out. All
    must return the same structure, shapes and dtypes. As torchvision's `RandomChoice`, which draws
    once a batch.

    Args:
        config: the configuration.
        operators: at least one; anything that fulfils the `Operator` protocol.
        rngs: random number generators with the config's stream; the operators have their own.
        name: a name for error messages.

    Raises:
        ConfigError: there is no operator, one is none, or there are not as many weights.
        OutputError: in a call, the operators' results have different specs, or metadata that is no
            array.
    """

    def __init__(
        self,
        config: OneOfOperatorConfig,
        operators: Sequence[Stage],
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        check_stages(type(self).__name__, operators)
        _check_weights(type(self).__name__, config.weights, len(operators))
        self.operators: Sequence[Stage] = nnx.List(operators)

    def named_stages(self) -> Iterator[NamedStage]:
        """Yield every operator with its name in messages."""
        for position, operator in enumerate(self.operators):
            yield f"operators[{position}]", operator

    @property
    def in_turn(self) -> bool:
        """Return False: each record goes through one of them alone."""
        return False

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Int[Array, ""]:
        """Return the number of the operator that a record goes to."""
        weights = self.config.weights or [1.0] * len(self.operators)
        # Of the largest, so that single precision holds them.
        shares = [weight / max(weights) for weight in weights]
        # The operators may have been given the same seed, and must not draw the same numbers.
        own = jax.random.fold_in(key, CHOOSING)
        return jax.random.categorical(own, jnp.log(jnp.asarray(shares, jnp.float32)))

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        """Transform each record of a batch by one of the operators.

        Args:
            batch: the input; untouched.
            stats: statistics for all operators; None leaves each its own.
        """
        stats = self.get_statistics() if stats is None else stats
        choice = super()._random_params(batch)
        first, *others = (
            (title(named), _rows_after(named, batch, choice == at, stats))
            for at, named in enumerate(self.named_stages())
        )
        result = first[1]
        for at, other in enumerate(others, 1):
            result = chosen_batch(choice == at, other, (_from(first[0]), result), self.label)
        return result

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Transform one element by one of the operators.

        Args:
            data: the element's data.
            state: the element's state.
            metadata: the element's metadata.
            random_params: the operator's number, and the random parameters of all operators.
            stats: statistics for all operators; None leaves each its own.
        """
        choice, params = random_params
        record = (data, state, metadata)
        first, *others = (
            (title(named), record_after(named, record, own, stats, self.label))
            for named, own in zip(self.named_stages(), params, strict=True)
        )
        result = first[1]
        for at, other in enumerate(others, 1):
            result = chosen_record(choice == at, other, (_from(first[0]), result), self.label)
        return result

    def _random_params(self, batch: Batch) -> tuple[Int[Array, " batch"], list[PyTree]]:
        choice = super()._random_params(batch)
        return choice, [params_of(named, batch) for named in self.named_stages()]

    def _specs(
        self, data: PyTree, state: PyTree, stats: Statistics | None = None
    ) -> tuple[PyTree, PyTree]:
        stats = self.get_statistics() if stats is None else stats
        first, *others = (
            (title(named), specs_after(named, data, state, stats)) for named in self.named_stages()
        )
        for stage, specs in others:
            after, model = ({"data": d, "state": s} for d, s in (specs, first[1]))
            check_same_specs((stage, after), (_from(first[0]), model), self.label)
        return first[1]

    def _raises_domain_errors(self) -> bool:
        return raise_domain_errors(self.named_stages())

    def requires_rng_streams(self) -> list[str]:
        """Return the names of its own stream and of those that the operators need."""
        return list(
            dict.fromkeys([self.config.stream_name, *required_streams(self.named_stages())])
        )


def _rows_after(
    named: NamedStage, batch: Batch, chosen: Bool[Array, " batch"], stats: Statistics | None
) -> Batch:
    given = batch.replace(valid_mask=batch.valid_mask & chosen)
    return restored_mask(batch_after(named, given, stats), given, batch)


def _from(stage: str) -> str:
    return f"from {stage}"


def _check_weights(owner: str, weights: Sequence[float] | None, count: int) -> None:
    if weights is not None and len(weights) != count:
        expected = f"{count}, one for each operator"
        refuse(owner, [Problem("weights", expected, f"{len(weights)}: {list(weights)}")])


__all__ = ["OneOfOperator", "OneOfOperatorConfig"]
