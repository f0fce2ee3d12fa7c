"""The shortest programs."""

from datarax_typed import OperatorConfig

# 1: all defaults
OperatorConfig()
