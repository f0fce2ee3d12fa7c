"""Every operator of the catalogue keeps every law, and the catalogue is complete."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import datarax_typed.operators
from datarax_typed.cli.specs import parse_specs
from datarax_typed.core.operator import OperatorModule
from datarax_typed.core.stages import flat_stages, trace_stages
from datarax_typed.testing import check_operator
from tests.operators.case import Case
from tests.operators.catalogue import CATALOGUE


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
    assert sorted(_names(_operators() - listed)) == []


def test_no_name_is_there_twice() -> None:
    names = [case.name for case in CATALOGUE]
    assert len(names) == len(set(names))


def _parts(operator: OperatorModule) -> Iterator[object]:
    yield operator
    yield from (stage for _, stage in flat_stages(operator))


def _operators() -> set[type]:
    """Return every operator class that a module of the library defines, bases left out."""
    found = set()
    package = datarax_typed.operators
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, OperatorModule):
                found.add(value)
    return {cls for cls in found if cls.__module__.startswith(package.__name__)}


def _names(classes: set[type]) -> list[str]:
    return [cls.__name__ for cls in classes]
