"""Operators side by side: what they make of the same input, put together."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array

from datarax_typed import (
    Batch,
    CompositeOperatorConfig,
    CompositeOperatorModule,
    ConfigError,
    MapOperator,
    MapOperatorConfig,
    OutputError,
    chain,
)
from datarax_typed.core.stages import trace_stages
from datarax_typed.operators.compose import (
    DropOperator,
    DropOperatorConfig,
    RenameOperator,
    RenameOperatorConfig,
)
from datarax_typed.operators.compose.merging import Merge
from datarax_typed.protocols import PyTree, Statistics
from tests.operators.compose.stages import (
    Foreign,
    Noise,
    Norm,
    Scale,
    Shift,
    config,
    numbers,
    random_config,
)
from tests.operators.trees import symbolic


def parallel(*operators: PyTree, merge: Merge | None = None) -> CompositeOperatorModule:
    return CompositeOperatorModule(
        CompositeOperatorConfig(strategy="parallel", merge=merge), operators
    )


def ensemble(*operators: PyTree) -> CompositeOperatorModule:
    return CompositeOperatorModule(CompositeOperatorConfig(strategy="ensemble"), operators)


def mapped(function: Callable[[Array], Array], *fields: str) -> MapOperator:
    return MapOperator(MapOperatorConfig(fields=list(fields) or None), function)


def rows(dtype: PyTree = jnp.float32) -> Batch:
    return Batch({"v": jnp.arange(6).reshape(2, 3).astype(dtype), "n": jnp.arange(2)})


def plus_one(value: Array) -> Array:
    return value + jnp.ones((), value.dtype)


def twice(value: Array) -> Array:
    return value + value


def test_all_operators_see_the_same_input_and_write_fields_of_their_own() -> None:
    both = parallel(Scale(config()), Shift(config(target_key="y")), Foreign0())
    result = both(numbers(1, 2)).data
    np.testing.assert_array_equal(result["x"], [2, 4])
    np.testing.assert_array_equal(result["y"], [2, 3])
    np.testing.assert_array_equal(result["z"], [10, 20])


class Foreign0(Foreign):
    """As `Foreign`, with a field of its own."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return batch.replace(data={**batch.data, "z": batch.data["x"] * 10.0})


@pytest.mark.parametrize(
    ("merge", "expected"),
    [
        ("sum", [[1, 4, 7], [10, 13, 16]]),
        ("mean", [[0.5, 2, 3.5], [5, 6.5, 8]]),
        ("concat", [[1, 2, 3, 0, 2, 4], [4, 5, 6, 6, 8, 10]]),
        ("stack", [[[1, 2, 3], [0, 2, 4]], [[4, 5, 6], [6, 8, 10]]]),
    ],
)
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float16])
def test_what_all_return_is_merged(merge: Merge, expected: PyTree, dtype: PyTree) -> None:
    merged = parallel(mapped(plus_one, "v"), mapped(twice, "v"), merge=merge)
    given = rows(dtype)
    result = merged(given)
    np.testing.assert_array_equal(result.data["v"], expected)
    assert result.data["v"].dtype == dtype
    # What all leave alone stays.
    assert result.data["n"] is given.data["n"]
    assert merged.output_spec(given.spec()) == result.spec()
    one = merged.apply(given[1].data, {}, None)[0]
    np.testing.assert_array_equal(one["v"], expected[1])


@pytest.mark.parametrize("merge", ["sum", "stack"])
@pytest.mark.parametrize("strategy", ["vmap", "scan"])
def test_what_is_left_alone_does_not_depend_on_the_strategy(
    merge: Merge, strategy: Literal["vmap", "scan"]
) -> None:
    scale = Scale(config(batch_strategy=strategy))
    merged = parallel(scale, Shift(config(batch_strategy=strategy)), merge=merge)
    given = Batch({"x": jnp.ones(2), "other": jnp.ones(2)})
    for result in (merged(given), merged.apply_batch(given)):
        assert result.data["other"] is given.data["other"]
        assert result.data["x"].shape == ((2, 2) if merge == "stack" else (2,))


def test_an_operator_that_leaves_a_field_alone_gives_it_as_it_is() -> None:
    residual = parallel(mapped(twice, "v"), mapped(plus_one, "n"), merge="sum")
    result = residual(rows()).data
    np.testing.assert_array_equal(result["v"], rows().data["v"] * 3)
    np.testing.assert_array_equal(result["n"], [1, 3])


def test_an_ensemble_is_the_mean() -> None:
    one, other = (parallel(Scale(config()), Shift(config()), merge="mean") for _ in range(2))
    mean = ensemble(Scale(config()), Shift(config()))
    np.testing.assert_array_equal(mean(numbers(1, 2)).data["x"], [2, 3.5])
    np.testing.assert_array_equal(one(numbers(1, 2)).data["x"], other(numbers(1, 2)).data["x"])


def test_symbolic_sizes_are_merged() -> None:
    merged = parallel(mapped(plus_one, "v"), mapped(twice, "v"), merge="concat")
    spec = merged.output_spec({"v": symbolic("n, d"), "n": symbolic("n")})
    assert str(spec["v"].shape) == "(n, 2*d)"
    assert str(spec["n"].shape) == "(n,)"


def test_a_parallel_composition_is_one_row_of_the_table() -> None:
    merged = parallel(mapped(plus_one, "v"), mapped(twice, "v"), merge="stack")
    assert not merged.in_turn
    table = trace_stages(chain(mapped(twice, "v"), merged), {"v": symbolic("d")})
    assert [(row.stage, row.output) for row in table.rows] == [
        ("stages[0]", {"v": "f32[d]"}),
        ("stages[1]", {"v": "f32[2,d]"}),
    ]


def test_random_operators_draw_by_themselves() -> None:
    rngs = nnx.Rngs(0)
    one, two = (Noise(random_config(), rngs=rngs) for _ in range(2))
    given = numbers(0, 0, index=jnp.arange(2))
    drawn = [one(given).data["x"], two(given).data["x"]]
    total = parallel(one, two, merge="sum")(given).data["x"]
    np.testing.assert_allclose(total, drawn[0] + drawn[1], rtol=1e-6)


def test_every_operator_counts_and_gets_statistics() -> None:
    first, second = Shift(config()), Shift(config(target_key="y"))
    both = parallel(first, second)
    result = both(numbers(1, 2), {"shift": jnp.asarray(3.0)}).data
    np.testing.assert_array_equal([result["x"], result["y"]], [[4, 5], [4, 5]])
    assert [op.get_operation_stats()["applied_count"] for op in (first, second, both)] == [2, 2, 2]


class Marked(Shift):
    """Writes state and metadata, and declares a row invalid."""

    def __init__(self, key: str, row: int) -> None:
        super().__init__(config(target_key=key))
        self.key, self.row = key, row

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        result = super().apply_batch(batch, stats)
        return result.replace(
            state={**result.state, self.key: jnp.zeros(len(batch))},
            metadata={**(result.metadata or {}), self.key: jnp.ones(len(batch)), "by": self.key},
            valid_mask=batch.valid_mask & (jnp.arange(len(batch)) != self.row),
        )


def test_state_metadata_and_rows_are_put_together() -> None:
    given = numbers(1, 2, 3, metadata={"path": ["a", "b", "c"]})
    result = parallel(Marked("p", 0), chain(Scale(config())))(given)
    assert result.state.keys() == {"p"}
    assert result.metadata is not None
    assert result.metadata.keys() == {"path", "p", "by"}
    np.testing.assert_array_equal(result.valid_mask, [False, True, True])
    with pytest.raises(OutputError) as caught:
        parallel(Marked("p", 0), Marked("q", 1))(given)
    assert str(caught.value) == (
        "CompositeOperatorModule: what the operators return cannot be merged by 'update':\n"
        '  - metadata["by"]: expected one writer, got stages[0], Marked, and stages[1], Marked; '
        "write to a field of its own, or merge them by 'mean'"
    )


def test_a_dropped_field_stays_in_an_update() -> None:
    renamed = chain(Scale(config()), RenameOperator(RenameOperatorConfig(mapping={"x": "double"})))
    result = parallel(renamed, Shift(config()))(numbers(1, 2)).data
    np.testing.assert_array_equal(result["x"], [2, 3])
    np.testing.assert_array_equal(result["double"], [2, 4])


def test_two_that_declare_the_same_field_are_refused_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parallel(Scale(config()), Shift(config(target_key="y")), Shift(config()))
    assert str(caught.value) == (
        "CompositeOperatorModule cannot be made:\n"
        "  - operators[2]: expected a target of its own, operators[0], Scale, too writes 'x', "
        "got 'x'; give it a target_key, or merge by 'mean'"
    )


def test_two_that_write_the_same_field_are_refused_in_a_trace() -> None:
    both = parallel(mapped(twice, "v"), chain(mapped(plus_one)))
    for call in (lambda: both(rows()), lambda: both.output_spec(rows().spec())):
        with pytest.raises(OutputError) as caught:
            call()
        assert str(caught.value) == (
            "CompositeOperatorModule: what the operators return cannot be merged by 'update':\n"
            '  - data["v"]: expected one writer, got stages[0], MapOperator, and stages[1], '
            "CompositeOperatorModule; write to a field of its own, or merge them by 'mean'"
        )


def nested() -> Batch:
    return Batch({"a": {"b": jnp.ones(2), "c": jnp.ones(2)}})


class Flat(Foreign):
    """Puts an array in the place of a dict."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return batch.replace(data={"a": batch.data["a"]["b"] * 2.0})


@pytest.mark.parametrize("turned", [False, True])
def test_a_field_within_another_is_the_same_field(turned: bool) -> None:
    operators = [mapped(twice, "a.b"), Flat()]
    with pytest.raises(OutputError, match="expected one writer"):
        parallel(*operators[:: -1 if turned else 1])(nested())
    with pytest.raises(OutputError, match=r'data\["a.b"\]: expected a value from every operator'):
        parallel(*operators[:: -1 if turned else 1], merge="sum")(nested())


def first_two(value: Array) -> Array:
    return value[:2]


@pytest.mark.parametrize(
    ("merge", "operators", "problem"),
    [
        (
            "sum",
            [mapped(twice, "v"), mapped(first_two, "v")],
            (
                'data["v"]: expected float32[3] as from stages[0], MapOperator, '
                "got float32[2] from stages[1], MapOperator"
            ),
        ),
        (
            "mean",
            [mapped(twice, "n"), mapped(plus_one, "n")],
            'data["n"]: expected floats, got int32[] from stages[0], MapOperator',
        ),
        (
            "concat",
            [mapped(twice, "n"), mapped(plus_one, "n")],
            'data["n"]: expected at least one axis, got int32[] from stages[0], MapOperator',
        ),
        (
            "stack",
            [mapped(twice, "v"), DropOperator(DropOperatorConfig(fields=["v"]))],
            (
                'data["v"]: expected a value from every operator, got none from stages[1], '
                "DropOperator; let all operators write it, or merge by 'update'"
            ),
        ),
    ],
)
def test_what_does_not_fit_is_refused(merge: Merge, operators: list[PyTree], problem: str) -> None:
    with pytest.raises(OutputError) as caught:
        parallel(*operators, merge=merge)(rows())
    assert str(caught.value) == (
        f"CompositeOperatorModule: what the operators return cannot be merged by {merge!r}:\n"
        f"  - {problem}"
    )


def test_parts_of_different_length_are_laid_side_by_side() -> None:
    both = parallel(mapped(twice, "v"), mapped(first_two, "v"), merge="concat")
    assert both(rows()).data["v"].shape == (2, 5)


def test_an_error_names_the_stage() -> None:
    with pytest.raises(TypeError, match=r"^Norm.transform at stages\[1\] does not fit"):
        ensemble(Scale(config()), Norm(config()))(numbers(1))


def test_a_merge_that_means_nothing_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        CompositeOperatorModule(CompositeOperatorConfig(merge="sum"), [Scale(config())])
    assert str(caught.value) == (
        "CompositeOperatorModule cannot be made:\n"
        "  - config.merge: expected None, since strategy='sequential', got 'sum'; "
        "leave out merge, or give strategy='parallel'"
    )
    averaged = CompositeOperatorConfig(strategy="ensemble", merge="sum")
    with pytest.raises(ConfigError, match="expected None or 'mean', since strategy='ensemble'"):
        CompositeOperatorModule(averaged, [Scale(config())])
    assert CompositeOperatorConfig(strategy="ensemble", merge="mean").merged == "mean"


def test_a_copy_may_run_side_by_side() -> None:
    both = chain(Scale(config()), Shift(config(target_key="y")))
    beside = both.copy(config=replace(both.config, strategy="parallel"))
    np.testing.assert_array_equal(both(numbers(1)).data["y"], [3])
    np.testing.assert_array_equal(beside(numbers(1)).data["y"], [2])


def test_gradients_reach_every_operator() -> None:
    mean = ensemble(Scale(config()), Scale(config(), factor=3.0))
    gradients = nnx.grad(lambda op: jnp.sum(op(numbers(1, 2)).data["x"]))(mean)
    np.testing.assert_allclose(jax.tree.leaves(gradients), [1.5, 1.5])
