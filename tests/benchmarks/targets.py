"""What is promised: the limits that the rows are judged by."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Target:
    """A limit of what a row measures.

    Attributes:
        what: what is measured, in words.
        limit: the largest value that meets the target; the smallest one if `at_least`.
        unit: "ratio", "exponent", or a unit of measurement.
        at_least: whether more is better.
    """

    what: str
    limit: float
    unit: str = "ratio"
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Return whether a measured value meets the target."""
        # A tie of three digits is no lead.
        return round(value, 3) > self.limit if self.at_least else value <= self.limit


# A row belongs to the longest of these names that its own begins with.
TARGETS: Final[dict[str, Target]] = {
    "compiled/small/deterministic": Target("compiled call / by hand, small, deterministic", 1.10),
    "compiled/small/stochastic": Target("compiled call / by hand, small, stochastic", 1.25),
    "compiled/big/deterministic": Target("compiled call / by hand, big, deterministic", 1.03),
    "compiled/big/stochastic": Target("compiled call / by hand, big, stochastic", 1.03),
    "eager/small": Target("op(batch) outside jit / by hand, small", 1.5),
    "eager/big": Target("op(batch) outside jit / by hand, big", 1.05),
    "chain/small": Target("chain of 5 / one function by hand, small", 1.10),
    "chain/big": Target("chain of 5 / one function by hand, big", 1.03),
    "memory": Target("peak memory, and bytes held after a call / by hand, big", 1.05),
    "tracing": Target("tracing with contracts / without", 1.10),
    "check/argument": Target("a repeated check of a four-field element", 2.0, "µs"),
    "first-call": Target("first call (trace and compile) / by hand", 1.3),
    "import/library/package": Target("import datarax_typed / import flax.nnx", 1.05),
    "import/mypy-plugin": Target("import datarax_typed.mypy_plugin, beside mypy", 0.15, "s"),
    "mypy/cold": Target("mypy, 5,000 lines, cold: with the plugin / without", 1.10),
    "mypy/warm": Target("mypy, 5,000 lines, warm: with the plugin / without", 1.10),
    "mypy/shapes-lineax": Target("mypy, lineax's sources, cold: with the plugin / without", 1.15),
    "mypy/shapes-src": Target("mypy, our sources, cold: with the plugin / without", 1.15),
    "growth": Target("growth: exponent of the batch, of stages, of fields", 1.0, "exponent"),
    "datarax": Target("datarax / ours, on every row it can run", 1.0, at_least=True),
}


def target_name(row: str) -> str | None:
    """Return the name of the target that a row is judged by, or None."""
    names = [name for name in TARGETS if f"{row}/".startswith(f"{name}/")]
    return max(names, key=len, default=None)
