"""Every exception of the library: what was expected, what came, where, how to mend it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what was expected, what came, how to mend it."""

    where: str
    expected: str
    actual: str
    mend: str = ""

    def __str__(self) -> str:
        line = f"{self.where}: expected {self.expected}, got {self.actual}"
        return f"{line}; {self.mend}" if self.mend else line


def listing(title: str, problems: Iterable[Problem], notes: Iterable[str] = ()) -> str:
    """Return a message of one line a problem under a title."""
    lines = [f"  - {problem}" for problem in problems]
    return "\n".join([title, *lines, *(f"  {note}" for note in notes)])


def nearest(name: str, known: Collection[str]) -> str:
    """Return a hint at the known name that looks most like `name`, or an empty string."""
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else ""


def quoted(names: Iterable[object]) -> str:
    """Return the names as a readable list: 'a', 'b'."""
    return ", ".join(repr(name) for name in names) or "none"


class DataraxError(Exception):
    """Base class of every exception that this library raises on purpose."""


class _ProblemsError(DataraxError):
    """Base class of the errors that report several problems at once."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class ConfigError(_ProblemsError, ValueError):
    """A config, or the class that declares one, breaks its rules."""


class ContractError(_ProblemsError, TypeError):
    """A value does not fit an operator's annotated signature."""


class CheckpointError(_ProblemsError, ValueError):
    """A saved state does not fit the module that should take it."""


class CheckpointTypeError(DataraxError, TypeError):
    """A saved state is not a dictionary."""


class BatchError(_ProblemsError, ValueError):
    """The parts of a batch do not belong together."""


class AlignmentError(_ProblemsError, ValueError):
    """The input fields of a cross-modal operator do not fit each other."""


class OutputError(_ProblemsError, ValueError):
    """An operator returned something else than its config declares."""


class RandomnessError(DataraxError, ValueError):
    """Random numbers are needed, and they are missing or would repeat."""


class DomainError(DataraxError, ValueError):
    """A value lies outside the domain that an operator declares for it."""


class StatisticsError(DataraxError, ValueError):
    """Statistics are not a dictionary of arrays or numbers."""


class SpecError(DataraxError, ValueError):
    """The text of a spec cannot be read."""


def refuse(owner: str, problems: Collection[Problem]) -> None:
    """Raise one `ConfigError` of all problems, if there are any."""
    if problems:
        raise ConfigError(listing(f"{owner} cannot be made:", problems), tuple(problems))


class FieldError(DataraxError, KeyError):
    """A field is missing from an element."""

    def __str__(self) -> str:
        # KeyError shows the repr of its argument, which would hide the line breaks.
        return str(self.args[0])


__all__ = [
    "AlignmentError",
    "BatchError",
    "CheckpointError",
    "CheckpointTypeError",
    "ConfigError",
    "ContractError",
    "DataraxError",
    "DomainError",
    "FieldError",
    "OutputError",
    "Problem",
    "RandomnessError",
    "SpecError",
    "StatisticsError",
    "listing",
    "nearest",
    "quoted",
    "refuse",
]
