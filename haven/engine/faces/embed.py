"""Embed: describe a face as 128 numbers.

In      an aligned chip
Out     a vector; two faces are compared by Euclidean distance, 0.6 is the author's limit
Fails   AssetMissing: the model is not on this machine
Why     dlib's ResNet-29 as ONNX: same vectors, a twentieth of the time (design.md)
Not     here: alignment (align.py), what a distance means (search.py)
"""

from dataclasses import dataclass, field
from pathlib import Path

from haven.engine.assets.runtime import FULL, Model, compile_model
from haven.engine.faces.align import CHIP_PX
from haven.engine.records import Pixels, Vector

MODEL_NAME = "dlib-resnet"
LENGTH = 128


@dataclass(slots=True)
class Embedder:
    """The recogniser, compiled when first needed."""

    model_path: Path
    precision: str = FULL
    _compiled: list[Model] = field(default_factory=list)

    def vector(self, chip_bgr: Pixels) -> Vector:
        """Return the description of one (150, 150, 3) BGR chip, (128,) float32."""
        if not self._compiled:
            model = compile_model(
                self.model_path, height_px=CHIP_PX, width_px=CHIP_PX, precision=self.precision
            )
            self._compiled.append(model)
        return self._compiled[0](chip_bgr)[0].reshape(LENGTH)
