from datarax.core.element_batch import Batch
from flax import nnx

class OperatorModule(nnx.Module):
    def __call__(self, batch: Batch) -> Batch: ...
