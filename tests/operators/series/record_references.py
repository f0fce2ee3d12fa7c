"""Records what scikit-learn's StandardScaler makes of real measurements, into references.npz.

    pip install scikit-learn==1.9.1
    python tests/operators/series/record_references.py

The measurements are thirty flowers of Fisher's irises, ten of a species. Recorded with scikit-learn
1.9.1.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_iris  # type: ignore[import-not-found]  # only who records needs it
from sklearn.preprocessing import (  # type: ignore[import-not-found]  # only who records needs it
    StandardScaler,
)

flowers = load_iris().data[::5].astype(np.float32)
scaler = StandardScaler().fit(flowers)

np.savez_compressed(
    Path(__file__).with_name("references.npz"),
    flowers=flowers,
    mean=scaler.mean_,
    std=scaler.scale_,
    standardised=scaler.transform(flowers),
)
