"""Provenance: what a run was made with, so that it can be repeated and defended.

In      the models, the options
Out     versions and digests as plain values; one digest over all that decides the results
Fails   AssetMissing: a model is not on this machine
Not     here: what was found
"""

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path

import haven
from haven.engine.assets.runtime import available
from haven.engine.assets.store import AssetState, AssetStore
from haven.engine.options import Options
from haven.engine.pipeline import Models

DETECTOR, SECOND_OPINION, RECOGNISER = "centerface", "dlib-mmod", "dlib-resnet"
SEGMENTER = "person-segmenter"
TOWNS = "towns"
LIBRARIES = (
    "numpy",
    "opencv-python-headless",
    "pillow",
    "pillow-heif",
    "openvino",
    "faiss-cpu",
    "pyarrow",
)


def models_in(assets: Path) -> Models:
    """Return the models of an asset folder, each checked against its digest.

    Where people are is estimated without a segmenter if it is not there.

    Raises:
        AssetMissing: One is not there; `haven assets get` brings it.
        WrongDigest: One is not the file in the catalogue.
    """
    store = AssetStore(assets)
    missing = store.state(SEGMENTER) is AssetState.MISSING
    return Models(
        detector=store.path(DETECTOR),
        second_opinion=store.path(SECOND_OPINION),
        recogniser=store.path(RECOGNISER),
        segmenter=None if missing else store.path(SEGMENTER),
    )


def versions(models: Models) -> dict[str, object]:
    """Return versions of the program, Python and libraries, and digests of the models."""
    files = {
        DETECTOR: models.detector,
        SECOND_OPINION: models.second_opinion,
        RECOGNISER: models.recogniser,
    }
    if models.segmenter is not None:
        files[SEGMENTER] = models.segmenter
    return {
        "haven": haven.__version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "models": {name: _sha256(path) for name, path in files.items()},
    }


def fingerprint(options: Options, made_with: dict[str, object]) -> str:
    """Return one digest over options and versions: equal ones give equal results."""
    decisive = {
        "options": options.as_dict() | {"precision": available(options.precision)},
        "versions": made_with,
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
