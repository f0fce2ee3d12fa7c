"""Some fields dropped."""

import pytest

from datarax_typed import BatchError, FieldError
from datarax_typed.operators.compose import DropOperator, DropOperatorConfig
from tests.operators.compose.fields import names, pair


def drop(*fields: str) -> DropOperator:
    return DropOperator(DropOperatorConfig(fields=list(fields)))


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        (["label"], {"image.left", "image.right"}),
        (["image"], {"label"}),
        (["image.left"], {"image.right", "label"}),
        (["image.left", "image.right"], {"label"}),
        (["image", "image.left"], {"label"}),
    ],
)
def test_these_fields_are_dropped(fields: list[str], kept: set[str]) -> None:
    given = pair()
    result = drop(*fields).apply_batch(given)
    assert names(result.data) == kept
    # A dict without fields would be in the structure still.
    assert result.data.keys() == {name.partition(".")[0] for name in kept}
    assert names(given.data) == {"image.left", "image.right", "label"}


def test_all_else_is_the_input_itself() -> None:
    given = pair()
    result = drop("image.left")(given)
    assert result.data["label"] is given.data["label"]
    assert result.state["seen"] is given.state["seen"]
    assert result.metadata == {"path": ["a", "b"]}


def test_missing_fields_name_what_looks_like_them() -> None:
    with pytest.raises(FieldError) as caught:
        drop("lable")(pair())
    assert str(caught.value) == (
        "DropOperator: expected a field 'lable', got none of that name; "
        "available: 'image.left', 'image.right', 'label'; did you mean 'label'?"
    )


def test_something_must_be_left() -> None:
    with pytest.raises(BatchError, match="expected at least one array"):
        drop("image", "label")(pair().replace(state={}))
