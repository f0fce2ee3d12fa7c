"""Sizes of images, which may be symbols where the spec of a result is derived."""

from jaxtyping import Array, Float

from datarax_typed.core.describe import describe_value
from datarax_typed.errors import ContractError, Problem, listing


def is_known(size: object) -> bool:
    """Return whether a size is a number; a symbol stands for any."""
    return isinstance(size, int)


def require_size(
    image: Float[Array, "h w c"], least: tuple[int, int], key: str, asker: str, mend: str
) -> None:
    """Refuse an image that is too small; a symbol is taken to be large enough.

    Args:
        image: the image.
        least: the smallest h and w.
        key: the image's field.
        asker: who needs it, for the message.
        mend: what to do about it.

    Raises:
        ContractError: h or w is smaller.
    """
    pairs = zip(image.shape[:2], least, strict=True)
    if any(is_known(size) and size < needed for size, needed in pairs):
        expected = f"an image of at least {least[0]},{least[1]} pixels"
        problem = Problem(f'data["{key}"]', expected, describe_value(image), mend)
        title = f"{asker} cannot use so small an image:"
        raise ContractError(listing(title, [problem]), (problem,))


__all__ = ["is_known", "require_size"]
