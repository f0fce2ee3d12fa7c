"""What is kept with a class, in mypy's cache too, and seen to change by its daemon."""

from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import MDEF, SymbolTableNode, TypeInfo, Var
from mypy.plugin import FunctionContext, MethodContext
from mypy.server.trigger import make_trigger, make_wildcard_trigger
from mypy.types import Instance, LiteralType

from datarax_typed.mypy_plugin.callee import info_of

_KEY: Final = "datarax_typed"
# No identifier, so that no program meets it.
_NAME: Final = "datarax_typed-facts"


def keep(info: TypeInfo, kind: str, facts: str, text_type: Instance) -> None:
    """Keep facts with a class.

    Args:
        info: the class.
        kind: what they are about.
        facts: as text.
        text_type: `builtins.str`.
    """
    info.metadata[_KEY] = {kind: facts}
    # The daemon compares what a class consists of, and of that the types alone.
    var = Var(_NAME, LiteralType(facts, text_type))
    var.info = info
    var._fullname = f"{info.fullname}.{_NAME}"
    info.names[_NAME] = SymbolTableNode(MDEF, var, plugin_generated=True)


def kept(info: TypeInfo, kind: str) -> str | None:
    """Return the facts that are kept with a class, or None."""
    facts: str | None = info.metadata.get(_KEY, {}).get(kind)
    return facts


def depend(ctx: FunctionContext | MethodContext) -> None:
    """Let the daemon check a call again when the class changes of what it makes."""
    api, info = ctx.api, info_of(ctx.default_return_type)
    if info is None or not isinstance(api, TypeChecker):
        return
    if api.options.fine_grained_incremental or api.options.cache_fine_grained:
        target = api.tscope.current_target()
        for base in info.mro[:-1]:
            api.tree.plugin_deps.setdefault(_trigger(base), set()).add(target)


def _trigger(info: TypeInfo) -> str:
    if "dataclass" in info.metadata:
        # mypy writes its methods anew whenever it looks at the module: the class always changes.
        return make_trigger(f"{info.fullname}.{_NAME}")
    return make_wildcard_trigger(info.fullname)


__all__ = ["depend", "keep", "kept"]
