"""Programs that must not type-check, run statement by statement: each must be refused as reported.

A statement at the top of a program that expects a report of the plugin is run by itself, and so are
the functions in it, called with whatever their annotations admit. What it makes must be refused:
when it is built, or, an operator, in its first call.
"""

import ast
import itertools
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from inspect import Parameter, signature
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Literal, get_args, get_origin

import jax.numpy as jnp

from datarax_typed import (
    Batch,
    DataraxError,
    DataraxModuleConfig,
    ModalityOperatorConfig,
    OperatorModule,
)
from tests.typecheck_expectations import Expectation, expectations
from tests.typecheck_mypy import RULE_CODES

# What a call of a refused operator may raise: there is no method, or its annotations are broken.
_REFUSALS = (DataraxError, NotImplementedError)
# What is not annotated runs, unchecked.
_STATIC_ONLY = "expected annotations"


def run(path: Path, root: Path, name: str) -> list[str]:
    """Return in words what a program does at run time that its comments do not say.

    Args:
        path: the program.
        root: the folder that its name in expectations is relative to.
        name: the name of its module.
    """
    module = ModuleType(name)
    sys.modules[name] = module
    wanted = expectations(path, root)
    tree = ast.parse(path.read_text())
    return [
        f"{path.relative_to(root)}:{node.lineno}: {difference}"
        for node in tree.body
        for difference in _differences(node, module, _within(node, wanted))
    ]


def _within(node: ast.stmt, wanted: list[Expectation]) -> list[Expectation]:
    last = node.end_lineno or node.lineno
    return [one for one in wanted if node.lineno <= one.line <= last]


def _differences(node: ast.stmt, module: ModuleType, wanted: list[Expectation]) -> Iterator[str]:
    if isinstance(node, ast.Expr) and wanted and not RULE_CODES & {one.code for one in wanted}:
        # A mistake that any type checker sees; what it raises is Python's business.
        return
    ours = [one for one in wanted if one.code in RULE_CODES and _STATIC_ONLY not in one.part]
    errors = list(_errors(node, module, [one.line for one in ours]))
    text = "\n".join(str(error) for error in errors)
    if errors and not wanted:
        yield f"expected to run, got: {text}"
    if ours and not errors:
        yield f"expected to be refused: {ours[0]}"
    for one in ours:
        if one.code == "datarax-config" and errors and _line(one.part) not in text:
            yield f"expected {_line(one.part)!r}, got: {text}"


def _line(part: str) -> str:
    """Return what the error of a config says of that which a report says."""
    part = re.sub(r" \(rule: .*$", "", part)
    titles = r"^\w+ (is refused|contradicts its own defaults|has rules over unknown fields): "
    return re.sub(titles, "", part)


def _errors(node: ast.stmt, module: ModuleType, lines: list[int]) -> Iterator[Exception]:
    try:
        value = _executed(node, module)
    except _REFUSALS as error:
        yield error
        return
    for call in _calls(node, value, module, lines) if lines else ():
        try:
            made = call()
            if isinstance(made, OperatorModule):
                made(_batch())
        except _REFUSALS as error:
            yield error


def _executed(node: ast.stmt, module: ModuleType) -> object:
    """Run a statement; return what it is about: a value, or what it binds a name to."""
    if isinstance(node, ast.Expr):
        code = compile(ast.Expression(node.value), module.__name__, "eval", dont_inherit=True)
        return eval(code, vars(module))
    code = compile(ast.Module([node], []), module.__name__, "exec", dont_inherit=True)
    exec(code, vars(module))
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return vars(module)[node.name]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return vars(module)[node.targets[0].id]
    return None


def _calls(
    node: ast.stmt, value: object, module: ModuleType, lines: list[int]
) -> Iterator[Callable[[], object]]:
    if isinstance(node, ast.ClassDef) and isinstance(value, type):
        is_operator = issubclass(value, OperatorModule)
        yield partial(value, ModalityOperatorConfig(field_key="image")) if is_operator else value
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef) and _is_called(inner, lines):
                yield from _combinations(getattr(value, inner.name), module)
    elif isinstance(value, FunctionType):
        yield from _combinations(value, module)
    else:
        yield lambda: value


def _is_called(node: ast.FunctionDef, lines: list[int]) -> bool:
    """Return whether a method holds what must be refused; a constructor has been called already."""
    last = node.end_lineno or node.lineno
    return node.name != "__init__" and any(node.lineno <= line <= last for line in lines)


def _combinations(
    function: Callable[..., object], module: ModuleType
) -> Iterator[Callable[[], object]]:
    parameters = signature(function).parameters.values()
    values = [list(_values(one, module)) for one in parameters if one.default is Parameter.empty]
    for arguments in itertools.product(*values):
        yield partial(function, *arguments)


def _values(parameter: Parameter, module: ModuleType) -> Iterator[object]:
    hint = parameter.annotation
    if hint is bool:
        yield from (True, False)
    elif get_origin(hint) is Literal:
        yield from get_args(hint)
    elif isinstance(hint, type) and issubclass(hint, DataraxModuleConfig):
        yield next(value for value in vars(module).values() if isinstance(value, hint))


def _batch() -> Batch:
    image = jnp.zeros((1, 2, 2, 3))
    row = jnp.zeros((1, 2))
    return Batch({"image": image, "caption": jnp.zeros((1, 4), jnp.int32), "a": row, "b": row})


__all__ = ["run"]
