"""Gradients: one reaches every parameter, and it is finite."""

import jax.numpy as jnp

from datarax_typed.testing.differences import shown
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.learning import gradients
from datarax_typed.testing.subject import Subject


def check(subject: Subject) -> None:
    """Differentiate a weighted sum of all that comes out by every `nnx.Param`."""
    wrong = []
    for name, gradient in gradients(subject).items():
        if not bool(jnp.all(jnp.isfinite(gradient))):
            wrong.append(f"the gradient of {name} is {gradient}")
        elif not bool(jnp.any(gradient != 0)):
            wrong.append(f"no gradient reaches {name}")
    if wrong:
        raise BrokenError(f"{'; '.join(wrong)}; given {shown(subject.batch)}")


__all__ = ["check"]
