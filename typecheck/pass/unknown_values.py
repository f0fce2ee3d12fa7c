"""Values that nobody knows before the program runs: not a word about them."""

import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Final

from annotated_types import Gt, Interval, MinLen

from datarax_typed import OperatorConfig, Rule, distinct, exclusive, increasing


@dataclass(frozen=True)
class CropConfig(OperatorConfig):
    """A config that refuses much."""

    size: Annotated[int, Gt(0)] | None = None
    scale: float | None = None
    share: Annotated[float, Interval(ge=0, le=1)] = 0.5
    title: Annotated[str, MinLen(1)] = "crop"
    span: tuple[float, float] = (0.0, 1.0)
    names: list[Annotated[str, MinLen(1)]] = field(default_factory=list)
    weights: dict[str, Annotated[float, Gt(0)]] = field(default_factory=dict)

    rules: ClassVar[tuple[Rule, ...]] = (
        exclusive("size", "scale"),
        increasing("span"),
        distinct("names"),
    )


# 1: star arguments
def of_anything(*args: Any, **kwargs: Any) -> CropConfig:
    return CropConfig(*args, **kwargs)


def of_a_size(size: int, **kwargs: Any) -> CropConfig:
    return CropConfig(size=size, **kwargs)


of_anything()
of_a_size(3, share=0.25)
of_a_file: dict[str, Any] = {"stream_name": "aug", "size": 4}
CropConfig(**of_a_file)
CropConfig(stochastic=True, **of_a_file)
CropConfig(scale=None, **of_a_file)


# 2: parameters of plain types
def of_parameters(size: int, share: float, title: str) -> CropConfig:
    return CropConfig(size=size, share=share, title=title)


of_parameters(1, 0.5, "crop")


# 3: parameters that may be None
def of_optional(size: int | None, scale: float | None = None) -> CropConfig:
    return CropConfig(size=size, scale=scale)


of_optional(1)
of_optional(None, 0.5)


# 4: a parameter that follows another: never both
def of_either(given: float, relative: bool) -> CropConfig:
    return CropConfig(size=None if relative else int(given), scale=given if relative else None)


of_either(3, False)
of_either(0.5, True)


# 5: correlated conditionals over the same flag
def of_a_flag(flag: bool) -> CropConfig:
    return CropConfig(size=3 if flag else None, scale=None if flag else 0.5)


of_a_flag(True)
of_a_flag(False)


# 6: the same, by names
def of_two_names(flag: bool) -> CropConfig:
    size = 3 if flag else None
    scale = None if flag else 0.5
    return CropConfig(size=size, scale=scale)


of_two_names(True)


# 7: a stream that comes with the flag
def of_a_draw(draws: bool) -> CropConfig:
    return CropConfig(stochastic=draws, stream_name="aug" if draws else None)


of_a_draw(True)
of_a_draw(False)

# 8: a variable that is assigned twice
size = -1
size = 3
CropConfig(size=size)


# 9: a variable that is assigned in two branches
def of_branches(flag: bool) -> CropConfig:
    if flag:
        size, scale = 3, None
    else:
        size, scale = None, 0.5
    return CropConfig(size=size, scale=scale)


of_branches(True)


# 10: a variable that changes in a loop
def of_a_loop() -> list[CropConfig]:
    made = []
    size = 0
    for _ in range(2):
        size += 1
        made.append(CropConfig(size=size))
    for share in (0.25, 0.5):
        made.append(CropConfig(share=share))
    return made


of_a_loop()


# 11: a variable that is changed after its first value by a walrus, a with, an except, a del
def of_other_bindings() -> CropConfig:
    title = ""
    if (title := os.environ.get("NOBODY_SETS_THIS", "crop")) != "":
        return CropConfig(title=title)
    return CropConfig()


of_other_bindings()


# 12: a variable that an inner function assigns
def of_a_closure() -> CropConfig:
    size = 0

    def grow() -> None:
        nonlocal size
        size = 4

    grow()
    return CropConfig(size=size)


of_a_closure()

# 13: a global that a function assigns
count = 0


def count_up() -> None:
    global count
    count += 1


count_up()
CropConfig(size=count)

# 14: a list that is filled later
names: list[str] = []
names.append("image")
CropConfig(names=names)
twice = ["a", "a"]
twice.pop()
CropConfig(names=twice)
blank = [""]
blank[0] = "image"
CropConfig(names=blank)

# 15: a dict that is filled later
weights = {"a": 0.0}
weights["a"] = 1.0
CropConfig(weights=weights)
more: dict[str, float] = {}
more.update(b=2.0)
CropConfig(weights=more)

# 16: a list that a function may have changed
order = ["a", "a"]


def mend(items: list[str]) -> None:
    del items[0]


mend(order)
CropConfig(names=order)


# 17: what a function returns
def a_size() -> int:
    return 3


CropConfig(size=a_size(), share=random.random(), title=str(3))
CropConfig(size=len("abc"), scale=None)
CropConfig(size=max(1, 0), share=min(1.5, 1.0), title="".join(["a"]))
CropConfig(size=int("3"), share=float("0.5"))


# 18: attributes of objects that nobody knows
class Options:
    def __init__(self, size: int) -> None:
        self.size = size
        self.share = 0.5


options = Options(3)
CropConfig(size=options.size, share=options.share)


# 19: what a test has narrowed
def narrowed(size: int | None, scale: float | None) -> CropConfig:
    if size is not None:
        return CropConfig(size=size)
    if scale is None:
        return CropConfig()
    return CropConfig(scale=scale, size=size)


narrowed(None, 0.5)


# 20: displays with stars and comprehensions in them
some = ("a", "b")
CropConfig(names=[*some, "c"])
CropConfig(names=[name for name in some])
CropConfig(weights={name: 1.0 for name in some})
CropConfig(weights={**{"a": 1.0}, "b": 2.0})


# 21: a generic function that builds what it is told to
def built(make: Callable[..., CropConfig], values: Sequence[Any]) -> Iterator[CropConfig]:
    for value in values:
        yield make(size=value)


list(built(CropConfig, [1, 2]))

# 22: boolean operators and conditions that are not known
CropConfig(size=options.size or None)
CropConfig(share=options.share and 0.25)
CropConfig(title=os.environ.get("NOBODY_SETS_THIS") or "crop")
CropConfig(cacheable=not options.size)


# 23: an early value that a later one replaces on the way
def early(path: str) -> CropConfig:
    title = ""
    try:
        title = path.split("/")[0]
    except IndexError:
        title = "crop"
    return CropConfig(title=title)


early("a/b")


# 24: subscripts and slices of what is known
sizes = (0, 3)
CropConfig(size=sizes[1])
CropConfig(title="crop of two"[:4])

# 25: formatted text
CropConfig(title=f"{size} pixels")


# 26: a value that only match decides
def matched(kind: str) -> CropConfig:
    match kind:
        case "small":
            size = 1
        case _:
            size = 2
    return CropConfig(size=size)


matched("small")


# 27: unpacked names
low, high = 0.25, 0.75
CropConfig(span=(low, high))
(first, *rest) = [3, 0]
CropConfig(size=first)


# 28: a name that is a parameter and a module's variable at once
title = ""


def shadowed(title: str) -> CropConfig:
    return CropConfig(title=title)


shadowed("crop")


# 29: a class whose attribute a subclass sets
class Small:
    size = 0

    def config(self) -> CropConfig:
        return CropConfig(size=self.size)


class Large(Small):
    size = 8


Large().config()


# 30: what is deleted and made again
del title
title = "crop"
CropConfig(title=title)

# 31: a constant list is a list all the same
ORDER: Final = ["a", "a"]
ORDER.pop()
CropConfig(names=ORDER)
TABLE: Final[dict[str, float]] = {"a": 0.0}
TABLE["a"] = 1.0
CropConfig(weights=TABLE)


# 32: a conditional that got a name: what stands between decides
def of_an_arm(flag: bool) -> CropConfig:
    size = 3 if flag else 0
    if size:
        return CropConfig(size=size)
    return CropConfig()


def of_arms(flag: bool) -> CropConfig:
    config = CropConfig(size=3) if flag else CropConfig()
    if flag:
        return config
    return replace(config, scale=0.5)


of_an_arm(False)
of_arms(False)
