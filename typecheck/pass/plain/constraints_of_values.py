"""Constraints of values, the library's and one's own."""

from collections.abc import Sequence
from typing import assert_type

import jax.numpy as jnp
from jax import Array
from jaxtyping import Bool, Num

from datarax_typed import DomainConstraint, finite, within


def is_positive(value: Num[Array, "..."]) -> Bool[Array, "..."]:
    return value > 0


def describe(constraints: Sequence[DomainConstraint]) -> list[str]:
    return [constraint.name for constraint in constraints]


rate = within(20, 300, "heart rate", unit="bpm")
assert_type(rate, DomainConstraint)
assert_type(describe([rate, finite("heart rate"), DomainConstraint("positive", is_positive)]), list[str])
assert bool(is_positive(jnp.ones(())))
