"""Calls of transformed functions that do not fit the functions."""

from typing import TypedDict

import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

from datarax_typed import BrightnessOperator
from datarax_typed.transforms import eval_shape, grad, jit, tree_map, value_and_grad, vmap


class Params(TypedDict):
    weight: Float[Array, "inputs outputs"]
    bias: Float[Array, " outputs"]


def predict(params: Params, x: Array, *, scale: float = 1.0) -> Array:
    return scale * (x @ params["weight"] + params["bias"])


def loss(params: Params, x: Array, y: Array) -> Float[Array, ""]:
    return jnp.mean((predict(params, x) - y) ** 2)


def loss_and_size(params: Params, x: Array) -> tuple[Array, int]:
    return loss(params, x, x), x.size


def both(left: Array, right: Array) -> Array:
    return left + right


@jit(static_argnames="times")
def repeated(x: Array, times: int) -> Array:
    return jnp.concatenate([x for _ in range(times)])


def calls(params: Params, x: Array, operator: BrightnessOperator) -> None:
    jit(predict)(params)  # E: call-arg: Too few arguments
    jit(predict)(x, params)  # E: arg-type: incompatible type "Array"; expected "Params" ;; arg-type: incompatible type "Params"; expected "Array"
    jit(predict)(params, x, factor=2.0)  # E: call-arg: Unexpected keyword argument "factor"
    jit(predict)(params, x, scale="2")  # E: arg-type: incompatible type "str"; expected "float"
    repeated(x, times="2")  # E: arg-type: incompatible type "str"; expected "int"
    jit(predict, donate=True)  # E: call-overload: No overload variant of "jit" matches argument type
    jit(operator, donate="yes")  # E: call-overload: No overload variant of "jit" matches argument type
    jit(operator)(x)  # E: arg-type: incompatible type "Array"; expected "Batch[Any]"
    vmap(predict, in_axes=(None, 0))(x, x)  # E: arg-type: incompatible type "Array"; expected "Params"
    vmap(predict, in_axes=(None, 0))(params, x).missing  # E: attr-defined: "Array" has no attribute "missing"
    vmap(both)(x)  # E: call-arg: Too few arguments
    grad(loss)(params, x)  # E: call-arg: Too few arguments
    grad(loss)(x, x, x)  # E: arg-type: incompatible type "Array"; expected "Params"
    grad(loss)(params, x, x)["wieght"]  # E: typeddict-item: TypedDict "Params" has no key "wieght"
    grad(loss, has_aux=True)  # E: call-overload: No overload variant of "grad" matches argument type
    grad(loss_and_size)  # E: arg-type: incompatible type "Callable[[Params, Array], tuple[Array, int]]"; expected "Callable[[Params, Array], Array]"
    grad(loss_and_size, has_aux=True)(params, x).bias  # E: attr-defined: "tuple[Params, int]" has no attribute "bias"
    value_and_grad(loss)(params, x, x)["bias"]  # E: call-overload: No overload variant of "__getitem__" of "tuple" matches argument type
    eval_shape(predict, params, x).item()  # E: attr-defined: "ShapeDtypeStruct" has no attribute "item"
    eval_shape(loss_and_size, params, x)[1].shape  # E: attr-defined: "int" has no attribute "shape"
    tree_map(both, params)  # E: arg-type: incompatible type "Callable[[Array, Array], Array]"; expected "Callable[[Array], Array]"
    first: str = jit(predict)(params, x)  # E: assignment: expression has type "Array", variable has type "str"
    second: Params = grad(loss, argnums=(0, 1))(params, x, x)  # E: assignment: expression has type "tuple[Params, Array]", variable has type "Params"
