"""The programs of typecheck/shapes at run time, where jaxtyping and beartype check all of them.

A program is imported with every function and dataclass of it checked, and so are assignments with
an annotation. Its functions are then traced by JAX, with arguments made from their annotations: the
names of axes are sizes of their own.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from traceback import walk_tb
from types import CodeType, ModuleType, TracebackType
from typing import TypeVar

import jax
import jax.numpy as jnp
from beartype import beartype
from jax.errors import JAXTypeError
from jaxtyping import jaxtyped

from datarax_typed import OperatorModule
from tests.shapes_values import ASSIGNMENTS, Maker, NotMadeError, photos
from tests.typecheck_expectations import Expectation

T = TypeVar("T")


class _Checking(ast.NodeTransformer):
    """Puts a check around each function, dataclass and annotated assignment."""

    def __init__(self) -> None:
        self._functions = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:  # ast's
        self._functions += 1
        self.generic_visit(node)
        self._functions -= 1
        # One that a program checks itself may be checked before another decorator.
        if not any("jaxtyped" in ast.unparse(one) for one in node.decorator_list):
            node.decorator_list.append(_checks(node, "__checked__"))
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:  # ast's
        outside, self._functions = self._functions, 0
        self.generic_visit(node)
        self._functions = outside
        if any("dataclass" in ast.unparse(one) for one in node.decorator_list):
            node.decorator_list.insert(0, _checks(node, "__checked__"))
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:  # ast's
        if self._functions and node.value is not None:
            name = _checks(node.value, "__assigned__")
            call = ast.Call(name, [node.value, node.annotation], [])
            node.value = ast.copy_location(call, node.value)
        return node


def _checks(node: ast.stmt | ast.expr, name: str) -> ast.Name:
    return ast.copy_location(ast.Name(name, ast.Load()), node)


def _checked(function: T) -> T:
    checked: T = jaxtyped(typechecker=beartype)(function)  # type: ignore[type-var]  # of any type
    return checked


def _assigned(value: T, hint: object) -> T:
    """Return a value, if its type is what the annotation says."""
    # Other annotations are the type checker's business.
    if isinstance(hint, type) and hasattr(hint, "dim_str") and not isinstance(value, hint):
        shown = jax.tree.map(jax.typeof, value)
        raise TypeError(f"expected {hint.__name__}, got {shown}")
    return value


class _Imports(MetaPathFinder, Loader):
    """Finds the programs of a folder, and imports them with checks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        file = self.folder / f"{fullname}.py"
        return spec_from_file_location(fullname, file, loader=self) if file.exists() else None

    def exec_module(self, module: ModuleType) -> None:
        file = str(module.__file__)
        tree = _Checking().visit(ast.parse(Path(file).read_text()))
        code: CodeType = compile(ast.fix_missing_locations(tree), file, "exec", dont_inherit=True)
        vars(module).update(__checked__=_checked, __assigned__=_assigned)
        exec(code, vars(module))


@contextmanager
def imports(folder: Path) -> Iterator[None]:
    """Import the programs of a folder with checks, within the block; then forget them."""
    finder, before = _Imports(folder), set(sys.modules)
    sys.meta_path.insert(0, finder)
    try:
        # The suite's own numerics are stricter than those of most programs.
        with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
            yield
    finally:
        sys.meta_path.remove(finder)
        for name in set(sys.modules) - before:
            if (folder / f"{name}.py").exists():
                del sys.modules[name]


def functions(module: ModuleType) -> Iterator[tuple[str, int, int]]:
    """Yield the functions and methods of a program: the name, the first and the last line."""
    tree = ast.parse(Path(str(module.__file__)).read_text())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node.lineno, node.end_lineno or 0
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner.lineno, inner.end_lineno or 0


def call(module: ModuleType, name: str, sizes: Mapping[int, int], choice: int = 0) -> bool:
    """Trace a function or method of a program, with arguments made from its annotations.

    Returns whether there was a union to choose from.

    Args:
        module: the program.
        name: the function, or `Class.method`.
        sizes: those of the axes' names, in the order in which the names come.
        choice: which of a union's types.
    """

    maker = Maker(sizes, choice)

    def traced() -> jax.Array:
        _call(module, name, maker)
        return jnp.zeros(())

    try:
        jax.eval_shape(traced)
    except JAXTypeError:
        # A program that looks at values.
        maker = Maker(sizes, choice)
        traced()
    return maker.has_chosen


def _call(module: ModuleType, name: str, maker: Maker) -> None:
    owner, _, method = name.rpartition(".")
    if method == "__init__":
        maker.make(vars(module)[owner])
        return
    function = vars(module)[method] if not owner else vars(vars(module)[owner])[method]
    if owner and isinstance(function, classmethod | staticmethod):
        function = getattr(vars(module)[owner], method)
    elif owner:
        one = maker.make(vars(module)[owner])
        function = getattr(one, method)
        maker.itself = one
    result = maker.call(function)
    if isinstance(result, OperatorModule):
        result(photos())


def refusal(module: ModuleType, name: str, one: Expectation, parts: str) -> str | None:
    """Return why a function is not refused as a comment in it says; None if it is.

    Args:
        module: the program.
        name: the function, or `Class.method`.
        one: what the comment says.
        parts: what all comments of its line say.
    """
    told = ""
    for sizes in ASSIGNMENTS:
        try:
            call(module, name, sizes)
        except NotMadeError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  # whatever a wrong program raises
            first, last = _place(error, str(module.__file__))
            if _is_there(one, first, last, str(error)) and _is_named(parts, str(error)):
                return None
            told = f"raised in line {first}: {type(error).__name__}: {str(error)[:300]}"
        else:
            told = "nothing was raised"
    return told


def _is_there(one: Expectation, first: int, last: int, text: str) -> bool:
    if one.part.startswith("return"):
        # Raised around the function, not in it.
        return not first and "checking the return value" in text
    if one.part.startswith("stage "):
        # What is composed is wrong as soon as it is called.
        return first >= one.line or first == 0
    return first <= one.line <= last


def _is_named(parts: str, text: str) -> bool:
    """Return whether the parameter that an error is about, if it is about one, is in the report."""
    found = re.search(r"whilst typechecking parameter '(\w+)'", text)
    return found is None or re.search(rf"\b{found[1]}(\[.*\])?: expected", parts) is not None


def _place(error: Exception, file: str) -> tuple[int, int]:
    """Return the first and last line of what was running in a program when it raised an error."""
    first = last = 0
    for frame, line in walk_tb(error.__traceback__):
        if frame.f_code.co_filename == file:
            first, last = line, _last_line(error.__traceback__, frame.f_code, line)
    return first, last


def _last_line(traceback: TracebackType | None, code: CodeType, line: int) -> int:
    while traceback is not None:
        if traceback.tb_frame.f_code is code and traceback.tb_lineno == line:
            positions = list(code.co_positions())[traceback.tb_lasti // 2]
            return positions[1] or line
        traceback = traceback.tb_next
    return line


def failure(module: ModuleType, name: str, choice: int = 0) -> str | None:
    """Return what a function of a valid program raises, whatever the sizes are; None if it runs.

    Raises:
        NotMadeError: nobody knows how to make its arguments.
    """
    told = None
    for sizes in ASSIGNMENTS:
        try:
            has_chosen = call(module, name, sizes, choice)
        except NotMadeError:
            raise
        except AssertionError:
            # Not for these arguments: a program may assert that an optional one is there.
            told = None if choice else "asserted"
        except Exception as error:  # noqa: BLE001  # whatever a wrong program raises
            first, _ = _place(error, str(module.__file__))
            told = told or f"line {first}: {type(error).__name__}: {str(error)[:300]}"
        else:
            return failure(module, name, 1) if has_chosen and not choice else None
    return told


__all__ = ["call", "failure", "functions", "imports", "refusal"]
