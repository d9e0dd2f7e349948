"""Search: the faces nearest to a given one, as candidates for a person to look at.

In      vectors of known faces, one probe vector
Out     rows and distances, nearest first; a word for how much a distance can carry
Fails   WrongShape: the probe's length differs
Why     exact: no candidate is lost to an index, and 200,000 faces take milliseconds
Not     here: deciding. A near face is a candidate, never an identification
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from haven.engine.errors import WrongShape
from haven.engine.records import Vector


class Strength(StrEnum):
    """How much a candidate's nearness can carry, before a person has looked."""

    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"
    NONE = "none"


# Upper distances. 0.6 is the limit the recogniser's author gives for one person (dlib,
# dnn_face_recognition_ex.cpp); the lower ones are ours, see bench/faces.py for their errors.
LIMITS = ((0.40, Strength.STRONG), (0.50, Strength.MODERATE), (0.60, Strength.WEAK))
ENOUGH_QUALITY = 0.35  # a poorer face says one word less


def nearest(embeddings: Vector, probe: Vector, top: int) -> tuple[NDArray[np.int64], Vector]:
    """Return the `top` rows nearest to the probe, nearest first, ties in row order.

    Args:
        embeddings: (n, d) float32; n may be 0.
        probe: (d,) float32.
        top: How many at most.

    Returns:
        rows (k,) int64 and Euclidean distances (k,) float32.

    Raises:
        WrongShape: Lengths differ.
    """
    if embeddings.ndim != 2 or probe.shape != (embeddings.shape[1],):
        raise WrongShape(f"probe is {probe.shape}, faces are {embeddings.shape}")
    gaps = embeddings - probe
    distances = np.sqrt(np.einsum("nd,nd->n", gaps, gaps))
    rows = np.argsort(distances, kind="stable")[:top].astype(np.int64)
    return rows, distances[rows].astype(np.float32)


def strength(distance: float, quality: float) -> Strength:
    """Return the word for a candidate at a distance, given the poorer face's quality."""
    words = [*(word for limit, word in LIMITS if distance <= limit), Strength.NONE]
    if quality < ENOUGH_QUALITY and words[0] is not Strength.NONE:
        return (words[1:] or [Strength.NONE])[0]
    return words[0]
