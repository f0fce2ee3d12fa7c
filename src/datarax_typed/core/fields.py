"""Reading and writing the fields of an element, nested ones by "a.b"."""

from collections.abc import Iterator, Mapping

from datarax_typed.errors import FieldError, nearest, quoted
from datarax_typed.protocols import PyTree


def field_names(data: PyTree, prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of all fields that are not dictionaries themselves."""
    if not isinstance(data, Mapping):
        return
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from field_names(value, f"{name}.")
        else:
            yield name


def has_field(data: PyTree, field: str) -> bool:
    """Return whether the element has a field."""
    return _path(data, field) is not None


def get_field(data: PyTree, field: str, asker: str) -> PyTree:
    """Return the value of a field.

    Args:
        data: the data of an element or batch.
        field: a key, or keys joined by dots; a key that contains the dot itself comes first.
        asker: who needs the field, for the message.

    Raises:
        FieldError: the field is missing.
    """
    for key in field_path(data, field, asker):
        data = data[key]
    return data


def field_path(data: PyTree, field: str, asker: str) -> tuple[str, ...]:
    """Return the keys that lead to a field, one a dictionary; see `get_field`.

    Raises:
        FieldError: the field is missing.
    """
    path = _path(data, field)
    if path is None:
        raise missing_field(data, field, asker)
    return path


def missing_field(data: PyTree, field: str, asker: str) -> FieldError:
    """Return the error for a missing field, with what is available and what looks like it."""
    if not isinstance(data, Mapping):
        return FieldError(
            f"{asker}: expected data with a field {field!r}, got a {type(data).__name__}; "
            "give the element's data as a dict of named fields"
        )
    names = list(field_names(data))
    hint = nearest(field, names)
    return FieldError(
        f"{asker}: expected a field {field!r}, got none of that name; "
        f"available: {quoted(names)}{f'; {hint}' if hint else ''}"
    )


def set_field(data: PyTree, field: str, value: PyTree, asker: str = "writing") -> PyTree:
    """Return a copy of the data in which one field has a new value; the data is untouched.

    Dictionaries on the way are copied, or made where they are missing.

    Raises:
        FieldError: something else than a dictionary is on the way.
    """
    if not isinstance(data, Mapping):
        raise missing_field(data, field, asker)
    if field in data or "." not in field:
        return {**data, field: value}
    # Into what is there, however deep; else into new dictionaries.
    splits = list(_splits(field))
    there = (split for split in splits if has_field(data.get(split[0]), split[1]))
    head, rest = next(there, splits[0])
    return {**data, head: set_field(data.get(head, {}), rest, value, asker)}


def _path(data: PyTree, field: str) -> tuple[str, ...] | None:
    if not isinstance(data, Mapping):
        return None
    if field in data:
        return (field,)
    found = ((head, _path(data[head], rest)) for head, rest in _splits(field) if head in data)
    return next(((head, *rest) for head, rest in found if rest is not None), None)


def _splits(field: str) -> Iterator[tuple[str, str]]:
    """Yield the field's name parted at every dot: a key may contain some."""
    parts = field.split(".")
    for at in range(1, len(parts)):
        yield ".".join(parts[:at]), ".".join(parts[at:])


__all__ = ["field_names", "field_path", "get_field", "has_field", "missing_field", "set_field"]
