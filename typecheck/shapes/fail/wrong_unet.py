"""A U-Net whose skips, times and noises do not fit."""

from typing import Final

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Int, Key

STEPS: Final = 4


# the time, as a vector
def time_features(t: Int[Array, "b"]) -> Float[Array, "b 64"]:
    rates = jnp.exp(-jnp.arange(32) / 32.0)
    angles = t[:, None] * rates[None, :]
    return jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], axis=-1)


def pairs_of_features(t: Int[Array, "b"]) -> Float[Array, "b 64"]:
    angles = t[:, None] * jnp.ones((1, 32))
    return jnp.stack([jnp.sin(angles), jnp.cos(angles)], axis=-1)  # E: datarax-shape: return: expected Float[Array, "b 64"]


# blocks
class ResBlock(nnx.Module):
    """Two convolutions; the time is added between them."""

    def __init__(self, inputs: int, outputs: int, *, rngs: nnx.Rngs) -> None:
        self.first = nnx.Conv(inputs, outputs, kernel_size=(3, 3), rngs=rngs)
        self.second = nnx.Conv(outputs, outputs, kernel_size=(3, 3), rngs=rngs)
        self.time = nnx.Linear(64, outputs, rngs=rngs)
        self.skip = nnx.Conv(inputs, outputs, kernel_size=(1, 1), rngs=rngs)

    def __call__(
        self, x: Float[Array, "b h w inputs"], time: Float[Array, "b 64"]
    ) -> Float[Array, "b h w outputs"]:
        hidden = self.first(nnx.silu(x))
        hidden = hidden + self.time(time)[:, None, None, :]
        return self.second(nnx.silu(hidden)) + self.skip(x)


def halve(x: Float[Array, "b h w c"]) -> Float[Array, "b h//2 w//2 c"]:
    smaller: Array = nnx.avg_pool(x, window_shape=(2, 2), strides=(2, 2))
    return smaller


def double(x: Float[Array, "b h w c"]) -> Float[Array, "b 2*h 2*w c"]:
    taller: Float[Array, "b 2*h w c"] = x.repeat(2, axis=1)
    return jnp.repeat(taller, 2, axis=2)


def join(x: Float[Array, "b h w c"], skip: Float[Array, "b h w d"]) -> Float[Array, "b h w c+d"]:
    return jnp.concatenate([x, skip], axis=1)  # E: datarax-shape: concatenate:


# the network
class UNet(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.enter = nnx.Conv(3, 16, kernel_size=(3, 3), rngs=rngs)
        self.down = ResBlock(16, 32, rngs=rngs)
        self.middle = ResBlock(32, 32, rngs=rngs)
        self.up = ResBlock(48, 16, rngs=rngs)
        self.leave = nnx.Conv(16, 3, kernel_size=(3, 3), rngs=rngs)

    def __call__(self, x: Float[Array, "b 32 32 3"], t: Int[Array, "b"]) -> Float[Array, "b 32 32 3"]:
        time = time_features(t)
        skip: Float[Array, "b 32 32 16"] = self.enter(x)
        hidden = self.down(halve(skip), time)
        hidden = self.middle(hidden, time)
        joined = join(double(hidden), skip)
        return self.leave(self.up(joined, time))

    def timed(self, x: Float[Array, "b 32 32 32"], t: Int[Array, "b"]) -> Float[Array, "b 32 32 32"]:
        return self.middle(x, t)  # E: datarax-dtype: time: expected Float[Array, "b 64"]


# the schedule
def alphas() -> Float[Array, "steps"]:
    betas = jnp.linspace(1e-4, 0.02, STEPS)
    return jnp.cumprod(1.0 - betas)


def noised(
    x: Float[Array, "b h w c"], noise: Float[Array, "b h w c"], t: Int[Array, "b"]
) -> Float[Array, "b h w c"]:
    alpha = alphas()[t][:, None, None, None]
    return jnp.sqrt(alpha) * x + jnp.sqrt(1 - alpha) * noise


def entered(x: Float[Array, "b 32 32 3"], rngs: nnx.Rngs) -> Float[Array, "b 32 32 16"]:
    enter = nnx.Conv(1, 16, kernel_size=(3, 3), rngs=rngs)
    return enter(x)  # E: datarax-shape: Conv:


# the loss
def squared_error(x: Float[Array, "*axes"], y: Float[Array, "*axes"]) -> Float[Array, ""]:
    return jnp.mean((x - y) ** 2)[None]  # E: datarax-shape: return: expected Float[Array, ""]


def loss(model: UNet, x: Float[Array, "b 32 32 3"], key: Key[Array, ""]) -> Float[Array, ""]:
    time_key, noise_key = jax.random.split(key)
    t = jax.random.randint(time_key, (x.shape[0],), 0, STEPS)
    noise = jax.random.normal(noise_key, x.shape)
    return squared_error(x[..., 0], noise)  # E: datarax-shape: y: expected Float[Array, "*axes"]


# the sampler
def denoised(
    model: UNet, x: Float[Array, "b 32 32 3"], t: Int[Array, ""], key: Key[Array, ""]
) -> Float[Array, "b 32 32 3"]:
    times = jnp.full((x.shape[0],), t)
    alpha = alphas()[t]
    clean = (x - jnp.sqrt(1 - alpha) * model(x, t)) / jnp.sqrt(alpha)  # E: datarax-shape: t: expected Int[Array, "b"]
    noise = jax.random.normal(key, x.shape)
    return jnp.clip(clean, -1, 1) * jnp.sqrt(alpha) + jnp.sqrt(1 - alpha) * noise


def sample(model: UNet, key: Key[Array, ""]) -> Float[Array, "4 32 32 3"]:
    first, rest = jax.random.split(key)
    x = jax.random.normal(first, (4, 3, 32, 32))
    return denoised(model, x, jnp.asarray(STEPS - 1), rest)  # E: datarax-shape: x: expected Float[Array, "b 32 32 3"]


def sample_by_scan(model: UNet, key: Key[Array, ""]) -> Float[Array, "b 32 32 3"]:
    def step(
        x: Float[Array, "b 32 32 3"], given: tuple[Int[Array, ""], Key[Array, ""]]
    ) -> tuple[Float[Array, "b 32 32 3"], None]:
        return denoised(model, x, *given), None

    start = jax.random.normal(key, (2, 32, 32, 3))
    times = jnp.arange(STEPS)[::-1]
    last, _ = jax.lax.scan(step, start, (times, jax.random.split(key, STEPS)))
    return last
