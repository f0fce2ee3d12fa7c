"""The stages of an operator, traced one after the other on specs, without any data."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Protocol, TypeAlias, runtime_checkable

import jax
from flax import nnx

from datarax_typed.core.contracts import stage
from datarax_typed.core.cross_modal import CrossModalOperatorConfig
from datarax_typed.core.modality import ModalityOperatorConfig
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.spec_texts import spec_text
from datarax_typed.errors import DataraxError
from datarax_typed.protocols import Operator, PyTree

# Names of fields, with each one's spec as text: {"image": "f32[h,w,3]"}.
SpecTexts: TypeAlias = dict[str, str]


@runtime_checkable
class Composition(Protocol):
    """An operator made of operators."""

    @property
    def in_turn(self) -> bool:
        """Return whether its stages one after the other are all that it does."""
        ...

    def named_stages(self) -> Iterator[tuple[str, Operator[PyTree, PyTree]]]:
        """Yield every stage with its name."""
        ...


@dataclass(frozen=True, slots=True)
class StageRow:
    """What one stage takes and gives.

    Attributes:
        stage: its name, dotted where compositions are nested; empty for an operator on its own.
        operator: its class, and its name where it has one.
        input: all fields that come in.
        reads: the names of those that its config declares it reads; all where it does not say.
        output: all fields that go out; None where the stage is broken.
        parameters: the learnable arrays.
        scalars: how many numbers these hold in all.
    """

    stage: str
    operator: str
    input: SpecTexts
    reads: list[str]
    output: SpecTexts | None
    parameters: SpecTexts
    scalars: int

    @property
    def changes(self) -> SpecTexts:
        """The fields that the stage adds or gives another spec."""
        output = self.output or {}
        return {name: spec for name, spec in output.items() if self.input.get(name) != spec}


@dataclass(slots=True)
class StageTable:
    """A row a stage, up to the first that breaks a contract, and the error of that one."""

    rows: list[StageRow] = field(default_factory=list)
    error: DataraxError | None = None


class StageCrashError(Exception):
    """A stage could not be traced, and no contract of it says why."""

    def __init__(self, row: StageRow, cause: Exception) -> None:
        super().__init__(f"{row.operator} at {row.stage or 'the only stage'}: {cause}")
        self.row = row
        self.cause = cause


def flat_stages(
    operator: Operator[PyTree, PyTree], prefix: str = ""
) -> Iterator[tuple[str, Operator[PyTree, PyTree]]]:
    """Yield the stages of an operator, those of nested compositions with dotted names."""
    if not isinstance(operator, Composition) or not operator.in_turn:
        yield prefix, operator
        return
    for name, inner in operator.named_stages():
        yield from flat_stages(inner, f"{prefix}.{name}" if prefix else name)


def trace_stages(operator: Operator[PyTree, PyTree], spec: PyTree) -> StageTable:
    """Trace an operator stage by stage, for all sizes that the symbols in the spec stand for.

    Args:
        operator: an operator or a composition.
        spec: a PyTree of `jax.ShapeDtypeStruct`, one element's data.

    Returns:
        The table; a broken contract ends it, and is its `error`.

    Raises:
        StageCrashError: a stage raised something else than a `DataraxError`.
    """
    table = StageTable()
    specs: tuple[PyTree, PyTree] = (spec, {})
    for name, inner in flat_stages(operator):
        try:
            with stage(name):
                after = _traced(inner, *specs)
        except DataraxError as error:
            table.rows.append(_row(name, inner, specs[0], None))
            table.error = error
            break
        except Exception as error:
            raise StageCrashError(_row(name, inner, specs[0], None), error) from error
        table.rows.append(_row(name, inner, specs[0], after[0]))
        specs = after
    return table


def _traced(
    operator: Operator[PyTree, PyTree], data: PyTree, state: PyTree
) -> tuple[PyTree, PyTree]:
    if isinstance(operator, OperatorModule):
        return operator._specs(data, state)
    return operator.output_spec(data), state


def _row(name: str, operator: Operator[PyTree, PyTree], before: PyTree, after: PyTree) -> StageRow:
    parameters = _parameters(operator)
    return StageRow(
        name,
        _label(operator),
        spec_texts(before),
        declared_inputs(operator) or list(spec_texts(before)),
        None if after is None else spec_texts(after),
        spec_texts(parameters),
        sum(prod(leaf.shape) for leaf in jax.tree.leaves(parameters)),
    )


def _label(operator: object) -> str:
    name = getattr(operator, "name", None)
    return f"{type(operator).__name__} {name!r}" if name else type(operator).__name__


def _parameters(operator: object) -> PyTree:
    if not isinstance(operator, nnx.Module):
        return {}
    return nnx.to_pure_dict(nnx.state(operator, nnx.Param))


def declared_inputs(operator: object) -> list[str]:
    """Return the fields that an operator's config declares that it reads; empty: it does not say.

    Fields that its own config names only in words of its own are not known here.
    """
    config = operator.config if isinstance(operator, OperatorModule) else None
    if isinstance(config, ModalityOperatorConfig):
        return [config.field_key, *(config.auxiliary_fields or ())]
    if isinstance(config, CrossModalOperatorConfig):
        return list(config.input_fields)
    return []


def spec_texts(spec: PyTree) -> SpecTexts:
    """Return the leaves of a spec as text, by their dotted names."""
    leaves = jax.tree_util.tree_leaves_with_path(spec)
    return {
        jax.tree_util.keystr(path, simple=True, separator="."): spec_text(leaf)
        for path, leaf in leaves
    }


__all__ = [
    "Composition",
    "SpecTexts",
    "StageCrashError",
    "StageRow",
    "StageTable",
    "declared_inputs",
    "flat_stages",
    "spec_texts",
    "trace_stages",
]
