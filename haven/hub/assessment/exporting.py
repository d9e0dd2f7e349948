"""Exporting an assessment as JSON that content/schema.json describes.

In      an assessment with all it holds
Out     plain values, format haven-assessment/1
Fails   never
Why     the agency takes its answers with it, and hands them to whom it wants
Not     here: recording that it was taken out (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from haven.accounts.models import Member
    from haven.hub.assessment.models import Answer
    from haven.hub.assessment.queries import Shown

FORMAT = "haven-assessment/1"


def told(shown: Shown, *, with_names: bool) -> dict[str, Any]:
    """Return an assessment as plain values.

    Args:
        shown: The assessment.
        with_names: Whether people are named. What they wrote stays as it is.
    """
    one, because = shown.assessment, shown.replaced_because
    state = "open" if one.is_open else "replaced" if because else "closed"
    return {
        "format": FORMAT,
        "questionnaire": {
            "slug": one.questionnaire,
            "version": one.version,
            "sha256": one.digest,
        },
        "id": str(one.public_id),
        "previous": str(one.previous.public_id) if one.previous else None,
        "language": "en",
        "subject": _subject(shown),
        "state": state,
        "opened_on": _day(one.begun_at),
        "closed_on": _day(one.closed_at) if one.closed_at else None,
        "redo": {
            "due_on": shown.due_on.isoformat() if shown.due_on else None,
            "because": because or None,
        },
        "people": [
            {
                "role": part.role,
                "name": _name(part.member, with_names),
                "interest": part.interest or None,
            }
            for part in shown.parts
        ],
        "answers": list(_answers(shown)),
        "gates": list(_gates(shown)),
        "dissent": list(_dissents(shown)),
        "actions": [],
        "close": _close(shown, with_names),
    }


def _subject(shown: Shown) -> dict[str, Any]:
    one = shown.assessment
    tool = {
        "name": one.tool_name,
        "maker": None,
        "version": one.tool_version,
        "catalogue_slug": one.tool_slug or None,
    }
    has_tool = one.tool_name and one.tool_version
    return {
        "unit": one.unit,
        "tool": tool if has_tool else None,
        "purpose": one.purpose or None,
    }


def _answers(shown: Shown) -> Iterator[dict[str, Any]]:
    """Yield the current answers in the order of the questions."""
    for part in shown.asked.parts:
        for item in part.items:
            answer = shown.answers.get(item.id)
            if answer is None or item.id in shown.asked.gates:
                continue
            given = shown.given[item.id]
            made: dict[str, Any] = {"item": item.id}
            if given.before and given.after:
                names = ("likelihood", "severity")
                made["before"] = dict(zip(names, given.before, strict=True))
                made["after"] = dict(zip(names, given.after, strict=True))
            elif given.text:
                made["text"] = given.text
            else:
                made["value"] = int(given.value) if given.value.isdigit() else given.value
            if answer.controls:
                made["controls"] = answer.controls
            yield made | _ground(answer)


def _ground(answer: Answer) -> dict[str, Any]:
    """Return how an answer is known and who gave it."""
    plain = {"basis": answer.basis, "reason": answer.reason, "note": answer.note}
    made: dict[str, Any] = {name: value for name, value in plain.items() if value}
    if answer.evidence_seen_on:
        made["evidence"] = [
            {
                "what": answer.evidence,
                "where": answer.evidence_where,
                "seen_on": answer.evidence_seen_on.isoformat(),
            }
        ]
    if answer.filled_from:
        made["filled_from"] = answer.filled_from
    return made | {"answered_by": answer.role, "answered_on": _day(answer.answered_at)}


def _gates(shown: Shown) -> Iterator[dict[str, Any]]:
    for key, gate in shown.asked.gates.items():
        answer = shown.answers.get(key)
        if answer is not None:
            ground = _ground(answer)
            kept = {name: ground[name] for name in _OF_A_GATE if name in ground}
            closed = answer.value in gate.closes
            yield {"gate": key, "value": answer.value, "closed": closed, **kept}


_OF_A_GATE = ("note", "evidence", "answered_by", "answered_on")


def _dissents(shown: Shown) -> Iterator[dict[str, Any]]:
    for one in shown.dissents:
        reply = getattr(one, "reply", None)
        yield {
            "about": one.about,
            "role": one.role,
            "text": one.text,
            "reply": reply.text if reply else None,
            "date": _day(one.said_at),
        }


def _close(shown: Shown, with_names: bool) -> dict[str, Any] | None:
    closed = shown.closed
    if closed is None or closed.second_by is None or closed.second_at is None:
        return None
    people = (
        (closed.role, closed.proposed_by, closed.proposed_at),
        (closed.second_role, closed.second_by, closed.second_at),
    )
    return {
        "decision": closed.decision,
        "reason": closed.reason,
        "by": [
            {"role": role, "name": _name(member, with_names), "date": _day(at)}
            for role, member, at in people
        ],
    }


def _name(member: Member, with_names: bool) -> str | None:
    return member.display_name if with_names else None


def _day(at: datetime) -> str:
    return timezone.localtime(at).date().isoformat()
