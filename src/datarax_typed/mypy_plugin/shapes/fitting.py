"""Whether what is given for a parameter fits what is declared for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mypy.types import (
    CallableType,
    Instance,
    NoneType,
    TupleType,
    Type,
    TypedDictType,
    TypeVarId,
    TypeVarType,
    UnionType,
    UnpackType,
    get_proper_type,
)

from datarax_typed.mypy_plugin.shapes.annotation import Resolve
from datarax_typed.mypy_plugin.shapes.batches import BATCH, BatchValue
from datarax_typed.mypy_plugin.shapes.carried import Annotation, annotation_of
from datarax_typed.mypy_plugin.shapes.declared import dims_of, is_array
from datarax_typed.mypy_plugin.shapes.dtypes import DTYPES, accepts, shown
from datarax_typed.mypy_plugin.shapes.iteration import MAPPINGS
from datarax_typed.mypy_plugin.shapes.joined import joined
from datarax_typed.mypy_plugin.shapes.matching import Bindings, match, shape_text
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Callee,
    Constant,
    Either,
    Items,
    Nothing,
    OtherArray,
    Record,
    Value,
)


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that is not what is declared.

    Attributes:
        text: where, what was expected, what came, and why that does not fit.
        is_dtype: whether it is about a dtype.
        is_field: whether it is about a field that is not there.
    """

    text: str
    is_dtype: bool = False
    is_field: bool = False

    @property
    def kind(self) -> Literal["shape", "dtype", "field"]:
        """What it is about."""
        if self.is_field:
            return "field"
        return "dtype" if self.is_dtype else "shape"


@dataclass(slots=True)
class Fitting:
    """The fitting of the arguments of one call, which share the names of axes.

    Attributes:
        bindings: the sizes that names are bound to so far.
        variables: what type variables were given.
        resolve: gives what stands in braces.
    """

    resolve: Resolve
    bindings: Bindings = field(default_factory=Bindings)
    variables: dict[TypeVarId, Value] = field(default_factory=dict)

    def misfits(self, typ: Type, value: Value, where: str) -> Iterator[Misfit]:
        """Yield what does not fit; bind the names of what does.

        Args:
            typ: what is declared.
            value: what is given.
            where: its name or path.
        """
        annotation = annotation_of(typ)
        value = value.array if isinstance(value, OtherArray) else value
        if isinstance(value, Either):
            yield from self._of_either(typ, value, where)
        elif isinstance(value, Nothing):
            return
        elif annotation is not None:
            yield from self._of_array(annotation, value, where)
        else:
            yield from self._of_proper(typ, value, where)

    def _of_either(self, typ: Type, value: Either, where: str) -> Iterator[Misfit]:
        # Of an optional value, mypy knows where it may be None.
        options = [option for option in value.options if option != Constant(None)]
        if len(options) == 1:
            yield from self.misfits(typ, options[0], where)
            return
        found = [list(self._tried(typ, option, where)) for option in options]
        if found and all(found):
            yield from found[0]

    def _tried(self, typ: Type, value: Value, where: str) -> Iterator[Misfit]:
        """Yield what does not fit, and bind nothing."""
        trial = Fitting(self.resolve, self.bindings.copy(), dict(self.variables))
        yield from trial.misfits(typ, value, where)

    def _of_array(self, annotation: Annotation, value: Value, where: str) -> Iterator[Misfit]:
        dims = dims_of(annotation.text)
        if not isinstance(value, ArrayValue) or dims is None:
            return
        expected = f"{where}: expected {annotation}, got {array_text(value)}"
        # In jaxtyping's order.
        if not accepts(DTYPES[annotation.dtype], value.dtypes):
            yield Misfit(expected, is_dtype=True)
            return
        reason = match(dims, value.shape, self.bindings, where, self.resolve)
        if reason is not None:
            yield Misfit(f"{expected}: {reason}")

    def _of_proper(self, typ: Type, value: Value, where: str) -> Iterator[Misfit]:
        proper = get_proper_type(typ)
        match proper, value:
            case TypeVarType(), _:
                self._bind_variable(proper, value)
            case UnionType(), _:
                yield from self._of_union(proper, value, where)
            case TupleType(), Items():
                yield from self._of_tuple(proper, value, where)
            case Instance(args=[*_, item]), Items() | Record():
                # Beartype looks at one of several: names may stand for other sizes in each.
                for key, part in _held(proper.type.fullname, value).items():
                    yield from self._tried(item, part, f"{where}[{key}]")
            case TypedDictType(), Record():
                yield from self._of_schema(proper, value, where)
            case Instance(args=[schema]), BatchValue() if proper.type.fullname == BATCH:
                yield from self._of_batch(get_proper_type(schema), value.data, where)
            case _:
                return

    def _of_schema(self, typ: TypedDictType, value: Record, where: str) -> Iterator[Misfit]:
        for name in filter(typ.items.__contains__, value.fields):
            path = f'{where}["{name}"]'
            yield from self.misfits(typ.items[name], value.fields[name], path)

    def _of_batch(self, schema: Type, data: Record, where: str) -> Iterator[Misfit]:
        if not isinstance(schema, TypedDictType):
            return
        items = schema.items
        for name in filter(schema.required_keys.__contains__, items):
            if name not in data.fields and (data.is_whole or name in data.lost):
                available = ", ".join(f'"{one}"' for one in data.fields) or "none"
                text = f'{where}: expected a field "{name}" (available: {available})'
                yield Misfit(text, is_field=True)
        for name in filter(items.__contains__, data.fields):
            # Nothing makes sure that a name is one size in all fields.
            alone = Fitting(self.resolve)
            yield from alone.misfits(items[name], data.fields[name], f'{where}["{name}"]')

    def _bind_variable(self, variable: TypeVarType, value: Value) -> None:
        is_function = isinstance(get_proper_type(variable.upper_bound), CallableType)
        if is_function or isinstance(value, Callee):
            # What a function makes of a function is seldom the same, whatever its types say.
            value = NOTHING
        before = self.variables.get(variable.id, value)
        self.variables[variable.id] = joined([before, value])

    def _of_tuple(self, typ: TupleType, value: Items, where: str) -> Iterator[Misfit]:
        if len(typ.items) != len(value.items) or any(isinstance(t, UnpackType) for t in typ.items):
            return
        for at, (item, part) in enumerate(zip(typ.items, value.items, strict=True)):
            yield from self.misfits(item, part, f"{where}[{at}]")

    def _of_union(self, typ: UnionType, value: Value, where: str) -> Iterator[Misfit]:
        arms = [arm for arm in typ.items if not isinstance(get_proper_type(arm), NoneType)]
        if isinstance(value, ArrayValue) and not all(map(annotation_of, arms)):
            # A plain `Array` takes any; what other types take is for mypy to say.
            arms = [arm for arm in arms if annotation_of(arm) or _takes_arrays(arm)]
            if not all(map(annotation_of, arms)):
                return
        found = [(arm, list(self._tried(arm, value, where))) for arm in arms]
        fitting = [arm for arm, misfits in found if not misfits]
        if len(fitting) == 1:
            yield from self.misfits(fitting[0], value, where)
        elif not fitting and found:
            yield self._of_no_arm(found, value, where)

    def _of_no_arm(
        self, found: list[tuple[Type, list[Misfit]]], value: Value, where: str
    ) -> Misfit:
        if len(found) == 1 or not isinstance(value, ArrayValue):
            return found[0][1][0]
        expected = " | ".join(str(annotation_of(arm)) for arm, _ in found)
        is_dtype = all(misfit.is_dtype for _, misfits in found for misfit in misfits)
        return Misfit(f"{where}: expected {expected}, got {array_text(value)}", is_dtype)


_SEQUENCES = frozenset(
    {
        *("builtins.list", "builtins.tuple", "typing.Sequence", "typing.Iterable"),
        *("typing.Collection",),
    }
)


def _held(kind: str, value: Items | Record) -> Mapping[str, Value]:
    """Return what is in a list or dict of some class, by what stands in brackets."""
    if isinstance(value, Items):
        return {str(at): one for at, one in enumerate(value.items) if kind in _SEQUENCES}
    return {f'"{name}"': one for name, one in value.fields.items() if kind in MAPPINGS}


def _takes_arrays(typ: Type) -> bool:
    """Return whether a type may be that of an array."""
    proper = get_proper_type(typ)
    if isinstance(proper, Instance):
        return is_array(proper) or proper.type.is_protocol or proper.type.name == "object"
    return not isinstance(proper, TupleType | TypedDictType)


def array_text(array: ArrayValue) -> str:
    """Return an array as jaxtyping would write its type."""
    return f'{shown(array.dtypes)}[Array, "{shape_text(array.shape)}"]'


__all__ = ["Fitting", "Misfit", "array_text"]
