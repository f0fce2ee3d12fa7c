"""A window of a time series."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

import jax
import jax.numpy as jnp
from annotated_types import Interval
from jaxtyping import Array, Int, Key, Shaped

from datarax_typed.core.describe import describe_value
from datarax_typed.core.fields import get_field
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.protocols import PyTree, Statistics


@dataclass(frozen=True)
class WindowSliceOperatorConfig(ModalityOperatorConfig):
    """Configuration of `WindowSliceOperator`.

    Attributes:
        size: how many steps the window has.
    """

    size: Annotated[int, Interval(ge=1, le=2**31 - 1)] = field(kw_only=True)


class WindowSliceOperator(ModalityOperator[WindowSliceOperatorConfig]):
    """Cuts a window of `size` steps out of a series `time channels`, of any dtype.

    The window lies in the middle, the earlier one of two; if `stochastic=True`, anywhere, all
    places equally likely. The same window is cut out of auxiliary fields: arrays of any dtype whose
    leading axis is the series' time, such as a label for every step.

    Source: Le Guennec et al. 2016, Data Augmentation for Time Series Classification using
    Convolutional Neural Networks, "window slicing".

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the series is not `time channels`, or is shorter than the
            window, or the leading axis of an auxiliary field is not its time.
    """

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Int[Array, ""]:
        """Return the first step of a record's window."""
        time, *_ = get_field(element_shapes, self.config.field_key, self.label)
        self._check_length(time)
        return jax.random.randint(key, (), 0, time - self.config.size + 1)

    def transform(
        self, series: Shaped[Array, "time channels"], random_params: Int[Array, ""] | None = None
    ) -> Shaped[Array, "{self.config.size} channels"]:
        """Return the window."""
        self._check_length(series.shape[0])
        return self._window(series, random_params)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Shaped[Array, "time channels"],
        random_params: Int[Array, ""] | None = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return the same window of an auxiliary field; see `ModalityOperator`."""
        problems = [
            Problem(
                f'data["{key}"]{jax.tree_util.keystr(path)}',
                f"a leading axis of {value.shape[0]} as the series' time",
                describe_value(leaf),
                "leave it out of auxiliary_fields if it is not cut with the series",
            )
            for path, leaf in jax.tree_util.tree_leaves_with_path(auxiliary)
            if leaf.shape[:1] != value.shape[:1]
        ]
        self._refuse(problems)
        return jax.tree.map(lambda leaf: self._window(leaf, random_params), auxiliary)

    def _window(
        self, series: Shaped[Array, "time *rest"], first: Int[Array, ""] | None
    ) -> Shaped[Array, "size *rest"]:
        if first is None:
            first = jnp.asarray((series.shape[0] - self.config.size) // 2, jnp.int32)
        return series[first + jnp.arange(self.config.size, dtype=jnp.int32)]

    def _check_length(self, time: object) -> None:
        self._refuse(list(self._too_short(time)))

    def _too_short(self, time: object) -> Iterator[Problem]:
        # A symbol, which stands for every length, is no int.
        if isinstance(time, int) and time < self.config.size:
            where = f'data["{self.config.field_key}"]'
            expected = f"size={self.config.size} steps or more"
            yield Problem(where, expected, str(time), "pad it, or give a smaller size")

    def _refuse(self, problems: list[Problem]) -> None:
        if problems:
            title = f"{self.label} cannot cut the window:"
            raise ContractError(listing(title, problems), tuple(problems))


__all__ = ["WindowSliceOperator", "WindowSliceOperatorConfig"]
