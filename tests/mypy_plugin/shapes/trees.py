"""mypy's trees of small modules: as far as names are looked up, among the least of builtins."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from mypy import build
from mypy.modulefinder import BuildSource
from mypy.nodes import MypyFile
from mypy.options import Options

_CLASSES: Final = (
    *("type", "int", "float", "complex", "str", "bytes", "tuple", "list", "dict", "set"),
    *("function", "ellipsis", "slice", "property", "classmethod", "staticmethod"),
    *("BaseException", "Exception"),
)
_BUILTINS: Final = "class object:\n    def __init__(self) -> None: ...\n" + "".join(
    f"class {name}: ...\n" for name in _CLASSES
)


def tree_of(text: str) -> MypyFile:
    """Return the tree of a module whose names are looked up and whose types are not checked."""
    options = Options()
    options.incremental = False
    options.use_builtins_fixtures = True
    options.semantic_analysis_only = True
    options.preserve_asts = True
    with TemporaryDirectory() as folder:
        for name, content in {"builtins": _BUILTINS, "typing": "", "_typeshed": ""}.items():
            (Path(folder) / f"{name}.pyi").write_text(content)
        sources = [BuildSource("m.py", "m", text)]
        made = build.build(sources, options, alt_lib_path=folder)
    tree = made.graph["m"].tree
    assert tree is not None, made.errors
    return tree


__all__ = ["tree_of"]
