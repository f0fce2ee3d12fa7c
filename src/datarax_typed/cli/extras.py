"""Whether the packages that only an extra installs are there."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from datarax_typed.cli.errors import CannotRunError

# What is imported, and the package that brings it.
DEMO_PACKAGES: Final = {
    "matplotlib": "matplotlib",
    "optax": "optax",
    "pygame": "pygame-ce",
    "skimage": "scikit-image",
}


def require_demo() -> None:
    """Check that the packages of the demo are installed; they are not imported.

    Raises:
        CannotRunError: some are not.
    """
    missing = [package for name, package in DEMO_PACKAGES.items() if find_spec(name) is None]
    if missing:
        raise CannotRunError(_message(missing))


def _message(missing: Sequence[str]) -> str:
    return (
        f"expected the packages of the demo, but {', '.join(missing)} cannot be found; "
        'install them: pip install "datarax-typed[demo]"'
    )


__all__ = ["DEMO_PACKAGES", "require_demo"]
