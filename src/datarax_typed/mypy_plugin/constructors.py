"""Which argument of an operator's constructor reaches the library's, through `super()`."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeGuard

from mypy.nodes import TypeInfo
from mypy.types import Instance

from datarax_typed.mypy_plugin.stored import keep, kept
from datarax_typed.mypy_plugin.text import from_text, to_text

OPERATOR: Final = "datarax_typed.core.operator.OperatorModule"
_KIND: Final = "constructor"
_SUPER: Final = "super().__init__"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What a constructor hands to the next one: its own arguments as they are, or None.

    Attributes:
        names: its arguments.
        args: what it hands on by position.
        kwargs: what it hands on by name.
        none_by_default: its arguments that are None if they are not given.
    """

    names: tuple[str, ...]
    args: tuple[str | None, ...]
    kwargs: Mapping[str, str | None]
    none_by_default: tuple[str, ...]

    def handed_as(self, following: "Forwarding", name: str) -> str | None:
        """Return which own argument becomes the next constructor's argument of a name."""
        if name in self.kwargs:
            return self.kwargs[name]
        by_position = dict(zip(following.names, self.args, strict=False))
        return by_position.get(name)


# The library's own constructor, where all others end.
_LAST: Final = Forwarding(("config", "rngs", "name"), (), {}, ("rngs", "name"))


def forwarding_at(tree: ast.Module | None, line: int) -> Forwarding | None:
    """Return what the constructor at a line hands on; None where it is not certain.

    It calls the next one once, in any case, with some of its arguments as it got them.
    """
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.FunctionDef) and node.lineno == line:
            calls = list(_super_calls(node.body))
            return _forwarding(node, calls[0]) if len(calls) == 1 else None
    return None


def _super_calls(body: list[ast.stmt]) -> Iterator[ast.Call]:
    """Yield the calls of super().__init__ that are made in any case."""
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Call() as call) if ast.unparse(call.func) == _SUPER:
                yield call
            case _:
                pass


def _forwarding(init: ast.FunctionDef, call: ast.Call) -> Forwarding | None:
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    own = [*init.args.posonlyargs, *init.args.args]
    names = [argument.arg for argument in (*own, *init.args.kwonlyargs)][1:]
    bound = {node.id for node in ast.walk(init) if _binds(node) and node.lineno <= call.lineno}

    def handed(value: ast.expr) -> str | None:
        name = value.id if isinstance(value, ast.Name) else None
        return name if name in names and name not in bound else None

    defaults = [*zip(reversed(own), reversed(init.args.defaults), strict=False)]
    defaults += [
        (argument, default)
        for argument, default in zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True)
        if default is not None
    ]
    return Forwarding(
        tuple(names),
        tuple(map(handed, call.args)),
        {str(keyword.arg): handed(keyword.value) for keyword in call.keywords},
        tuple(argument.arg for argument, default in defaults if ast.unparse(default) == "None"),
    )


def _binds(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)


def store(info: TypeInfo, forwarding: Forwarding | None, text_type: Instance) -> None:
    """Keep with a class what its constructor hands on; None: that is not known."""
    plain = None if forwarding is None else asdict(forwarding)
    keep(info, _KIND, to_text(plain), text_type)


def arguments_of(info: TypeInfo) -> tuple[str, str, bool] | None:
    """Return which arguments of an operator class are the config and the random numbers.

    Returns:
        Their names, and whether there are no random numbers if none are given; None where that is
        not known.
    """
    chain: list[Forwarding] = []
    for base in info.mro:
        if base.fullname == OPERATOR:
            break
        if "__init__" in base.names:
            stored = kept(base, _KIND)
            plain: dict[str, Any] | None = from_text(stored) if stored else None  # as in `store`
            if plain is None:
                return None
            chain.append(Forwarding(**plain))
    return _through(chain)


def _through(chain: list[Forwarding]) -> tuple[str, str, bool] | None:
    config, rngs = "config", "rngs"
    following = _LAST
    for own in reversed(chain):
        handed = own.handed_as(following, config), own.handed_as(following, rngs)
        if handed[0] is None or handed[1] is None:
            return None
        config, rngs = handed[0], handed[1]
        following = own
    return config, rngs, rngs in following.none_by_default


__all__ = ["OPERATOR", "Forwarding", "arguments_of", "forwarding_at", "store"]
