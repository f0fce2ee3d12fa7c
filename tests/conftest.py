"""Strict numerics and reproducible properties for every test; which tests a run leaves out."""

import gc
import os
from importlib.metadata import version
from pathlib import Path

import jax
import pytest
from hypothesis import HealthCheck, settings

from tests.shares import MARKER, VARIABLE, left_out

# A promotion of dtypes or ranks that nobody asked for is a mistake.
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

# Most of the time goes into compiling programs that run once: a quarter of it into making them
# fast. XLA reads its flags, which change from version to version, with the first program.
_OLD = tuple(map(int, version("jaxlib").split(".")[:2])) < (0, 11)
_FLAGS = (
    "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"
    if _OLD
    else "--xla_cpu_opt_preset=CPU_OPT_PRESET_FAST_COMPILE"
)
os.environ.setdefault("XLA_FLAGS", _FLAGS)
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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what other runs have the share of, if this one is said to have only one."""
    share = os.environ.get(VARIABLE)
    if share is None:
        return
    # A module that is marked as a whole is run as a whole: its tests have something in common.
    nodes = [next(item.iter_markers_with_node(MARKER), (None, None))[0] for item in items]
    others = left_out([node for node in nodes if node is not None], share)
    parted = list(zip(items, nodes, strict=True))
    config.hook.pytest_deselected(items=[item for item, node in parted if node in others])
    items[:] = [item for item, node in parted if node not in others]


def pytest_collection_finish() -> None:
    """Collect garbage seldom: it takes a seventh of the time, most of it in what JAX does then."""
    # What is there now, stays.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
