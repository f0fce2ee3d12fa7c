"""Records what torchvision makes of a photograph, for tests to compare with.

It was run with torch 2.15.0 (CPU kernels), torchvision 0.29.2 and scikit-image 0.26.0:

    python tests/operators/image/record_colour_references.py
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import skimage.data
import torch  # type: ignore[import-not-found]  # only who records needs it
from torchvision.transforms.v2 import (  # type: ignore[import-not-found]  # only who records needs it
    functional as F,  # noqa: N812  # as everyone calls it
)

CALLS: dict[str, Callable[[Any], Any]] = {  # of torch, which is not installed
    "contrast": lambda image: F.adjust_contrast(image[:1], 1.7),
    "normalize": lambda image: F.normalize(image, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    "grayscale": lambda image: F.rgb_to_grayscale(image, 1),
    "hue_forward": lambda image: F.adjust_hue(image, 0.3),
    "hue_backward": lambda image: F.adjust_hue(image, -0.5),
    "gamma_dark": lambda image: F.adjust_gamma(image, 2.2, 0.9),
    "gamma_bright": lambda image: F.adjust_gamma(image, 0.45, 1.5),
    "blur": lambda image: F.gaussian_blur(image, [5, 5], [1.3, 1.3]),
    "blur_wide": lambda image: F.gaussian_blur(image, [31, 31], [4.0, 4.0]),
    "noise_without_sigma": lambda image: F.gaussian_noise(image, mean=0.25, sigma=0.0),
}


def main() -> None:
    """Write `colour_references.npz` beside this file; images are `h w c` in it."""
    photo = skimage.data.astronaut()[100:228:8, 180:340:8]
    values = torch.from_numpy(np.array(photo)).permute(2, 0, 1)
    image = F.to_dtype(values, torch.float32, scale=True)
    results = {"to_float": image} | {name: call(image) for name, call in CALLS.items()}
    arrays = {name: result.permute(1, 2, 0).numpy() for name, result in results.items()}
    file = Path(__file__).parent / "colour_references.npz"
    np.savez_compressed(file, photo=photo, **arrays)


if __name__ == "__main__":
    main()
