"""Operators of several modalities side by side, one a field."""

from collections.abc import Iterator, Mapping
from typing import Any

from flax import nnx

from datarax_typed.core.modality import ModalityOperator
from datarax_typed.errors import Problem, refuse
from datarax_typed.operators.compose.composite import (
    CompositeOperatorConfig,
    CompositeOperatorModule,
    Stage,
)


class MultiModalOperator(CompositeOperatorModule):
    """Transforms several fields of an element, each with its own operator.

    Args:
        config: the configuration.
        operators: a map from a field to the operator of that field.
        rngs: not used; the operators have theirs.
        name: a name for error messages.

    Raises:
        ConfigError: there is no operator, an operator works on another field than its key says, or
            two write to the same field.
    """

    def __init__(
        self,
        config: CompositeOperatorConfig,
        operators: Mapping[str, ModalityOperator[Any]],  # operators of any config
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        _check_mapping(operators)
        super().__init__(config, tuple(operators.values()), rngs=rngs, name=name)
        self.fields: tuple[str, ...] = nnx.static(tuple(operators))
        _check_fields(operators)

    def named_stages(self) -> Iterator[tuple[str, Stage]]:
        """Yield every operator with its field's name."""
        for key, operator in zip(self.fields, self.stages, strict=True):
            yield f'operators["{key}"]', operator


def _check_mapping(operators: object) -> None:
    if not isinstance(operators, Mapping):
        expected, mend = "a map from field to operator", 'give {"image": operator}'
        problem = Problem("operators", expected, type(operators).__name__, mend)
        refuse("MultiModalOperator", [problem])


def _check_fields(operators: Mapping[str, object]) -> None:
    problems: list[Problem] = []
    writers: dict[str, str] = {}
    for key, operator in operators.items():
        if not isinstance(operator, ModalityOperator):
            expected = "a ModalityOperator"
            problems.append(Problem(f'operators["{key}"]', expected, type(operator).__name__))
            continue
        config = operator.config
        if config.field_key != key:
            where, actual = f'operators["{key}"]', f"field_key={config.field_key!r}"
            problems.append(Problem(where, f"an operator of the field {key!r}", actual))
        target = config.target_key or config.field_key
        if target in writers:
            expected = f"a target of its own, {writers[target]!r} writes {target!r} too"
            problems.append(Problem(f'operators["{key}"]', expected, repr(target)))
        writers.setdefault(target, key)
    refuse("MultiModalOperator", problems)


__all__ = ["MultiModalOperator"]
