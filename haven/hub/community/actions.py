"""What members do among colleagues: be found, ask for contact, answer, write, remove, block.

In      who, whom, words, the moment
Out     the changed rows; an entry in the record that something was done, never what was said
Fails   OfficersAlone, PersonNotFound, ContactNotFound; NotForOneself, AskedAlready, AskedYou,
        AskedLately, Blocked, NotOpen, NotThere; limits.TooMany
Why     to be found is a choice, to be written to another; a no needs no reason
Not     here: groups (talking.py), reports (reporting.py)
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.hub.community import finding, limits, queries
from haven.hub.community.models import Block, Contact, Message, Person, Profile, Removed
from haven.hub.community.vocabulary import ContactState
from haven.web.errors import BadInput, Conflict

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member

State = ContactState
ASK_AGAIN = dt.timedelta(days=30)  # after a no


class NotForOneself(BadInput):
    """One does not ask oneself."""

    code = "contact.oneself"
    words = _("That is you.")


class AskedAlready(Conflict):
    """There is an open contact between the two."""

    code = "contact.asked_already"
    words = _("You have asked already, or the two of you are in contact.")


class AskedYou(Conflict):
    """The other has asked first."""

    code = "contact.asked_you"
    words = _("This colleague has asked you. Answer that request.")


class AskedLately(Conflict):
    """A no is respected for a while."""

    code = "contact.asked_lately"
    words = _("Your last request was not accepted. You can ask again after 30 days.")


class Blocked(Conflict):
    """The member has blocked the other."""

    code = "contact.blocked"
    words = _("You have blocked this colleague. Take that back first.")


class NotOpen(Conflict):
    """The contact is at another state."""

    code = "contact.not_open"
    words = _("This contact has changed in the meantime. Look at it again.")


class NotThere(Conflict):
    """Nobody would read it."""

    code = "contact.not_there"
    words = _("This colleague does not take part any more.")


@dataclass(frozen=True, slots=True)
class Told:
    """What a member tells of themselves."""

    languages: tuple[str, ...]
    skills: tuple[str, ...]
    tools: Mapping[str, str]  # slug: name
    time_zone: str
    about: str


def person_of(member: Member) -> Person:
    """Return a member as colleagues see them; the database fills in what the account says."""
    found = Person.objects.filter(pk=member.pk).first()
    if found is None:
        Person.objects.get_or_create(member_id=member.pk)
        found = Person.objects.get(pk=member.pk)
    return found


@transaction.atomic
def be_found(told: Told, *, by: Member, at: dt.datetime) -> Profile:
    """Have an entry in the directory, or change it.

    Raises:
        OfficersAlone: `by` is no full member of an agency with powers.
    """
    queries.require_officer(by)
    person = _held_person(by)
    before = Profile.objects.filter(person=person).first()
    said = Profile(
        person=person,
        languages=sorted(told.languages),
        skills=sorted(told.skills),
        tools=sorted(told.tools),
        time_zone=told.time_zone,
        about=told.about,
        listed_at=before.listed_at if before else at,
        changed_at=at,
    )
    said.folded = finding.folded(said, told.tools.values())
    said.save(force_insert=before is None, force_update=before is not None)
    record("directory.change" if before else "directory.join", actor=by, target=person, at=at)
    return said


@transaction.atomic
def be_found_no_more(*, by: Member, at: dt.datetime) -> None:
    """Take one's entry out of the directory at once; it is deleted, nothing of it is kept."""
    person = _held_person(by)
    gone, _each = Profile.objects.filter(person=person).delete()
    if gone:
        record("directory.leave", actor=by, target=person, at=at)


@transaction.atomic
def ask(public_id: UUID, *, reason: str, by: Member, at: dt.datetime) -> Contact:
    """Ask somebody in the directory for contact. Who has blocked `by` does not hear of it.

    Raises:
        OfficersAlone, PersonNotFound: Not for `by`, or nobody there.
        NotForOneself, AskedAlready, AskedYou, AskedLately, Blocked: As they say.
        TooManyRequests: The day is used up.
    """
    queries.require_officer(by)
    wanted = queries.entry(public_id, member=by).person
    if wanted.pk == by.pk:
        raise NotForOneself(f"member {by.pk} asked themselves")
    person = person_of(by)
    limits.require_room(Contact, person, at=at)
    if queries.has_blocked(by, wanted):
        raise Blocked(f"member {by.pk} has blocked {wanted.pk}")
    _require_no_other(by, wanted, at)
    try:
        with transaction.atomic():
            made = Contact.objects.create(
                asker=person, asked=wanted, reason=reason.strip(), asked_at=at, last_at=at
            )
    except IntegrityError:  # the other asked at the same moment
        raise AskedAlready(f"members {by.pk} and {wanted.pk} asked each other") from None
    record("contact.ask", actor=by, target=made, at=at)
    return made


@transaction.atomic
def accept(public_id: UUID, *, by: Member, at: dt.datetime) -> Contact:
    """Accept a request; from now on the two may write to each other.

    Raises:
        OfficersAlone: Not for `by` any more.
        ContactNotFound, NotOpen: As they say.
    """
    queries.require_officer(by)
    return _answer(public_id, State.ACCEPTED, "contact.accept", by, at)


@transaction.atomic
def decline(public_id: UUID, *, by: Member, at: dt.datetime) -> Contact:
    """Decline a request; no reason is asked.

    Raises:
        ContactNotFound, NotOpen: As they say.
    """
    return _answer(public_id, State.DECLINED, "contact.decline", by, at)


@transaction.atomic
def withdraw(public_id: UUID, *, by: Member, at: dt.datetime) -> Contact:
    """Take one's own request back.

    Raises:
        ContactNotFound, NotOpen: As they say.
    """
    found = _held(public_id, by)
    if found.state != State.WAITS or found.asker_id != by.pk:
        raise NotOpen(f"contact {found.pk} is {found.state}")
    return _move(found, State.WITHDRAWN, "contact.withdraw", by, at)


@transaction.atomic
def end(public_id: UUID, *, by: Member, at: dt.datetime) -> Contact:
    """End a contact: both may still read, and nobody writes any more.

    Raises:
        ContactNotFound, NotOpen: As they say.
    """
    found = _held(public_id, by)
    if found.state != State.ACCEPTED:
        raise NotOpen(f"contact {found.pk} is {found.state}")
    return _move(found, State.ENDED, "contact.end", by, at)


@transaction.atomic
def remove(public_id: UUID, *, last_seen: UUID | None, by: Member, at: dt.datetime) -> None:
    """Remove a conversation for oneself, up to the last message one saw; the other keeps theirs.

    Raises:
        ContactNotFound: Not there, or of others.
        NotOpen: A request waits: it is answered or taken back first.
    """
    found = _held(public_id, by)
    if found.state == State.WAITS:
        raise NotOpen(f"contact {found.pk} waits for an answer")
    told = queries.messages(found, member=by)
    seen = told.filter(public_id=last_seen).first() if last_seen else None
    before = queries.removed_up_to(found, member=by)
    up_to = seen.pk if seen is not None else before or 0
    Removed.objects.update_or_create(
        contact=found, person_id=by.pk, defaults={"up_to": up_to, "at": at}
    )
    if before != up_to:
        record("contact.remove", actor=by, target=found, at=at)


@transaction.atomic
def block(person: Person, *, by: Member, at: dt.datetime) -> None:
    """Hear nothing more from somebody, who is not told; an open contact ends.

    Raises:
        NotForOneself: It is `by`.
    """
    if person.pk == by.pk:
        raise NotForOneself(f"member {by.pk} blocked themselves")
    made, is_new = Block.objects.get_or_create(
        blocker=person_of(by), blocked=person, defaults={"at": at}
    )
    if is_new:
        record("contact.block", actor=by, target=made, at=at)
    between = queries.between(by, person)
    with contextlib.suppress(NotOpen):  # it was closed in the meantime
        if between is not None and between.state == State.ACCEPTED:
            end(between.public_id, by=by, at=at)
        elif between is not None and between.state == State.WAITS:
            withdraw(between.public_id, by=by, at=at)  # one's own; the other's is not seen


@transaction.atomic
def unblock(person: Person, *, by: Member, at: dt.datetime) -> None:
    """Take a block back."""
    found = Block.objects.filter(blocker_id=by.pk, blocked=person).first()
    if found is not None:
        record("contact.unblock", actor=by, target=found, at=at)
        found.delete()


@transaction.atomic
def write(public_id: UUID, *, text: str, by: Member, at: dt.datetime) -> Message:
    """Write to somebody with whom one is in contact. The record says nothing of it.

    Raises:
        ContactNotFound: Not there, or of others.
        OfficersAlone: Not for `by` any more.
        NotOpen: Not accepted, or ended.
        NotThere: The other has left, or is suspended.
        TooManyMessages: The day is used up.
    """
    queries.require_officer(by)
    found = _held(public_id, by)
    other = queries.other(found, member=by)
    if found.state != State.ACCEPTED:
        raise NotOpen(f"contact {found.pk} is {found.state}")
    if not other.is_officer:
        raise NotThere(f"member {other.pk} takes part no more")
    limits.require_room(Message, person_of(by), at=at)
    made = Message.objects.create(
        contact=found,
        sender_id=by.pk,
        receiver_id=other.pk,
        text=text.strip(),
        sent_at=at,
    )
    found.last_at = at
    found.save(update_fields=["last_at"])
    return made


def _held_person(member: Member) -> Person:
    """Return a member as colleagues see them, whom nobody else changes meanwhile."""
    return Person.objects.select_for_update(no_key=True).get(pk=person_of(member).pk)


def _require_no_other(by: Member, wanted: Person, at: dt.datetime) -> None:
    """Return if nothing between two members stands in the way of a new request."""
    found = queries.between(by, wanted)
    if found is None:
        return
    if found.state == State.WAITS and found.asked_id == by.pk:
        raise AskedYou(f"contact {found.pk} waits for member {by.pk}")
    if found.state in (State.WAITS, State.ACCEPTED):
        raise AskedAlready(f"contact {found.pk} is {found.state}")
    said_no = found.state == State.DECLINED and found.asker_id == by.pk
    if said_no and found.answered_at is not None and found.answered_at > at - ASK_AGAIN:
        raise AskedLately(f"contact {found.pk} was declined lately")


def _answer(public_id: UUID, state: str, verb: str, by: Member, at: dt.datetime) -> Contact:
    found = _held(public_id, by)
    if found.state != State.WAITS or found.asked_id != by.pk:
        raise NotOpen(f"contact {found.pk} is {found.state}")
    found.answered_at = at
    return _move(found, state, verb, by, at)


def _move(found: Contact, state: str, verb: str, by: Member, at: dt.datetime) -> Contact:
    found.state, found.last_at = state, at
    if state == State.ENDED:
        found.ended_at = at
    found.save(update_fields=["state", "last_at", "answered_at", "ended_at"])
    record(verb, actor=by, target=found, at=at)
    return found


def _held(public_id: UUID, by: Member) -> Contact:
    """Return a contact of a member that nobody else can change meanwhile."""
    seen = queries.contact(public_id, member=by)
    Contact.objects.select_for_update(no_key=True).get(pk=seen.pk)
    return queries.contact(public_id, member=by)
