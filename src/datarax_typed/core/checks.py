"""Exhaustive checks of values: every leaf is visited, every mismatch is reported with its path."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import jax
import numpy as np
from beartype import BeartypeConf
from beartype.door import is_bearable
from flax import nnx
from jaxtyping import AbstractArray, AnnotationError

from datarax_typed.core import axes
from datarax_typed.core.describe import describe_hint, describe_value
from datarax_typed.core.rules import expectation
from datarax_typed.errors import Problem, nearest

_NUMBERS_AS_IN_PEP_484 = BeartypeConf(is_pep484_tower=True)


@dataclass(slots=True)
class Report:
    """What a check has found so far: the problems, and where each axis was bound."""

    problems: list[Problem] = field(default_factory=list)
    bound_at: dict[str, str] = field(default_factory=dict)
    # Axes such as "2*h" that stand before the argument that binds h: checked last.
    postponed: "list[Callable[[Report], None]]" = field(default_factory=list)

    def add(self, where: str, expected: str, value: object, mend: str = "") -> None:
        """Note a mismatch between what was expected and a value."""
        self.problems.append(Problem(where, expected, describe_value(value), mend))

    def settle(self) -> None:
        """Run the postponed checks."""
        postponed, self.postponed = self.postponed, []
        for check in postponed:
            check(self)

    def axes(self) -> list[str]:
        """Return a line for each bound axis: its size, and where it was bound."""
        return [
            f"axis {name} = {size}, bound by {self.bound_at[name]}"
            for name, size in axes.bound().items()
            if name in self.bound_at
        ]


# A check of one value, given its path, into a report. None in its place: every value fits.
Check: TypeAlias = Callable[[object, str, Report], None]


def run(check: Check | None, value: object, where: str, report: Report) -> None:
    """Run a check that may be None."""
    if check is not None:
        check(value, where, report)


def array_check(hint: type[AbstractArray]) -> Check:
    """Return the check of a jaxtyping array."""
    expected = describe_hint(hint)

    def decide(value: object, where: str, report: Report) -> None:
        known = axes.bound().keys()
        if isinstance(value, hint):
            for name in axes.bound().keys() - known:
                report.bound_at[name] = where
        else:
            report.add(where, expected, value, _mend_array(hint, value))

    def decide_last(value: object, where: str, report: Report) -> None:
        try:
            decide(value, where, report)
        except AnnotationError:
            report.add(where, expected, value, "no argument binds the axes it refers to")

    def check(value: object, where: str, report: Report) -> None:
        try:
            decide(value, where, report)
        except AnnotationError:
            report.postponed.append(lambda last: decide_last(value, where, last))

    return check


def _mend_array(hint: type[AbstractArray], value: object) -> str:
    if isinstance(value, nnx.Variable):
        return "pass the variable's array: variable[...]"
    if isinstance(value, np.ndarray | np.generic) and hint.array_type is jax.Array:
        return "pass a JAX array: jnp.asarray(value)"
    if not isinstance(value, jax.Array) or not np.issubdtype(value.dtype, np.integer):
        return ""
    wants_float = any("float" in str(dtype) for dtype in hint.dtypes)
    return "convert it first, for example with ToFloat" if wants_float else ""


def plain_check(hint: object) -> Check:
    """Return the check of a hint without containers, as beartype decides it."""
    expected = describe_hint(hint)
    # beartype types the hint more narrowly than what `get_type_hints` can promise.
    decide: Callable[..., bool] = is_bearable

    def check(value: object, where: str, report: Report) -> None:
        if not decide(value, hint, conf=_NUMBERS_AS_IN_PEP_484):
            report.add(where, expected, value)

    return check


def constrained_check(inner: Check | None, constraints: tuple[object, ...]) -> Check:
    """Return a check that also evaluates `annotated-types` constraints."""

    def check(value: object, where: str, report: Report) -> None:
        before = len(report.problems)
        run(inner, value, where, report)
        # The values of an array are not known when JAX traces: a domain constraint checks those.
        if len(report.problems) > before or isinstance(value, jax.Array):
            return
        for constraint in constraints:
            if expected := expectation(constraint, value):
                report.add(where, expected, value)

    return check


def union_check(expected: str, arms: list[Check], *, optional: bool) -> Check:
    """Return the check that one arm accepts the value; `optional` admits None."""

    def check(value: object, where: str, report: Report) -> None:
        if value is None and optional:
            return
        if len(arms) == 1:
            # Its own report says more than that no arm fits.
            arms[0](value, where, report)
        elif not any(_fits(arm, value, where, report) for arm in arms):
            report.add(where, expected, value)

    return check


def _fits(check: Check, value: object, where: str, report: Report) -> bool:
    memo = axes.snapshot()
    trial = Report(bound_at=dict(report.bound_at))
    check(value, where, trial)
    if trial.problems:
        axes.restore(memo)
        return False
    report.bound_at.update(trial.bound_at)
    report.postponed.extend(trial.postponed)
    return True


def mapping_check(origin: type, keys: Check | None, values: Check | None, expected: str) -> Check:
    """Return the check of every key and value of a mapping."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, origin) or not isinstance(value, Mapping):
            report.add(where, expected, value)
            return
        for key, item in value.items():
            run(keys, key, f"key {key!r} of {where}", report)
            run(values, item, f'{where}["{key}"]', report)

    return check


def sequence_check(origin: type, items: Check | None, expected: str) -> Check:
    """Return the check of every item of a list, set or tuple of any length."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, origin) or isinstance(value, str | bytes):
            mend = f"write [{value!r}]" if isinstance(value, str) else ""
            report.add(where, expected, value, mend)
            return
        for index, item in enumerate(_iterate(value)):
            run(items, item, f"{where}[{index}]", report)

    return check


def _iterate(value: object) -> Iterator[object]:
    assert isinstance(value, list | tuple | set | frozenset) or hasattr(value, "__iter__")
    return iter(value)


def tuple_check(items: list[Check | None], expected: str) -> Check:
    """Return the check of a tuple of fixed length."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, tuple) or len(value) != len(items):
            report.add(where, f"{expected}, {len(items)} items", value)
            return
        for index, (item, inner) in enumerate(zip(value, items, strict=True)):
            run(inner, item, f"{where}[{index}]", report)

    return check


def typed_dict_check(name: str, items: dict[str, Check | None], required: set[str]) -> Check:
    """Return the check of a TypedDict: every required key, and every key that is present."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, Mapping):
            report.add(where, f"a dict of the keys of {name}", value)
            return
        keys = [str(key) for key in value]
        for key, inner in items.items():
            if key in value:
                run(inner, value[key], f'{where}["{key}"]', report)
            elif key in required:
                hint = nearest(key, [name for name in keys if name not in items])
                mend = f"available: {', '.join(map(repr, keys)) or 'none'}"
                expected = f"the key {key!r} of {name}"
                report.problems.append(
                    Problem(where, expected, "no such key", f"{hint} {mend}".strip())
                )

    return check


def attributes_check(origin: type, items: dict[str, Check | None]) -> Check:
    """Return the check of the fields of a dataclass or NamedTuple."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, origin):
            report.add(where, origin.__name__, value)
            return
        for name, inner in items.items():
            run(inner, getattr(value, name), f"{where}.{name}", report)

    return check


def tree_check(hint: type, leaf: Check | None, structure: str | None) -> Check:
    """Return the check of a jaxtyping PyTree: its leaves, and its structure where it is named."""
    expected = f"a tree of structure {structure!r}"

    def check(value: object, where: str, report: Report) -> None:
        # Structures, and the "?" axes that go with them, are known to jaxtyping alone.
        if structure is not None and isinstance(value, hint):
            return
        before = len(report.problems)
        for path, item in _leaves(value, leaf):
            run(leaf, item, where + path, report)
        if structure is not None and len(report.problems) == before:
            report.add(where, expected, value)

    return check


def _leaves(value: object, leaf: Check | None) -> Iterator[tuple[str, object]]:
    def is_leaf(node: object) -> bool:
        # A leaf type may be a container itself: PyTree[tuple[int, int]].
        return leaf is not None and _fits(leaf, node, "", Report())

    with axes.scope({}):
        items = jax.tree_util.tree_leaves_with_path(value, is_leaf=is_leaf)
    for path, item in items:
        yield jax.tree_util.keystr(path).replace("'", '"'), item


__all__ = [
    "Check",
    "Report",
    "array_check",
    "attributes_check",
    "constrained_check",
    "mapping_check",
    "plain_check",
    "run",
    "sequence_check",
    "tree_check",
    "tuple_check",
    "typed_dict_check",
    "union_check",
]
