"""Records what torchvision makes of a photograph, for tests to compare with.

It was run with torch 2.15.0 (CPU kernels), torchvision 0.29.2 and scikit-image 0.26.0:

    python tests/operators/image/record_geometry_references.py
"""

from pathlib import Path

import numpy as np
import skimage.data
import torch  # type: ignore[import-not-found]  # only who records needs it
from torchvision import tv_tensors  # type: ignore[import-not-found]  # only who records needs it
from torchvision.transforms import v2  # type: ignore[import-not-found]  # only who records needs it

F = v2.functional
BILINEAR = {"interpolation": v2.InterpolationMode.BILINEAR}
BICUBIC = {"interpolation": v2.InterpolationMode.BICUBIC}
AFFINE = {"angle": 25.0, "translate": [2, -1], "scale": 1.3, "shear": [12.0, -7.0]}

CALLS = {
    "rotate": lambda given: F.rotate(given, 30.0, **BILINEAR),
    "affine": lambda given: F.affine(given, **AFFINE, **BILINEAR),
    "resize_smaller": lambda given: F.resize(given, [7, 9], antialias=True, **BILINEAR),
    "resize_larger": lambda given: F.resize(given, [21, 23], antialias=True, **BILINEAR),
    "resize_plain": lambda given: F.resize(given, [11, 13], antialias=False, **BILINEAR),
    "resize_bicubic": lambda given: F.resize(given, [11, 27], antialias=True, **BICUBIC),
    "resize_nearest": lambda given: F.resize(
        given, [11, 27], interpolation=v2.InterpolationMode.NEAREST_EXACT
    ),
    "crop": lambda given: F.center_crop(given, [9, 13]),
    "pad_constant": lambda given: F.pad(given, [1, 2, 3, 0], fill=0.25),
    "pad_zero": lambda given: F.pad(given, [1, 2, 3, 0]),
    "pad_edge": lambda given: F.pad(given, [1, 2, 3, 0], padding_mode="edge"),
    "pad_reflect": lambda given: F.pad(given, [1, 2, 3, 0], padding_mode="reflect"),
    "horizontal_flip": F.horizontal_flip,
    "vertical_flip": F.vertical_flip,
}
# There torchvision has no boxes.
WITHOUT_BOXES = ("pad_edge", "pad_reflect")
WITH_MASKS = (
    "rotate",
    "affine",
    "crop",
    "pad_zero",
    "pad_reflect",
    "horizontal_flip",
    "vertical_flip",
)
BOXES = np.array([[2.0, 3.0, 9.0, 12.0], [0.5, 0.0, 20.0, 16.0], [5.0, 4.0, 6.5, 9.0]], np.float32)


def main() -> None:
    photo = skimage.data.astronaut()[100:228:8, 180:340:8]
    image = torch.from_numpy(photo.astype(np.float32) / 255).movedim(-1, 0)
    boxes = tv_tensors.BoundingBoxes(torch.from_numpy(BOXES), format="XYXY", canvas_size=(16, 20))
    found = {"photo": photo, "boxes": BOXES}
    for name, call in CALLS.items():
        found[f"{name}/image"] = call(image).movedim(0, -1).numpy()
        if name not in WITHOUT_BOXES:
            found[f"{name}/boxes"] = np.asarray(call(boxes))
    # Masks are whole numbers: what is rounded one way or the other shows.
    mask = tv_tensors.Mask(torch.from_numpy(photo[..., 0].astype(np.int64))[None])
    for name in WITH_MASKS:
        found[f"{name}/mask"] = CALLS[name](mask)[0].numpy().astype(np.int32)
    exact = F.resize(mask.as_subclass(torch.Tensor), [11, 27], v2.InterpolationMode.NEAREST_EXACT)
    found["resize_nearest/mask"] = exact[0].numpy().astype(np.int32)
    np.savez_compressed(Path(__file__).with_name("geometry_references.npz"), **found)


if __name__ == "__main__":
    main()
