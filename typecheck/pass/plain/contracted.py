"""`contract` leaves functions and classes as a type checker knows them."""

from typing import TypedDict, assert_type

import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

from datarax_typed import Batch, ContractError, Operator, PyTree, Statistics, contract, contracts_off


class Sound(TypedDict):
    audio: Float[Array, "samples"]


@contract
def louder(audio: Float[Array, "samples"], *, gain_db: float = 6.0) -> Float[Array, "samples"]:
    return audio * 10 ** (gain_db / 20)


@contract
class Softer:
    def __init__(self, gain_db: float) -> None:
        self.gain_db = gain_db

    def apply_batch(self, batch: Batch[Sound], stats: Statistics | None = None) -> Batch[Sound]:
        return batch.replace(data=Sound(audio=louder(batch.data["audio"][0])[None]))

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return input_spec


softer: Operator[Sound, Sound] = Softer(gain_db=-6.0)
assert_type(louder(jnp.ones(4), gain_db=3.0), Array)
assert_type(softer.apply_batch(Batch(Sound(audio=jnp.ones((1, 4))))), Batch[Sound])


def ones(rank: int) -> Array:
    return jnp.ones((2,) * rank)


try:
    louder(ones(2))
except ContractError as error:
    assert_type(error, ContractError)
with contracts_off():
    assert_type(louder(ones(2)), Array)
