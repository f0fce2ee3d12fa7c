from datarax.core.operator import OperatorModule
from flax import nnx

class BrightnessOperatorConfig:
    def __init__(
        self,
        *,
        field_key: str,
        stochastic: bool = False,
        stream_name: str | None = None,
        brightness_range: tuple[float, float] = (-0.2, 0.2),
        brightness_delta: float = 0.0,
    ) -> None: ...

class BrightnessOperator(OperatorModule):
    def __init__(
        self, config: BrightnessOperatorConfig, *, rngs: nnx.Rngs | None = None
    ) -> None: ...

class ContrastOperatorConfig:
    def __init__(
        self,
        *,
        field_key: str,
        stochastic: bool = False,
        stream_name: str | None = None,
        contrast_range: tuple[float, float] = (0.8, 1.2),
        contrast_factor: float = 1.0,
    ) -> None: ...

class ContrastOperator(OperatorModule):
    def __init__(self, config: ContrastOperatorConfig, *, rngs: nnx.Rngs | None = None) -> None: ...

class RotationOperatorConfig:
    def __init__(
        self,
        *,
        field_key: str,
        stochastic: bool = False,
        stream_name: str | None = None,
        angle_range: tuple[float, float] = (-15.0, 15.0),
    ) -> None: ...

class RotationOperator(OperatorModule):
    def __init__(self, config: RotationOperatorConfig, *, rngs: nnx.Rngs | None = None) -> None: ...
