"""Random numbers of an operator: its own stream, one key a batch or one key a record."""

import jax
import jax.numpy as jnp
from flax import nnx
from flax.errors import TraceContextError
from jaxtyping import Array, Int, Key

from datarax_typed.core.describe import describe_value
from datarax_typed.errors import RandomnessError, nearest, quoted


def own_stream(rngs: object, name: str, operator: str) -> nnx.RngStream:
    """Return a stream for one operator alone, forked from a stream of `rngs`.

    Two operators made from the same `rngs` never draw the same numbers, and drawing from one never
    moves another.

    Raises:
        RandomnessError: there are no `rngs`, or they have neither the stream nor a default.
    """
    call = f"rngs=nnx.Rngs({name}=0)"
    if not isinstance(rngs, nnx.Rngs):
        raise RandomnessError(
            f"{operator}: expected rngs, since its config says stochastic=True, "
            f"got {describe_value(rngs)}; give {call}"
        )
    available = [key for key, value in vars(rngs).items() if isinstance(value, nnx.RngStream)]
    if name not in available and "default" not in available:
        raise RandomnessError(
            f"{operator}: expected the random stream {name!r}, available: {quoted(available)}; "
            f"{nearest(str(name), available) or f'give {call}'}"
        )
    stream: nnx.RngStream = rngs[name].fork()
    return stream


def batch_key(stream: nnx.RngStream, operator: str) -> Key[Array, ""]:
    """Return a fresh key, and move the stream on.

    Raises:
        RandomnessError: within a transformation that would draw the same numbers on every call.
    """
    try:
        return stream()
    except TraceContextError:
        raise RandomnessError(
            f"{operator}: expected a call that moves the random stream on, got one within a JAX "
            "transformation that closes over the operator, and would draw the same numbers every "
            "time; call operator(batch) itself, which is compiled, or give the operator as an "
            "argument: nnx.jit(lambda operator, batch: operator(batch))(operator, batch)"
        ) from None


def record_keys(
    stream: nnx.RngStream, index: Int[Array, " batch"] | None, size: int, operator: str
) -> Key[Array, " batch"]:
    """Return one key a record.

    With an index, a record's key depends on the stream's seed and its index alone: not on batch
    size, order, padding or how often the operator was called. Without one, on the call and the row.
    """
    if index is None:
        return jax.vmap(jax.random.fold_in, (None, 0))(
            batch_key(stream, operator), jnp.arange(size, dtype=jnp.uint32)
        )
    return jax.vmap(jax.random.fold_in, (None, 0))(stream.key[...], index)


def parameter_rngs(owner: str, rngs: nnx.Rngs | None) -> nnx.Rngs:
    """Return generators that can initialise parameters.

    Raises:
        RandomnessError: there are none, or they have neither a stream "params" nor a default one.
    """
    if rngs is None or not ("params" in rngs or "default" in rngs):
        actual = "None" if rngs is None else "none of that name, and no default stream"
        raise RandomnessError(
            f"{owner}: expected the random stream 'params' to initialise its parameters, "
            f"got {actual}; give rngs=nnx.Rngs(0)"
        )
    return rngs


__all__ = ["batch_key", "own_stream", "parameter_rngs", "record_keys"]
