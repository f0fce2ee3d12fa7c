"""The mypy plugin: configs and operators that would be refused are errors in mypy.

Switched on by `plugins = ["datarax_typed.mypy_plugin"]` in mypy's configuration. Nothing of JAX
is imported here, and nothing of the library but its rules.
"""

from datarax_typed.mypy_plugin.hooks import plugin

__all__ = ["plugin"]
