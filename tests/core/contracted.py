"""Operators with contracts, and what they refuse."""

from collections.abc import Callable
from typing import Any

import pytest
from jaxtyping import Array, Float
from typing_extensions import TypedDict

from datarax_typed.core import contracts
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.errors import ContractError
from tests.core.drawn import zeros

IMAGE = ModalityOperatorConfig(field_key="image")


class Stats(TypedDict):
    """Statistics with a schema."""

    mean: Float[Array, "c"]


class Options(TypedDict, total=False):
    """Keyword arguments with a schema."""

    gain: Float[Array, ""]
    bias: Float[Array, ""]


class Scale(ModalityOperator):
    """Shape-annotated, with random parameters and statistics."""

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, ""], stats: Stats
    ) -> Float[Array, "h w c"]:
        return image * random_params + stats["mean"]


class Halve(ModalityOperator):
    """Symbolic axes in the result."""

    def transform(self, image: Float[Array, "2*h w"]) -> Float[Array, "h w"]:
        return image[::2]


class Swap(ModalityOperator):
    """Breaks its own contract, unless the image is square."""

    def transform(self, image: Float[Array, "h w"]) -> Float[Array, "h w"]:
        return image.T  # type: ignore[datarax-shape]  # as it is meant: it is to be refused


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ContractError) as caught:
        call()
    return str(caught.value)


def photo(**changes: object) -> dict[str, Any]:
    return {"image": zeros(4, 6, 3), "mask": zeros(4, 6, dtype="bool"), **changes}


def note_checks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list that grows with every call that is checked, and not remembered."""
    seen: list[object] = []
    check = contracts._checked_call

    def noting(run: Callable[[], object], *rest: Any) -> object:
        seen.append(rest)
        return check(run, *rest)

    monkeypatch.setattr(contracts, "_checked_call", noting)
    return seen
