"""Operators that lack what every call needs, and methods without annotations."""

from dataclasses import dataclass
from typing import final

import jax
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed import (
    CrossModalOperator,
    CrossModalOperatorConfig,
    ModalityOperator,
    ModalityOperatorConfig,
    OperatorConfig,
    OperatorModule,
    PyTree,
)
from datarax_typed.protocols import Metadata, Statistics


@dataclass(frozen=True)
class IdleConfig(OperatorConfig):
    """A config of its own."""


class Idle(OperatorModule[IdleConfig]):
    """Forgets to write what it does."""


class Lazy(ModalityOperator[ModalityOperatorConfig]):
    """Draws, and forgets what for."""

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        """Return a number."""
        return jax.random.uniform(key)


class Absent(CrossModalOperator):
    """An operator across modalities that forgets, too."""


class Lazier(Lazy):
    """A subclass that adds nothing that matters."""

    factor = 2.0


@final
class Last(ModalityOperator):  # E: datarax-operator: Last cannot be made: Last: expected a class that writes apply() or transform(), got neither
    """Nobody can write it later."""


Idle(IdleConfig())  # E@1: datarax-operator: Idle cannot be made: Idle: expected a class that writes apply() or transform(), got neither
Lazy(ModalityOperatorConfig(field_key="image"))  # E: datarax-operator: Lazy cannot be made: Lazy: expected a class that writes apply() or transform(), got neither
Lazier(ModalityOperatorConfig(field_key="image"))  # E: datarax-operator: Lazier cannot be made: Lazier: expected a class that writes apply() or transform(), got neither
Absent(CrossModalOperatorConfig(input_fields=["image"], output_fields=["grey"]))  # E: datarax-operator: Absent cannot be made: Absent: expected a class that writes apply() or transform(), got neither


class Bare(ModalityOperator):
    """Without any annotation."""

    def transform(self, image):  # E: no-untyped-def: type annotation ;; datarax-operator: Bare.transform: expected annotations, got none for 'image' and the return value; what is not annotated is not checked
        """Return the image."""
        return image


class Half(ModalityOperator):
    """Without an annotation of what it returns."""

    def transform(self, image: Float[Array, "h w c"]):  # E: no-untyped-def: return type annotation ;; datarax-operator: Half.transform: expected annotations, got none for the return value; what is not annotated is not checked
        """Return the image."""
        return image


class Other(ModalityOperator):
    """Without an annotation of one parameter."""

    def transform(self, image, random_params: Float[Array, ""] | None = None) -> Float[Array, "h w c"]:  # E: no-untyped-def: type annotation ;; datarax-operator: Other.transform: expected annotations, got none for 'image'; what is not annotated is not checked
        """Return the image."""
        result: Array = image * 2
        return result


class Applied(OperatorModule):
    """An `apply` without annotations of two parameters."""

    def apply(self, data: PyTree, state: PyTree, metadata: Metadata | None, random_params=None, stats=None) -> tuple[PyTree, PyTree, Metadata | None]:  # E: no-untyped-def: type annotation ;; datarax-operator: Applied.apply: expected annotations, got none for 'random_params', 'stats'; what is not annotated is not checked
        """Return what came."""
        return data, state, metadata


class Mixed(Lazy):
    """A subclass of a subclass."""

    def transform(self, image: Float[Array, "h w c"], stats=None) -> Float[Array, "h w c"]:  # E: no-untyped-def: type annotation ;; datarax-operator: Mixed.transform: expected annotations, got none for 'stats'; what is not annotated is not checked
        """Return the image."""
        return image


class Whole(Lazy):
    """A subclass that is right, for comparison."""

    def transform(
        self, image: Float[Array, "h w c"], stats: Statistics | None = None
    ) -> Float[Array, "h w c"]:
        """Return the image."""
        return image


Whole(ModalityOperatorConfig(field_key="image"), rngs=nnx.Rngs(0))
