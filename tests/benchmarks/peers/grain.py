"""grain: a data set in memory, mapped record by record by NumPy, and batched."""

import numpy as np
from jaxtyping import Array

from tests.benchmarks.by_hand import Step
from tests.benchmarks.timing import Call


def call(step: Step, images: Array) -> Call:
    """Return a call that makes one batch."""
    import grain

    records = list(np.asarray(images))
    delta = np.float32(step.value)

    def brighter(image: np.ndarray) -> np.ndarray:
        return np.clip(image + delta, 0.0, 1.0)

    batches = grain.MapDataset.source(records).map(brighter).batch(len(records))
    return lambda: batches[0]
