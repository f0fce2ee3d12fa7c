"""JAX transformations of operators."""

from typing import Any, Final

import jax

from datarax_typed.core.compiled import lowered
from datarax_typed.core.describe import describe_value
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.guards import check_batch
from datarax_typed.core.operator import OperatorModule
from datarax_typed.protocols import Statistics


class CompiledOperator:
    """An operator whose calls are one compiled program; see `jit`.

    Attributes:
        operator: the operator; its state moves on with every call.
        donate: whether a call gives the arrays of its batch away.
    """

    # Any operator: nothing here depends on its config.
    def __init__(self, operator: OperatorModule[Any], *, donate: bool) -> None:
        self.operator: Final = operator
        self.donate: Final = donate

    def __call__(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        """Transform a batch; within a trace, the operator becomes part of it.

        Args:
            batch: the input; if it is donated, its data, state and metadata are not to be used
                afterwards, not even after an error.
            stats: statistics to use instead of the operator's own.

        Raises:
            See `OperatorModule.__call__`.
        """
        return self.operator._call(batch, stats, donates=self.donate)

    def lower(self, batch: Batch, stats: Statistics | None = None) -> jax.stages.Lowered:
        """Return the program that a call runs, to read it or to ask what it costs.

        Args:
            batch: a batch of the right structure; it is not computed with.
            stats: statistics to use instead of the operator's own.
        """
        check_batch(batch, self.operator)
        raises = self.operator._raises_domain_errors
        return lowered(self.operator, batch, stats, raises, donates=self.donate)

    def __repr__(self) -> str:
        return f"jit({self.operator.label}{', donate=True' if self.donate else ''})"


# Any operator: nothing here depends on its config.
def jit(operator: OperatorModule[Any], *, donate: bool = False) -> CompiledOperator:
    """Return an operator whose calls are one compiled program, built once per structure.

    The operator is taken apart once. A call compares identities, hands the program the values of
    parameters, statistics and random streams, writes back what has changed, and returns only what
    is new: what an optimiser, `set_state`, `set_statistics`, a flag or a new submodule changes is
    noticed. A chain is one program. Operators of equal structure share their programs.

    Args:
        operator: the operator; it is not copied, and can be used beside the compiled one.
        donate: give the memory of the batch's data, state and metadata to the result. The caller
            must not use them afterwards; `valid_mask` and `index` stay.

    Raises:
        TypeError: `operator` is something else.
    """
    given: object = operator
    if not isinstance(given, OperatorModule):
        raise TypeError(
            f"jit: expected an operator, got {describe_value(given)}; "
            "give chain(operator) for what only fulfils the protocol, and functions to jax.jit"
        )
    return CompiledOperator(operator, donate=donate)


__all__ = ["CompiledOperator", "jit"]
