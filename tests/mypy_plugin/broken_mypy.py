"""mypy with the plugin, to be run as a program; one part of the plugin fails in each module.

In the module `broken_type_names`, for example, the part `type_names` fails, and no other.
"""

import functools
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

from mypy.main import main

from datarax_typed.mypy_plugin import guard

# Module, class or "", and function of each part.
PARTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "type_names": ("annotated", "TypeNames", "hook"),
    "type_name": ("annotated", "TypeNames", "_name"),
    "alias": ("annotated", "TypeNames", "_alias"),
    "base_classes": ("hooks", "Hooks", "of_base_class"),
    "config_class": ("hooks", "", "config_class"),
    "operator_class": ("hooks", "", "operator_class"),
    "functions": ("hooks", "Hooks", "of_function"),
    "config": ("config_call", "ConfigCalls", "construction"),
    "replacement": ("config_call", "ConfigCalls", "replacement"),
    "operator": ("operator_call", "OperatorCalls", "construction"),
    "generators": ("operator_call", "OperatorCalls", "generators"),
    "partial": ("partials", "Partials", "creation"),
    "methods": ("hooks", "Hooks", "of_method"),
    "partial_call": ("partials", "Partials", "call"),
    "copy": ("operator_call", "OperatorCalls", "copy"),
}


class _Forgetful(set[str]):
    """Says each time what else is said once."""

    def add(self, element: str) -> None:
        """Forget it."""


def break_part(part: str) -> None:
    """Let a part of the plugin fail wherever it is asked about its own module."""
    module_name, class_name, name = PARTS[part]
    module = import_module(f"datarax_typed.mypy_plugin.{module_name}")
    owner = getattr(module, class_name) if class_name else module
    whole: Callable[..., object] = getattr(owner, name)

    @functools.wraps(whole)
    def broken(*args: object) -> object:
        if f"broken_{part}" in map(_module_of, args):
            raise RuntimeError(f"{part} is broken")
        return whole(*args)

    setattr(owner, name, broken)


def _module_of(argument: Any) -> str:  # a full name, or the context of any hook
    if isinstance(argument, str):
        return argument.partition(".")[0]
    api = argument
    while hasattr(api, "api"):
        api = api.api
    tree = getattr(api, "tree", None) or getattr(api, "cur_mod_node", None)
    return "" if tree is None else str(tree.fullname)


if __name__ == "__main__":
    vars(guard)["_SAID"] = _Forgetful()
    for each in PARTS:
        break_part(each)
    main()
