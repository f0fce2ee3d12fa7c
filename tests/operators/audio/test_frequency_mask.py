import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ContractError
from datarax_typed.operators.audio import FrequencyMaskOperator, FrequencyMaskOperatorConfig


def test_whole_frequencies_are_masked() -> None:
    config = FrequencyMaskOperatorConfig(field_key="mel", freq_mask_param=20, mask_value=-1.0)
    operator = FrequencyMaskOperator(config, rngs=nnx.Rngs(augment=0))
    result = np.asarray(operator(Batch({"mel": jnp.ones((400, 5, 3))})).data["mel"])
    np.testing.assert_array_equal(result, np.broadcast_to(result[..., :1], result.shape))
    assert set(np.unique(result).tolist()) == {-1.0, 1.0}
    # Any width up to all frequencies, however large freq_mask_param is.
    widths = np.sum(result[..., 0] == -1, axis=1)
    np.testing.assert_allclose(np.bincount(widths) / 400, [1 / 6] * 6, atol=0.06)


def test_a_waveform_is_refused() -> None:
    config = FrequencyMaskOperatorConfig(field_key="mel", freq_mask_param=3)
    with pytest.raises(ContractError) as error:
        FrequencyMaskOperator(config, rngs=nnx.Rngs(augment=0))(Batch({"mel": jnp.zeros((2, 9))}))
    assert str(error.value) == (
        "FrequencyMaskOperator.transform does not fit its contract:\n"
        '  - data["mel"]: expected Float[Array, "frequency time"], got float32[9]\n'
        "  axis masks = 1, bound by random_params"
    )
