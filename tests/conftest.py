"""Strict numerics and reproducible properties for every test."""

import os
from importlib.metadata import version
from pathlib import Path

import jax
import pytest
from hypothesis import HealthCheck, settings

# A promotion of dtypes or ranks that nobody asked for is a mistake.
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

# Most of the time goes into compiling programs that run once: a quarter of it into making them
# fast. XLA reads its flags, which change from version to version, with the first program.
_OLD = tuple(map(int, version("jaxlib").split(".")[:2])) < (0, 11)
_FLAG = "use_fusion_emitters=false" if _OLD else "opt_preset=CPU_OPT_PRESET_FAST_COMPILE"
os.environ.setdefault("XLA_FLAGS", f"--xla_cpu_{_FLAG}")
jax.config.update("jax_disable_most_optimizations", True)

settings.register_profile(
    "library",
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("library")


@pytest.fixture(scope="session")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for all runs of mypy that have the options of `typecheck_mypy.configuration`."""
    return tmp_path_factory.mktemp("mypy-cache")
