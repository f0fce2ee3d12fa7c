"""What operators of this family ask of their configs, of tokens and of what moves with them."""

from collections.abc import Sequence

import jax
import numpy as np
from jaxtyping import Array, Int

from datarax_typed.core.describe import describe_value
from datarax_typed.errors import ConfigError, ContractError, Problem, listing
from datarax_typed.protocols import PyTree


def refuse_config(config: str, problems: Sequence[Problem]) -> None:
    """Refuse a config of a class for conditions that no rule can say, if there are any.

    Raises:
        ConfigError: with every problem.
    """
    if problems:
        title = f"{config} is refused ({len(problems)}):"
        raise ConfigError(listing(title, problems), tuple(problems))


def check_ids(
    asker: str, what: str, where: str, tokens: Int[Array, "tokens"], **ids: int | None
) -> None:
    """Check that the dtype of tokens holds some ids.

    Args:
        asker: the operator, for the message.
        what: what it cannot do otherwise: "mask the tokens".
        where: the name of the field.
        tokens: the tokens.
        ids: the ids by name; None is none.

    Raises:
        ContractError: with every id that is too large.
    """
    largest = int(np.iinfo(tokens.dtype).max)
    problems = [
        Problem(
            f'data["{where}"]',
            f"tokens of a dtype that holds {name}={token}",
            f"one that holds {largest} at most",
            "convert the tokens to int32",
        )
        for name, token in ids.items()
        if token is not None and token > largest
    ]
    if problems:
        raise ContractError(listing(f"{asker} cannot {what}:", problems), tuple(problems))


def check_aligned(asker: str, key: str, auxiliary: PyTree, tokens: Int[Array, "tokens"]) -> None:
    """Check that every array of an auxiliary field has one item a token, on its leading axis.

    Args:
        asker: the operator, for the message.
        key: the name of the auxiliary field.
        auxiliary: its value: an array, or a PyTree of arrays.
        tokens: the tokens.

    Raises:
        ContractError: with every array that has not.
    """
    problems = [
        Problem(
            f'data["{key}"]{jax.tree_util.keystr(path)}',
            f"a leading axis of {tokens.shape[0]}, one item a token",
            describe_value(leaf),
            "leave it out of auxiliary_fields if it does not move with the tokens",
        )
        for path, leaf in jax.tree_util.tree_leaves_with_path(auxiliary)
        if leaf.shape[:1] != tokens.shape
    ]
    if problems:
        title = f"{asker} cannot move auxiliary fields along:"
        raise ContractError(listing(title, problems), tuple(problems))


__all__ = ["check_aligned", "check_ids", "refuse_config"]
