"""Configs of the library's own operators."""

from datarax_typed import (
    BrightnessOperatorConfig,
    CompositeOperatorConfig,
    ContrastOperatorConfig,
    CrossModalOperatorConfig,
    DataraxModuleConfig,
    MapOperatorConfig,
    ModalityOperatorConfig,
    OperatorConfig,
    RotationOperatorConfig,
    TokenMaskOperatorConfig,
    ToFloatOperatorConfig,
)

BrightnessOperatorConfig(field_key="image", delta=1.5)  # E@51: datarax-config: BrightnessOperatorConfig is refused: delta: expected a number <= 1, got 1.5
BrightnessOperatorConfig(field_key="image", delta_range=(0.2, -0.2))  # E: datarax-config: BrightnessOperatorConfig is refused: delta_range: expected strictly increasing numbers, got (0.2, -0.2); put the smaller number first
BrightnessOperatorConfig(field_key="image", delta_range=(-2.0, 0.5))  # E: datarax-config: BrightnessOperatorConfig is refused: delta_range[0]: expected a number >= -1, got -2.0
BrightnessOperatorConfig(field_key="image", clip_range=(1.0, 1.0))  # E: datarax-config: BrightnessOperatorConfig is refused: clip_range: expected strictly increasing numbers, got (1.0, 1.0)
BrightnessOperatorConfig(field_key="")  # E: datarax-config: BrightnessOperatorConfig is refused: field_key: expected a length of at least 1, got ''
BrightnessOperatorConfig(field_key="image", stochastic=True)  # E@56: datarax-config: BrightnessOperatorConfig is refused: stream_name: expected a value, since stochastic=True, got None; give stream_name, or leave out stochastic (rule: requires('stochastic', 'stream_name'))
ContrastOperatorConfig(field_key="image", factor=-0.5)  # E: datarax-config: ContrastOperatorConfig is refused: factor: expected a number >= 0, got -0.5
ContrastOperatorConfig(field_key="image", factor_range=(1.2, 0.8))  # E: datarax-config: ContrastOperatorConfig is refused: factor_range: expected strictly increasing numbers, got (1.2, 0.8)
RotationOperatorConfig(field_key="image", angle_degrees=720)  # E: datarax-config: RotationOperatorConfig is refused: angle_degrees: expected a number <= 360, got 720
RotationOperatorConfig(field_key="image", angle_degrees_range=(30, -30))  # E: datarax-config: RotationOperatorConfig is refused: angle_degrees_range: expected strictly increasing numbers, got (30, -30)
RotationOperatorConfig(field_key="image", auxiliary_fields=["mask", "mask"])  # E: datarax-config: RotationOperatorConfig is refused: auxiliary_fields: expected no value twice, got ['mask', 'mask']; keep 'mask' only once
RotationOperatorConfig(field_key="image", auxiliary_fields=["mask", ""])  # E: datarax-config: RotationOperatorConfig is refused: auxiliary_fields[1]: expected a length of at least 1, got ''
TokenMaskOperatorConfig(field_key="caption", mask_id=-1)  # E: datarax-config: TokenMaskOperatorConfig is refused: mask_id: expected a number >= 0, got -1
TokenMaskOperatorConfig(field_key="caption", mask_id=103, probability=15)  # E: datarax-config: TokenMaskOperatorConfig is refused: probability: expected a number <= 1, got 15
TokenMaskOperatorConfig(field_key="caption", mask_id=103, special_ids=(0, -1))  # E: datarax-config: TokenMaskOperatorConfig is refused: special_ids[1]: expected a number >= 0, got -1
TokenMaskOperatorConfig(field_key="caption", mask_id=103, special_ids=(0, 0))  # E: datarax-config: TokenMaskOperatorConfig is refused: special_ids: expected no value twice, got (0, 0); keep 0 only once
MapOperatorConfig(fields=[])  # E: datarax-config: MapOperatorConfig is refused: fields: expected a length of at least 1, got list of 0
MapOperatorConfig(fields=["image", "image"])  # E: datarax-config: MapOperatorConfig is refused: fields: expected no value twice, got ['image', 'image']
MapOperatorConfig(fields=["image", ""])  # E: datarax-config: MapOperatorConfig is refused: fields[1]: expected a length of at least 1, got ''
CrossModalOperatorConfig(input_fields=[], output_fields=["joint"])  # E: datarax-config: CrossModalOperatorConfig is refused: input_fields: expected a length of at least 1, got list of 0
CrossModalOperatorConfig(input_fields=["image", "text"], output_fields=["a", "a"])  # E: datarax-config: CrossModalOperatorConfig is refused: output_fields: expected no value twice, got ['a', 'a']
CrossModalOperatorConfig(input_fields=["image"], output_fields=["joint"], operation="")  # E: datarax-config: CrossModalOperatorConfig is refused: operation: expected a length of at least 1, got ''
ModalityOperatorConfig(field_key="image", target_key="")  # E: datarax-config: ModalityOperatorConfig is refused: target_key: expected a length of at least 1, got ''
ModalityOperatorConfig(field_key="image", auxiliary_fields=["mask", "image"])  # E: datarax-config: ModalityOperatorConfig is refused: auxiliary_fields: expected no item equal to field_key, got ['mask', 'image']; remove 'image' from auxiliary_fields
CompositeOperatorConfig(stochastic=True)  # E: datarax-config: CompositeOperatorConfig is refused: stream_name: expected a value, since stochastic=True, got None
ToFloatOperatorConfig(field_key="image", clip_range=(255.0, 0.0))  # E: datarax-config: ToFloatOperatorConfig is refused: clip_range: expected strictly increasing numbers, got (255.0, 0.0)
OperatorConfig(stream_name="", stochastic=True)  # E: datarax-config: OperatorConfig is refused: stream_name: expected a length of at least 1, got ''
OperatorConfig(precomputed_stats={"mean": "high"})  # E: datarax-config: OperatorConfig is refused: precomputed_stats["mean"]: expected an array, a number or a dict of them, got 'high'
DataraxModuleConfig(batch_stats_fn=len, precomputed_stats={})  # E: datarax-config: DataraxModuleConfig is refused: batch_stats_fn and precomputed_stats: expected at most one of them, got both
BrightnessOperatorConfig(field_key="image", delta="dark")  # E: arg-type: Argument "delta" to "BrightnessOperatorConfig" has incompatible type "str"; expected "float"
ContrastOperatorConfig(factor=1.0)  # E: call-arg: Missing named argument "field_key" for "ContrastOperatorConfig"
CrossModalOperatorConfig(input_fields=["image"], output_fields="joint")  # E: arg-type: Argument "output_fields" to "CrossModalOperatorConfig" has incompatible type "str"; expected "list[str]"
