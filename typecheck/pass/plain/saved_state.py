"""Saving and restoring whatever is checkpointable."""

from collections.abc import Mapping
from typing import Any, assert_type

from flax import nnx

from datarax_typed import BrightnessOperator, BrightnessOperatorConfig, Checkpointable, chain


class Epochs:
    def __init__(self) -> None:
        self.number = 0

    def get_state(self) -> dict[str, Any]:
        return {"number": self.number}

    def set_state(self, state: dict[str, Any]) -> None:
        self.number = state["number"]


def saved(parts: Mapping[str, Checkpointable]) -> dict[str, dict[str, Any]]:
    return {name: part.get_state() for name, part in parts.items()}


def restore(parts: Mapping[str, Checkpointable], states: dict[str, dict[str, Any]]) -> None:
    for name, part in parts.items():
        part.set_state(states[name])


config = BrightnessOperatorConfig(field_key="image", stochastic=True, stream_name="aug")
noisy = BrightnessOperator(config, rngs=nnx.Rngs(aug=0))
parts: dict[str, Checkpointable] = {"epochs": Epochs(), "operators": chain(noisy)}
restore(parts, saved(parts))
assert_type(noisy.requires_rng_streams(), list[str] | None)
