"""Faces that nobody has: embeddings with known identities, shaped like dlib's.

In      how many, a seed
Out     an engine.FaceTable and the true identity of every face
Why     no public set of 200,000 faces may be bundled, and grouping needs known answers
Not     a proof of quality on real faces: shapes below are those of the public photographs

How it is shaped. On the public photographs of the tests, this engine's vectors of different adults
lie 0.84 apart on average (standard deviation 0.10, 83 pairs), those of one person 0.37 (0.11, 22
pairs), and small poor faces of a street crowd, all different people, only 0.68 (0.06, 78 pairs):
poor faces drift towards each other. So here a person is a centre in about 38 effective dimensions;
a face is its centre plus noise, whose amount differs from face to face; a part of all faces is
poor, which means drawn towards the common middle, noisier and of low quality. A few people are
look-alikes: their centre lies near that of somebody else. Few people have many faces. Pictures
hold one to six faces of different people. `shape` measures all this on what was made.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from haven import engine

LENGTH = 128
BETWEEN = 0.84  # mean distance of good faces of two people
WITHIN = 0.37  # mean distance of two good faces of one person
DECAY = 19.0  # of the spectrum of people: effective dimensions are twice this
HARDNESS = 0.25  # spread of the noise from face to face, of its logarithm
POOR = 0.15  # share of poor faces
POOR_DRAWN, POOR_NOISE = 0.25, 1.5  # how far to the middle, and how much more noise
LOOKALIKES = 0.02  # share of people near somebody else
LOOKALIKE_AT = 0.50  # mean distance of their centres
MOST_FACES = 300  # of one person


@dataclass(frozen=True)
class Known:
    """A table of faces and who they truly are."""

    table: engine.FaceTable
    people: NDArray[np.int64]  # (n,) identity of each face
    alike: NDArray[np.bool_]  # (people,) whether somebody was made to look like this person


def faces(count: int, seed: int = 1) -> Known:
    """Return `count` faces with known identities."""
    rng = np.random.default_rng(seed)
    people = _people(count, rng)
    poor = rng.random(count) < POOR
    embeddings, alike = _embeddings(people, poor, rng)
    quality = np.where(poor, rng.uniform(0.05, 0.34, count), rng.uniform(0.4, 1.0, count))
    media = _media(people, rng).tolist()
    index: dict[int, int] = {}
    keys = []
    for picture in media:
        index[picture] = index.get(picture, -1) + 1
        keys.append(f"{picture:064x}:{index[picture]}")
    table = engine.FaceTable(
        keys=keys,
        media=[f"{picture:064x}" for picture in media],
        embeddings=embeddings,
        quality=quality.astype(np.float32),
    )
    return Known(table, people, alike)


def shape(known: Known, pairs: int = 20_000) -> dict[str, list[float]]:
    """Return mean and standard deviation of distances of the kinds named above."""
    rng = np.random.default_rng(9)
    good = np.asarray(known.table.quality) >= 0.35

    def distances(left: NDArray[np.int64], right: NDArray[np.int64]) -> list[float]:
        apart = known.table.embeddings[left] - known.table.embeddings[right]
        length = np.sqrt((apart**2).sum(axis=1))
        return [round(float(length.mean()), 3), round(float(length.std()), 3)]

    order = np.argsort(known.people, kind="stable")
    together = known.people[order][1:] == known.people[order][:-1]
    left, right = order[1:][together], order[:-1][together]
    both = good[left] & good[right]
    one, other = rng.integers(len(good), size=(2, pairs))
    differ = known.people[one] != known.people[other]
    both_good, both_poor = differ & good[one] & good[other], differ & ~good[one] & ~good[other]
    return {
        "one_person": distances(left[both], right[both]),
        "two_people": distances(one[both_good], other[both_good]),
        "two_people_poor_faces": distances(one[both_poor], other[both_poor]),
    }


def _embeddings(
    people: NDArray[np.int64], poor: NDArray[np.bool_], rng: Generator
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return a vector for every face, (n, 128) float32, and who has a look-alike."""
    spectrum = np.exp(-np.arange(LENGTH) / DECAY)
    spread = np.sqrt(spectrum / spectrum.sum())  # of one vector of length 1, on average
    centres = rng.standard_normal((people.max() + 1, LENGTH)) * spread
    centres *= np.sqrt((BETWEEN**2 - WITHIN**2) / 2)
    similar = np.flatnonzero(rng.random(len(centres)) < LOOKALIKES)
    nudge = rng.standard_normal((len(similar), LENGTH)) * spread * LOOKALIKE_AT
    like = rng.integers(len(centres), size=len(similar))
    centres[similar] = centres[like] + nudge
    alike = np.zeros(len(centres), bool)
    alike[similar] = alike[like] = True
    amount = np.exp(rng.normal(0, HARDNESS, len(people))) * np.where(poor, POOR_NOISE, 1.0)
    amount *= WITHIN / np.sqrt(2) / np.sqrt(np.exp(2 * HARDNESS**2))
    noise = rng.standard_normal((len(people), LENGTH)) * spread
    drawn = np.where(poor, 1 - POOR_DRAWN, 1.0)
    vectors = (centres[people] + noise * amount[:, None]) * drawn[:, None]
    return vectors.astype(np.float32), alike


def _people(count: int, rng: Generator) -> NDArray[np.int64]:
    """Return an identity for every face; few people have many faces."""
    sizes = np.minimum(rng.zipf(1.7, size=count), MOST_FACES)
    people = np.repeat(np.arange(count), sizes)[:count]
    return rng.permutation(people)


def _media(people: NDArray[np.int64], rng: Generator) -> NDArray[np.int64]:
    """Return a picture for every face; one to six a picture, never one person twice."""
    media = np.empty(len(people), np.int64)
    picture, start = 0, 0
    room = np.minimum(rng.geometric(0.6, size=len(people)), 6)
    while start < len(people):
        seen: set[int] = set()
        end = start
        while end < len(people) and end - start < room[picture] and people[end] not in seen:
            seen.add(int(people[end]))
            end += 1
        media[start:end] = picture
        picture, start = picture + 1, end
    return media
