"""Statistics of one's own: a provider that inherits nothing, and modules that are providers."""

from typing import assert_type

import jax.numpy as jnp

from datarax_typed import (
    DataraxModule,
    DataraxModuleConfig,
    PyTree,
    Statistics,
    StatisticsProvider,
)


class Largest:
    """The largest value seen."""

    def __init__(self) -> None:
        self._stats: Statistics | None = None

    def compute_statistics(self, data: PyTree) -> Statistics | None:
        self._stats = {"max": jnp.max(data)}
        return self._stats

    def get_statistics(self) -> Statistics | None:
        return self._stats

    def set_statistics(self, stats: Statistics) -> None:
        self._stats = stats

    def reset_statistics(self) -> None:
        self._stats = None


def restarted(provider: StatisticsProvider) -> Statistics | None:
    provider.reset_statistics()
    return provider.get_statistics()


module = DataraxModule(DataraxModuleConfig(precomputed_stats={"mean": 0.5}))
providers: list[StatisticsProvider] = [Largest(), module]
assert_type([restarted(provider) for provider in providers], list[Statistics | None])
assert Largest().compute_statistics(jnp.arange(3)) is not None
