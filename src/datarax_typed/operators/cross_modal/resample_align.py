"""A series brought to the time steps of another one."""

from typing import TypeAlias

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Shaped

from datarax_typed.core.cross_modal import CrossModalOperator, CrossModalOperatorConfig
from datarax_typed.core.describe import describe_value
from datarax_typed.core.options import option_problems, randomness_problems
from datarax_typed.errors import ContractError, Problem, listing, refuse
from datarax_typed.operators.cross_modal.requirements import field_count_problems
from datarax_typed.protocols import PyTree

Resampled: TypeAlias = Float[Array, "n *dims"]


class ResampleAlignOperator(CrossModalOperator):
    """Interpolates a series at the time steps of another one, which spans the same time.

    Input fields: the series `m ...` of floats, and the reference `n ...` of any dtype, of which
    only the number of steps counts. One output field: the series `n ...`, in its own dtype. Values
    between two steps lie on a line between them; before the middle of the first step and behind
    that of the last, they are those steps' own. Going to fewer steps takes values, not means.

    Steps are stretches of time of equal length, with their values in the middle; with
    `align_corners` they are points in time, of which the first and the last are those of the
    reference. Places are computed in single precision: of series of more than 10^5 steps they are
    off by a hundredth of a step.

    Source: linear interpolation as by `torch.nn.functional.interpolate`, whose option
    `align_corners` is; `jax.image.resize` without antialiasing, and `numpy.interp`.

    Args:
        config: the configuration.
        align_corners: whether the first and the last values stay where they are.
        rngs: not used.
        name: a name for error messages.

    Raises:
        ConfigError: `align_corners` or the numbers of fields are not as above, or the config says
            `stochastic=True`: nothing is random.
        ContractError: in a call, the series has no axis or is not of floats, it has no step, or the
            reference has no axis.
    """

    def __init__(
        self,
        config: CrossModalOperatorConfig,
        *,
        align_corners: bool = False,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        problems = [
            *randomness_problems(config),
            *field_count_problems(config, inputs=(2,), outputs=(1,)),
            *option_problems({"align_corners": (align_corners, bool)}),
        ]
        refuse("ResampleAlignOperator", problems)
        self.align_corners: bool = nnx.static(align_corners)

    def transform(
        self, series: Float[Array, "m *dims"], reference: Shaped[Array, "n *others"]
    ) -> Resampled:
        """Return the series at the reference's steps."""
        self._check_steps(series)
        last = jnp.asarray(series.shape[0], jnp.int32) - 1
        places = self._places(series.shape[0], reference.shape[0])
        before = jnp.clip(jnp.floor(places).astype(jnp.int32), 0, last)
        behind = jnp.minimum(before + 1, last)
        share = jnp.clip(places - before.astype(places.dtype), 0.0, 1.0).astype(series.dtype)
        share = jnp.expand_dims(share, tuple(range(1, series.ndim)))
        left, right = series[before], series[behind]
        return left + share * (right - left)

    def _places(self, given: int, wanted: int) -> Float[Array, " n"]:
        """Return where in the series each step of the reference is."""
        steps = jnp.arange(wanted, dtype=jnp.float32)
        old, new = (jnp.asarray(size, jnp.float32) for size in (given, wanted))
        if self.align_corners:
            return steps * ((old - 1) / jnp.maximum(new - 1, 1))
        return (steps + 0.5) * (old / new) - 0.5

    def _check_steps(self, series: Float[Array, "m *dims"]) -> None:
        # A symbol stands for any size: those that come are checked.
        size: PyTree = series.shape[0]
        if isinstance(size, int) and size == 0:
            where = f'data["{self.config.input_fields[0]}"]'
            problem = Problem(where, "at least one step", describe_value(series))
            title = f"{self.label} cannot interpolate the series:"
            raise ContractError(listing(title, [problem]), (problem,))


__all__ = ["ResampleAlignOperator"]
