"""DataraxModule: statistics, cache, counts, state and copies of every module."""

from collections.abc import Iterator
from typing import ClassVar, Generic, Self, cast, get_args

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from flax.errors import TraceContextError
from jaxtyping import Array, Bool
from typing_extensions import TypeVar, get_original_bases

from datarax_typed.core.cache import ResultCache, cache_of
from datarax_typed.core.checkpoint import (
    decode_statistics,
    decode_tree,
    encode_statistics,
    encode_tree,
)
from datarax_typed.core.config import DataraxModuleConfig, statistics_problems
from datarax_typed.core.construction import Construction, independent
from datarax_typed.core.counting import Count, grown, on_host
from datarax_typed.core.metadata import is_array
from datarax_typed.core.static import static_equal
from datarax_typed.errors import (
    CheckpointError,
    CheckpointTypeError,
    ConfigError,
    Problem,
    RandomnessError,
    StatisticsError,
    listing,
    quoted,
)
from datarax_typed.protocols import PyTree, State, Statistics

ConfigT_co = TypeVar(
    "ConfigT_co", covariant=True, bound=DataraxModuleConfig, default=DataraxModuleConfig
)


class StatisticsVariable(nnx.Variable[Statistics]):
    """Statistics in force, as state."""


_RANDOM_OR_STATISTICS = nnx.Any(nnx.RngState, StatisticsVariable)


class DataraxModule(nnx.Module, Generic[ConfigT_co]):
    """Base of all modules: an NNX module with a config, statistics, a cache and saved state.

    Implements `Checkpointable` and `StatisticsProvider`.

    Args:
        config: the configuration, already validated.
        rngs: random number generators.
        name: a name for error messages.

    Raises:
        ConfigError: the config is not of the class that the module declares.
    """

    # The config class: the argument of the generic base, the next base's where there is none.
    config_class: ClassVar[type[DataraxModuleConfig]] = DataraxModuleConfig
    _construction: Construction

    def __init_subclass__(cls, **kwargs: bool) -> None:
        super().__init_subclass__(**kwargs)
        for base in get_original_bases(cls):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, DataraxModuleConfig):
                    cls.config_class = argument

    def __new__(cls, *args: object, **kwargs: object) -> Self:  # noqa: D102  # see Construction
        self = super().__new__(cls)
        given = {key: v for key, v in kwargs.items() if key not in ("config", "rngs", "name")}
        rest = args if "config" in kwargs else args[1:]
        object.__setattr__(self, "_construction", Construction(rest, given, "rngs" in kwargs))
        return self

    def __init__(
        self, config: ConfigT_co, *, rngs: nnx.Rngs | None = None, name: str | None = None
    ) -> None:
        self._check_config(config)
        self.config: ConfigT_co = config
        self.rngs: nnx.Rngs | None = nnx.data(rngs)
        self.name: str | None = nnx.static(name)
        self._applied_count = Count(on_host(0))
        self._skipped_count = Count(on_host(0))
        self._statistics: StatisticsVariable | None = nnx.data(_stored(config.precomputed_stats))
        function = config.batch_stats_fn
        is_module = isinstance(function, nnx.Module)
        self._batch_stats_fn = nnx.data(function) if is_module else nnx.static(function)

    def _check_config(self, config: object) -> None:
        wanted = type(self).config_class
        if not isinstance(config, wanted):
            name = type(self).__name__
            problem = Problem("config", wanted.__name__, type(config).__name__)
            message = listing(f"{name} cannot be made:", [problem])
            raise ConfigError(message, (problem,))

    def get_operation_stats(self) -> dict[str, int]:
        """Return how many elements were applied and skipped; not for use while JAX traces."""
        return {
            "applied_count": int(self._applied_count[...]),
            "skipped_count": int(self._skipped_count[...]),
        }

    def reset_operation_stats(self) -> None:
        """Set both counts to zero."""
        self._applied_count.set_value(on_host(0))
        self._skipped_count.set_value(on_host(0))

    def _count(
        self, applied: Bool[Array, "batch"], skipped: Bool[Array, "batch"] | None = None
    ) -> None:
        try:
            self._applied_count.set_value(grown(self._applied_count.get_value(), applied))
            if skipped is not None:
                self._skipped_count.set_value(grown(self._skipped_count.get_value(), skipped))
        except TraceContextError:
            # The module is a constant of somebody else's trace: nothing can be carried out of it.
            return

    def compute_statistics(self, data: PyTree) -> Statistics | None:
        """Compute statistics with `batch_stats_fn`, put them in force and return them.

        Returns:
            The statistics, or None if no `batch_stats_fn` is configured.

        Raises:
            StatisticsError: the function returned something else than a dict of arrays.
        """
        if self._batch_stats_fn is None:
            return None
        self._store_statistics(self._batch_stats_fn(data), "batch_stats_fn")
        return self.get_statistics()

    def get_statistics(self) -> Statistics | None:
        """Return the statistics in force, or None."""
        if self._statistics is None:
            return None
        stats: Statistics = jax.tree.map(lambda leaf: leaf, self._statistics.get_value())
        return stats

    def set_statistics(self, stats: Statistics) -> None:
        """Put statistics in force, over precomputed and computed ones.

        Raises:
            StatisticsError: `stats` is not a dict of arrays and numbers; nothing has changed.
        """
        self._store_statistics(stats, "set_statistics")

    def reset_statistics(self) -> None:
        """Forget all statistics, precomputed ones too, until some are set or computed."""
        self._statistics = nnx.data(None)
        self.reset_cache()

    def _store_statistics(self, stats: object, source: str) -> None:
        stored = _stored(self._checked_statistics(stats, source))
        if self._statistics is None or stored is None:
            self._statistics = nnx.data(stored)
        else:
            # The same variable: the structure stays, and compiled calls go on as they were.
            self._statistics.set_value(stored.get_value())
        self.reset_cache()

    def _checked_statistics(self, stats: object, source: str) -> Statistics:
        problems = statistics_problems(stats, "stats")
        if not isinstance(stats, dict) or problems:
            wrong = problems or [Problem("stats", "a dict", type(stats).__name__)]
            title = f"{type(self).__name__}: {source} gives no statistics:"
            raise StatisticsError(listing(title, wrong))
        return stats

    def reset_cache(self) -> None:
        """Forget remembered results."""
        self._cache.clear()

    @property
    def _cache(self) -> ResultCache[PyTree]:
        return cache_of(self)

    def get_state(self) -> State:
        """Return everything that a restored module needs to go on as this one would.

        Returns:
            A nested dict of arrays and Python scalars, for Orbax, pickle, msgpack or npz.
        """
        # What the caller writes into a number of the host must not change the module.
        own = jax.tree.map(_own_number, self._variables())
        state = encode_tree(own)
        for path, module in self._modules():
            _subtree(state, path)["_statistics"] = encode_statistics(module.get_statistics())
        return state

    def set_state(self, state: State) -> None:
        """Take over a saved state.

        Raises:
            CheckpointTypeError: `state` is not a dict (a `TypeError`).
            CheckpointError: it does not fit; every mismatch is listed, and nothing has changed.
        """
        if not isinstance(state, dict):
            raise CheckpointTypeError(
                f"{type(self).__name__}: expected a state as get_state() gives it, a dict, "
                f"got {type(state).__name__}"
            )
        rest = _copied(state)
        problems: list[Problem] = []
        statistics = []
        for path, module in self._modules():
            where = "".join(f'["{key}"]' for key in (*path, "_statistics"))
            saved = _subtree(rest, path).pop("_statistics", None)
            statistics.append((module, decode_statistics(f"state{where}", saved, problems)))
        template = self._variables()
        decoded = decode_tree(template, rest, problems)
        if problems:
            title = f"{type(self).__name__}: the state does not fit, nothing was restored:"
            raise CheckpointError(listing(title, problems), tuple(problems))
        nnx.update(self, _filled(nnx.state(self, nnx.Not(StatisticsVariable)), decoded))
        for module, stats in statistics:
            module._statistics = nnx.data(_stored(stats))
            module.reset_cache()

    def _variables(self) -> PyTree:
        return nnx.to_pure_dict(nnx.state(self, nnx.Not(StatisticsVariable)))

    def _modules(self) -> Iterator[tuple[tuple[str, ...], "DataraxModule"]]:
        for path, module in nnx.iter_modules(self):
            if isinstance(module, DataraxModule):
                yield tuple(map(str, path)), module

    def clone(self) -> Self:
        """Return an independent module of the same state."""
        return nnx.clone(self)

    def copy(
        self,
        *,
        config: DataraxModuleConfig | None = None,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> Self:
        """Return an independent module with some things changed, and everything else kept.

        Parameters, statistics, counts, random state and further constructor arguments are kept. A
        variable whose shape or dtype follows from the new config is new; so are statistics where
        the new config brings others.

        Args:
            config: a new config; None keeps the current one.
            rngs: new random number generators; None keeps the current random state.
            name: a new name; None keeps the current one.
        """
        if config is None and rngs is None:
            new = self.clone()
        else:
            new = self._made_anew(self.config if config is None else config, rngs)
            new._take_over(self, keep_random_state=rngs is None)
        new.name = nnx.static(self.name if name is None else name)
        return new

    def _made_anew(self, config: DataraxModuleConfig, rngs: nnx.Rngs | None) -> Self:
        made = self._construction
        # Copies: the modules among the arguments are part of this one by now.
        args, kwargs = independent((made.args, made.kwargs))
        if rngs is not None or made.takes_rngs:
            kwargs["rngs"] = independent(self.rngs) if rngs is None else rngs
        # What is no config of this class is refused by the constructor.
        new = type(self)(cast(ConfigT_co, config), *args, **kwargs)
        if config.batch_stats_fn is self.config.batch_stats_fn:
            # A module in the config would be part of both.
            new._batch_stats_fn = independent(self._batch_stats_fn)
        return new

    def _take_over(self, other: Self, *, keep_random_state: bool) -> None:
        passed_over = StatisticsVariable if keep_random_state else _RANDOM_OR_STATISTICS
        old, new = (nnx.state(module, nnx.Not(passed_over)) for module in (other, self))
        kept = dict(jax.tree_util.tree_leaves_with_path(nnx.to_pure_dict(old)))
        if self.config.batch_stats_fn is not other.config.batch_stats_fn:
            kept = {path: leaf for path, leaf in kept.items() if path[0].key != "_batch_stats_fn"}

        def choose(path: tuple[object, ...], leaf: PyTree) -> PyTree:
            before = kept.get(path)
            return before if before is not None and _same_kind(before, leaf) else leaf

        chosen = jax.tree_util.tree_map_with_path(choose, nnx.to_pure_dict(new))
        nnx.update(self, _filled(new, chosen))
        brought = self.config.precomputed_stats
        if brought is None or static_equal(brought, other.config.precomputed_stats):
            self._statistics = nnx.data(_stored(other.get_statistics()))

    def requires_rng_streams(self) -> list[str] | None:
        """Return the names of the random streams that the module needs, or None."""
        return None

    def ensure_rng_streams(self, stream_names: list[str]) -> None:
        """Check that the random streams that the module needs are among the available ones.

        Raises:
            RandomnessError: one is not (a `ValueError`).
        """
        # As in `nnx.Rngs`, a default stream serves every name.
        served = [] if "default" in stream_names else self.requires_rng_streams() or []
        missing = [name for name in served if name not in stream_names]
        if missing:
            raise RandomnessError(
                f"{type(self).__name__}: expected the random stream {quoted(missing)}, "
                f"available: {quoted(stream_names)}; "
                f"give rngs=nnx.Rngs({', '.join(f'{name}=0' for name in missing)})"
            )


def _own_number(leaf: PyTree) -> PyTree:
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf


def _filled(state: PyTree, pure: PyTree) -> PyTree:
    """Return a state with other values: a variable's value may itself be a dict."""
    return jax.tree.unflatten(jax.tree.structure(state), jax.tree.leaves(pure))


def _stored(stats: Statistics | None) -> StatisticsVariable | None:
    if stats is None:
        return None
    return StatisticsVariable(jax.tree.map(_strong, stats, is_leaf=_is_list))


def _is_list(node: object) -> bool:
    return isinstance(node, list | tuple)


def _strong(leaf: PyTree) -> Array:
    if _is_list(leaf):
        leaf = np.asarray(leaf)
    # A number's weak type would not survive a checkpoint, and its change would be a retrace.
    return jnp.array(leaf, dtype=jnp.result_type(leaf))


def _same_kind(left: PyTree, right: PyTree) -> bool:
    if not (is_array(left) and is_array(right)):
        return type(left) is type(right)
    return bool(left.shape == right.shape and left.dtype == right.dtype)


def _subtree(state: State, path: tuple[str, ...]) -> State:
    for key in path:
        inner = state.setdefault(key, {})
        if not isinstance(inner, dict):
            return {}
        state = inner
    return state


def _copied(state: State) -> State:
    return {
        str(key): _copied(value) if isinstance(value, dict) else value
        for key, value in state.items()
    }


__all__ = ["ConfigT_co", "DataraxModule", "StatisticsVariable"]
