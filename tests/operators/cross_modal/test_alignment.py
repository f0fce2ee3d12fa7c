"""Alignment losses, and series brought to one rate."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from datarax_typed import Batch, ConfigError, ContractError, CrossModalOperatorConfig
from datarax_typed.operators.cross_modal import AlignmentOperator, ResampleAlignOperator
from datarax_typed.protocols import PyTree
from tests.operators.trees import symbolic

PAIR = CrossModalOperatorConfig(input_fields=["image", "text"], output_fields=["loss"])
SERIES = CrossModalOperatorConfig(input_fields=["series", "frames"], output_fields=["aligned"])


def embeddings(text: int = 4) -> PyTree:
    keys = jax.random.split(jax.random.key(3))
    return {
        "image": jax.random.normal(keys[0], (5, 4)),
        "text": jax.random.normal(keys[1], (5, text)),
    }


def test_the_losses_are_those_of_optax() -> None:
    data = embeddings()
    cosine = AlignmentOperator(PAIR)(Batch(data)).data["loss"]
    expected = optax.cosine_distance(data["image"], data["text"])
    np.testing.assert_allclose(cosine, expected, rtol=1e-5)
    mse = AlignmentOperator(PAIR, form="mse")(Batch(data)).data["loss"]
    expected = jnp.mean(optax.squared_error(data["image"], data["text"]), axis=-1)
    np.testing.assert_allclose(mse, expected, rtol=1e-5)


def test_heads_bring_embeddings_of_two_widths_together() -> None:
    data = embeddings(text=6)
    made = AlignmentOperator(PAIR, form="mse", dims=(4, 6), features=3, rngs=nnx.Rngs(0))
    left, right = made.space.anchor_head, made.space.other_head
    assert left is not None
    assert right is not None
    expected = jnp.mean(jnp.square(left(data["image"]) - right(data["text"])), axis=-1)
    np.testing.assert_allclose(made(Batch(data)).data["loss"], expected, rtol=1e-5)
    assert len(jax.tree.leaves(nnx.state(made, nnx.Param))) == 2


def test_a_zero_vector_has_a_finite_gradient() -> None:
    made = AlignmentOperator(PAIR)

    def loss(image: jax.Array) -> jax.Array:
        element: PyTree = made.apply({"image": image, "text": jnp.ones(4)}, {}, None)[0]
        return jnp.asarray(element["loss"])

    assert np.all(np.isfinite(jax.grad(loss)(jnp.zeros(4))))


def test_embeddings_of_two_widths_need_heads() -> None:
    with pytest.raises(ContractError) as caught:
        AlignmentOperator(PAIR)(Batch(embeddings(text=6)))
    assert str(caught.value) == (
        "AlignmentOperator: embeddings do not fit their space:\n"
        '  - data["text"]: expected a width of 4, as the anchor, got float32[6]; give dims=(4, 6)'
    )


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        AlignmentOperator(PAIR, form="mae")  # type: ignore[arg-type]  # mypy finds it too
    assert str(caught.value) == (
        "AlignmentOperator cannot be made:\n  - form: expected 'cosine' or 'mse', got 'mae'"
    )


@pytest.mark.parametrize(("given", "wanted"), [(7, 12), (7, 3), (1, 4), (5, 1)])
def test_a_series_is_interpolated_as_by_jax_and_numpy(given: int, wanted: int) -> None:
    series = jax.random.normal(jax.random.key(0), (2, given, 3))
    batch = Batch({"series": series, "frames": jnp.zeros((2, wanted, 1), jnp.int32)})
    result = ResampleAlignOperator(SERIES)(batch).data["aligned"]
    expected = jax.image.resize(series, (2, wanted, 3), "linear", antialias=False)
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5)
    corners = ResampleAlignOperator(SERIES, align_corners=True)(batch).data["aligned"]
    places = np.linspace(0, given - 1, wanted)
    lines = [np.interp(places, np.arange(given), line) for line in np.asarray(series[0]).T]
    np.testing.assert_allclose(corners[0], np.stack(lines, axis=-1), rtol=1e-4, atol=1e-5)


def test_half_precision_stays_and_the_reference_may_be_anything() -> None:
    batch = Batch({"series": jnp.ones((1, 4), jnp.float16), "frames": jnp.ones((1, 6), jnp.bool_)})
    result = ResampleAlignOperator(SERIES)(batch).data["aligned"]
    np.testing.assert_array_equal(result, np.ones((1, 6), np.float16))
    assert result.dtype == jnp.float16


def test_the_spec_has_the_steps_of_the_reference() -> None:
    given = {"series": symbolic("m, d"), "frames": symbolic("n, e")}
    assert ResampleAlignOperator(SERIES).output_spec(given)["aligned"] == symbolic("n, d")


def test_a_series_without_a_step_is_refused() -> None:
    with pytest.raises(ContractError) as caught:
        ResampleAlignOperator(SERIES).output_spec(
            {"series": symbolic("0, 2"), "frames": symbolic("n")}
        )
    assert str(caught.value) == (
        "ResampleAlignOperator cannot interpolate the series:\n"
        '  - data["series"]: expected at least one step, got float32[0,2]'
    )
