"""What operators share that mix every record of a batch with another one."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, TypedDict

import jax
import jax.numpy as jnp
from annotated_types import Interval, MinLen
from jaxtyping import Array, Float, Key, UInt32
from typing_extensions import TypeVar

from datarax_typed.core.describe import describe_value
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.fields import get_field, set_field
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.rules import Rule, distinct, excludes
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.operators.batch.beta import symmetric_beta
from datarax_typed.operators.batch.rows import partner_rows, select_rows
from datarax_typed.protocols import Metadata, PyTree, Statistics


@dataclass(frozen=True)
class MixingOperatorConfig(ModalityOperatorConfig):
    """Configuration of operators that mix records.

    Attributes:
        stochastic: always True: who is mixed with whom, and how much, is random.
        stream_name: the stream of `nnx.Rngs` to draw from.
        alpha: the share that a record keeps of itself is distributed as Beta(alpha, alpha): near 0
            or 1 if alpha is small, near one half if it is large.
        label_fields: labels, one-hot or other floats, which are mixed as their records are.
    """

    stochastic: Literal[True] = True
    stream_name: Annotated[str, MinLen(1)] = "augment"
    alpha: Annotated[float, Interval(gt=0, le=1e4)] = field(default=1.0, kw_only=True)
    label_fields: list[Annotated[str, MinLen(1)]] | None = field(default=None, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        distinct("label_fields"),
        excludes("label_fields", "field_key"),
        excludes("label_fields", "target_key"),
        excludes("label_fields", "auxiliary_fields"),
    )


class Draw(TypedDict):
    """Random numbers of one record: what orders the records, and the share it keeps of itself."""

    order: UInt32[Array, ""]
    share: Float[Array, ""]
    centre: Float[Array, "2"]


class Mixture(Draw):
    """What a record is mixed with: its own random numbers, and the data of its partner."""

    partner: PyTree


MixingConfigT_co = TypeVar(
    "MixingConfigT_co", covariant=True, bound=MixingOperatorConfig, default=MixingOperatorConfig
)


class MixingOperator(ModalityOperator[MixingConfigT_co]):
    """Base of operators that mix every record of a batch with another one.

    The valid records stand in a circle, in an order that is random and depends on their indices
    alone; each is mixed with the next. Padding stays as it is, and so does a record that is alone.
    As an operator of the whole batch it has an `apply` only within a batch.

    A subclass writes `transform`, `kept_share` and `mix_auxiliary`.
    """

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Draw:
        """Return the random numbers of a record."""
        order, share, centre = jax.random.split(key, 3)
        return Draw(
            order=jax.random.bits(order, dtype=jnp.uint32),
            share=symmetric_beta(share, self.config.alpha),
            centre=jax.random.uniform(centre, (2,)),
        )

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        """Mix all valid records of a batch.

        Args:
            batch: the input; untouched.
            stats: not used.
        """
        mixed = self._vmap_apply(batch, stats)
        return mixed.replace(data=self._with_padding_of(batch, mixed))

    def _random_params(self, batch: Batch) -> PyTree:
        drawn: PyTree = super()._random_params(batch)
        rows = partner_rows(drawn["order"], batch.valid_mask, batch.index)
        return {**drawn, "partner": jax.tree.map(lambda leaf: leaf[rows], batch.data)}

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Mix one record with its partner, which comes with the random parameters.

        See `ModalityOperator.apply`.
        """
        result, state, metadata = super().apply(data, state, metadata, random_params, stats)
        value = self._extract_field(data, self.config.field_key)
        for key in self.config.label_fields or ():
            label = self._extract_field(data, key)
            partner = get_field(random_params["partner"], key, self.label)
            share = self.kept_share(value, random_params)
            result = set_field(result, key, self.blended(key, label, partner, share))
        return result, state, metadata

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: PyTree,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return an auxiliary field, mixed as the field is.

        Raises:
            ContractError: it cannot be.
        """
        partner = get_field(random_params["partner"], key, self.label)
        return self.mix_auxiliary(key, auxiliary, partner, value, random_params)

    @abstractmethod
    def kept_share(self, value: Float[Array, "..."], drawn: Draw) -> Float[Array, ""]:
        """Return the share that a record keeps of itself."""

    @abstractmethod
    def mix_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        partner: PyTree,
        value: Float[Array, "..."],
        drawn: Draw,
    ) -> PyTree:
        """Return an auxiliary field, mixed with that of the partner."""

    def blended(self, key: str, own: PyTree, partner: PyTree, share: Float[Array, ""]) -> PyTree:
        """Return the weighted mean of a field and that of the partner.

        Raises:
            ContractError: an array of it is not of floats.
        """
        problems = [
            Problem(
                f'data["{key}"]{jax.tree_util.keystr(path)}',
                "floats, which have a weighted mean",
                describe_value(leaf),
                "give classes as floats: jax.nn.one_hot(label, number)",
            )
            for path, leaf in jax.tree_util.tree_leaves_with_path(own)
            if not jnp.issubdtype(leaf.dtype, jnp.floating)
        ]
        self.refuse_fields(problems)
        return jax.tree.map(lambda left, right: blend(left, right, share), own, partner)

    def refuse_fields(self, problems: Sequence[Problem]) -> None:
        """Raise one `ContractError` of all problems, if there are any."""
        if problems:
            title = f"{self.label} cannot mix fields:"
            raise ContractError(listing(title, problems), tuple(problems))

    def _with_padding_of(self, before: Batch, after: Batch) -> PyTree:
        names = [*(self.config.label_fields or ()), *(self.config.auxiliary_fields or ())]
        data = after.data
        for key in (self.config.field_key, *names):
            target = self._target if key == self.config.field_key else key
            old = get_field(before.data, key, self.label)
            new = get_field(data, target, self.label)
            data = set_field(data, target, select_rows(before.valid_mask, new, old))
        return data


def blend(
    own: Float[Array, "*dims"], partner: Float[Array, "*dims"], share: Float[Array, ""]
) -> Float[Array, "*dims"]:
    """Return the weighted mean of two arrays, a share of the first."""
    # In this form a record that is its own partner stays the same to the last bit.
    return partner + share.astype(own.dtype) * (own - partner)


__all__ = ["Draw", "MixingOperator", "MixingOperatorConfig", "Mixture", "blend"]
