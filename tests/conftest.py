"""Strict numerics and reproducible properties for every test."""

import jax
from hypothesis import HealthCheck, settings

# A promotion of dtypes or ranks that nobody asked for is a mistake.
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

# Most of the time goes into compiling programs that run once.
jax.config.update("jax_disable_most_optimizations", True)

settings.register_profile(
    "library",
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("library")
