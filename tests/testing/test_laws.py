"""Every law is broken by operators that keep all others."""

from typing import Any

import pytest

from datarax_typed.core.modality import ModalityOperatorConfig
from datarax_typed.core.operator import OperatorModule
from datarax_typed.testing import LAWS, examine_operator
from tests.testing import broken
from tests.testing.broken import SPEC, Broken

UNCHECKED = ModalityOperatorConfig(field_key="x", validate_domain_constraints=False)

# One a law, with its counterexample.
ALONE = [
    Broken(
        "protocols",
        broken.OddReset,
        "StatisticsProvider calls reset_statistics(), but its signature is "
        "reset_statistics(hard: bool) -> None: missing a required argument: 'hard'",
    ),
    Broken(
        "contract",
        broken.Unchecked,
        "its annotations do not allow a wrong rank, f32[1,1] in place of f32[1] for 'x', but it "
        "takes it",
    ),
    Broken(
        "purity",
        broken.WritingIntoItsInput,
        'apply changes its input data["x"][0]: before 0.6369617, after 2.5478468; '
        "given x float32[1,1] = [[0.637]]",
    ),
    Broken(
        "strategies",
        broken.OtherInScan,
        'data["x"][0, 0]: vmap 1.2739234, scan 2.2739234; given x float32[1,1] = [[0.637]]',
    ),
    Broken(
        "compilation",
        broken.OtherInTraces,
        'data["x"][0]: compiled 2.2739234, eager, for the first record 1.2739234; '
        "given x float32[1,1] = [[0.637]]",
    ),
    Broken(
        "seeds",
        broken.FixedKey,
        "16 other seeds give the same result: the numbers do not come from the key that "
        "sample_params is given; given x float32[1,1] = [[0.637]]",
    ),
    Broken(
        "records",
        broken.CountingPadding,
        'data["x"][0, 0]: without padding -0.2757938, with padding -0.36772513 (and 9 more); '
        "given x float32[3,5]",
    ),
    Broken("output-spec", broken.Lying, "x: output_spec says f32[7], what comes out is f32[1]"),
    Broken(
        "domain",
        lambda: broken.OutOfDomain(UNCHECKED),
        "expected that the share is 0 to 1, got values from 1.273923397064209 to "
        '1.273923397064209 for data["x"] of record 0',
    ),
    Broken(
        "gradients",
        broken.Unlearnable,
        "no gradient reaches scale; given x float32[1,1] = [[0.637]]",
    ),
    Broken(
        "finite-differences",
        broken.TwiceTheGradient,
        "the gradient of scale along 1. is 1.91089, finite differences say 0.955462; "
        "given x float32[1,1] = [[0.637]]",
    ),
    Broken(
        "counts",
        broken.CountingTwice,
        "after calls with 1 and 1 valid records, its counts say "
        "{'applied_count': 4, 'skipped_count': 0}, which is not 2 in all",
    ),
    Broken(
        "copies",
        broken.Sharing,
        'a change of clone() changes its original, state["scale"]: before 2.0, after 3.0',
    ),
    Broken("state", broken.Forgetful, 'state["scale"]: saved 2.0, pickle 3.0'),
    Broken(
        "foreign-state",
        broken.HalfRestoring,
        "set_state refuses a state with an entry more, 'foreign', but changes state[\"scale\"]: "
        "before 2.0, after 3.0",
    ),
    Broken(
        "retracing",
        broken.Retracing,
        "call 2, with a batch of the same shape, was traced anew (1 functions)",
    ),
    Broken("transfers", broken.CallingTheHost, "its program calls the host: pure_callback"),
]

# What else a law catches.
ALSO = [
    Broken(
        "contract",
        broken.Unannotated,
        "no annotation says what arrays it takes for 'x'; annotate its transform, or apply, with "
        'shapes: Float[Array, "h w c"]',
    ),
    Broken(
        "contract",
        broken.Forgiving,
        "it does not miss the field 'x', which it is said to read",
    ),
    Broken(
        "purity",
        broken.Wavering,
        'apply gives two results: data["x"][0]: the first call 1.2739234, the second 0.6369617; '
        "given x float32[1,1] = [[0.637]]",
    ),
    Broken(
        "purity",
        broken.Drawing,
        'apply changes the operator\'s state["rngs"]["augment"]["count"]: before 1, after 3',
    ),
    Broken(
        "records",
        broken.OneKeyABatch,
        'data["x"][0, 0]: at first 0.062181532, after another batch -0.6205158; '
        "given x float32[1,1] = [[0.637]]; write sample_params, a record's own key, in place of "
        "generate_random_params",
    ),
    Broken(
        "records",
        broken.Positional,
        'data["x"][0, 0]: without padding 1.2739234, with padding first 2.2739234; '
        "given x float32[2,1] = [[0.637 ], [0.2698]]",
    ),
    Broken(
        "records",
        broken.Ageing,
        'data["x"][0, 0]: at first 2.2739234, after another batch 3.2739234; '
        "given x float32[1,1] = [[0.637]]",
    ),
    Broken(
        "output-spec",
        broken.LyingInSymbols,
        "x at n=1: output_spec says f32[0], what comes out is f32[1]",
    ),
    Broken(
        "gradients",
        broken.Infinite,
        "the gradient of scale is inf; given x float32[1,1] = [[0.637]]",
    ),
    Broken("foreign-state", broken.Swallowing, "set_state takes a state that is None"),
    Broken(
        "transfers",
        broken.Bringing,
        "a call moves data: INVALID_ARGUMENT: Disallowed host-to-device transfer: "
        "aval=ShapedArray(float32[1,1]), dst_sharding=SingleDeviceSharding(device=CpuDevice(id=0), "
        "memory_kind=device)",
    ),
]


ALSO += [
    Broken("transfers", broken.Printing, "its program calls the host: debug_print"),
    Broken(
        "transfers",
        broken.Reading,
        "a call needs a value of the device on the host: Abstract tracer value encountered where "
        "concrete value is expected: traced array with shape float32[]",
    ),
    Broken(
        "finite-differences",
        broken.Reversed,
        "the gradient of scale along [0.52296926 0.34430163 0.63339193 0.4547243 ] is 4.33635, "
        "finite differences say 4.46272; given x float32[1,1] = [[0.637]]",
    ),
    Broken(
        "state",
        broken.ForgettingVariables,
        'data["x"][0, 0]: without a stop 2.2739234, restored 5.2739234; '
        "given x float32[1,1] = [[0.637]]",
    ),
    Broken(
        "protocols",
        broken.Anonymous,
        "apply_batch changes the index of records[0]: given 4, returned 0",
    ),
    Broken("records", broken.Reviving, "rows of padding come out as valid ones"),
]


def name_of(case: Broken) -> str:
    return f"{case.law}-{case.make.__name__}"


@pytest.mark.parametrize("case", ALONE, ids=name_of)
def test_a_law_alone_catches_who_breaks_it(case: Broken) -> None:
    outcomes = examine_operator(case.make(), SPEC)
    assert {out.law.name: out.detail for out in outcomes if out.verdict == "broken"} == {
        case.law: case.says
    }


@pytest.mark.parametrize("case", ALSO, ids=name_of)
def test_what_else_breaks_a_law(case: Broken) -> None:
    (outcome,) = examine_operator(case.make(), SPEC, laws=[case.law])
    assert (outcome.verdict, outcome.detail) == ("broken", case.says)


def test_every_law_can_be_broken() -> None:
    assert {case.law for case in ALONE} == {law.name for law in LAWS}


@pytest.mark.parametrize(
    ("operator", "inapplicable"),
    [
        (broken.Scaled(), {"seeds", "domain"}),
        (broken.Shaken(), {"gradients", "finite-differences", "domain"}),
    ],
)
def test_operators_may_keep_every_law(
    operator: OperatorModule[Any], inapplicable: set[str]
) -> None:
    outcomes = examine_operator(operator, SPEC)
    assert {out.law.name: out.detail for out in outcomes if out.verdict == "broken"} == {}
    assert {out.law.name for out in outcomes if out.verdict != "holds"} == inapplicable
