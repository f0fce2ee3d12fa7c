"""The names of the table: `jax.numpy.sum`, wherever JAX keeps it and however it is imported."""

from typing import Final

from mypy.nodes import MemberExpr, MypyFile, NameExpr, RefExpr

# Where packages keep what they offer, and where they offer it; the longest first.
_HOMES: Final = (
    ("jax._src.numpy.linalg.", "jax.numpy.linalg."),
    ("jax._src.numpy.", "jax.numpy."),
    ("jax._src.nn.functions.", "jax.nn."),
    ("jax._src.nn.initializers.", "jax.nn.initializers."),
    ("jax._src.random.", "jax.random."),
    ("jax._src.lax.", "jax.lax."),
    ("jax._src.image.", "jax.image."),
    ("jax._src.ops.special.", "jax.nn."),
    ("jax._src.api.", "jax."),
    ("jax._src.ad_checkpoint.", "jax."),
    ("jax.numpy.linalg.", "jax.numpy.linalg."),
    ("flax.nnx.nn.initializers.", "flax.nnx.initializers."),
    ("flax.nnx.initializers.", "flax.nnx.initializers."),
    ("flax.nnx.", "flax.nnx."),
    ("einops.", "einops."),
    ("equinox.", "equinox."),
    ("jaxtyping.", "jaxtyping."),
    ("functools.", "functools."),
    ("datarax_typed.", "datarax_typed."),
)
_KEPT: Final = ("jax.", "numpy.", "builtins.", "math.")


def public_name(expr: RefExpr) -> str:
    """Return the name under which a package offers what an expression names; else an empty text."""
    if isinstance(expr, MemberExpr):
        module = expr.expr.node if isinstance(expr.expr, RefExpr) else None
        if isinstance(module, MypyFile):
            return public(f"{module.fullname}.{expr.name}")
        if expr.node is None:
            return ""
    return public(expr.fullname) if isinstance(expr, NameExpr | MemberExpr) else ""


def public(fullname: str) -> str:
    """Return the name under which a package offers what has a full name; else an empty text."""
    for home, offered in _HOMES:
        if fullname.startswith(home):
            return offered + fullname.rpartition(".")[2]
    return fullname if fullname.startswith(_KEPT) else ""


__all__ = ["public", "public_name"]
