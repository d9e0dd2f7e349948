"""haven search: the faces in a results folder that are most like a given one.

In      a results folder of `haven process`; a picture with one face or more
Out     candidates, nearest first, for each face of the probe
Fails   exit code 2 when the probe shows no face or cannot be looked at, 3 otherwise
Why     candidates are leads: a person looks at both pictures and decides
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from haven import engine
from haven.cli import assets


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `haven search` takes."""
    parser.add_argument("--in", dest="results", type=Path, required=True, metavar="DIR")
    parser.add_argument("--probe", type=Path, required=True, metavar="PICTURE")
    parser.add_argument("--top", type=int, default=20, metavar="N")


def run(args: argparse.Namespace) -> int:
    """Print the candidates for every face of the probe."""
    if args.top < 1:
        print(f"haven: --top is {args.top}, at least 1 is needed", file=sys.stderr)
        return 2
    faces = engine.read_faces(
        args.results, ["media_sha256", "face_index", "quality", "embedding", "group_id"]
    )
    described = faces.filter(faces["embedding"].is_valid()) if len(faces) else faces
    vectors = np.asarray(described["embedding"].combine_chunks().flatten(), np.float32).reshape(
        -1, engine.EMBEDDING_LENGTH
    )
    probe = _look_at(args.probe)
    if probe is None or not probe.faces:
        code = f" [{probe.error_code}]" if probe is not None and probe.error_code else ""
        said = "could not be looked at" if code or probe is None else "shows no face"
        print(f"haven: the probe {said}{code}", file=sys.stderr)
        return 2
    for number, face in enumerate(probe.faces, start=1):
        print(f"face {number} of the probe, quality {face.quality:.2f}: candidates")
        if face.embedding is None:
            print("  could not be described")
            continue
        rows, distances = engine.nearest(vectors, face.embedding, args.top)
        if not len(rows):
            print("  none: the results hold no face that could be described")
        for row, distance in zip(rows, distances, strict=True):
            found = described.slice(int(row), 1).to_pylist()[0]
            word = engine.strength(float(distance), min(face.quality, found["quality"]))
            print(
                f"  {distance:.3f}  {word.value:<8}  quality {found['quality']:.2f}"
                f"  face {found['face_index']} of {found['media_sha256'][:16]}"
                f"  group {found['group_id']}"
            )
    return 0


def _look_at(probe: Path) -> engine.Media | None:
    """Return what is found on the probe, looked at in a worker process like evidence."""
    models = engine.models_in(assets.default_root())
    with engine.runner("processes", 1, reads=[probe, *models.files]) as runner:
        for found in engine.analyse(
            [probe],
            options=engine.for_profile("balanced"),
            models=models,
            runner=runner,
            is_done=lambda _: False,
        ):
            if isinstance(found, engine.Media):
                return found
    return None
