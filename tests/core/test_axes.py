"""The sizes that axis names have been given."""

from typing import Any

from jaxtyping import Array, Float, PyTree

from datarax_typed.core import axes
from tests.core.drawn import zeros


def fits(value: object, hint: Any) -> bool:  # a type as a value
    return isinstance(value, hint)


def test_nothing_is_bound_outside_of_a_scope() -> None:
    assert fits(zeros(3), Float[Array, "h"])
    assert axes.bound() == {}
    assert axes.count() == 0


def test_a_name_means_one_size_within_a_scope() -> None:
    with axes.scope({}):
        assert fits(zeros(3, 4, 5), Float[Array, "h *rest"])
        assert axes.bound() == {"h": "3", "*rest": "(4, 5)"}
        assert axes.count() == 2
        assert not fits(zeros(4), Float[Array, "h"])
        with axes.scope({}):
            assert fits(zeros(4), Float[Array, "h"])
        assert axes.bound()["h"] == "3"
    assert axes.bound() == {}


def test_bindings_can_be_undone() -> None:
    with axes.scope({}):
        assert fits(zeros(3), Float[Array, "h"])
        before = axes.snapshot()
        assert fits(zeros(4, 5), Float[Array, "w *rest"])
        assert axes.names() == ["h", "w", "*rest"]
        for _ in range(2):
            axes.restore(before)
            assert axes.bound() == {"h": "3"}
            assert fits(zeros(5), Float[Array, "w"])


def test_a_scope_knows_its_arguments() -> None:
    with axes.scope({"self": 3}):
        assert fits(zeros(3), Float[Array, "{self}"])
        assert not fits(zeros(4), Float[Array, "{self}"])
        axes.restore(axes.snapshot())
        assert fits(zeros(3), Float[Array, "{self}"])


def test_axes_of_leaves_have_names() -> None:
    with axes.scope({}):
        assert fits({"a": zeros(3)}, PyTree[Float[Array, "?h"], "T"])
        assert axes.bound() == {"h of leaf 0 in structure T": "3"}
        assert axes.names() == ["h of leaf 0 in structure T"]
        with axes.leaf(0, "T"):
            assert not fits(zeros(4), Float[Array, "?h"])
        with axes.leaf(1, "T"):
            assert fits(zeros(4), Float[Array, "?h"])
