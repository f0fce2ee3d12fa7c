"""The laws, in the order in which they are examined: the simplest first."""

from typing import Final

from datarax_typed.testing.law import Law
from datarax_typed.testing.laws import (
    compilation,
    contract,
    copies,
    counts,
    domain,
    finite_differences,
    foreign_state,
    gradients,
    output_spec,
    protocols,
    purity,
    records,
    retracing,
    seeds,
    state,
    strategies,
    transfers,
)

LAWS: Final[tuple[Law, ...]] = (
    Law(
        "protocols",
        "it has the methods of the protocols that it implements, callable as they say",
        protocols.check,
    ),
    Law(
        "contract",
        "annotations say what it takes; a wrong rank, dtype or axis, or no field, is refused",
        contract.check,
    ),
    Law(
        "purity",
        "apply gives the same for the same, draws nothing, and leaves its inputs as they are",
        purity.check,
    ),
    Law("strategies", "vmap, scan and a loop over the records agree", strategies.check),
    Law("compilation", "eager, compiled and nnx.jit agree", compilation.check),
    Law("seeds", "the same seed gives the same result, another seed another", seeds.check),
    Law(
        "records",
        "a record's result does not depend on its batch, order, padding or resume",
        records.check,
    ),
    Law(
        "output-spec",
        "output_spec says what comes out, for all sizes that the contract leaves open",
        output_spec.check,
    ),
    Law("domain", "what is stored fulfils the constraints on its values", domain.check),
    Law("gradients", "a finite gradient reaches every nnx.Param", gradients.check),
    Law(
        "finite-differences",
        "gradients are what a small change of a parameter does",
        finite_differences.check,
    ),
    Law("counts", "applied and skipped add up to the valid records", counts.check),
    Law("copies", "clone and copy are equal to their original, and independent", copies.check),
    Law(
        "state",
        "a state saved by pickle, msgpack or Orbax makes another go on as the first would",
        state.check,
    ),
    Law(
        "foreign-state",
        "a state that does not fit is refused, and changes nothing",
        foreign_state.check,
    ),
    Law("retracing", "a second batch of the same shape is not traced again", retracing.check),
    Law("transfers", "a call neither moves data to or from the host nor calls it", transfers.check),
)

__all__ = ["LAWS"]
