"""Where people are: the rewritten network gives its maker's answers, and more is hidden with it.

The reference numbers were made once with the runtime of mediapipe 0.10.14, which is not
needed here, from the demonstration picture of an astronaut at 256x256. The same run compared
27 public pictures; no pixel differed by more than 1.3e-4.
"""

import contextlib
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from haven import engine
from haven.engine import AssetStore, masking
from haven.engine.assets.person_segmenter import SIDE_PX, TRANSPOSED, to_onnx
from haven.engine.assets.runtime import compile_model
from haven.engine.errors import AssetRefused
from haven.engine.people import Segmenter
from haven.engine.pipeline import Stopwatch, find_faces, tools_of
from haven.engine.records import Picture
from tests.engine.tflite_file import Raw, Table, Words, written
from tests.media import public_media

# Means of 8x8 blocks of the runtime's answer, in per cent.
ASTRONAUT = (
    (0.000, 0.000, 18.383, 70.477, 30.359, 0.000, 0.002, 0.000),
    (0.000, 0.000, 52.508, 100.000, 64.345, 0.000, 0.000, 0.000),
    (0.050, 3.085, 59.906, 99.996, 16.051, 0.000, 0.000, 0.000),
    (0.701, 59.236, 100.000, 100.000, 73.505, 2.626, 0.000, 0.000),
    (42.140, 100.000, 100.000, 100.000, 100.000, 56.337, 0.000, 0.000),
    (63.015, 100.000, 100.000, 100.000, 96.367, 90.001, 59.036, 11.870),
    (84.877, 100.000, 100.000, 100.000, 100.000, 99.973, 100.000, 67.809),
    (88.493, 99.436, 98.948, 94.607, 99.904, 99.990, 100.000, 79.748),
)


@pytest.fixture(scope="module")
def segmenter(assets_root: Path) -> Segmenter:
    return Segmenter(engine.models_in(assets_root).segmenter)


def small(path: Path, side_px: int = 640) -> Picture:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    whole = Picture(pixels, pixels.shape[1], pixels.shape[0])
    return masking.reduced(whole, side_px=side_px)


class TestNetwork:
    def test_answers_as_its_makers_runtime_does(self, assets_root: Path) -> None:
        store = AssetStore(assets_root)
        pixels = cv2.imread(str(store.path("demo-astronaut")), cv2.IMREAD_COLOR)
        model = compile_model(store.path("person-segmenter"), height_px=256, width_px=256)

        answer = model(cv2.resize(pixels, (256, 256), interpolation=cv2.INTER_AREA))[0][0, 0]

        blocks = answer.reshape(8, 32, 8, 32).mean(axis=(1, 3)) * 100
        assert np.abs(blocks - np.array(ASTRONAUT)).max() < 0.01


class TestSegmenter:
    def test_sees_the_person_and_not_the_place(self, segmenter: Segmenter) -> None:
        picture = small(public_media("faces") / "obama-1.jpg")
        height, width = picture.height_px, picture.width_px

        people = segmenter.people(picture.pixels_bgr)

        assert people.shape == (height, width)
        assert set(np.unique(people)) == {0, 255}
        assert (people[height // 2 :, width // 2 - 20 : width // 2 + 20] == 255).all()
        assert not people[: height // 20, : width // 4].any()

    def test_sees_nobody_on_bricks(self, segmenter: Segmenter, assets_root: Path) -> None:
        bricks = small(AssetStore(assets_root).path("demo-bricks"))

        assert not Segmenter(segmenter.path, in_parts=False).people(bricks.pixels_bgr).any()

    def test_hides_no_less_when_it_looks_at_parts_too(self, segmenter: Segmenter) -> None:
        picture = small(public_media("faces") / "crowd-city.jpg")
        whole = Segmenter(segmenter.path, in_parts=False).people(picture.pixels_bgr)

        people = segmenter.people(picture.pixels_bgr)

        assert (people[whole > 0] == 255).all()
        assert people.mean() > whole.mean()

    @pytest.mark.parametrize("shape", [(1, 1), (1, 640), (3, 2), (640, 5)])
    def test_takes_a_picture_of_any_shape(self, segmenter: Segmenter, shape) -> None:
        assert segmenter.people(np.zeros((*shape, 3), np.uint8)).shape == shape


class TestBackground:
    def test_shows_a_place_without_the_people_in_it(self, segmenter, assets_root) -> None:
        models = engine.models_in(assets_root)
        looked_at = 0
        for path in sorted(public_media("faces").glob("*.[jp][pn]g")):
            picture = small(path)
            faces = find_faces(
                picture, engine.for_profile("balanced"), tools_of(models), Stopwatch()
            )
            if not faces:
                continue
            looked_at += 1
            people = segmenter.people(picture.pixels_bgr)

            view = masking.background(picture, faces, people)

            assert (view[people > 0] == masking.FILL_BGR).all(), path.name
            opened = masking.ovals(faces, picture.full_size_px, people.shape[::-1])
            assert (view[opened > 0] == masking.FILL_BGR).all(), path.name
            shown = (view != masking.FILL_BGR).any(axis=2)
            assert np.array_equal(view[shown], picture.pixels_bgr[shown]), path.name
        assert looked_at >= 19

    def test_hangs_a_body_from_a_face_where_nobody_was_seen(self, assets_root) -> None:
        picture = small(public_media("faces") / "obama-1.jpg")
        faces = find_faces(
            picture,
            engine.for_profile("balanced"),
            tools_of(engine.models_in(assets_root)),
            Stopwatch(),
        )
        nobody = np.zeros(picture.pixels_bgr.shape[:2], np.uint8)

        view = masking.background(picture, faces, nobody)

        assert np.array_equal(view, masking.background(picture, faces))


def number(value: int, form: str = "<i") -> bytes:
    return struct.pack(form, value)


def network(**changes: object) -> bytes:
    """Return a file with one convolution, one operator of MediaPipe's own and a sigmoid."""
    rng = np.random.default_rng(4)
    arrays = {
        "filters": rng.normal(size=(2, 3, 3, 3)).astype("<f2"),
        "biases": rng.normal(size=2).astype("<f2"),
        "last": rng.normal(size=(1, 2, 2, 2)).astype("<f2"),
        "end": np.array([0.25], "<f2"),
    }
    shapes = [(1, 256, 256, 3), (1, 128, 128, 2), (1, 128, 128, 2), (1, 256, 256, 1)]
    shapes += [(1, 256, 256, 1)]
    fixed = list(arrays.values())
    buffers = [Table({})] + [Table({0: Raw(one.tobytes())}) for one in fixed]
    tensors = [Table({0: Words(shape), 1: number(0, "<b"), 2: number(0)}) for shape in shapes]
    tensors += [
        Table({0: Words(one.shape), 1: number(1, "<b"), 2: number(n + 1)})
        for n, one in enumerate(fixed)
    ]
    tensors += [Table({0: Words(one.shape), 1: number(0, "<b"), 2: number(0)}) for one in fixed]
    codes = [3, 19, 32, 14, 6]
    kinds = [Table({0: number(code, "<b")}) for code in codes]
    kinds[2].fields[1] = Raw(changes.get("name", TRANSPOSED).encode())
    stride = {1: number(2), 2: number(2)}

    def step(code: int, inputs: tuple[int, ...], output: int, **more: object) -> Table:
        fields: dict[int, object] = {0: number(code), 1: Words(inputs), 2: Words((output,))}
        if "options" in more:
            fields[4] = Table(more["options"])
        if "custom" in more:
            fields[5] = Raw(more["custom"])
        return Table(fields)

    steps = [step(4, (5 + n,), 9 + n) for n in range(4)]
    steps += [
        step(0, (0, 9, 10), 1, options=stride | changes.get("options", {})),
        step(1, (1,), 2),
        step(2, (2, 11, 12), 3, custom=struct.pack("<iii", 1, 2, 2)),
        step(3, (3,), 4),
    ]
    part = Table({0: tensors, 1: Words((0,)), 2: Words((4,)), 3: steps})
    return written(Table({0: number(3), 1: kinds, 2: [part], 4: buffers})), arrays


class TestConversion:
    def test_computes_what_the_operators_say(self, tmp_path: Path) -> None:
        content, arrays = network()
        pixels = np.random.default_rng(5).integers(0, 256, (256, 256, 3), np.uint8)
        file = tmp_path / "network.onnx"
        file.write_bytes(to_onnx(content))

        answer = compile_model(file, height_px=256, width_px=256)(pixels)[0][0, 0]

        # 256 to 128 by a window of 3 in steps of 2: one row is missing, and comes at the end.
        padded = np.pad(pixels[..., ::-1].transpose(2, 0, 1) / 255, ((0, 0), (0, 1), (0, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        flow = np.einsum(
            "cyxij,oijc->oyx", windows[:, ::2, ::2], arrays["filters"].astype(np.float32)
        )
        flow = np.maximum(flow + arrays["biases"].astype(np.float32)[:, None, None], 0)
        spread = np.einsum("cyx,oijc->oyixj", flow, arrays["last"].astype(np.float32))
        expected = 1 / (1 + np.exp(-(spread.reshape(SIDE_PX, SIDE_PX) + 0.25)))
        assert np.abs(answer - expected).max() < 1e-4

    def test_gives_the_same_bytes_again(self) -> None:
        assert to_onnx(network()[0]) == to_onnx(network()[0])

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": "SomethingElse"},
            {"options": {3: number(1, "<b")}},  # a function after the convolution
            {"options": {4: number(2)}},  # a window with holes
            {"options": {0: number(7, "<b")}},  # a way of padding that is none
        ],
    )
    def test_refuses_another_network(self, changes) -> None:
        with pytest.raises(AssetRefused):
            to_onnx(network(**changes)[0])

    def test_refuses_a_file_that_ends_early(self) -> None:
        content = network()[0]
        for end in range(0, len(content), 97):
            with pytest.raises(AssetRefused):
                to_onnx(content[:end])

    def test_never_fails_in_another_way_than_by_refusing(self) -> None:
        content, rng = network()[0], np.random.default_rng(6)
        for _ in range(300):
            broken = bytearray(content)
            for place in rng.integers(0, len(content), 3):
                broken[place] = rng.integers(0, 256)
            with contextlib.suppress(AssetRefused):
                to_onnx(bytes(broken))
