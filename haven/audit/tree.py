"""Stored tree: appends entries to it, and reads nodes for roots and proofs.

In      entries in the order in which they get their places; sizes and places
Out     leaves and nodes, each written once; roots and proofs
Fails   KeyError: a node is not there; the tree was tampered with
Why     appending a thousand entries writes two thousand rows and reads twenty, at any size
Not     here: which entries and when (keeper.py), what a proof means (merkle.py)
"""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Max

from haven.audit import merkle
from haven.audit.merkle import Frontier, Node
from haven.audit.models import Leaf

Waiting = tuple[int, str]  # key of the event, its body


def size() -> int:
    """Return how many entries have a place."""
    last: int | None = Leaf.objects.aggregate(last=Max("seq"))["last"]
    return 0 if last is None else last + 1


def append(entries: Sequence[Waiting]) -> int:
    """Give entries the next places; return the new size. The caller holds the keeper's lock."""
    start = size()
    known = nodes(set(merkle.complete(start)))
    frontier = Frontier(start, [known[node] for node in merkle.complete(start)])
    leaves: list[bytes] = []
    made: list[tuple[int, int, bytes]] = []
    for _event_id, body in entries:
        leaves.append(merkle.leaf_hash(body.encode("utf-8")))
        frontier.add(leaves[-1], made)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_leaf (seq, event_id, hash)"
            " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[])",
            [
                list(range(start, start + len(leaves))),
                [event_id for event_id, _body in entries],
                leaves,
            ],
        )
        cursor.execute(
            'INSERT INTO audit_node (level, "index", hash)'
            " SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[])",
            [list(column) for column in zip(*made, strict=True)] or [[], [], []],
        )
    return frontier.size


def nodes(needed: set[Node]) -> dict[Node, bytes]:
    """Return stored nodes, leaves among them, in one question."""
    if not needed:
        return {}
    levels, places = zip(*needed, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH wanted AS (SELECT * FROM unnest(%s::int[], %s::bigint[]) AS w (level, place))"
            " SELECT w.level, w.place, n.hash FROM wanted w"
            ' JOIN audit_node n ON n.level = w.level AND n."index" = w.place'
            " UNION ALL SELECT w.level, w.place, l.hash FROM wanted w"
            " JOIN audit_leaf l ON l.seq = w.place WHERE w.level = 0",
            [list(levels), list(places)],
        )
        return {(level, place): bytes(found) for level, place, found in cursor.fetchall()}


def root(of_size: int) -> bytes:
    """Return the root over the first entries, from stored nodes."""
    return merkle.root(of_size, merkle.gathered(lambda get: merkle.root(of_size, get), nodes))


def inclusion(seq: int, of_size: int) -> list[bytes]:
    """Return the proof that an entry is in the tree of a size."""
    return inclusions([seq], of_size)[0]


def inclusions(seqs: Sequence[int], of_size: int) -> list[list[bytes]]:
    """Return the proofs of several entries, their nodes read in one question."""

    def make(get: merkle.Get) -> list[list[bytes]]:
        return [merkle.inclusion(seq, of_size, get) for seq in seqs]

    return make(merkle.gathered(make, nodes))


def consistency(first: int, second: int) -> list[bytes]:
    """Return the proof that the tree only grew from one size to another."""
    return consistencies([(first, second)])[0]


def consistencies(pairs: Sequence[tuple[int, int]]) -> list[list[bytes]]:
    """Return the proofs of several growths, their nodes read in one question."""

    def make(get: merkle.Get) -> list[list[bytes]]:
        return [merkle.consistency(first, second, get) for first, second in pairs]

    return make(merkle.gathered(make, nodes))
