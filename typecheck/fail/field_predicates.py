"""Values for which a known predicate does not hold."""

import math
from dataclasses import dataclass, field
from typing import Annotated

from annotated_types import IsFinite, LowerCase, Predicate

from datarax_typed import OperatorConfig


@dataclass(frozen=True)
class ScanConfig(OperatorConfig):
    """Predicates of the standard library, written out and by their aliases."""

    name: Annotated[str, Predicate(str.islower)] = "scan"
    constant: Annotated[str, Predicate(str.isupper)] = "SCAN"
    identifier: Annotated[str, Predicate(str.isidentifier)] = "scan"
    scale: Annotated[float, Predicate(math.isfinite)] = 1.0
    offset: IsFinite[float] = 0.0
    modality: LowerCase[str] = "image"
    tags: list[LowerCase[str]] = field(default_factory=list)


ScanConfig(name="Scan")  # E: datarax-config: ScanConfig is refused: name: expected a value for which islower holds, got 'Scan'
ScanConfig(name="")  # E: datarax-config: ScanConfig is refused: name: expected a value for which islower holds, got ''
ScanConfig(constant="Scan")  # E: datarax-config: ScanConfig is refused: constant: expected a value for which isupper holds, got 'Scan'
ScanConfig(identifier="2nd")  # E: datarax-config: ScanConfig is refused: identifier: expected a value for which isidentifier holds, got '2nd'
ScanConfig(scale=math.inf)  # E: datarax-config: ScanConfig is refused: scale: expected a value for which isfinite holds, got inf
ScanConfig(scale=-math.inf)  # E: datarax-config: ScanConfig is refused: scale: expected a value for which isfinite holds, got -inf
ScanConfig(offset=math.nan)  # E: datarax-config: ScanConfig is refused: offset: expected a value for which isfinite holds, got nan
ScanConfig(offset=float("-inf"))  # E: datarax-config: ScanConfig is refused: offset: expected a value for which isfinite holds, got -inf
ScanConfig(modality="Image")  # E: datarax-config: ScanConfig is refused: modality: expected a value for which islower holds, got 'Image'
ScanConfig(tags=["cat", "Dog"])  # E: datarax-config: ScanConfig is refused: tags[1]: expected a value for which islower holds, got 'Dog'
