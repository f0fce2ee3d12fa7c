"""The hooks of attributes: what is known of a config shows in their types."""

from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import MemberExpr
from mypy.plugin import AttributeContext
from mypy.types import Instance, LiteralType, Type, get_proper_type

from datarax_typed.mypy_plugin.knowledge import Fact, Knowledge
from datarax_typed.mypy_plugin.marks import with_fact

CONFIG_OF_OPERATOR: Final = "datarax_typed.core.module.DataraxModule.config"


class Attributes:
    """Types of attributes of objects of which something is known.

    Args:
        knowledge: of these objects.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def config(self, ctx: AttributeContext) -> Type:
        """Return the type of `operator.config`, with what is known of that config."""
        owner = self._owner(ctx)
        known = owner.get("config") if owner is not None else None
        if known is None or not isinstance(ctx.api, TypeChecker):
            return ctx.default_attr_type
        text_type = ctx.api.named_generic_type("builtins.str", [])
        return with_fact(ctx.default_attr_type, known, text_type)

    def value(self, ctx: AttributeContext) -> Type:
        """Return the type of `config.field`: `Literal["image"]?` where its value is known.

        With the question mark it fits where the literal is asked for, and is the plain type
        elsewhere: what is compared with it, or done if it is true, is no unreachable code.
        """
        plain = get_proper_type(ctx.default_attr_type)
        if (
            ctx.is_lvalue
            or not isinstance(plain, Instance)
            or not isinstance(ctx.context, MemberExpr)
        ):
            return ctx.default_attr_type
        # Its constraints are a matter of the field.
        plain = plain.copy_modified()
        plain.extra_attrs = None
        owner = self._owner(ctx)
        values = owner.get("values", {}) if owner is not None else {}
        found = values.get(ctx.context.name, ())
        if len(found) == 1 and isinstance(found[0], str | int | bool):
            kind = f"builtins.{type(found[0]).__name__}"
            if kind == plain.type.fullname:
                return plain.copy_modified(last_known_value=LiteralType(found[0], plain))
        return plain

    def _owner(self, ctx: AttributeContext) -> Fact | None:
        if not isinstance(ctx.api, TypeChecker) or not isinstance(ctx.context, MemberExpr):
            return None
        return self._knowledge.of(ctx.api, ctx.context.expr)


__all__ = ["CONFIG_OF_OPERATOR", "Attributes"]
