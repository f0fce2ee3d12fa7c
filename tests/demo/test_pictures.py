"""Captions, masks and boxes of pictures."""

import numpy as np

from datarax_typed.demo.pictures import bounds, clean_caption, largest_region


def test_captions_lose_quotes_and_full_stop() -> None:
    def loader() -> None:
        """Gray-level "camera" image.

        Can be used for segmentation.
        """

    assert clean_caption(loader) == "Gray-level camera image"
    loader.__doc__ = None
    assert clean_caption(loader) == "loader"


def test_bounds_are_those_of_the_mask() -> None:
    mask = np.zeros((6, 8), dtype=np.bool_)
    mask[1:4, 2:7] = True
    assert bounds(mask).tolist() == [2.0, 1.0, 7.0, 4.0]


def test_the_largest_region_stands_out_of_the_ground() -> None:
    for ground, thing in ((20, 220), (220, 20)):
        image = np.full((48, 48, 3), ground, dtype=np.uint8)
        image[10:30, 12:32] = thing
        image[40:43, 40:43] = thing
        mask = largest_region(image)
        assert mask[14:26, 16:28].all()
        assert not mask[:6].any()
        assert not mask[38:].any()
