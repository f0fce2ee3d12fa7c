"""Specs as they are written on a command line."""

import jax
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datarax_typed.cli.errors import CannotRunError
from datarax_typed.cli.specs import parse_specs
from datarax_typed.core.spec_texts import SHORT_DTYPES
from datarax_typed.core.stages import spec_texts

NARROW = sorted(set(SHORT_DTYPES) - {"f64", "i64", "u64"})
NAMES = st.sampled_from(["image", "mask", "tokens", "left", "right_eye", "Änderung"])
# As JAX writes them, so that what is read is what is written again.
AXES = st.sampled_from(["0", "3", "224", "h", "w", "2*h", "h + 1", "h*w", "max(h, w)"])
FIELDS = st.lists(NAMES, min_size=1, max_size=3).map(".".join)
SPECS = st.builds(
    lambda dtype, axes: f"{dtype}[{','.join(axes)}]",
    st.sampled_from(NARROW),
    st.lists(AXES, max_size=4),
)


def _is_a_tree(fields: list[str]) -> bool:
    return not any(a != b and b.startswith(f"{a}.") for a in fields for b in fields)


@given(st.dictionaries(FIELDS, SPECS, min_size=1, max_size=4).filter(lambda d: _is_a_tree([*d])))
def test_what_is_read_is_what_is_written(specs: dict[str, str]) -> None:
    parsed = parse_specs([f"{field}={spec}" for field, spec in specs.items()])
    assert spec_texts(parsed) == specs


def test_nested_fields_share_their_groups() -> None:
    parsed = parse_specs(["pair.left=f32[h]", "pair.right=u8[h]", "loss=f32[]"])
    assert parsed.keys() == {"pair", "loss"}
    assert parsed["pair"].keys() == {"left", "right"}
    assert parsed["loss"].shape == ()
    assert parsed["pair"]["left"].shape == parsed["pair"]["right"].shape


def test_spaces_between_axes_are_allowed() -> None:
    assert spec_texts(parse_specs([" image=f32[ h, w ,3 ] "])) == {"image": "f32[h,w,3]"}


def test_wide_dtypes_need_x64() -> None:
    with jax.enable_x64(True):
        assert spec_texts(parse_specs(["x=f64[]", "n=i64[3]"])) == {"x": "f64[]", "n": "i64[3]"}
    with pytest.raises(CannotRunError) as caught:
        parse_specs(["x=f64[h]"])
    assert str(caught.value) == (
        "--spec x=f64[h] cannot be read: JAX would silently make f64 a 32-bit dtype; set the "
        "environment variable JAX_ENABLE_X64=1, or write f32"
    )


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (["image"], "expected FIELD=DTYPE[AXES], such as image=f32[h,w,3] or loss=f32[]"),
        (["image=f32"], "expected FIELD=DTYPE[AXES], such as image=f32[h,w,3] or loss=f32[]"),
        (["=f32[]"], "expected FIELD=DTYPE[AXES], such as image=f32[h,w,3] or loss=f32[]"),
        (["a..b=f32[]"], "expected FIELD=DTYPE[AXES], such as image=f32[h,w,3] or loss=f32[]"),
        (["a=f23[]"], "there is no dtype 'f23'; did you mean 'f32'?"),
        (
            ["a=string[]"],
            (
                "there is no dtype 'string'; one of f16 bf16 f32 f64 i8 i16 i32 i64 u8 u16 u32 u64 "
                "bool"
            ),
        ),
        (["a=f32[-1]"], "an axis cannot be negative"),
        (
            ["a=f32[batch,h]"],
            "a spec is of one element, without the batch axis; leave it out",
        ),
        (["a=f32[h]", "a=f32[h]"], "the field 'a' has a spec already"),
        (["a=f32[]", "a.b=f32[]"], "a field cannot be both an array and a group, as 'a'"),
        (["a.b=f32[]", "a=f32[]"], "a field cannot be both an array and a group, as 'a.b'"),
    ],
)
def test_an_unreadable_spec_says_what_is_wrong(texts: list[str], reason: str) -> None:
    with pytest.raises(CannotRunError) as caught:
        parse_specs(texts)
    assert str(caught.value) == f"--spec {texts[-1]} cannot be read: {reason}"


@pytest.mark.parametrize("axes", ["h,,w", "...", "h w", "3h", "1.5", "?"])
def test_axes_that_do_not_parse_are_named(axes: str) -> None:
    with pytest.raises(CannotRunError, match="its axes do not parse: ") as caught:
        parse_specs([f"a=f32[{axes}]"])
    assert "\n" not in str(caught.value)
