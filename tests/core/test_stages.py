"""Stages traced one after the other on specs."""

import jax
import jax.numpy as jnp
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.spec_texts import spec_text
from datarax_typed.core.stages import (
    StageCrashError,
    StageRow,
    flat_stages,
    spec_texts,
    trace_stages,
)
from datarax_typed.errors import ContractError
from datarax_typed.operators.compose import (
    CompositeOperatorConfig,
    MapOperator,
    MapOperatorConfig,
    MultiModalOperator,
    chain,
)
from datarax_typed.protocols import PyTree

X = ModalityOperatorConfig(field_key="x")


class Double(ModalityOperator[ModalityOperatorConfig]):
    def transform(self, x: Float[Array, " n"]) -> Float[Array, " 2*n"]:
        return jnp.concatenate([x, x])


class Scale(ModalityOperator[ModalityOperatorConfig]):
    def __init__(self, config: ModalityOperatorConfig, *, rngs: nnx.Rngs | None = None) -> None:
        super().__init__(config, rngs=rngs)
        self.weights = nnx.Param(jnp.ones((2, 3)))

    def transform(self, x: Float[Array, " n"]) -> Float[Array, " n"]:
        return x * jnp.sum(self.weights[...])


class Failing(ModalityOperator[ModalityOperatorConfig]):
    def transform(self, x: Float[Array, " n"]) -> Float[Array, " n"]:
        raise LookupError("no such thing")


def spec(**fields: str) -> PyTree:
    scope = jax.export.SymbolicScope()
    return {
        name: jax.ShapeDtypeStruct(jax.export.symbolic_shape(axes, scope=scope), jnp.float32)
        for name, axes in fields.items()
    }


def test_nested_stages_have_dotted_names() -> None:
    side_by_side = MultiModalOperator(CompositeOperatorConfig(), {"x": Scale(X)})
    operator = chain(Double(X), chain(Scale(X), side_by_side))
    assert [(name, type(stage).__name__) for name, stage in flat_stages(operator)] == [
        ("stages[0]", "Double"),
        ("stages[1].stages[0]", "Scale"),
        ('stages[1].stages[1].operators["x"]', "Scale"),
    ]


def test_a_row_says_what_a_stage_reads_and_changes() -> None:
    table = trace_stages(chain(Double(X), Scale(X)), spec(x="n", y="m,3"))
    assert table.error is None
    assert table.rows == [
        StageRow(
            stage="stages[0]",
            operator="Double",
            input={"x": "f32[n]", "y": "f32[m,3]"},
            reads=["x"],
            output={"x": "f32[2*n]", "y": "f32[m,3]"},
            parameters={},
            scalars=0,
        ),
        StageRow(
            stage="stages[1]",
            operator="Scale",
            input={"x": "f32[2*n]", "y": "f32[m,3]"},
            reads=["x"],
            output={"x": "f32[2*n]", "y": "f32[m,3]"},
            parameters={"weights": "f32[2,3]"},
            scalars=6,
        ),
    ]
    assert [row.changes for row in table.rows] == [{"x": "f32[2*n]"}, {}]


def test_the_first_broken_contract_ends_the_table() -> None:
    table = trace_stages(chain(Scale(X), Double(X), Scale(X)), spec(x="n,2"))
    assert [row.output for row in table.rows] == [None]
    assert isinstance(table.error, ContractError)
    assert str(table.error) == (
        "Scale.transform at stages[0] does not fit its contract:\n"
        '  - data["x"]: expected Float[Array, "n"], got float32[n,2]'
    )


def test_an_operator_that_declares_no_inputs_reads_everything() -> None:
    operator = MapOperator(MapOperatorConfig(fields=["x"]), jnp.abs)
    (row,) = trace_stages(operator, spec(x="n", y="m")).rows
    assert (row.stage, row.reads) == ("", ["x", "y"])


def test_an_error_that_is_not_ours_is_a_crash_of_its_stage() -> None:
    with pytest.raises(StageCrashError) as caught:
        trace_stages(chain(Double(X), Failing(X)), spec(x="n"))
    assert str(caught.value) == "Failing at stages[1]: no such thing"
    assert isinstance(caught.value.cause, LookupError)
    assert caught.value.row.input == {"x": "f32[2*n]"}


@pytest.mark.parametrize(
    ("dtype", "text"),
    [("float32", "f32[2]"), ("bfloat16", "bf16[2]"), ("bool", "bool[2]"), ("complex64", None)],
)
def test_dtypes_without_a_short_name_keep_their_own(dtype: str, text: str | None) -> None:
    found = spec_text(jax.ShapeDtypeStruct((2,), jnp.dtype(dtype)))
    assert found == (text or "complex64[2]")


def test_leaves_are_named_by_their_path() -> None:
    leaf = jax.ShapeDtypeStruct((), jnp.int8)
    assert spec_texts({"a": {"b": leaf}, "c": [leaf, leaf]}) == {
        "a.b": "i8[]",
        "c.0": "i8[]",
        "c.1": "i8[]",
    }
