"""Moderating: hide a post for a reason, object once, look a second time.

In      who, which post, why, the moment
Out     a hidden or shown post; entries in the record
Fails   NotAllowed; PostNotFound, HidingNotFound; HiddenAlready, NotYourPost, ObjectedAlready,
        NotYours; ReasonMissing
Why     one moderator can act at once, and never has the last word alone
Not     here: reports (reporting.py)

A second moderator looks at every hidden post. When its author objects after that, a third one
does, who has decided nothing about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import record
from haven.hub.community import reading
from haven.hub.community.actions import person_of
from haven.hub.community.models import Hiding, Look, Post, Thread
from haven.web.errors import BadInput, Conflict, NotAllowed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member

ACT = "community.moderate"


class HiddenAlready(Conflict):
    """Somebody was faster."""

    code = "post.hidden_already"
    words = _("This post is hidden already.")


class OwnPost(Conflict):
    """One does not moderate oneself."""

    code = "post.own"
    words = _("This is your own post. Another moderator decides on it.")


class NotYourPost(NotAllowed):
    """The author objects, and nobody else."""

    code = "hiding.not_your_post"


class ObjectedAlready(Conflict):
    """Once."""

    code = "hiding.objected_already"
    words = _("You have objected already, or the post is shown again.")


class NoObjection(BadInput):
    """An objection has words."""

    code = "hiding.no_objection"
    words = _("Write why the post should be shown.")


class NotYours(Conflict):
    """Another moderator decides."""

    code = "hiding.not_yours"
    words = _("A moderator decides on this who has not decided on it before.")


@transaction.atomic
def hide(public_id: UUID, *, reason: str, by: Member, at: datetime) -> Hiding:
    """Hide a post at once; another moderator looks at it afterwards.

    Raises:
        NotAllowed: `by` is no moderator.
        PostNotFound, HiddenAlready, OwnPost, ReasonMissing: As they say.
    """
    access.require(by, ACT)
    seen = reading.post(public_id, member=by)
    held = Post.objects.select_for_update(no_key=True).get(pk=seen.pk)
    if held.is_hidden:
        raise HiddenAlready(f"post {held.pk} is hidden")
    if held.author_id == by.pk:
        raise OwnPost(f"member {by.pk} wrote post {held.pk}")
    record("post.hide", actor=by, target=held, at=at, reason=reason)
    made = Hiding.objects.create(
        post=held, hidden_by=person_of(by), hidden_at=at, reason=reason.strip()
    )
    _show(held, is_hidden=True)
    return made


@transaction.atomic
def object_to(public_id: UUID, *, words: str, by: Member, at: datetime) -> Hiding:
    """Object once to the hiding of one's own post.

    Raises:
        HidingNotFound, NotYourPost, ObjectedAlready, NoObjection: As they say.
    """
    found = _held(public_id, by)
    if found.post.author_id != by.pk:
        raise NotYourPost(f"member {by.pk} did not write post {found.post_id}")
    if found.objection or found.lifted_at is not None:
        raise ObjectedAlready(f"hiding {found.pk} was objected to or lifted")
    if not words.strip():
        raise NoObjection(f"hiding {found.pk} was objected to without words")
    found.objection, found.objected_at, found.waits = words.strip(), at, True
    found.save(update_fields=["objection", "objected_at", "waits"])
    record("post.object", actor=by, target=found.post, at=at)
    return found


@transaction.atomic
def look(public_id: UUID, *, stays: bool, answer: str, by: Member, at: datetime) -> Hiding:
    """Say whether a hidden post stays so; its author reads the answer.

    Raises:
        NotAllowed: `by` is no moderator.
        HidingNotFound, NotYours, ReasonMissing: As they say.
    """
    access.require(by, ACT)
    found = _held(public_id, by)
    if not reading.may_decide(found, member=by):
        raise NotYours(f"member {by.pk} decided on hiding {found.pk}, or nothing waits")
    verb = "post.keep_hidden" if stays else "post.show_again"
    record(verb, actor=by, target=found.post, at=at, reason=answer)
    Look.objects.create(
        hiding=found,
        by=person_of(by),
        hidden_by_id=found.hidden_by_id,
        at=at,
        stays=stays,
        answer=answer.strip(),
        of_objection=bool(found.objection),
    )
    found.waits, found.lifted_at = False, None if stays else at
    found.save(update_fields=["waits", "lifted_at"])
    if not stays:
        _show(found.post, is_hidden=False)
    return found


def _show(post: Post, *, is_hidden: bool) -> None:
    """Hide a post or show it again, and with a first post the title of its thread."""
    post.is_hidden = is_hidden
    post.save(update_fields=["is_hidden"])
    change = 1 if is_hidden else -1
    title = {"is_title_hidden": is_hidden} if post.is_first else {}
    Thread.objects.filter(pk=post.thread_id).update(n_hidden=F("n_hidden") + change, **title)


def _held(public_id: UUID, by: Member) -> Hiding:
    """Return a hidden post that nobody else can decide on meanwhile."""
    seen = reading.hiding(public_id, member=by)
    Hiding.objects.select_for_update(no_key=True).get(pk=seen.pk)
    return reading.hiding(public_id, member=by)
