"""Every operator of the catalogue keeps every law, and the catalogue is complete."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import datarax_typed.operators
from datarax_typed.cli.specs import parse_specs
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.stages import flat_stages, trace_stages
from datarax_typed.operators.compose import CompositeOperatorModule
from datarax_typed.testing import check_operator
from tests.operators.case import Case
from tests.operators.catalogue import CATALOGUE


# The tests of each operator run on every Python.
@pytest.mark.one_python
@pytest.mark.parametrize("case", CATALOGUE, ids=lambda case: case.name)
def test_every_law_holds(case: Case) -> None:
    given = case.spec if case.element is None else case.element()
    check_operator(case.make(), given, sizes=case.sizes)


@pytest.mark.parametrize("case", CATALOGUE, ids=lambda case: case.name)
def test_its_stages_are_traced_for_all_sizes(case: Case) -> None:
    spec = parse_specs([f"{field}={text}" for field, text in case.spec.items()])
    table = trace_stages(case.make(), spec)
    assert table.error is None
    assert all(row.output for row in table.rows)


def test_no_operator_is_missing() -> None:
    listed = {type(made) for case in CATALOGUE for made in _parts(case.make())}
    assert sorted(cls.__name__ for cls in _operators() - listed) == []


def test_every_operator_is_public_and_beside_its_config() -> None:
    for operator in _operators():
        assert getattr(datarax_typed, operator.__name__) is operator
        config = operator.config_class
        if not config.__module__.startswith("datarax_typed.core"):
            assert getattr(datarax_typed, config.__name__) is config
            assert config.__module__ == operator.__module__ or issubclass(
                operator, CompositeOperatorModule
            )


def test_no_name_is_there_twice() -> None:
    names = [case.name for case in CATALOGUE]
    assert len(names) == len(set(names))


def _parts(operator: OperatorModule) -> Iterator[object]:
    yield operator
    yield from (stage for _, stage in flat_stages(operator))


def _operators() -> set[type[OperatorModule[Any]]]:
    """Return every operator class that a module of the library defines, their bases left out."""
    package = datarax_typed.operators
    names = [m.name for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    found = {
        value
        for name in names
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, type) and issubclass(value, OperatorModule)
    }
    ours = {cls for cls in found if cls.__module__ in names}
    bases = {base for cls in ours for base in cls.__mro__[1:]} - {CompositeOperatorModule}
    return ours - bases
