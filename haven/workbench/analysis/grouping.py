"""Groups of faces of a case: made by the program, kept where people decided.

In      the faces of a case
Out     each face in a group or in none, and the counts of each group
Fails   engine errors; the groups stay as they were
Why     people change groups while a run is going: whoever writes holds the case's row and
        has seen the latest revision, so that no decision is overwritten
Not     here: splitting, merging and naming (haven.workbench.people)
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import psycopg
from django.db import connection, transaction

from haven import engine
from haven.workbench.analysis import decided
from haven.workbench.analysis.models import Face, FaceGroup, GroupingState

_ROWS_AT_ONCE = 5_000  # about 4 MB of vectors; 200,000 faces never lie in memory twice
_ATTEMPTS = 3  # a person changes groups every few seconds at most


@dataclass(slots=True)
class _Faces:
    """All faces of a case that can be compared."""

    ids: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)  # "<sha256>:<position>"
    media: list[str] = field(default_factory=list)
    quality: list[float] = field(default_factory=list)
    groups: list[str | None] = field(default_factory=list)
    settled: dict[str, str] = field(default_factory=dict)
    embeddings: list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = field(
        default_factory=list
    )

    def named(self, pairs: Iterable[tuple[int, int]]) -> list[tuple[str, str]]:
        """Return pairs of rows as pairs of keys; a face that cannot be compared is left out."""
        keys = dict(zip(self.ids, self.keys, strict=True))
        return [(keys[one], keys[other]) for one, other in pairs if {one, other} <= keys.keys()]


def regroup(case_pk: int, *, settle: bool = False) -> bool:
    """Group the faces of a case as people decided; tell whether the result was written.

    Faces of settled groups stay together, and a group that a person decided keeps its id.
    Faces that people said are two persons never come into one group.

    Args:
        case_pk: The case.
        settle: Make the result last: groups of two or more keep their faces from now on.

    Returns:
        False when people kept changing groups meanwhile; the next call tries again.
    """
    for _attempt in range(_ATTEMPTS):
        revision = _revision(case_pk)
        faces = _read(case_pk)
        table = engine.FaceTable(
            faces.keys,
            faces.media,
            np.concatenate(faces.embeddings)
            if faces.embeddings
            else np.zeros((0, 128), dtype=np.float32),
            np.array(faces.quality, dtype=np.float32),
        )
        wanted = engine.group(
            table, settled=faces.settled, apart=faces.named(decided.apart(case_pk))
        )
        if _write(case_pk, faces, wanted, revision=revision, settle=settle):
            return True
    return False


def regroup_later(case_pk: int) -> None:
    """Group again as a job does: the case may be gone by then."""
    if Face.objects.filter(case_id=case_pk).exists():
        regroup(case_pk)


def lock(case_pk: int) -> None:
    """Hold the groups of a case until the transaction ends, and raise their revision."""
    GroupingState.objects.get_or_create(case_id=case_pk)
    state = GroupingState.objects.select_for_update().get(case_id=case_pk)
    state.revision += 1
    state.save(update_fields=["revision"])


def place(case_pk: int, face_ids: Iterable[int], group: FaceGroup) -> None:
    """Put faces of a case into a group; the caller holds the lock and recounts."""
    Face.objects.filter(case_id=case_pk, pk__in=list(face_ids)).update(group=group)


def recount(case_pk: int, group_ids: Iterable[int] | None = None) -> None:
    """Bring size and cover of groups up to date; all of the case, or the given ones."""
    chosen = list(group_ids) if group_ids is not None else None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE analysis_facegroup AS g
            SET n_faces = COALESCE(c.n_faces, 0), n_items = COALESCE(c.n_items, 0),
                cover_id = c.cover_id
            FROM analysis_facegroup AS o
            LEFT JOIN (
                SELECT group_id, count(*) AS n_faces, count(DISTINCT item_id) AS n_items,
                       (array_agg(id ORDER BY quality DESC, id))[1] AS cover_id
                FROM analysis_face
                WHERE case_id = %(case)s
                  AND (%(chosen)s::bigint[] IS NULL OR group_id = ANY(%(chosen)s::bigint[]))
                GROUP BY group_id
            ) AS c ON c.group_id = o.id
            WHERE g.id = o.id AND o.case_id = %(case)s
              AND (%(chosen)s::bigint[] IS NULL OR o.id = ANY(%(chosen)s::bigint[]))
              AND (g.n_faces, g.n_items, g.cover_id) IS DISTINCT FROM
                  (COALESCE(c.n_faces, 0), COALESCE(c.n_items, 0), c.cover_id)
            """,
            {"case": case_pk, "chosen": chosen},
        )


def _revision(case_pk: int) -> int:
    """Return the revision of the groups before reading them."""
    state, _created = GroupingState.objects.get_or_create(case_id=case_pk)
    return state.revision


def _read(case_pk: int) -> _Faces:
    """Read all comparable faces of a case, in the order of their keys."""
    faces = _Faces()
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:  # Django's own sends text
        cursor.execute(
            """
            SELECT f.id, i.sha256, f.position, f.quality, f.embedding, g.public_id, g.settled
            FROM analysis_face f
            JOIN analysis_item i ON i.id = f.item_id
            LEFT JOIN analysis_facegroup g ON g.id = f.group_id
            WHERE f.case_id = %s AND f.embedding IS NOT NULL
            ORDER BY i.sha256, f.position
            """,
            [case_pk],
            binary=True,
        )
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            faces.embeddings.append(np.stack([_vector(row[4]) for row in rows]))
            for face_id, sha256, position, quality, _embedding, group, settled in rows:
                key = f"{sha256}:{position}"
                faces.ids.append(face_id)
                faces.keys.append(key)
                faces.media.append(sha256)
                faces.quality.append(quality)
                faces.groups.append(group)
                if settled:
                    faces.settled[key] = group
    return faces


def _vector(sent: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return a vector from pgvector's binary form: two int16, then big-endian float4."""
    (length,) = struct.unpack_from(">H", sent)
    return np.frombuffer(sent, dtype=">f4", count=length, offset=4).astype(np.float32)


def _write(
    case_pk: int, faces: _Faces, wanted: Mapping[str, str], *, revision: int, settle: bool
) -> bool:
    """Write groups unless somebody changed them since the revision was read."""
    with transaction.atomic():
        state = GroupingState.objects.select_for_update().get(case_id=case_pk)
        if state.revision != revision:
            return False
        changed = [
            (face_id, wanted.get(key))
            for face_id, key, group in zip(faces.ids, faces.keys, faces.groups, strict=True)
            if wanted.get(key) != group
        ]
        _move(case_pk, changed)
        recount(case_pk)
        groups = FaceGroup.objects.filter(case_id=case_pk)
        groups.filter(n_faces=0, decided=False).delete()
        if settle:
            groups.filter(n_faces__gte=2, settled=False).update(settled=True)
    return True


def _move(case_pk: int, changed: list[tuple[int, str | None]]) -> None:
    """Put faces into the groups of these public ids, which are made where missing."""
    if not changed:
        return
    FaceGroup.objects.bulk_create(
        [
            FaceGroup(case_id=case_pk, public_id=public_id)
            for public_id in sorted({group for _face, group in changed if group})
        ],
        ignore_conflicts=True,
    )
    group_ids = dict(FaceGroup.objects.filter(case_id=case_pk).values_list("public_id", "pk"))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE analysis_face AS f SET group_id = v.group_id
            FROM unnest(%s::bigint[], %s::bigint[]) AS v(face_id, group_id)
            WHERE f.id = v.face_id
            """,
            [
                [face for face, _group in changed],
                [group_ids[group] if group else None for _face, group in changed],
            ],
        )
