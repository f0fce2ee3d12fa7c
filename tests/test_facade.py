"""The façade: every public name, and no JAX before one is used."""

import ast
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest

import datarax_typed
from datarax_typed import errors, operators, protocols

HEAVY = ("jax", "flax", "numpy", "beartype", "jaxtyping", "dm_pix", "rich")
FACADE = Path(str(datarax_typed.__file__))


def loaded_by(code: str) -> set[str]:
    """The heavy packages that a fresh interpreter has imported after the code."""
    report = f"import sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    command = [sys.executable, "-c", f"{code}\n{report}"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_importing_the_library_imports_nothing_heavy() -> None:
    code = "import datarax_typed; dir(datarax_typed); datarax_typed.__version__"
    assert loaded_by(code) == set()
    assert loaded_by("from datarax_typed import Checkpointable, ConfigError, Rule") == set()
    assert {"jax", "flax", "numpy"} <= loaded_by("from datarax_typed import Batch")


def test_every_name_leads_to_what_its_module_calls_so() -> None:
    names = dir(datarax_typed)
    assert names == sorted(set(names))
    for name in names:
        home = import_module(f"datarax_typed.{datarax_typed._HOME_OF[name]}")
        assert getattr(datarax_typed, name) is getattr(home, name)
        # Found in the module from now on.
        assert name in vars(datarax_typed)


def test_type_checkers_see_the_names_that_run_time_sees() -> None:
    tree = ast.parse(FACADE.read_text())
    (block,) = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    seen = {}
    for statement in block.body:
        assert isinstance(statement, ast.ImportFrom)
        for alias in statement.names:
            # `import x as x` is what makes a name public to type checkers.
            assert alias.asname == alias.name
            seen[alias.name] = str(statement.module).removeprefix("datarax_typed.")
    assert seen == datarax_typed._HOME_OF


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError) as caught:
        _ = datarax_typed.Bathc  # type: ignore[attr-defined]  # that there is none is the point
    assert str(caught.value) == "module 'datarax_typed' has no attribute 'Bathc'"
    assert not hasattr(datarax_typed, "__wrapped__")


def test_the_version_is_the_packages() -> None:
    assert datarax_typed.__version__ == version("datarax-typed")


def families() -> list[ModuleType]:
    return [
        import_module(f"{operators.__name__}.{m.name}") for m in iter_modules(operators.__path__)
    ]


def test_all_operators_and_their_configs_are_public() -> None:
    names = [name for family in families() for name in family.__all__]
    assert "RotationOperator" in names
    assert set(names) <= set(dir(datarax_typed))
    kinds = [getattr(datarax_typed, name) for name in names]
    configs = {kind.config_class for kind in kinds if hasattr(kind, "config_class")}
    assert {config.__name__ for config in configs} <= set(dir(datarax_typed))


def test_all_protocols_and_errors_are_public() -> None:
    assert set(protocols.__all__) - {"State"} <= set(dir(datarax_typed))
    exceptions = [name for name in errors.__all__ if name.endswith("Error")]
    assert set(exceptions) <= set(dir(datarax_typed))


@pytest.mark.parametrize(
    "name", ["Batch", "Element", "chain", "contract", "contracts_off", "Rule", "DomainConstraint"]
)
def test_what_the_design_promises_is_public(name: str) -> None:
    assert name in dir(datarax_typed)


def test_every_exception_is_ours_and_a_builtin_one() -> None:
    builtin: dict[str, Any] = {
        "ConfigError": ValueError,
        "ContractError": TypeError,
        "CheckpointError": ValueError,
        "CheckpointTypeError": TypeError,
        "BatchError": ValueError,
        "AlignmentError": ValueError,
        "OutputError": ValueError,
        "RandomnessError": ValueError,
        "DomainError": ValueError,
        "StatisticsError": ValueError,
        "FieldError": KeyError,
        "SpecError": ValueError,
    }
    ours = [name for name in errors.__all__ if name.endswith("Error") and name != "DataraxError"]
    assert set(ours) == set(builtin)
    for name in ours:
        kind = getattr(errors, name)
        assert issubclass(kind, errors.DataraxError)
        assert issubclass(kind, builtin[name])
        assert str(kind("a\nb")) == "a\nb"
