"""Colleagues: who can be found, and with whom a member is in contact.

In      the member who asks
Out     entries of the directory, contacts, messages
Fails   PersonNotFound, ContactNotFound, NotAllowed
Why     visible_to(member) first, and the wall in the database behind it
Not     here: groups (reading.py), finding by words (finding.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.accounts import queries as accounts
from haven.hub.community import columns, limits
from haven.hub.community.models import Block, Contact, Message, Person, Profile, Removed
from haven.hub.community.vocabulary import ContactState
from haven.web.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member

State = ContactState
LONGEST = columns  # lengths of texts, for forms
A_DAY = {"contacts": limits.CONTACTS, "posts": limits.POSTS, "messages": limits.MESSAGES}
CLOSED = (State.DECLINED, State.WITHDRAWN, State.ENDED)
MOST_BLOCKED = 100  # of those whom a member has blocked, on their page
POWERS = ("national", "regional", "prosecution", "international")  # kinds of agencies


class PersonNotFound(NotFound):
    """No colleague that the member may see."""

    code = "person.not_found"


class ContactNotFound(NotFound):
    """No contact of the member."""

    code = "contact.not_found"


class OfficersAlone(NotAllowed):
    """The directory is for officers of agencies with powers."""

    code = "directory.officers_alone"
    words = _("The directory is for members with law-enforcement agencies.")


def is_officer(member: Member) -> bool:
    """Tell whether a member is a full one, with an agency that has powers and takes part."""
    agency = member.agency
    return bool(
        access.allows(member, "colleagues.meet")
        and member.is_active
        and member.status == "active"
        and agency.status == "active"
        and agency.kind in POWERS
    )


def require_officer(member: Member) -> None:
    """Return if a member may use the directory.

    Raises:
        OfficersAlone: No full member of an agency with powers.
    """
    if not is_officer(member):
        raise OfficersAlone(f"member {member.pk} is no officer")


def visible_to(member: Member) -> QuerySet[Profile]:
    """Return the entries of the directory that a member may see, by name."""
    if not is_officer(member):
        return Profile.objects.none()
    listed = Profile.objects.filter(person__is_officer=True).select_related("person")
    return listed.order_by("person__name", "pk")


def profile(member: Member) -> Profile | None:
    """Return a member's own entry, if there is one."""
    return Profile.objects.filter(person_id=member.pk).select_related("person").first()


def entry(public_id: UUID, *, member: Member) -> Profile:
    """Return one entry of the directory.

    Raises:
        PersonNotFound: Not listed, or not for this member.
    """
    found = visible_to(member).filter(person__public_id=public_id).first()
    if found is None:
        raise PersonNotFound("no such entry for this member")
    return found


def someone(public_id: UUID, *, member: Member) -> Person:
    """Return somebody whom a member can find, has blocked, or is or was in contact with.

    Raises:
        PersonNotFound: Neither.
    """
    asked = Contact.objects.filter(asker_id=member.pk).values("asked_id")
    asking = Contact.objects.filter(asked_id=member.pk).values("asker_id")
    listed = visible_to(member).order_by().values("person_id")
    blocks = Block.objects.filter(blocker_id=member.pk).values("blocked_id")
    known = Q(pk__in=asked) | Q(pk__in=asking) | Q(pk__in=listed) | Q(pk__in=blocks)
    found = Person.objects.filter(known, public_id=public_id).first()
    if found is None:
        raise PersonNotFound("nobody whom this member knows")
    return found


def contacts(member: Member) -> QuerySet[Contact]:
    """Return the contacts of a member, the latest first; no request of one they blocked."""
    blocked = Block.objects.filter(blocker_id=member.pk, blocked_id=OuterRef("asker_id"))
    found = Contact.objects.filter(Q(asker_id=member.pk) | Q(asked_id=member.pk))
    unheard = Q(asked_id=member.pk, state=State.WAITS) & Q(Exists(blocked))
    return found.exclude(unheard).select_related("asker", "asked").order_by("-last_at", "-pk")


def listed(member: Member) -> QuerySet[Contact]:
    """Return the contacts of a member but the closed ones that they removed for themselves."""
    unread = Message.objects.filter(contact=OuterRef("contact"), pk__gt=OuterRef("up_to"))
    removed = Removed.objects.filter(contact=OuterRef("pk"), person_id=member.pk)
    return contacts(member).exclude(
        Q(state__in=CLOSED) & Q(Exists(removed.filter(~Exists(unread))))
    )


def contact(public_id: UUID, *, member: Member) -> Contact:
    """Return one contact of a member.

    Raises:
        ContactNotFound: Not there, or of others.
    """
    found = contacts(member).filter(public_id=public_id).first()
    if found is None:
        raise ContactNotFound("no such contact of this member")
    return found


def between(member: Member, person: Person) -> Contact | None:
    """Return the contact of a member with somebody that counts now: open, else the latest."""
    found = contacts(member).filter(Q(asker=person) | Q(asked=person))
    is_open = found.filter(state__in=[State.WAITS, State.ACCEPTED]).first()
    return is_open or found.first()


def n_waiting(member: Member) -> int:
    """Return how many requests wait for a member's answer."""
    return contacts(member).filter(asked_id=member.pk, state=State.WAITS).count()


def messages(contact: Contact, *, member: Member) -> QuerySet[Message]:
    """Return the messages of a contact that one of its two has not removed, the latest first."""
    own = Message.objects.filter(Q(sender_id=member.pk) | Q(receiver_id=member.pk))
    kept = own.filter(contact=contact, pk__gt=removed_up_to(contact, member=member) or 0)
    return kept.order_by("-sent_at", "-pk")


def removed_up_to(contact: Contact, *, member: Member) -> int | None:
    """Return the last message that a member removed for themselves; None: removed nothing."""
    gone = Removed.objects.filter(contact=contact, person_id=member.pk)
    return gone.values_list("up_to", flat=True).first()


def has_blocked(member: Member, person: Person) -> bool:
    """Tell whether a member has blocked somebody."""
    return Block.objects.filter(blocker_id=member.pk, blocked=person).exists()


def blocked(member: Member) -> QuerySet[Block]:
    """Return whom a member has blocked, the latest first."""
    found = Block.objects.filter(blocker_id=member.pk).select_related("blocked")
    return found.order_by("-pk")[:MOST_BLOCKED]


def other(contact: Contact, *, member: Member) -> Person:
    """Return the one whom a member is in contact with."""
    one: Person = contact.asked if contact.asker_id == member.pk else contact.asker
    return one


def member_of(key: int) -> Member | None:
    """Return a member by key, for a calendar that comes by a private address."""
    return accounts.by_key(key)
