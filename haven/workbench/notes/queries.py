"""Which notes a case has, about what, and which hold some words.

In      a case that was looked up with the member; words
Out     notes in their latest version, or all versions of one
Fails   NoteNotFound: not in this case; as the queries of the thing a note is about
Not     here: writing (actions.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q, QuerySet

from haven.web.errors import NotFound
from haven.web.words import words
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import item_queries as items
from haven.workbench.categories import blinding
from haven.workbench.evidence import queries as evidence
from haven.workbench.notes.models import Note

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import FaceGroup, Item
    from haven.workbench.cases.models import Case
    from haven.workbench.evidence.models import Exhibit

ABOUT = Note.About
ORDER = ("-written_at", "-id")
_LONGEST_KEY = 18  # digits of an item's number that the database takes


class NoteNotFound(NotFound):
    """No such note in the case."""

    code = "note.not_found"


class ThingNotFound(NotFound):
    """Nothing in the case that a note could be about."""

    code = "note.thing_not_found"


@dataclass(frozen=True, slots=True)
class Thing:
    """What notes are about: a case as a whole, or one thing in it."""

    case: Case
    about: str  # a word of ABOUT
    key: str = ""  # as in its address; empty for the case
    item: Item | None = None
    exhibit: Exhibit | None = None
    group: FaceGroup | None = None


def thing(case: Case, about: str, key: str) -> Thing:
    """Return a thing of a case that notes can be about; without a key the case itself.

    Raises:
        ThingNotFound, ItemNotFound, GroupNotFound: Not in this case.
    """
    if about == ABOUT.CASE and not key:
        return Thing(case, about)
    if about == ABOUT.ITEM and key.isdecimal() and len(key) <= _LONGEST_KEY:
        return Thing(case, about, key, item=items.item(case, int(key)))
    if about == ABOUT.GROUP:
        return Thing(case, about, key, group=faces.group(case, key))
    if about == ABOUT.EXHIBIT:
        for one in evidence.of_case(case):
            if str(one.public_id) == key:
                return Thing(case, about, key, exhibit=one)
    raise ThingNotFound(f"no such thing to write about in case {case.pk}")


def latest(case: Case, *, member: Member, at: datetime) -> QuerySet[Note]:
    """Return the notes of a case, each in its latest version, the latest first.

    Notes of colleagues about what the member judges a second time are kept back until then.
    """
    later = Note.objects.filter(thread=OuterRef("thread"), version__gt=OuterRef("version"))
    return (
        Note.objects.filter(~Exists(later), case=case)
        .exclude(_kept_back(case, member, at))
        .select_related("written_by", "exhibit", "group")
        .defer("folded", "found_by")
        .order_by(*ORDER)
    )


def every_version(case: Case) -> QuerySet[Note]:
    """Return every version of every note of a case, in no order yet."""
    return (
        Note.objects.filter(case=case)
        .select_related("item", "exhibit", "group")
        .defer("folded", "found_by")
    )


def about(found: Thing, *, member: Member, at: datetime) -> QuerySet[Note]:
    """Return the notes about one thing."""
    return latest(found.case, member=member, at=at).filter(
        about=found.about, item=found.item, exhibit=found.exhibit, group=found.group
    )


def holding(found: QuerySet[Note], asked: str) -> QuerySet[Note]:
    """Return the notes that hold words beginning with each of those asked for."""
    parts = words(asked)
    if not parts:
        return found
    every = " & ".join(f"'{word}':*" for word in parts)  # letters and digits alone: words.py
    query = SearchQuery(every, config="simple", search_type="raw")
    return found.filter(found_by=query)


def _kept_back(case: Case, member: Member, at: datetime) -> Q:
    """Return the condition of the notes that could tell a second look what the first said."""
    return Q(item__in=blinding.hidden(case, member, at=at)) & ~Q(written_by=member)


def is_kept_back(found: Thing, *, member: Member, at: datetime) -> bool:
    """Tell whether notes of colleagues about a thing are kept from a member now."""
    return found.item is not None and found.item.pk in blinding.hidden(found.case, member, at=at)


def versions(case: Case, thread: UUID, *, member: Member, at: datetime) -> list[Note]:
    """Return every version of a note, the latest first.

    Raises:
        NoteNotFound: Not in this case, or kept back.
    """
    found = Note.objects.filter(case=case, thread=thread).order_by("-version")
    found = found.exclude(_kept_back(case, member, at))
    every = list(found.select_related("written_by", "exhibit", "group"))
    if not every:
        raise NoteNotFound(f"no such note in case {case.pk}")
    return every
