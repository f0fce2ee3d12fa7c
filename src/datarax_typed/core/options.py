"""Options of an operator beside its config, checked as a config checks its fields."""

from collections.abc import Mapping

from datarax_typed.core.checks import Report, run
from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.hints import compile_hint
from datarax_typed.errors import Problem


def option_problems(options: Mapping[str, tuple[object, object]]) -> list[Problem]:
    """Return what is wrong with options.

    Args:
        options: the value of each by name, and its type, with constraints as a config has them.
    """
    report = Report()
    for name, (value, hint) in options.items():
        run(compile_hint(hint), value, name, report)
    return report.problems


def randomness_problems(config: OperatorConfig) -> list[Problem]:
    """Return what is wrong with the config of an operator that draws nothing."""
    if not config.stochastic:
        return []
    expected = "stochastic=False, since nothing is random"
    return [Problem("config", expected, "stochastic=True", "leave stochastic out")]


__all__ = ["option_problems", "randomness_problems"]
