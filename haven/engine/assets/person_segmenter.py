"""Segmenter: MediaPipe's selfie segmentation network, rewritten as an ONNX graph.

In      bytes of selfie_segmentation.tflite
Out     ONNX: "picture" (n, 3, 256, 256) float32 RGB 0 to 255 in, "people" (n, 1, 256, 256)
        out: 0 to 1, how much each pixel looks like part of a person
Fails   AssetRefused: the operators are not those of that network
Why     the file's own runtime is a package of 35 MB with a dozen dependencies, and OpenVINO
        does not know its last operator
Not     here: fetching the file (fetch.py), what is filled where people are (masking.py)

TensorFlow keeps pictures as (n, height, width, channels) and filters as (out, height,
width, in); here it is (n, channels, height, width) and (out, in, height, width).
"""

import struct
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from haven.engine.assets.onnx_graph import Graph
from haven.engine.assets.tflite_reader import Code, Network, Operator, Table, read
from haven.engine.errors import AssetRefused

SIDE_PX = 256
TRANSPOSED = "Convolution2DTransposeBias"  # MediaPipe's own operator
_SAME, _VALID = 0, 1  # ways of padding, in the schema's numbers


def to_onnx(content: bytes) -> bytes:
    """Return the network as an ONNX model; the same bytes for the same file."""
    network = read(content)
    shapes = network.tensors[network.picture].shape, network.tensors[network.result].shape
    if shapes != ((1, SIDE_PX, SIDE_PX, 3), (1, SIDE_PX, SIDE_PX, 1)):
        raise AssetRefused(f"takes and gives {shapes}: not the network for {SIDE_PX} pixels")
    return _Writer(network).written()


class _Writer:
    """Walks the operators and keeps the name of what each tensor became."""

    def __init__(self, network: Network) -> None:
        self.network, self.graph = network, Graph()
        self.names: dict[int, str] = {}  # of the tensors that flow
        self.fixed = {
            n: one.numbers for n, one in enumerate(network.tensors) if one.numbers is not None
        }
        self.kinds: dict[Code | str, Callable[[Operator], str]] = {
            Code.CONV_2D: self._convolution,
            Code.DEPTHWISE_CONV_2D: self._depthwise,
            Code.AVERAGE_POOL_2D: self._mean,
            Code.RESIZE_BILINEAR: self._resized,
            Code.HARD_SWISH: self._hard_swish,
            Code.ADD: lambda one: self._of_two("Add", one),
            Code.MUL: lambda one: self._of_two("Mul", one),
            Code.RELU: lambda one: self.graph.node("Relu", self._flowing(one, 0)),
            Code.LOGISTIC: lambda one: self.graph.node("Sigmoid", self._flowing(one, 0)),
            TRANSPOSED: self._transposed,
        }

    def written(self) -> bytes:
        """Return the whole network as an ONNX model."""
        network = self.network
        share = self.graph.constant(np.array(1 / 255, np.float32))
        self.names[network.picture] = self.graph.node("Mul", "picture", share)
        for one in network.operators:
            if one.kind == Code.DEQUANTIZE:  # from 16 bits, done when it was read
                self.fixed[one.output] = self._numbers(one, 0)
            elif one.kind in self.kinds:
                self.names[one.output] = self.kinds[one.kind](one)
            else:
                raise AssetRefused(f"operator {one.kind} has no place in this network")
        if network.result not in self.names:
            raise AssetRefused("nothing flows to the result")
        self.graph.rename(self.names[network.result], "people")
        return self.graph.as_bytes(
            "person-segmenter",
            picture=("picture", ("n", 3, SIDE_PX, SIDE_PX)),
            result=("people", ("n", 1, SIDE_PX, SIDE_PX)),
        )

    def _convolution(self, one: Operator) -> str:
        filters = self._numbers(one, 1).transpose(0, 3, 1, 2)
        return self._convolved(one, filters, group=1, activation=3, dilations=(4, 5))

    def _depthwise(self, one: Operator) -> str:
        filters = self._numbers(one, 1).transpose(3, 0, 1, 2)
        if _options(one).number(3, "<i") != 1:
            raise AssetRefused("more than one filter for a channel")
        return self._convolved(one, filters, group=len(filters), activation=4, dilations=(5, 6))

    def _convolved(
        self,
        one: Operator,
        filters: NDArray[np.float32],
        *,
        group: int,
        activation: int,
        dilations: tuple[int, int],
    ) -> str:
        options = _options(one)
        wide, high = (options.number(n, "<i", 1) for n in dilations)
        if options.number(activation, "<b") or (wide, high) != (1, 1):
            raise AssetRefused("a convolution with more than filters and biases")
        window = filters.shape[2], filters.shape[3]
        strides = options.number(2, "<i"), options.number(1, "<i")
        return self.graph.node(
            "Conv",
            self._flowing(one, 0),
            self.graph.constant(filters),
            self.graph.constant(self._numbers(one, 2)),
            group=group,
            kernel_shape=list(window),
            strides=list(strides),
            pads=self._pads(one, window, strides, options.number(0, "<b")),
        )

    def _pads(
        self, one: Operator, window: tuple[int, int], strides: tuple[int, int], way: int
    ) -> list[int]:
        """Return top, left, bottom, right; the odd pixel goes to the end, as in TensorFlow."""
        if way == _VALID:
            return [0, 0, 0, 0]
        if way != _SAME or 0 in strides:
            raise AssetRefused(f"padding of kind {way} with strides {strides}")
        sizes = self.network.tensors[one.inputs[0]].shape[1:3]
        before, after = [], []
        for size, side, stride in zip(sizes, window, strides, strict=True):
            missing = max((-(-size // stride) - 1) * stride + side - size, 0)
            before.append(missing // 2)
            after.append(missing - missing // 2)
        return before + after

    def _mean(self, one: Operator) -> str:
        options, shape = _options(one), self.network.tensors[one.inputs[0]].shape
        window = options.number(4, "<i"), options.number(3, "<i")
        if window != shape[1:3] or options.number(5, "<b"):
            raise AssetRefused(f"a pool of {window} over {shape[1:3]}: not the mean of all")
        return self.graph.node("GlobalAveragePool", self._flowing(one, 0))

    def _resized(self, one: Operator) -> str:
        options = _options(one)
        if options.number(2, "<b"):
            raise AssetRefused("a picture made larger from its corners")
        mode = "half_pixel" if options.number(3, "<b") else "asymmetric"
        before = self.network.tensors[one.inputs[0]].shape
        after = self.network.tensors[one.output].shape
        scales = np.array([1, 1, after[1] / before[1], after[2] / before[2]], np.float32)
        return self.graph.node(
            "Resize",
            self._flowing(one, 0),
            "",
            self.graph.constant(scales),
            mode="linear",
            coordinate_transformation_mode=mode,
        )

    def _hard_swish(self, one: Operator) -> str:
        flow = self._flowing(one, 0)
        gate = self.graph.node("HardSigmoid", flow, alpha=1 / 6, beta=0.5)
        return self.graph.node("Mul", flow, gate)

    def _of_two(self, kind: str, one: Operator) -> str:
        if one.options is not None and one.options.number(0, "<b"):
            raise AssetRefused(f"{kind} with more than its two inputs")
        return self.graph.node(kind, self._flowing(one, 0), self._flowing(one, 1))

    def _transposed(self, one: Operator) -> str:
        padding, across, down = struct.unpack("<iii", one.custom.ljust(12, b"\0")[:12])
        filters = self._numbers(one, 1).transpose(3, 0, 1, 2)
        window = filters.shape[2:]
        if window != (down, across) or padding not in (1, 2):
            raise AssetRefused(f"a window of {window} in steps of {(down, across)}")
        return self.graph.node(
            "ConvTranspose",
            self._flowing(one, 0),
            self.graph.constant(filters),
            self.graph.constant(self._numbers(one, 2)),
            kernel_shape=list(window),
            strides=[down, across],
        )

    def _flowing(self, one: Operator, place: int) -> str:
        """Return the name of an input that flows."""
        tensor = one.inputs[place] if place < len(one.inputs) else -1
        if tensor not in self.names:
            raise AssetRefused(f"{one.kind} takes what no operator before it gives")
        return self.names[tensor]

    def _numbers(self, one: Operator, place: int) -> NDArray[np.float32]:
        """Return an input that is fixed."""
        numbers = self.fixed.get(one.inputs[place]) if place < len(one.inputs) else None
        if numbers is None:
            raise AssetRefused(f"{one.kind} has no fixed input {place}")
        return numbers.astype(np.float32, copy=False)


def _options(one: Operator) -> Table:
    """Return the options of an operator that must have some."""
    if one.options is None:
        raise AssetRefused(f"{one.kind} has no options")
    return one.options
