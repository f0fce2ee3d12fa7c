"""What the numbers were measured on: the machine, without its name, and versions."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import jax

_PACKAGES = (
    "datarax-typed",
    "jax",
    "jaxlib",
    "flax",
    "numpy",
    "jaxtyping",
    "beartype",
    "dm-pix",
    "datarax",
    "augmax",
    "grain",
    "mypy",
)


def machine() -> dict[str, str]:
    """Return what the operating system and JAX say of the machine."""
    device = jax.devices()[0]
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()),
        "system": platform.system(),
        "device": device.device_kind if device.platform != "cpu" else "the processor",
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of what takes part."""
    return {"Python": platform.python_version()} | {name: _version(name) for name in _PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
