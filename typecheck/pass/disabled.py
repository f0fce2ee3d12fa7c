"""A program that switches the codes off for itself."""

# mypy: disable-error-code="datarax-config, datarax-operator"

from contextlib import suppress

from datarax_typed import (
    BrightnessOperator,
    BrightnessOperatorConfig,
    ConfigError,
    RandomnessError,
)

# 1: a config that is refused
with suppress(ConfigError):
    BrightnessOperatorConfig(field_key="")

# 2: an operator that is refused
drawing = BrightnessOperatorConfig(field_key="image", stochastic=True, stream_name="aug")
with suppress(RandomnessError):
    BrightnessOperator(drawing)
