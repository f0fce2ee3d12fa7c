"""What the names of axes stand for within one call."""

from dataclasses import dataclass, field

from datarax_typed.mypy_plugin.shapes.sizes import Size
from datarax_typed.mypy_plugin.shapes.values import Shape


@dataclass(frozen=True, slots=True)
class BoundSize:
    """A size that a name was given, and the argument that gave it."""

    size: Size
    where: str


@dataclass(frozen=True, slots=True)
class BoundShape:
    """The axes that a variadic name was given.

    Attributes:
        shape: the axes.
        broadcasts: whether it was written with `#` where it was met last.
        where: the argument that gave them.
    """

    shape: Shape
    broadcasts: bool
    where: str


@dataclass(slots=True)
class Bindings:
    """Names and what they stand for.

    Attributes:
        sizes: of each name all that it was given: none is certainly another one.
        shapes: of each variadic name its axes.
    """

    sizes: dict[str, tuple[BoundSize, ...]] = field(default_factory=dict)
    shapes: dict[str, BoundShape] = field(default_factory=dict)

    def size(self, name: str) -> Size | None:
        """Return the size of a name, or None where it is not known."""
        bound = self.sizes.get(name)
        return bound[0].size if bound else None

    def bind(self, name: str, size: Size, where: str = "") -> None:
        """Note a size of a name."""
        known = self.sizes.get(name, ())
        if all(bound.size != size for bound in known):
            self.sizes[name] = (*known, BoundSize(size, where))

    def copy(self) -> "Bindings":
        """Return bindings that may be changed alone."""
        return Bindings(dict(self.sizes), dict(self.shapes))

    def become(self, other: "Bindings") -> None:
        """Take over what others hold."""
        self.sizes, self.shapes = other.sizes, other.shapes


__all__ = ["Bindings", "BoundShape", "BoundSize"]
