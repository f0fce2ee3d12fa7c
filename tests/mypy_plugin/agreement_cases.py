"""Programs that make a config, for hypothesis to draw: each is refused as a whole, or is not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from textwrap import indent
from typing import Final, TypeAlias

from hypothesis import strategies as st

from datarax_typed import (
    BrightnessOperatorConfig,
    ContrastOperatorConfig,
    CrossModalOperatorConfig,
    DataraxModuleConfig,
    MapOperatorConfig,
    MelSpectrogramOperatorConfig,
    ModalityOperatorConfig,
    NormalizeOperatorConfig,
    OperatorConfig,
    RotationOperatorConfig,
    TokenMaskOperatorConfig,
)
from tests.mypy_plugin.agreement_configs import (
    ContainersConfig,
    Narrow,
    NarrowConfig,
    NumbersConfig,
    RulesConfig,
    TextsConfig,
)
from tests.mypy_plugin.agreement_values import ADDED, VALUES, Speller, plain

HEAD: Final = """\
import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, ClassVar, Final, Literal

from annotated_types import Gt, Interval, MinLen

from datarax_typed import (
    BrightnessOperatorConfig,
    ContrastOperatorConfig,
    CrossModalOperatorConfig,
    MapOperatorConfig,
    MelSpectrogramOperatorConfig,
    ModalityOperatorConfig,
    NormalizeOperatorConfig,
    OperatorConfig,
    RotationOperatorConfig,
    Rule,
    TokenMaskOperatorConfig,
    distinct,
    exclusive,
    increasing,
    requires,
)
from configs import (
    ContainersConfig,
    Count,
    Key,
    Label,
    Narrow,
    NarrowConfig,
    NumbersConfig,
    RulesConfig,
    Share,
    TextsConfig,
)


def tossed() -> bool:
    return True


"""
CLASSES: Final[Mapping[str, type[DataraxModuleConfig]]] = {
    "Narrow": Narrow,
    **{
        cls.__name__: cls
        for cls in (
            *(OperatorConfig, ModalityOperatorConfig, CrossModalOperatorConfig),
            *(BrightnessOperatorConfig, ContrastOperatorConfig, RotationOperatorConfig),
            *(TokenMaskOperatorConfig, MapOperatorConfig),
            *(NormalizeOperatorConfig, MelSpectrogramOperatorConfig),
            *(NumbersConfig, TextsConfig, ContainersConfig, RulesConfig, NarrowConfig),
        )
    },
}
# What a TokenMaskOperatorConfig says of their sum, no rule does.
_SUMMED: Final = frozenset({"random_probability", "keep_probability"})
_OF_ALL: Final = frozenset(field.name for field in fields(OperatorConfig))
_SOUND: Final[Mapping[str, str]] = {
    "field_key": '"image"',
    "input_fields": '["image"]',
    "output_fields": '["label"]',
    "mask_id": "3",
    "mean": "(0.5,)",
    "std": "(0.5,)",
    "sample_rate_hz": "8000",
    "title": '"abc"',
}
# What mypy takes as it is written alone.
_CHOICES: Final = frozenset(
    {"batch_strategy", "unit", "workers", "pane", "window", "power", "mel_scale", "norm"}
)
_RULES: Final = (
    'exclusive("extra", "stream_name")',
    'requires("extra", "stream_name")',
    'requires("stream_name", "extra")',
    'exclusive("batch_stats_fn", "extra", "precomputed_stats")',
    'exclusive("extra", "missing")',
)
_RULES_OF_LISTS: Final = ('increasing("extra")', 'distinct("extra")')
_REDECLARED: Final = (
    "pass",
    "stochastic: bool = True",
    'stream_name: str | None = "noise"',
    'batch_strategy: Literal["vmap", "scan"] = "scan"',
)


@dataclass(frozen=True)
class Case:
    """A program that makes configs; "#" in it stands for its number.

    Attributes:
        lines: its statements.
    """

    lines: tuple[str, ...]

    def source(self, number: int) -> str:
        """Return the program as text."""
        return "\n".join(self.lines).replace("#", f"_{number}") + "\n"


@st.composite
def cases_of_form(draw: st.DrawFn, name: str, form: str) -> Case:
    """Return a strategy of programs, well typed, in which every value can be known.

    Args:
        name: of the config class.
        form: how one is made.
    """
    speller = Speller(draw)
    expression = FORMS[form](name, _Class(CLASSES[name]), speller)
    # An alias in a function is a variable: what it holds may have other defaults.
    return _case(speller, expression, is_global=form == "alias" or draw(st.booleans()))


@st.composite
def cases_of_field(draw: st.DrawFn, name: str, field: str) -> Case:
    """Return a strategy of programs that give one field, and the required ones as they should.

    Args:
        name: of the config class.
        field: of the class.
    """
    speller = Speller(draw)
    cls = _Class(CLASSES[name])
    needed = [f"{other}={_SOUND[other]}" for other in cls.required if other != field]
    expression = f"{name}({', '.join([f'{field}={_text(field, cls, speller)}', *needed])})"
    return _case(speller, expression, is_global=draw(st.booleans()))


def fields_of(name: str) -> list[str]:
    """Return the fields of a class; those of all classes are `OperatorConfig`'s alone."""
    cls = _Class(CLASSES[name])
    return cls.all if cls.cls is OperatorConfig else cls.own


def _case(speller: Speller, expression: str, *, is_global: bool) -> Case:
    if is_global:
        return Case((*speller.before, expression))
    body = "\n".join([*speller.before, f"return {expression}"])
    return Case(("def case#() -> object:", indent(body, "    "), "case#()"))


class _Class:
    """The fields of a config class that a case gives."""

    def __init__(self, cls: type[DataraxModuleConfig]) -> None:
        given = [field for field in fields(cls) if field.init and field.name not in _SUMMED]
        self.cls = cls
        # Those of an operator that is always random, or never.
        self.fixed = _fixed(cls)
        self.all = [field.name for field in given]
        self.own = [name for name in self.all if name not in _OF_ALL]
        self.by_position = [field.name for field in given if not field.kw_only]
        self.required = [
            field.name
            for field in given
            if field.default is MISSING and field.default_factory is MISSING
        ]

    def names(
        self, draw: st.DrawFn, taken: Sequence[str] = (), *, least: int = 0, most: int = 3
    ) -> list[str]:
        """Return names of fields that are not taken, in any order."""
        free = [name for name in self.all if name not in taken]
        return list(
            draw(st.lists(st.sampled_from(free), unique=True, min_size=least, max_size=most))
        )

    def value(self, name: str, draw: st.DrawFn) -> object:
        """Return a value for a field, of its type."""
        if name in self.fixed:
            return self.fixed[name]
        values = VALUES[name]
        if self.cls is TokenMaskOperatorConfig and name == "stream_name":
            values = values.filter(_is_text)
        return draw(values)


def _fixed(cls: type[DataraxModuleConfig]) -> Mapping[str, object]:
    return {
        field.name: field.default
        for field in fields(cls)
        if field.name == "stochastic" and field.type is not bool
    }


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _text(name: str, cls: _Class, speller: Speller) -> str:
    """Return an expression for a field."""
    draw = speller.draw
    if name == "batch_stats_fn":
        return draw(st.sampled_from(["len", "None", "lambda data: data"]))
    value = cls.value(name, draw)
    if name in _CHOICES or name in cls.fixed:
        return plain(value)
    return speller.text(value)


def _arguments(
    cls: _Class, speller: Speller, names: list[str], bound: int = 0, taken: Sequence[str] = ()
) -> str:
    """Return the arguments of a call, some of them by position."""
    draw = speller.draw
    most = len(cls.by_position) - bound
    count = draw(st.sampled_from([0, 0, 0, 1, 2, 4, 5]))
    first = cls.by_position[bound : bound + min(count, most)]
    if not set(first).isdisjoint(taken):
        first = []
    texts = [_text(name, cls, speller) for name in first]
    named = [name for name in dict.fromkeys(names) if name not in first]
    texts += [f"{name}={_text(name, cls, speller)}" for name in named]
    return ", ".join(texts)


def _call(name: str, cls: _Class, speller: Speller) -> str:
    names = [*cls.required, *cls.names(speller.draw)]
    return f"{name}({_arguments(cls, speller, names)})"


def _conditional(name: str, cls: _Class, speller: Speller) -> str:
    chosen = speller.draw(st.sampled_from(cls.all))
    arms = [_text(chosen, cls, speller) for _ in range(2)]
    names = [*cls.required, *cls.names(speller.draw, [chosen], most=2)]
    others = [
        f"{other}={_text(other, cls, speller)}" for other in dict.fromkeys(names) if other != chosen
    ]
    return f"{name}({', '.join([f'{chosen}={arms[0]} if tossed() else {arms[1]}', *others])})"


def _replace(name: str, cls: _Class, speller: Speller) -> str:
    base = _call(name, cls, speller)
    speller.before.append(f"base# = {base}")
    names = cls.names(speller.draw, least=1)
    changes = [f"{field}={_text(field, cls, speller)}" for field in names]
    return f"replace({', '.join(['base#', *changes])})"


def _partial(name: str, cls: _Class, speller: Speller) -> str:
    draw = speller.draw
    bound = draw(st.sampled_from([0, 0, 1, 2]))
    first = cls.by_position[:bound]
    before = cls.names(draw, first, most=2)
    texts = [_text(field, cls, speller) for field in first]
    texts += [f"{field}={_text(field, cls, speller)}" for field in before]
    speller.before.append(f"begun# = partial({', '.join([name, *texts])})")
    missing = [field for field in cls.required if field not in before]
    names = [*missing, *cls.names(draw, first, most=2)]
    return f"begun#({_arguments(cls, speller, names, len(first), before)})"


def _read(name: str, cls: _Class, speller: Speller) -> str:
    base = _call(name, cls, speller)
    speller.before.append(f"source# = {base}")
    read = speller.draw(st.sampled_from(cls.all))
    names = [*cls.required, *cls.names(speller.draw, [read])]
    others = [
        f"{other}={_text(other, cls, speller)}" for other in dict.fromkeys(names) if other != read
    ]
    return f"{name}({', '.join([f'{read}=source#.{read}', *others])})"


def _subclass(name: str, cls: _Class, speller: Speller) -> str:
    draw = speller.draw
    annotation, values = draw(st.sampled_from([*ADDED.items()]))
    default = plain(draw(values))
    if default.startswith(("[", "{")):
        default = f"field(default_factory=lambda: {default})"
    # Where the choice is narrower already, it may not be wider again.
    redeclared = _REDECLARED[:1] if cls.fixed else _REDECLARED
    rule = draw(st.sampled_from([*_RULES, *(_RULES_OF_LISTS if "[" in annotation else [])]))
    speller.before.append(
        "@dataclass(frozen=True, kw_only=True)\n"
        f"class Sub#({name}):\n"
        f"    extra: {annotation} = {default}\n"
        f"    {draw(st.sampled_from(redeclared))}\n"
        f"    rules: ClassVar[tuple[Rule, ...]] = ({rule},)"
    )
    # Any more, and a default that is wrong would be replaced: that is no error.
    return f"Sub#({', '.join(f'{field}={_text(field, cls, speller)}' for field in cls.required)})"


def _alias(name: str, cls: _Class, speller: Speller) -> str:
    speller.before.append(f"Other# = {name}")
    return _call("Other#", cls, speller)


def _literal(name: str, cls: _Class, speller: Speller) -> str:
    names = [*cls.required, *cls.names(speller.draw)]
    parameters, values, texts = [], [], []
    for at, field in enumerate(dict.fromkeys(names)):
        text, value = (
            f"p{at}",
            None if field == "batch_stats_fn" else cls.value(field, speller.draw),
        )
        if isinstance(value, str | bytes | int):
            parameters.append(f"p{at}: Literal[{value!r}]")
            values.append(repr(value))
        elif field == "batch_stats_fn":
            text = "len"
        else:
            text = plain(value)
        texts.append(f"{field}={text}")
    speller.before.append(
        f"def made#({', '.join(parameters)}) -> {name}:\n    return {name}({', '.join(texts)})"
    )
    return f"made#({', '.join(values)})"


_Form: TypeAlias = Callable[[str, _Class, Speller], str]
FORMS: Final[Mapping[str, _Form]] = {
    "call": _call,
    "conditional": _conditional,
    "replace": _replace,
    "partial": _partial,
    "read": _read,
    "literal": _literal,
    "subclass": _subclass,
    "alias": _alias,
}


__all__ = ["CLASSES", "FORMS", "HEAD", "Case", "cases_of_field", "cases_of_form", "fields_of"]
