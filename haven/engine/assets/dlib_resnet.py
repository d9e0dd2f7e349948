"""ResNet: dlib's face recognition network, rewritten as an ONNX graph.

In      bytes of dlib_face_recognition_resnet_model_v1.dat
Out     ONNX: "chips" (n, 3, 150, 150) float32 RGB 0 to 255 in, "embeddings" (n, 128) out
Fails   AssetRefused: the layers are not those of that network
Why     dlib needs a compiler to install and 125 ms a face; the graph needs none, and 7 ms.
        On 23 chips of faces and 4 of noise, no number differed from dlib 20.0.1's by more
        than 4e-7
Not     here: fetching the file (fetch.py), cutting chips (faces/align.py)

Source of the layers: dnn_face_recognition_ex.cpp of dlib: a stem, residual levels with
32, 64, 128, 256 and 256 filters, the mean over the picture, 256 to 128 without bias.
"""

from typing import TypeVar

import numpy as np

from haven.engine.assets.dlib_reader import (
    AddEarlier,
    Affine,
    Convolution,
    FullyConnected,
    InputLayer,
    Layer,
    Pool,
    Reader,
    Relu,
    input_layer,
    layers,
)
from haven.engine.assets.onnx_graph import Graph
from haven.engine.errors import AssetRefused

SIDE_PX = 150
VALUES = 128
L = TypeVar("L", bound=Layer)
WHOLE_PICTURE = Pool(largest=False, side=0, stride=1, padding=0)


def to_onnx(content: bytes) -> bytes:
    """Return the network as an ONNX model; the same bytes for the same file."""
    reader = Reader(content)
    reader.expect_number(1, "loss version")
    reader.expect_text("loss_metric_2")
    reader.real(), reader.real()  # margin and distance: used by training alone
    start = input_layer(reader)
    if start.side_px != SIDE_PX:
        raise AssetRefused(f"input is {start.side_px} pixels wide, not {SIDE_PX}")
    return _Writer(start, layers(reader)).written()


class _Writer:
    """Walks the layers in forward order and keeps the size of what comes out of the last."""

    def __init__(self, start: InputLayer, rest: list[Layer]) -> None:
        self.graph = Graph()
        self.start = start
        self.rest = rest[::-1]  # a stack: the next layer is the last
        self.channels, self.side = 3, SIDE_PX

    def written(self) -> bytes:
        """Return the whole network as an ONNX model."""
        flow = self._convolution(self.graph.normalised("chips", self.start))
        flow = self._relu(flow)
        flow = self._pool(flow, self._next(Pool))
        while self.rest and isinstance(self.rest[-1], Convolution):
            flow = self._block(flow)
        if self._next(Pool) != WHOLE_PICTURE:
            raise AssetRefused("the last pool is not the mean over the whole picture")
        last = self._next(FullyConnected)
        if self.rest or last.weights.shape != (self.channels, VALUES):
            raise AssetRefused(f"ends with {last.weights.shape} and {len(self.rest)} more layers")
        flow = self.graph.node("GlobalAveragePool", flow)
        flow = self.graph.node("Flatten", flow, axis=1)
        flow = self.graph.node("MatMul", flow, self.graph.constant(last.weights))
        self.graph.rename(flow, "embeddings")
        return self.graph.as_bytes(
            "dlib-resnet",
            picture=("chips", ("n", 3, SIDE_PX, SIDE_PX)),
            result=("embeddings", ("n", VALUES)),
        )

    def _block(self, flow: str) -> str:
        """Add a residual block; one with a pool halves the picture on both branches."""
        before, size_before = flow, (self.channels, self.side)
        flow = self._convolution(self._relu(self._convolution(flow)))
        size = self.channels, self.side
        earlier, size_earlier = before, size_before
        if self.rest and isinstance(self.rest[-1], Pool):
            self.channels, self.side = size_before
            earlier = self._pool(before, self._next(Pool))
            size_earlier = self.channels, self.side
        self._next(AddEarlier)
        self.channels, self.side = (max(pair) for pair in zip(size, size_earlier, strict=True))
        added = self.graph.node(
            "Add", self._filled(flow, size), self._filled(earlier, size_earlier)
        )
        return self._relu(added)

    def _convolution(self, flow: str) -> str:
        layer, after = self._next(Convolution), self._next(Affine)
        if layer.filters.shape[1] != self.channels:
            raise AssetRefused(f"{layer.filters.shape} filters over {self.channels} channels")
        window = layer.filters.shape[2]
        self.channels = layer.filters.shape[0]
        self.side = (self.side + 2 * layer.padding - window) // layer.stride + 1
        return self.graph.convolved(flow, layer, after)

    def _pool(self, flow: str, pool: Pool) -> str:
        if pool.padding or pool.side < 1 or pool.stride < 1:
            raise AssetRefused(f"{pool} is not a pool inside the picture")
        self.side = (self.side - pool.side) // pool.stride + 1
        kind = "MaxPool" if pool.largest else "AveragePool"
        window, strides = [pool.side] * 2, [pool.stride] * 2
        return self.graph.node(kind, flow, kernel_shape=window, strides=strides)

    def _relu(self, flow: str) -> str:
        self._next(Relu)
        return self.graph.node("Relu", flow)

    def _filled(self, flow: str, size: tuple[int, int]) -> str:
        """Fill up with zeros, at the end of channels, rows and columns, to the size now.

        That is what dlib's add does when its two inputs differ in size.
        """
        missing = self.channels - size[0], self.side - size[1], self.side - size[1]
        if not any(missing):
            return flow
        pads = np.array([0, 0, 0, 0, 0, *missing], np.int64)
        return self.graph.node("Pad", flow, self.graph.constant(pads))

    def _next(self, kind: type[L]) -> L:
        """Take the next layer, which can only be of this kind."""
        layer = self.rest.pop() if self.rest else None
        if not isinstance(layer, kind):
            raise AssetRefused(f"layer is {type(layer).__name__}, not {kind.__name__}")
        return layer
