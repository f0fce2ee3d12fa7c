"""The plugin, and beside it a log of the annotations with shapes that it has read.

mypy is told of it by its path; the log is where the variable DATARAX_SHAPES_READ says.
"""

import os
from collections.abc import Callable
from pathlib import Path

from mypy.plugin import AnalyzeTypeContext
from mypy.semanal import SemanticAnalyzer
from mypy.typeanal import TypeAnalyser
from mypy.types import Type, TypeAliasType

from datarax_typed.mypy_plugin import DataraxPlugin


class CountingPlugin(DataraxPlugin):
    """Notes where an annotation was read."""

    def get_type_analyze_hook(self, fullname: str) -> Callable[[AnalyzeTypeContext], Type] | None:
        """Return the hook of a type name; what it returns is looked at."""
        hook = super().get_type_analyze_hook(fullname)
        if hook is None:
            return None

        def noting(context: AnalyzeTypeContext) -> Type:
            found = hook(context)
            # What is read is an alias, whose name tells the shape.
            if isinstance(found, TypeAliasType):
                _note(context)
            return found

        return noting


def _note(context: AnalyzeTypeContext) -> None:
    log = os.environ.get("DATARAX_SHAPES_READ")
    if log is None or not isinstance(context.api, TypeAnalyser):
        return
    analyzer = context.api.api
    if isinstance(analyzer, SemanticAnalyzer):
        file = Path(analyzer.cur_mod_node.path).as_posix().removeprefix("./")
        # mypy ends without a word to Python: nothing may be left in a buffer.
        with Path(log).open("a") as lines:
            lines.write(f"{file}:{context.type.line}:{context.type.column}\n")


def plugin(version: str) -> type[CountingPlugin]:
    """Return the plugin; mypy's entry point.

    Args:
        version: mypy's.
    """
    return CountingPlugin


__all__ = ["CountingPlugin", "plugin"]
