"""Copies that are taken for something else."""

import jax.numpy as jnp

from datarax_typed import (
    Batch,
    BrightnessOperator,
    BrightnessOperatorConfig,
    ContrastOperator,
    DataraxModule,
    chain,
)

brightness = BrightnessOperator(BrightnessOperatorConfig(field_key="image"))
images = Batch({"image": jnp.ones((1, 2, 2, 3))})

one: ContrastOperator = brightness.clone()  # E: assignment: expression has type "BrightnessOperator", variable has type "ContrastOperator"
two: ContrastOperator = brightness.copy(name="second")  # E: assignment: expression has type "BrightnessOperator", variable has type "ContrastOperator"
brightness.copy(name=2)  # E: arg-type: incompatible type "int"; expected "str | None"
brightness.copy(rngs=0)  # E: arg-type: incompatible type "int"; expected "Rngs | None"
brightness.copy(config={"field_key": "image"})  # E: arg-type: incompatible type "dict[str, str]"; expected "DataraxModuleConfig | None"
brightness.copy(delta=0.5)  # E: call-arg: Unexpected keyword argument "delta" for "copy" of "DataraxModule"
brightness.clone().stages  # E: attr-defined: "BrightnessOperator" has no attribute "stages"
chain(brightness).copy().delta  # E: attr-defined: "CompositeOperatorModule[Any, Any]" has no attribute "delta"
brightness.copy().config.factor  # E: attr-defined: "BrightnessOperatorConfig" has no attribute "factor"


def anonymous(module: DataraxModule) -> BrightnessOperator:
    return module.copy(name=None)  # E: return-value: Incompatible return value type (got "DataraxModule[DataraxModuleConfig]", expected "BrightnessOperator")
