"""Calibration: how often two different people lie nearer than a distance, on benign faces.

In      HAVEN_TEST_MEDIA/faces with labels.csv, the demonstration's pictures of adults
Out     haven/workbench/comparison/calibration.json, which the page about errors shows
Why     "strong candidate" is a word; what it is worth is how often it was wrong (R-FAIR-1)
Not     here: the page, the intervals (haven/workbench/comparison/calibration.py)

People are the unit, not pairs of pictures (R-FAIR-5): many pairs of the same two people say
little more than one. Of two people the nearest pair of their faces counts, which is the
worst for us. On the crowd each face is somebody else, so its faces are people of their own;
small faces are among them, as in seized pictures. Copies, cut faces and sizes of one photo
are left out.
"""

import argparse
import csv
import datetime
import hashlib
import itertools
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pictures
from faces import COPIES, CROWD, Tools, opened

from haven import engine
from haven.cli.assets import default_root
from haven.engine.faces import align, quality

OUT = Path(__file__).parents[1] / "haven" / "workbench" / "comparison" / "calibration.json"
ALONE = ("demo-astronaut", "demo-photographer")  # people of whom there is one picture
ENOUGH = 0.35  # quality: the engine's ENOUGH_QUALITY; a poorer face says one word less
LIMITS = [round(0.30 + 0.05 * step, 2) for step in range(15)]  # distances, 0.30 to 1.00


def described(tools: Tools) -> dict[str, list[dict[str, Any]]]:
    """Return for each person the faces that could be described: vector and quality."""
    media = pictures.default_media() / "faces"
    with (media / "labels.csv").open(newline="") as file:
        rows = [
            (media / row["file"], [who for who in row["people_left_to_right"].split("|") if who])
            for row in csv.DictReader(file)
        ]
    store = engine.AssetStore(default_root())
    rows += [(store.path(name), [name]) for name in ALONE]
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path, people in rows:
        if path.name.startswith(COPIES):
            continue
        picture = opened(path)
        seen = tools.detector.faces(picture, sides_px=(480,), quarter_turns=False, min_score=0.35)
        seen = tools.opinion.confirmed(picture, seen)
        if path.name == CROWD:
            people = [f"crowd-{number}" for number in range(len(seen))]
        chosen = sorted(seen[: len(people)], key=lambda face: float(face.box_xyxy_px[0]))
        for who, face in zip(people, chosen, strict=False):
            chip = align.chip(picture, face.landmarks_px)
            parts = quality.parts(face, chip, picture.full_size_px)
            vector = tools.embedder.vector(chip)
            found[who].append({"vector": vector, "quality": quality.overall(parts)})
    return found


def measured(people: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return counts at each limit, by pairs of people and by pairs of faces."""
    two, faces_two = [], []
    for one, other in itertools.combinations(sorted(people), 2):
        gaps = [
            float(np.linalg.norm(a["vector"] - b["vector"]))
            for a in people[one]
            for b in people[other]
        ]
        two.append(min(gaps))
        faces_two += gaps
    same = {
        who: [
            float(np.linalg.norm(a["vector"] - b["vector"]))
            for a, b in itertools.combinations(faces, 2)
        ]
        for who, faces in people.items()
        if len(faces) > 1
    }
    faces_same = [gap for gaps in same.values() for gap in gaps]
    return {
        "people": len(people),
        "faces": sum(map(len, people.values())),
        "pairs_of_people": len(two),
        "pairs_of_faces": len(faces_two),
        "people_with_several": len(same),
        "pairs_of_one_person": len(faces_same),
        "limits": [
            {
                "distance": limit,
                "two_people_taken": sum(gap <= limit for gap in two),
                "face_pairs_taken": sum(gap <= limit for gap in faces_two),
                "people_missed": sum(any(gap > limit for gap in gaps) for gaps in same.values()),
                "face_pairs_missed": sum(gap > limit for gap in faces_same),
            }
            for limit in LIMITS
        ],
    }


def main() -> None:
    """Measure, and write what the page shows."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    people = described(Tools.here())
    store = engine.AssetStore(default_root())
    told = {
        "version": 1,
        "measured_on": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "model": engine.MODEL_NAME,
        "model_sha256": hashlib.sha256(store.path(engine.MODEL_NAME).read_bytes()).hexdigest(),
        "set": "public photographs of adults: test media and demonstration of Haven",
        "enough_quality": ENOUGH,
        "all": measured(people),
        "enough": measured(
            {
                who: kept
                for who, faces in people.items()
                if (kept := [face for face in faces if face["quality"] >= ENOUGH])
            }
        ),
    }
    OUT.write_text(json.dumps(told, indent=2) + "\n")
    for name, value in told.items():
        print(f"{name}: {value}")
    print(OUT)


if __name__ == "__main__":
    main()
