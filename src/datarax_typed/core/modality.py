"""Operators of one modality: a field such as "image", and the fields that move with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from logging import Logger, getLogger
from math import ceil, floor
from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import MinLen
from jaxtyping import Array
from typing_extensions import TypeVar

from datarax_typed.core.config import DataraxModuleConfig, OperatorConfig
from datarax_typed.core.contracts import places
from datarax_typed.core.describe import describe_value
from datarax_typed.core.domain import DomainConstraint, bounds, check_domain
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.fields import field_names, get_field, has_field, set_field
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.rules import Rule, distinct, excludes, increasing
from datarax_typed.errors import OutputError, Problem, listing
from datarax_typed.protocols import Metadata, PyTree, Statistics

logger: Logger = getLogger(__name__)


@dataclass(frozen=True)
class ModalityOperatorConfig(OperatorConfig):
    """Configuration of an operator of one modality.

    Attributes:
        field_key: the field to transform; nested ones by dots: "image.left".
        target_key: the field to write to; None overwrites the source.
        auxiliary_fields: fields that are transformed together with the field, such as its mask.
        clip_range: the smallest and the largest value of what is stored; None does not clip.
        preserve_auxiliary: whether auxiliary fields must keep their structure and dtypes.
        validate_domain_constraints: whether the operator's constraints on values are checked.
    """

    field_key: Annotated[str, MinLen(1)] = field(kw_only=True)
    target_key: Annotated[str, MinLen(1)] | None = field(default=None, kw_only=True)
    auxiliary_fields: list[Annotated[str, MinLen(1)]] | None = field(default=None, kw_only=True)
    clip_range: tuple[float, float] | None = field(default=None, kw_only=True)
    preserve_auxiliary: bool = field(default=True, kw_only=True)
    validate_domain_constraints: bool = field(default=True, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        increasing("clip_range"),
        distinct("auxiliary_fields"),
        excludes("auxiliary_fields", "field_key"),
        excludes("auxiliary_fields", "target_key"),
    )


ModalityConfigT_co = TypeVar(
    "ModalityConfigT_co",
    covariant=True,
    bound=ModalityOperatorConfig,
    default=ModalityOperatorConfig,
)


class ModalityOperator(OperatorModule[ModalityConfigT_co]):
    """Base of operators that transform one field of an element.

    A subclass writes `transform(self, value, random_params=None, stats=None)`, the last two only if
    it wants them, annotated with shapes of one element. It may write `apply` itself; `clip_range`
    and the checks of auxiliary fields hold all the same. What moves other fields along writes
    `transform_auxiliary`.

    Args:
        config: the configuration, already validated.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.
    """

    config_class: ClassVar[type[DataraxModuleConfig]] = ModalityOperatorConfig

    # Constraints on the values that the operator stores, checked if the config says so.
    domain: ClassVar[tuple[DomainConstraint, ...]] = ()

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Read the field, `transform` it, clip it, write it, and move auxiliary fields along.

        See `OperatorModule.apply`.

        Raises:
            FieldError: the field, or an auxiliary field, is missing (a `KeyError`).
            NotImplementedError: the subclass writes neither `apply` nor `transform`.
        """
        if self._transform_wants is None:
            return super().apply(data, state, metadata, random_params, stats)
        value = self._extract_field(data, self.config.field_key)
        offered = {"random_params": random_params, "stats": stats}
        wanted = {name: offered[name] for name in self._transform_wants}
        with places(f'data["{self.config.field_key}"]'):
            transformed = self.transform(value, **wanted)
        transformed = self._apply_clip_range(transformed)
        result = self._remap_field(data, transformed)
        for key in self.config.auxiliary_fields or ():
            auxiliary = self._extract_field(data, key)
            moved = self.transform_auxiliary(key, auxiliary, value, random_params, stats)
            result = set_field(result, key, moved)
        return result, state, metadata

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: PyTree,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return an auxiliary field, moved along with the field; here: as it was.

        Args:
            key: the name of the auxiliary field.
            auxiliary: its value.
            value: the field's value before `transform`.
            random_params: the same that `transform` got.
            stats: the same that `transform` got.
        """
        return auxiliary

    def _extract_field(self, data: PyTree, key: str) -> PyTree:
        """Return a field of an element, nested ones by "a.b".

        Raises:
            FieldError: it is missing; the error names the available fields and the nearest.
        """
        return get_field(data, key, self.label)

    def _apply_clip_range(self, value: PyTree) -> PyTree:
        """Return the value limited to the config's `clip_range`."""
        if self.config.clip_range is None:
            return value
        low, high = self.config.clip_range
        return jax.tree.map(lambda leaf: self._clipped(leaf, low, high), value)

    def _clipped(self, leaf: Array, low: float, high: float) -> Array:
        if jnp.issubdtype(leaf.dtype, jnp.integer):
            limits = np.iinfo(leaf.dtype)
            if ceil(max(low, limits.min)) > floor(min(high, limits.max)):
                where = f'data["{self._target}"]'
                expected = f"a dtype with values from {low} to {high}, clip_range"
                problem = Problem(where, expected, describe_value(leaf), "give another clip_range")
                title = f"{self.label} cannot clip what it stores:"
                raise OutputError(listing(title, [problem]), (problem,))
        return jnp.clip(leaf, *bounds(low, high, leaf.dtype))

    def _remap_field(self, data: PyTree, value: PyTree) -> PyTree:
        """Return the data with the value in the target field; the data is untouched."""
        return set_field(data, self._target, value, self.label)

    @property
    def _target(self) -> str:
        return self.config.target_key or self.config.field_key

    @classmethod
    def _writes_apply(cls) -> bool:
        return cls.apply is not ModalityOperator.apply or cls._transform_wants is not None

    def _finish(self, before: PyTree, after: PyTree) -> PyTree:
        # Whoever wrote `apply` may have forgotten to clip.
        return self._promised(before, after, clip=type(self).apply is not ModalityOperator.apply)

    def _promised(self, before: PyTree, after: PyTree, *, clip: bool) -> PyTree:
        check_kept_fields(before, after, [self._target], self.label)
        self._check_auxiliary(before, after)
        if not clip or self.config.clip_range is None:
            return after
        clipped = self._apply_clip_range(get_field(after, self._target, self.label))
        return set_field(after, self._target, clipped)

    def _check_auxiliary(self, before: PyTree, after: PyTree) -> None:
        problems: list[Problem] = []
        for key in self.config.auxiliary_fields or ():
            old, new = (get_field(data, key, self.label) for data in (before, after))
            problems += _changes(f'data["{key}"]', old, new)
        if problems and self.config.preserve_auxiliary:
            title = f"{self.label} changes auxiliary fields:"
            raise OutputError(listing(title, problems), tuple(problems))

    def _raises_domain_errors(self) -> bool:
        return bool(self.domain) and self.config.validate_domain_constraints

    def _finish_batch(self, before: Batch, after: Batch) -> Batch:
        if type(self).apply_batch is not OperatorModule.apply_batch:
            after = after.replace(data=self._promised(before.data, after.data, clip=True))
        if self._raises_domain_errors():
            for values in jax.tree.leaves(get_field(after.data, self._target, self.label)):
                check_domain(self.domain, values, after, self.label)
        return after


def check_kept_fields(before: PyTree, after: PyTree, declared: list[str], asker: str) -> None:
    """Check that data has all fields that it had before, and the declared ones.

    Raises:
        OutputError: with every field that is lost or missing.
    """
    wanted = [*field_names(before), *declared]
    lost = [name for name in dict.fromkeys(wanted) if not has_field(after, name)]
    if lost:
        problems = [
            Problem(f'data["{name}"]', "a value", "none", "return {**data, ...}") for name in lost
        ]
        raise OutputError(listing(f"{asker} loses fields:", problems), tuple(problems))


def _changes(where: str, old: PyTree, new: PyTree) -> Iterator[Problem]:
    mend = "keep it, or configure preserve_auxiliary=False"
    structures: list[object] = [jax.tree.structure(value) for value in (old, new)]
    if structures[0] != structures[1]:
        expected = f"the structure of before, {describe_value(old)}"
        yield Problem(where, expected, describe_value(new), mend)
        return
    leaves = zip(jax.tree_util.tree_leaves_with_path(old), jax.tree.leaves(new), strict=True)
    for (path, before), after in leaves:
        if before.dtype != after.dtype:
            place = f"{where}{jax.tree_util.keystr(path)}"
            yield Problem(place, f"the dtype of before, {before.dtype}", str(after.dtype), mend)


__all__ = ["ModalityOperator", "ModalityOperatorConfig", "check_kept_fields"]
