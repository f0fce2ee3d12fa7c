"""The object that MODULE:OBJECT names, made an operator."""

import sys
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from types import ModuleType

from datarax_typed.cli.errors import CannotRunError
from datarax_typed.errors import DataraxError, nearest
from datarax_typed.protocols import Operator, PyTree


def load_operator(target: str) -> Operator[PyTree, PyTree]:
    """Return the operator that a text such as `photos:pipeline` names.

    Args:
        target: a module and an object in it; a function without arguments is called.

    Raises:
        CannotRunError: there is no such thing, or it is not an operator.
        DataraxError: making it breaks a contract.
    """
    module, colon, path = target.partition(":")
    if not (module and colon and path):
        raise CannotRunError(f"expected MODULE:OBJECT, such as photos:pipeline, got {target!r}")
    found = _attribute(_imported(module), path, target)
    if isinstance(found, Operator) and not isinstance(found, type):
        return found
    return _made(found, target)


def _imported(name: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return import_module(name)
    except DataraxError:
        raise
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise _failed(f"importing {name}", error) from error
        raise CannotRunError(
            f"there is no module {error.name!r} in the current directory or among the installed "
            "packages"
        ) from error
    except Exception as error:
        raise _failed(f"importing {name}", error) from error


def _attribute(module: ModuleType, path: str, target: str) -> object:
    try:
        found: object = attrgetter(path)(module)
    except AttributeError as error:
        hint = nearest(path, [name for name in vars(module) if not name.startswith("_")])
        message = f"the module {module.__name__!r} has no {path!r}"
        raise CannotRunError(f"{message}; {hint}" if hint else message) from error
    if isinstance(found, ModuleType):
        raise CannotRunError(f"{target} is a module; name an operator in it")
    return found


def _made(found: object, target: str) -> Operator[PyTree, PyTree]:
    if isinstance(found, type):
        raise CannotRunError(
            f"{target} is a class; name an operator made of it, or a function without arguments "
            "that makes one"
        )
    if not callable(found):
        raise CannotRunError(f"{target} is of type {type(found).__name__}, which is no operator")
    try:
        made = found()
    except DataraxError:
        raise
    except Exception as error:
        raise _failed(f"calling {target}() without arguments", error) from error
    if isinstance(made, Operator) and not isinstance(made, type):
        return made
    raise CannotRunError(f"{target}() returned {type(made).__name__}, which is no operator")


def _failed(what: str, error: Exception) -> CannotRunError:
    return CannotRunError(f"{what} failed with {type(error).__name__}: {error}")


__all__ = ["load_operator"]
