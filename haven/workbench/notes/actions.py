"""Writing a note, and correcting it.

In      a thing of a case, a text, who, when
Out     a new row; nothing written is ever changed
Fails   CaseNotFound, NotAllowed, ThingNotFound, NoteNotFound; EmptyNote, LongNote, NoteChanged
Why     check, change and record in one transaction
Not     here: reading (queries.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.web.words import words
from haven.workbench.cases import queries as cases
from haven.workbench.notes import queries
from haven.workbench.notes.models import LONGEST, Note

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case


class EmptyNote(BadInput):
    """There is nothing in it."""

    code = "note.empty"
    words = _("Write something first.")


class LongNote(BadInput):
    """It is too long."""

    code = "note.too_long"
    words = _("A note holds at most 4,000 characters.")


class NoteChanged(Conflict):
    """Somebody corrected it in the meantime."""

    code = "note.changed"
    words = _("Somebody corrected this note in the meantime. Read it, then correct that one.")


@transaction.atomic
def write(
    case_id: UUID, text: str, *, about: str = "case", key: str = "", by: Member, at: datetime
) -> Note:
    """Write a note about a case, or about one thing in it.

    Raises:
        CaseNotFound, NotAllowed: `by` may not work on a case he can see.
        ThingNotFound, ItemNotFound, GroupNotFound: Not in this case.
        EmptyNote, LongNote: As they say.
    """
    case = cases.get(case_id, member=by, to="work")
    thing = queries.thing(case, about, key)
    made = Note.objects.create(
        case=case,
        about=thing.about,
        item=thing.item,
        exhibit=thing.exhibit,
        group=thing.group,
        **_words_of(text),
        written_by=by,
        written_at=at,
    )
    record("note.write", actor=by, target=made, case_id=case.pk, at=at, about=about)
    return made


@transaction.atomic
def correct(
    case_id: UUID, thread: UUID, text: str, *, version: int, by: Member, at: datetime
) -> Note:
    """Write a new version of a note; the earlier ones stay.

    Args:
        case_id: The case.
        thread: The note.
        text: All of the new version.
        version: The version that `by` read and corrects.
        by: Who corrects.
        at: When.

    Raises:
        CaseNotFound, NotAllowed: `by` may not work on a case he can see.
        NoteNotFound: Not in this case.
        NoteChanged: It has a later version.
        EmptyNote, LongNote: As they say.
    """
    case = cases.get(case_id, member=by, to="work")
    last = queries.versions(case, thread, member=by, at=at)[0]
    if last.version != version:
        raise NoteChanged(f"note {thread} has version {last.version}, not {version}")
    values = _words_of(text)
    made, is_new = Note.objects.get_or_create(  # two at once: the later one finds the other's
        thread=thread,
        version=version + 1,
        defaults={
            "case": case,
            "about": last.about,
            "item_id": last.item_id,
            "exhibit_id": last.exhibit_id,
            "group_id": last.group_id,
            **values,
            "written_by": by,
            "written_at": at,
        },
    )
    if not is_new:
        raise NoteChanged(f"note {thread} got version {version + 1} meanwhile")
    record("note.correct", actor=by, target=made, case_id=case.pk, at=at, version=made.version)
    return made


@transaction.atomic
def view(case_id: UUID, *, looked_for: str = "", by: Member, at: datetime) -> Case:
    """Open the notes of a case; that is recorded with what was looked for.

    Raises:
        CaseNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    searched = {"looked_for": looked_for} if looked_for else {}  # may name a person
    record("notes.view", actor=by, target=case, case_id=case.pk, at=at, personal=searched)
    return case


def _words_of(text: str) -> dict[str, str]:
    """Return the columns of a text.

    Raises:
        EmptyNote, LongNote: As they say.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise EmptyNote("a note without words")
    if len(text) > LONGEST:
        raise LongNote(f"a note of {len(text)} characters")
    return {"text": text, "folded": " ".join(words(text))}
