"""The peers on the same pictures: face_recognition and deface, each in its own way.

In      a folder of JPEGs
Out     one JSON line: pictures, faces, seconds
Fails   SystemExit when a peer is not installed: `python bench/peers.py install`
Why     "ten times as fast" means nothing without the other figure from the same machine
Not     here: Haven, timing from outside, ratios (process.py)

The peers live in a virtual environment of their own, `bench/work/peers-venv`, because nothing
of Haven needs them. dlib is compiled from source there: a C++ compiler and CMake are needed,
and some minutes. This file runs in that environment too, so it imports only the standard
library at its top.

face_recognition  its documented loop: load_image_file, face_locations (HOG, upsampled once, its
                  default), face_encodings with the default model; one process per core.
deface            the detection of its command line: imageio.imread, CenterFace on the whole
                  picture, threshold 0.2; one process, onnxruntime with a thread per core, its
                  default. Blurring and writing the result are left out, in its favour.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

ENVIRONMENT = Path(__file__).resolve().parent / "work" / "peers-venv"
PYTHON = ENVIRONMENT / "bin" / "python"
PACKAGES = (
    "setuptools<81",  # face_recognition_models still imports pkg_resources
    "face_recognition==1.3.0",
    "deface==1.5.0",
    "onnx",  # without these two deface falls back to its slower OpenCV way
    "onnxruntime",
)
PEERS = ("face_recognition", "deface")


def install() -> None:
    """Make the peers' environment; minutes, because dlib is compiled."""
    if not PYTHON.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)  # noqa: S603
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, PACKAGES[0], "wheel"], check=True)  # noqa: S603
    subprocess.run(["nice", "-n", "15", *pip, *PACKAGES], check=True)  # noqa: S603, S607


def command(peer: str, pictures: Path, count: int, workers: int) -> list[str]:
    """Return the command line that runs a peer over the first `count` pictures."""
    if not PYTHON.is_file():
        raise SystemExit("The peers are not installed: run python bench/peers.py install.")
    return [
        *(str(PYTHON), str(Path(__file__).resolve()), peer, str(pictures)),
        *("--count", str(count), "--workers", str(workers)),
    ]


def face_recognition_faces(path: str) -> int:
    """Find and describe the faces of one picture as face_recognition documents it."""
    import face_recognition  # type: ignore[import-not-found]

    picture = face_recognition.load_image_file(path)
    places = face_recognition.face_locations(picture)
    return len(face_recognition.face_encodings(picture, places))


@cache
def _centerface() -> Any:
    from deface.centerface import CenterFace  # type: ignore[import-not-found]

    return CenterFace(in_shape=None, backend="auto")


def deface_faces(path: str) -> int:
    """Find the faces of one picture as deface's command line does."""
    import imageio.v2 as iio  # type: ignore[import-not-found]

    found, _ = _centerface()(iio.imread(path), threshold=0.2)
    return len(found)


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("face_recognition", "dlib", "deface", "onnxruntime")}


def main() -> None:
    """Install the peers, or run one of them and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=[*PEERS, "install"])
    parser.add_argument("pictures", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=0, help="0 means all")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    if given.peer == "install":
        return install()
    paths = sorted(str(path) for path in given.pictures.glob("*.[jJ][pP]*[gG]"))
    paths = paths[: given.count or None]
    begun = time.perf_counter()
    if given.peer == "deface":
        faces = [deface_faces(path) for path in paths]
    else:
        with multiprocessing.Pool(given.workers) as pool:
            faces = list(pool.imap_unordered(face_recognition_faces, paths))
    seconds = time.perf_counter() - begun
    print(
        json.dumps(
            {
                "pictures": len(paths),
                "pictures_with_faces": sum(map(bool, faces)),
                "faces": sum(faces),
                "seconds": round(seconds, 3),
                "versions": _versions(),
            }
        )
    )
    return None


if __name__ == "__main__":
    main()
