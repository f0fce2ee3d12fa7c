"""The library's own operators, made from configs that they cannot work with."""

import jax.numpy as jnp
from flax import nnx

from datarax_typed import (
    BrightnessOperator,
    BrightnessOperatorConfig,
    CompositeOperatorConfig,
    CompositeOperatorModule,
    ContrastOperator,
    ContrastOperatorConfig,
    CrossModalOperatorConfig,
    FusionOperator,
    MapOperator,
    MapOperatorConfig,
    RotationOperator,
    RotationOperatorConfig,
    TokenMaskOperator,
    TokenMaskOperatorConfig,
    ToFloatOperator,
    ToFloatOperatorConfig,
    chain,
)

brighter = BrightnessOperatorConfig(field_key="image", stochastic=True, stream_name="aug")
contrast = ContrastOperatorConfig(field_key="image", stochastic=True, stream_name="contrast")
turn = RotationOperatorConfig(field_key="image", stochastic=True, stream_name="turn")
mask = TokenMaskOperatorConfig(field_key="caption", mask_id=103)

BrightnessOperator(brighter)  # E: datarax-operator: BrightnessOperator cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None; give rngs=nnx.Rngs(aug=0)
ContrastOperator(contrast, rngs=nnx.Rngs(aug=0))  # E: datarax-operator: ContrastOperator cannot be made: rngs: expected the random stream 'contrast', got 'aug'
RotationOperator(turn)  # E: datarax-operator: RotationOperator cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None; give rngs=nnx.Rngs(turn=0)
TokenMaskOperator(mask)  # E: datarax-operator: TokenMaskOperator cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None; give rngs=nnx.Rngs(augment=0)
TokenMaskOperator(mask, rngs=nnx.Rngs(mask=0))  # E: datarax-operator: TokenMaskOperator cannot be made: rngs: expected the random stream 'augment', got 'mask'
chain(ToFloatOperator(ToFloatOperatorConfig(field_key="image")), BrightnessOperator(brighter))  # E: datarax-operator: BrightnessOperator cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
CompositeOperatorModule(CompositeOperatorConfig(), [RotationOperator(turn)])  # E: datarax-operator: RotationOperator cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
ToFloatOperator(ToFloatOperatorConfig(field_key="image", stochastic=True, stream_name="aug"), rngs=nnx.Rngs(0))  # E: datarax-operator: ToFloatOperator cannot be made: config: expected stochastic=False, since ToFloatOperator writes neither sample_params() nor generate_random_params(), got stochastic=True; write one of them ;; arg-type: Argument "stochastic" to "ToFloatOperatorConfig" has incompatible type "Literal[True]"; expected "Literal[False]"
MapOperator(MapOperatorConfig(stochastic=True, stream_name="aug"), jnp.sin, rngs=nnx.Rngs(aug=0))  # E: datarax-operator: MapOperator cannot be made: config: expected stochastic=False, since MapOperator writes neither sample_params() nor generate_random_params(), got stochastic=True ;; arg-type: Argument "stochastic" to "MapOperatorConfig" has incompatible type "Literal[True]"; expected "Literal[False]"
FusionOperator(CrossModalOperatorConfig(input_fields=["a", "b"], output_fields=["c"], stochastic=True, stream_name="x"), rngs=nnx.Rngs(0))  # E: datarax-operator: FusionOperator cannot be made: config: expected stochastic=False, since FusionOperator writes neither sample_params() nor generate_random_params(), got stochastic=True
BrightnessOperator(contrast, rngs=nnx.Rngs(0))  # E: arg-type: Argument 1 to "BrightnessOperator" has incompatible type "ContrastOperatorConfig"; expected "BrightnessOperatorConfig"
