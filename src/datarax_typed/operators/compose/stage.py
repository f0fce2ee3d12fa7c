"""What compositions ask of their stages, whoever wrote these."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias, TypeGuard

import jax

from datarax_typed.core.contracts import stage
from datarax_typed.core.element_batch import Batch, trusted_copy
from datarax_typed.core.guards import check_batch
from datarax_typed.core.operator import OperatorModule
from datarax_typed.errors import OutputError, Problem, refuse
from datarax_typed.protocols import Metadata, Operator, PyTree, Statistics

Stage: TypeAlias = Operator[PyTree, PyTree]
NamedStage: TypeAlias = tuple[str, Stage]
# Data, state and metadata of one record.
Record: TypeAlias = tuple[PyTree, PyTree, Metadata | None]


def title(named: NamedStage) -> str:
    """Return a stage as messages name it: `stages[0], BrightnessOperator`."""
    name, operator = named
    return f"{name}, {type(operator).__name__}"


def batch_after(named: NamedStage, batch: Batch, stats: Statistics | None) -> Batch:
    """Return what a stage makes of a batch.

    Raises:
        BatchError: it is no batch.
    """
    name, operator = named
    with stage(name):
        result = operator.apply_batch(batch, stats)
        check_batch(result, f"after {title(named)}")
    return result


def record_after(
    named: NamedStage, record: Record, params: PyTree, stats: Statistics | None, asker: str
) -> Record:
    """Return what a stage makes of one record.

    Args:
        named: the stage.
        record: the record.
        params: random parameters of the record; None for a deterministic stage.
        stats: statistics for the stage; None leaves it its own.
        asker: the composition, for the message.

    Raises:
        OutputError: the stage works on batches alone.
    """
    name, operator = named
    if not isinstance(operator, OperatorModule):
        raise OutputError(
            f"{asker}: expected stages that have apply(), got "
            f"{type(operator).__name__} at {name}; call the composition with a batch"
        )
    with stage(name):
        used = operator.get_statistics() if stats is None else stats
        data, state, metadata = operator.apply(*record, params, used)
    return data, state, metadata


def specs_after(
    named: NamedStage, data: PyTree, state: PyTree, stats: Statistics | None
) -> tuple[PyTree, PyTree]:
    """Return the specs of an element's data and state that come out of a stage."""
    name, operator = named
    with stage(name):
        if _derives_spec(operator):
            return operator._specs(data, state, stats)
        return operator.output_spec(data), state


def params_of(named: NamedStage, batch: Batch) -> PyTree:
    """Return random parameters of every record; None of a deterministic stage.

    Args:
        named: the stage; its random stream moves on as in a call.
        batch: what it is given; of the data, shapes are enough.
    """
    name, operator = named
    if not isinstance(operator, OperatorModule) or not operator.stochastic:
        return None
    with stage(name):
        return operator._random_params(batch)


def raise_domain_errors(stages: Iterable[NamedStage]) -> bool:
    """Return whether a call of one of the stages has checks of values to raise."""
    operators = [operator for _, operator in stages if isinstance(operator, OperatorModule)]
    return any(operator._raises_domain_errors() for operator in operators)


def required_streams(stages: Iterable[NamedStage]) -> list[str]:
    """Return the names of all random streams that the stages need."""
    operators = [operator for _, operator in stages if isinstance(operator, OperatorModule)]
    names = [name for operator in operators for name in operator.requires_rng_streams() or ()]
    return list(dict.fromkeys(names))


def check_stages(owner: str, operators: object, argument: str = "operators") -> None:
    """Check that there are stages, and that all are operators.

    Args:
        owner: the class of the composition.
        operators: what should be the list of its stages.
        argument: their argument's name; of several, or of one operator alone.

    Raises:
        ConfigError: with everything that is not an operator.
    """
    if not isinstance(operators, Sequence):
        mend = "give [operator]" if isinstance(operators, Operator) else ""
        problem = Problem(argument, "a list of operators", type(operators).__name__, mend)
        refuse(owner, [problem])
        return
    alone = argument != "operators"
    problems = [
        Problem(argument if alone else f"{argument}[{at}]", "an operator", *_what(op))
        for at, op in enumerate(operators)
        if isinstance(op, type) or not isinstance(op, Operator)
    ]
    if not operators:
        problems = [Problem(argument, "at least one operator", "none")]
    refuse(owner, problems)


def _what(value: object) -> tuple[str, str]:
    """Return what is no operator, and how to mend it."""
    if isinstance(value, type):
        return f"the class {value.__name__}", f"make it first: {value.__name__}(config)"
    mend = "give an object with apply_batch() and output_spec()"
    return type(value).__name__, mend


def _derives_spec(operator: Stage) -> TypeGuard[OperatorModule]:
    # An operator that declares its spec may be one that cannot be traced.
    declares = type(operator).output_spec is not OperatorModule.output_spec
    return isinstance(operator, OperatorModule) and not declares


def row_specs(batch: Batch) -> tuple[PyTree, PyTree]:
    """Return the specs of an element's data and state."""
    return batch.spec(), trusted_copy(batch, data=batch.state).spec()


def specs_of_batch(batch: Batch, data: PyTree, state: PyTree) -> Batch:
    """Return a batch of the same rows that has specs for data and state, given an element's."""
    size = batch.valid_mask.shape[0]

    def stacked(leaf: PyTree) -> jax.ShapeDtypeStruct:
        return jax.ShapeDtypeStruct((size, *leaf.shape), leaf.dtype)

    return batch.replace(data=jax.tree.map(stacked, data), state=jax.tree.map(stacked, state))


__all__ = [
    "NamedStage",
    "Record",
    "Stage",
    "batch_after",
    "check_stages",
    "params_of",
    "raise_domain_errors",
    "record_after",
    "required_streams",
    "row_specs",
    "specs_after",
    "specs_of_batch",
    "title",
]
