"""OperatorModule: a pure function of one element, applied to batches."""

import inspect
from typing import TYPE_CHECKING, Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Key
from typing_extensions import TypeVar

from datarax_typed.core.compiled import run_compiled
from datarax_typed.core.config import DataraxModuleConfig, OperatorConfig
from datarax_typed.core.contracts import current_stage, enforce
from datarax_typed.core.counting import Number, in_step, minus
from datarax_typed.core.describe import describe_value
from datarax_typed.core.element_batch import (
    Batch,
    batch_parts,
    known_rows,
    trusted_batch,
    trusted_copy,
)
from datarax_typed.core.guards import check_batch, finished_apply, guarded_apply_batch
from datarax_typed.core.metadata import join_metadata, split_metadata
from datarax_typed.core.module import DataraxModule
from datarax_typed.core.parted import taken_apart
from datarax_typed.core.randomness import batch_key, own_stream, record_keys
from datarax_typed.core.scanned import map_rows
from datarax_typed.core.specs import element_spec_after, first_row
from datarax_typed.core.tracing import is_tracing
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.protocols import Metadata, PyTree, Statistics

if TYPE_CHECKING:
    from collections.abc import Callable

OperatorConfigT_co = TypeVar(
    "OperatorConfigT_co", covariant=True, bound=OperatorConfig, default=OperatorConfig
)


class OperatorModule(DataraxModule[OperatorConfigT_co]):
    """Base of all operators: `op(batch)` transforms every element of a batch.

    A subclass writes `apply`, a pure function of one element, or a shape-annotated `transform`
    where its base (`ModalityOperator`, `CrossModalOperator`) reads and writes the fields. A
    stochastic one also writes `sample_params` (one key a record) or `generate_random_params` (one
    key a batch). Annotations of these methods, and of `apply_batch`, are enforced.

    Args:
        config: the configuration, already validated.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Raises:
        RandomnessError: stochastic, and `rngs` are missing or lack the stream (a `ValueError`).
        ContractError: at the definition of a subclass, if an annotation cannot be resolved.
    """

    config_class: ClassVar[type[DataraxModuleConfig]] = OperatorConfig

    if TYPE_CHECKING:
        # A subclass narrows the parameters as it likes, which a method would forbid. At run time
        # there is none: whether a class writes `transform` is looked up.
        transform: Callable[..., Any]

    _transform_wants: ClassVar[frozenset[str] | None] = None
    # Whether `apply_batch` itself counts, because it skips rows.
    _counts_rows: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: bool) -> None:
        super().__init_subclass__(**kwargs)
        enforce(cls, below=OperatorModule)
        if "apply" in cls.__dict__:
            cls.apply = finished_apply(cls.apply)  # type: ignore[method-assign]  # see guards
        if "apply_batch" in cls.__dict__:
            cls.apply_batch = guarded_apply_batch(cls.apply_batch)  # type: ignore[method-assign]  # see guards
        if "transform" in cls.__dict__:
            names = inspect.signature(cls.transform).parameters
            cls._transform_wants = frozenset(names) & {"random_params", "stats"}

    def __init__(
        self, config: OperatorConfigT_co, *, rngs: nnx.Rngs | None = None, name: str | None = None
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.stochastic: bool = nnx.static(config.stochastic)
        self.stream_name: str | None = nnx.static(config.stream_name)
        stream = None
        if config.stochastic and config.stream_name is not None:
            stream = own_stream(rngs, config.stream_name, type(self).__name__)
        self._stream: nnx.RngStream | None = nnx.data(stream)

    @property
    def label(self) -> str:
        """The operator's class, name and stage, for messages."""
        name = f" {self.name!r}" if self.name else ""
        stage = f" at {current_stage()}" if current_stage() else ""
        return f"{type(self).__name__}{name}{stage}"

    def __call__(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        """Transform a batch; outside a trace, compiled once per structure.

        Args:
            batch: the input; untouched.
            stats: statistics to use instead of the operator's own.

        Raises:
            BatchError, StatisticsError: `batch` or `stats` is something else.
            ContractError, FieldError, DomainError...: see the operator; nothing has changed then.
        """
        return self._call(batch, stats)

    def _call(self, batch: Batch, stats: Statistics | None, *, donates: bool = False) -> Batch:
        if is_tracing() or in_step():
            return self.apply_batch(batch, stats)
        check_batch(batch, self)
        if stats is not None:
            self._checked_statistics(stats, "a call")
        if self.config.cacheable and not self.stochastic and not donates:
            result = self._remembered(batch, stats)
        else:
            raises = self._raises_domain_errors
            result = run_compiled(self, batch, stats, raises, donates=donates)
        if not batch.metadata:
            return result
        _, host = split_metadata(batch.metadata)
        return _with_host(result, host) if host else result

    def _remembered(self, batch: Batch, stats: Statistics | None) -> Batch:
        known = taken_apart(self, self._raises_domain_errors)
        data, state, arrays, mask, index = batch_parts(batch)
        # The mask and the index of equal records are often made anew: they count by content.
        number = known_rows(batch)
        rows = (
            np.asarray(mask) if number is None else number,
            None if index is None else np.asarray(index),
        )
        inputs = (data, state, arrays, rows, stats)
        # Another structure is another `known`; counts change no result.
        lasting = (known, known.values(counts=False))
        found: tuple[Batch, list[Number]] | None = self._cache.get(lasting, inputs)
        if found is None:
            before = known.counts()
            result = run_compiled(self, batch, stats, self._raises_domain_errors)
            # Those of submodules too, for the next time.
            grown = list(map(minus, known.counts(), before))
            self._cache.put(lasting, inputs, (result, grown))
        else:
            result, grown = found
            known.add(grown)
        return _with_own_dicts(result)

    def _raises_domain_errors(self) -> bool:
        """Return whether a call has checks of values to raise."""
        return False

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Transform one element: pure, no random stream is touched.

        Args:
            data: the element's data, without a batch axis.
            state: the element's state.
            metadata: the arrays in the element's metadata.
            random_params: the element's random parameters; None if the operator is deterministic.
            stats: statistics in force.

        Returns:
            The new data, state and metadata.

        Raises:
            NotImplementedError: the subclass writes neither `apply` nor `transform`.
        """
        raise NotImplementedError(
            f"{self.label}: expected a subclass that writes apply() or transform(), got neither"
        )

    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        """Draw the random parameters of a batch from one key.

        An operator that writes `sample_params` has them from that, a key split off for each row.

        Args:
            rng: the key, fresh on every call.
            data_shapes: the shapes of the batch's data, as `{"image": (batch, h, w, c)}`.

        Returns:
            A PyTree whose leaves have the batch axis first; None from a deterministic operator.

        Raises:
            NotImplementedError: stochastic, and the subclass writes neither this nor
                `sample_params`.
        """
        if not self.stochastic:
            return None
        if self._samples_records():
            sizes, tree = jax.tree.flatten(data_shapes, is_leaf=_is_shape)
            shapes = jax.tree.unflatten(tree, [size[1:] for size in sizes])
            keys = jax.random.split(rng, sizes[0][0])
            return jax.vmap(lambda key: self.sample_params(key, shapes))(keys)
        raise NotImplementedError(
            f"{self.label}: expected a stochastic operator to write sample_params() or "
            "generate_random_params(), got neither"
        )

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> PyTree:
        """Draw the random parameters of one element from the record's own key.

        An operator that writes this draws the same for a record in whatever batch it comes.

        Args:
            key: folded from the operator's stream and the record's index.
            element_shapes: the shapes of the element's data, as `{"image": (h, w, c)}`.
        """
        raise NotImplementedError(f"{self.label} does not write sample_params()")

    @guarded_apply_batch
    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        """Transform a batch: draw random parameters, then `apply` for every element.

        Args:
            batch: the input; untouched.
            stats: statistics to use; None uses `get_statistics()`.
        """
        return self._vmap_apply(batch, self.get_statistics() if stats is None else stats)

    def _vmap_apply(self, batch: Batch, stats: Statistics | None) -> Batch:
        arrays, host = split_metadata(batch.metadata or {})
        elements = (batch.data, batch.state, None if batch.metadata is None else arrays)
        params = self._random_params(batch) if self.stochastic else None
        added: Metadata = {}

        def one(element: tuple[PyTree, PyTree, Metadata | None], params: PyTree) -> PyTree:
            data, state, metadata = self.apply(*element, params, stats)
            if metadata is None:
                return data, state, None
            kept, rest = split_metadata(metadata)
            # Neither text nor paths can leave a compiled loop, but they are the same for all.
            added.update(rest)
            return data, state, kept

        if self.config.batch_strategy == "scan":
            data, state, metadata = map_rows(one, elements, params)
        else:
            data, state, metadata = jax.vmap(one)(elements, params)
        if metadata is not None or host:
            metadata = join_metadata(metadata or {}, join_metadata(added, host))
        return batch.replace(data=data, state=state, metadata=metadata)

    def _random_params(self, batch: Batch) -> PyTree:
        assert self._stream is not None
        size = batch.valid_mask.shape[0]
        if self._samples_records():
            shapes = jax.tree.map(lambda leaf: leaf.shape[1:], batch.data)
            keys = record_keys(self._stream, batch.index, size, self.label)
            return jax.vmap(lambda key: self.sample_params(key, shapes))(keys)
        shapes = jax.tree.map(jnp.shape, batch.data)
        params = self.generate_random_params(batch_key(self._stream, self.label), shapes)
        self._check_batch_axis(params, size)
        return params

    def _check_batch_axis(self, params: PyTree, size: int) -> None:
        problems = [
            Problem(
                f"return value{jax.tree_util.keystr(path)}",
                f"{size} on the leading axis, one an element",
                describe_value(leaf),
            )
            for path, leaf in jax.tree_util.tree_leaves_with_path(params)
            if jnp.shape(leaf)[:1] != (size,)
        ]
        if problems:
            title = f"{self.label}.generate_random_params does not fit the batch:"
            raise ContractError(listing(title, problems), tuple(problems))

    @classmethod
    def _samples_records(cls) -> bool:
        # Of a class and its bases, the first that writes either way decides.
        for base in cls.__mro__[: cls.__mro__.index(OperatorModule)]:
            if "sample_params" in base.__dict__:
                return True
            if "generate_random_params" in base.__dict__:
                return False
        return False

    @classmethod
    def _writes_apply(cls) -> bool:
        return cls.apply is not OperatorModule.apply

    def _finish(self, before: PyTree, after: PyTree) -> PyTree:
        """Bring the data that `apply` returned to what the config promises."""
        return after

    def _check_input(self, batch: Batch) -> None:
        """Check a batch that goes in."""

    def _finish_batch(self, before: Batch, after: Batch) -> Batch:
        """Bring a batch that comes out to what the config promises."""
        return after

    def output_spec(self, input_spec: PyTree) -> PyTree:
        """Return the spec of an element that comes out, derived by tracing the operator.

        Args:
            input_spec: a PyTree of `jax.ShapeDtypeStruct`, one element's data; sizes may be
                symbols of `jax.export.symbolic_shape`.

        Returns:
            A PyTree of `jax.ShapeDtypeStruct`; the input spec itself where there is no `apply`.
        """
        return self._specs(input_spec, {})[0]

    def get_output_structure(
        self, sample_data: PyTree, sample_state: PyTree
    ) -> tuple[PyTree, PyTree]:
        """Return the structure of data and state that come out, with None for leaves.

        Args:
            sample_data: one element's data, arrays or specs.
            sample_state: one element's state.
        """
        data, state = self._specs(sample_data, sample_state)
        return jax.tree.map(lambda _: None, data), jax.tree.map(lambda _: None, state)

    def _specs(
        self, data: PyTree, state: PyTree, stats: Statistics | None = None
    ) -> tuple[PyTree, PyTree]:
        if type(self).apply_batch is not OperatorModule.apply_batch:
            return self._batch_specs(data, state, stats)
        if not self._writes_apply():
            return data, state

        used = self.get_statistics() if stats is None else stats

        def trace(data: PyTree, state: PyTree) -> tuple[PyTree, PyTree]:
            params = self._sample_once(data) if self.stochastic else None
            return self.apply(data, state, None, params, used)[:2]

        specs: tuple[PyTree, PyTree] = jax.eval_shape(trace, data, state)
        return specs

    def _sample_once(self, data: PyTree) -> PyTree:
        key = jax.random.key(0)
        if self._samples_records():
            return self.sample_params(key, jax.tree.map(jnp.shape, data))
        shapes = jax.tree.map(lambda leaf: (1, *jnp.shape(leaf)), data)
        return first_row(self.generate_random_params(key, shapes))

    def _batch_specs(
        self, data: PyTree, state: PyTree, stats: Statistics | None
    ) -> tuple[PyTree, PyTree]:
        def trace(batch: Batch) -> tuple[PyTree, PyTree]:
            # A clone made within the trace may move its random state on.
            result = self.clone().apply_batch(batch, stats)
            return result.data, result.state

        specs: tuple[PyTree, PyTree] = element_spec_after(trace, data, state)
        return specs

    def requires_rng_streams(self) -> list[str] | None:
        """Return the name of the operator's stream in a list, or None if it is deterministic."""
        return [self.stream_name] if self.stochastic and self.stream_name else None


def _with_host(batch: Batch, host: Metadata) -> Batch:
    return trusted_copy(batch, metadata=join_metadata(batch.metadata or {}, host))


def _with_own_dicts(batch: Batch) -> Batch:
    # What the caller writes into the dicts of a result must not come back.
    parts = (batch.data, batch.state, batch.metadata, batch.valid_mask, batch.index)
    return trusted_batch(jax.tree.map(lambda leaf: leaf, parts), batch)


def _is_shape(node: object) -> bool:
    return isinstance(node, tuple)
