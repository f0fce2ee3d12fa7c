"""The shortest programs: configs and operators of the library as the pages show them."""

import jax.numpy as jnp
from flax import nnx

from datarax_typed import (
    Batch,
    BrightnessOperator,
    BrightnessOperatorConfig,
    CompositeOperatorConfig,
    ContrastOperator,
    ContrastOperatorConfig,
    CrossModalOperatorConfig,
    DataraxModuleConfig,
    FusionOperator,
    MapOperator,
    MapOperatorConfig,
    ModalityOperatorConfig,
    OperatorConfig,
    RotationOperator,
    RotationOperatorConfig,
    TokenMaskOperator,
    TokenMaskOperatorConfig,
    ToFloatOperator,
    ToFloatOperatorConfig,
    chain,
)

# 1: all defaults
DataraxModuleConfig()
OperatorConfig()
MapOperatorConfig()
CompositeOperatorConfig()

# 2: a field key is all that a modality needs; white space is a name
ModalityOperatorConfig(field_key="image")
ModalityOperatorConfig(field_key="  ")
ModalityOperatorConfig(field_key="image.left", target_key="image.right")

# 3: a stream without randomness is not asked for, and does no harm
OperatorConfig(stream_name="aug")
OperatorConfig(stochastic=False, stream_name=None)
OperatorConfig(stochastic=True, stream_name="aug", batch_strategy="scan")

# 4: the bounds of an interval belong to it
BrightnessOperatorConfig(field_key="image", delta=-1)
BrightnessOperatorConfig(field_key="image", delta=1.0, delta_range=(-1.0, 1.0), clip_range=None)
ContrastOperatorConfig(field_key="image", factor=0)
RotationOperatorConfig(field_key="image", angle_degrees=-360.0, fill=-7.5)

# 5: lists of fields
MapOperatorConfig(fields=["image", "mask"])
MapOperatorConfig(fields=None)
CrossModalOperatorConfig(input_fields=["image", "text"], output_fields=["image"])
ModalityOperatorConfig(field_key="image", auxiliary_fields=[])
ModalityOperatorConfig(field_key="image", auxiliary_fields=["mask", "boxes"])

# 6: operators that do not draw need no random numbers
BrightnessOperator(BrightnessOperatorConfig(field_key="image", delta=0.1))
ContrastOperator(ContrastOperatorConfig(field_key="image"), rngs=nnx.Rngs(0))
RotationOperator(RotationOperatorConfig(field_key="image"), rngs=None, name="turn")

# 7: operators that draw, from their stream or from the default one
drawing = BrightnessOperatorConfig(field_key="image", stochastic=True, stream_name="aug")
BrightnessOperator(drawing, rngs=nnx.Rngs(aug=0))
BrightnessOperator(drawing, rngs=nnx.Rngs(0))
BrightnessOperator(drawing, rngs=nnx.Rngs(default=0))
BrightnessOperator(drawing, rngs=nnx.Rngs(0, params=1))
BrightnessOperator(drawing, rngs=nnx.Rngs(params=1, aug=2))

# 8: a config whose defaults draw
mask = TokenMaskOperatorConfig(field_key="caption", mask_id=103)
TokenMaskOperator(mask, rngs=nnx.Rngs(augment=0))
TokenMaskOperator(TokenMaskOperatorConfig(field_key="caption", mask_id=0, stream_name="m"), rngs=nnx.Rngs(m=0))

# 9: a composition, called
pipeline = chain(
    ToFloatOperator(ToFloatOperatorConfig(field_key="image")),
    BrightnessOperator(BrightnessOperatorConfig(field_key="image", delta=0.5)),
    MapOperator(MapOperatorConfig(fields=["image"]), jnp.negative),
)
print(pipeline(Batch({"image": jnp.zeros((1, 2, 2, 3), jnp.uint8)})).data)

# 10: an operator across modalities
fields = CrossModalOperatorConfig(input_fields=["a", "b"], output_fields=["c"])
print(FusionOperator(fields)(Batch({"a": jnp.ones((1, 2)), "b": jnp.ones((1, 2))})).data)
