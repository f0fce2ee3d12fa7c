"""Sizes of axes: integer polynomials in names, such as `3`, `b` and `2*b+1`."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple, TypeAlias

# What is larger is better given up: an expression of a few letters may fill the memory.
_MOST_TERMS: Final = 64
_LARGEST_EXPONENT: Final = 16
_MOST_BITS: Final = 256
_LONGEST: Final = 256
# The end of a scope's name, where two names may well be one size.
LOOSE: Final = "?"
# The end of the scope of an integer that may be no size: 0, or less.
INTEGER: Final = f" int{LOOSE}"


class Atom(NamedTuple):
    """What is not taken apart: a name, or an operation that gives no polynomial.

    Attributes:
        name: as written; of an operation its text.
        scope: where the name has its meaning; of an operation the text with scopes.
        is_derived: whether it is an operation.
    """

    name: str
    scope: str
    is_derived: bool


# Atoms in order, each as often as it is a factor; the empty one is the number 1.
_Product: TypeAlias = tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """A size, as a sum of products with their coefficients.

    Attributes:
        terms: the products in order, none with coefficient 0.
    """

    terms: tuple[tuple[_Product, int], ...]

    @classmethod
    def of(cls, number: int) -> "Size":
        """Return a number."""
        return _sum([((), number)])

    @classmethod
    def named(cls, name: str, scope: str = "") -> "Size":
        """Return a name that has its meaning in a scope."""
        return cls((((Atom(name, scope, is_derived=False),), 1),))

    @property
    def number(self) -> int | None:
        """The number that it is, or None."""
        if not self.terms:
            return 0
        product, coefficient = self.terms[0]
        return None if product else coefficient

    @property
    def name(self) -> str | None:
        """The name that it is, or None."""
        atom = self._atom
        return None if atom is None or atom.is_derived else atom.name

    @property
    def scope(self) -> str:
        """The scope of the name that it is, or nothing."""
        return "" if self._atom is None or self._atom.is_derived else self._atom.scope

    @property
    def is_large(self) -> bool:
        """Whether it has grown so much that it is better taken for unknown."""
        return len(self.terms) > _MOST_TERMS or any(
            count.bit_length() > _MOST_BITS
            or len(product) > _LARGEST_EXPONENT
            or sum(len(atom.name) for atom in product) > _LONGEST
            for product, count in self.terms
        )

    @property
    def has_derived(self) -> bool:
        """Whether there is an operation in it that is not taken apart."""
        return any(atom.is_derived for product, _ in self.terms for atom in product)

    @property
    def _atom(self) -> Atom | None:
        match self.terms:
            case (((atom,), 1),):
                return atom
            case _:
                return None

    def __add__(self, other: "Size | int") -> "Size":
        return _sum([*self.terms, *_size(other).terms])

    def __neg__(self) -> "Size":
        return Size(tuple((product, -coefficient) for product, coefficient in self.terms))

    def __sub__(self, other: "Size | int") -> "Size":
        return self + -_size(other)

    def __mul__(self, other: "Size | int") -> "Size":
        return _sum(
            (tuple(sorted(left + right)), first * second)
            for left, first in self.terms
            for right, second in _size(other).terms
        )

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: int) -> "Size":
        return _size(other) - self

    def floordiv(self, other: "Size | int") -> "Size":
        """Return `self // other`."""
        divisor = _size(other)
        exact = _quotient(self, divisor)
        if exact is not None:
            return exact
        if not divisor.number:
            return _derived("//", self, divisor)
        whole, rest = _parted(self, divisor.number)
        return whole + (_derived("//", rest, divisor) if rest.number is None else 0)

    def mod(self, other: "Size | int") -> "Size":
        """Return `self % other`."""
        divisor = _size(other)
        if _quotient(self, divisor) is not None:
            return Size(())
        if not divisor.number:
            return _derived("%", self, divisor)
        _, rest = _parted(self, divisor.number)
        return rest if rest.number is not None else _derived("%", rest, divisor)

    def power(self, other: "Size | int") -> "Size":
        """Return `self ** other`."""
        exponent = _size(other).number
        if exponent is None or not 0 <= exponent <= _LARGEST_EXPONENT:
            return _derived("**", self, _size(other))
        result = Size.of(1)
        for _ in range(exponent):
            result *= self
            if result.is_large:
                return _derived("**", self, _size(other))
        return result

    def least(self, other: "Size | int") -> "Size":
        """Return `min(self, other)`."""
        return self._chosen("min", _size(other), -1)

    def most(self, other: "Size | int") -> "Size":
        """Return `max(self, other)`."""
        return self._chosen("max", _size(other), 1)

    def _chosen(self, function: str, other: "Size", wanted: int) -> "Size":
        difference = self - other
        if not difference.terms:
            return self
        sign = _sign(difference)
        if sign is None:
            return _function(function, sorted((self, other), key=lambda size: size.terms))
        return self if sign == wanted else other

    def __str__(self) -> str:
        return _written(self, lambda atom: atom.name)


class Relation(Enum):
    """What is certain of two sizes."""

    SAME = auto()
    DIFFERENT = auto()
    # Two names of one scope: nothing says that they are equal.
    OTHER_NAME = auto()
    UNKNOWN = auto()


def relation(left: Size, right: Size) -> Relation:
    """Return what is certain of two sizes, each name being at least 1."""
    if left == right:
        return Relation.SAME
    if _sign(_difference(left, right)) is not None:
        return Relation.DIFFERENT
    names = left.name is not None and right.name is not None
    strict = left.scope and not left.scope.endswith(LOOSE)
    if names and strict and left.scope == right.scope:
        return Relation.OTHER_NAME
    return Relation.UNKNOWN


def _size(size: Size | int) -> Size:
    return Size.of(size) if isinstance(size, int) else size


def _sum(terms: Iterable[tuple[_Product, int]]) -> Size:
    counted = Counter[_Product]()
    for product, coefficient in terms:
        counted[product] += coefficient
    kept = [(product, count) for product, count in counted.items() if count]
    # The highest degree first: this order is kept by products, as a division needs it.
    return Size(tuple(sorted(kept, key=lambda term: (-len(term[0]), term[0]))))


def _difference(left: Size, right: Size) -> Size:
    """Return the difference, without the integers that both are multiples of."""
    products = [product for size in (left, right) for product, _ in size.terms]
    common = Counter(products[0]) if products else Counter[Atom]()
    for product in products:
        common &= Counter(product)
    # If one of them is 0, so are both sizes: that is not meant.
    factors = tuple(sorted(atom for atom in common.elements() if _may_be_zero(atom)))
    return _divided(left, factors) - _divided(right, factors)


def _divided(size: Size, factors: _Product) -> Size:
    return _sum((_without(product, factors) or (), count) for product, count in size.terms)


def _may_be_zero(atom: Atom) -> bool:
    return atom.scope.endswith(INTEGER)


def _sign(size: Size) -> int | None:
    atoms = (atom for product, _ in size.terms for atom in product)
    if size.has_derived or any(map(_may_be_zero, atoms)):
        return None
    signs = {1 if coefficient > 0 else -1 for _, coefficient in size.terms}
    return signs.pop() if len(signs) == 1 else None


def _quotient(size: Size, divisor: Size) -> Size | None:
    """Return the polynomial whose product with the divisor is the size, if there is one."""
    if not divisor.terms:
        return None
    highest, coefficient = divisor.terms[0]
    quotient = Size(())
    # Each step takes the highest product away, and adds lower ones only.
    while size.terms:
        product, count = size.terms[0]
        rest = _without(product, highest)
        if rest is None or count % coefficient:
            return None
        step = Size(((rest, count // coefficient),))
        quotient += step
        size -= step * divisor
    return quotient


def _without(product: _Product, factors: _Product) -> _Product | None:
    left = list(product)
    for atom in factors:
        if atom not in left:
            return None
        left.remove(atom)
    return tuple(left)


def _parted(size: Size, divisor: int) -> tuple[Size, Size]:
    """Return whole and rest: size = whole * divisor + rest."""
    whole = _sum((product, count // divisor) for product, count in size.terms)
    return whole, size - whole * divisor


def _derived(symbol: str, left: Size, right: Size) -> Size:
    return _made(lambda show: f"{_operand(left, show)}{symbol}{_operand(right, show)}")


def _function(name: str, arguments: list[Size]) -> Size:
    return _made(lambda show: f"{name}({','.join(_written(size, show) for size in arguments)})")


_Show: TypeAlias = Callable[[Atom], str]


def _made(text: Callable[[_Show], str]) -> Size:
    name = text(lambda atom: atom.name)
    scoped = text(lambda atom: atom.scope if atom.is_derived else f"{atom.name}@{atom.scope}")
    return Size((((Atom(name, scoped, is_derived=True),), 1),))


def _written(size: Size, show: _Show) -> str:
    if not size.terms:
        return "0"
    parts = [_term(product, count, show) for product, count in size.terms]
    signed = [part if part.startswith("-") else f"+{part}" for part in parts]
    return "".join(signed).removeprefix("+")


def _term(product: _Product, count: int, show: _Show) -> str:
    if count == 1 and len(product) == 1:
        return show(product[0])
    if not product:
        return str(count)
    sign = {1: "", -1: "-"}.get(count, f"{count}*")
    return sign + "*".join(_factor(atom, power, show) for atom, power in Counter(product).items())


def _factor(atom: Atom, power: int, show: _Show) -> str:
    is_call = atom.name.startswith(("min(", "max("))
    text = f"({show(atom)})" if atom.is_derived and not is_call else show(atom)
    return text if power == 1 else f"{text}**{power}"


def _operand(size: Size, show: _Show) -> str:
    text = _written(size, show)
    is_plain = size.name is not None or (size.number is not None and size.number >= 0)
    return text if is_plain else f"({text})"


__all__ = ["INTEGER", "LOOSE", "Atom", "Relation", "Size", "relation"]
