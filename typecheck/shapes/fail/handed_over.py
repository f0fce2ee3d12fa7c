"""What another program hands batches over to."""

from typing import TypedDict

from jaxtyping import Array, Float

from datarax_typed import Batch


class Picture(TypedDict):
    """What is looked at."""

    image: Float[Array, "h w c"]


def first_image(batch: Batch[Picture]) -> Float[Array, "h w c"]:
    return batch[0].data["image"]
