"""The command line: `datarax-typed check` and `datarax-typed demo`."""

from datarax_typed.cli.main import main

__all__ = ["main"]
