"""What a type hint finds wrong with a value: for the tests of checks."""

from datarax_typed.core import axes
from datarax_typed.core.checks import Report
from datarax_typed.core.hints import compile_hint


def mismatches(hint: object, *values: object) -> list[str]:
    """Return the problems of values, all in one scope; the first is called x0."""
    check = compile_hint(hint)
    report = Report()
    with axes.scope({}):
        for index, value in enumerate(values):
            if check is not None:
                check(value, f"x{index}", report)
        report.settle()
    return [str(problem) for problem in report.problems]
