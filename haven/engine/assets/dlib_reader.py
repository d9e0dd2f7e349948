"""Reader: the numbers in a network file written by dlib.

In      the bytes of a file whose digest is known
Out     its layers in forward order, each a frozen record with float32 weights
Fails   AssetRefused: the bytes end early, or say something that this reader does not know
Why     dlib itself has no wheel; the format is short and has not changed since 2016
Not     here: what the layers are good for (dlib_resnet.py, dlib_mmod.py)

Source of the format: dlib's own writer, serialize.h and dnn/{core,layers,input,loss}.h of
release 20.0. A network is written from the outside in: first one version number for each
wrapping layer, then the input layer, then each layer as the picture meets it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ldexp, prod

import numpy as np
from numpy.typing import NDArray

from haven.engine.errors import AssetRefused

Weights = NDArray[np.float32]

MAX_TEXT_BYTES = 64  # the longest layer name known is 24
MAX_TENSOR_VALUES = 16 << 20  # three times the ResNet's total; a wild size is refused early
MAX_INPUT_SIDE_PX = 1024
MAX_WINDOW_PX = 64
MAX_LAYER_VERSION = 3  # larger numbers before the first layer are the length of its name


@dataclass(frozen=True, slots=True)
class InputLayer:
    """Where the picture comes in; means are subtracted, then all is divided by 256."""

    name: str
    means_rgb: tuple[float, float, float]
    side_px: int | None  # None: any size


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """Cross-correlation with zero padding."""

    filters: Weights  # (out, in, height, width)
    biases: Weights  # (out,)
    stride: int
    padding: int


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """Per channel: gamma * x + beta."""

    gamma: Weights  # (channels,)
    beta: Weights  # (channels,)


@dataclass(frozen=True, slots=True)
class Pool:
    """Largest or mean value of a window; side 0 is the whole picture."""

    largest: bool
    side: int
    stride: int
    padding: int


@dataclass(frozen=True, slots=True)
class Relu:
    """Nothing below zero."""


@dataclass(frozen=True, slots=True)
class AddEarlier:
    """Add the output of an earlier layer; the shorter one is filled up with zeros."""


@dataclass(frozen=True, slots=True, eq=False)
class FullyConnected:
    """Matrix product without bias."""

    weights: Weights  # (inputs, outputs)


Layer = Convolution | Affine | Pool | Relu | AddEarlier | FullyConnected


class Reader:
    """A place in the bytes of a dlib file; every read moves it on."""

    def __init__(self, content: bytes) -> None:
        """Start at the first byte."""
        self._content = content
        self._at = 0

    def number(self) -> int:
        """Read an integer: a byte with sign and length, then that many bytes, low first."""
        control = self._take(1)[0]
        size = control & 0x0F
        if control & 0x70 or not 1 <= size <= 8:
            raise AssetRefused(f"byte {self._at - 1} is {control:#04x}, not the start of a number")
        value = int.from_bytes(self._take(size), "little")
        return -value if control & 0x80 else value

    def real(self) -> float:
        """Read a floating point number: mantissa, then exponent of two."""
        mantissa, exponent = self.number(), self.number()
        if abs(exponent) > 1100:  # beyond a double; dlib marks infinities with 32000 and up
            raise AssetRefused(f"exponent {exponent} before byte {self._at} is not finite")
        return ldexp(mantissa, exponent)

    def flag(self) -> bool:
        """Read a truth value, written as the letter 1 or 0."""
        letter = self._take(1)
        if letter not in (b"0", b"1"):
            raise AssetRefused(f"byte {self._at - 1} is {letter!r}, not 0 or 1")
        return letter == b"1"

    def text(self) -> str:
        """Read a name: its length, then ASCII letters."""
        return self._letters(self.number())

    def tensor(self) -> Weights:
        """Read a block of numbers, (samples, channels, rows, columns), float32."""
        self.expect_number(2, "tensor version")
        shape = tuple(self.number() for _ in range(4))
        count = prod(shape)
        if min(shape) < 0 or count > MAX_TENSOR_VALUES:
            raise AssetRefused(f"tensor is {shape}, over {MAX_TENSOR_VALUES} values")
        values = np.frombuffer(self._take(4 * count), "<f4").reshape(shape)
        if not np.isfinite(values).all():
            raise AssetRefused(f"tensor {shape} holds a value that is not a number")
        return values.astype(np.float32)

    def versions_then_text(self) -> tuple[list[int], str]:
        """Read the version numbers of the wrapping layers and the name that ends them."""
        versions: list[int] = []
        while (number := self.number()) <= MAX_LAYER_VERSION:
            versions.append(number)
        return versions, self._letters(number)

    def expect_number(self, wanted: int, what: str) -> None:
        """Read a number that can only be `wanted`."""
        found = self.number()
        if found != wanted:
            raise AssetRefused(f"{what} is {found}, not {wanted}")

    def expect_text(self, wanted: str) -> None:
        """Read a name that can only be `wanted`."""
        found = self.text()
        if found != wanted:
            raise AssetRefused(f"layer is {found!r}, not {wanted!r}")

    def at_end(self) -> bool:
        """Return whether every byte was read."""
        return self._at == len(self._content)

    def _letters(self, count: int) -> str:
        """Read that many ASCII letters."""
        if not 0 < count <= MAX_TEXT_BYTES:
            raise AssetRefused(f"a name of {count} letters at byte {self._at}")
        letters = self._take(count)
        if not letters.isascii():
            raise AssetRefused(f"the name at byte {self._at - count} is not ASCII")
        return letters.decode("ascii")

    def _take(self, count: int) -> bytes:
        """Return the next bytes."""
        taken = self._content[self._at : self._at + count]
        if len(taken) != count:
            raise AssetRefused(f"the file ends at byte {len(self._content)}, inside a layer")
        self._at += count
        return taken


def input_layer(reader: Reader) -> InputLayer:
    """Read the wrappers' version numbers and the input layer."""
    versions, name = reader.versions_then_text()
    if versions[-1:] != [3] or not set(versions[:-1]) <= {1, 2}:
        raise AssetRefused(f"the network is wrapped in {len(versions)} layers of another version")
    if name not in ("input_rgb_image_sized", "input_rgb_image_pyramid"):
        raise AssetRefused(f"input layer is {name!r}, not one for colour pictures")
    means = reader.real(), reader.real(), reader.real()
    if name == "input_rgb_image_pyramid":
        return InputLayer(name, means, None)
    rows, columns = reader.number(), reader.number()
    if rows != columns or not 1 <= rows <= MAX_INPUT_SIDE_PX:
        raise AssetRefused(f"input is {columns}x{rows}, not a square of up to {MAX_INPUT_SIDE_PX}")
    return InputLayer(name, means, rows)


def layers(reader: Reader) -> list[Layer]:
    """Read every layer up to the end of the file, in forward order."""
    found = [_layer(reader)]
    reader.expect_number(1, "pictures made of one picture")  # only the lowest layer says this
    while not reader.at_end():
        found.append(_layer(reader))
    return found


def _layer(reader: Reader) -> Layer:
    """Read one layer and what training left behind it."""
    name = reader.text()
    if name not in _LAYERS:
        raise AssetRefused(f"layer is {name!r}, not one of {', '.join(sorted(_LAYERS))}")
    layer = _LAYERS[name](reader)
    for _ in range(3):  # set up; gradient stale; output kept: no meaning after training
        reader.flag()
    for _ in range(3):  # gradients and outputs: a finished network has none
        left_over = reader.tensor()
        if left_over.size:
            raise AssetRefused(f"{name} carries {left_over.shape} of training; clean it first")
    return layer


def _convolution(reader: Reader) -> Convolution:
    values = reader.tensor().ravel()
    count = reader.number()
    window = reader.number(), reader.number()
    stride = _same(reader, "stride")
    padding = _same(reader, "padding")
    filters, biases = _view(reader), _view(reader)
    _learning_rates(reader)
    if filters[0] != count or filters[2:] != window or biases != (1, count, 1, 1):
        raise AssetRefused(f"convolution has filters {filters} and biases {biases}")
    weights, rest = _split(values, filters, biases)
    return Convolution(weights, rest.ravel(), stride, padding)


def _affine(reader: Reader) -> Affine:
    values = reader.tensor().ravel()
    gamma, beta = _view(reader), _view(reader)
    reader.expect_number(0, "affine mode")  # 0: per channel
    if gamma != beta or gamma != (1, gamma[1], 1, 1):
        raise AssetRefused(f"affine has gamma {gamma} and beta {beta}")
    factors, offsets = _split(values, gamma, beta)
    return Affine(factors.ravel(), offsets.ravel())


def _batch_norm(reader: Reader) -> Affine:
    """Read normalisation by running means, as the affine layer that it comes to.

    dlib does the same when it loads such a layer where an affine one is declared.
    """
    values = reader.tensor().ravel()
    gamma, beta = _view(reader), _view(reader)
    reader.tensor(), reader.tensor()  # means and deviations of the last training batch
    means, variances = (reader.tensor().ravel().astype(np.float64) for _ in range(2))
    reader.number(), reader.number()  # updates seen, window of the running means
    _learning_rates(reader)
    epsilon = reader.real()
    if gamma != beta or prod(gamma) != means.size or means.size != variances.size:
        raise AssetRefused(f"normalisation has gamma {gamma}, {means.size} running means")
    if not 0 < epsilon < 1 or (variances < 0).any():
        raise AssetRefused(f"normalisation has epsilon {epsilon} or a negative variance")
    factors, offsets = (part.ravel() for part in _split(values, gamma, beta))
    scaled = factors / np.sqrt(variances + epsilon)
    shifted = offsets - scaled * means
    return Affine(scaled.astype(np.float32), shifted.astype(np.float32))


def _fully_connected(reader: Reader) -> FullyConnected:
    outputs, inputs = reader.number(), reader.number()
    values = reader.tensor().ravel()
    weights, biases = _view(reader), _view(reader)
    reader.expect_number(1, "bias mode")  # 1: none
    _learning_rates(reader)
    if weights != (inputs, outputs, 1, 1) or prod(biases) != 0:
        raise AssetRefused(f"{inputs} inputs to {outputs} outputs has weights {weights}")
    return FullyConnected(_split(values, weights)[0].reshape(inputs, outputs))


def _pool(reader: Reader, *, largest: bool) -> Pool:
    side = _same(reader, "window")
    return Pool(largest, side, _same(reader, "stride"), _same(reader, "padding"))


def _same(reader: Reader, what: str) -> int:
    """Read a small number said once for rows and once for columns."""
    rows, columns = reader.number(), reader.number()
    if rows != columns or not 0 <= rows <= MAX_WINDOW_PX:
        raise AssetRefused(f"{what} is {columns}x{rows}, not a square of up to {MAX_WINDOW_PX}")
    return rows


def _view(reader: Reader) -> tuple[int, ...]:
    """Read the shape of a part of the values before it."""
    reader.expect_number(1, "view version")
    return tuple(reader.number() for _ in range(4))


def _split(values: Weights, *shapes: tuple[int, ...]) -> list[Weights]:
    """Return the values cut into parts of these shapes; nothing may be left."""
    if values.size != sum(map(prod, shapes)):
        raise AssetRefused(f"{values.size} values for parts of {shapes}")
    cuts = np.cumsum([prod(shape) for shape in shapes])[:-1]
    parts = np.split(values, cuts)
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def _learning_rates(reader: Reader) -> None:
    """Read four numbers that only training needs."""
    for _ in range(4):
        reader.real()


_LAYERS: dict[str, Callable[[Reader], Layer]] = {
    "con_4": _convolution,
    "affine_": _affine,
    "bn_con2": _batch_norm,
    "relu_": lambda reader: Relu(),
    "max_pool_2": partial(_pool, largest=True),
    "avg_pool_2": partial(_pool, largest=False),
    "add_prev_": lambda reader: AddEarlier(),
    "fc_2": _fully_connected,
}
