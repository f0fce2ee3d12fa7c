"""Some fields kept."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from annotated_types import MinLen

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.fields import field_path
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.rules import Rule, distinct
from datarax_typed.operators.compose.fields import only
from datarax_typed.protocols import Metadata, PyTree, Statistics


@dataclass(frozen=True)
class SelectOperatorConfig(OperatorConfig):
    """Configuration of `SelectOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        fields: the fields to keep; nested ones by dots: "image.left".
    """

    stochastic: Literal[False] = False
    fields: Annotated[list[Annotated[str, MinLen(1)]], MinLen(1)] = field(kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (distinct("fields"),)


class SelectOperator(OperatorModule[SelectOperatorConfig]):
    """Keeps some fields of an element, and drops all others; state and metadata stay.

    Args:
        config: the configuration.
        rngs: not used.
        name: a name for error messages.

    Raises:
        FieldError: in a call, a field is missing (a `KeyError`).
    """

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Keep the fields of one element; see `OperatorModule.apply`."""
        paths = [field_path(data, name, self.label) for name in self.config.fields]
        return only(data, paths), state, metadata


__all__ = ["SelectOperator", "SelectOperatorConfig"]
