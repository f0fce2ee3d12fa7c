"""What comes beside a gradient keeps its type."""

from typing import NamedTuple, assert_type

import jax.numpy as jnp
from jax import Array

from datarax_typed.transforms import grad, value_and_grad


class Report(NamedTuple):
    error: Array
    residual: Array


def measured(scale: Array, x: Array, y: Array) -> tuple[Array, Report]:
    residual = scale * x - y
    return jnp.sum(residual**2), Report(jnp.max(residual), residual)


scale, x = jnp.array(1.0), jnp.arange(3.0)

gradient, report = grad(measured, has_aux=True)(scale, x, x)
assert_type(gradient, Array)
assert_type(report, Report)

(value, report), gradient = value_and_grad(measured, has_aux=True)(scale, x, y=x)
assert_type(value, Array)
assert_type(report.residual, Array)
assert_type(gradient, Array)
