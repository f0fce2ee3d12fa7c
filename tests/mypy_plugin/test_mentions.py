"""Names that a module looks at in conditions, or binds where its statements do not show it."""

import pytest

from datarax_typed.mypy_plugin.mentions import Mentions, mentions
from datarax_typed.mypy_plugin.source import parsed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("size = 1\nuse(size)", Mentions()),
        ("use(size := 1)", Mentions(rebound={"size"})),
        ("match x:\n    case [first, *rest]: pass", Mentions({"first", "rest"}, {"x"})),
        ("match x:\n    case {**rest}: pass", Mentions({"rest"}, {"x"})),
        ("setattr(config, 'x', 1)", Mentions({"config"})),
        ("object.__setattr__(config, 'x', 1)", Mentions({"config"})),
        ("if size > 0: pass", Mentions(tested={"size"})),
        ("while size: pass", Mentions(tested={"size"})),
        ("assert size", Mentions(tested={"size"})),
        ("x = 1 if size else 2", Mentions(tested={"size"})),
        ("x = size and 1", Mentions(tested={"size"})),
        ("x = 1 and size", Mentions()),
        ("x = [y for y in z if size]", Mentions(tested={"size", "z"})),
        ("for x in range(size): pass", Mentions(tested={"range", "size"})),
        ("USE = size > 0", Mentions(tested={"size"})),
        ("if Of.size: pass", Mentions(tested={"Of"}, tested_attributes={"size"})),
        ("def f(size):\n    if size: pass", Mentions(tested_locals={("size", 1)})),
        (
            "def f(size):\n    def g():\n        if size: pass",
            Mentions(tested_locals={("size", 1), ("size", 2)}),
        ),
        ("def f():\n    global size\n    if size: pass", Mentions(tested={"size"})),
    ],
)
def test_what_a_module_mentions(text: str, found: Mentions) -> None:
    assert mentions(parsed(text.encode())) == found


def test_of_no_module_nothing_is_known() -> None:
    assert mentions(None) is None
