"""Operators across modalities as users write them, after the documented patterns."""

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed import Batch, CrossModalOperator, CrossModalOperatorConfig
from datarax_typed.protocols import Metadata, PyTree, Statistics


class Sum(CrossModalOperator):
    def transform(
        self, image: Float[Array, " dim"], text: Float[Array, " dim"]
    ) -> Float[Array, " dim"]:
        return image + text


class Outputs(CrossModalOperator):
    """Returns as many values as it is told."""

    def __init__(self, config: CrossModalOperatorConfig, *, count: int) -> None:
        super().__init__(config)
        self.count = count

    def transform(self, image: PyTree, text: PyTree) -> tuple[PyTree, ...]:
        return (image, text, image)[: self.count]


class Fusion(CrossModalOperator):
    """The documented pattern of a subclass that writes `apply` with the helpers."""

    def __init__(self, config: CrossModalOperatorConfig, *, rngs: nnx.Rngs | None = None) -> None:
        super().__init__(config, rngs=rngs)
        self.fusion_weights = nnx.Param(jnp.ones(len(config.input_fields)))

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        inputs = self._extract_inputs(data)
        pairs = zip(self.fusion_weights[...], inputs, strict=True)
        fused = sum(weight * embedding for weight, embedding in pairs)
        if random_params is not None:
            fused = fused + random_params
        return self._store_outputs(data, [fused]), state, metadata

    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        batch_size = data_shapes[self.config.input_fields[0]][0]
        return jax.random.normal(rng, (batch_size,))


class LearnedCrossAttention(CrossModalOperator):
    """The documented example of projections with arguments of their own."""

    def __init__(
        self, config: CrossModalOperatorConfig, *, rngs: nnx.Rngs, dim: int, num_heads: int
    ) -> None:
        super().__init__(config, rngs=rngs)
        self.q_proj = nnx.Linear(dim, dim, rngs=rngs)
        self.k_proj = nnx.Linear(dim, dim, rngs=rngs)
        self.v_proj = nnx.Linear(dim, dim, rngs=rngs)
        self.num_heads = num_heads

    def transform(
        self, query: Float[Array, " dim"], context: Float[Array, " dim"]
    ) -> Float[Array, " dim"]:
        return self.q_proj(query) * self.k_proj(context) + self.v_proj(context)


class BatchContrastive(CrossModalOperator):
    """The documented example of work across the batch, ended by `apply` for every element."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        images, texts = self._extract_inputs(batch.data)
        pairwise = images @ texts.T
        within = batch.replace(data={**batch.data, "pairwise": pairwise})
        return super().apply_batch(within, stats)

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        return self._store_outputs(data, [jnp.max(data["pairwise"])]), state, metadata


class Forgetful(CrossModalOperator):
    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        return {"text": data["text"]}, state, metadata


class Scored(CrossModalOperator):
    """Uses statistics, and says itself what structure comes out."""

    def transform(
        self, image: Float[Array, " dim"], text: Float[Array, " dim"], stats: dict[str, Array]
    ) -> tuple[Float[Array, ""], Float[Array, ""]]:
        return jnp.vdot(image, text) / stats["scale"], jnp.sum(text)

    def get_output_structure(
        self, sample_data: PyTree, sample_state: PyTree
    ) -> tuple[PyTree, PyTree]:
        nothing = jax.tree.map(lambda _: None, sample_data)
        return {**nothing, "score": None, "alignment": None}, sample_state
