"""Group: put faces that look alike together.

In      a FaceTable; group ids that are settled; pairs known to be different people
Out     a group id for every face
Fails   WrongShape: columns of different lengths
Why     a reviewer decides once per person, not once per picture
Not     here: deciding who someone is; a group is made by the program, a person by people

Two facts shape it. Two faces in one picture are two people, so groups that share a picture
are never joined. A wrong merge costs more than a split, so groups join only while their
mean vectors are near, which a chain of near neighbours alone does not achieve. How near
follows from their sizes: the mean of n faces scatters a square root of n times less.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from haven.engine.errors import WrongShape
from haven.engine.records import Vector

NEIGHBOURS = 32  # asked per face; people with more faces still hang together through others
LINK = 0.55  # two faces are joined at most at this distance; the author's limit is 0.6
SPREAD = 0.60  # one person's faces lie this far apart at most, by the author; the means of
FLOOR = 0.40  # their groups lie nearer, the more faces each has, but need not under FLOOR
SURE_LINK = 0.45  # beyond it, each must be among the other's nearest MUTUAL faces: in a large
MUTUAL = 8  # case strangers come this near, but seldom nearest both ways
POOR_QUALITY = 0.35  # a face below this joins only at POOR_LINK, and joins no groups
POOR_LINK = 0.38
EXACT_UP_TO = 4_000  # faces; beyond it neighbours come from an inverted file
PROBES = 8  # cells looked at per face in the inverted file
SEED = 1


@dataclass(frozen=True, slots=True, eq=False)
class FaceTable:
    """Faces of one case, column by column.

    `keys` name each face once, best as "sha256:index"; `media` names the picture each face
    lies on; `embeddings` is (n, 128) float32; `quality` is (n,) 0 to 1.
    """

    keys: Sequence[str]
    media: Sequence[str]
    embeddings: Vector
    quality: Vector

    def __post_init__(self) -> None:
        """Raise WrongShape unless all columns have the same length."""
        lengths = {len(self.keys), len(self.media), len(self.embeddings), len(self.quality)}
        if len(lengths) > 1 or self.embeddings.ndim != 2:
            raise WrongShape(f"face table has columns of lengths {sorted(lengths)}")

    def in_order(self) -> "FaceTable":
        """Return the same faces sorted by key, so that arrival order never matters."""
        order = sorted(range(len(self.keys)), key=self.keys.__getitem__)
        return FaceTable(
            [self.keys[i] for i in order],
            [self.media[i] for i in order],
            np.ascontiguousarray(self.embeddings[order], np.float32),
            np.asarray(self.quality, np.float32)[order],
        )


def group(
    table: FaceTable,
    *,
    settled: Mapping[str, str] | None = None,
    apart: Collection[tuple[str, str]] = (),
) -> dict[str, str]:
    """Return a group id for every face.

    Args:
        table: All faces, in any order; the answer does not depend on it.
        settled: Face key to group id, from an earlier run or a person. These faces keep
            their ids, and two settled groups are never joined here.
        apart: Pairs of face keys known to be different people.

    Returns:
        Face key to group id. A new group's id comes from its first face by key.
    """
    if not len(table.keys):
        return {}
    table = table.in_order()
    groups = _Groups(table, settled or {}, apart)
    for left, right, distance in _edges_by_distance(table):
        groups.consider(left, right, distance)
    return groups.named()


def neighbours(embeddings: Vector, count: int) -> tuple[NDArray[np.int64], Vector]:
    """Return each vector's nearest others: rows (n, count) and distances (n, count).

    Exact up to EXACT_UP_TO vectors, from an inverted file beyond (near-linear in n).
    A missing neighbour has row -1.
    """
    total, length = embeddings.shape
    index: faiss.Index = faiss.IndexFlatL2(length)
    if total > EXACT_UP_TO:
        index = _inverted_file(embeddings)
    index.add(embeddings)
    squared, rows = index.search(embeddings, min(count + 1, total))
    return rows, np.sqrt(np.maximum(squared, 0))


def _inverted_file(embeddings: Vector) -> faiss.Index:
    """Return an index of cells around k-means centres of a sample, still empty."""
    total, length = embeddings.shape
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(length), length, int(2 * np.sqrt(total)))
    index.cp.seed, index.cp.niter, index.nprobe = SEED, 6, PROBES
    index.cp.max_points_per_centroid = 48
    index.train(embeddings)
    return index


def _edges_by_distance(table: FaceTable) -> Iterator[tuple[int, int, float]]:
    """Yield pairs of near faces once each, nearest first, ties in row order."""
    rows, distances = neighbours(table.embeddings, NEIGHBOURS)
    left = np.repeat(np.arange(len(rows)), rows.shape[1])
    right, distance = rows.ravel(), distances.ravel().round(6)
    usable = np.flatnonzero((right >= 0) & (left != right) & (distance <= LINK))
    left, right, distance = left[usable], right[usable], distance[usable]
    usable = np.flatnonzero((distance <= SURE_LINK) | _is_mutual(rows, left, right))
    left, right, distance = left[usable], right[usable], distance[usable]
    ordered = np.stack([np.minimum(left, right), np.maximum(left, right)], axis=1)
    pairs, first = np.unique(ordered, axis=0, return_index=True)
    distance = distance[first]
    order = np.lexsort((pairs[:, 1], pairs[:, 0], distance))
    for row in order:
        yield int(pairs[row, 0]), int(pairs[row, 1]), float(distance[row])


def _is_mutual(
    rows: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return for each pair whether both are among the other's MUTUAL nearest (and itself)."""
    near = rows[:, : MUTUAL + 1]
    there: NDArray[np.bool_] = (near[left] == right[:, None]).any(axis=1)
    back: NDArray[np.bool_] = (near[right] == left[:, None]).any(axis=1)
    return there & back


class _Groups:
    """Groups while they grow: a forest of rows, and what each root holds."""

    def __init__(
        self,
        table: FaceTable,
        settled: Mapping[str, str],
        apart: Collection[tuple[str, str]],
    ) -> None:
        """Start with every face alone, then join what is settled."""
        self._table = table
        self._parent = list(range(len(table.keys)))
        self._sum = {row: vector.astype(np.float64) for row, vector in enumerate(table.embeddings)}
        self._size = dict.fromkeys(range(len(table.keys)), 1)
        self._media = {row: {media} for row, media in enumerate(table.media)}
        self._settled: dict[int, str] = {}
        self._apart: dict[int, set[int]] = {}
        row_of = {key: row for row, key in enumerate(table.keys)}
        for one, other in apart:
            if one in row_of and other in row_of:
                self._apart.setdefault(row_of[one], set()).add(row_of[other])
                self._apart.setdefault(row_of[other], set()).add(row_of[one])
        roots: dict[str, int] = {}
        for key in table.keys:
            if key in settled:
                first = roots.setdefault(settled[key], row_of[key])
                self._settled[self._join(self._root(first), self._root(row_of[key]))] = settled[
                    key
                ]

    def consider(self, left: int, right: int, distance: float) -> None:
        """Join the groups of two faces if nothing speaks against it."""
        one, other = self._root(left), self._root(right)
        if one == other or not self._may_join(one, other):
            return
        poor = min(self._table.quality[left], self._table.quality[right]) < POOR_QUALITY
        if poor and (distance > POOR_LINK or min(self._size[one], self._size[other]) > 1):
            return
        self._join(one, other)

    def named(self) -> dict[str, str]:
        """Return a group id for every face key."""
        ids: dict[int, str] = dict(self._settled)
        taken = set(ids.values())
        named: dict[str, str] = {}
        for row, key in enumerate(self._table.keys):
            root = self._root(row)
            if root not in ids:
                ids[root] = _new_id(key, taken)
                taken.add(ids[root])
            named[key] = ids[root]
        return named

    def _may_join(self, one: int, other: int) -> bool:
        """Return whether two groups may be one person."""
        if one in self._settled and other in self._settled:
            return False
        if not self._media[one].isdisjoint(self._media[other]):
            return False
        if any(self._root(row) == other for row in self._apart.get(one, ())):
            return False
        gap = self._sum[one] / self._size[one] - self._sum[other] / self._size[other]
        allowed = SPREAD**2 * (1 / self._size[one] + 1 / self._size[other]) / 2
        return float(gap @ gap) <= max(allowed, FLOOR**2)

    def _root(self, row: int) -> int:
        """Return the root of a face's group, and shorten the way to it."""
        while self._parent[row] != row:
            self._parent[row] = self._parent[self._parent[row]]
            row = self._parent[row]
        return row

    def _join(self, one: int, other: int) -> int:
        """Make two groups one and return its root."""
        if one == other:
            return one
        if (self._size[one], -one) < (self._size[other], -other):
            one, other = other, one
        self._parent[other] = one
        self._sum[one] += self._sum.pop(other)
        self._size[one] += self._size.pop(other)
        self._media[one] |= self._media.pop(other)
        if other in self._settled:
            self._settled[one] = self._settled.pop(other)
        if other in self._apart:
            self._apart.setdefault(one, set()).update(self._apart.pop(other))
        return one


def _new_id(first_key: str, taken: set[str]) -> str:
    """Return a short id that depends only on the group's first face."""
    digest = hashlib.sha256(first_key.encode()).hexdigest()
    return next(
        f"g{digest[:length]}" for length in range(10, 65) if f"g{digest[:length]}" not in taken
    )
