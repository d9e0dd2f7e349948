"""Runtime: an ONNX file becomes a function from pixels to arrays.

In      path of an ONNX file, the fixed canvas it will be given
Out     Model: call it with one BGR picture of that canvas, get its outputs by order
Fails   AssetMissing: no such file; AssetRefused: the graph cannot be compiled
Why     one home for OpenVINO and ONNX Runtime; colour order and type change happen inside
        the graph; canvases are fixed because compiling a graph for a new shape costs more
        than running it (design.md, Speed)
Not     here: which model, which canvas, what the outputs mean
"""

import sys
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from haven.engine.errors import AssetMissing, AssetRefused, WrongShape
from haven.engine.records import Pixels

# OpenVINO loads a module that counts its users at their maker's, unless that cannot be found.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # None: not to be imported

import openvino as ov  # noqa: E402
from openvino.preprocess import ColorFormat, PrePostProcessor  # noqa: E402

Outputs = list[NDArray[np.float32]]
FULL = "f32"


class Model(Protocol):
    """A compiled graph for one canvas."""

    def __call__(self, pixels_bgr: Pixels) -> Outputs:
        """Return the graph's outputs, each (1, ...) float32, for (height, width, 3) uint8."""
        ...


def compile_model(path: Path, *, height_px: int, width_px: int, precision: str = FULL) -> Model:
    """Return the graph at `path`, compiled on the CPU for one canvas.

    One inference thread and no pinning: parallelism is one process per core, and pinned
    threads of two processes were seen to share core 0 at half speed. float32 unless asked
    otherwise, also where the processor offers bfloat16, so that two machines give the same
    answer.

    Raises:
        AssetMissing: The file is not there.
        AssetRefused: The graph does not take one picture of this size.
    """
    if not path.is_file():
        raise AssetMissing("the model file is not on this machine; run: haven assets get")
    try:
        core = _core(available(precision))
        compiled = core.compile_model(_with_pixels_in(core, path, height_px, width_px), "CPU")
    except RuntimeError as error:
        raise AssetRefused(
            f"the model does not compile for a {width_px}x{height_px} canvas"
        ) from error
    return _caller(compiled, (height_px, width_px, 3))


def available(precision: str) -> str:
    """Return the precision asked for if the processor computes in it, else float32."""
    if precision == FULL:
        return FULL
    abilities = ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return precision if precision.upper() in abilities else FULL


def _core(precision: str) -> ov.Core:
    """Return OpenVINO set up for one thread and one precision."""
    core = ov.Core()
    core.set_property(
        "CPU",
        {
            "INFERENCE_NUM_THREADS": 1,
            "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False,
            "INFERENCE_PRECISION_HINT": precision,
            "PERFORMANCE_HINT": "LATENCY",
        },
    )
    return core


def _with_pixels_in(core: ov.Core, path: Path, height_px: int, width_px: int) -> ov.Model:
    """Return the graph with a (1, height, width, 3) uint8 BGR input in front."""
    graph = core.read_model(path)
    picture = graph.inputs[0]
    graph.reshape({picture: ov.PartialShape([1, 3, height_px, width_px])})
    steps = PrePostProcessor(graph)
    steps.input(0).tensor().set_element_type(ov.Type.u8).set_layout(
        ov.Layout("NHWC")
    ).set_color_format(ColorFormat.BGR)
    steps.input(0).preprocess().convert_element_type(ov.Type.f32).convert_color(ColorFormat.RGB)
    steps.input(0).model().set_layout(ov.Layout("NCHW"))
    return steps.build()


def _caller(compiled: ov.CompiledModel, shape: tuple[int, int, int]) -> Model:
    """Return a function that runs the graph and copies its outputs out."""
    request = compiled.create_infer_request()
    count = len(compiled.outputs)

    def call(pixels_bgr: Pixels) -> Outputs:
        if pixels_bgr.shape != shape or pixels_bgr.dtype != np.uint8:
            raise WrongShape(f"canvas is {pixels_bgr.shape} {pixels_bgr.dtype}, not {shape} uint8")
        request.infer([np.ascontiguousarray(pixels_bgr)[None]], share_inputs=True)
        return [np.array(request.get_output_tensor(i).data, np.float32) for i in range(count)]

    return call


def inference_devices() -> dict[str, str]:
    """Return the devices that OpenVINO can use here, with their makers' names for them."""
    core = ov.Core()
    return {name: core.get_property(name, "FULL_DEVICE_NAME") for name in core.available_devices}
