"""Embeddings of several modalities fused into one."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.cross_modal import CrossModalOperator, CrossModalOperatorConfig
from datarax_typed.core.describe import describe_value
from datarax_typed.core.limits import AtLeastOne
from datarax_typed.core.options import option_problems, randomness_problems
from datarax_typed.errors import ContractError, Problem, listing, refuse
from datarax_typed.operators.cross_modal.gates import Gates
from datarax_typed.operators.cross_modal.requirements import field_count_problems

FusionMode: TypeAlias = Literal["weighted_sum", "sum", "concat", "gated"]


class FusionOperator(CrossModalOperator):
    """Makes one embedding of several, in one of four ways.

    Any number of input fields; one output field. `mode` says how:

    - "weighted_sum": sums embeddings `dim`, all of one width and dtype, each times a learned
      weight. The weights, one an input field, start at one.
    - "sum": sums them as they are.
    - "concat": puts embeddings of any widths, all of one dtype, one after the other.
    - "gated": projects embeddings of the widths `dims` to `tanh` features, and sums these, each
      times a gate in (0, 1) for every feature, which all embeddings together decide. Computed in
      the dtype of the parameters, float32.

    Source: "gated" is Arevalo et al. 2017, Gated Multimodal Units for Information Fusion,
    figure 2a.

    Args:
        config: the configuration.
        mode: how the embeddings are fused.
        dims: widths of the embeddings, for "gated" alone.
        features: width of what comes out of "gated"; None takes that of the first embedding.
        rngs: random number generators that initialise "gated"; the weights do not start at random.
        name: a name for error messages.

    Attributes:
        fusion_weights: one number an input field, of a weighted sum.
        gates: the projections and gates of "gated".

    Raises:
        ConfigError: there is more than one output field, an option is not as above, or the config
            says `stochastic=True`: nothing is random.
        RandomnessError: `rngs` lack what "gated" needs.
        ContractError: in a call, an embedding is not a vector of floats, or its width or dtype is
            not as above.
    """

    def __init__(
        self,
        config: CrossModalOperatorConfig,
        *,
        mode: FusionMode = "weighted_sum",
        dims: Sequence[int] | None = None,
        features: int | None = None,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        counts = field_count_problems(config, inputs=(), outputs=(1,))
        options = _option_problems(mode, dims, features, len(config.input_fields))
        refuse("FusionOperator", [*randomness_problems(config), *counts, *options])
        self.mode: FusionMode = nnx.static(mode)
        if mode == "weighted_sum":
            self.fusion_weights: nnx.Param[Array] = nnx.Param(jnp.ones(len(config.input_fields)))
        if mode == "gated" and dims is not None:
            self.gates: Gates = Gates("FusionOperator", dims, features or dims[0], rngs=rngs)

    def transform(self, *embeddings: Float[Array, "_"]) -> Float[Array, "_"]:
        """Return what the embeddings become together."""
        if self.mode == "gated":
            self._check_widths(embeddings, self.gates.dims, "in dims")
            return self.gates(embeddings)
        first = embeddings[0]
        expected = [f"{first.dtype}, as the first one"] * len(embeddings)
        self._refuse(embeddings, expected, [value.dtype == first.dtype for value in embeddings])
        if self.mode == "concat":
            return jnp.concatenate(embeddings)
        self._check_widths(embeddings, [first.shape[0]] * len(embeddings), "the first one")
        stacked = jnp.stack(embeddings)
        if self.mode == "sum":
            return jnp.sum(stacked, axis=0)
        weights = self.fusion_weights[...].astype(stacked.dtype)
        return jnp.sum(weights[:, None] * stacked, axis=0)

    def _check_widths(
        self, embeddings: Sequence[Array], widths: Sequence[int], source: str
    ) -> None:
        expected = [f"a width of {width}, as {source}" for width in widths]
        pairs = zip(embeddings, widths, strict=True)
        self._refuse(embeddings, expected, [value.shape[0] == width for value, width in pairs])

    def _refuse(
        self, embeddings: Sequence[Array], expected: Sequence[str], fits: Sequence[bool]
    ) -> None:
        problems = [
            Problem(f'data["{key}"]', wanted, describe_value(value))
            for key, value, wanted, fit in zip(
                self.config.input_fields, embeddings, expected, fits, strict=True
            )
            if not fit
        ]
        if problems:
            title = f"{self.label} cannot fuse the embeddings:"
            raise ContractError(listing(title, problems), tuple(problems))


def _option_problems(
    mode: FusionMode, dims: Sequence[int] | None, features: int | None, count: int
) -> list[Problem]:
    problems = option_problems(
        {
            "mode": (mode, FusionMode),
            "dims": (dims, Sequence[AtLeastOne] | None),
            "features": (features, AtLeastOne | None),
        }
    )
    if mode == "gated":
        if dims is None or (not problems and len(dims) != count):
            problems.append(Problem("dims", f"{count} widths, one an input field", repr(dims)))
        return problems
    given = {"dims": dims, "features": features}
    unused = [key for key, value in given.items() if value is not None]
    return problems or [
        Problem(key, f"None, since mode={mode!r}", repr(given[key])) for key in unused
    ]


__all__ = ["FusionMode", "FusionOperator"]
