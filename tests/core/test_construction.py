"""Modules made alike are alike to JAX: a program compiled for one serves the other."""

import jax.numpy as jnp
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.operators.compose import CompositeOperatorModule, chain

TRACES: list[str] = []


class Gain(ModalityOperator[ModalityOperatorConfig]):
    def __init__(
        self, config: ModalityOperatorConfig, steps: int, *, rngs: nnx.Rngs | None = None
    ) -> None:
        super().__init__(config, rngs=rngs)
        self.steps = steps
        self.gain = nnx.Param(jnp.ones((), jnp.float32))

    def transform(self, x: Float[Array, " n"]) -> Float[Array, " n"]:
        TRACES.append(self.config.field_key)
        return x * self.gain[...]


def made(steps: int = 1, field_key: str = "x") -> CompositeOperatorModule:
    return chain(chain(Gain(ModalityOperatorConfig(field_key=field_key), steps)))


def test_an_equal_composition_is_not_compiled_again() -> None:
    batch = Batch({"x": jnp.ones((2, 3))})
    first, second = made(), made()
    second.stages[0].stages[0].gain.set_value(jnp.asarray(2, jnp.float32))  # type: ignore[attr-defined]  # stages are typed as the protocol
    TRACES.clear()
    first(batch)
    doubled = second(batch)
    assert len(TRACES) == 1
    assert doubled.data["x"].tolist() == [[2.0] * 3] * 2


@pytest.mark.parametrize("other", [made(steps=2), made(field_key="y")])
def test_what_is_made_otherwise_is_another(other: CompositeOperatorModule) -> None:
    assert nnx.graphdef(made()) == nnx.graphdef(made())
    assert hash(nnx.graphdef(made())) == hash(nnx.graphdef(made()))
    assert nnx.graphdef(made()) != nnx.graphdef(other)


def test_a_copy_keeps_its_own_stages_after_a_shared_program() -> None:
    batch = Batch({"x": jnp.ones((1, 1))})
    first, second = made(), made()
    second.stages[0].stages[0].gain.set_value(jnp.asarray(3, jnp.float32))  # type: ignore[attr-defined]  # stages are typed as the protocol
    first(batch)
    second(batch)
    assert second.copy(name="again")(batch).data["x"].item() == 3.0
