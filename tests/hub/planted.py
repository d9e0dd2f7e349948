"""Planted: one of each thing that an address of the Hub can name, for one agency.

In      somebody of the agency; a function that returns the words to write
Out     arguments by the name of an address
Why     every address is asked, walked and looked at with something behind it
Not     here: what members share, which is there once: an entry, the first page of each kind
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from haven.hub.assessment import actions as assessments
from haven.hub.assessment import versions
from haven.hub.catalogue import actions as catalogue
from haven.hub.catalogue import finding
from haven.hub.catalogue.models import Fact, Maker, Tool
from haven.hub.guidance import loading, reading
from haven.hub.guidance.models import Loaded
from haven.hub.learning import courses

if TYPE_CHECKING:
    from haven.accounts.models import Member

Ids = Mapping[str, Any]
PAGES = {"step": "step", "principle": "principle", "document": "document", "care": "care_page"}


def plant(lead: Member, word: Callable[[str], str], at: dt.datetime) -> dict[str, Ids]:
    """Return the arguments of each address of the Hub for whom `lead` works with."""
    return {
        **_catalogue(lead, word, at),
        **_guidance(),
        **_learning(),
        **_assessed(lead, word, at),
    }


def _catalogue(lead: Member, word: Callable[[str], str], at: dt.datetime) -> dict[str, Ids]:
    fact = _fact()
    of_tool = {"slug": fact.tool.slug}
    said = catalogue.Said(
        values={"summary": word("summary of a proposal")},
        why=word("why of a proposal"),
        source="https://example.org/lock",
        stake=word("stake of a proposal"),
    )
    made = catalogue.propose(fact.tool.slug, said, by=lead, at=at)
    names = ("proposal", "withdraw", "decide")
    return {
        "catalogue:tool": of_tool,
        "catalogue:propose": of_tool,
        "catalogue:confirm": {**of_tool, "fact_id": fact.pk},
        **{f"catalogue:{name}": {"proposal_id": made.public_id} for name in names},
    }


def _fact() -> Fact:
    """Return a fact from memory about an invented tool."""
    there = Fact.objects.filter(tool__slug="wheelwright").first()
    if there is not None:
        return there
    tool = Tool(
        slug="wheelwright",
        name="Wheelwright",
        maker=Maker.objects.create(name="Spoke and Sons"),
        summary="Finds bicycles in pictures.",
        description="Finds bicycles in pictures.",
        status="active",
        access="open download",
        price="free",
        evidence_leaves="no",
        techniques=["object-recognition"],
        media=["image"],
        steps=["sort-new"],
    )
    tool.folded = finding.folded(tool)
    tool.save()
    return Fact.objects.create(
        tool=tool, claim="Runs offline.", kind="claimed", said_by="the maker", source="",
        dated="2025", basis="recalled", relation="editor", is_of_tool=True,
    )  # fmt: skip


def _guidance() -> dict[str, Ids]:
    first: dict[str, reading.Entry] = {}
    for entry in reading.every():
        first.setdefault(entry.key.partition("/")[0], entry)
    if not Loaded.objects.exists():
        loading.load(first.values())
    found = {f"guidance:{PAGES[kind]}": {"slug": one.slug} for kind, one in first.items()}
    return {**found, "guidance:acknowledge": found["guidance:document"]}


def _learning() -> dict[str, Ids]:
    course = courses.every()[0]
    of_course = {"slug": course.slug}
    of_lesson = {**of_course, "lesson": course.lessons[0].slug}
    return {
        **{f"learning:{one}": of_course for one in ("course", "quiz", "begin_again", "give")},
        **{f"learning:{one}": of_lesson for one in ("lesson", "read")},
    }


def _assessed(lead: Member, word: Callable[[str], str], at: dt.datetime) -> dict[str, Ids]:
    slug = "readiness"
    about = assessments.Subject(
        title=word("title of an assessment"), unit=word("unit of an assessment")
    )
    theme = versions.newest(slug).themes[0]
    made = assessments.begin(slug, about, assessments.Taken("assessor"), by=lead, at=at)
    seen = assessments.dissent(
        made.public_id, "whole", word("dissent of an assessment"), by=lead, at=at
    )
    one = {"public_id": made.public_id}
    plain = ("one", "role", "dissent", "result", "propose", "confirm", "refuse", "anew")
    return {
        "assessment:begin": {"slug": slug},
        **{f"assessment:{name}": one for name in (*plain, "compare", "document", "export")},
        "assessment:work": {**one, "part": theme.id},
        "assessment:reply": {**one, "dissent_id": seen.pk},
    }


def arguments(ids: Mapping[str, Any], name: str) -> Ids:
    """Return what was planted for an address in ids that hold it under "hub"."""
    planted: Ids = ids.get("hub", {}).get(name, {})
    return planted
