"""Audit actions: write one act to the record, in the caller's transaction.

In      a verb, who did it, to what, and facts
Out     the entry
Fails   NotInTransaction, UnknownVerb, NotCanonical: bugs of the caller
        ReasonMissing (400): the verb wants a reason and none was given
        any database error: the act is rolled back with the entry
Why     when the record cannot be written, the act does not happen (design, rule 6)
Not     here: reading the record (queries.py), the tree over it (keeper.py)
"""

import contextlib
import datetime as dt
import tempfile
from collections.abc import Collection, Mapping, Sequence
from typing import IO, Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven import __version__
from haven.audit import bodies, checking, context, exporting, queries, stamps, verbs, writing
from haven.audit.models import Checkpoint, Event, Personal, Stamp, StampRequest, Verification
from haven.audit.queries import LookedFor
from haven.audit.scopes import Reader
from haven.cli.verify_record import Checker
from haven.web.errors import BadInput

Outcome = Event.Outcome


class NotInTransaction(RuntimeError):
    """An act was to be recorded outside a transaction: a bug, wrap the action."""


class ReasonMissing(BadInput):
    """The act wants a reason."""

    code = "audit.reason_missing"
    words = _("Say why. The reason is kept on the record.")


class Actor(Protocol):
    """Whoever acts: anything with a key; the record knows no member.

    It may also have `display_name`, `agency_id` and `roles`; they are kept as they are at
    that moment.
    """

    @property
    def pk(self) -> int | None:
        """Key of the actor, a whole number."""


def record(  # noqa: PLR0913  # one call from every act of the program, all by keyword
    verb: str,
    *,
    actor: Actor | None,
    target: models.Model | None = None,
    case_id: int | None = None,
    agency_id: int | None = None,
    at: dt.datetime | None = None,
    outcome: str = Outcome.DONE,
    reason: str = "",
    personal: Mapping[str, object] | None = None,
    **facts: object,
) -> Event:
    """Write one act to the record.

    Args:
        verb: One of verbs.py, such as "case.open".
        actor: The member who acts; None when the program acts by itself.
        target: The stored thing it was done to.
        case_id: Key of the case it belongs to; None outside a case.
        agency_id: Key of the agency whose record it is in; the actor's when not given. Give
            it when the program acts in a case.
        at: The moment; now when not given.
        outcome: "done", "refused" or "failed".
        reason: Why, in the member's words; kept beside the entry, as it may hold names.
        personal: Names, file names, words searched for, free text: kept beside the entry,
            which holds only a salted commitment, and erased without breaking the proof.
        facts: What explains the act: keys, numbers, fixed words. Never a name, free text, a
            picture or a template of a face.

    Raises:
        NotInTransaction: The caller holds no transaction.
        UnknownVerb: verbs.py does not have the verb.
        ReasonMissing: The verb wants a reason.
        NotCanonical: A fact is no plain JSON value.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{verb} must be recorded inside the transaction of the act")
    reason = reason.strip()
    if verbs.get(verb).needs_reason and not reason:
        raise ReasonMissing(f"{verb} wants a reason")
    kept = _personal(actor, reason, personal or {})
    now = timezone.now()
    event = Event(
        **_who_and_whence(actor),
        **_to_what(target),
        at=at or now,
        written_at=now,
        agency_id=agency_id if agency_id is not None else getattr(actor, "agency_id", None),
        verb=verb,
        case_id=case_id,
        outcome=str(Outcome(outcome)),
        has_reason=bool(reason),
        facts={**facts, **_by_token()},
        commitment=kept.commitment if kept else "",
        version=__version__,
    )
    event.body = bodies.body_of(event)
    writing.insert(event, _beside(kept, actor, reason) if kept else None)
    return event


def verify(kept: Sequence[str], *, at: dt.datetime, key: str = "") -> Checker:
    """Verify the whole record and write down that it was, and what was found.

    Only the keeper and the owner of the database may do this, never the site.

    Args:
        kept: Notes of checkpoints kept outside the database.
        at: Now.
        key: The signer's key as it is known; that of the newest checkpoint when not given.

    Raises:
        Broken: There is nothing to verify against.
    """
    checker = checking.check(kept, key=key)
    with transaction.atomic():
        Verification.objects.create(at=at, entries=checker.entries, findings=len(checker.findings))
        record(
            "record.verify",
            actor=None,
            at=at,
            outcome=Outcome.FAILED if checker.findings else Outcome.DONE,
            entries=checker.entries,
            checkpoints=len(checker.checkpoints),
            size=checker.checkpoints[-1].size if checker.checkpoints else 0,
            findings=len(checker.findings),
        )
    return checker


@transaction.atomic
def read(reader: Reader, *, looked_for: LookedFor, at: dt.datetime) -> None:
    """Record that somebody reads the record, and what is looked for."""
    words = {"words": looked_for.words} if looked_for.words else None
    record("record.read", actor=reader, at=at, personal=words, looked_for=looked_for.fixed)


@transaction.atomic
def view_entry(reader: Reader, public_id: UUID, *, at: dt.datetime) -> Event:
    """Look at one entry; that is recorded.

    Raises:
        EntryNotFound: Not there or not to be seen.
    """
    event = queries.entry(reader, public_id)
    record("record.read", actor=reader, target=event, case_id=event.case_id, at=at)
    return event


@transaction.atomic
def read_checkpoints(reader: Reader, *, at: dt.datetime) -> None:
    """Record that somebody looks at the checkpoints, and at how the record stands."""
    record("record.read", actor=reader, at=at, what="checkpoints")


@transaction.atomic
def take_checkpoint(reader: Reader, *, size: int, at: dt.datetime) -> Checkpoint:
    """Take a checkpoint out of the house; that is recorded.

    Raises:
        NotFound: There is no such checkpoint.
    """
    taken = queries.checkpoint(size)
    record("record.take_checkpoint", actor=reader, target=taken, at=at, size=size)
    return taken


def export(reader: Reader, *, looked_for: LookedFor, reason: str, at: dt.datetime) -> IO[bytes]:
    """Return a file with the entries a reader looks for, their proofs and the verifier.

    The entry about the export is there before the first byte leaves, and stays when the
    file cannot be made.

    Raises:
        NothingSigned: There is no checkpoint yet.
        ReasonMissing: No reason was given.
    """
    upto = exporting.last_checkpoint()
    words = {"words": looked_for.words} if looked_for.words else None
    with transaction.atomic():
        record(
            "record.export",
            actor=reader,
            case_id=looked_for.case,
            at=at,
            reason=reason,
            personal=words,
            looked_for=looked_for.fixed,
            size=upto.size,
        )
    with contextlib.ExitStack() as closing:
        file: IO[bytes] = closing.enter_context(tempfile.TemporaryFile())
        if looked_for.is_everything:
            exporting.whole(file, queries.scope(reader), upto=upto)
        else:
            exporting.extract(file, queries.found(reader, looked_for), upto=upto)
        file.seek(0)
        closing.pop_all()  # sent and closed by the caller
    return file


@transaction.atomic
def ask_stamp(reader: Reader, *, size: int, at: dt.datetime) -> StampRequest:
    """Make a request for a timestamp over a checkpoint.

    Raises:
        NotFound: There is no such checkpoint.
    """
    asked = stamps.make_request(queries.checkpoint(size), at=at)
    record("record.ask_stamp", actor=reader, target=asked, at=at, size=size)
    return asked


@transaction.atomic
def bring_stamp(reader: Reader, response: bytes, *, at: dt.datetime) -> Stamp:
    """Keep the answer of a timestamp authority with its checkpoint.

    Raises:
        StampRefused, NoAuthorities: See stamps.py.
    """
    brought = stamps.bring(response, roots=settings.HAVEN_STAMP_ROOTS, at=at)
    size = brought.request.checkpoint.size
    record("record.stamp", actor=reader, target=brought, at=at, size=size)
    return brought


@transaction.atomic
def erase_personal(
    *,
    of_case: int,
    agency_id: int,
    by: Actor | None,
    reason: str,
    at: dt.datetime,
    but: Collection[str] = (),
) -> int:
    """Erase names and words beside all entries of a case; return beside how many.

    The entries stay, and so do their proofs. Who erased, and why, is itself an entry. What
    stands beside the verbs of `but` stays: the reasons for which a case was erased. Only the
    worker and the owner of the database may do this, never the site.

    Raises:
        ReasonMissing: No reason was given.
    """
    beside = Personal.objects.filter(event__case_id=of_case).exclude(event__verb__in=but)
    whose = {"case_id": of_case, "agency_id": agency_id}
    return _erase(beside, actor=by, at=at, reason=reason, **whose)


@transaction.atomic
def erase_personal_of(
    target: models.Model,
    *,
    by: Actor | None,
    reason: str,
    at: dt.datetime,
    before: int | None = None,
) -> int:
    """Erase names and words beside the entries of one thing; return beside how many.

    Only entries before the one with the key `before` count, where it is given: the decision
    to erase keeps its own reason. Case and agency are those of the thing, if it has them. Only
    the worker and the owner of the database may do this, never the site.

    Raises:
        ReasonMissing: No reason was given.
    """
    kind, key = target._meta.label_lower, str(target.pk)
    beside = Personal.objects.filter(event__target_type=kind, event__target_id=key)
    if before is not None:
        beside = beside.filter(event_id__lt=before)
    owner = getattr(target, "case", target)
    whose = {
        "case_id": getattr(target, "case_id", None),
        "agency_id": getattr(owner, "agency_id", None),
    }
    return _erase(beside, actor=by, at=at, reason=reason, of=f"{kind}:{key}", **whose)


def _erase(beside: QuerySet[Personal], **said: Any) -> int:
    """Erase what stands beside entries, and record it with what is said; return how many."""
    count = beside.count()
    beside._raw_delete(beside.db)
    record("record.erase_personal", erased=count, **said)
    return count


def _personal(actor: Actor | None, reason: str, more: Mapping[str, object]) -> bodies.Kept | None:
    """Return what is kept beside the entry, or None where there is nothing personal."""
    said: dict[str, object] = dict(more)
    if actor is not None:
        said["actor_name"] = _name(actor)
    if reason:
        said["reason"] = reason
    return bodies.keep(said) if said else None


def _beside(kept: bodies.Kept, actor: Actor | None, reason: str) -> Personal:
    """Return the row beside an entry, with the words to search in."""
    words = " ".join(filter(None, (_name(actor), reason))).replace("\0", " ")
    return Personal(salt=kept.salt, text=kept.text, words=words)


def _who_and_whence(actor: Actor | None) -> dict[str, Any]:
    """Return who acts, as what, and through which door."""
    source = context.current()
    return {
        "actor_id": actor.pk if actor is not None else None,
        "roles": sorted(map(str, getattr(actor, "roles", ()))),
        "session": source.session,
        "client": source.client,
        "via": source.via,
    }


def _by_token() -> dict[str, int]:
    """Return the token with which a program came, or nothing where a person did."""
    token = context.current().token
    return {} if token is None else {"token": token}


def _to_what(target: models.Model | None) -> dict[str, str]:
    """Return the kind and the key of the thing it was done to."""
    if target is None:
        return {}
    return {"target_type": target._meta.label_lower, "target_id": str(target.pk)}


def _name(actor: Actor | None) -> str:
    """Return the name to keep, at most 200 characters; none for the program itself."""
    return str(getattr(actor, "display_name", "") or actor)[:200] if actor is not None else ""
