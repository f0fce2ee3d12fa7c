"""Configs: what they accept, what they refuse, and that they never change."""

import copy
import dataclasses
import inspect
import math
import pickle
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Any, ClassVar, Final, Literal

import annotated_types as at
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st

from datarax_typed.core.config import DataraxModuleConfig, OperatorConfig, all_rules
from datarax_typed.core.cross_modal import CrossModalOperatorConfig
from datarax_typed.core.modality import ModalityOperatorConfig
from datarax_typed.core.rules import Rule, distinct, exclusive, increasing, requires
from datarax_typed.errors import ConfigError
from tests.core.future import RangeConfig

MODULE: dict[str, object] = {
    "cacheable": False,
    "batch_stats_fn": None,
    "precomputed_stats": None,
}
OPERATOR: dict[str, object] = {
    **MODULE,
    "stochastic": False,
    "stream_name": None,
    "batch_strategy": "vmap",
}
NEEDED = inspect.Parameter.empty
MODALITY: dict[str, object] = {
    "field_key": NEEDED,
    "target_key": None,
    "auxiliary_fields": None,
    "clip_range": None,
    "preserve_auxiliary": True,
    "validate_domain_constraints": True,
}
CROSS_MODAL: dict[str, object] = {
    "input_fields": NEEDED,
    "output_fields": NEEDED,
    "operation": "fusion",
    "validate_alignment": True,
}


@dataclass(frozen=True)
class UserConfig(OperatorConfig):
    """A config as a user writes one."""

    gain: Annotated[float, at.Gt(0), at.Lt(10)] = 1.0
    levels: Annotated[list[Annotated[int, at.Interval(ge=0, lt=5)]], at.MinLen(1)] = field(
        default_factory=lambda: [1]
    )
    step: Annotated[int, at.MultipleOf(3)] = 3
    label: Annotated[str, at.Predicate(str.islower)] = "a"
    window: Annotated[tuple[int, ...], at.Len(2, 3)] = (1, 2)
    weights: dict[Annotated[str, at.MinLen(1)], Annotated[float, at.Ge(0)]] = field(
        default_factory=dict
    )
    shift: at.IsFinite[float] = 0.0
    low: float | None = None
    high: float | None = None

    rules: ClassVar[tuple[Rule, ...]] = (
        exclusive("low", "high"),
        distinct("levels"),
        increasing("window"),
    )


@dataclass(frozen=True)
class HolderConfig(DataraxModuleConfig):
    """Holds anything."""

    value: Any = None


class Mean(nnx.Module):
    """Statistics as a module."""

    def __call__(self, data: jax.Array) -> dict[str, jax.Array]:
        return {"mean": data.mean()}


def refusal(make: Callable[[], object]) -> str:
    with pytest.raises(ConfigError) as caught:
        make()
    return str(caught.value)


def image(**values: Any) -> ModalityOperatorConfig:  # of every type, wrong ones too
    return ModalityOperatorConfig(**{"field_key": "image", **values})


def fusion(**values: Any) -> CrossModalOperatorConfig:  # of every type, wrong ones too
    return CrossModalOperatorConfig(**{"input_fields": ["a"], "output_fields": ["b"], **values})


@pytest.mark.parametrize(
    ("config", "by_position", "by_name"),
    [
        (DataraxModuleConfig, MODULE, {}),
        (OperatorConfig, OPERATOR, {}),
        (ModalityOperatorConfig, OPERATOR, MODALITY),
        (CrossModalOperatorConfig, OPERATOR, CROSS_MODAL),
    ],
)
def test_signatures(
    config: type, by_position: dict[str, object], by_name: dict[str, object]
) -> None:
    parameters = inspect.signature(config).parameters.values()
    either, only = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    assert [(p.name, p.default, p.kind) for p in parameters] == [
        *((name, default, either) for name, default in by_position.items()),
        *((name, default, only) for name, default in by_name.items()),
    ]


def test_the_examples_of_the_reference_build() -> None:
    image(auxiliary_fields=["mask", "bounding_boxes"], clip_range=(0.0, 1.0))
    image(field_key="caption", stochastic=True, stream_name="text_augment")
    fusion(input_fields=["query", "key", "value"], output_fields=["attended", "weights"])
    fusion(operation="contrastive", stochastic=True, stream_name="contrastive")
    ModalityOperatorConfig(True, None, None, True, "augment", "scan", field_key="  ")


def test_every_wrong_type_is_reported_at_once() -> None:
    message = refusal(
        lambda: image(
            cacheable=1,
            batch_stats_fn=3,
            precomputed_stats=[],
            stochastic="yes",
            stream_name="",
            batch_strategy="pmap",
            field_key="",
            target_key=3,
            auxiliary_fields="mask",
            clip_range=[0.0, 1.0],
            preserve_auxiliary=None,
            validate_domain_constraints=0,
        )
    )
    assert message == (
        "ModalityOperatorConfig is refused (12):\n"
        "  - cacheable: expected bool, got 1\n"
        "  - batch_stats_fn: expected Callable[..., Any] | Module | None, got 3\n"
        "  - precomputed_stats: expected dict[str, Any], got list of 0\n"
        "  - stochastic: expected bool, got 'yes'\n"
        "  - stream_name: expected a length of at least 1, got ''\n"
        "  - batch_strategy: expected 'vmap' or 'scan', got 'pmap'\n"
        "  - field_key: expected a length of at least 1, got ''\n"
        "  - target_key: expected str, got 3\n"
        "  - auxiliary_fields: expected list[str], got 'mask'; write ['mask']\n"
        "  - clip_range: expected tuple[float, float], 2 items, got list of 2; write (0.0, 1.0)\n"
        "  - preserve_auxiliary: expected bool, got None\n"
        "  - validate_domain_constraints: expected bool, got 0"
    )


def test_every_broken_rule_is_reported_at_once() -> None:
    message = refusal(
        lambda: image(
            batch_stats_fn=len,
            precomputed_stats={"mean": 0.5},
            stochastic=True,
            auxiliary_fields=["m", "m", "image", ""],
            clip_range=(math.nan, 1.0),
        )
    )
    assert message == (
        "ModalityOperatorConfig is refused (6):\n"
        "  - auxiliary_fields[3]: expected a length of at least 1, got ''\n"
        "  - batch_stats_fn and precomputed_stats: expected at most one of them, got both; "
        "leave out batch_stats_fn or precomputed_stats\n"
        "  - stream_name: expected a value, since stochastic=True, got None; give stream_name, "
        "or leave out stochastic\n"
        "  - clip_range: expected strictly increasing numbers, got (nan, 1.0); replace the NaN\n"
        "  - auxiliary_fields: expected no value twice, got ['m', 'm', 'image', '']; "
        "keep 'm' only once\n"
        "  - auxiliary_fields: expected no item equal to field_key, "
        "got ['m', 'm', 'image', '']; remove 'image' from auxiliary_fields"
    )


def test_lists_of_fields() -> None:
    message = refusal(lambda: fusion(input_fields=[], output_fields=["a", "a"], operation=""))
    assert message == (
        "CrossModalOperatorConfig is refused (3):\n"
        "  - input_fields: expected a length of at least 1, got list of 0\n"
        "  - operation: expected a length of at least 1, got ''\n"
        "  - output_fields: expected no value twice, got ['a', 'a']; keep 'a' only once"
    )
    message = refusal(lambda: fusion(input_fields="image", output_fields=("a", 3)))
    assert message == (
        "CrossModalOperatorConfig is refused (2):\n"
        "  - input_fields: expected list[str], got 'image'; write ['image']\n"
        "  - output_fields: expected list[str], got tuple of 2; write ['a', 3]"
    )


def test_statistics_are_arrays_and_numbers_by_name() -> None:
    image(precomputed_stats={"a": {"b": np.ones(2), "c": jnp.ones(2)}, "d": 1, "e": 2.5})
    stats = {"a": "x", "b": {"c": None, 1: 2}, 3: 3}
    assert refusal(lambda: image(precomputed_stats=stats)) == (
        "ModalityOperatorConfig is refused (4):\n"
        "  - key 3 of precomputed_stats: expected str, got 3\n"
        "  - precomputed_stats[\"a\"]: expected an array, a number or a dict of them, got 'x'\n"
        '  - key 1 of precomputed_stats["b"]: expected str, got 1\n'
        '  - precomputed_stats["b"]["c"]: expected an array, a number or a dict of them, got None'
    )


def test_the_error_holds_its_problems() -> None:
    with pytest.raises(ValueError, match=r"is refused \(1\)") as caught:
        image(clip_range=(1.0, 1.0))
    assert isinstance(caught.value, ConfigError)
    assert [problem.where for problem in caught.value.problems] == ["clip_range"]


def test_clip_range_may_be_open_or_integer() -> None:
    assert image(clip_range=(0, 1)).clip_range == (0, 1)
    assert image(clip_range=(-math.inf, 0.0)).clip_range == (-math.inf, 0.0)


def test_constraints_of_a_users_config() -> None:
    assert UserConfig().levels == [1]
    message = refusal(
        lambda: UserConfig(
            gain=10,  # type: ignore[datarax-config]  # refused, as it should be
            levels=[1, 7, 1],  # type: ignore[datarax-config]  # refused, as it should be
            step=4,  # type: ignore[datarax-config]  # refused, as it should be
            label="A",  # type: ignore[datarax-config]  # refused, as it should be
            window=(1,),  # type: ignore[datarax-config]  # refused, as it should be
            weights={"": 1.0, "x": -1.0},  # type: ignore[datarax-config]  # refused, as it should be
            shift=math.inf,  # type: ignore[datarax-config]  # refused, as it should be
            low=0.0,
            high=1.0,  # type: ignore[datarax-config]  # refused, as it should be
            stochastic=True,  # type: ignore[datarax-config]  # refused, as it should be
        )
    )
    assert message == (
        "UserConfig is refused (11):\n"
        "  - gain: expected a number < 10, got 10\n"
        "  - levels[1]: expected a number < 5, got 7\n"
        "  - step: expected a multiple of 3, got 4\n"
        "  - label: expected a value for which islower holds, got 'A'\n"
        "  - window: expected a length of at least 2, got tuple of 1\n"
        "  - key '' of weights: expected a length of at least 1, got ''\n"
        '  - weights["x"]: expected a number >= 0, got -1.0\n'
        "  - shift: expected a value for which isfinite holds, got inf\n"
        "  - stream_name: expected a value, since stochastic=True, got None; give stream_name, "
        "or leave out stochastic\n"
        "  - low and high: expected at most one of them, got both; leave out low or high\n"
        "  - levels: expected no value twice, got [1, 7, 1]; keep 1 only once"
    )


def test_rules_of_all_bases_hold_once() -> None:
    @dataclass(frozen=True)
    class Narrow(UserConfig):
        rules: ClassVar[tuple[Rule, ...]] = (exclusive("low", "high"), requires("low", "label"))

    assert all_rules(Narrow) == (
        exclusive("batch_stats_fn", "precomputed_stats"),
        requires("stochastic", "stream_name"),
        exclusive("low", "high"),
        distinct("levels"),
        increasing("window"),
        requires("low", "label"),
    )


def test_rules_over_unknown_fields_are_refused_with_the_class() -> None:
    def make() -> None:
        class Broken(OperatorConfig):  # type: ignore[datarax-config]  # refused, as it should be
            scale: int = 3
            rules: ClassVar[tuple[Rule, ...]] = (
                requires("stochastik", "scale"),  # type: ignore[datarax-config]  # refused, as it should be
                exclusive("zzz", "rules"),  # type: ignore[datarax-config]  # refused, as it should be
            )

    known = (
        "'batch_stats_fn', 'batch_strategy', 'cacheable', 'precomputed_stats', 'scale', "
        "'stochastic', 'stream_name'"
    )
    assert refusal(make) == (
        "Broken has rules over unknown fields:\n"
        "  - rules: requires: expected a field of Broken, got 'stochastik'; "
        "did you mean 'stochastic'?\n"
        f"  - rules: exclusive: expected a field of Broken, got 'zzz'; fields: {known}\n"
        f"  - rules: exclusive: expected a field of Broken, got 'rules'; fields: {known}"
    )


def test_unreadable_annotations_are_refused_with_the_class() -> None:
    def make() -> None:
        class Unreadable(OperatorConfig):  # type: ignore[datarax-config]  # refused, as it should be
            size: "Missing" = 3  # type: ignore[name-defined]  # what is tested
            count: 5 = 5  # type: ignore[valid-type]  # what is tested

    assert refusal(make) == (
        "Unreadable has unreadable annotations:\n"
        "  - size: expected an annotation that can be resolved when the class is made, "
        "got Missing (name 'Missing' is not defined); define its names at module level, "
        "above the class and not under TYPE_CHECKING\n"
        "  - count: expected an annotation that can be resolved when the class is made, "
        "got 5 (5 is no type that a value can be checked against); write a type"
    )


def test_a_tuple_of_any_length_between_others_is_read() -> None:
    @dataclass(frozen=True)
    class StarConfig(OperatorConfig):
        sizes: tuple[str, *tuple[Annotated[int, at.Gt(0)], ...]] = ("a",)

    assert StarConfig(sizes=("a", 1, 2)).sizes == ("a", 1, 2)
    with pytest.raises(ConfigError) as caught:
        StarConfig(sizes=("a", 1, 0))
    assert str(caught.value) == (
        "StarConfig is refused (1):\n  - sizes[2]: expected a number > 0, got 0"
    )


def test_a_forgotten_decorator_is_noticed() -> None:
    class Forgotten(OperatorConfig):  # type: ignore[datarax-config]  # refused, as it should be
        size: int = 3

    assert refusal(Forgotten) == (
        "Forgotten is no dataclass:\n"
        "  - size: expected a field, got an attribute; "
        "decorate the class with @dataclass(frozen=True)"
    )


def test_a_config_may_contain_its_own_kind_and_arguments_of_init() -> None:
    @dataclass(frozen=True)
    class Tree(OperatorConfig):
        child: "Tree | None" = None
        scale: InitVar[int] = 2
        size: int = field(init=False, default=0)

        def __post_init__(self, scale: int) -> None:
            object.__setattr__(self, "size", scale)
            super().__post_init__()

    assert Tree(child=Tree(scale=5)).child == Tree(scale=5)
    assert refusal(lambda: Tree(child=OperatorConfig())) == (  # type: ignore[arg-type]  # tested
        "Tree is refused (1):\n  - child: expected Tree, got OperatorConfig"
    )


def test_replace_checks_again() -> None:
    config = image(clip_range=(0.0, 1.0))
    assert dataclasses.replace(config, target_key="out").clip_range == (0.0, 1.0)
    message = refusal(lambda: dataclasses.replace(config, clip_range=(1.0, 0.0)))  # type: ignore[datarax-config]  # refused, as it should be
    assert message == (
        "ModalityOperatorConfig is refused (1):\n"
        "  - clip_range: expected strictly increasing numbers, got (1.0, 0.0); "
        "put the smaller number first"
    )


def test_a_config_does_not_change() -> None:
    names, stats = ["a"], {"a": {"b": 1}}
    config = fusion(input_fields=names, precomputed_stats=stats)
    before = hash(config)
    names.append("b")
    stats["a"]["c"] = 2
    assert config.input_fields == ["a"]
    assert config.precomputed_stats == {"a": {"b": 1}}
    with pytest.raises(TypeError, match="a list in a config does not change"):
        config.input_fields.append("b")
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.operation = "alignment"  # type: ignore[misc]  # what is tested
    assert hash(config) == before


HELD: list[Callable[[], object]] = [
    lambda: np.arange(3),
    lambda: jnp.arange(3),
    lambda: {"a": [jnp.ones(2)], "b": {"c": np.nan}},
    lambda: [[1], {"a": 2}],
    lambda: math.nan,
    lambda: len,
    lambda: {1, 2},
    lambda: Literal["a"],
]


@pytest.mark.parametrize("make", HELD)
def test_equal_configs_hash_alike_whatever_they_hold(make: Callable[[], object]) -> None:
    left, right = HolderConfig(value=make()), HolderConfig(value=make())
    assert left == right
    assert hash(left) == hash(right)
    assert left != HolderConfig(value="other")
    assert left != DataraxModuleConfig()


def test_functions_and_modules_are_compared_by_identity() -> None:
    module = Mean()
    left, right = DataraxModuleConfig(batch_stats_fn=module), DataraxModuleConfig(False, module)
    assert left == right
    assert hash(left) == hash(right)
    assert left != DataraxModuleConfig(batch_stats_fn=Mean())


def test_a_users_own_equality_stays() -> None:
    @dataclass(frozen=True, eq=False)
    class Own(OperatorConfig):
        size: int = 0

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

        def __hash__(self) -> int:
            return 7

    assert Own(size=1) == Own(size=2)
    assert hash(Own()) == 7


def test_copies_are_equal() -> None:
    config = UserConfig(levels=[1, 2], precomputed_stats={"mean": np.ones(2)})
    for twin in (copy.copy(config), copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert twin == config
        assert hash(twin) == hash(config)
        with pytest.raises(TypeError, match="does not change"):
            twin.levels.append(3)
    assert dataclasses.asdict(config)["levels"] == [1, 2]


def valid(config: type[DataraxModuleConfig]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw arguments from the constraints of the fields and the rules over them."""
    # Neither a function nor arrays can be drawn from a type, and MultipleOf is not known there.
    special = {
        "step": st.integers().map(lambda number: 3 * number),
        # Few of those that are drawn at random keep the rules.
        "levels": st.lists(st.integers(0, 4), min_size=1, unique=True),
        "window": st.sets(st.integers(), min_size=2, max_size=3).map(sorted).map(tuple),
        "high": st.none(),
        "batch_stats_fn": st.sampled_from([None, len]),
        "precomputed_stats": st.none() | st.dictionaries(st.text(), st.floats(0, 1)),
    }
    hints = inspect.get_annotations(config.__init__)
    drawn = {
        field.name: special.get(field.name, st.from_type(hints[field.name]))
        for field in dataclasses.fields(config)
    }
    return st.fixed_dictionaries(drawn).filter(lambda values: not broken_rules(config, values))


def broken_rules(config: type, values: dict[str, object]) -> bool:
    return any(True for rule in all_rules(config) for _ in rule.problems(values))


CONFIGS: list[type[DataraxModuleConfig]] = [
    DataraxModuleConfig,
    OperatorConfig,
    ModalityOperatorConfig,
    CrossModalOperatorConfig,
    UserConfig,
]


@given(st.data())
@pytest.mark.parametrize("config", CONFIGS)
def test_what_is_drawn_from_the_constraints_builds(
    config: type[DataraxModuleConfig], data: st.DataObject
) -> None:
    values = data.draw(valid(config))
    built = config(**values)
    assert {name: getattr(built, name) for name in values} == values
    assert built == config(**copy.deepcopy(values))


WRONG: dict[str, st.SearchStrategy[object]] = {
    "cacheable": st.integers(),
    "batch_stats_fn": st.text(),
    "precomputed_stats": st.dictionaries(st.text(), st.text(), min_size=1),
    "stochastic": st.none(),
    "stream_name": st.just(""),
    "batch_strategy": st.text().filter(lambda text: text not in ("vmap", "scan")),
    "field_key": st.just("") | st.integers(),
    "target_key": st.just(""),
    "auxiliary_fields": st.text() | st.lists(st.integers(), min_size=1),
    "clip_range": st.tuples(st.floats(), st.floats()).filter(lambda pair: not pair[0] < pair[1]),
    "preserve_auxiliary": st.none(),
    "validate_domain_constraints": st.text(),
}


NAMES = st.lists(st.sampled_from(sorted(WRONG)), min_size=1, unique=True)


@given(valid(ModalityOperatorConfig), NAMES, st.data())
def test_every_drawn_violation_is_named(
    values: dict[str, Any], names: list[str], data: st.DataObject
) -> None:
    for name in names:
        values[name] = data.draw(WRONG[name])
    with pytest.raises(ConfigError) as caught:
        ModalityOperatorConfig(**values)
    found = " ".join(problem.where for problem in caught.value.problems)
    assert [name for name in names if name not in found] == []


def test_rules_hold_under_postponed_annotations() -> None:
    assert RangeConfig().low_high == (0.0, 1.0)
    with pytest.raises(ConfigError) as caught:
        RangeConfig(low_high=(1.0, 0.0))  # type: ignore[datarax-config]  # refused, as it should be
    assert str(caught.value) == (
        "RangeConfig is refused (1):\n"
        "  - low_high: expected strictly increasing numbers, got (1.0, 0.0); "
        "put the smaller number first"
    )


@dataclass(frozen=True)
class FinalConfig(OperatorConfig):
    """A field that a subclass may not declare anew."""

    size: Final[Annotated[int, at.Gt(0)]] = 1


def test_constraints_of_a_final_field() -> None:
    assert FinalConfig(size=2).size == 2
    message = refusal(lambda: FinalConfig(size=0))  # type: ignore[datarax-config]  # refused, as it should be
    assert message == "FinalConfig is refused (1):\n  - size: expected a number > 0, got 0"
