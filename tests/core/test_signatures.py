"""Signatures: every way to pass an argument, and annotations that nobody can read."""

import functools
import typing
from collections.abc import Callable
from typing import Any, cast

import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float
from typing_extensions import TypedDict, Unpack

from datarax_typed.core.contracts import (
    contract,
)
from datarax_typed.core.modality import ModalityOperator
from tests.core.contracted import Options, note_checks, refusal
from tests.core.drawn import zeros
from tests.core.future import Boxes, Future, Score, local


class TestSignatures:
    """Every way to pass an argument."""

    def test_keywords_and_stars(self) -> None:
        @contract
        def f(
            x: Float[Array, "h"], *rest: Float[Array, "h"], y: float = 1, **more: Float[Array, "h"]
        ) -> None:
            return None

        f(zeros(3), zeros(3), y=2, z=zeros(3))
        f(x=zeros(3))
        message = refusal(lambda: f(zeros(3), zeros(3), zeros(4), y=cast(float, "a"), z=zeros(5)))
        assert message.splitlines()[1:-1] == [
            '  - rest[1]: expected Float[Array, "h"], got float32[4]',
            "  - y: expected float, got 'a'",
            '  - z: expected Float[Array, "h"], got float32[5]',
        ]

    def test_unpacked_keywords_are_one_schema(self) -> None:
        @contract
        def f(**options: Unpack[Options]) -> None:
            return None

        f(gain=zeros())
        message = refusal(lambda: f(gain=zeros(1), bias=zeros()))
        assert message.splitlines()[1:] == [
            '  - options["gain"]: expected Float[Array, ""], got float32[1]'
        ]

    def test_keywords_may_be_unpacked_by_the_name_in_typing(self) -> None:
        @contract
        def f(**options: typing.Unpack[Options]) -> None:
            return None

        message = refusal(lambda: f(gain=zeros(1)))
        assert 'options["gain"]: expected Float[Array, ""], got float32[1]' in message

    def test_a_default_is_not_checked(self) -> None:
        @contract
        def f(x: Float[Array, "h"] = None) -> None:  # type: ignore[assignment]  # what is tested
            return None

        f()
        assert "x: expected" in refusal(lambda: f(zeros()))

    def test_wrong_arguments_are_for_python_to_report(self) -> None:
        @contract
        def f(x: Float[Array, "h"]) -> None:
            return None

        with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
            f()  # type: ignore[call-arg]  # what is tested
        with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
            f(zeros(1), zeros(1))  # type: ignore[call-arg]  # what is tested

    def test_static_class_and_jitted_methods(self) -> None:
        @contract
        class Methods:
            @staticmethod
            def apply(x: Float[Array, "h"]) -> Array:
                return x

            @classmethod
            def transform(cls, x: Float[Array, "h"]) -> Array:
                return x

        @contract
        class Compiled(nnx.Module):
            @jax.jit
            def transform(self, x: Float[Array, "h"]) -> Float[Array, "h"]:
                return x * 2

            @nnx.jit
            def apply(self, x: Float[Array, "h"]) -> Float[Array, ""]:
                return x

        assert Methods.apply(zeros(1)).shape == (1,)
        assert "Methods.apply does not fit" in refusal(lambda: Methods().apply(zeros()))
        assert "Methods.transform does not fit" in refusal(lambda: Methods.transform(zeros()))
        assert Compiled().transform(jnp.ones(2)).tolist() == [2.0, 2.0]
        assert "  - x: expected" in refusal(lambda: Compiled().transform(zeros()))
        assert "  - return value: expected" in refusal(lambda: Compiled().apply(zeros(1)))

    def test_wrapped_partial_and_callable(self) -> None:
        def injecting(function: Callable[..., Array]) -> Callable[[Array], Array]:
            @functools.wraps(function)
            def wrapper(x: Array) -> Array:
                return function(x, gain=2)

            return wrapper

        def call(function: Callable[[Array], Array], x: Array) -> str:
            return refusal(lambda: function(x))

        @contract
        @injecting
        def scaled(x: Float[Array, "h"], gain: int) -> Array:
            return x * gain

        class Call:
            def __call__(self, x: Float[Array, "h"]) -> Array:
                return x

        def plain(gain: int, x: Float[Array, "h"]) -> Array:
            return x

        for function in (scaled, contract(functools.partial(plain, 1)), contract(Call())):
            assert function(zeros(2)).shape == (2,)
            assert 'x: expected Float[Array, "h"], got float32[]' in call(function, zeros())

    @pytest.mark.parametrize("function", [jnp.sin, np.sin, abs, jax.nn.relu, jnp.add, len])
    def test_functions_of_others_can_be_given(self, function: Callable[..., object]) -> None:
        contract(function)

    def test_without_annotations_nothing_is_wrapped(self) -> None:
        def f(x):  # type: ignore[no-untyped-def]  # what is tested
            return x

        assert contract(f) is f


class TestUnreadable:
    """Annotations that cannot be resolved are refused with the class."""

    def test_all_of_them_are_named(self) -> None:
        broken = local()
        mend = "define its names at module level, above the class and not under TYPE_CHECKING"
        readable = "an annotation that can be resolved when the class is made"
        assert refusal(lambda: contract(broken)) == (
            "local.<locals>.Broken.apply has an unreadable contract:\n"
            f"  - data: expected {readable}, got Local (name 'Local' is not defined); {mend}\n"
            f"  - price: expected {readable}, got Decimal (name 'Decimal' is not defined); {mend}\n"
            f"  - return: expected {readable}, got list[Missing] (name 'Missing' is not defined); "
            f"{mend}"
        )

    def test_a_subclass_is_not_made(self) -> None:
        def make() -> None:
            class Broken(ModalityOperator):
                def transform(self, image: "Missing") -> None:  # type: ignore[name-defined]  # tested
                    return None

        assert "Broken.transform has an unreadable contract:\n  - image: " in refusal(make)

    def test_texts_are_read_where_they_can_be(self) -> None:
        data = {"image": zeros(2, 3), "label": 1}
        boxes = Boxes(Boxes.Corner(zeros()), zeros(5, 4))
        message = refusal(
            lambda: Future().apply(
                cast(Any, {"image": zeros(2, 3), "mask": zeros(2, 2, dtype="bool")}),
                boxes,
                Score(zeros(4)),
            )
        )
        assert message.splitlines()[1:4] == [
            '  - data["mask"]: expected Bool[Array, "h w"], got bool[2,2]',
            (
                "  - data: expected the key 'label' of Labelled, got no such key; "
                "available: 'image', 'mask'"
            ),
            '  - score.value: expected Float[Array, "n"], got float32[4]',
        ]
        message = refusal(lambda: Future().apply(cast(Any, data), boxes, Score(zeros(5))))
        assert message.splitlines()[1] == (
            '  - return value["size"]: expected Int[Array, ""], got 1'
        )
        assert 'value["size"]: expected' in refusal(
            lambda: Future().transform({"size": zeros()}, Future())
        )


class Sized(TypedDict):
    """A schema of what `Reads` is given."""

    x: Float[Array, "{self.size}"]


def reading() -> Any:  # a class that is made here, and has no name elsewhere
    """Return a new class of operators whose annotations read the operator."""

    @contract
    class Reads:
        size: Any = 3
        grows = 0

        def apply(self, data: Sized) -> Float[Array, "{self.size}"]:
            if self.grows:
                self.size += self.grows
            return zeros(3)

    return Reads


class TestReading:
    """What annotations read of the operator is part of what is remembered."""

    def test_a_call_is_checked_once_for_each_size(self, monkeypatch: pytest.MonkeyPatch) -> None:
        checked = note_checks(monkeypatch)
        kind = reading()
        for _ in range(3):
            kind().apply({"x": zeros(3)})
            jax.eval_shape(kind().apply, {"x": zeros(3)})
        assert len(checked) == 2

    def test_another_size_is_noticed(self) -> None:
        reads = reading()()
        reads.apply({"x": zeros(3)})
        reads.size = 4
        assert "axis {self.size} = 4" in refusal(lambda: reads.apply({"x": zeros(3)}))
        assert "return value: expected" in refusal(lambda: reads.apply({"x": zeros(4)}))

    def test_a_call_that_changes_the_size_is_noticed(self) -> None:
        reads = reading()()
        reads.apply({"x": zeros(3)})
        reads.grows = 1
        message = refusal(lambda: reads.apply({"x": zeros(3)}))
        assert message.splitlines()[1:] == [
            '  - return value: expected Float[Array, "{self.size}"], got float32[3]',
            "  axis {self.size} = 4",
        ]

    @pytest.mark.parametrize("size", [np.int64(3), "3", None])
    def test_what_is_no_plain_size_is_not_remembered(
        self, monkeypatch: pytest.MonkeyPatch, size: object
    ) -> None:
        checked = note_checks(monkeypatch)
        reads = reading()()
        reads.size = size
        for _ in range(2):
            if size is None:
                refusal(lambda: reads.apply({"x": zeros(3)}))
            else:
                reads.apply({"x": zeros(3)})
        assert len(checked) == 2

    def test_what_cannot_be_read_is_not_remembered(self) -> None:
        @contract
        class Broken:
            def apply(self, x: Float[Array, "{self.missing}"]) -> None:
                return None

        for _ in range(2):
            assert "no attribute 'missing'" in refusal(lambda: Broken().apply(zeros(3)))

    def test_expressions_are_not_remembered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        checked = note_checks(monkeypatch)

        @contract
        class Halves:
            size = 6

            def apply(self, x: Float[Array, "{self.size//2}"]) -> None:
                return None

        for _ in range(2):
            Halves().apply(zeros(3))
        assert len(checked) == 2
