"""Why a command could not be run."""


class CannotRunError(Exception):
    """A command could not be run; the message says in one paragraph why, and what to do."""


__all__ = ["CannotRunError"]
