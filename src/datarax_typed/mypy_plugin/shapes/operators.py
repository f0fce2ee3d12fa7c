"""Operators and batches: what an operator of known configuration does to the fields of a batch."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from mypy.nodes import ArgKind, Context, TypeInfo
from mypy.types import Type

from datarax_typed.mypy_plugin.shapes.batches import BatchValue, OperatorValue
from datarax_typed.mypy_plugin.shapes.callables import Function, function_of
from datarax_typed.mypy_plugin.shapes.carried import annotation_of
from datarax_typed.mypy_plugin.shapes.declared import replaced, value_of_type
from datarax_typed.mypy_plugin.shapes.findings import Finding, Outcome
from datarax_typed.mypy_plugin.shapes.fitting import Fitting, Misfit, array_text
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Items,
    Nothing,
    Record,
    Value,
)

if TYPE_CHECKING:
    from datarax_typed.mypy_plugin.shapes.calls import Calls

_MODALITY: Final = "datarax_typed.core.modality.ModalityOperator"
_CROSS_MODAL: Final = "datarax_typed.core.cross_modal.CrossModalOperator"
_COMPOSITE: Final = "datarax_typed.operators.compose.composite.CompositeOperatorModule"
_MULTI_MODAL: Final = "datarax_typed.operators.compose.multi_modal.MultiModalOperator"
_CATALOGUE: Final = "datarax_typed.operators."
_BASE: Final = "datarax_typed.core.operator.OperatorModule"
_SELECT: Final = "datarax_typed.operators.compose.select.SelectOperator"
_DROP: Final = "datarax_typed.operators.compose.drop.DropOperator"
_RENAME: Final = "datarax_typed.operators.compose.rename.RenameOperator"


@dataclass(slots=True)
class Stage:
    """One application of an operator, alone or within a composition.

    Attributes:
        number: which stage it is, such as "2", or "2.1" within the second; empty if it is alone.
        place: where it stands.
    """

    operator: OperatorValue
    number: str
    place: Context

    @property
    def title(self) -> str:
        """Its name in reports."""
        name = self.operator.info.name
        return f"stage {self.number} {name}" if self.number else name


class Operators:
    """Applies operators to what is known of batches.

    Args:
        calls: evaluates the annotations of their methods.
    """

    def __init__(self, calls: "Calls") -> None:
        self._calls = calls

    def applied(self, operator: OperatorValue, batch: BatchValue, place: Context) -> Outcome:
        """Return the batch that an operator gives, and what it cannot take.

        Args:
            operator: the operator.
            batch: the batch.
            place: where that is said.
        """
        after, findings = self._run(Stage(operator, "", place), batch, place)
        return Outcome(after, () if operator.is_broken else findings)

    def composed(self, operator: OperatorValue) -> tuple[Finding, ...]:
        """Return what is wrong with a composition, whatever it is given."""
        anything = BatchValue(Record({}, is_whole=False))
        if operator.stages is None or _is_parallel(operator):
            return ()
        return self._run_stages(operator, anything, None)[1]

    def _run(
        self, stage: Stage, batch: BatchValue, place: Context | None
    ) -> tuple[BatchValue, tuple[Finding, ...]]:
        operator = stage.operator
        if operator.stages is not None:
            return self._run_stages(operator, batch, place, stage.number)
        kind = _kind(operator.info)
        if kind == _MODALITY:
            return self._run_modality(stage, batch)
        if kind == _CROSS_MODAL:
            return self._run_cross_modal(stage, batch)
        if kind in (_SELECT, _DROP, _RENAME):
            return self._run_on_fields(stage, kind, batch)
        return _UNKNOWN_BATCH, ()

    def _run_stages(
        self, operator: OperatorValue, batch: BatchValue, place: Context | None, around: str = ""
    ) -> tuple[BatchValue, tuple[Finding, ...]]:
        found: list[Finding] = []
        now = batch
        for number, (value, own_place) in enumerate(operator.stages or (), 1):
            if not isinstance(value, OperatorValue):
                now = _UNKNOWN_BATCH
                continue
            name = f"{around}.{number}" if around else str(number)
            stage = Stage(value, name, place or own_place)
            after, findings = self._run(stage, now, place)
            found += findings
            if findings:
                # What comes after it is not known.
                return _UNKNOWN_BATCH, tuple(found)
            now = batch if _is_parallel(operator) else after
        return (_UNKNOWN_BATCH if _is_parallel(operator) else now), tuple(found)

    # One field.

    def _run_modality(
        self, stage: Stage, batch: BatchValue
    ) -> tuple[BatchValue, tuple[Finding, ...]]:
        config = stage.operator.config
        key, others = config.get("field_key"), _texts(config.get("auxiliary_fields")) or []
        if not isinstance(key, str):
            return _UNKNOWN_BATCH, ()
        missing = tuple(_missing(stage, batch, [key, *others]))
        if missing:
            return _UNKNOWN_BATCH, missing
        result, findings = self._transformed(stage, batch, [key])
        if findings:
            return _UNKNOWN_BATCH, findings
        target = config.values.get("target_key", NOTHING)
        target = key if target is None else target
        if not isinstance(target, str):
            return _UNKNOWN_BATCH, ()
        after = _written(batch, target, result, stage)
        if _definer(stage.operator.info, "apply") != _MODALITY:
            after = replace(after, data=replace(after.data, is_whole=False))
        moves = _definer(stage.operator.info, "transform_auxiliary") != _MODALITY
        for name in others if moves else ():
            after = _written(after, name, NOTHING, stage)
        return after, ()

    def _run_cross_modal(
        self, stage: Stage, batch: BatchValue
    ) -> tuple[BatchValue, tuple[Finding, ...]]:
        config = stage.operator.config
        inputs, outputs = _texts(config.get("input_fields")), _texts(config.get("output_fields"))
        if inputs is None:
            return _UNKNOWN_BATCH, ()
        missing = tuple(_missing(stage, batch, inputs))
        if missing:
            return _UNKNOWN_BATCH, missing
        result, findings = self._transformed(stage, batch, inputs)
        if findings or outputs is None:
            return _UNKNOWN_BATCH, findings
        results = result.items if isinstance(result, Items) else (result,)
        is_known = len(results) == len(outputs) and not isinstance(result, Nothing)
        for at, name in enumerate(outputs):
            batch = _written(batch, name, results[at] if is_known else NOTHING, stage)
        return batch, ()

    def _transformed(
        self, stage: Stage, batch: BatchValue, keys: Sequence[str]
    ) -> tuple[Value, tuple[Finding, ...]]:
        """Return what `transform` gives for some fields, and what it cannot take."""
        operator = stage.operator
        symbol = operator.info.get("transform")
        method = function_of(symbol.node if symbol is not None else None, operator)
        if method is None:
            return NOTHING, ()
        values = [_field(batch.data, key) for key in keys]
        fitting = Fitting(self._calls.resolver_of(method))
        for at, (key, value) in enumerate(zip(keys, values, strict=True)):
            typ = _positional(method, at)
            if typ is None:
                return NOTHING, ()
            misfits = list(fitting.misfits(typ, value, key))
            if misfits:
                return NOTHING, (_complaint(stage, batch, key, typ, value, misfits[0]),)
        reading = replaced(fitting.bindings, fitting.resolve, fitting.variables)
        return value_of_type(method.signature.ret_type, reading), ()

    def _run_on_fields(
        self, stage: Stage, kind: str, batch: BatchValue
    ) -> tuple[BatchValue, tuple[Finding, ...]]:
        config = stage.operator.config
        given = config.get("mapping" if kind == _RENAME else "fields")
        names = _texts(list(given) if isinstance(given, dict) else given)
        if names is None or any("." in name for name in names):
            return _UNKNOWN_BATCH, ()
        missing = tuple(_missing(stage, batch, names))
        if missing:
            return _UNKNOWN_BATCH, missing
        fields = dict(batch.data.fields)
        if kind == _SELECT:
            kept = {name: fields.get(name, NOTHING) for name in names}
            return replace(batch, data=Record(kept, is_whole=True)), ()
        for name in names:
            fields.pop(name, None)
        dropped = batch.data.lost | set(names)
        if kind == _RENAME and isinstance(given, dict):
            new = {str(given[name]): _field(batch.data, name) for name in names}
            fields |= new
            dropped -= set(new)
        data = Record(fields, batch.data.is_whole, "", frozenset(dropped))
        return replace(batch, data=data), ()


_UNKNOWN_BATCH: Final = BatchValue(Record({}, is_whole=False))


def _kind(info: TypeInfo) -> str:
    """Return the class whose way of applying an operator has; an empty text if it has its own."""
    if _definer(info, "apply_batch") != _BASE or _definer(info, "__call__") != _BASE:
        return ""
    definer = _definer(info, "apply")
    if definer.startswith(_CATALOGUE) and info.has_base(_MODALITY):
        # The library's own do what the base does, and may write a mask besides.
        return _MODALITY
    return definer if definer in (_MODALITY, _CROSS_MODAL, _SELECT, _DROP, _RENAME) else ""


def _definer(info: TypeInfo, name: str) -> str:
    return next((base.fullname for base in info.mro if name in base.names), "")


def is_composite(info: TypeInfo) -> bool:
    """Return whether a class runs its stages as the library's compositions do."""
    return info.fullname in (_COMPOSITE, _MULTI_MODAL)


def _is_parallel(operator: OperatorValue) -> bool:
    return operator.config.values.get("strategy") != "sequential"


def _texts(value: object) -> list[str] | None:
    is_list = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
    return [str(item) for item in value] if is_list and isinstance(value, list | tuple) else None


def _positional(method: Function, at: int) -> Type | None:
    """Return the type of the parameter that a field is given for."""
    kinds, types = method.signature.arg_kinds, method.signature.arg_types
    if ArgKind.ARG_STAR in kinds and at >= kinds.index(ArgKind.ARG_STAR):
        return types[kinds.index(ArgKind.ARG_STAR)]
    return types[at] if at < len(kinds) and kinds[at].is_positional() else None


def _field(data: Value, key: str) -> Value:
    for name in key.split("."):
        data = data.fields.get(name, NOTHING) if isinstance(data, Record) else NOTHING
    return data


def _missing(stage: Stage, batch: BatchValue, keys: Iterable[str]) -> Iterator[Finding]:
    for key in keys:
        data: Value = batch.data
        for name in key.split("."):
            if not isinstance(data, Record):
                break
            if name not in data.fields and (data.is_whole or name in data.lost):
                yield Finding(_no_field(stage, key, name, data), stage.place, "field")
                break
            data = data.fields.get(name, NOTHING)


def _no_field(stage: Stage, key: str, name: str, data: Record) -> str:
    nearest = get_close_matches(name, data.fields, 1)
    start = key[: len(key) - len(name)] if key.endswith(name) else ""
    mend = f'; did you mean "{start}{nearest[0]}"?' if nearest else ""
    available = ", ".join(f'"{one}"' for one in data.fields) or "none"
    return f'{stage.title}: no field "{key}"{mend} (available: {available})'


def _complaint(
    stage: Stage, batch: BatchValue, key: str, typ: Type, value: Value, misfit: Misfit
) -> Finding:
    annotation = annotation_of(typ)
    needed = f" {annotation}" if annotation is not None else ""
    giver = batch.writers.get(key, "the batch")
    given = f"; {giver} gives {array_text(value)}" if isinstance(value, ArrayValue) else ""
    reason = misfit.text.rpartition(": ")[2] if not misfit.is_dtype else ""
    why = f": {reason}" if reason and annotation is not None else ""
    text = f"{stage.title} needs {key}{needed}{given}{why}"
    return Finding(text, stage.place, "dtype" if misfit.is_dtype else "shape")


def _written(batch: BatchValue, key: str, value: Value, stage: Stage) -> BatchValue:
    first, *rest = key.split(".")
    before = batch.data.fields.get(first, NOTHING)
    inner = value
    if rest:
        inner = _nested(before, rest, value)
    fields = {**batch.data.fields, first: inner}
    data = replace(batch.data, fields=fields, lost=batch.data.lost - {first})
    return BatchValue(data, {**batch.writers, key: stage.title})


def _nested(data: Value, names: Sequence[str], value: Value) -> Value:
    if not isinstance(data, Record):
        return NOTHING
    first, *rest = names
    inner = _nested(data.fields.get(first, NOTHING), rest, value) if rest else value
    return replace(data, fields={**data.fields, first: inner})


__all__ = ["Operators", "is_composite"]
