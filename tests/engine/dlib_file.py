"""A writer of dlib files, for tests: small networks with numbers of our own choosing.

In      layers as records of the reader
Out     the bytes that dlib would write for them
Why     the reader's tests need no weights of others, and can break a file at any byte
Not     here: training; every block that training would fill is empty
"""

import math

import numpy as np

from haven.engine.assets.dlib_reader import (
    AddEarlier,
    Affine,
    Convolution,
    FullyConnected,
    Layer,
    Pool,
    Relu,
)


def number(value: int) -> bytes:
    size = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def real(value: float) -> bytes:
    mantissa, exponent = math.frexp(value)
    return number(int(mantissa * 2**53)) + number(exponent - 53)


def text(value: str) -> bytes:
    return number(len(value)) + value.encode("ascii")


def tensor(values: np.ndarray) -> bytes:
    shape = (*values.shape, *[1] * (4 - values.ndim))
    return number(2) + b"".join(map(number, shape)) + values.astype("<f4").tobytes()


def view(*shape: int) -> bytes:
    return number(1) + b"".join(map(number, shape))


EMPTY = number(2) + number(0) * 4
RATES = real(1.0) * 4


def layer(one: Layer, left_over: bytes = EMPTY) -> bytes:
    return _details(one) + b"110" + EMPTY * 2 + left_over


def _details(one: Layer) -> bytes:
    match one:
        case Convolution(filters, biases, stride, padding):
            count, channels, rows, columns = filters.shape
            values = np.concatenate([filters.ravel(), biases])
            shape = b"".join(map(number, (count, rows, columns, stride, stride, padding, padding)))
            views = view(count, channels, rows, columns) + view(1, count, 1, 1)
            return text("con_4") + tensor(values) + shape + views + RATES
        case Affine(gamma, beta):
            values = np.concatenate([gamma, beta])
            return text("affine_") + tensor(values) + view(1, len(gamma), 1, 1) * 2 + number(0)
        case Pool(largest, side, stride, padding):
            name = "max_pool_2" if largest else "avg_pool_2"
            return text(name) + b"".join(map(number, (*[side] * 2, *[stride] * 2, *[padding] * 2)))
        case FullyConnected(weights):
            inputs, outputs = weights.shape
            size = number(outputs) + number(inputs)
            views = view(inputs, outputs, 1, 1) + view(0, 0, 0, 0)
            return text("fc_2") + size + tensor(weights) + views + number(1) + RATES
        case Relu():
            return text("relu_")
        case AddEarlier():
            return text("add_prev_")


def network(side_px: int, layers: list[Layer]) -> bytes:
    """Return a face recogniser of these layers over a square picture."""
    means = real(120.0) + real(110.0) + real(100.0)
    start = text("input_rgb_image_sized") + means + number(side_px) * 2
    first, *others = layers
    return b"".join(
        [
            number(1) + text("loss_metric_2") + real(0.04) + real(0.6),
            number(2) * len(others) + number(3),
            start,
            layer(first) + number(1),
            *map(layer, others),
        ]
    )
