"""What an operator of this family asks of its config."""

from collections.abc import Sequence

from datarax_typed.core.cross_modal import CrossModalOperatorConfig
from datarax_typed.errors import Problem, refuse


def check_field_counts(
    owner: str, config: CrossModalOperatorConfig, *, inputs: Sequence[int], outputs: Sequence[int]
) -> None:
    """Check how many fields an operator reads and writes; no allowed count allows any.

    Raises:
        ConfigError: with each list of fields that has another length.
    """
    asked = {"input_fields": inputs, "output_fields": outputs}
    given = {"input_fields": config.input_fields, "output_fields": config.output_fields}
    problems = [
        Problem(key, f"{' or '.join(map(str, counts))} fields", f"{len(given[key])}, {given[key]}")
        for key, counts in asked.items()
        if counts and len(given[key]) not in counts
    ]
    refuse(owner, problems)


__all__ = ["check_field_counts"]
