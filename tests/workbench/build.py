"""What workbench tests are made of: small pictures, people as vectors, findings.

In      names and numbers
Out     bytes, vectors, records as the engine would give them
Why     the product saves these with its own code, so that most tests need no networks
Not     here: rows (conftest.py); real pictures (the demonstration's, by `portrait`)
"""

import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from haven import engine

if TYPE_CHECKING:
    from haven.workbench.authority.actions import Basis

ALL_POWERS = ("analyse", "templates", "search", "across", "share")
SAID = {"purpose": "victim", "reason": "Seen on two phones."}  # of a search, once
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def png(colour: tuple[int, int, int] = (90, 120, 150), size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a picture of one colour."""
    return _encoded(Image.new("RGB", size, colour), "PNG")


def jpeg(colour: tuple[int, int, int] = (90, 120, 150)) -> bytes:
    """Return a small JPEG of one colour."""
    return _encoded(Image.new("RGB", (32, 32), colour), "JPEG")


def person(number: int, *, wobble: int = 0) -> list[float]:
    """Return a vector for one of several people who look nothing alike.

    Args:
        number: Which person, from 0.
        wobble: Which picture of the person; near, not equal.
    """
    vector = np.zeros(128)
    vector[number] = 1.0
    vector[64 + wobble] += 0.08
    return [float(part) for part in vector]


def findings(name: str, vectors: Sequence[Sequence[float]] = (), **facts: object) -> engine.Media:
    """Return what an engine would find on a content named by its path."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    shade = int(sha256[:2], 16)
    faces = tuple(
        engine.Face(
            box_xyxy_px=np.array([200 * i, 10, 200 * i + 100, 130], np.float32),
            landmarks_px=np.array(
                [[200 * i + x, y] for x, y in ((30, 50), (70, 50), (50, 75), (35, 95), (65, 95))],
                np.float32,
            ),
            score=0.9,
            quality=0.8 - 0.01 * i,
            quality_parts={"size": 0.8},
            embedding=np.array(vector, np.float32),
        )
        for i, vector in enumerate(vectors)
    )
    plain: dict[str, object] = {
        "digests": engine.Digests(
            sha256,
            hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest(),
            hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
            100_000,
        ),
        "file_type": engine.FileType("image/jpeg", engine.Kind.IMAGE, "jpeg"),
        "status": engine.Status.DONE,
        "width_px": 1000,
        "height_px": 800,
        "perceptual": engine.PerceptualHash(sha256, 80),
        "faces": faces,
        "derivatives": engine.Derivatives(
            masked=jpeg((shade, 10, 10)),
            background=jpeg((10, shade, 10)),
            face_crops=tuple(jpeg((10, i, shade)) for i in range(len(faces))),
        )
        if faces
        else engine.Derivatives(),
    }
    return engine.Media(**{**plain, **facts})  # type: ignore[arg-type]


def basis(*, powers: Sequence[str] = ALL_POWERS, **facts: object) -> "Basis":
    """Return a legal basis as a member enters it: for the whole case and without an end."""
    from haven.workbench.authority.actions import Basis

    plain: dict[str, object] = {
        "kind": "warrant",
        "reference": "W-1",
        "issuer": "Court of the North",
        "powers": powers,
        "all_cases": "across" in powers,
        "valid_from": NOW.date(),
    }
    return Basis(**{**plain, **facts})  # type: ignore[arg-type]


def failed(code: str) -> dict[str, object]:
    """Return the facts of a content that could not be looked at."""
    return {
        "status": engine.Status.FAILED,
        "error_code": code,
        "width_px": None,
        "height_px": None,
        "perceptual": None,
    }


def _encoded(picture: Image.Image, form: str) -> bytes:
    """Return the bytes of a picture in a format."""
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()
