"""Planted: one of each thing that an address of the Hub can name, for one agency.

In      somebody of the agency; a function that returns the words to write
Out     arguments by the name of an address
Why     every address is asked, walked and looked at with something behind it
Not     here: what members share, which is there once: an entry, the first page of each kind
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from haven.accounts.models import Agency, Member
from haven.hub.assessment import actions as assessments
from haven.hub.assessment import versions
from haven.hub.base import translated
from haven.hub.catalogue import actions as catalogue
from haven.hub.catalogue import finding
from haven.hub.catalogue.models import Fact, Maker, Tool
from haven.hub.community import actions as people
from haven.hub.community import gathering, moderating, reporting, talking, topics
from haven.hub.community.models import Post
from haven.hub.exchange.models import Other
from haven.hub.experience import actions as experience
from haven.hub.experience import asking, flagging, speaking
from haven.hub.experience.deciding import Decision
from haven.hub.experience.models import Saying, Voice
from haven.hub.finding import actions as keeping
from haven.hub.finding import asking as lacking
from haven.hub.guidance import loading, reading
from haven.hub.guidance.models import Loaded
from haven.hub.learning import courses
from haven.hub.portal import actions as portal
from haven.hub.portal.models import Submission
from tests.hub import carried

Ids = Mapping[str, Any]
PAGES = {"step": "step", "principle": "principle", "document": "document", "care": "care_page"}


def plant(lead: Member, word: Callable[[str], str], at: dt.datetime) -> dict[str, Ids]:
    """Return the arguments of each address of the Hub for whom `lead` works with."""
    return {
        **_catalogue(lead, word, at),
        **_guidance(),
        **_learning(),
        **_assessed(lead, word, at),
        **_colleagues(lead, word, at),
        **_kept(lead, word, at),
        **_said(lead, word, at),
        **_exchanged(),
    }


def _exchanged() -> dict[str, Ids]:
    """Return what came from another hub, which all may read."""
    there = Other.objects.filter(name=carried.HUB).first()
    other = there or carried.taken_in().arrival.other
    of_other = {"other_id": other.public_id}
    return {
        "exchange:other": of_other,
        "exchange:record": {**of_other, "kind": "tools", "slug": carried.TOOL["slug"]},
        "api:other_records": of_other,
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
        "api:tool": of_tool,
        "catalogue:tool": of_tool,
        "catalogue:propose": of_tool,
        "catalogue:restrict": of_tool,
        "catalogue:confirm": {**of_tool, "fact_id": fact.pk},
        **{f"catalogue:{name}": {"proposal_id": made.public_id} for name in names},
    }


def _fact() -> Fact:
    """Return a fact from memory about an invented tool."""
    there = Fact.objects.filter(tool__slug="wheelwright").first()
    if there is not None:
        return there
    tool = entry("wheelwright", "Wheelwright", maker="Spoke and Sons")
    return Fact.objects.create(
        tool=tool, claim="Runs offline.", kind="claimed", said_by="the maker", source="",
        dated="2025", basis="recalled", relation="editor", is_of_tool=True,
    )  # fmt: skip


def entry(slug: str, name: str, *, maker: str) -> Tool:
    """Return an invented tool that is in the catalogue."""
    tool = Tool(
        slug=slug,
        name=name,
        maker=Maker.objects.get_or_create(name=maker)[0],
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
    finding.fold(tool)
    tool.save()
    return tool


def _guidance() -> dict[str, Ids]:
    first: dict[str, reading.Entry] = {}
    for entry in reading.every():
        first.setdefault(entry.key.partition("/")[0], entry)
    principle = first["principle"]
    if not Loaded.objects.exists():
        french = replace(
            principle,
            values={**principle.values, "title": "Une page en français"},
            language="fr",
            made=translated.Made("fr", is_newer=False),
        )
        loading.load(first.values(), [french])
    found = {f"guidance:{PAGES[kind]}": {"slug": one.slug} for kind, one in first.items()}
    of_translation = {"language": "fr", "kind": "principle", "slug": principle.slug}
    return {
        **found,
        "guidance:acknowledge": found["guidance:document"],
        **{f"guidance:{name}": of_translation for name in ("translation", "correct", "check")},
    }


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


def _colleagues(lead: Member, word: Callable[[str], str], at: dt.datetime) -> dict[str, Ids]:
    """Return what stands among colleagues: `lead` is in contact, writes, and had a post hidden."""
    told = people.Told(("en",), ("faces",), {"wheelwright": "Wheelwright"}, "UTC", word("about"))
    people.be_found(told, by=lead, at=at)
    curator, other = _somebody(lead, "curator"), _somebody(lead, "investigator")
    person = people.be_found(told, by=other, at=at).person
    asked = people.ask(person.public_id, reason=word("reason to ask"), by=lead, at=at)
    people.accept(asked.public_id, by=other, at=at)
    people.write(asked.public_id, text=word("message"), by=other, at=at)
    thread, post, hidden = _threads(lead, other, word, at)
    hiding = moderating.hide(hidden.public_id, reason=word("why hidden"), by=curator, at=at)
    said = reporting.Said("other", word("words of a report"))
    reported = reporting.report_post(post.public_id, said, by=lead, at=at)
    return {
        **{f"community:{one}": {"person_id": person.public_id} for one in _WITH_PERSON},
        **{f"community:{one}": {"contact_id": asked.public_id} for one in _WITH_CONTACT},
        **{f"community:{one}": {"slug": "start-here"} for one in ("topic", "begin")},
        **{f"community:{one}": {"slug": "looking-after-yourself"} for one in ("join", "leave")},
        "community:thread": {"thread_id": thread.public_id},
        **{f"community:{one}": {"post_id": post.public_id} for one in ("report_post", "hide")},
        **{
            f"community:{one}": {"hiding_id": hiding.public_id}
            for one in ("hiding", "object", "look")
        },
        **{
            f"community:{one}": {"report_id": reported.public_id}
            for one in ("report", "close_report")
        },
        **_told(curator, at),
    }


_WITH_PERSON = ("person", "ask", "block", "unblock")
_WITH_CONTACT = ("contact", "accept", "decline", "withdraw", "end", "remove", "report_messages")
_WITH_EVENT = ("event", "event_file", "change_event", "cancel_event")


def _somebody(lead: Member, role: str) -> Member:
    """Return a new colleague of `lead` with one role."""
    kind = type(lead)
    return kind.objects.create_user(
        username=f"{role} {kind.objects.count()}",
        display_name="Somebody",
        agency=lead.agency,
        roles=[role],
    )


def _threads(
    lead: Member, other: Member, word: Callable[[str], str], at: dt.datetime
) -> tuple[Any, Post, Post]:
    """Return a thread, a post of a colleague in it, and one of `lead` that can be hidden."""
    for one in (lead, other):
        talking.accept_rules(topics.rules().version, by=one, at=at)
    thread = talking.begin("start-here", title="Locks", text=word("post"), by=lead, at=at)
    answer = talking.reply(thread.public_id, text=word("answer"), by=other, at=at)
    mistaken = talking.reply(thread.public_id, text=word("hidden post"), by=lead, at=at)
    return thread, answer, mistaken


def _told(curator: Member, at: dt.datetime) -> dict[str, Ids]:
    """Return an event and an announcement, which are for all members."""
    soon = dt.datetime(2036, 3, 1, 9, tzinfo=dt.UTC)
    shown = {"text": "Bicycles.", "language": "en", "open_to": "members"}
    event = gathering.add_event(
        gathering.Occasion(
            title="A day of locks", starts_at=soon, ends_at=soon + dt.timedelta(hours=7),
            time_zone="Europe/Oslo", is_online=True, place="", **shown,
        ),
        by=curator, at=at,
    )  # fmt: skip
    words = gathering.Words(title="A new course", **shown)
    announced = gathering.announce(words, by=curator, at=at)
    token = gathering.make_feed(by=curator, at=at)
    return {
        **{f"community:{one}": {"event_id": event.public_id} for one in _WITH_EVENT},
        "community:withdraw_announcement": {"announcement_id": announced.public_id},
        "community:feed": {"token": token},
    }


def _kept(lead: Member, word: Callable[[str], str], at: dt.datetime) -> dict[str, Ids]:
    """Keep what is the member's own; a need has plain words, as every member reads it."""
    slug = _fact().tool.slug
    keeping.add(slug, by=lead, at=at)
    keeping.note(slug, word("note on a short list"), by=lead)
    keeping.follow(slug, by=lead, at=at)
    asked = finding.Asked(q="bicycles", chosen={"media": ("image",)})
    kept = keeping.keep(word("name of a search"), asked, by=lead, at=at)
    keeping.make_feed(by=lead, at=at)
    lacked = lacking.Lacked("Boats in pictures", "Finding boats.", is_restricted=False)
    need = lacking.say(lacked, by=lead, at=at)
    return {
        **{f"finding:{name}": {"slug": slug} for name in ("note", "follow", "unfollow")},
        **{f"finding:{name}": {"search_id": kept.public_id} for name in ("look", "forget")},
        **{
            f"finding:{name}": {"need_id": need.public_id}
            for name in ("need", "second", "withdraw", "answer")
        },
    }


def _said(lead: Member, word: Callable[[str], str], at: dt.datetime) -> dict[str, Ids]:
    """Have somebody report and ask; a maker, one for all, answers and submits a tool."""
    tool = _fact().tool
    of_tool = {"slug": tool.slug}
    met = experience.Met(
        version=word("version of an experience"), tried_on=at.date(),
        tried=word("tried of an experience"),
        data="test", media=["image"], effort="day", again="some", care="same", stake="work",
        worked=word("worked of an experience"), did_not=word("did_not of an experience"),
        care_words=word("care of an experience"), stake_words=word("stake of an experience"),
    )  # fmt: skip
    report = experience.write(tool.slug, met, by=lead, at=at)
    question = asking.ask(tool.slug, word("text of a question"), by=lead, at=at)
    maker = _maker(tool, at)
    one = {"report_id": report.public_id}
    asked = {"question_id": question.public_id}
    of_reports = ("report", "withdraw", "object", "decide", "decide_again", "reply")
    of_reports += ("flag_report", "settle_report")
    of_questions = ("question", "withdraw_question", "decide_question", "answer")
    of_submissions = ("submission", "withdraw", "object", "check", "publish")
    return {
        **{f"experience:{name}": of_tool for name in ("of_tool", "write", "ask")},
        **{f"experience:{name}": one for name in of_reports},
        **{f"experience:{name}": asked for name in of_questions},
        **{
            f"experience:{name}": {"saying_id": maker["saying_id"]}
            for name in ("flag_saying", "settle_saying")
        },
        **{f"portal:{name}": {"submission_id": maker["submission_id"]} for name in of_submissions},
        "curation:untie": {"voice_id": maker["voice_id"]},
    }


def _maker(tool: Tool, at: dt.datetime) -> Ids:
    """Return the ids of what a maker has: a voice, an answer, a submitted tool."""
    voice = Voice.objects.filter(maker=tool.maker).first()
    if voice is None:
        provider = Agency.objects.create(name="Spoke and Sons", country="NZ", kind="provider")
        office = Agency.objects.create(name="Wheel Office", country="CH", kind="international")
        people = {
            role: Member.objects.create_user(
                username=f"wheel_{role}", display_name=f"Wheel {role}", agency=of, roles=[role]
            )
            for role, of in (
                ("provider", provider),
                ("curator", office),
                ("investigator", office),
            )
        }
        voice = speaking.tie(provider.pk, tool.maker_id, by=people["curator"], at=at)
        asked = asking.ask(tool.slug, "Which wheels?", by=people["investigator"], at=at)
        put = Decision(accepts=True, answer="", is_free=True)
        asking.decide(asked.public_id, put, by=people["curator"], at=at)
        said = speaking.answer(asked.public_id, "Two of them.", by=people["provider"], at=at)
        flagging.flag_saying(said.public_id, "Of what?", by=people["investigator"], at=at)
        portal.submit(submitted(), by=people["provider"], at=at)
    return {
        "voice_id": voice.pk,
        "saying_id": Saying.objects.get(maker=tool.maker).public_id,
        "submission_id": Submission.objects.get(agency=voice.agency).public_id,
    }


def submitted(**values: Any) -> portal.Told:
    """Return what a maker says of an invented tool; fields may be said otherwise."""
    met = values.pop("rules_met", [])
    entry = {
        "name": "Spokeshave", "website": "https://spoke.example", "summary": "Counts wheels.",
        "description": "Counts the wheels in a picture.", "status": "active",
        "licence": "Apache-2.0", "weights_licence": "", "intended_use": "Counting wheels.",
        "excluded_use": "Not for people.", "human_role": "A person counts again.",
        "wellbeing": "", "interoperability": "", "steps": ["sort-new"],
        "techniques": ["object-recognition"], "media": ["image"], "deployment": ["offline"],
        "access": "open download", "price": "free", "evidence_leaves": "no",
        "platforms": ["Linux"], "languages": ["English"],
    }  # fmt: skip
    claims = [portal.Claim("Counts up to nine wheels.", "https://spoke.example/wheels")]
    return portal.Told({**entry, **values}, claims, met)


def arguments(ids: Mapping[str, Any], name: str) -> Ids:
    """Return what was planted for an address in ids that hold it under "hub"."""
    planted: Ids = ids.get("hub", {}).get(name, {})
    return planted
