"""The contracts that an operator declares: which fields they speak of, and what they allow."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args, get_type_hints

import jax
import jax.export
import jax.numpy as jnp
from jaxtyping import AbstractArray
from typing_extensions import is_typeddict

from datarax_typed.core import axes
from datarax_typed.core.annotations import UNREADABLE, resolved
from datarax_typed.core.checks import Report
from datarax_typed.core.cross_modal import CrossModalOperator
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.fields import field_names, get_field, has_field, set_field
from datarax_typed.core.modality import ModalityOperator
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.signatures import Signature
from datarax_typed.core.stages import Composition, declared_inputs
from datarax_typed.operators.compose import MapOperator
from datarax_typed.protocols import PyTree
from datarax_typed.testing.subject import AnyOperator, Subject


@dataclass(frozen=True)
class Contract:
    """The annotated signature of one function, and the fields that its arguments come from.

    Attributes:
        fields: names of the fields, in the order of `arguments`.
        function: the function, as it was enforced; None if there is none.
        arguments: the arguments for a call with given data, the operator first.
        hints: the annotation of each field, as far as it is one of an array.
        of_data: whether it is about the data as a whole, some of which may be optional.
    """

    fields: tuple[str, ...]
    function: Any  # any callable that an operator's class holds
    arguments: Callable[[PyTree], tuple[PyTree, ...]]
    hints: Mapping[str, str]
    of_data: bool = False

    @property
    def _signature(self) -> Signature | None:
        found: Signature | None = getattr(self.function, "__datarax_contract__", None)
        return found

    def says_something(self, spec: PyTree, field: str) -> bool:
        """Return whether annotations say anything about the arrays of a field."""
        others = (set_field(spec, field, other) for _, other in misfits(leaf_of(spec, field)))
        return field in self.hints or not all(map(self.allows, others))

    def allows(self, spec: PyTree) -> bool:
        """Return whether the annotations allow an element of a spec."""
        signature = self._signature
        if signature is None:
            return True
        problems: list[object] = []

        def trace(data: PyTree) -> None:
            given = signature.parameters.bind(self.arguments(data), {})
            with axes.scope(given if signature.reads else {}):
                report = Report()
                for check, path, value in signature.values(given, ()):
                    check(value, path, report)
                report.settle()
            problems.extend(report.problems)

        jax.eval_shape(trace, spec)
        return not problems


def contracts_of(operator: AnyOperator, spec: PyTree) -> list[Contract]:
    """Return the contracts about fields that reach the operator as they come in.

    Args:
        operator: the operator.
        spec: the spec of an element that it takes.
    """
    if isinstance(operator, Composition):
        return list(_of_stages(operator, spec))
    if isinstance(operator, MapOperator):
        return list(_of_map(operator, spec))
    found = [*_of_transform(operator), *_of_methods(operator, spec)]
    if not found:
        reads = tuple(declared_inputs(operator))
        found = [Contract(reads, None, lambda data: (), {})] if reads else []
    return found


def _of_stages(operator: Composition, spec: PyTree) -> Iterator[Contract]:
    written: set[str] = set()
    for _, stage in operator.named_stages():
        for contract in contracts_of(stage, spec):
            if not written & set(contract.fields):
                yield contract
        writes = _writes(stage)
        if writes is None and operator.in_turn:
            return
        if operator.in_turn:
            written |= set(writes or ())


def _writes(operator: object) -> list[str] | None:
    """Return the fields that an operator's config says it writes; None: it does not say."""
    if isinstance(operator, ModalityOperator):
        config = operator.config
        return [config.target_key or config.field_key, *(config.auxiliary_fields or ())]
    if isinstance(operator, CrossModalOperator):
        return list(operator.config.output_fields)
    return None


def _of_map(operator: MapOperator, spec: PyTree) -> Iterator[Contract]:
    def arguments_of(field: str) -> Callable[[PyTree], tuple[PyTree, ...]]:
        return lambda data: (get_field(data, field, "map"),)

    for field in operator.config.fields or list(field_names(spec)):
        hints = _hints(operator.call, (field,))
        yield Contract((field,), operator.call, arguments_of(field), hints)


def _of_transform(operator: AnyOperator) -> Iterator[Contract]:
    if not isinstance(operator, ModalityOperator | CrossModalOperator):
        return
    function = getattr(type(operator), "transform", None)
    if function is None:
        return
    reads = declared_inputs(operator)
    fields = tuple(reads[:1] if isinstance(operator, ModalityOperator) else reads)

    def arguments(data: PyTree) -> tuple[PyTree, ...]:
        return operator, *(get_field(data, field, "transform") for field in fields)

    yield Contract(fields, function, arguments, _hints(function, fields))


def _of_methods(operator: AnyOperator, spec: PyTree) -> Iterator[Contract]:
    """Yield the contracts of what a class itself writes in place of a base's method."""
    ways: dict[str, Callable[[PyTree], tuple[PyTree, ...]]] = {
        "apply": lambda data: (operator, data),
        "apply_batch": lambda data: (operator, _batch_of(data)),
    }
    for name, arguments in ways.items():
        function = getattr(type(operator), name, None)
        bases = (OperatorModule, ModalityOperator, CrossModalOperator)
        if function is None or any(function is getattr(base, name) for base in bases):
            continue
        whole = Contract((), function, arguments, _schema_hints(function), of_data=True)
        fields = tuple(name for name in field_names(spec) if whole.says_something(spec, name))
        if fields:
            yield replace(whole, fields=fields)


def _batch_of(data: PyTree) -> Batch:
    return Batch(jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (2, *leaf.shape)), data))


def _hints(function: Any, fields: tuple[str, ...]) -> dict[str, str]:  # any callable
    """Return the shape that a function's annotations give each field."""
    signature: Signature | None = getattr(function, "__datarax_contract__", None)
    if signature is None:
        return {}
    names = list(signature.parameters.signature.parameters)[signature.is_method :]
    # A starred parameter takes all fields that are left.
    names += names[:1] * (len(fields) - len(names))
    pairs = zip(fields, names, strict=False)
    shapes = {field: _shape(_hint(function, name)) for field, name in pairs}
    return {field: shape for field, shape in shapes.items() if shape is not None}


def _schema_hints(function: Any) -> dict[str, str]:  # any callable
    signature: Signature | None = getattr(function, "__datarax_contract__", None)
    if signature is None:
        return {}
    # After the operator itself.
    hint = _hint(function, list(signature.parameters.signature.parameters)[1])
    schema = next((arg for arg in (hint, *get_args(hint)) if is_typeddict(arg)), None)
    if schema is None:
        return {}
    shapes = {key: _shape(value) for key, value in get_type_hints(schema).items()}
    return {key: shape for key, shape in shapes.items() if shape is not None}


def _hint(function: Any, name: str) -> Any:  # a type hint has no type
    plain = getattr(function, "__wrapped__", function)
    annotation = getattr(plain, "__annotations__", {}).get(name)
    signature: Signature = function.__datarax_contract__
    try:
        return resolved(annotation, getattr(plain, "__globals__", {}), signature.owner)
    except UNREADABLE:
        return None


def _shape(hint: Any) -> str | None:  # a type hint has no type
    if isinstance(hint, type) and issubclass(hint, AbstractArray):
        return hint.dim_str
    shapes = (_shape(arm) for arm in get_args(hint))
    return next((shape for shape in shapes if shape is not None), None)


def free_axes(
    operator: AnyOperator, spec: PyTree, among: Collection[str] | None = None
) -> tuple[PyTree, dict[str, int]]:
    """Return the spec with symbols for the axes that contracts name, and their present sizes.

    Args:
        operator: the operator.
        spec: the spec of one element.
        among: the names that may be taken; None takes all.
    """
    sizes: dict[str, int] = {}
    places: dict[str, list[str]] = {}
    for contract in contracts_of(operator, spec):
        for field, shape in contract.hints.items():
            leaf, names = leaf_of(spec, field), shape.split()
            if leaf is not None and len(names) == len(leaf.shape):
                places.setdefault(field, names)
                pairs = zip(names, leaf.shape, strict=True)
                sizes = {name: size for name, size in pairs if _is_free(name)} | sizes
    known = {size: name for name, size in sizes.items()}
    for field in declared_inputs(operator):
        leaf = leaf_of(spec, field)
        if field not in places and leaf is not None:
            # What moves along has the sizes of what it moves with.
            places[field] = [known.get(size, "_") for size in leaf.shape]
    chosen = {name: size for name, size in sizes.items() if among is None or name in among}
    return _with_symbols(spec, places, list(chosen)), chosen


def leaf_of(spec: PyTree, field: str) -> PyTree:
    """Return the spec of a field if it is there and one array, else None."""
    leaf = get_field(spec, field, "contract") if has_field(spec, field) else None
    return leaf if isinstance(leaf, jax.ShapeDtypeStruct) else None


def _is_free(name: str) -> bool:
    return name.isidentifier() and name != "_"


def _with_symbols(spec: PyTree, places: Mapping[str, list[str]], free: list[str]) -> PyTree:
    scope = jax.export.SymbolicScope()
    symbols = {name: jax.export.symbolic_shape(name, scope=scope)[0] for name in free}
    for field, names in places.items():
        leaf = get_field(spec, field, "contract")
        sizes = zip(names, leaf.shape, strict=True)
        # JAX types a symbol as other than the int that it stands for.
        shape: PyTree = tuple(symbols.get(name, size) for name, size in sizes)
        spec = set_field(spec, field, jax.ShapeDtypeStruct(shape, leaf.dtype))
    return spec


def misfits(leaf: PyTree) -> Iterator[tuple[str, PyTree]]:
    """Yield specs that differ from an array's in its rank, its dtype, or one of its axes."""
    if leaf is None:
        return
    shape = leaf.shape
    yield "rank", jax.ShapeDtypeStruct((1, *shape), leaf.dtype)
    if shape:
        yield "rank", jax.ShapeDtypeStruct(shape[:-1], leaf.dtype)
    is_float = jnp.issubdtype(leaf.dtype, jnp.floating)
    yield "dtype", jax.ShapeDtypeStruct(shape, jnp.int32 if is_float else jnp.float32)
    for at, size in enumerate(shape):
        longer = (*shape[:at], size + 1, *shape[at + 1 :])
        yield "axis", jax.ShapeDtypeStruct(longer, leaf.dtype)


def without(spec: PyTree, field: str) -> PyTree:
    """Return the spec without a field."""
    head, _, rest = field.partition(".")
    if field in spec or not rest:
        return {key: leaf for key, leaf in spec.items() if key != field}
    return {**spec, head: without(spec[head], rest)}


def moves_fields_alone(subject: Subject) -> bool:
    """Return whether an operator computes nothing: it hands on the arrays that it is given."""
    operator = subject.module
    if operator is None:
        return False

    def apply(data: PyTree) -> PyTree:
        return operator.apply(data, {}, None)[0]

    try:
        return not jax.make_jaxpr(apply)(subject.batch.spec()).eqns
    except Exception:  # noqa: BLE001  # it is not of that kind
        return False


__all__ = [
    "Contract",
    "contracts_of",
    "free_axes",
    "leaf_of",
    "misfits",
    "moves_fields_alone",
    "without",
]
