"""Operators across modalities: several fields in, new fields out."""

from dataclasses import dataclass, field
from logging import Logger, getLogger
from typing import Annotated, ClassVar

import jax
from annotated_types import MinLen
from typing_extensions import TypeVar

from datarax_typed.core.config import DataraxModuleConfig, OperatorConfig
from datarax_typed.core.contracts import places
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.fields import get_field, set_field
from datarax_typed.core.modality import check_kept_fields
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.rules import Rule, distinct
from datarax_typed.errors import AlignmentError, OutputError, Problem, listing
from datarax_typed.protocols import Metadata, PyTree, Statistics

logger: Logger = getLogger(__name__)


@dataclass(frozen=True)
class CrossModalOperatorConfig(OperatorConfig):
    """Configuration of an operator across modalities.

    Attributes:
        input_fields: the fields to read, in the order of `transform`'s arguments.
        output_fields: the fields to write, in the order of what `transform` returns.
        operation: what is done: "fusion", "cross_attention", "contrastive", "alignment"...
        validate_alignment: whether input fields are checked to agree on the batch axis.
    """

    input_fields: Annotated[list[Annotated[str, MinLen(1)]], MinLen(1)] = field(kw_only=True)
    output_fields: Annotated[list[Annotated[str, MinLen(1)]], MinLen(1)] = field(kw_only=True)
    operation: Annotated[str, MinLen(1)] = field(default="fusion", kw_only=True)
    validate_alignment: bool = field(default=True, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (distinct("input_fields"), distinct("output_fields"))


CrossModalConfigT_co = TypeVar(
    "CrossModalConfigT_co",
    covariant=True,
    bound=CrossModalOperatorConfig,
    default=CrossModalOperatorConfig,
)


class CrossModalOperator(OperatorModule[CrossModalConfigT_co]):
    """Base of operators that read several fields of an element and write new ones.

    A subclass writes `transform`, which takes one argument per input field, in order, and
    `random_params` and `stats` if it wants them, and returns one value per output field: a tuple
    or list, or the value alone if there is one field. It may write `apply` itself.

    Args:
        config: the configuration, already validated.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.
    """

    config_class: ClassVar[type[DataraxModuleConfig]] = CrossModalOperatorConfig

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Read the input fields, `transform` them, and write the output fields.

        See `OperatorModule.apply`.

        Raises:
            FieldError: an input field is missing (a `KeyError`).
            OutputError: the number of outputs is not that of the output fields.
            NotImplementedError: the subclass writes neither `apply` nor `transform`.
        """
        if self._transform_wants is None:
            return super().apply(data, state, metadata, random_params, stats)
        offered = {"random_params": random_params, "stats": stats}
        wanted = {name: offered[name] for name in self._transform_wants}
        inputs = self._extract_inputs(data)
        with places(*(f'data["{key}"]' for key in self.config.input_fields)):
            outputs = self.transform(*inputs, **wanted)
        if not isinstance(outputs, tuple | list):
            outputs = (outputs,)
        return self._store_outputs(data, list(outputs)), state, metadata

    def _extract_inputs(self, data: PyTree) -> list[PyTree]:
        """Return the input fields of an element, in order.

        Raises:
            FieldError: one is missing; the error names the available fields and the nearest.
        """
        return [get_field(data, key, self.label) for key in self.config.input_fields]

    def _store_outputs(self, data: PyTree, outputs: list[PyTree]) -> PyTree:
        """Return the data with one value per output field; the data is untouched.

        Raises:
            OutputError: there are more or fewer values than output fields.
        """
        names = self.config.output_fields
        if len(outputs) != len(names):
            raise OutputError(
                f"{self.label}: expected {len(names)} outputs, one for each of {names}, "
                f"got {len(outputs)}; return one value per output field"
            )
        for name, value in zip(names, outputs, strict=True):
            data = set_field(data, name, value)
        return data

    @classmethod
    def _writes_apply(cls) -> bool:
        return cls.apply is not CrossModalOperator.apply or cls._transform_wants is not None

    def _finish(self, before: PyTree, after: PyTree) -> PyTree:
        check_kept_fields(before, after, self.config.output_fields, self.label)
        return after

    def _finish_batch(self, before: Batch, after: Batch) -> Batch:
        if type(self).apply_batch is not OperatorModule.apply_batch:
            check_kept_fields(before.data, after.data, self.config.output_fields, self.label)
        return after

    def _check_input(self, batch: Batch) -> None:
        if not self.config.validate_alignment:
            return
        inputs = {key: get_field(batch.data, key, self.label) for key in self.config.input_fields}
        rows = [
            (f'data["{key}"]{jax.tree_util.keystr(path)}'.replace("'", '"'), leaf.shape[0])
            for key, value in inputs.items()
            for path, leaf in jax.tree_util.tree_leaves_with_path(value)
        ]
        problems = [
            Problem(where, f"the batch axis of {rows[0][0]}, {rows[0][1]}", str(size))
            for where, size in rows
            if size != rows[0][1]
        ]
        if problems:
            title = f"{self.label}: input fields do not belong to the same records:"
            raise AlignmentError(listing(title, problems), tuple(problems))


__all__ = ["CrossModalOperator", "CrossModalOperatorConfig"]
