"""Choices that are not among those that there are."""

from dataclasses import dataclass
from typing import Final, Literal

from datarax_typed import ModalityOperatorConfig, OperatorConfig, TokenMaskOperatorConfig

LOOP: Final = "loop"


@dataclass(frozen=True)
class ResizeConfig(ModalityOperatorConfig):
    filter: Literal["nearest", "linear"] = "linear"


def chosen(text: str, known: Literal["scan", "loop"]) -> None:
    OperatorConfig(batch_strategy=text)  # E: arg-type: incompatible type "str"; expected "Literal['vmap', 'scan']"
    OperatorConfig(batch_strategy=known)  # E: arg-type: incompatible type "Literal['scan', 'loop']"; expected "Literal['vmap', 'scan']"


OperatorConfig(batch_strategy="pmap")  # E: arg-type: incompatible type "Literal['pmap']"; expected "Literal['vmap', 'scan']"
OperatorConfig(batch_strategy=LOOP)  # E: arg-type: incompatible type "Literal['loop']"; expected "Literal['vmap', 'scan']"
OperatorConfig(batch_strategy=None)  # E: arg-type: incompatible type "None"; expected "Literal['vmap', 'scan']"
ResizeConfig(field_key="image", filter="cubic")  # E: arg-type: incompatible type "Literal['cubic']"; expected "Literal['nearest', 'linear']"
ResizeConfig(field_key="image", batch_strategy="Scan")  # E: arg-type: incompatible type "Literal['Scan']"; expected "Literal['vmap', 'scan']"
TokenMaskOperatorConfig(field_key="caption", mask_id=103, stochastic=False)  # E: arg-type: incompatible type "Literal[False]"; expected "Literal[True]"

if OperatorConfig().batch_strategy == "pmap":  # pyright misses: only its strict mode compares literals  # pyrefly misses: it does not compare literals  # ty misses: it does not compare literals  # E: comparison-overlap: Non-overlapping equality check (left operand type: "Literal['vmap', 'scan']", right operand type: "Literal['pmap']")
    pass

strategy: Literal["vmap"] = OperatorConfig().batch_strategy  # E: assignment: expression has type "Literal['vmap', 'scan']", variable has type "Literal['vmap']"
