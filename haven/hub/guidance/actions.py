"""What members do with guidance: say that they have read a document; check a translation.

In      a document, the version that was on the page, a member; a page in another language
Out     one row, and an entry on the record; a corrected page, published
Fails   OtherVersion: the document changed while it was read; errors of translating.py
Why     "I have read it" is true of the text that was read, not of the next one
Not     here: writing pages (the desk)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haven.audit.actions import record
from haven.hub.guidance import queries, sentences, texts, translating
from haven.hub.guidance.models import Acknowledgement, Translated
from haven.web.errors import Conflict

if TYPE_CHECKING:
    import datetime as dt

    from haven.accounts.models import Member
    from haven.hub.guidance.translating import Compared


class OtherVersion(Conflict):
    """The document changed while it was read."""

    code = "document.other_version"


@transaction.atomic
def acknowledge(slug: str, *, version: str, by: Member, at: dt.datetime) -> None:
    """Keep that a member has read a version; saying so twice changes nothing.

    Raises:
        PageNotFound: No such document, or it asks for no acknowledgement.
        OtherVersion: The document has another version now.
    """
    asked = queries.documents().filter(must_acknowledge=True)
    document = queries.one(asked, slug)
    if document.version != version:
        raise OtherVersion("the document has another version now")
    _row, is_new = Acknowledgement.objects.get_or_create(
        member=by, document=document, version=version, defaults={"at": at}
    )
    if is_new:
        record("document.acknowledge", actor=by, target=document, at=at, version=version)


@transaction.atomic
def correct(found: Compared, *, place: str, said: str, by: Member, at: dt.datetime) -> None:
    """Say a sentence of a translated page otherwise, and publish it.

    Args:
        found: The page as it was read.
        place: Where the sentence stands.
        said: What it says from now on.
        by: Who corrects it.
        at: Now.

    Raises:
        WrongSentence: It cannot stand there.
        ChangedMeanwhile: Somebody works on the page at the desk.
    """
    _hold(found)
    if found.read.page.has_unpublished_changes:
        raise translating.ChangedMeanwhile("the page has a draft at the desk")
    page, sentence = translating.with_sentence(found, place, said.strip())
    revision = page.save_revision(user=by, clean=False)
    revision.publish(user=by, skip_permission_checks=True)
    english = queries.one(translating.kinds()[page.kind], page.slug)
    sentences.say(english, page, sentence, said.strip(), by=by, at=at)
    record("translation.correct", actor=by, at=at, page=page.pk, revision=revision.pk)


@transaction.atomic
def check(found: Compared, *, name: str, by: Member, at: dt.datetime) -> None:
    """Keep that a person has read a translation beside its English and found it right.

    Args:
        found: Both texts as they were read.
        name: Who read them, in words.
        by: Who says so.
        at: Now.

    Raises:
        SentencesMissing: A sentence has no translation.
        ChangedMeanwhile: One of the texts is another one now.
    """
    _hold(found)
    if not found.is_whole:
        raise translating.SentencesMissing("a translation that is not whole cannot be checked")
    page = found.read.page
    Translated.objects.filter(page_id=page.pk).update(
        made_from=texts.digest(found.read.original),
        checked_by=by,
        checked_name=name,
        checked_on=at.date(),
        checked_revision=page.live_revision_id,
    )
    record("translation.check", actor=by, at=at, page=page.pk, revision=page.live_revision_id)


def _hold(found: Compared) -> None:
    """Hold a translation until the act is done.

    Raises:
        ChangedMeanwhile: It is another one now.
    """
    page = found.read.page
    held = Translated.objects.select_for_update().filter(
        page_id=page.pk, page__live_revision_id=page.live_revision_id
    )
    if not held.exists():
        raise translating.ChangedMeanwhile("the page has another revision now")
