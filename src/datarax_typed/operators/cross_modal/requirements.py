"""What an operator of this family asks of its config and its random number generators."""

from collections.abc import Sequence

from flax import nnx

from datarax_typed.core.cross_modal import CrossModalOperatorConfig
from datarax_typed.errors import Problem, RandomnessError, refuse


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


def parameter_rngs(owner: str, rngs: nnx.Rngs | None) -> nnx.Rngs:
    """Return generators that can initialise parameters.

    Raises:
        RandomnessError: there are none, or they have neither a stream "params" nor a default one.
    """
    if rngs is None or not ("params" in rngs or "default" in rngs):
        actual = "None" if rngs is None else "none of that name, and no default stream"
        raise RandomnessError(
            f"{owner}: expected the random stream 'params' to initialise its parameters, "
            f"got {actual}; give rngs=nnx.Rngs(0)"
        )
    return rngs


__all__ = ["check_field_counts", "parameter_rngs"]
