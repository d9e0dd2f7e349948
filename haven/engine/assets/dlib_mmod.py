"""MMOD: dlib's face detector network, rewritten as an ONNX graph.

In      bytes of mmod_human_face_detector.dat
Out     ONNX: "picture" (n, 3, h, w) float32 RGB 0 to 255 in, "score" (n, 1, rows, columns)
        out, where above 0 means that a face fills the window around that cell
Fails   AssetRefused: the layers are not those of that network
Why     a second opinion from another network, trained by other people on other pictures
Not     here: which faces to ask about, what to do with the answer (faces/)

The window is WINDOW_PX wide and high: one look finds one size of face. dlib looks at a
pyramid of sizes; asked about a face already found, scale its box to the window instead.
The cell at (row, column) looks at the window around the pixel
(CENTRE_PX + CELL_PX * column, CENTRE_PX + CELL_PX * row).
Beyond the edge of a picture dlib shows the network the mean colour, not black; black there
moves scores by up to 0.05. Compared with dlib 20.0.1 on five sizes of one portrait: same
cells, scores within 2e-6.

Source of the layers: cnn_face_detector.cpp of dlib. Source of window: the file itself,
which trains and finds with squares of 80 pixels. Source of the cells: three convolutions
of 5 pixels at stride 2 without padding put the centre at 2 + 2 * 2 + 4 * 2 = 14 pixels.
"""

from haven.engine.assets.dlib_reader import (
    Affine,
    Convolution,
    InputLayer,
    Layer,
    Reader,
    Relu,
    input_layer,
    layers,
)
from haven.engine.assets.onnx_graph import Graph
from haven.engine.errors import AssetRefused

WINDOW_PX = 80
CELL_PX = 8
CENTRE_PX = 14
FILTERS = ((16, 2), (32, 2), (32, 2), (45, 1), (45, 1), (45, 1))  # (count, stride)


def to_onnx(content: bytes) -> bytes:
    """Return the network as an ONNX model; the same bytes for the same file."""
    reader = Reader(content)
    reader.expect_number(1, "loss version")
    reader.expect_text("loss_mmod_")
    reader.expect_number(1, "options version")
    reader.expect_number(WINDOW_PX, "window width")
    reader.expect_number(WINDOW_PX, "window height")
    for _ in range(7):  # losses and overlaps: used by training, and when boxes are thinned out
        reader.real()
    start = input_layer(reader)
    return _written(start, layers(reader))


def _written(start: InputLayer, rest: list[Layer]) -> bytes:
    """Return six convolutions, each normalised and cut off at zero, and the scoring one."""
    if len(rest) != 3 * len(FILTERS) + 1:
        raise AssetRefused(f"{len(rest)} layers, not {3 * len(FILTERS) + 1}")
    graph = Graph()
    flow = graph.normalised("picture", start)
    for number, wanted in enumerate(FILTERS):
        layer, after, cut = rest[3 * number : 3 * number + 3]
        if not (
            isinstance(layer, Convolution) and isinstance(after, Affine) and isinstance(cut, Relu)
        ):
            raise AssetRefused(f"layers from {3 * number} are not convolution, affine, relu")
        if (len(layer.filters), layer.stride) != wanted:
            raise AssetRefused(f"layer {3 * number} has {layer.filters.shape}, not {wanted}")
        flow = graph.node("Relu", graph.convolved(flow, layer, after))
    last = rest[-1]
    if not isinstance(last, Convolution) or len(last.filters) != 1:
        raise AssetRefused("the last layer is not one score")
    graph.rename(graph.convolved(flow, last), "score")
    return graph.as_bytes(
        "dlib-mmod",
        picture=("picture", ("n", 3, "height", "width")),
        result=("score", ("n", 1, "rows", "columns")),
    )
