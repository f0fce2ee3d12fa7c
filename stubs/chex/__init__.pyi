# dm-pix writes its signatures in these. They allow NumPy arrays too; we pass JAX arrays only, and
# then get JAX arrays back.
from typing import TypeAlias

import jax

Array: TypeAlias = jax.Array
Numeric: TypeAlias = jax.Array | float | int
PRNGKey: TypeAlias = jax.Array
