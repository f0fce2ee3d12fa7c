"""Rectangles of other records' images."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from datarax_typed.core.describe import describe_value
from datarax_typed.core.fields import get_field
from datarax_typed.errors import Problem
from datarax_typed.operators.batch.mixing import (
    Draw,
    MixingOperator,
    MixingOperatorConfig,
    Mixture,
)
from datarax_typed.protocols import PyTree


@dataclass(frozen=True)
class CutMixOperatorConfig(MixingOperatorConfig):
    """Configuration of `CutMixOperator`; see `MixingOperatorConfig`."""


class CutMixOperator(MixingOperator[CutMixOperatorConfig]):
    """Replaces a rectangle of every image by that of another image of its batch.

    With a share s drawn from Beta(alpha, alpha), the rectangle's sides are sqrt(1 - s) of the
    image's, and its centre is a random pixel; what is beyond the border is cut off. `label_fields`
    are mixed by the share of the pixels that remain. Auxiliary fields whose leading axes are the
    image's h and w, such as masks, get the same rectangle of the other record's.

    Source: Yun et al. 2019, CutMix: Regularization Strategy to Train Strong Classifiers with
    Localizable Features, section 3.1 and appendix A; the rectangle is that of torchvision's
    `CutMix`, which draws one for the whole batch.

    Args:
        config: the configuration.
        rngs: random number generators with the config's stream.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats, a label is not of floats, or
            an auxiliary field does not have the image's h and w.
    """

    def transform(
        self, image: Float[Array, "h w c"], random_params: Mixture
    ) -> Float[Array, "h w c"]:
        """Return the image with a rectangle of its partner's."""
        partner = get_field(random_params["partner"], self.config.field_key, self.label)
        return _pasted(_rectangle(image, random_params), image, partner)

    def kept_share(self, value: Float[Array, "..."], drawn: Draw) -> Float[Array, ""]:
        """Return the share of the pixels that remain."""
        return 1 - jnp.mean(_rectangle(value, drawn), dtype=jnp.float32)

    def mix_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        partner: PyTree,
        value: Float[Array, "..."],
        drawn: Draw,
    ) -> PyTree:
        """Return an auxiliary field with the same rectangle of the partner's."""
        problems = [
            Problem(
                f'data["{key}"]{jax.tree_util.keystr(path)}',
                f"leading axes {value.shape[0]},{value.shape[1]} as the image has them",
                describe_value(leaf),
                "leave it out of auxiliary_fields",
            )
            for path, leaf in jax.tree_util.tree_leaves_with_path(auxiliary)
            if leaf.shape[:2] != value.shape[:2]
        ]
        self.refuse_fields(problems)
        inside = _rectangle(value, drawn)
        return jax.tree.map(lambda own, other: _pasted(inside, own, other), auxiliary, partner)


def _rectangle(image: Float[Array, "h w c"], drawn: Draw) -> Bool[Array, "h w"]:
    """Return which pixels lie in the rectangle."""
    ratio = jnp.sqrt(1 - drawn["share"]) / 2
    rows, columns = (
        _interval(size, centre, ratio)
        for size, centre in zip(image.shape[:2], drawn["centre"], strict=True)
    )
    return rows[:, None] & columns[None, :]


def _interval(size: int, centre: Float[Array, ""], ratio: Float[Array, ""]) -> Bool[Array, " n"]:
    whole = jnp.asarray(size, jnp.float32)
    middle, half = jnp.floor(centre * whole), jnp.floor(ratio * whole)
    places = jnp.arange(size, dtype=jnp.float32)
    return (middle - half <= places) & (places < middle + half)


def _pasted(inside: Bool[Array, "h w"], own: Array, other: Array) -> Array:
    further = tuple(range(2, own.ndim))
    return jnp.where(jnp.expand_dims(inside, further), other, own)


__all__ = ["CutMixOperator", "CutMixOperatorConfig"]
