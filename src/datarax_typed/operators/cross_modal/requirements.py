"""What operators of this family ask of their configs and options."""

from collections.abc import Sequence

from datarax_typed.core.cross_modal import CrossModalOperatorConfig
from datarax_typed.core.limits import AtLeastOne
from datarax_typed.core.options import option_problems
from datarax_typed.errors import Problem


def field_count_problems(
    config: CrossModalOperatorConfig, *, inputs: Sequence[int], outputs: Sequence[int]
) -> list[Problem]:
    """Return each list of fields whose length an operator does not take; no counts allow any."""
    asked = {"input_fields": inputs, "output_fields": outputs}
    given = {"input_fields": config.input_fields, "output_fields": config.output_fields}
    return [
        Problem(key, f"{' or '.join(map(str, counts))} fields", f"{len(given[key])}, {given[key]}")
        for key, counts in asked.items()
        if counts and len(given[key]) not in counts
    ]


def space_problems(dims: Sequence[int] | None, features: int | None) -> list[Problem]:
    """Return what is wrong with the widths of a `ContrastiveSpace`."""
    problems = option_problems(
        {
            "dims": (dims, Sequence[AtLeastOne] | None),
            "features": (features, AtLeastOne | None),
        }
    )
    if problems:
        return problems
    if dims is not None and len(dims) != 2:
        expected = "two widths, of an anchor and of what it is compared with"
        return [Problem("dims", expected, repr(dims))]
    if dims is None and features is not None:
        expected, mend = "two widths, since features is given", "give dims=(8, 8)"
        return [Problem("dims", expected, "None", mend)]
    return []


__all__ = ["field_count_problems", "space_problems"]
