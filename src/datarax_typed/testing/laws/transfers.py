"""Transfers: a call moves nothing between host and device, and calls nothing on the host."""

import re
from typing import Final

import jax
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import PyTree
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import Subject, call

# What a program does on the host, by the names of JAX's primitives.
_ON_HOST: Final = re.compile(r"\b(\w*callback|debug_print|infeed|outfeed)\[")


def check(subject: Subject) -> None:
    """Look for callbacks in what is traced, then call with transfers forbidden."""
    batch = subject.batch
    if found := sorted(set(_ON_HOST.findall(_traced(subject, batch)))):
        raise BrokenError(f"its program calls the host: {', '.join(found)}")
    operator = subject.fresh()
    result = call(operator, batch)
    foreign = [leaf for leaf in jax.tree.leaves(result.data) if not isinstance(leaf, jax.Array)]
    if foreign:
        raise BrokenError(f"a call brings its result to the host: {type(foreign[0]).__name__}")
    if not callable(operator):
        return
    try:
        with jax.transfer_guard("disallow"):
            call(operator, batch)
    except Exception as error:
        if "transfer" not in str(error):
            raise
        raise BrokenError(f"a call moves data: {str(error).partition(chr(10))[0]}") from error


def _traced(subject: Subject, batch: Batch) -> str:
    operator = subject.fresh()
    if not isinstance(operator, nnx.Module):
        return str(jax.make_jaxpr(lambda batch: call(operator, batch))(batch))
    graph, state = nnx.split(operator)

    def run(state: PyTree, batch: Batch) -> Batch:
        module: PyTree = nnx.merge(graph, state)
        return call(module, batch)

    try:
        return str(jax.make_jaxpr(run)(state, batch))
    except jax.errors.ConcretizationTypeError as error:
        text = str(error).partition(chr(10))[0]
        raise BrokenError(f"a call needs a value of the device on the host: {text}") from error


__all__ = ["check"]
