"""The commands and their arguments. JAX is imported when a command runs, not for its help."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Final

from datarax_typed.cli.errors import CannotRunError

BROKEN: Final = 1
NOT_RUN: Final = 2

_CHECK = """\
Trace an operator on specs alone, stage by stage, and print a row a stage. An axis may be a name:
what then holds, holds for all sizes. No data is read and, without --laws, nothing is computed.

  datarax-typed check photos:pipeline --spec 'image=f32[h,w,3]' --spec 'mask=bool[h,w]'
  datarax-typed check photos:pipeline --spec 'image=f32[h,w,3]' --laws

A spec is FIELD=DTYPE[AXES] of one element, without a batch axis. FIELD: nested ones by dots, a.b.
DTYPE: f16 bf16 f32 f64 i8 i16 i32 i64 u8 u16 u32 u64 bool. AXES: numbers, names and their
arithmetic (2*h, h+1), none for a scalar: f32[]. A name means one size in all specs of a command.

Exit status:
  0  all contracts hold, and with --laws all laws
  1  a contract is broken: an annotation, a field, an output, a rule of a config; or a law
  2  it could not be run: no such module or object, not an operator, an unreadable spec, or a body
     that fails under JAX in a way that no contract foresees, such as one that needs a definite size
"""

_DEMO = """\
Run pictures, captions and sound through a chain of operators, train it together with a small
model, stop in the middle and go on from a checkpoint, and show what the errors look like. Writes
contact_sheet.png, loss.png and checkpoint.pkl. The input comes from installed packages; nothing is
downloaded. Needs the extra: pip install "datarax-typed[demo]"
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Args:
        argv: the arguments; None takes those of the process.
    """
    options = _parser().parse_args(argv)
    try:
        return _check(options) if options.command == "check" else _demo(options)
    except CannotRunError as error:
        print(f"datarax-typed {options.command}: {error}", file=sys.stderr)
        return NOT_RUN


def _check(options: argparse.Namespace) -> int:
    from datarax_typed.cli.check import check

    good = check(
        options.target,
        options.spec,
        as_json=options.json,
        laws=options.laws,
        sizes=options.size,
    )
    return 0 if good else BROKEN


def _demo(options: argparse.Namespace) -> int:
    from datarax_typed.cli.extras import require_demo

    require_demo()
    from datarax_typed.demo.run import DemoFailedError, run

    try:
        run(options.out, steps=options.steps, seed=options.seed)
    except DemoFailedError as error:
        print(f"datarax-typed demo: {error}", file=sys.stderr)
        return BROKEN
    except OSError as error:
        raise CannotRunError(str(error)) from error
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="datarax-typed", description="Data operators for JAX with enforced contracts."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_check(commands)
    _add_demo(commands)
    return parser


def _add_check(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "check",
        help="check an operator's contracts without any data",
        description=_CHECK,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "target",
        metavar="MODULE:OBJECT",
        help="an operator, a chain, or a function without arguments that returns one; the current "
        "directory is searched first",
    )
    command.add_argument(
        "--spec",
        action="append",
        default=[],
        metavar="FIELD=DTYPE[AXES]",
        help="a field of one element; repeat it for every field",
    )
    command.add_argument(
        "--laws",
        action="store_true",
        help="examine it by every law too, as datarax_typed.testing.check_operator does, on data "
        "that is made up for the specs",
    )
    command.add_argument(
        "--size",
        action="append",
        default=[],
        metavar="AXIS=NUMBER",
        help="with --laws: the size of a named axis in that data; default: 5, 6, 7...",
    )
    command.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "demo",
        help="run the library on real pictures, captions and sound",
        description=_DEMO,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--out", default="demo-out", metavar="DIR", help="default: %(default)s")
    command.add_argument(
        "--steps",
        type=_within(2, 1_000_000),
        default=160,
        metavar="N",
        help="of training; default: %(default)s",
    )
    command.add_argument(
        "--seed",
        type=_within(0, 2**31 - 2),
        default=0,
        metavar="S",
        help="of everything random; default: 0",
    )


def _within(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(
                f"expected a whole number from {least} to {most}, got {text}"
            )
        return value

    return number


__all__ = ["main"]
