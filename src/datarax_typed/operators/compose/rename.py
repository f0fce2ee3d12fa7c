"""Fields under other names."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from annotated_types import MinLen

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.describe import describe_value
from datarax_typed.core.fields import field_names, field_path, get_field, set_field
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.rules import Rule, distinct
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.operators.compose.fields import overlap, without
from datarax_typed.protocols import Metadata, PyTree, Statistics


@dataclass(frozen=True)
class RenameOperatorConfig(OperatorConfig):
    """Configuration of `RenameOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        mapping: from the old name of a field to its new one; nested ones by dots: "image.left".
    """

    stochastic: Literal[False] = False
    mapping: Annotated[dict[Annotated[str, MinLen(1)], Annotated[str, MinLen(1)]], MinLen(1)] = (
        field(kw_only=True)
    )

    rules: ClassVar[tuple[Rule, ...]] = (distinct("mapping"),)


class RenameOperator(OperatorModule[RenameOperatorConfig]):
    """Gives fields other names, all at once: two may swap theirs; state and metadata stay.

    A dict that loses all its fields goes.

    Args:
        config: the configuration.
        rngs: not used.
        name: a name for error messages.

    Raises:
        FieldError: in a call, a field is missing (a `KeyError`).
        ContractError: in a call, there is a field of the new name, or it lies within another.
    """

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Rename the fields of one element; see `OperatorModule.apply`.

        Raises:
            ContractError: a field is in the way of a new name.
        """
        mapping = self.config.mapping
        result = without(data, [field_path(data, old, self.label) for old in mapping])
        problems: list[Problem] = []
        for old, new in mapping.items():
            taken = next((name for name in field_names(result) if overlap(name, new)), None)
            if taken is None:
                result = set_field(result, new, get_field(data, old, self.label), self.label)
            else:
                where, value = f'data["{taken}"]', get_field(result, taken, self.label)
                expected = f"no field in the place of {new!r}, the new name of {old!r}"
                mend = "rename or drop it, or take another name"
                problems.append(Problem(where, expected, describe_value(value), mend))
        if problems:
            title = f"{self.label} cannot rename fields:"
            raise ContractError(listing(title, problems), tuple(problems))
        return result, state, metadata


__all__ = ["RenameOperator", "RenameOperatorConfig"]
