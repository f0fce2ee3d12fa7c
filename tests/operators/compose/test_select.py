"""Some fields kept."""

import pytest

from datarax_typed import ConfigError, FieldError
from datarax_typed.operators.compose import SelectOperator, SelectOperatorConfig
from tests.operators.compose.fields import names, pair
from tests.operators.trees import symbolic


def select(*fields: str) -> SelectOperator:
    return SelectOperator(SelectOperatorConfig(fields=list(fields)))


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        (["label"], {"label"}),
        (["image"], {"image.left", "image.right"}),
        (["image.left"], {"image.left"}),
        (["label", "image.right"], {"image.right", "label"}),
        (["image", "image.left"], {"image.left", "image.right"}),
    ],
)
def test_only_these_fields_are_kept(fields: list[str], kept: set[str]) -> None:
    given = pair()
    result = select(*fields).apply_batch(given)
    assert names(result.data) == kept
    assert names(given.data) == {"image.left", "image.right", "label"}


def test_what_is_kept_and_all_else_is_the_input_itself() -> None:
    given = pair()
    result = select("image.left")(given)
    assert result.data["image"]["left"] is given.data["image"]["left"]
    assert result.state["seen"] is given.state["seen"]
    assert result.metadata == {"path": ["a", "b"]}
    assert result.index is given.index


def test_specs_are_those_of_the_fields() -> None:
    assert select("a").output_spec({"a": symbolic("n"), "b": symbolic("m")}) == {"a": symbolic("n")}


def test_missing_fields_name_what_looks_like_them() -> None:
    with pytest.raises(FieldError) as caught:
        select("label", "image.lef")(pair())
    assert str(caught.value) == (
        "SelectOperator: expected a field 'image.lef', got none of that name; "
        "available: 'image.left', 'image.right', 'label'; did you mean 'image.left'?"
    )


def test_wrong_fields_are_refused() -> None:
    with pytest.raises(ConfigError, match="fields: expected a length of at least 1, got list of 0"):
        SelectOperatorConfig(fields=[])  # type: ignore[datarax-config]  # refused, as it should be
    with pytest.raises(ConfigError, match="expected no value twice"):
        SelectOperatorConfig(fields=["a", "a"])  # type: ignore[datarax-config]  # refused, as it should be
