"""Which argument of an operator's constructor reaches the library's, through `super()`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from mypy.nodes import TypeInfo

from datarax_typed.mypy_plugin.text import from_text, to_text

OPERATOR: Final = "datarax_typed.core.operator.OperatorModule"
_KEY: Final = "datarax_typed"


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


def store(info: TypeInfo, forwarding: Forwarding | None) -> None:
    """Keep with a class what its constructor hands on; None: that is not known."""
    plain = None if forwarding is None else asdict(forwarding)
    info.metadata[_KEY] = {"constructor": to_text(plain)}


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
            stored = base.metadata.get(_KEY, {}).get("constructor")
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


__all__ = ["OPERATOR", "Forwarding", "arguments_of", "store"]
