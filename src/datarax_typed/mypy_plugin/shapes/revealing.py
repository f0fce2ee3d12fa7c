"""`reveal_type` shows shapes."""

from typing import Final

from mypy.errors import ErrorInfo, Errors, ErrorWatcher
from mypy.nodes import MypyFile

from datarax_typed.mypy_plugin.guard import say_once
from datarax_typed.mypy_plugin.shapes.batches import BatchValue
from datarax_typed.mypy_plugin.shapes.evaluation import Evaluation
from datarax_typed.mypy_plugin.shapes.fitting import array_text
from datarax_typed.mypy_plugin.shapes.values import ArrayValue, Items, OtherArray, Record, Value

_START: Final = "Revealed type is "


class Revealer:
    """Writes what is known of arrays into mypy's notes of revealed types.

    Args:
        evaluation: of expressions.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._trees: dict[str, MypyFile] = {}
        self._errors: Errors | None = None

    def watch(self, tree: MypyFile, errors: Errors) -> None:
        """Look at the notes about a module."""
        self._trees[tree.path] = tree
        if errors is not self._errors:
            # No hook is called for `reveal_type`; who watches sees each note before it is kept.
            errors._watchers.insert(0, ErrorWatcher(errors, filter_errors=self._rewritten))
            self._errors = errors

    def _rewritten(self, file: str, info: ErrorInfo) -> bool:
        """Write a note anew; never filter one out."""
        if info.message.startswith(_START):
            try:
                self._rewrite(file, info)
            except Exception as error:  # noqa: BLE001  # whatever it is, mypy goes on
                say_once(error)
        return False

    def _rewrite(self, file: str, info: ErrorInfo) -> None:
        tree = self._trees.get(file)
        if tree is None:
            return
        self._evaluation.look_at(tree, None)
        places = {
            (reveal.expr.line, reveal.expr.column): reveal.expr
            for reveal in self._evaluation.flow.revealing
            if reveal.expr is not None
        }
        expr = places.get((info.line, info.column))
        text = shown_value(self._evaluation.value(expr)) if expr is not None else None
        if text is not None:
            info.message = f'{_START}"{text}"'


def shown_value(value: Value) -> str | None:
    """Return what is known of a value as a type would be written; None if no array is known."""
    match value:
        case ArrayValue():
            return array_text(value)
        case OtherArray(array=array):
            return array_text(array).replace("[Array,", "[ndarray,")
        case Items():
            parts = [shown_value(item) for item in value.items]
            is_known = all(part is not None for part in parts) and parts
            return f"tuple[{', '.join(map(str, parts))}]" if is_known else None
        case Record():
            return _fields(value)
        case BatchValue():
            return f"Batch[{_fields(value.data)}]"
        case _:
            return None


def _fields(record: Record) -> str:
    shown = {name: shown_value(part) or "Any" for name, part in record.fields.items()}
    return record.name + "{" + ", ".join(f"{key}: {text}" for key, text in shown.items()) + "}"


__all__ = ["Revealer", "shown_value"]
