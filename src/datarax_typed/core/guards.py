"""What happens around every `apply` and `apply_batch`, whoever writes them."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar, cast

import jax
from flax import nnx

from datarax_typed.core.batch_parts import path_text
from datarax_typed.core.counting import left_to_host, uncounted_on_error
from datarax_typed.core.describe import describe_value
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.metadata import is_array, split_metadata
from datarax_typed.core.tracing import is_tracing
from datarax_typed.errors import BatchError, OutputError, Problem, listing
from datarax_typed.protocols import PyTree, Statistics

if TYPE_CHECKING:
    from datarax_typed.core.operator import OperatorModule

# Methods of subclasses, which may name and order their parameters as Python allows.
ApplyT = TypeVar("ApplyT", bound=Callable[..., Any])
ApplyBatchT = TypeVar("ApplyBatchT", bound=Callable[..., Batch])

_RUNNING: ContextVar["OperatorModule[Any] | None"] = ContextVar("running", default=None)


def finished_apply(apply: ApplyT) -> ApplyT:
    """Wrap an `apply` so that what it returns is brought to what the config promises."""

    @functools.wraps(apply)
    def finished(
        self: "OperatorModule[Any]", data: PyTree, *args: PyTree, **kwargs: PyTree
    ) -> tuple[PyTree, PyTree, PyTree]:
        result = apply(self, data, *args, **kwargs)
        if not isinstance(result, tuple) or len(result) != 3:
            size = f" of {len(result)}" if isinstance(result, tuple) else ""
            raise OutputError(
                f"{self.label}.apply: expected a tuple (data, state, metadata), "
                f"got {type(result).__name__}{size}"
            )
        if problems := list(_problems(*result)):
            title = f"{self.label}.apply returns what cannot be batched:"
            raise OutputError(listing(title, problems), tuple(problems))
        return self._finish(data, result[0]), result[1], result[2]

    return cast(ApplyT, finished)


def _problems(data: PyTree, state: PyTree, metadata: object) -> Iterator[Problem]:
    for path, leaf in jax.tree_util.tree_leaves_with_path({"data": data, "state": state}):
        if not is_array(leaf) and not isinstance(leaf, bool | int | float | complex):
            yield Problem(path_text(path), "an array", describe_value(leaf))
    if metadata is not None and not isinstance(metadata, dict):
        yield Problem("metadata", "a dict or None", describe_value(metadata))
    elif metadata:
        _, host = split_metadata(metadata)
        for path, leaf in jax.tree_util.tree_leaves_with_path({"metadata": host}):
            if isinstance(leaf, jax.core.Tracer):
                mend = "give arrays a key of their own"
                yield Problem(path_text(path), "no array among values that are none", "one", mend)


def guarded_apply_batch(apply_batch: ApplyBatchT) -> ApplyBatchT:
    """Wrap an `apply_batch` so that its batches are checked and its elements counted.

    Outside a trace an error leaves the operator's state as it was.
    """

    @functools.wraps(apply_batch)
    def guarded(
        self: "OperatorModule[Any]", batch: Batch, stats: Statistics | None = None
    ) -> Batch:
        if _RUNNING.get() is self:
            # A subclass's method that calls super(): checked and counted once.
            return apply_batch(self, batch, stats)
        check_batch(batch, self)
        self._check_input(batch)
        with _running(self), _undone_on_error(self):
            result = apply_batch(self, batch, stats)
            if not isinstance(result, Batch):
                raise OutputError(
                    f"{self.label}.apply_batch: expected a Batch, got {type(result).__name__}"
                )
            result = self._finish_batch(batch, result)
            if not self._counts_rows and not left_to_host(self._applied_count, batch.valid_mask):
                self._count(batch.valid_mask)
        return result

    return cast(ApplyBatchT, guarded)


def check_batch(batch: object, asker: "OperatorModule[Any] | str") -> None:
    """Check that a value is a batch.

    Raises:
        BatchError: it is not.
    """
    if not isinstance(batch, Batch):
        asker = asker if isinstance(asker, str) else asker.label
        mend = "Batch.stack([element])" if type(batch).__name__ == "Element" else "Batch(data)"
        raise BatchError(f"{asker}: expected a Batch, got {type(batch).__name__}; give {mend}")


@contextmanager
def _running(operator: "OperatorModule[Any]") -> Iterator[None]:
    token = _RUNNING.set(operator)
    try:
        yield
    finally:
        _RUNNING.reset(token)


@contextmanager
def _undone_on_error(operator: "OperatorModule[Any]") -> Iterator[None]:
    if is_tracing():
        # What a failed trace has changed is thrown away with the trace.
        with uncounted_on_error():
            yield
        return
    before = jax.tree.map(lambda leaf: leaf, nnx.state(operator))
    try:
        yield
    except BaseException:
        nnx.update(operator, before)
        raise


__all__ = ["check_batch", "finished_apply", "guarded_apply_batch"]
