"""Runs that share the work leave nothing out together, and do nothing twice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shares import left_out


@given(st.lists(st.integers(0, 9)), st.integers(1, 4))
def test_every_unit_is_in_one_share(units: list[int], count: int) -> None:
    shares = [{*units} - left_out(units, f"{at}/{count}") for at in range(1, count + 1)]
    assert sorted(unit for share in shares for unit in share) == sorted({*units})
    sizes = [len(share) for share in shares]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("share", ["", "0/2", "3/2", "1/0", "half", "1/2/3"])
def test_what_is_no_share_is_refused(share: str) -> None:
    message = f"DATARAX_TYPED_SHARE: expected a share such as '1/2', got {share!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        left_out([1], share)
