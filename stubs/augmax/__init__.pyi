import jax

class Transformation: ...

class RandomBrightness(Transformation):
    def __init__(
        self,
        range: tuple[float, float] = (-1.0, 1.0),  # noqa: A002  # its own name
        p: float = 0.5,
    ) -> None: ...

class Rotate(Transformation):
    def __init__(
        self, angle_range: tuple[float, float] | float = (-30, 30), p: float = 1.0
    ) -> None: ...

class Chain(Transformation):
    def __init__(self, *transforms: Transformation) -> None: ...
    def __call__(self, rng: jax.Array, inputs: jax.Array) -> jax.Array: ...
