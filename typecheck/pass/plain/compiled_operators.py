"""`jit` of an operator is a compiled operator, whatever the operator's class."""

from typing import assert_type

import jax.numpy as jnp

from datarax_typed import Batch, ContrastOperator, ContrastOperatorConfig, ToFloatOperator, ToFloatOperatorConfig, chain
from datarax_typed.transforms import CompiledOperator, jit

images = Batch({"image": jnp.ones((2, 4, 4, 3))})
contrast = ContrastOperator(ContrastOperatorConfig(field_key="image", factor=1.5))

compiled = jit(contrast)
assert_type(compiled, CompiledOperator)
assert_type(compiled(images), Batch)
assert_type(jit(contrast, donate=False).donate, bool)

whole = jit(chain(ToFloatOperator(ToFloatOperatorConfig(field_key="image")), contrast), donate=True)
assert_type(whole, CompiledOperator)
assert "f32[2,4,4,3]" in str(compiled.lower(images).compile().as_text())


@jit
def mean_after(batch: Batch) -> float:
    return float(len(contrast(batch)))


assert_type(mean_after(images), float)
