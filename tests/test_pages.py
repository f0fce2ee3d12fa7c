"""The reference page of modality operators: its signatures, and its examples as they are printed.

A subclass fills in what the page leaves out.
"""
# The page's code has no annotations, and must work like that:
# mypy: allow-untyped-defs, allow-untyped-calls

import inspect
import logging
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core import modality
from datarax_typed.core.config import DataraxModuleConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.module import DataraxModule
from datarax_typed.operators.audio import LearnedAudioOperator

IMAGES = jnp.linspace(0.0, 1.0, 24).reshape(2, 2, 2, 3)
BATCH = Batch(
    {"image": IMAGES, "mask": jnp.ones((2, 2, 2), bool), "bounding_boxes": jnp.ones((2, 4))}
)


# Signatures

EMPTY = inspect.Parameter.empty


@pytest.mark.parametrize(
    ("documented", "parameters"),
    [
        (
            ModalityOperatorConfig,
            {
                "cacheable": False,
                "batch_stats_fn": None,
                "precomputed_stats": None,
                "stochastic": False,
                "stream_name": None,
                "batch_strategy": "vmap",
                "field_key": EMPTY,
                "target_key": None,
                "auxiliary_fields": None,
                "clip_range": None,
                "preserve_auxiliary": True,
                "validate_domain_constraints": True,
            },
        ),
        (ModalityOperator.__init__, {"config": EMPTY, "rngs": None, "name": None}),
        (
            ModalityOperator.apply,
            {
                "data": EMPTY,
                "state": EMPTY,
                "metadata": EMPTY,
                "random_params": None,
                "stats": None,
            },
        ),
        (ModalityOperator.generate_random_params, {"rng": EMPTY, "data_shapes": EMPTY}),
        (ModalityOperator.get_operation_stats, {}),
        (ModalityOperator.reset_operation_stats, {}),
        (ModalityOperator.compute_statistics, {"data": EMPTY}),
        (ModalityOperator.get_statistics, {}),
        (ModalityOperator.set_statistics, {"stats": EMPTY}),
        (ModalityOperator.reset_statistics, {}),
        (ModalityOperator.reset_cache, {}),
        (ModalityOperator.copy, {"config": None, "rngs": None, "name": None}),
        (ModalityOperator.get_state, {}),
        (ModalityOperator.set_state, {"state": EMPTY}),
        (ModalityOperator.clone, {}),
        (ModalityOperator.requires_rng_streams, {}),
        (ModalityOperator.ensure_rng_streams, {"stream_names": EMPTY}),
        (ModalityOperator.get_output_structure, {"sample_data": EMPTY, "sample_state": EMPTY}),
        (ModalityOperator.apply_batch, {"batch": EMPTY, "stats": None}),
        (ModalityOperator.output_spec, {"input_spec": EMPTY}),
    ],
)
def test_the_documented_signatures(
    documented: Callable[..., object], parameters: dict[str, object]
) -> None:
    found = dict(inspect.signature(documented).parameters)
    found.pop("self", None)
    assert {name: parameter.default for name, parameter in found.items()} == parameters
    assert list(found) == list(parameters)


def test_what_is_given_by_name_alone() -> None:
    expected: list[tuple[Callable[..., object], set[str]]] = [
        (ModalityOperator.__init__, {"rngs", "name"}),
        (ModalityOperator.copy, {"config", "rngs", "name"}),
        (ModalityOperatorConfig, set(ModalityOperatorConfig.__annotations__) - {"rules"}),
    ]
    for documented, names in expected:
        parameters = inspect.signature(documented).parameters.values()
        assert {p.name for p in parameters if p.kind is p.KEYWORD_ONLY} == names


def test_the_documented_logger() -> None:
    assert modality.logger is logging.getLogger("datarax_typed.core.modality")


# The subclass pattern


class ImageOperator(ModalityOperator):
    def __init__(self, config: ModalityOperatorConfig, *, rngs: nnx.Rngs | None = None):
        super().__init__(config, rngs=rngs)

    def apply(self, data, state, metadata, random_params=None, stats=None):  # type: ignore[datarax-operator]  # as the page prints it
        image = self._extract_field(data, self.config.field_key)

        transformed = self._transform_image(image)

        transformed = self._apply_clip_range(transformed)

        result = self._remap_field(data, transformed)

        return result, state, metadata

    def generate_random_params(self, rng, data_shapes):
        batch_size = data_shapes[self.config.field_key][0]
        return jax.random.uniform(rng, (batch_size,))

    def _transform_image(self, image):
        return image * 2


class LearnedImageOperator(ImageOperator):
    def __init__(self, config, *, rngs):
        super().__init__(config, rngs=rngs)
        self.crop_scale = nnx.Param(jnp.array(0.8))
        self.rotation_angle = nnx.Param(jnp.array(0.1))

    def _transform_image(self, image):
        return image * self.crop_scale[...] + self.rotation_angle[...]


class BatchNormOperator(ImageOperator):
    def apply_batch(self, batch, stats=None):
        images = batch.data["image"]
        stats = {"mean": jnp.mean(images), "std": jnp.std(images)}
        return super().apply_batch(batch, stats)

    def apply(self, data, state, metadata, random_params=None, stats=None):  # type: ignore[datarax-operator]  # as the page prints it
        image = self._extract_field(data, self.config.field_key)
        assert stats is not None
        result = self._remap_field(data, (image - stats["mean"]) / stats["std"])
        return result, state, metadata


class RotatingOperator(ImageOperator):
    def generate_random_params(self, rng, data_shapes):
        batch_size = data_shapes[self.config.field_key][0]
        return jax.random.uniform(rng, (batch_size,), minval=0, maxval=2 * jnp.pi)

    def apply(self, data, state, metadata, random_params=None, stats=None):  # type: ignore[datarax-operator]  # as the page prints it
        field_value = self._extract_field(data, self.config.field_key)

        transformed = self._transform(field_value, random_params, stats)

        transformed = self._apply_clip_range(transformed)

        result = self._remap_field(data, transformed)

        return result, state, metadata

    def _transform(self, value, random_params, stats):
        return value + random_params


def test_the_subclass_pattern() -> None:
    config = ModalityOperatorConfig(field_key="image", clip_range=(0.0, 1.0))
    image_op = ImageOperator(config, rngs=nnx.Rngs(0))
    expected = np.clip(np.asarray(IMAGES) * 2, 0, 1)
    np.testing.assert_allclose(image_op(BATCH).data["image"], expected)
    assert ImageOperator(config).get_operation_stats() == {"applied_count": 0, "skipped_count": 0}


def test_the_learned_operator_learns() -> None:
    operator = LearnedImageOperator(ModalityOperatorConfig(field_key="image"), rngs=nnx.Rngs(0))

    def loss(operator: LearnedImageOperator, batch: Batch) -> Any:
        return jnp.mean(operator(batch).data["image"])

    gradients = nnx.grad(loss)(operator, BATCH)
    np.testing.assert_allclose(gradients["crop_scale"][...], jnp.mean(IMAGES), rtol=1e-5)
    np.testing.assert_allclose(gradients["rotation_angle"][...], 1, rtol=1e-5)


def test_the_operator_over_the_batch() -> None:
    result = BatchNormOperator(ModalityOperatorConfig(field_key="image"))(BATCH).data["image"]
    np.testing.assert_allclose([jnp.mean(result), jnp.std(result)], [0, 1], atol=1e-5)


def test_random_angles_are_fresh_for_every_batch_and_element() -> None:
    config = ModalityOperatorConfig(field_key="image", stochastic=True, stream_name="augment")
    operator = RotatingOperator(config, rngs=nnx.Rngs(0, augment=1))
    angles = [operator(BATCH).data["image"][:, 0, 0, 0] - IMAGES[:, 0, 0, 0] for _ in range(2)]
    assert len(np.unique(np.concatenate(angles))) == 4
    assert all(((angle >= 0) & (angle < 2 * np.pi)).all() for angle in angles)


# The examples of the configs


def test_the_first_example() -> None:
    config = ModalityOperatorConfig(field_key="image", clip_range=(0.0, 1.0))
    assert (config.field_key, config.clip_range) == ("image", (0.0, 1.0))


def test_the_audio_example() -> None:
    config = ModalityOperatorConfig(field_key="waveform", stochastic=True, stream_name="augment")
    operator = LearnedAudioOperator(config, rngs=nnx.Rngs(0, augment=1))
    batch = Batch({"waveform": jnp.ones((2, 8))})
    first, second = operator(batch).data["waveform"], operator(batch).data["waveform"]
    assert first.shape == (2, 8)
    assert (first != second).any()


def test_the_minimal_example() -> None:
    config = ModalityOperatorConfig(field_key="image")
    assert (config.target_key, config.auxiliary_fields, config.clip_range) == (None, None, None)


def test_the_example_with_auxiliary_fields() -> None:
    config = ModalityOperatorConfig(
        field_key="image", auxiliary_fields=["mask", "bounding_boxes"], clip_range=(0.0, 1.0)
    )
    assert config.auxiliary_fields == ["mask", "bounding_boxes"]
    result = ImageOperator(config, rngs=nnx.Rngs(0))(BATCH).data
    np.testing.assert_array_equal(result["mask"], BATCH.data["mask"])


def test_the_text_example() -> None:
    config = ModalityOperatorConfig(
        field_key="caption", stochastic=True, stream_name="text_augment"
    )
    operator = ImageOperator(config, rngs=nnx.Rngs(text_augment=0))
    assert operator.requires_rng_streams() == ["text_augment"]


def test_the_examples_of_copy() -> None:
    module = DataraxModule(DataraxModuleConfig())
    new_config = DataraxModuleConfig(cacheable=True)
    new_module = module.copy(config=new_config)
    assert new_module.config == new_config
    assert not module.config.cacheable

    renamed = module.copy(name="new_name")
    assert (renamed.name, module.name) == ("new_name", None)

    # A subclass of the pattern has no argument for a name.
    learned = LearnedImageOperator(ModalityOperatorConfig(field_key="image"), rngs=nnx.Rngs(0))
    learned.crop_scale.set_value(jnp.array(0.5))
    other = learned.copy(config=ModalityOperatorConfig(field_key="other"), name="other")
    assert (other.name, other.config.field_key) == ("other", "other")
    assert other.crop_scale[...] == 0.5


def test_the_example_of_an_output_structure() -> None:
    class Scored(ImageOperator):
        def get_output_structure(self, sample_data, sample_state):
            out_data = {
                **jax.tree.map(lambda _: None, sample_data),
                "score": None,
                "alignment": None,
            }
            return out_data, sample_state

        def apply(self, data, state, metadata, random_params=None, stats=None):  # type: ignore[datarax-operator]  # as the page prints it
            image = data["image"]
            return {**data, "score": image[0, 0, 0], "alignment": image}, state, metadata

    operator = Scored(ModalityOperatorConfig(field_key="image"))
    data, _ = operator.get_output_structure(BATCH[0].data, BATCH[0].state)
    assert data.keys() == operator(BATCH).data.keys()
    assert jax.tree.leaves(data) == []
