"""The rewritten dlib networks give dlib's own answers.

Reference numbers were made once with dlib 20.0.1, compiled on a machine of ours, from the
demonstration picture of an astronaut; dlib is not needed here. The same run compared 27
chips (largest difference of any number 3.6e-7) and five sizes of the portrait (2.0e-6).
"""

import itertools
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import openvino as ov
import pytest

from haven.engine import AssetState, AssetStore
from haven.engine.assets import dlib_mmod, dlib_resnet
from haven.engine.assets.dlib_reader import (
    AddEarlier,
    Affine,
    Convolution,
    FullyConnected,
    Layer,
    Pool,
    Relu,
)
from haven.engine.errors import AssetRefused
from tests.engine import dlib_file

# dlib.face_recognition_model_v1.compute_face_descriptor of the square 150,40 to 300,190
EMBEDDING_HEAD = (
    -0.0450054,
    0.0530984,
    -0.0133185,
    0.0694275,
    -0.1398626,
    0.0215680,
    -0.0237864,
    -0.1097665,
)
EMBEDDING_NORM = 1.4412870
# dlib.cnn_face_detection_model_v1 on the picture at 360x360: confidence and the cell that
# its rectangle (116, 44) to (195, 123) comes from, with dlib's margin of 11 pixels.
SCORE, CELL = 1.0672778, (10, 19)
MEANS_RGB = (122.782, 117.001, 104.298)
MARGIN_PX = 11


@pytest.fixture(scope="module")
def store(assets_root: Path) -> AssetStore:
    store = AssetStore(assets_root)
    wanted = "dlib-resnet", "dlib-mmod", "demo-astronaut", "demo-cat"
    if any(store.state(name) is not AssetState.READY for name in wanted):
        pytest.skip("the assets are not on this machine: run `haven assets get`")
    return store


def rgb(store: AssetStore, name: str) -> np.ndarray:
    pixels = cv2.imread(str(store.path(name)), cv2.IMREAD_COLOR)
    assert pixels is not None
    return pixels[..., ::-1].astype(np.float32)


def answer(model: Path | bytes, *pictures_rgb: np.ndarray) -> np.ndarray:
    core = ov.Core()
    core.set_property("CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    compiled = core.compile_model(core.read_model(model), "CPU")
    return compiled(np.stack(pictures_rgb).transpose(0, 3, 1, 2))[0]


def test_an_embedding_is_the_one_that_dlib_gives(store: AssetStore) -> None:
    chip = rgb(store, "demo-astronaut")[40:190, 150:300]

    embedding = answer(store.path("dlib-resnet"), chip)[0]

    np.testing.assert_allclose(embedding[:8], EMBEDDING_HEAD, atol=2e-6)
    assert np.linalg.norm(embedding) == pytest.approx(EMBEDDING_NORM, abs=5e-6)


def test_a_batch_gives_the_embeddings_of_its_chips(store: AssetStore) -> None:
    portrait = rgb(store, "demo-astronaut")
    chips = [portrait[40 + n : 190 + n, 150:300] for n in (0, 7, 14)]

    together = answer(store.path("dlib-resnet"), *chips)

    alone = [answer(store.path("dlib-resnet"), chip)[0] for chip in chips]
    np.testing.assert_allclose(together, alone, atol=2e-6)


def test_a_face_is_scored_as_dlib_scores_it_and_in_the_same_cell(store: AssetStore) -> None:
    rows = np.arange(360) * 512 // 360
    small = rgb(store, "demo-astronaut")[rows][:, rows]
    side = 360 + 2 * MARGIN_PX
    canvas = np.broadcast_to(np.array(MEANS_RGB, np.float32), (side, side, 3)).copy()
    canvas[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX] = small

    score = answer(store.path("dlib-mmod"), canvas)[0, 0]

    assert np.unravel_index(score.argmax(), score.shape) == CELL
    assert score.max() == pytest.approx(SCORE, abs=1e-5)
    middle = [dlib_mmod.CENTRE_PX + dlib_mmod.CELL_PX * n - MARGIN_PX for n in CELL]
    assert middle == [44 + 39, 116 + 39]  # dlib's rectangle of 80 pixels, row and column


def test_a_cat_is_not_scored_as_a_face(store: AssetStore) -> None:
    assert answer(store.path("dlib-mmod"), rgb(store, "demo-cat")).max() < -0.5


class TestResnetWriter:
    """On a network with the right shape and numbers of our own."""

    @staticmethod
    def layers() -> list[Layer]:
        draw = np.random.default_rng(11)

        def convolution(out: int, inner: int, side: int, stride: int, padding: int) -> list[Layer]:
            filters = draw.normal(0, 0.2, (out, inner, side, side)).astype(np.float32)
            gamma, beta = draw.uniform(0.5, 1.5, (2, out)).astype(np.float32)
            biases = draw.normal(size=out).astype(np.float32)
            return [Convolution(filters, biases, stride, padding), Affine(gamma, beta)]

        halved = Pool(largest=False, side=2, stride=2, padding=0)
        return [
            *[*convolution(4, 3, 7, 2, 0), Relu(), Pool(True, 3, 2, 0)],
            *[*convolution(4, 4, 3, 1, 1), Relu(), *convolution(4, 4, 3, 1, 1)],
            *[AddEarlier(), Relu()],
            *[*convolution(6, 4, 3, 2, 0), Relu(), *convolution(6, 6, 3, 1, 1)],
            *[halved, AddEarlier(), Relu()],
            Pool(largest=False, side=0, stride=1, padding=0),
            FullyConnected(draw.normal(size=(6, 128)).astype(np.float32)),
        ]

    def test_gives_what_the_layers_give_one_by_one(self) -> None:
        layers = self.layers()
        chip = np.random.default_rng(3).uniform(0, 255, (150, 150, 3)).astype(np.float32)

        model = dlib_resnet.to_onnx(dlib_file.network(150, layers))

        np.testing.assert_allclose(answer(model, chip)[0], slowly(layers, chip), rtol=1e-3)

    def test_writes_the_same_bytes_each_time(self) -> None:
        content = dlib_file.network(150, self.layers())

        digests = {sha256(dlib_resnet.to_onnx(content)).hexdigest() for _ in range(2)}

        assert len(digests) == 1

    @pytest.mark.parametrize("missing", [0, 1, 3, 7, -3, -2, -1])
    def test_refuses_a_network_with_a_layer_missing(self, missing: int) -> None:
        layers = self.layers()
        del layers[missing]

        with pytest.raises(AssetRefused):
            dlib_resnet.to_onnx(dlib_file.network(150, layers))

    def test_refuses_another_size_of_picture(self) -> None:
        with pytest.raises(AssetRefused, match="100 pixels"):
            dlib_resnet.to_onnx(dlib_file.network(100, self.layers()))


def slowly(layers: list[Layer], chip: np.ndarray) -> np.ndarray:
    """Return what the layers give, one after another, in float64."""
    flow = ((chip.astype(np.float64) - (120, 110, 100)) / 256).transpose(2, 0, 1)
    for layer in layers[:4]:  # the stem
        flow = alone(flow, layer)
    block = flow
    for before, layer in itertools.pairwise(layers[3:]):
        if isinstance(layer, AddEarlier):
            flow = added(flow, block)
        elif isinstance(layer, Pool) and layer.side:  # the shorter way round a down block
            block = alone(block, layer)
        else:
            flow = alone(flow, layer)
        if isinstance(before, AddEarlier):  # what comes after the sum begins the next block
            block = flow
    return flow


def alone(flow: np.ndarray, layer: Layer) -> np.ndarray:
    """Return what one layer makes of what comes in."""
    match layer:
        case Convolution():
            return correlated(flow, layer)
        case Affine(gamma, beta):
            return flow * gamma[:, None, None] + beta[:, None, None]
        case Relu():
            return np.maximum(flow, 0)
        case Pool(side=0):
            return flow.mean(axis=(1, 2))
        case Pool():
            return pooled(flow, layer)
        case FullyConnected(weights):
            return flow @ weights
    raise AssertionError(layer)


def windows(flow: np.ndarray, side: int, stride: int) -> np.ndarray:
    seen = np.lib.stride_tricks.sliding_window_view(flow, (side, side), axis=(1, 2))
    return seen[:, ::stride, ::stride]


def correlated(flow: np.ndarray, layer: Convolution) -> np.ndarray:
    edge = layer.padding
    padded = np.pad(flow, ((0, 0), (edge, edge), (edge, edge)))
    seen = windows(padded, layer.filters.shape[2], layer.stride)
    return np.einsum("cyxij,ocij->oyx", seen, layer.filters) + layer.biases[:, None, None]


def pooled(flow: np.ndarray, layer: Pool) -> np.ndarray:
    seen = windows(flow, layer.side, layer.stride)
    return seen.max(axis=(3, 4)) if layer.largest else seen.mean(axis=(3, 4))


def added(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the sum; the smaller one has zeros where it does not reach."""
    total = np.zeros(np.maximum(one.shape, other.shape))
    for part in (one, other):
        total[tuple(slice(n) for n in part.shape)] += part
    return total
