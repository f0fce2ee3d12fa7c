"""Whether JAX is tracing."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from datarax_typed.core.tracing import is_tracing


@pytest.mark.parametrize(
    "transformed",
    [
        jax.jit,
        jax.grad,
        jax.checkpoint,
        lambda body: lambda x: jax.vmap(body)(x[None]),
        lambda body: lambda x: jax.eval_shape(body, x),
        lambda body: lambda x: jax.lax.scan(lambda c, _: (body(c), None), x, length=1),
    ],
    ids=["jit", "grad", "checkpoint", "vmap", "eval_shape", "scan"],
)
def test_every_transformation_is_noticed(
    transformed: Callable[[Callable[[jax.Array], jax.Array]], Callable[[jax.Array], Any]],
) -> None:
    seen = []

    def body(x: jax.Array) -> jax.Array:
        seen.append(is_tracing())
        return x

    transformed(body)(jnp.ones(()))
    assert set(seen) == {True}
    assert not is_tracing()


def test_without_tracing_there_is_none() -> None:
    seen = []
    with jax.disable_jit():
        jax.jit(lambda x: seen.append(is_tracing()))(jnp.ones(()))
    assert seen == [False]


def test_threads_are_apart() -> None:
    seen = []

    def body(x: jax.Array) -> jax.Array:
        thread = Thread(target=lambda: seen.append(is_tracing()))
        thread.start()
        thread.join()
        return x

    jax.eval_shape(body, jnp.ones(()))
    assert seen == [False]
