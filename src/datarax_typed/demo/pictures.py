"""Real pictures with captions, masks and boxes, out of scikit-image's own wheel."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from skimage import data, filters, measure, transform, util

Image: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Mask: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Box: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

# Those that need no download: their files are in the wheel.
LOADERS: Final[tuple[Callable[[], np.ndarray], ...]] = (
    data.astronaut,
    data.cat,
    data.coffee,
    data.rocket,
    data.retina,
    data.coins,
    data.horse,
    data.moon,
    data.camera,
    data.clock,
    data.hubble_deep_field,
    data.immunohistochemistry,
    data.colorwheel,
    data.cell,
    data.microaneurysms,
    data.page,
    data.text,
    data.brick,
    data.grass,
    data.gravel,
)


class Picture(NamedTuple):
    """A picture, what it shows, and where.

    Attributes:
        caption: the first line of its loader's documentation.
        image: height, width and three colours.
        mask: the pixels of the largest region that is darker or brighter than what is around it.
        boxes: one row, the bounds of the mask: x_min, y_min, x_max, y_max in pixels.
    """

    caption: str
    image: Image
    mask: Mask
    boxes: Box


def load_pictures(size: int) -> Iterator[Picture]:
    """Yield all pictures, cut to a square and brought to `size` pixels a side."""
    for loader in LOADERS:
        image = _small(loader(), size)
        mask = largest_region(image)
        yield Picture(clean_caption(loader), image, mask, bounds(mask)[None])


def clean_caption(loader: Callable[..., object]) -> str:
    """Return the first line of a function's documentation, without quotes and full stop."""
    first = (loader.__doc__ or loader.__name__).strip().partition("\n")[0]
    return first.replace('"', "").strip().rstrip(".")


def _small(picture: np.ndarray, size: int) -> Image:
    pixels = util.img_as_float(picture)
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    height, width, _ = pixels.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = pixels[top : top + side, left : left + side]
    # Means of blocks first: they are quick, and what is left to resize is small.
    block = max(1, side // (2 * size))
    blocks = transform.downscale_local_mean(square, (block, block, 1))
    small = transform.resize(blocks, (size, size, 3), anti_aliasing=True)
    levels: Image = np.round(np.clip(small, 0.0, 1.0) * 255.0).astype(np.uint8)
    return levels


def largest_region(image: Image) -> Mask:
    """Return the largest connected region on the side of Otsu's threshold that is not the ground.

    The ground is the side that most of the border belongs to.
    """
    grey = filters.gaussian(image.mean(axis=2), sigma=image.shape[0] / 48)
    bright = grey > filters.threshold_otsu(grey)
    border = np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]])
    labels = measure.label(~bright if border.mean() > 0.5 else bright)
    sizes = np.bincount(labels.ravel())
    return np.asarray(labels == 1 + np.argmax(sizes[1:]))


def bounds(mask: Mask) -> Box:
    """Return the bounds of a mask: x_min, y_min, x_max, y_max in pixels, upper ones exclusive."""
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=np.float32)


__all__ = ["Picture", "bounds", "clean_caption", "largest_region", "load_pictures"]
