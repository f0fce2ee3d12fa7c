"""A command whose arguments become a config."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Literal

from flax import nnx

from datarax_typed import (
    BrightnessOperator,
    BrightnessOperatorConfig,
    ConfigError,
    OperatorConfig,
    RotationOperatorConfig,
)

DEFAULTS = BrightnessOperatorConfig(field_key="image", stochastic=True, stream_name="augment")


# 1: a parser
def parsed(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser()
    parser.add_argument("--delta", type=float, default=0.0)
    parser.add_argument("--field", default="image")
    parser.add_argument("--stream")
    parser.add_argument("--deterministic", action="store_true")
    parser.add_argument("--set", type=json.loads, default={})
    parser.add_argument("--strategy", choices=["vmap", "scan"], default="vmap")
    return parser.parse_args(arguments)


# 2: attributes of a namespace are of any type
def of_namespace(options: Namespace) -> BrightnessOperatorConfig:
    return BrightnessOperatorConfig(
        field_key=options.field,
        delta=options.delta,
        stochastic=not options.deterministic,
        stream_name=options.stream or "augment",
        batch_strategy=options.strategy,
    )


# 3: what is said goes before what is known
def changed(config: BrightnessOperatorConfig, settings: dict[str, Any]) -> OperatorConfig:
    known = {field.name for field in fields(config)}
    return replace(config, **{name: value for name, value in settings.items() if name in known})


# 4: text that is one of a few
def strategy(text: str) -> Literal["vmap", "scan"]:
    return "scan" if text == "scan" else "vmap"


# 5: a config by trying
def angle(text: str) -> RotationOperatorConfig | None:
    try:
        return RotationOperatorConfig(field_key="image", angle_degrees=float(text))
    except (ConfigError, ValueError):
        return None


def main(arguments: Sequence[str]) -> None:
    options = parsed(arguments)
    config = of_namespace(options)
    print(changed(config, options.set), angle("900"), angle("north"), angle("90"))
    replace(DEFAULTS, batch_strategy=strategy(options.strategy), delta=options.delta)
    BrightnessOperator(config, rngs=nnx.Rngs(0))
    BrightnessOperator(DEFAULTS, rngs=nnx.Rngs(augment=0))
