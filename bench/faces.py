"""Faces: what the second opinion keeps and drops, and how far apart faces lie.

In      HAVEN_TEST_MEDIA/faces with labels.csv; pictures without people (demonstration, dogs,
        scenes), each whole and as many parts, enlarged
Out     tables on screen; results/faces.json
Why     the limits in second_opinion.py, search.py and group.py name this file as their source
Not     here: speed

A candidate is true when it is one of the best n on a picture that shows n people by its label,
and false on a picture without people, or on a part of one. The crowd has no labels and is
counted apart.
"""

import argparse
import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pictures
import ruler

from haven import engine
from haven.cli.assets import default_root
from haven.engine.faces import align, second_opinion
from haven.engine.faces.detect import Detector
from haven.engine.faces.embed import Embedder
from haven.engine.records import Face, Picture

FIRST_SCORE = 0.2  # lower than any profile, to see what the second look is there for
NOBODY = ("cat", "coffee", "rocket", "galaxies", "clock", "coins", "bricks", "grass")
PARTS = 60  # random parts of each picture without people, for more chances to be wrong
CROWD = "crowd-city.jpg"
COPIES = ("scale-240p", "scale-480p", "scale-720p", "rgba", "obama-partial")  # of other photos


@dataclass(frozen=True)
class Tools:
    """The networks."""

    detector: Detector
    opinion: second_opinion.SecondOpinion
    embedder: Embedder

    @classmethod
    def here(cls) -> "Tools":
        """Return the networks of this machine."""
        models = engine.models_in(default_root())
        detector = Detector(models.detector)
        opinion = second_opinion.SecondOpinion(detector, models.second_opinion)
        return cls(detector, opinion, Embedder(models.recogniser))


def opened(path: Path) -> Picture:
    """Return a picture at full size."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise SystemExit(f"{path.name} cannot be read")
    return Picture(pixels.astype(np.uint8), pixels.shape[1], pixels.shape[0])


def second_score(tools: Tools, picture: Picture, face: Face) -> float:
    """Return the best score of the second look, anywhere on the cut."""
    look = second_opinion.cut(picture, face, second_opinion.CONTEXT, second_opinion.SIDE_PX)
    seen = tools.detector.look(look, second_opinion.SIDE_PX, 0.05)
    return float(max(seen.scores, default=0.0))


def parts_of(picture: Picture, seed: int) -> Iterator[Picture]:
    """Yield the picture and random parts of it, a tenth to a half of its sides."""
    yield picture
    rng = np.random.default_rng(seed)
    for _ in range(PARTS):
        part = rng.uniform(0.1, 0.5)
        wide, high = max(32, int(picture.width_px * part)), max(32, int(picture.height_px * part))
        left = int(rng.integers(picture.width_px - wide))
        top = int(rng.integers(picture.height_px - high))
        cut = np.ascontiguousarray(picture.pixels_bgr[top : top + high, left : left + wide])
        yield Picture(cut, wide, high)


def looked_at(tools: Tools, picture: Picture, people: int) -> Iterator[dict[str, Any]]:
    """Yield what the two looks say of each candidate of a picture."""
    found = tools.detector.faces(
        picture, sides_px=(480,), quarter_turns=False, min_score=FIRST_SCORE
    )
    kept = {id(face) for face in tools.opinion.confirmed(picture, found)}
    for rank, face in enumerate(found):
        yield {
            "true": rank < people,
            "first": round(face.score, 3),
            "second": round(second_score(tools, picture, face), 3),
            "kept": id(face) in kept,
        }


def opinions(tools: Tools, labels: dict[str, list[str]], nobody: list[Path]) -> dict[str, Any]:
    """Return how many true and false candidates are kept, and the scores at the border."""
    media = pictures.default_media() / "faces"
    rows = [
        row
        for name, people in labels.items()
        if name != CROWD
        for row in looked_at(tools, opened(media / name), len(people))
    ]
    rows += [
        row
        for seed, path in enumerate(nobody)
        for part in parts_of(opened(path), seed)
        for row in looked_at(tools, part, 0)
    ]
    told: dict[str, Any] = {}
    for word, truth in (("true", True), ("false", False)):
        some = [row for row in rows if row["true"] is truth]
        seconds = sorted(row["second"] for row in some)
        told[f"{word}_candidates"] = len(some)
        told[f"{word}_kept"] = sum(row["kept"] for row in some)
        told[f"{word}_second_score"] = [seconds[0], seconds[-1]] if seconds else []
    crowd = list(looked_at(tools, opened(media / CROWD), 0))
    told["crowd_candidates"], told["crowd_kept"] = len(crowd), sum(row["kept"] for row in crowd)
    return told


def distances(tools: Tools, labels: dict[str, list[str]]) -> dict[str, Any]:
    """Return distances of good faces of one person and of two, and errors per limit."""
    media, known = pictures.default_media() / "faces", []
    for name, people in labels.items():
        if name == CROWD or name.startswith(COPIES):
            continue
        picture = opened(media / name)
        found = tools.detector.faces(
            picture, sides_px=(480,), quarter_turns=False, min_score=0.35
        )[: len(people)]
        found = sorted(found, key=lambda face: float(face.box_xyxy_px[0]))
        for who, face in zip(people, found, strict=False):
            vector = tools.embedder.vector(align.chip(picture, face.landmarks_px))
            known.append((who, vector))
    one: list[float] = []
    two: list[float] = []
    for (who, vector), (other, near) in itertools.combinations(known, 2):
        (one if who == other else two).append(float(np.linalg.norm(vector - near)))
    limits = {
        f"{limit:.2f}": {
            "one_person_missed": sum(d > limit for d in one),
            "two_people_taken": sum(d <= limit for d in two),
        }
        for limit in (0.40, 0.50, 0.55, 0.60)
    }
    return {
        "one_person": _summary(one),
        "two_people": _summary(two),
        "errors_at": limits,
    }


def _summary(values: list[float]) -> dict[str, float]:
    array = np.array(values)
    return {
        "pairs": len(values),
        "mean": round(float(array.mean()), 3),
        "deviation": round(float(array.std()), 3),
        "least": round(float(array.min()), 3),
        "most": round(float(array.max()), 3),
    }


def without_people() -> list[Path]:
    """Return pictures that show nobody: demonstration, dogs, scenes with noise."""
    store = engine.AssetStore(default_root())
    demo = [store.path(f"demo-{name}") for name in NOBODY]
    media = pictures.default_media()
    return [*demo, *(media / name for name in pictures.NOBODY), media / "pdq" / "aaa-orig.jpg"]


def main() -> None:
    """Measure and keep the results."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    at, tools = ruler.machine(), Tools.here()
    with (pictures.default_media() / "faces" / "labels.csv").open(newline="") as file:
        labels = {
            row["file"]: [who for who in row["people_left_to_right"].split("|") if who]
            for row in csv.DictReader(file)
        }
    figures = {
        "second_opinion": opinions(tools, labels, without_people()),
        "distances": distances(tools, labels),
    }
    for part, told in figures.items():
        print(part)
        for name, value in told.items():
            print(f"  {name}: {value}")
    print(ruler.keep("faces", figures, at))


if __name__ == "__main__":
    main()
