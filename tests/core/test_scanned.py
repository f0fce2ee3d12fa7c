"""A loop over rows: what is passed on comes out as it went in."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.scanned import map_rows
from datarax_typed.protocols import Metadata, PyTree, Statistics
from tests.core.samples import batch


def changed(row: PyTree, params: PyTree) -> PyTree:
    return {"left": row["left"], "new": row["right"] + params, "moved": [row["right"]]}


@pytest.mark.parametrize("traced", [False, True])
def test_leaves_that_are_passed_on_are_the_given_ones(traced: bool) -> None:
    given = {"left": jnp.arange(3.0), "right": jnp.arange(6.0).reshape(3, 2)}
    params = jnp.asarray([1.0, 2.0, 3.0])

    def run(rows: PyTree) -> PyTree:
        found = map_rows(changed, rows, params)
        assert found["left"] is rows["left"]
        assert found["moved"][0] is rows["right"]
        return found["new"]

    new = (jax.jit(run) if traced else run)(given)
    np.testing.assert_array_equal(new, given["right"] + params[:, None])


def test_nothing_new_is_nothing_computed() -> None:
    given = {"x": jnp.arange(3.0)}
    program = jax.make_jaxpr(lambda rows: map_rows(lambda row, _: row, rows, None))(given)
    assert program.jaxpr.outvars == program.jaxpr.invars


class Passing(OperatorModule):
    """Adds a field."""

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        return {**data, "y": data["x"] * 2.0}, state, metadata


@pytest.mark.parametrize("strategy", ["vmap", "scan"])
def test_both_strategies_leave_the_same_fields_alone(strategy: PyTree) -> None:
    given = batch(3)
    result = Passing(OperatorConfig(batch_strategy=strategy)).apply_batch(given)
    assert result.data["x"] is given.data["x"]
    np.testing.assert_array_equal(result.data["y"], given.data["x"] * 2.0)
