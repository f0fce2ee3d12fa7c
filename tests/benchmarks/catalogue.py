"""All rows, and the choice of some."""

from collections.abc import Sequence
from difflib import get_close_matches

from tests.benchmarks import (
    calls,
    checking,
    first_call,
    growth,
    imports,
    memory,
    others,
    tracing,
    type_checking,
)
from tests.benchmarks.rows import Row

_FAMILIES = (calls, memory, tracing, checking, first_call, imports, type_checking, growth, others)


def all_rows() -> list[Row]:
    """Return every row, in the order of the table."""
    return [row for family in _FAMILIES for row in family.rows()]


def chosen_rows(names: Sequence[str]) -> list[Row]:
    """Return the rows of some names, or whose names begin with them; all if there are none.

    Raises:
        ValueError: a name is neither.
    """
    rows = all_rows()
    if not names:
        return rows
    wanted = [name.rstrip("/") for name in names]
    for name in wanted:
        if not any(_begins(row, name) for row in rows):
            raise ValueError(_unknown(name, rows))
    return [row for row in rows if any(_begins(row, name) for name in wanted)]


def _begins(row: Row, name: str) -> bool:
    return f"{row.name}/".startswith(f"{name}/")


def _unknown(name: str, rows: list[Row]) -> str:
    families = list(dict.fromkeys(row.name.partition("/")[0] for row in rows))
    near = get_close_matches(name, [*families, *(row.name for row in rows)], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return (
        f"expected a row, or the beginning of its name, got {name!r}{hint}\n"
        f"they begin with: {', '.join(families)}; --list shows all"
    )
