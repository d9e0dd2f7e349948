"""Asking: one digest or one picture, looked up in every list in use.

In      a digest that a person typed, or a picture at the command line
Out     answers with what each is worth and what the list says; one entry of the record
Fails   NotADigest; EngineError: the picture cannot be looked at, or a list cannot be asked
Why     whether a digest is on a list is sensitive by itself: members of cases see the hits of
        their items, and nobody else asks without being on record (R-HASH-5)
Not     here: looking up the items of cases (looking.py)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput
from haven.workbench.analysis import known
from haven.workbench.known import looking, queries, storing
from haven.workbench.known.models import Hit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from haven.accounts.models import Member
    from haven.workbench.known.models import KnownList

    Hits = Callable[[known.KnownList, KnownList], list[known.Hit]]

_HEX = re.compile(r"[0-9a-f]+")


class NotADigest(BadInput):
    """What was typed is no digest."""

    code = "known.not_a_digest"
    words = _("A digest is 32 (MD5), 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.")


@dataclass(frozen=True, slots=True)
class Answer:
    """One entry that was found, and what its list says."""

    known_list: KnownList
    hit: known.Hit
    told: known.Told

    @property
    def certainty(self) -> str:
        """Return what the hit is worth, in words."""
        return str(Hit.Certainty(self.hit.certainty.value).label)


@transaction.atomic
def of_digest(text: str, *, agency_pk: int, by: Member | None, at: datetime) -> list[Answer]:
    """Return what lists know of a digest.

    Raises:
        NotADigest: It is none.
    """
    typed = text.strip().lower()
    kind = known.KIND_OF_DIGITS.get(len(typed), "")
    if not kind or not _HEX.fullmatch(typed):
        raise NotADigest("what was typed is no digest")

    def hits(asked: known.KnownList, _one: KnownList) -> list[known.Hit]:
        _queries, entries = asked.rows_of(bytes.fromhex(typed), kind)
        return [known.Hit(int(entry), (kind,)) for entry in entries]

    found = [answer for one in _in_use(agency_pk, at) for answer in _answers(one, hits)]
    _record(kind, found, agency_pk, by, at)
    return found


@transaction.atomic
def of_picture(path: Path, *, agency_pk: int, at: datetime) -> list[Answer]:
    """Return what lists know of a picture, also of those that look like it; at the console.

    Raises:
        ListTrouble: It cannot be read.
    """
    digests, bits = known.look_at(path)

    def hits(asked: known.KnownList, one: KnownList) -> list[known.Hit]:
        exact = asked.look_up([digests])[0]
        there = {hit.entry for hit in exact}
        folder, key = storing.folder(one.public_id), storing.key_of(one)
        near = known.near(folder, key, [bits], most=looking.NEAREST)[0]
        return [*exact, *(hit for hit in near if hit.entry not in there)]

    found = [answer for one in _in_use(agency_pk, at) for answer in _answers(one, hits)]
    _record("picture", found, agency_pk, None, at)
    return found


def _in_use(agency_pk: int, at: datetime) -> Iterator[KnownList]:
    yield from queries.in_use(agency_pk, on=at.date())


def _answers(one: KnownList, hits: Hits) -> Iterator[Answer]:
    """Yield what one list answers."""
    with known.opened(storing.folder(one.public_id), storing.key_of(one)) as asked:
        for hit in hits(asked, one):
            yield Answer(one, hit, asked.told(hit.entry))


def _record(
    kind: str, found: list[Answer], agency_pk: int, by: Member | None, at: datetime
) -> None:
    """Put a question on the record, found or not."""
    n_lists = len({answer.known_list.pk for answer in found})
    record("known.ask", actor=by, agency_id=agency_pk, at=at, kind=kind, n_lists=n_lists)
