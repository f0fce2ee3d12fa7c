"""A chain of as many stages as a list has, and operators written against the protocol alone."""

from collections.abc import Sequence
from typing import Any, assert_type

import jax.numpy as jnp

from datarax_typed import (
    Batch,
    ContrastOperator,
    ContrastOperatorConfig,
    MapOperator,
    MapOperatorConfig,
    Operator,
    PyTree,
    chain,
)


def pipeline(stages: Sequence[Operator[PyTree, PyTree]], name: str) -> Operator[PyTree, PyTree]:
    return chain(*stages, name=name)


def applied(operator: Operator[PyTree, PyTree], *batches: Batch) -> list[Batch]:
    return [operator.apply_batch(batch) for batch in batches]


images = Batch({"image": jnp.ones((2, 4, 4, 3))})
contrast = ContrastOperator(ContrastOperatorConfig(field_key="image"))
sine = MapOperator(MapOperatorConfig(fields=["image"]), jnp.sin)

assert_type(applied(pipeline([contrast, sine], "two"), images, images), list[Batch[Any]])
assert len(chain(*[contrast] * 3).stages) == 3
assert len(chain(contrast, sine, contrast, sine, contrast, sine, contrast, sine).stages) == 8
