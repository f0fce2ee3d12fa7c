"""Output spec: `output_spec` says what comes out, for all sizes that the contract leaves open."""

import jax

from datarax_typed.core.spec_texts import spec_at, spec_text
from datarax_typed.errors import DataraxError
from datarax_typed.protocols import PyTree
from datarax_typed.testing.contracts import free_axes
from datarax_typed.testing.law import BrokenError, NotApplicableError
from datarax_typed.testing.subject import Subject

_MORE = 3


def check(subject: Subject) -> None:
    """Compare `output_spec` with what comes out, then with what would at other sizes."""
    concrete, found = subject.batch.spec(), subject.result.spec()
    # An operator of a whole batch may give an axis as long as it, the symbol `batch`.
    size = {"batch": len(subject.batch)}
    _compare("", spec_at(_promised(subject, concrete), size), found)
    _check_structure(subject, concrete, found)
    spec, sizes = subject.spec, dict(subject.sizes)
    if not sizes:
        spec, sizes = _free_axes(subject, concrete)
    if not sizes:
        return
    promised = _promised(subject, spec)
    _compare(_at(sizes), spec_at(promised, sizes | size), found)
    larger = {name: size + _MORE for name, size in sizes.items()}
    true = spec_at(_after(subject, spec_at(spec, larger)), size)
    _compare(_at(larger), spec_at(promised, larger | size), true)


def _promised(subject: Subject, spec: PyTree) -> PyTree:
    try:
        return subject.promised(spec)
    except Exception as error:
        if jax.tree.leaves((subject.batch.state, subject.batch.metadata)):
            why = f"output_spec is asked about data alone, and raises {type(error).__name__}"
            raise NotApplicableError(why) from error
        given = ", ".join(f"{name} {text}" for name, text in _texts(spec).items())
        raise BrokenError(
            f"output_spec raises {type(error).__name__} for {given}: "
            f"{str(error).partition(chr(10))[0]}"
        ) from error


def _free_axes(subject: Subject, concrete: PyTree) -> tuple[PyTree, dict[str, int]]:
    """Return symbols for the axes that the contract names, if a call takes other sizes of them."""
    spec, sizes = free_axes(subject.operator, concrete)
    free = []
    for name, size in sizes.items():
        try:
            subject.spec_after(spec_at(spec, sizes | {name: size + _MORE}))
        except Exception:  # noqa: BLE001  # a parameter, or anything else, may fix the size
            continue
        free.append(name)
    return free_axes(subject.operator, concrete, free)


def _after(subject: Subject, spec: PyTree) -> PyTree:
    try:
        return subject.spec_after(spec)
    except DataraxError as error:
        raise BrokenError(f"output_spec promises what a call refuses: {error}") from error


def _check_structure(subject: Subject, concrete: PyTree, found: PyTree) -> None:
    if subject.module is None:
        return
    said = subject.module.get_output_structure(concrete, subject.state)
    came = (found, jax.tree.map(lambda leaf: leaf[0], subject.result.state))
    # JAX types a structure as a value that it cannot compare.
    promised: object = jax.tree.structure(said, is_leaf=lambda node: node is None)
    actual: object = jax.tree.structure(came)
    if promised != actual:
        raise BrokenError(f"get_output_structure says {promised}, what comes out is {actual}")


def _compare(where: str, promised: PyTree, found: PyTree) -> None:
    said, true = _texts(promised), _texts(found)
    wrong = [
        f"{name}{where}: output_spec says {said.get(name, 'nothing')}, "
        f"what comes out is {true.get(name, 'nothing')}"
        for name in {**said, **true}
        if said.get(name) != true.get(name)
    ]
    if wrong:
        raise BrokenError("; ".join(wrong))


def _texts(spec: PyTree) -> dict[str, str]:
    return {
        jax.tree_util.keystr(path, simple=True, separator="."): spec_text(leaf)
        for path, leaf in jax.tree_util.tree_leaves_with_path(spec)
    }


def _at(sizes: dict[str, int]) -> str:
    return f" at {', '.join(f'{name}={size}' for name, size in sizes.items())}"


__all__ = ["check"]
