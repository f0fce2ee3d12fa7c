"""Checks of containers: every leaf is visited, every mismatch is reported with its path."""

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

import jax
from jaxtyping import AnnotationError, PyTree

from datarax_typed.core import axes
from datarax_typed.core.checks import Check, Report, fits, run
from datarax_typed.core.rules import item_path
from datarax_typed.errors import Problem, nearest

_Path: TypeAlias = tuple[object, ...]


def mapping_check(origin: type, keys: Check | None, values: Check | None, expected: str) -> Check:
    """Return the check of every key and value of a mapping."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, origin) or not isinstance(value, Mapping):
            report.add(where, expected, value)
            return
        for key, item in value.items():
            run(keys, key, f"key {key!r} of {where}", report)
            run(values, item, item_path(where, key), report)

    return check


def sequence_check(origin: type, items: Check | None, expected: str) -> Check:
    """Return the check of every item of a list, set or tuple of any length."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, origin) or isinstance(value, str | bytes):
            report.add(where, expected, value, _mend_sequence(origin, value))
        elif isinstance(value, Collection):
            for index, item in enumerate(value):
                run(items, item, f"{where}[{index}]", report)
        # What remains is an iterator: to look into it would use it up.

    return check


def _mend_sequence(origin: type, value: object) -> str:
    if origin is list and isinstance(value, str):
        return f"write [{value!r}]"
    return f"write {list(value)!r}" if origin is list and isinstance(value, tuple) else ""


def tuple_check(items: list[Check | None], expected: str) -> Check:
    """Return the check of a tuple of fixed length."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, tuple) or len(value) != len(items):
            mend = f"write {tuple(value)!r}" if isinstance(value, list) else ""
            report.add(where, f"{expected}, {len(items)} items", value, mend)
            return
        for index, (item, inner) in enumerate(zip(value, items, strict=True)):
            run(inner, item, f"{where}[{index}]", report)

    return check


def star_tuple_check(
    first: list[Check | None], middle: Check | None, last: list[Check | None], expected: str
) -> Check:
    """Return the check of `tuple[int, *tuple[str, ...], int]`."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, tuple) or len(value) < len(first) + len(last):
            report.add(where, expected, value)
            return
        end = len(value) - len(last)
        for index, inner in [*enumerate(first), *enumerate(last, end)]:
            run(inner, value[index], f"{where}[{index}]", report)
        for index in range(len(first), end):
            run(middle, value[index], f"{where}[{index}]", report)

    return check


def typed_dict_check(name: str, items: dict[str, Check | None], required: set[str]) -> Check:
    """Return the check of a TypedDict: every required key, and every key that is present."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, Mapping):
            report.add(where, f"a dict of the keys of {name}", value)
            return
        for key, inner in items.items():
            if key in value:
                run(inner, value[key], item_path(where, key), report)
            elif key in required:
                expected = f"the key {key!r} of {name}"
                mend = _mend_key(key, [str(other) for other in value], items)
                report.problems.append(Problem(where, expected, "no such key", mend))

    return check


def _mend_key(key: str, available: list[str], known: Mapping[str, object]) -> str:
    hint = nearest(key, [other for other in available if other not in known])
    return f"{hint} available: {', '.join(map(repr, available)) or 'none'}".strip()


def attributes_check(origin: type, items: dict[str, Check | None]) -> Check:
    """Return the check of the fields of a dataclass or NamedTuple."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, origin):
            report.add(where, origin.__name__, value)
            return
        for name, inner in items.items():
            if hasattr(value, name):
                run(inner, getattr(value, name), f"{where}.{name}", report)
            else:
                expected = f"the attribute {name!r} of {origin.__name__}"
                report.problems.append(Problem(where, expected, "no such attribute"))

    return check


def tree_check(leaf: Check | None, structure: str | None) -> Check:
    """Return the check of a jaxtyping PyTree: its leaves, and its structure where it is named."""
    expected = f"a tree of structure {structure!r}"
    # jaxtyping knows the structures that are bound, and composite ones such as "S T".
    named = None if structure is None else PyTree[Any, structure]

    def decide(value: object, where: str, report: Report) -> None:
        items, tree = _flatten(value, leaf)
        # With numbers for leaves, so that jaxtyping does not look for leaves anew.
        if named is not None and not isinstance(tree.unflatten(range(len(items))), named):
            report.add(where, expected, value)
            return
        for index, (path, item) in enumerate(items):
            with axes.leaf(index, structure):
                run(leaf, item, where + _text(path), report)

    def decide_last(value: object, where: str, report: Report) -> None:
        try:
            decide(value, where, report)
        except AnnotationError as error:
            report.add(where, expected, value, str(error))

    def check(value: object, where: str, report: Report) -> None:
        try:
            decide(value, where, report)
        except AnnotationError:
            report.postponed.append(lambda last: decide_last(value, where, last))

    return check


def _flatten(
    value: object, leaf: Check | None
) -> tuple[list[tuple[_Path, object]], jax.tree_util.PyTreeDef]:
    def is_leaf(node: object) -> bool:
        # A leaf type may be a container itself: PyTree[tuple[int, int]].
        return leaf is not None and fits(leaf, node, "", Report(), last=False) is not False

    with axes.scope({}):
        return jax.tree_util.tree_flatten_with_path(value, is_leaf=is_leaf)


def _text(path: _Path) -> str:
    return jax.tree_util.keystr(path).replace("'", '"')


__all__ = [
    "attributes_check",
    "mapping_check",
    "sequence_check",
    "star_tuple_check",
    "tree_check",
    "tuple_check",
    "typed_dict_check",
]
