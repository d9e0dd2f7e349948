"""What members do with entries: propose, decide, confirm a fact, restrict fields, take them out.

In      who, when, what the entry should say, why
Out     a proposal; a changed entry with a row that tells of it
Fails   ToolNotFound, ProposalNotFound, FactNotFound, NotAllowed; NothingProposed, NoSource,
        ProposalDecided, OwnProposal, EntryChanged
Why     anyone may be right; a second person looks before an entry says it
Not     here: what may be seen (queries.py)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import record
from haven.hub.catalogue import finding, grading, queries
from haven.hub.catalogue.models import Change, Fact, Proposal, Tool
from haven.web.errors import BadInput, Conflict

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member

State = Proposal.State


class NothingProposed(BadInput):
    """The entry says all of it already."""

    code = "proposal.nothing"
    words = _("Nothing is different from what the entry says.")


class NoSource(BadInput):
    """A fact is confirmed by a source."""

    code = "fact.no_source"
    words = _("Name the address where it can be read.")


class ProposalDecided(Conflict):
    """Somebody decided, or it was taken back."""

    code = "proposal.decided"
    words = _("Somebody decided on this in the meantime, or it was taken back.")


class OwnProposal(Conflict):
    """A second person decides."""

    code = "proposal.own"
    words = _("You proposed this. Another curator decides on it.")


class EntryChanged(Conflict):
    """The entry says something else than when it was proposed."""

    code = "proposal.entry_changed"
    words = _("The entry was changed since this was proposed. Look at both, and propose anew.")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody proposes."""

    values: Mapping[str, Any]  # by field: what the entry should say
    why: str
    source: str = ""
    stake: str = field(default="")  # what ties the member to the maker; empty: nothing


@transaction.atomic
def propose(slug: str, said: Said, *, by: Member, at: datetime) -> Proposal:
    """Propose that an entry says something else.

    Raises:
        ToolNotFound: Not in the catalogue.
        NothingProposed: The entry says all of it already.
    """
    tool = queries.tool(slug, member=by)
    changes = {
        name: {"was": getattr(tool.tool, name), "becomes": value}
        for name, value in said.values.items()
        if name in queries.PROPOSABLE
        and name not in tool.hidden
        and _is_other(value, getattr(tool.tool, name))
    }
    if not changes:
        raise NothingProposed(f"tool {tool.tool.pk} says all of it already")
    made = Proposal.objects.create(
        tool=tool.tool,
        changes=changes,
        why=said.why.strip(),
        source=said.source,
        stake=said.stake.strip(),
        proposed_by=by,
        proposed_at=at,
    )
    record("proposal.make", actor=by, target=made, at=at, fields=sorted(changes))
    return made


@transaction.atomic
def withdraw(public_id: UUID, *, by: Member, at: datetime) -> Proposal:
    """Take one's own proposal back.

    Raises:
        ProposalNotFound: Not there, or another's.
        ProposalDecided: As it says.
    """
    found = _open(queries.proposal(public_id, member=by))
    if found.proposed_by_id != by.pk:
        raise queries.ProposalNotFound("another member's proposal")
    found.state, found.decided_at = State.WITHDRAWN, at
    found.save(update_fields=["state", "decided_at"])
    record("proposal.withdraw", actor=by, target=found, at=at)
    return found


@transaction.atomic
def decide(public_id: UUID, *, accepts: bool, answer: str, by: Member, at: datetime) -> Proposal:
    """Take a proposal over, or refuse it, with an answer that its proposer reads.

    Raises:
        NotAllowed: `by` is no curator.
        ProposalNotFound, ProposalDecided, OwnProposal, EntryChanged: As they say.
        ReasonMissing: No answer.
    """
    access.require(by, "catalogue.curate")
    found = _open(queries.proposal(public_id, member=by))
    if found.proposed_by_id == by.pk:
        raise OwnProposal(f"member {by.pk} made proposal {found.pk}")
    record(
        "proposal.accept" if accepts else "proposal.refuse",
        actor=by,
        target=found,
        at=at,
        reason=answer.strip(),
        fields=sorted(found.changes),
    )
    found.state = State.ACCEPTED if accepts else State.REFUSED
    found.decided_by, found.decided_at, found.answer = by, at, answer.strip()
    found.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    if accepts:
        _apply(found, at)
    return found


@transaction.atomic
def restrict(slug: str, fields: Sequence[str], *, reason: str, by: Member, at: datetime) -> None:
    """Keep fields of an entry from those who make tools; fields not named are open to all.

    Raises:
        NotAllowed: `by` is no curator.
        ToolNotFound: Not in the catalogue.
        ReasonMissing: No reason.
    """
    access.require(by, "catalogue.curate")
    found = queries.entry(slug)
    tool = Tool.objects.select_for_update(of=("self",)).select_related("maker").get(pk=found.pk)
    kept = sorted(set(fields) & set(queries.RESTRICTABLE))
    record("tool.restrict", actor=by, target=tool, at=at, reason=reason.strip(), fields=kept)
    tool.restricted, tool.changed_at = kept, at
    finding.fold(tool)
    tool.save(update_fields=["restricted", "changed_at", "folded", "folded_closed"])


@transaction.atomic
def confirm(slug: str, fact_pk: int, *, source: str, by: Member, at: datetime) -> Fact:
    """Confirm a fact from memory by an address where the curator read it.

    Raises:
        NotAllowed: `by` is no curator.
        ToolNotFound, FactNotFound: Not there, or confirmed already.
        NoSource: No address.
    """
    access.require(by, "catalogue.curate")
    shown = queries.tool(slug, member=by)
    rows = Fact.objects.select_for_update().filter(tool=shown.tool, pk=fact_pk)
    found = rows.filter(basis="recalled", confirmed_on__isnull=True).first()
    if found is None:
        raise queries.FactNotFound(f"no fact to confirm at tool {shown.tool.pk}")
    if not source:
        raise NoSource(f"fact {found.pk} was to be confirmed without a source")
    found.source, found.basis = source, "source"
    found.relation = grading.relation(found.said_by, source, shown.tool)
    found.confirmed_by, found.confirmed_on = by, timezone.localdate(at)
    found.save(update_fields=["source", "basis", "relation", "confirmed_by", "confirmed_on"])
    _tell(shown.tool, ["facts"], None, at)
    record("fact.confirm", actor=by, target=found, at=at)
    return found


@transaction.atomic
def export(*, by: Member, at: datetime) -> Iterator[queries.Shown]:
    """Return all entries, as a member may see them; that they are taken is on the record first."""
    record("catalogue.export", actor=by, at=at, restricted=queries.sees_restricted(by))
    return queries.published(member=by)


def _is_other(value: Any, was: Any) -> bool:
    """Tell whether a value says something else; a list in another order says the same."""
    return set(value) != set(was) if isinstance(was, list) else bool(value != was)


def _open(found: Proposal) -> Proposal:
    """Return a proposal nobody else can decide on meanwhile."""
    held = Proposal.objects.select_for_update().select_related("tool").get(pk=found.pk)
    if held.state != State.OPEN:
        raise ProposalDecided(f"proposal {held.pk} is {held.state}")
    return held


def _apply(proposal: Proposal, at: datetime) -> None:
    """Let the entry say what was proposed."""
    held = Tool.objects.select_for_update(of=("self",)).select_related("maker")
    tool = held.get(pk=proposal.tool_id)
    for name, change in proposal.changes.items():
        if getattr(tool, name) != change["was"]:
            raise EntryChanged(f"{name} of tool {tool.pk} says something else by now")
        setattr(tool, name, change["becomes"])
    finding.fold(tool)
    tool.save()
    _tell(tool, sorted(proposal.changes), proposal, at)


def _tell(tool: Tool, fields: list[str], proposal: Proposal | None, at: datetime) -> None:
    """Note that an entry was changed, and that somebody looked at it."""
    Tool.objects.filter(pk=tool.pk).update(changed_at=at, checked_on=timezone.localdate(at))
    Change.objects.create(tool=tool, fields=fields, proposal=proposal, at=at)
