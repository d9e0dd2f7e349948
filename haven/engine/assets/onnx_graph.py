"""Graph: write a small ONNX file, the same bytes every time.

In      nodes and weights, in the order in which they run
Out     bytes of an ONNX model, checked by ONNX's own checker
Fails   AssetRefused: the nodes do not fit together
Why     a converted model has a digest of its own only if writing it leaves nothing to chance
Not     here: which nodes (dlib_resnet.py, dlib_mmod.py)
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from haven.engine.assets.dlib_reader import Affine, Convolution, InputLayer, Weights
from haven.engine.errors import AssetRefused

OPSET = 13  # first with Pad and Squeeze by tensor; read by every runtime of the last five years
IR_VERSION = 7  # goes with opset 13; set, because the writer's own default moves on

Shape = tuple[int | str, ...]


@dataclass(slots=True)
class Graph:
    """Nodes so far. Each call adds one node and returns the name of its output."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[TensorProto] = field(default_factory=list)

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; its output is named for its kind and place."""
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name, **attributes))
        return name

    def constant(self, values: NDArray[np.float32] | NDArray[np.int64]) -> str:
        """Add fixed numbers."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def rename(self, name: str, wanted: str) -> None:
        """Give the output of the last node its public name."""
        if self.nodes[-1].output[0] != name:
            raise AssetRefused(
                f"{wanted} is not the output of the last of {len(self.nodes)} nodes"
            )
        self.nodes[-1].output[0] = wanted

    def normalised(self, picture: str, layer: InputLayer) -> str:
        """Add dlib's input layer: minus the means, over 256."""
        means = np.array(layer.means_rgb, np.float32).reshape(1, 3, 1, 1)
        centred = self.node("Sub", picture, self.constant(means))
        return self.node("Mul", centred, self.constant(np.array(1 / 256, np.float32)))

    def convolved(self, picture: str, layer: Convolution, after: Affine | None = None) -> str:
        """Add a convolution, with the affine layer after it folded into its weights."""
        filters, biases = layer.filters, layer.biases
        if after is not None:
            filters, biases = folded(layer, after)
        return self.node(
            "Conv",
            picture,
            self.constant(filters),
            self.constant(biases),
            kernel_shape=list(filters.shape[2:]),
            strides=[layer.stride] * 2,
            pads=[layer.padding] * 4,
        )

    def as_bytes(
        self, name: str, *, picture: tuple[str, Shape], result: tuple[str, Shape]
    ) -> bytes:
        """Return the finished model.

        Args:
            name: Of the graph.
            picture: Name and shape of the one input, float32; letters are free sizes.
            result: Name and shape of the one output, float32.
        """
        graph = helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info(picture[0], TensorProto.FLOAT, picture[1])],
            [helper.make_tensor_value_info(result[0], TensorProto.FLOAT, result[1])],
            self.weights,
        )
        model = helper.make_model(
            graph,
            producer_name="haven",
            ir_version=IR_VERSION,
            opset_imports=[helper.make_opsetid("", OPSET)],
        )
        try:
            onnx.checker.check_model(model, full_check=True)
        except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
            raise AssetRefused(f"the layers of {name} do not fit together") from error
        content: bytes = model.SerializeToString(deterministic=True)
        return content


def folded(layer: Convolution, after: Affine) -> tuple[Weights, Weights]:
    """Return filters and biases that do both layers at once.

    Multiplied in float64: one rounding instead of two, so the sum stays as near to dlib's
    as dlib's own order of additions allows.
    """
    gamma = after.gamma.astype(np.float64)
    if gamma.shape != layer.biases.shape:
        raise AssetRefused(f"{gamma.size} factors after {layer.biases.size} filters")
    filters = layer.filters * gamma[:, None, None, None]
    biases = layer.biases * gamma + after.beta
    return filters.astype(np.float32), biases.astype(np.float32)
