"""Values of configs' fields for hypothesis to draw, and ways to write them in source text."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from hypothesis import strategies as st

Values: TypeAlias = st.SearchStrategy[object]

_ENUM_TEXTS: Final = {"image": "Key.IMAGE", "mask": "Key.MASK", "": "Key.EMPTY"}
_ENUM_NUMBERS: Final = {0: "Count.NONE", 2: "Count.FEW"}


def _one_of(*values: object) -> Values:
    return st.sampled_from(values)


def _optional(values: Values) -> Values:
    return st.none() | values


_FLAGS: Final = _one_of(False, True)
_NAMES: Final = _one_of(["image"], ["image", "label"], ["a"], ["mask", "image"], [], ["a", ""])
_TEXTS: Final = _one_of("image", "mask", "label", "a", "", " ", "b.c")
_WORDS: Final = _one_of("abc", "a", "", "ABC", "ab", "ab c", "3d", "Abcd", "abcde")
_NUMBERS: Final = _one_of(
    0, 1, 0.5, -0.0, 1.0, 1.5, -1, -1.0, 1.0000001, -0.2, 3, math.inf, math.nan
)
_WHOLE: Final = _one_of(1, 0, 2, 3, 4, -1, 7, 8, 9, -3, -2, True, False, 10**6)
_ANGLES: Final = _one_of(0, 45.0, 360, -360.0, 360.5, -361, 1e9, math.nan)
_TABLES: Final[Values] = st.recursive(
    _one_of(1, 0.5, True, 2j, "no", None, b"no", math.nan),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.tuples(inner)
        | st.dictionaries(st.sampled_from(["mean", "std", ""]), inner, max_size=2)
    ),
    max_leaves=4,
)


def _lists(items: Values, most: int = 3) -> Values:
    return st.lists(items, max_size=most)


def _tuples(items: Values) -> Values:
    return st.lists(items, max_size=3).map(lambda found: (*found,))


def _pairs(items: Values) -> Values:
    return st.tuples(items, items)


def _sets(items: Values) -> st.SearchStrategy[frozenset[object]]:
    return st.lists(items, max_size=3).map(lambda found: frozenset(dict.fromkeys(found)))


# By the names of fields: one name means one thing in all configs.
VALUES: Final[Mapping[str, Values]] = {
    "cacheable": _FLAGS,
    "precomputed_stats": _optional(
        st.dictionaries(st.sampled_from(["mean", "std"]), _TABLES, max_size=2)
    ),
    "stochastic": _FLAGS,
    "stream_name": _optional(_TEXTS),
    "batch_strategy": _one_of("vmap", "scan"),
    "field_key": _TEXTS,
    "target_key": _optional(_TEXTS),
    "auxiliary_fields": _optional(_lists(_TEXTS)),
    "clip_range": _optional(_pairs(_NUMBERS)),
    "preserve_auxiliary": _FLAGS,
    "validate_domain_constraints": _FLAGS,
    "input_fields": _NAMES | _lists(_TEXTS),
    "output_fields": _NAMES | _lists(_TEXTS),
    "operation": _TEXTS,
    "validate_alignment": _FLAGS,
    "delta": _NUMBERS,
    "delta_range": _pairs(_NUMBERS),
    "factor": _NUMBERS,
    "factor_range": _pairs(_NUMBERS),
    "angle_degrees": _ANGLES,
    "angle_degrees_range": _pairs(_ANGLES),
    "fill": _NUMBERS,
    "mask_id": _WHOLE,
    "probability": _NUMBERS,
    "special_ids": _tuples(_WHOLE),
    "fields": _optional(_lists(_TEXTS)),
    "above": _WHOLE,
    "at_least": _NUMBERS,
    "below": _WHOLE,
    "at_most": _NUMBERS,
    "share": _NUMBERS,
    "between": _WHOLE,
    "step": _WHOLE,
    "half": _NUMBERS,
    "even": _WHOLE,
    "finite": _NUMBERS,
    "certain": _NUMBERS,
    "margin": _optional(_WHOLE),
    "workers": _WHOLE | st.just("auto"),
    "title": _WORDS,
    "code": _WORDS,
    "name": _WORDS,
    "small": _WORDS,
    "raw": _one_of(b"", b"-", b"\x00\xff"),
    "unit": _one_of(None, "cm", "in"),
    "label": _optional(_TEXTS),
    "levels": _lists(_WHOLE),
    "ratio": _pairs(_NUMBERS),
    "sizes": _tuples(_WHOLE),
    "weights": st.dictionaries(_one_of("a", ""), _NUMBERS, max_size=2),
    "shares": st.dictionaries(_TEXTS, _NUMBERS, max_size=2),
    "order": _lists(_WHOLE) | _tuples(_WHOLE),
    "tree": st.dictionaries(_TEXTS, _lists(_NUMBERS, 2), max_size=3),
    "crops": _optional(_lists(_pairs(_WHOLE), 2)),
    "kinds": _sets(_WHOLE).map(lambda found: {*found}),
    "keys": _sets(_TEXTS),
    "pane": _optional(
        st.fixed_dictionaries({"size": _WHOLE}, optional={"title": _TEXTS}),
    ),
    "either": _lists(_WHOLE) | _WORDS,
    "size": _optional(_WHOLE),
    "scale": _optional(_NUMBERS),
    "crop": _FLAGS,
    "width": _optional(_WHOLE),
    "marks": _tuples(_NUMBERS),
    "names": _optional(_lists(_TEXTS)),
    "main": _TEXTS,
    "area": _NUMBERS,
    "steps": _optional(_lists(_WHOLE)),
    "learnable": _FLAGS,
    "vocab_size": _optional(_WHOLE),
    "labels_key": _optional(_TEXTS),
    "ignore_id": _one_of(-1, -128, 0, -129, -100),
    "mean": _tuples(_NUMBERS),
    "std": _tuples(_NUMBERS),
    "n_fft": _WHOLE,
    "win_length": _optional(_WHOLE),
    "hop_length": _optional(_WHOLE),
    "window": _one_of("hann", "boxcar"),
    "power": _one_of(1, 2),
    "center": _FLAGS,
    "sample_rate_hz": _NUMBERS,
    "n_mels": _WHOLE,
    "f_min_hz": _NUMBERS,
    "f_max_hz": _optional(_NUMBERS),
    "mel_scale": _one_of("htk", "slaney"),
    "norm": _one_of("slaney", None),
    "decibels": _FLAGS,
    "band": _tuples(_NUMBERS),
    "centers": _optional(_tuples(_NUMBERS)),
    "widths": _optional(_lists(_WHOLE)),
    "low": _optional(_NUMBERS),
    "high": _optional(_NUMBERS),
    "part": _optional(_WHOLE),
    "whole": _WHOLE,
}

# Of fields that a program adds itself, by their types.
ADDED: Final[Mapping[str, Values]] = {
    "Annotated[int, Gt(0)] | None": _optional(_WHOLE),
    "Label": _TEXTS,
    "Annotated[float, Interval(gt=-1, le=1.5)]": _NUMBERS,
    "tuple[Share, Share]": _pairs(_NUMBERS),
    "list[Annotated[int, Gt(0)]]": _lists(_WHOLE),
    "Annotated[tuple[Label, ...], MinLen(1)]": _tuples(_TEXTS),
}


@dataclass(slots=True)
class Speller:
    """Writes values as source text, in a way that hypothesis draws.

    Attributes:
        draw: draws from a strategy.
        names: how many names are taken.
        before: the statements that the text needs; "#" in a name stands for the case's number.
    """

    draw: st.DrawFn
    before: list[str] = field(default_factory=list)
    names: int = 0

    def text(self, value: object) -> str:
        """Return an expression of a value."""
        return _written(value, self._leaf)

    def _leaf(self, value: object) -> str:
        ways = [*_ways(value), plain(value)]
        return self._named(self.draw(st.sampled_from(ways)), value)

    def _named(self, text: str, value: object) -> str:
        """Return an expression; one that asks for a name gets one."""
        self.names += 1
        name = f"value_{self.names}#"
        match text:
            case "Final":
                self.before.append(f"{name}: Final = {plain(value)}")
            case "once":
                self.before.append(f"{name} = {plain(value)}")
            case "class":
                self.before.append(f"class Of_{name}:\n    value: Final = {plain(value)}")
                return f"Of_{name}.value"
            case _:
                return text.replace("NAME", name)
        return name


def plain(value: object) -> str:
    """Return the simplest expression of a value."""
    return _written(value, _plain_leaf)


def _plain_leaf(value: object) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


def _written(value: object, leaf: Callable[[object], str]) -> str:
    """Return an expression of a value whose parts that hold no others are written as asked."""
    match value:
        case list():
            return f"[{_items(value, leaf)}]"
        case tuple():
            return f"({_items(value, leaf)})"
        case dict():
            pairs = (f"{_written(k, leaf)}: {_written(v, leaf)}" for k, v in value.items())
            return f"{{{', '.join(pairs)}}}"
        case set() if value:
            return f"{{{_items(value, leaf)}}}"
        case set() | frozenset():
            return f"{type(value).__name__}({f'[{_items(value, leaf)}]' if value else ''})"
        case _:
            return leaf(value)


def _items(items: Iterable[object], leaf: Callable[[object], str]) -> str:
    return "".join(f"{_written(item, leaf)}, " for item in items)


def _ways(value: object) -> list[str]:
    ways = ["Final", "once", "class", f"({plain(value)})", f"(NAME := {plain(value)})"]
    match value:
        case None:
            return ["Final", "once"]
        case bool():
            return [*ways, f"not {not value}"]
        case int():
            ways += [f"{value - 3} + 3", f"{value} * 1", f"abs({value})", f"-({-value})"]
            ways += [f"max({value}, -5)", f"({value} + 20) % 20"]
            ways += [_ENUM_NUMBERS[value]] if value in _ENUM_NUMBERS else []
        case float():
            ways += [] if math.isnan(value) else [f"{plain(value)} - 0.0", f"-({plain(-value)})"]
            ways += [f"math.{value}"] if str(value) in ("inf", "nan") else []
            ways += [f"{plain(value)} / 2", f"min(1.5, {plain(value)})"]
        case str():
            ways += [f"{value[:1]!r} + {value[1:]!r}", f"{value!r} * 2"]
            ways += [_ENUM_TEXTS[value]] if value in _ENUM_TEXTS else []
        case _:
            pass
    return ways


__all__ = ["ADDED", "VALUES", "Speller", "Values", "plain"]
