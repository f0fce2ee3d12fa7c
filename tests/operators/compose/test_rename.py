"""Fields under other names."""

import numpy as np
import pytest

from datarax_typed import ConfigError, ContractError, FieldError
from datarax_typed.operators.compose import RenameOperator, RenameOperatorConfig
from tests.operators.compose.fields import names, pair
from tests.operators.trees import symbolic


def rename(**mapping: str) -> RenameOperator:
    return RenameOperator(RenameOperatorConfig(mapping=mapping))


def renamed(mapping: dict[str, str]) -> RenameOperator:
    return RenameOperator(RenameOperatorConfig(mapping=mapping))


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"label": "target"}, {"image.left", "image.right", "target"}),
        ({"image": "photo"}, {"photo.left", "photo.right", "label"}),
        ({"image.left": "left", "image.right": "right"}, {"left", "right", "label"}),
        ({"label": "image.label"}, {"image.left", "image.right", "image.label"}),
        ({"image.left": "a.b.c"}, {"a.b.c", "image.right", "label"}),
        ({"image": "image.both"}, {"image.both.left", "image.both.right", "label"}),
    ],
)
def test_fields_get_other_names(mapping: dict[str, str], expected: set[str]) -> None:
    given = pair()
    assert names(renamed(mapping).apply_batch(given).data) == expected
    assert names(given.data) == {"image.left", "image.right", "label"}


def test_names_may_be_swapped() -> None:
    given = pair()
    result = renamed({"image.left": "image.right", "image.right": "image.left"})(given)
    assert result.data["image"]["left"] is given.data["image"]["right"]
    np.testing.assert_array_equal(result.data["image"]["right"], [0, 1])
    assert result.metadata == {"path": ["a", "b"]}
    assert result.state["seen"] is given.state["seen"]


def test_specs_move_along() -> None:
    spec = {"a": symbolic("n"), "b": symbolic("m")}
    assert rename(a="c").output_spec(spec) == {"b": symbolic("m"), "c": symbolic("n")}


def test_missing_fields_name_what_looks_like_them() -> None:
    with pytest.raises(FieldError, match=r"^RenameOperator: .*did you mean 'label'\?"):
        rename(lable="target")(pair())


def test_a_field_in_the_way_is_not_overwritten() -> None:
    with pytest.raises(ContractError) as caught:
        renamed({"label": "image"})(pair())
    assert str(caught.value) == (
        "RenameOperator cannot rename fields:\n"
        "  - data[\"image.left\"]: expected no field in the place of 'image', the new name of "
        "'label', got float32[]; rename or drop it, or take another name"
    )
    with pytest.raises(ContractError, match=r"the new name of 'image\.left', got int32"):
        renamed({"image.left": "label.left"})(pair())
    with pytest.raises(ContractError, match="the new name of 'label', got float32"):
        renamed({"image.left": "a", "label": "a.b"})(pair())


def test_two_of_one_new_name_are_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        rename(a="c", b="c")
    assert str(caught.value) == (
        "RenameOperatorConfig is refused (1):\n"
        "  - mapping: expected no value twice, got {'a': 'c', 'b': 'c'}; keep 'c' only once"
    )


def test_wrong_names_are_refused() -> None:
    with pytest.raises(ConfigError, match="mapping: expected a length of at least 1"):
        renamed({})
    with pytest.raises(ConfigError, match="expected a length of at least 1, got ''"):
        rename(a="")


def test_a_config_with_a_dict_is_hashed_and_owned() -> None:
    mapping = {"a": "b"}
    one, other = (RenameOperatorConfig(mapping=mapping) for _ in range(2))
    mapping["c"] = "d"
    assert one.mapping == {"a": "b"}
    assert hash(one) == hash(other)
    assert one == other
    assert one != RenameOperatorConfig(mapping={"a": "c"})
