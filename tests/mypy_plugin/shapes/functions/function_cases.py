"""Expressions whose results the table must know, and those that it must refuse."""

import jax
import jax.numpy as jnp

_FLOAT = jnp.float32
_SHAPES = {
    "s": (),
    "v": (4,),
    "m": (3, 4),
    "w": (4, 5),
    "x": (2, 3, 4),
    "q": (2, 6, 4, 8),
    "image": (2, 8, 6, 3),
}
ARRAYS = {
    **{name: jax.ShapeDtypeStruct(shape, _FLOAT) for name, shape in _SHAPES.items()},
    "i": jax.ShapeDtypeStruct((2, 3), jnp.int32),
    "n": jax.ShapeDtypeStruct((4,), jnp.int32),
    "mask": jax.ShapeDtypeStruct((2, 3), jnp.bool_),
    "key": jax.ShapeDtypeStruct((), jax.eval_shape(lambda: jax.random.key(0)).dtype),
}

# With a keyword argument that says how, the shape may be another.
_CREATION = """
jnp.zeros((2, 3))
jnp.ones(3)
jnp.zeros((2, 3), jnp.int32)
jnp.zeros((2, 3), dtype="float16")
jnp.zeros((2, 3), dtype=bool)
jnp.zeros((2, 3), float)
jnp.empty([2, 3], x.dtype)
jnp.zeros(x.shape)
jnp.zeros((x.shape[0], 2 * m.shape[1]))
jnp.full((2, 3), 1.0)
jnp.full((2, 3), 1)
jnp.full((2, 3), True)
jnp.full((2, 3), 1, jnp.float32)
jnp.full(x.shape, s)
jnp.arange(5)
jnp.arange(2, 9, 3)
jnp.arange(9, 2, -2)
jnp.arange(0.0, 1.0, 0.25)
jnp.arange(x.shape[0])
jnp.arange(1, x.shape[1])
jnp.arange(0, x.shape[2], 2)
jnp.arange(5, dtype=jnp.float32)
jnp.linspace(0, 1, 7)
jnp.linspace(0.0, 1.0, num=x.shape[0])
jnp.linspace(v, v, 3, axis=-1)
jnp.eye(3)
jnp.eye(3, x.shape[0], dtype=jnp.int32)
jnp.identity(4)
jnp.zeros_like(x)
jnp.ones_like(i, dtype=jnp.float32)
jnp.ones_like(x, shape=(3,))
jnp.full_like(x, 2)
jnp.array([1, 2, 3])
jnp.array([[1.0, 2.0], [3.0, 4.0]])
jnp.array([[1, 2.5]], dtype=jnp.float16)
jnp.array([v, v])
jnp.array([True, False])
jnp.asarray(x)
jnp.asarray(2.5)
jnp.asarray(i, dtype=jnp.float32)
jnp.float32(2)
jnp.int32(i)
jnp.meshgrid(v, jnp.arange(3))
jnp.meshgrid(v, jnp.arange(3), indexing="ij")
jax.nn.one_hot(i, 10)
jax.nn.one_hot(i, x.shape[2], axis=0, dtype=jnp.int32)
"""
_ELEMENTWISE = """
jnp.exp(x)
jnp.sqrt(i)
jnp.tanh(i)
jnp.abs(i)
jnp.floor(i)
jnp.round(x)
jnp.square(mask)
jnp.sign(x)
jnp.isnan(x)
jnp.logical_not(mask)
jnp.logical_and(mask, i)
jnp.add(x, m)
jnp.maximum(x, 0)
jnp.maximum(i, 0.5)
jnp.minimum(v, x)
jnp.power(x, 2)
jnp.arctan2(i, i)
jnp.mod(i, 2)
jnp.equal(i, 1)
jnp.hypot(x, 1)
jnp.where(mask, 1.0, 0.0)
jnp.where(mask[..., None], x, 0.0)
jnp.where(x > 0, x, v)
jnp.where(mask, i, 1.5)
jnp.clip(x, 0, 1)
jnp.clip(i, 0.5)
jnp.clip(x, min=0.0, max=v)
jnp.astype(i, jnp.float32)
jnp.nan_to_num(x)
jax.lax.rsqrt(x)
jax.lax.stop_gradient(x)
jax.lax.convert_element_type(i, jnp.float16)
jax.nn.relu(x)
jax.nn.relu(i)
jax.nn.gelu(x, approximate=False)
jax.nn.silu(x)
jax.nn.sigmoid(x)
jax.nn.softplus(i)
jax.nn.tanh(x)
jax.nn.leaky_relu(x, 0.1)
jax.nn.elu(i)
nnx.relu(x)
nnx.softmax(x)
jax.nn.softmax(x, axis=-1)
jax.nn.log_softmax(x, axis=(0, 1))
jax.nn.glu(x)
jax.nn.glu(q, axis=1)
x + 1
x + 1.5
i + 1.5
mask + 1
mask + mask
i + mask
1 / i
x / math.sqrt(x.shape[-1])
x * x.shape[-1] ** -0.5
2 ** i
x ** 2
i ** 2.0
i // 2
i % 2
x - v
v - x
-x
~mask
~i
x > 0
i == i
mask & (i > 0)
i | 1
i ^ i
i << 2
i >> 1
abs(x)
x + i[..., None]
x * jnp.float16(2)
i + jnp.int8(1)
x.shape[0] * x.shape[1] + 1
x.shape[:2] + (4, x.shape[-1] // 2)
x.shape[1] % 2
(3,) * 2
x.astype(jnp.bfloat16)
x.astype(int)
x.clip(0, 1)
x.round()
"""
_REDUCTIONS = """
jnp.sum(x)
jnp.sum(i)
jnp.sum(mask)
jnp.sum(x, axis=1)
jnp.sum(x, axis=(0, -1))
jnp.sum(x, axis=-1, keepdims=True)
jnp.sum(x, keepdims=True)
jnp.sum(i, axis=0, dtype=jnp.float32)
jnp.mean(i, axis=0)
jnp.mean(x, (1, 2), keepdims=True)
jnp.max(x, axis=1)
jnp.max(i, 0, keepdims=True)
jnp.min(x, initial=1.0, where=x > 0)
jnp.prod(i, axis=-1)
jnp.var(i, axis=0, ddof=1)
jnp.std(x, axis=-1, keepdims=True)
jnp.any(x > 0, axis=1)
jnp.all(mask)
jnp.argmax(x)
jnp.argmax(x, axis=-1)
jnp.argmin(x, 1, keepdims=True)
jnp.count_nonzero(mask, axis=0)
jnp.median(x, axis=1)
jnp.cumsum(x, axis=1)
jnp.cumsum(i)
jnp.cumprod(mask, axis=0)
jnp.linalg.norm(x)
jnp.linalg.norm(x, axis=-1)
jnp.linalg.norm(i, axis=-1, keepdims=True)
jnp.linalg.norm(x, ord=1, axis=(0, 1))
jax.nn.logsumexp(x, axis=-1)
jax.nn.logsumexp(i, axis=(0, 1), keepdims=True)
jnp.sort(x)
jnp.argsort(x, axis=0)
jnp.sort(x, axis=None)
x.sum()
x.sum(-1)
x.mean(axis=(0, 1), keepdims=True)
x.max(0)
x.std()
i.var(0)
mask.any()
x.argmax(-1)
x.cumsum(1)
"""
_REARRANGING = """
jnp.reshape(x, (6, 4))
jnp.reshape(x, (-1, 4))
jnp.reshape(x, (x.shape[0], -1))
jnp.reshape(x, -1)
jnp.reshape(x, (2, -1, 1, 3))
x.reshape(4, 6)
x.reshape((3, -1))
x.reshape(x.shape[0] * x.shape[1], x.shape[2])
x.reshape(x.shape[0], -1, 2)
x.reshape(-1)
q.reshape(q.shape[0], q.shape[1], -1)
s.reshape(1)
jnp.ravel(x)
x.ravel()
x.flatten()
jnp.transpose(x)
jnp.transpose(x, (0, 2, 1))
jnp.transpose(x, (-1, 0, 1))
x.transpose(2, 0, 1)
x.transpose((1, 0, 2))
x.transpose()
x.T
x.mT
jnp.matrix_transpose(x)
jnp.swapaxes(x, 0, -1)
x.swapaxes(-1, -2)
jnp.moveaxis(x, 0, -1)
jnp.moveaxis(q, (0, 1), (-1, -2))
jnp.expand_dims(x, 0)
jnp.expand_dims(x, -1)
jnp.expand_dims(x, (0, -1))
jnp.expand_dims(x, -2)
jnp.squeeze(x[:, None], 1)
jnp.squeeze(x[None, ..., None], (0, -1))
x[None].squeeze()
jnp.broadcast_to(v, (3, 4))
jnp.broadcast_to(x[:1], x.shape)
jnp.flip(x, 1)
jnp.flip(x)
jnp.roll(x, 1, axis=0)
jnp.roll(x, 2)
jnp.tril(m)
jnp.tile(m, 2)
jnp.tile(m, (2, 3))
jnp.tile(v, (2, 1, 3))
jnp.repeat(x, 3, axis=1)
jnp.repeat(m, 2)
jnp.repeat(x, x.shape[0], axis=-1)
jnp.pad(m, 1)
jnp.pad(m, (1, 2))
jnp.pad(m, ((1, 2), (0, 3)), mode="edge")
jnp.pad(x, ((0, 0), (1, 1), (0, 0)), constant_values=1.0)
jnp.take(x, n, axis=1)
jnp.take(x, i)
jnp.take(x, 0, axis=-1)
jnp.take_along_axis(x, i[..., None], axis=-1)
x.real
x.size
x.ndim
x.shape
"""
_JOINING = """
jnp.concatenate([x, x])
jnp.concatenate((x, x[:, :1]), axis=1)
jnp.concatenate([x, i[..., None]], axis=-1)
jnp.concatenate([m, v[None]])
jnp.concatenate([x, x], axis=None)
jnp.concat([x, x], axis=-1)
jnp.stack([x, x])
jnp.stack([v, n], axis=-1)
jnp.stack([x, x, x], axis=1)
jnp.hstack([v, v])
jnp.hstack([m, m])
jnp.vstack([v, v])
jnp.vstack([m, v])
jnp.split(x, 2)
jnp.split(x, 2, axis=-1)
jnp.split(q, [1, 3], axis=1)
jnp.unstack(x)
"""
_PRODUCTS = """
jnp.linalg.inv(x[0, :, :3])
jnp.linalg.inv(i[:2, :2])
jnp.linalg.cholesky(jnp.eye(3))
jnp.linalg.det(x[..., :3])
jnp.linalg.solve(m[:, :3], m)
jnp.linalg.solve(m[:, :3], n[:3])
m @ w
x @ w
v @ w
m @ v
v @ v
x @ x.mT
x[:, None] @ q[..., :4, :2]
jnp.matmul(i, n[:3])
i @ m
jnp.matmul(x, w, preferred_element_type=jnp.float32)
jnp.dot(x, w)
jnp.dot(m, v)
jnp.dot(x, 2.0)
jnp.dot(x, x.transpose(0, 2, 1))
jnp.vdot(m, x[0])
jnp.inner(x, v)
jnp.outer(v, n)
jnp.tensordot(x, m.T[:, :1], 1)
jnp.tensordot(x, m, 2)
jnp.tensordot(x, x, ((0, 1), (0, 1)))
jnp.tensordot(x, m, axes=([1, 2], [0, 1]))
jnp.einsum("ij,jk->ik", m, w)
jnp.einsum("ij,jk", m, w)
jnp.einsum("b i d, b j d -> b i j", x, x)
jnp.einsum("...d,de->...e", x, w)
jnp.einsum("...ij->...ji", x)
jnp.einsum("ii", jnp.eye(3))
jnp.einsum("ij->", m)
jnp.einsum("bij,ij->b", x, m)
jnp.einsum("btnh,bsnh->bnts", q, q)
x.dot(w)
"""
_INDEXING = """
x[0]
x[-1]
x[0, 1]
x[:, 0]
x[..., 0]
x[..., 1:]
x[:, None]
x[None, ..., None]
x[:, :-1]
x[:, 1:]
x[1:, ::2]
x[:, ::-1]
x[:, :2, 1:3]
x[..., -2:]
x[..., :x.shape[-1] - 1]
x[i]
x[0, n]
x[:, n]
x[n, :, n]
x[n, n]
x[:, 0, n]
x[0, :, n]
x[i, i]
x[:]
x[()]
x[..., None, 0]
x.at[0].set(1.0)
x.at[:, 1].add(m[:2])
"""
_RANDOM = """
jax.random.normal(key, (2, 3))
jax.random.normal(key, x.shape, jnp.float16)
jax.random.normal(key)
jax.random.uniform(key, (3,), minval=-1.0, maxval=1.0)
jax.random.uniform(key, (3,), jnp.float32, -1.0, 1.0)
jax.random.truncated_normal(key, -2.0, 2.0, (2, 3))
jax.random.bernoulli(key)
jax.random.bernoulli(key, 0.5, x.shape)
jax.random.bernoulli(key, jax.nn.sigmoid(v))
jax.random.randint(key, (3,), 0, 10)
jax.random.randint(key, shape=(2, 3), minval=0, maxval=5, dtype=jnp.int8)
jax.random.permutation(key, 5)
jax.random.permutation(key, x, axis=1)
jax.random.categorical(key, x)
jax.random.categorical(key, x, axis=0)
jax.random.choice(key, 5, (2, 3))
jax.random.choice(key, x, (2,), axis=1)
jax.random.key(0)
jax.random.split(key)
jax.random.split(key, 3)
jax.random.split(key, (2, 3))
jax.random.fold_in(key, 1)
jax.random.gumbel(key, (2, 3))
nnx.initializers.normal()(key, (3, 4))
nnx.initializers.lecun_normal(in_axis=-2)(key, (3, 4), jnp.float16)
nnx.initializers.zeros_init()(key, (3,))
jax.nn.initializers.ones(key, (3,), jnp.float32)
"""
_NEURAL = """
jax.image.resize(image, (2, 16, 12, 3), "bilinear")
jax.image.resize(image, (image.shape[0], 4, 4, 3), method="nearest")
jax.nn.dot_product_attention(q, q, q)
nnx.dot_product_attention(q, q, q)
nnx.max_pool(image, (2, 2), strides=(2, 2))
nnx.avg_pool(image, (3, 3), strides=(2, 2), padding="SAME")
nnx.max_pool(image, window_shape=(2, 2))
nnx.avg_pool(image, (2, 3), (1, 2), ((1, 1), (0, 2)))
nnx.Linear(4, 7, rngs=rngs)(x)
nnx.Linear(4, 7, rngs=rngs)(v)
nnx.Linear(in_features=4, out_features=7, use_bias=False, rngs=rngs)(inputs=x)
nnx.Linear(4, 7, dtype=jnp.bfloat16, rngs=rngs)(x)
nnx.Linear(4, 7, param_dtype=jnp.float16, rngs=rngs)(n)
nnx.Linear(4, 7, rngs=rngs).kernel
nnx.Linear(4, 7, rngs=rngs).kernel[...]
nnx.Linear(4, x.shape[1], rngs=rngs)(x)
nnx.LinearGeneral(4, (2, 5), rngs=rngs)(x)
nnx.LinearGeneral((3, 4), 6, axis=(-2, -1), rngs=rngs)(x)
nnx.Conv(3, 5, (3, 3), rngs=rngs)(image)
nnx.Conv(3, 5, kernel_size=(3, 3), strides=2, rngs=rngs)(image)
nnx.Conv(3, 5, (4, 4), strides=(4, 2), padding="VALID", rngs=rngs)(image)
nnx.Conv(3, 5, (3, 3), padding=1, rngs=rngs)(image)
nnx.Conv(3, 5, (3, 3), strides=2, padding=((1, 2), (0, 1)), rngs=rngs)(image)
nnx.Conv(3, 5, (3, 3), padding=(1, 2), rngs=rngs)(image)
nnx.Conv(3, 6, (3, 3), padding="CIRCULAR", feature_group_count=3, rngs=rngs)(image)
nnx.Conv(3, 5, (3, 3), kernel_dilation=2, padding="VALID", rngs=rngs)(image)
nnx.Conv(3, 5, (3, 3), strides=2, rngs=rngs)(image[0])
nnx.Conv(4, 5, 3, padding="CAUSAL", rngs=rngs)(x)
nnx.Conv(4, 5, (3,), strides=2, padding="REFLECT", rngs=rngs)(x)
nnx.Conv(3, 5, (3, 3), rngs=rngs)(image[None])
nnx.ConvTranspose(3, 5, (2, 2), strides=(2, 2), rngs=rngs)(image)
nnx.ConvTranspose(3, 5, (4, 4), strides=2, padding="SAME", rngs=rngs)(image)
nnx.ConvTranspose(3, 5, (3, 3), strides=(2, 1), padding="VALID", rngs=rngs)(image)
nnx.LayerNorm(4, rngs=rngs)(x)
nnx.LayerNorm(num_features=3, use_bias=False, use_scale=False, rngs=rngs)(x)
nnx.LayerNorm(4, dtype=jnp.float16, rngs=rngs)(n)
nnx.RMSNorm(4, rngs=rngs)(x)
nnx.GroupNorm(8, num_groups=4, rngs=rngs)(q)
nnx.BatchNorm(4, rngs=rngs)(x, use_running_average=True)
nnx.Dropout(0.5, rngs=rngs)(x)
nnx.Dropout(0.5)(x, deterministic=True)
nnx.Embed(10, 7, rngs=rngs)(i)
nnx.Embed(num_embeddings=10, features=7, dtype=jnp.bfloat16, rngs=rngs)(i)
nnx.Embed(10, 7, rngs=rngs).embedding
nnx.MultiHeadAttention(2, 4, rngs=rngs)(x, decode=False)
nnx.MultiHeadAttention(2, 4, 8, 6, rngs=rngs)(x, decode=False)
nnx.Param(jnp.zeros((3, 4)))[...]
nnx.Param(m)[0]
nnx.Param(jnp.ones(4)) * x
x @ nnx.Param(w)
nnx.Param(m).get_value()
nnx.Param(m).T
"""
_EINOPS = """
einops.rearrange(x, "b h w -> b (h w)")
einops.rearrange(x, "b h w -> w b h")
einops.rearrange(x, "b h (w p) -> b p h w", p=2)
einops.rearrange(image, "b (h p1) (w p2) c -> b (h w) (p1 p2 c)", p1=4, p2=3)
einops.rearrange(x, "... d -> d ...")
einops.rearrange(x, "b ... -> b (...)")
einops.rearrange(x, "b h w -> b h w 1")
einops.rearrange(x[:, None], "b 1 h w -> b h w")
einops.rearrange(x, "b h w -> b () h w")
einops.rearrange([m, m], "b h w -> h w b")
einops.rearrange(x, "b h (w p) -> b h w p", w=2, p=2)
einops.reduce(x, "b h w -> b", "mean")
einops.reduce(image, "b (h 2) (w 2) c -> b h w c", "max")
einops.reduce(i, "a b -> a 1", "sum")
einops.reduce(x, "... d -> ...", reduction="min")
einops.repeat(x, "b h w -> b (h k) w", k=3)
einops.repeat(v, "d -> b d", b=x.shape[0])
einops.repeat(m, "h w -> h 2 w")
einops.repeat(m, "h w -> h (2 w)")
einops.einsum(x, w, "b n d, d e -> b n e")
einops.einsum(x, x, "... i d, ... j d -> ... i j")
"""
PLAIN = [
    line
    for block in (
        _CREATION,
        _ELEMENTWISE,
        _REDUCTIONS,
        _REARRANGING,
        _JOINING,
        _PRODUCTS,
        _INDEXING,
        _RANDOM,
        _NEURAL,
    )
    for line in block.strip().splitlines()
]
EINOPS = _EINOPS.strip().splitlines()

REFUSED = {
    "jnp.reshape(jnp.zeros(12), (5, 3))": "reshape: 12 items cannot become (5, 3)",
    "jnp.reshape(x, (5, -1))": "reshape: 24 items cannot become (5, -1)",
    "x.reshape(7)": "reshape: 24 items cannot become (7,)",
    "jnp.sum(x, axis=3)": "sum: axis 3 is out of range for (2, 3, 4)",
    "x.max(axis=-4)": "max: axis -4 is out of range for (2, 3, 4)",
    "jnp.sum(x, axis=(0, 0))": "sum: an axis is there twice",
    "jax.nn.softmax(x, axis=5)": "softmax: axis 5 is out of range for (2, 3, 4)",
    "jnp.transpose(x, (0, 1))": "transpose: 2 axes are named of (2, 3, 4)",
    "jnp.take_along_axis(x, n, axis=1)": "take_along_axis: expected indices of 3 axes, got 1",
    "jnp.linalg.inv(x)": "inv: expected a square matrix, got (3, 4)",
    "jnp.linalg.det(v)": "det: expected a matrix, got an array of 1 axes",
    "jnp.linalg.solve(m[:, :3], v)": "solve: (3, 3) and (4,) have different numbers of rows",
    "jnp.squeeze(x, 1)": "squeeze: axis 1 is 3, not 1",
    "jnp.broadcast_to(v, (3, 5))": "broadcast_to: (4,) does not broadcast to (3, 5)",
    "jnp.broadcast_to(x, (4,))": "broadcast_to: (2, 3, 4) has more axes than (4,)",
    "jnp.pad(x, ((1, 1), (2, 2)))": "pad: 2 widths for (2, 3, 4)",
    "jnp.add(m, m.T)": "add: (3, 4) and (4, 3) do not broadcast",
    "m * m.T": "multiply: (3, 4) and (4, 3) do not broadcast",
    "m < m.T": "less: (3, 4) and (4, 3) do not broadcast",
    "x & 1": "bitwise_and: Float32 has no bits to combine",
    "~x": "bitwise_not: Float32 has no bits to combine",
    "m @ m": "matmul: the inner axes are 4 and 3",
    "m @ s": "matmul: a number is no matrix",
    "jnp.dot(m, m)": "dot: the inner axes are 4 and 3",
    "jnp.tensordot(x, x, 1)": "tensordot: the inner axes are 4 and 2",
    'jnp.einsum("ij,jk->ik", m, m)': 'einsum: "j" is 4 and 3',
    'jnp.einsum("ij->i", x)': "einsum: 'ij' does not label the axes of (2, 3, 4)",
    'jnp.einsum("ij,jk->ik", m)': "einsum: 2 terms for 1 arrays",
    "jnp.concatenate([m, m.T], axis=1)": "concatenate: axis 0 is 3 and 4",
    "jnp.concatenate([m, v])": "concatenate: (3, 4) and (4,) differ in rank",
    "jnp.stack([m, m.T])": "stack: axis 0 is 3 and 4",
    "jnp.split(x, 2, axis=1)": "split: 3 cannot be split into 2 equal parts",
    "x[0, 0, 0, 0]": "index: 4 indices for (2, 3, 4)",
    "x[v]": "index: an index is an integer or a boolean, not Float32",
    "jax.nn.glu(x, axis=1)": "glu: axis 1 is 3, which is odd",
    "nnx.Linear(768, 4, rngs=rngs)(x)": "Linear: expected 768 features, got 4",
    "nnx.LinearGeneral((2, 4), 6, axis=(-2, -1), rngs=rngs)(x)": "LinearGeneral: expected 2 "
    "features, got 3",
    "nnx.Conv(1, 5, (3, 3), rngs=rngs)(image)": "Conv: expected 1 features, got 3",
    "nnx.Conv(3, 5, (3, 3), rngs=rngs)(m)": "Conv: 2 axes and features are expected, got (3, 4)",
    "nnx.ConvTranspose(1, 5, (3, 3), rngs=rngs)(image)": "ConvTranspose: expected 1 features, "
    "got 3",
    "nnx.LayerNorm(3, rngs=rngs)(x)": "LayerNorm: expected 3 features, got 4",
    "nnx.RMSNorm(3, rngs=rngs)(x)": "RMSNorm: expected 3 features, got 4",
    "nnx.BatchNorm(3, rngs=rngs)(x)": "BatchNorm: expected 3 features, got 4",
    "nnx.GroupNorm(16, num_groups=4, rngs=rngs)(q)": "GroupNorm: expected 16 features, got 8",
    "nnx.GroupNorm(30, rngs=rngs)": "GroupNorm: 30 features cannot be split into 32 groups",
    "nnx.Embed(10, 7, rngs=rngs)(x)": "Embed: an index is an integer, not Float32",
    "nnx.MultiHeadAttention(2, 8, rngs=rngs)(x, decode=False)": "MultiHeadAttention: expected 8 "
    "features, got 4",
    "nnx.MultiHeadAttention(3, 4, rngs=rngs)": "MultiHeadAttention: 4 features cannot be split "
    "into 3 heads",
}
REFUSED_BY_EINOPS = {
    'einops.rearrange(x, "b d -> d b")': "rearrange: the pattern is for 2 axes, not for (2, 3, 4)",
    'einops.rearrange(x, "b h (w p) -> b h w p", p=3)': 'rearrange: "(w p)" is 4, which 3 does '
    "not divide",
    'einops.rearrange(x, "b h w -> b h")': 'rearrange: "w" is on one side of the pattern only',
    'einops.rearrange(x, "b h w -> b h w", w=5)': 'rearrange: "w" is 4 and 5',
    'einops.reduce(x, "b h w -> b c", "mean")': 'reduce: "c" is on one side of the pattern only',
    'einops.repeat(x, "b h w -> b h w c")': 'repeat: "c" is on one side of the pattern only',
    'einops.einsum(m, m, "i j, j k -> i k")': 'einsum: "j" is 4 and 3',
}

__all__ = ["ARRAYS", "EINOPS", "PLAIN", "REFUSED", "REFUSED_BY_EINOPS"]
