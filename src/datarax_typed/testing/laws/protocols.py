"""The protocols: an operator has their methods, callable as they say."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Final

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import Checkpointable, Operator, StatisticsProvider
from datarax_typed.testing.differences import difference
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import Subject

# How the methods of each protocol are called: by position, and by name.
_CALLS: Final[Mapping[type, Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]]] = {
    Operator: {"apply_batch": (("batch",), ("stats",)), "output_spec": (("input_spec",), ())},
    Checkpointable: {"get_state": ((), ()), "set_state": (("state",), ())},
    StatisticsProvider: {
        "compute_statistics": (("data",), ()),
        "get_statistics": ((), ()),
        "set_statistics": (("stats",), ()),
        "reset_statistics": ((), ()),
    },
}


def check(subject: Subject) -> None:
    """Check the methods of the protocols, and what `apply_batch` makes of a batch's rows."""
    if wrong := [line for protocol in _CALLS for line in _missing(subject.operator, protocol)]:
        raise BrokenError("; ".join(wrong))
    # Whatever it says that it returns.
    result: object = subject.result
    if not isinstance(result, Batch):
        raise BrokenError(f"apply_batch returns {type(result).__name__}, not a Batch")
    if len(result) != len(subject.batch):
        raise BrokenError(
            f"apply_batch makes {len(result)} rows of {len(subject.batch)}; "
            "mark rows by valid_mask instead of leaving them out"
        )
    if found := difference(subject.batch.index, result.index, ("given", "returned"), exact=True):
        raise BrokenError(f"apply_batch changes the index of records{found}")


def _missing(operator: object, protocol: type) -> Iterator[str]:
    calls = _CALLS[protocol]
    there = [name for name in calls if callable(getattr(operator, name, None))]
    # Every operator is one; of the other protocols it may implement none, but not half.
    if not there and protocol is not Operator:
        return
    for name, (by_position, by_name) in calls.items():
        if name not in there:
            yield f"{protocol.__name__} asks for {name}(), which is missing"
        elif problem := _refused(getattr(operator, name), by_position, by_name):
            written = ", ".join((*by_position, *(f"{key}=..." for key in by_name)))
            yield f"{protocol.__name__} calls {name}({written}), but {problem}"


def _refused(method: object, by_position: tuple[str, ...], by_name: tuple[str, ...]) -> str:
    assert callable(method)
    try:
        signature = inspect.signature(method)
        signature.bind(*by_position)
        signature.bind(*by_position, **dict.fromkeys(by_name))
    except TypeError as error:
        return f"its signature is {name_of(method)}{inspect.signature(method)}: {error}"
    return ""


def name_of(method: object) -> str:
    """Return the name of a function, for messages."""
    return getattr(method, "__name__", type(method).__name__)


__all__ = ["check"]
