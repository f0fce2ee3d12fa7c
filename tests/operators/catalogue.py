"""The catalogue: every operator of the library, in each configuration that is something of its own.

Laws, `datarax-typed check` and the documentation are tested on what is listed here.
"""

from tests.operators.audio.cases import CASES as AUDIO
from tests.operators.batch.cases import CASES as BATCH
from tests.operators.case import Case
from tests.operators.compose.cases import CASES as COMPOSE
from tests.operators.cross_modal.cases import CASES as CROSS_MODAL
from tests.operators.image.colour_cases import CASES as COLOUR
from tests.operators.image.geometry_cases import CASES as GEOMETRY
from tests.operators.series.cases import CASES as SERIES
from tests.operators.text.cases import CASES as TEXT

CATALOGUE: list[Case] = [
    *COLOUR,
    *GEOMETRY,
    *BATCH,
    *AUDIO,
    *TEXT,
    *SERIES,
    *CROSS_MODAL,
    *COMPOSE,
]
