"""Checking an answer: whether it says all that its questionnaire asks of it.

In      a questionnaire, what is asked, what a member says
Out     nothing, when it says enough
Fails   NotAChoice, NeedsReason, NeedsBasis, NeedsEvidence, NeedsValues, NeedsControl
Why     a level without evidence, or a control without proof, is a wish
Not     here: who may answer (actions.py)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.utils.translation import gettext_lazy as _

from haven.hub.assessment.questionnaires import CHECKLIST, MATURITY, UNANSWERED
from haven.web.errors import BadInput

if TYPE_CHECKING:
    from haven.hub.assessment.questionnaires import Item, Named, Questionnaire
    from haven.hub.assessment.scoring import Pair

_VALUES = range(1, 6)


class NotAChoice(BadInput):
    """It is nothing that can be answered here."""

    code = "assessment.not_a_choice"
    words = _("Choose one of the answers.")


class NeedsReason(BadInput):
    """It does not apply, and nothing says why."""

    code = "assessment.needs_reason"
    words = _("Say why this does not apply.")


class NeedsBasis(BadInput):
    """Nothing says how it is known."""

    code = "assessment.needs_basis"
    words = _("Say how you know it: claimed, checked or measured.")


class NeedsEvidence(BadInput):
    """Nothing shows it."""

    code = "assessment.needs_evidence"
    words = _("Say what shows it, where it lies, and when you saw it.")


class NeedsValues(BadInput):
    """A risk without its four values."""

    code = "assessment.needs_values"
    words = _("Give likelihood and severity, before and after controls, or why it cannot occur.")


class NeedsControl(BadInput):
    """A value is lower than before, and nothing in place lowers it."""

    code = "assessment.needs_control"
    words = _(
        "A value is lower only when a control is in place, with an owner and a proof. A plan "
        "lowers nothing."
    )


class Control(TypedDict, total=False):
    """What is done against a harm, as in content/schema.json."""

    control: str | None
    do: str
    owner: str
    proof: str
    in_place: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a member answers."""

    value: str = ""
    text: str = ""
    basis: str = ""
    before: Pair | None = None
    after: Pair | None = None
    controls: Sequence[Control] = ()
    reason: str = ""
    note: str = ""
    evidence: str = ""
    evidence_where: str = ""
    evidence_seen_on: dt.date | None = None
    filled_from: str = ""  # key of the suggestion that was taken over
    supersedes: int | None = None  # key of the answer that was read and is corrected


def check(asked: Questionnaire, item: Item, said: Said) -> None:
    """Return when an answer says enough.

    Raises:
        NotAChoice, NeedsReason, NeedsBasis, NeedsEvidence, NeedsValues, NeedsControl: As they say.
    """
    parts = (said.evidence, said.evidence_where, said.evidence_seen_on)
    if any(parts) and not all(parts):
        raise NeedsEvidence(f"half an evidence for {item.id}")
    if item.id in asked.gates:
        _choice(item.choices, said)
    elif item.id in asked.preparation:
        if not said.text:
            raise NotAChoice(f"nothing said to {item.id}")
    elif asked.kind in (MATURITY, CHECKLIST):
        _choice((*asked.choices, *asked.other), said)
        if _is_level_with_evidence(asked, said) and not all(parts):
            raise NeedsEvidence(f"{item.id} at {said.value} without evidence")
    elif said.value:
        _choice(asked.other, said)
    else:
        _risk(item, said)


def _choice(choices: Sequence[Named], said: Said) -> None:
    chosen = next((one for one in choices if one.value == said.value), None)
    if chosen is None or chosen.value == UNANSWERED:
        raise NotAChoice(f"no such answer: {said.value[:40]}")
    if chosen.needs == "reason" and not said.reason:
        raise NeedsReason(f"{said.value} without a reason")
    if chosen.needs == "basis" and not said.basis:
        raise NeedsBasis(f"{said.value} without its basis")


def _is_level_with_evidence(asked: Questionnaire, said: Said) -> bool:
    from_level = asked.evidence_from
    return bool(from_level) and said.value.isdigit() and int(said.value) >= int(from_level)


def _risk(item: Item, said: Said) -> None:
    if said.before is None or said.after is None:
        raise NeedsValues(f"{item.id} without values")
    if not all(one.get("owner") and one.get("proof") for one in said.controls):
        raise NeedsControl(f"a control of {item.id} without an owner or a proof")
    if not all(value in _VALUES for value in (*said.before, *said.after)):
        raise NeedsValues(f"{item.id} with a value out of range")
    is_lower = any(after < before for before, after in zip(said.before, said.after, strict=True))
    if is_lower and not any(is_real(one) for one in said.controls):
        raise NeedsControl(f"{item.id} lowered by nothing in place")


def is_real(control: Control) -> bool:
    """Tell whether a control is in place, with an owner and a proof."""
    return bool(control.get("in_place") and control.get("owner") and control.get("proof"))
