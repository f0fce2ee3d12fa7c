"""A function applied to fields."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, TypeAlias

import jax
from annotated_types import MinLen
from flax import nnx
from jaxtyping import Array

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.contracts import contract, places
from datarax_typed.core.describe import describe_value
from datarax_typed.core.fields import field_names, get_field, set_field
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.rules import Rule, distinct
from datarax_typed.errors import OutputError, Problem, refuse
from datarax_typed.protocols import Metadata, PyTree, Statistics

Function: TypeAlias = Callable[[Array], Array] | nnx.Module


@dataclass(frozen=True)
class MapOperatorConfig(OperatorConfig):
    """Configuration of `MapOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        fields: the fields to map; None maps all.
    """

    stochastic: Literal[False] = False
    fields: Annotated[list[Annotated[str, MinLen(1)]], MinLen(1)] | None = None

    rules: ClassVar[tuple[Rule, ...]] = (distinct("fields"),)


class MapOperator(OperatorModule[MapOperatorConfig]):
    """Replaces fields by a function of them.

    Args:
        config: the configuration.
        function: maps one element's value; its shape annotations, a module's those of `__call__`,
            are enforced. An `nnx.Module` is a submodule, and its parameters are the operator's.
        rngs: not used.
        name: a name for error messages.

    Raises:
        ConfigError: the function cannot be called.
        ContractError: its annotations cannot be resolved; in a call, a value does not fit them.
        FieldError: in a call, a field is missing (a `KeyError`).
        OutputError: in a call, the function returns nothing.
    """

    def __init__(
        self,
        config: MapOperatorConfig,
        function: Function,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        _check_callable(function)
        is_module = isinstance(function, nnx.Module)
        enforced = _enforced(function)
        self.function: Function = nnx.data(function) if is_module else nnx.static(enforced)

    @property
    def call(self) -> Callable[[Array], Array]:
        """The function with its annotations enforced."""
        return _enforced(self.function)

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Map the fields of one element; see `OperatorModule.apply`."""
        result, call = data, self.call
        for key in self.config.fields or list(field_names(data)):
            with places(f'data["{key}"]'):
                value = call(get_field(data, key, self.label))
            if not jax.tree.leaves(value):
                raise OutputError(
                    f'{self.label}: expected an array from the function for data["{key}"], '
                    f"got {describe_value(value)}; return a value"
                )
            result = set_field(result, key, value)
        return result, state, metadata


def _enforced(function: Function) -> Callable[[Array], Array]:
    if not isinstance(function, nnx.Module):
        return contract(function)
    # NNX types no call of a module.
    call: Callable[[Array], Array] = contract(function.__call__)
    return call


def _check_callable(function: object) -> None:
    if not callable(function):
        problem = Problem("function", "a function or a callable module", repr(function))
        refuse("MapOperator", [problem])


__all__ = ["MapOperator", "MapOperatorConfig"]
