"""Operators that break one law each, and one that keeps them all."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.contracts import contracts_off
from datarax_typed.core.domain import DomainConstraint, within
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.operator import OperatorModule
from datarax_typed.protocols import Metadata, PyTree, State, Statistics

CONFIG = ModalityOperatorConfig(field_key="x")
RANDOM = ModalityOperatorConfig(field_key="x", stochastic=True, stream_name="augment")
SPEC = {"x": "f32[n]"}


class Scaled(ModalityOperator):
    """Keeps every law: multiplies by a learned number."""

    def __init__(
        self,
        config: ModalityOperatorConfig = CONFIG,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.scale = nnx.Param(jnp.float32(2))

    @classmethod
    def made(cls) -> Self:
        """Make one, as the command line asks for."""
        return cls()

    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        return self.scale[...] * x


class Shaken(ModalityOperator):
    """Keeps every law: adds noise to each record."""

    def __init__(
        self,
        config: ModalityOperatorConfig = RANDOM,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs or nnx.Rngs(augment=0), name=name)

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, "n"]:
        return jax.random.normal(key, element_shapes["x"])

    def transform(
        self, x: Float[Array, "n"], random_params: Float[Array, "n"]
    ) -> Float[Array, "n"]:
        return x + random_params


class OddReset(Scaled):
    def reset_statistics(self, hard: bool) -> None:  # type: ignore[override]  # that is wrong with it
        super().reset_statistics()


class Unannotated(Scaled):
    def transform(self, x: Array) -> Array:
        return self.scale[...] * x


class Unchecked(Scaled):
    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        with contracts_off():
            return super().apply(data, state, metadata, random_params, stats)


class Forgiving(Scaled):
    """Does without its field."""

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        data = data if "x" in data else {**data, "x": jnp.zeros(1)}
        return super().apply(data, state, metadata, random_params, stats)


class WritingIntoItsInput(Scaled):
    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        result = super().apply(dict(data), state, metadata, random_params, stats)
        data["x"] = result[0]["x"]
        return result


class Wavering(Scaled):
    """Gives another result after the first call outside a trace."""

    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        result = self.scale[...] * x
        if isinstance(x, jax.core.Tracer):
            return result
        called = hasattr(self, "was_called")
        object.__setattr__(self, "was_called", True)
        return x if called else result


class Drawing(Shaken):
    """Moves its random stream on within `apply`, where JAX does not notice."""

    def transform(
        self, x: Float[Array, "n"], random_params: Float[Array, "n"]
    ) -> Float[Array, "n"]:
        if not isinstance(x, jax.core.Tracer):
            assert self.rngs is not None
            self.rngs.augment()
        return x + random_params


class OtherInScan(Scaled):
    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        scanned = self.config.batch_strategy == "scan"
        return self.scale[...] * x + (1 if scanned else 0)


class OtherInTraces(Scaled):
    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        return self.scale[...] * x + (1 if isinstance(x, jax.core.Tracer) else 0)


class FixedKey(Shaken):
    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, "n"]:
        return jax.random.normal(jax.random.key(0), element_shapes["x"])


class OneKeyABatch(ModalityOperator):
    def __init__(
        self,
        config: ModalityOperatorConfig = RANDOM,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs or nnx.Rngs(augment=0), name=name)

    def generate_random_params(self, rng: Array, data_shapes: PyTree) -> Array:
        return jax.random.normal(rng, data_shapes["x"])

    def transform(
        self, x: Float[Array, "n"], random_params: Float[Array, "n"]
    ) -> Float[Array, "n"]:
        return x + random_params


class CountingPadding(Scaled):
    """Takes the mean of all rows, padding too."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        result = self._vmap_apply(batch, stats)
        x = result.data["x"]
        return result.replace(data={**result.data, "x": x - x.mean(0, keepdims=True)})


class Positional(Scaled):
    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        result = self._vmap_apply(batch, stats)
        row = jnp.arange(len(batch), dtype=jnp.float32)[:, None]
        return result.replace(data={**result.data, "x": result.data["x"] + row})


class Ageing(Scaled):
    """Depends on how often it was called."""

    def __init__(
        self,
        config: ModalityOperatorConfig = CONFIG,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.calls = nnx.Variable(jnp.float32(0))

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        result = self._vmap_apply(batch, stats)
        self.calls[...] += 1
        return result.replace(data={**result.data, "x": result.data["x"] + self.calls[...]})


class Lying(Scaled):
    def output_spec(self, input_spec: PyTree) -> PyTree:
        return {"x": jax.ShapeDtypeStruct((7,), jnp.float32)}


class LyingInSymbols(Scaled):
    def output_spec(self, input_spec: PyTree) -> PyTree:
        spec = super().output_spec(input_spec)["x"]
        longer = (
            0
            if isinstance(spec.shape[0], int)
            else spec.shape[0] * spec.shape[0] // 5 - spec.shape[0]
        )
        return {"x": jax.ShapeDtypeStruct((spec.shape[0] + longer,), spec.dtype)}


class OutOfDomain(Scaled):
    domain: ClassVar[tuple[DomainConstraint, ...]] = (within(0, 1, "the share"),)


class Unlearnable(Scaled):
    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        return jax.lax.stop_gradient(self.scale[...]) * x


class Infinite(Scaled):
    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        return jnp.sqrt(self.scale[...] - 2) * x


@jax.custom_vjp
def _product(scale: Array, x: Array) -> Array:
    return scale * x


_product.defvjp(
    lambda scale, x: (scale * x, (scale, x)),
    lambda kept, g: (2 * jnp.sum(g * kept[1]), kept[0] * g),
)


class TwiceTheGradient(Scaled):
    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        return _product(self.scale[...], x)


class CountingTwice(Scaled):
    def get_operation_stats(self) -> dict[str, int]:
        return {name: 2 * count for name, count in super().get_operation_stats().items()}


class Sharing(Scaled):
    """Its clones have its own parameter."""

    def clone(self) -> Self:
        new = super().clone()
        new.scale = self.scale
        return new


class Forgetful(Scaled):
    """Checks a state, and leaves its parameter out."""

    def set_state(self, state: State) -> None:
        scale = self.scale[...]
        super().set_state(state)
        self.scale[...] = scale


class Swallowing(Scaled):
    def set_state(self, state: State) -> None:
        with contextlib.suppress(TypeError, ValueError):
            super().set_state(state)


class HalfRestoring(Scaled):
    def set_state(self, state: State) -> None:
        given: object = state
        if isinstance(given, dict) and getattr(given.get("scale"), "shape", None) == ():
            self.scale[...] = jnp.asarray(given["scale"], jnp.float32)
        super().set_state(state)


class Retracing(Scaled):
    def __call__(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        result: Batch = nnx.jit(lambda op, given: op.apply_batch(given))(self, batch)
        return result


class CallingTheHost(Scaled):
    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
        shifted = jax.pure_callback(
            _shifted, shape, jax.lax.stop_gradient(x), vmap_method="expand_dims"
        )
        changed: Array = self.scale[...] * x + shifted
        return changed


def _shifted(x: Any) -> Any:  # what JAX hands over
    return np.asarray(x) + np.float32(1)


class Bringing(Scaled):
    """Brings a number of the host to every call."""

    def __call__(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        zero = jnp.asarray(np.zeros(batch.data["x"].shape, np.float32))
        return super().__call__(batch.replace(data={"x": batch.data["x"] + zero}), stats)


class Printing(Scaled):
    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        jax.debug.print("{}", x)
        return self.scale[...] * x


class Reading(Scaled):
    """Looks at a value on the host."""

    def __call__(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return super().__call__(batch, stats) if float(batch.data["x"].max()) < 9 else batch


class Reversed(Scaled):
    """Gives every parameter the gradient of another."""

    def __init__(
        self,
        config: ModalityOperatorConfig = CONFIG,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.scale = nnx.Param(jnp.ones(4))

    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        return x + _reversed(self.scale[...]) @ jnp.arange(4, dtype=x.dtype)


@jax.custom_vjp
def _reversed(scale: Array) -> Array:
    return scale


_reversed.defvjp(lambda scale: (scale, None), lambda _, g: (g[::-1],))


class ForgettingVariables(Scaled):
    """Its state leaves out what changes its result."""

    def __init__(
        self,
        config: ModalityOperatorConfig = CONFIG,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.shift = nnx.Variable(jnp.float32(1))

    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        return self.scale[...] * x + self.shift[...]

    def get_state(self) -> State:
        return {name: part for name, part in super().get_state().items() if name != "shift"}

    def set_state(self, state: State) -> None:
        super().set_state({**state, "shift": self.shift[...]})


class Anonymous(Scaled):
    """Gives rows other positions."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return super().apply_batch(batch, stats).replace(index=jnp.arange(len(batch)))


class Reviving(Scaled):
    """Makes padding valid."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        result = super().apply_batch(batch, stats)
        return result.replace(valid_mask=jnp.ones(len(batch), bool))


class Marking(Scaled):
    """Writes into the metadata that it is given."""

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        if metadata is not None:
            metadata["seen"] = jnp.int32(1)
        return super().apply(data, state, metadata, random_params, stats)


@dataclass(frozen=True)
class Broken:
    """An operator, and the law that it breaks.

    Attributes:
        law: the only law that it breaks.
        make: makes it.
        says: what the counterexample says.
    """

    law: str
    make: Callable[[], OperatorModule[Any]]  # of any config
    says: str
