"""Finding and describing faces, on the labelled public pictures."""

import csv
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import pytest

from haven import engine
from haven.engine.errors import WrongShape
from haven.engine.faces import align, quality
from haven.engine.faces.detect import CELL_PX, canvas_for, decoded, without_overlaps
from haven.engine.pipeline import Stopwatch, describe_faces, find_faces, tools_of
from haven.engine.records import Picture
from tests.media import public_media


def picture_of(path: Path) -> Picture:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    return Picture(pixels, pixels.shape[1], pixels.shape[0])


@pytest.fixture(scope="module")
def tools(assets_root):
    return tools_of(engine.models_in(assets_root))


@pytest.fixture(scope="module")
def labels():
    with (public_media("faces") / "labels.csv").open(encoding="utf-8") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def found(tools, labels):
    """Return the described faces of each labelled picture, left to right, at balanced."""
    options = engine.for_profile("balanced")
    faces_of = {}
    for name in labels:
        picture = picture_of(public_media("faces") / name)
        faces = find_faces(picture, options, tools, Stopwatch())
        described = describe_faces(picture, faces, tools, Stopwatch())
        faces_of[name] = sorted(described, key=lambda face: face.box_xyxy_px[0])
    return faces_of


class TestBalanced:
    def test_finds_every_labelled_face_and_no_other(self, found, labels):
        counted = {name: len(faces) for name, faces in found.items() if labels[name]["n_faces"]}

        assert counted == {
            name: int(row["n_faces"]) for name, row in labels.items() if row["n_faces"]
        }

    def test_groups_all_photos_of_one_person_and_never_two_people(self, found, labels):
        keys, media, vectors, qualities, people = [], [], [], [], {}
        for name, faces in found.items():
            names = labels[name]["people_left_to_right"].split("|")
            for number, face in enumerate(faces):
                keys.append(f"{name}:{number}")
                media.append(name)
                vectors.append(face.embedding)
                qualities.append(face.quality)
                people[keys[-1]] = names[number] if any(names) else f"stranger {number}"

        group_of = engine.group(
            engine.FaceTable(keys, media, np.array(vectors), np.array(qualities))
        )

        groups_of_person, people_in_group = defaultdict(set), defaultdict(set)
        for key, person in people.items():
            groups_of_person[person].add(group_of[key])
            people_in_group[group_of[key]].add(person)
        assert all(len(groups) == 1 for groups in groups_of_person.values())
        assert all(len(names) == 1 for names in people_in_group.values())

    def test_says_that_clear_portraits_are_better_than_faces_in_a_crowd(self, found):
        crowd = max(face.quality for face in found["crowd-city.jpg"])

        assert all(
            found[name][0].quality > 0.7 > crowd for name in ("obama-1.jpg", "leslie-2.jpg")
        )


class TestThorough:
    def test_finds_at_least_twelve_faces_in_the_crowd(self, tools):
        picture = picture_of(public_media("faces") / "crowd-city.jpg")

        faces = find_faces(picture, engine.for_profile("thorough"), tools, Stopwatch())

        assert len(faces) >= 12

    @pytest.mark.parametrize("turn", [cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE])
    def test_finds_a_lying_person_and_describes_the_same_face(self, tools, turn):
        upright = picture_of(public_media("faces") / "obama-1.jpg")
        pixels = cv2.rotate(upright.pixels_bgr, turn)
        lying = Picture(pixels, pixels.shape[1], pixels.shape[0])
        options = engine.for_profile("thorough")

        vectors = [
            describe_faces(p, find_faces(p, options, tools, Stopwatch()), tools, Stopwatch())[0]
            for p in (upright, lying)
        ]

        assert np.linalg.norm(vectors[0].embedding - vectors[1].embedding) < 0.3


class TestSecondOpinion:
    @pytest.mark.parametrize("name", ["demo-cat.png", "demo-coffee.png", "demo-rocket.jpg"])
    def test_finds_nobody_where_nobody_is(self, tools, assets_root, name):
        picture = picture_of(assets_root / name)

        assert find_faces(picture, engine.for_profile("thorough"), tools, Stopwatch()) == []

    def test_removes_candidates_that_are_texture(self, tools, assets_root):
        """At this threshold the first look sees faces in bricks, grass, coins and galaxies."""
        candidates = kept = 0
        for name in ("bricks", "grass", "coins", "clock", "galaxies", "coffee", "rocket"):
            path = next(assets_root.glob(f"demo-{name}.*"))
            picture = picture_of(path)
            for side in (320, 480, 960):
                first = tools.detector.faces(
                    picture, sides_px=(side,), quarter_turns=False, min_score=0.05
                )
                candidates += len(first)
                kept += len(tools.second_opinion.confirmed(picture, first))

        assert candidates > 10
        assert kept == 0


class TestCanvas:
    @pytest.mark.parametrize(
        ("size", "canvas"),
        [
            ((2048, 1536), (480, 352)),
            ((1536, 2048), (352, 480)),
            ((1000, 1000), (480, 480)),
            ((4000, 300), (480, 352)),
        ],
    )
    def test_is_one_of_three_shapes(self, size, canvas):
        assert canvas_for(*size, 480) == canvas
        assert all(side % CELL_PX == 0 for side in canvas)


class TestDecoded:
    def test_places_a_box_around_the_cell_that_answers(self):
        heat, size, offset = (np.zeros((1, n, 8, 8), np.float32) for n in (1, 2, 2))
        points = np.zeros((1, 10, 8, 8), np.float32)
        heat[0, 0, 3, 5], size[0, :, 3, 5] = 0.8, np.log([4, 2])  # 16 px high, 8 px wide

        found = decoded([heat, size, offset, points], 0.5)

        assert found.boxes.tolist() == [[18.0, 6.0, 26.0, 22.0]]

    def test_keeps_one_of_overlapping_candidates(self):
        heat, size, offset = (np.zeros((1, n, 8, 8), np.float32) for n in (1, 2, 2))
        points = np.zeros((1, 10, 8, 8), np.float32)
        heat[0, 0, 3, 4:6], size[0, :, 3, 4:6] = (0.6, 0.8), np.log(4)

        found = without_overlaps(decoded([heat, size, offset, points], 0.5))

        assert found.scores.tolist() == pytest.approx([0.8])


class TestAlign:
    def test_brings_the_landmarks_to_their_places_from_any_turn_and_size(self):
        angle, scale = 0.7, 3.1
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        moved = (align.TARGET_PX @ turn.T + [40, -7]).astype(np.float32)

        to_chip = align.similarity(moved, align.TARGET_PX)

        back = moved @ to_chip[:, :2].T + to_chip[:, 2]
        assert np.allclose(back, align.TARGET_PX, atol=1e-2)

    def test_refuses_landmarks_in_one_place(self):
        with pytest.raises(WrongShape):
            align.similarity(np.ones((5, 2), np.float32), align.TARGET_PX)


class TestQuality:
    def test_falls_when_a_face_is_blurred(self, found, tools):
        picture = picture_of(public_media("faces") / "obama-1.jpg")
        face = found["obama-1.jpg"][0]
        chip = align.chip(picture, face.landmarks_px)
        blurred = cv2.GaussianBlur(chip, (0, 0), 6)

        clear, poor = (
            quality.parts(face, c, picture.full_size_px)["sharpness"] for c in (chip, blurred)
        )

        assert clear == 1.0
        assert poor < 0.2
