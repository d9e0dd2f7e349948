"""Planted: two agencies whose every word is marked, so that a leak can be recognised.

In      an empty database, a folder to read evidence from
Out     World: three cases with ids, the cast, and Marks, which says whose a found word is
Why     a page that shows another agency's word shows a mark, wherever the word stood
Not     here: who may see what (walkers.py), walking (walk.py)

A mark is a word that nothing else contains. It stands in names, notes, labels, file names,
reasons, words searched for, what the camera wrote (as facts and as EXIF), in every view, and in
the names and addresses of members.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from PIL import ExifTags, Image

from haven import engine
from tests.hub import planted as hub
from tests.workbench import handing
from tests.workbench.build import NOW, basis, findings, person

if TYPE_CHECKING:
    from pathlib import Path

    from haven.accounts.models import Agency, Member

MARK = re.compile(rb"zq7[0-9a-f]{9}", re.IGNORECASE)
DIGEST = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True)
class Mark:
    """Whose a planted word is, and where it was planted."""

    owner: str  # "ours", "beside", "theirs": a case; "north", "south": an agency
    place: str


@dataclass
class Marks:
    """All planted words."""

    known: dict[bytes, Mark] = field(default_factory=dict)

    def new(self, owner: str, place: str) -> str:
        """Return a word that is planted once; the same for the same owner and place."""
        word = "zq7" + hashlib.sha256(f"{owner}/{place}".encode()).hexdigest()[:9]
        self.known[word.encode()] = Mark(owner, place)
        return word

    def digest(self, owner: str, sha256: str) -> None:
        """Let the digest of a content count as a planted word."""
        self.known[sha256.encode()] = Mark(owner, "sha256")

    def found_in(self, content: bytes) -> Iterable[Mark]:
        """Yield whose words stand in some bytes."""
        for word in {*MARK.findall(content), *DIGEST.findall(content)}:
            if word.lower() in self.known:
                yield self.known[word.lower()]


@dataclass(frozen=True)
class World:
    """Three cases with everything an address can name, and who is on them."""

    marks: Marks
    north: Agency
    south: Agency
    ids: Mapping[str, Mapping[str, Any]]  # of "ours", "beside" and "theirs"
    leads: Mapping[str, Member]


def world(root: Path) -> World:
    """Return two agencies and three cases: ours and one beside it in the north, theirs."""
    from haven.accounts import actions as accounts

    marks = Marks()
    agencies = {
        name: accounts.add_agency(name=marks.new(name, "agency"), country=country, by=None, at=NOW)
        for name, country in (("north", "NO"), ("south", "ZA"))
    }
    homes = {"ours": "north", "beside": "north", "theirs": "south"}
    leads = {
        owner: member(marks, agencies[home], home, f"{owner}_lead", ["investigator"])
        for owner, home in homes.items()
    }
    offices = {
        home: _office(marks, agency, home, leads[owner])
        for (home, agency), owner in zip(agencies.items(), ("ours", "theirs"), strict=True)
    }
    ids = {
        owner: {
            **_case(marks, owner, lead, root),
            **offices[homes[owner]],
            "hub": hub.plant(lead, partial(marks.new, homes[owner]), NOW),
        }
        for owner, lead in leads.items()
    }
    return World(marks, agencies["north"], agencies["south"], ids, leads)


def member(marks: Marks, agency: Agency, home: str, name: str, roles: list[str]) -> Member:
    """Return a member whose names and addresses are marked as the agency's."""
    from haven.accounts.models import Member

    def mark(place: str) -> str:
        return marks.new(home, f"{name} {place}")

    return Member.objects.create_user(
        username=mark("username"),
        email=f"{mark('email')}@example.org",
        password=None,
        display_name=f"Officer {mark('display_name')}",
        agency=agency,
        roles=roles,
    )


def _office(marks: Marks, agency: Agency, home: str, lead: Member) -> dict[str, Any]:
    """Return the ids of what an office has: newcomers, a reset, a list, a domain, a session."""
    from allauth.usersessions.models import UserSession

    from haven.accounts import resets
    from haven.accounts.invitations import actions as invitations
    from haven.accounts.joining import actions as joining
    from haven.accounts.joining.models import Application
    from haven.accounts.models import Domain
    from haven.workbench.authority import actions as authority
    from haven.workbench.categories import choosing, schemes

    domain = f"{home}.example"
    verified = Domain.objects.create(agency=agency, name=domain, how="meeting", verified_at=NOW)
    admin = member(marks, agency, home, "admin", ["administrator"])
    invited = invitations.invite(
        agency=agency,
        name=marks.new(home, "invited"),
        email=f"{marks.new(home, 'address of the invited')}@{domain}",
        roles=["analyst"],
        by=admin,
        at=timezone.now(),
    )
    address = f"{marks.new(home, 'address of the applicant')}@{domain}"
    joining.apply(
        joining.Applicant(
            display_name=marks.new(home, "applicant"),
            email=address,
            agency_as_written=marks.new(home, "agency as written"),
            duty=marks.new(home, "duty"),
            supervisor_email=f"{marks.new(home, 'supervisor')}@{domain}",
            languages=("en",),
            language="en",
        ),
        at=timezone.now(),
    )
    application = Application.objects.get(email=address)
    joining.move(application, Application.State.CONFIRMED, at=timezone.now(), days=30)
    session = UserSession.objects.create(
        user=lead, session_key=home, ip="127.0.0.1", user_agent=marks.new(home, "browser")
    )
    reset = resets.ask(
        lead.username, reason=marks.new(home, "reason"), by=admin, at=timezone.now()
    )
    word = authority.add_word(which="purpose", word=marks.new(home, "word"), by=admin, at=NOW)
    choosing.make(
        name=marks.new(home, "scheme"),
        source=marks.new(home, "origin of a scheme"),
        codes=[
            schemes.Code(code=code, key=code, words=marks.new(home, f"category {code}"))
            for code in "12"
        ],
        by=admin,
        at=NOW,
    )
    return {
        "reset_id": reset.pk,
        "word_id": word.pk,
        "agency_id": agency.pk,
        "domain_id": verified.pk,
        "session_id": session.pk,
        "invitation_id": invited.pk,
        "application_id": application.public_id,
        **_listed(marks, home, agency, admin),
    }


def _listed(marks: Marks, home: str, agency: Agency, admin: Member) -> dict[str, Any]:
    """Return the ids of a list of known files and of an entry that is set aside."""
    from haven.workbench.known import actions, importing
    from haven.workbench.known.models import SetAside

    about = actions.About(
        name=marks.new(home, "list of known files"),
        kind="own",
        source=marks.new(home, "source of a list"),
        legal_basis=marks.new(home, "basis of a list"),
    )
    text = f"sha256,category\n{'ab' * 32},{marks.new(home, 'category of a list')}\n"
    made = actions.bring(
        io.BytesIO(text.encode()), about, agency_pk=agency.pk, by=admin, at=timezone.now()
    )
    importing.look_over(made.pk)
    made.refresh_from_db()
    actions.confirm(made, by=admin, at=timezone.now())
    importing.take_in(made.pk)
    aside = SetAside.objects.create(
        agency=agency, known_list=made, entry=0, how=SetAside.How.FLOOD, n_hits=9, set_at=NOW
    )
    return {"list_id": made.public_id, "aside_id": aside.pk}


def _known(marks: Marks, owner: str, item: Any) -> None:
    """Let a list of the agency know an item."""
    from haven.workbench.known.models import Hit, KnownList, Looked

    one = KnownList.objects.get(agency=item.case.agency)
    Hit.objects.create(
        case=item.case,
        item=item,
        known_list=one,
        entry=0,
        certainty=Hit.Certainty.SAME_BYTES,
        agree=["sha256"],
        category=marks.new(owner, "category of a hit"),
        said={"comments": marks.new(owner, "comment of a hit")},
        found_at=NOW,
    )
    Looked.objects.create(case=item.case, known_list=one, last_item=item.pk, at=NOW)


def _case(marks: Marks, owner: str, lead: Member, root: Path) -> dict[str, Any]:  # noqa: PLR0915  # one of everything
    """Return the ids of a case, all of whose words are marked."""
    from haven.audit import queries as record
    from haven.workbench.analysis import actions as analysis
    from haven.workbench.analysis import grouping, saving
    from haven.workbench.analysis.models import Face
    from haven.workbench.authority import actions as authority
    from haven.workbench.cases import actions as cases
    from haven.workbench.cases import clocks
    from haven.workbench.evidence import actions as evidence
    from haven.workbench.people import actions as people
    from haven.workbench.people import person_actions, queries
    from haven.workbench.retention import actions as retention
    from haven.workbench.review import actions as review
    from haven.workbench.tokens import actions as tokens

    def mark(place: str) -> str:
        return marks.new(owner, place)

    folder = root / mark("folder")
    folder.mkdir()
    (folder / f"{mark('file')}.jpg").write_bytes(_with_exif(mark("what the camera wrote")))
    case = cases.open_case(number=mark("number"), name=mark("name"), by=lead, at=NOW)
    exhibit = evidence.add_folder(
        case.public_id, folder=folder, label=mark("label"), by=lead, at=NOW
    )
    entered = authority.enter(
        case.public_id,
        basis(reference=mark("reference"), issuer=mark("issuer")),
        by=lead,
        at=NOW,
    )
    run = analysis.start_run(exhibit.public_id, by=lead, at=NOW)
    items = [saving.content(run, _findings(marks, owner, one)) for one in range(4)]
    for number, item in enumerate(items):
        marks.digest(owner, item.sha256)
        path = f"{mark('path')}/{number}.jpg".encode()
        lay = [saving.Found(name_bytes=path, stored_name="", sha256=item.sha256)]
        saving.paths(exhibit, lay)
    run.state, run.finished_at = run.State.FINISHED, NOW
    run.save()
    _known(marks, owner, items[0])
    grouping.regroup(case.pk, settle=True)
    face = Face.objects.select_related("group").get(item=items[0], position=0)
    assert face.group is not None
    group = face.group.public_id
    named = people.name(
        case.public_id, group, name=mark("person"), note=mark("note"), by=lead, at=NOW
    )
    stated = person_actions.state(
        case.public_id,
        named.public_id,
        person_actions.Said("alias", mark("alias")),
        by=lead,
        at=NOW,
    )
    change = queries.last_change(case)
    assert change is not None
    review.view_items(case.public_id, looked_for={"q": mark("looked_for")}, by=lead, at=NOW)
    clocks.set_date(
        case.public_id,
        until=timezone.localdate() + timedelta(days=400),
        reason=mark("reason"),
        by=lead,
        at=timezone.now(),
    )
    probe, search, candidate = _search(marks, owner, case.public_id, lead)
    order = retention.ask(
        case.public_id, ground="order", reason=mark("reason to erase"), by=lead, at=NOW
    )
    made = tokens.make(
        case.public_id, purpose=mark("purpose"), abilities=["read"], by=lead, at=timezone.now()
    )
    return {
        "token_id": made.token.public_id,
        "erasure_id": order.public_id,
        "entry_id": record.of_case(case.pk)[0].public_id,
        "case_id": case.public_id,
        "exhibit_id": exhibit.public_id,
        "item_id": items[0].pk,
        **_written(marks, owner, case.public_id, items[0].pk, lead),
        "face_id": face.pk,
        "group_id": group,
        "person_id": named.public_id,
        "statement_id": stated.pk,
        "change_id": change.pk,
        "batch_id": _batch(marks, owner, case.public_id, items[:2], lead),
        "authority_id": entered.public_id,
        "member_id": lead.pk,
        "probe_id": probe,
        "search_id": search,
        "candidate_id": candidate,
        "lead_id": _lead(marks, owner, case.public_id, items[0].pk, lead),
        "decision_id": _decision(marks, owner, case.public_id, group, lead),
        "decision_kind": "identity",
        "position": 0,
        "key": analysis.ask_background(case.public_id, items[0].pk, by=lead, at=timezone.now()),
        **_cut(marks, owner, items[0], lead),
        **_reported(marks, owner, case.public_id, lead),
        **_reveal(marks, owner, items[0], lead),
        **handing.planted(case, lead, mark),
    }


def _reported(marks: Marks, owner: str, case_id: Any, lead: Member) -> dict[str, Any]:
    """Return the ids of a report with a masked view."""
    from haven.workbench.cases import queries as cases
    from haven.workbench.reports import actions, queries
    from haven.workbench.reports.scope import Ask

    ask = Ask(
        addressed_to=marks.new(owner, "for whom of a report"),
        purpose=marks.new(owner, "what for of a report"),
        step=1,
    )
    made = actions.make(case_id, ask, by=lead, at=NOW)
    case = cases.get(case_id, member=lead)
    return {"report_id": made.public_id, "view_sha256": queries.manifest(case, made)["views"][0]}


def _cut(marks: Marks, owner: str, item: Any, lead: Member) -> dict[str, Any]:
    """Return the ids of an object that waits for a second person, and of a look at it."""
    from haven.workbench.crops import actions
    from tests.workbench import cut_out, opened

    asker = opened.who(lead, timezone.now())
    crop = cut_out.crop(item, asker)
    seen = cut_out.looked(crop, asker)
    words = (marks.new(owner, f"{one} of an object") for one in ("what", "why", "audience"))
    actions.propose(item.case.public_id, crop.public_id, actions.Said(*words), who=asker)
    return {"crop_id": crop.public_id, "look_id": seen.public_id}


def _reveal(marks: Marks, owner: str, item: Any, lead: Member) -> dict[str, Any]:
    """Return the ids of a reveal, of what is held, and of a request for a second person."""
    from haven.workbench.reveals import actions as reveals
    from haven.workbench.reveals import asking
    from tests.workbench import opened

    asker = opened.who(lead, timezone.now())
    case_id = item.case.public_id
    why = f"to read {marks.new(owner, 'reason')}"
    asked = reveals.Asked(step=4, reason=why)
    reveal = opened.make_ready(reveals.open_reveal(case_id, item.pk, asked, who=asker))
    held = reveals.begin(case_id, item.pk, reveal.public_id, step=4, who=asker)
    request = asking.ask_second(case_id, item.pk, reason=why, who=asker)
    return {
        "reveal_id": reveal.public_id,
        "hold_id": held.public_id,
        "request_id": request.public_id,
    }


def _written(marks: Marks, owner: str, case_id: Any, item_pk: int, lead: Member) -> dict[str, Any]:
    """Return the ids of notes and of a kept filter."""
    from haven.workbench.facets import actions as facets
    from haven.workbench.notes import actions as notes

    note = notes.write(case_id, f"Seen {marks.new(owner, 'note on it')}.", by=lead, at=NOW)
    about = {"about": "item", "key": str(item_pk)}
    notes.write(case_id, marks.new(owner, "note on an item"), **about, by=lead, at=NOW)
    said = {"q": marks.new(owner, "kept words")}
    kept = facets.save(
        case_id, marks.new(owner, "kept filter"), said, shared=True, by=lead, at=NOW
    )
    return {
        "thread": note.thread,
        "kind": "item",
        "thing_id": str(item_pk),
        "filter_id": kept.public_id,
    }


def _batch(marks: Marks, owner: str, case_id: Any, items: list[Any], lead: Member) -> Any:
    """Return the id of a category given to several items of a case."""
    from haven.workbench.categories import actions as categories
    from haven.workbench.categories import choosing, selecting

    choosing.choose(case_id, "uk@1", by=lead, at=NOW)
    given = categories.give_many(
        case_id,
        selecting.Selection(how="chosen", chosen=[one.pk for one in items]),
        categories.Judgement(scheme="uk@1", code="C", reason=marks.new(owner, "reason")),
        by=lead,
        at=NOW,
    )
    assert given.batch is not None
    return given.batch.public_id


def _decision(marks: Marks, owner: str, case_id: Any, group: str, lead: Member) -> Any:
    """Return the id of a decision in marked words."""
    from haven.workbench.decisions import actions as decisions

    who = decisions.Said(
        kind="identity",
        said=marks.new(owner, "identity"),
        reason=marks.new(owner, "reason of a decision"),
        group=group,
    )
    return decisions.decide(case_id, who, by=lead, at=NOW).public_id


def _lead(marks: Marks, owner: str, case_id: Any, item: int, lead: Member) -> Any:
    """Return the id of a lead in marked words, taken a step."""
    from haven.workbench.leads import actions as leads

    said = leads.Said(
        what=marks.new(owner, "what"),
        disproof=marks.new(owner, "disproof"),
        alternatives=marks.new(owner, "alternatives"),
        item=item,
    )
    made = leads.make(case_id, said, by=lead, at=NOW)
    step = leads.Step(
        state="passed_on", why=marks.new(owner, "why"), passed_to=marks.new(owner, "passed to")
    )
    leads.change(case_id, made.public_id, step, by=lead, at=NOW)
    return made.public_id


def _search(marks: Marks, owner: str, case_id: Any, lead: Member) -> tuple[Any, Any, int]:
    """Return the ids of a picture brought to search with, of the search and a candidate."""
    from haven.workbench.analysis import probing
    from haven.workbench.search import actions as searches

    asked = searches.Ask(purpose="victim", reason=f"Seen on {marks.new(owner, 'reason')}.")
    picture = io.BytesIO(_with_exif(marks.new(owner, "what the camera wrote")))
    search = searches.search_picture(case_id, picture, asked, by=lead, at=timezone.now())
    assert search.probe is not None
    probing._save(search.probe, _findings(marks, owner, 9))
    searches.go_on(search.probe.pk, at=timezone.now())
    candidate = search.candidates.order_by("rank")[0].pk
    _compared(marks, owner, (case_id, search.public_id, candidate), lead)
    return search.probe.public_id, search.public_id, candidate


def _compared(marks: Marks, owner: str, ids: tuple[Any, Any, int], lead: Member) -> None:
    """Keep what the lead concluded on a pair, in marked words."""
    from haven.workbench.comparison import actions as comparison
    from haven.workbench.comparison import features

    seen = comparison.Seen(
        conclusion="same",
        sentence=f"The same mole, {marks.new(owner, 'sentence')}.",
        features=dict.fromkeys(features.FEATURES, features.SIMILAR),
        age="adult",
    )
    comparison.conclude(*ids, seen, by=lead, at=timezone.now())


def _findings(marks: Marks, owner: str, number: int) -> engine.Media:
    """Return what an engine would find; camera and views carry marks."""
    plain = findings(f"{owner}-{number}", [person(0, wobble=number), person(number + 1)])
    facts: dict[str, object] = {
        "metadata": engine.Metadata(
            taken_at="2026-02-03T04:05:06",
            camera_make=marks.new(owner, "camera make"),
            camera_model=marks.new(owner, "camera model"),
            camera_serial=marks.new(owner, "camera serial"),
            gps_lat=59.9,
            gps_lon=10.7,
        ),
        "derivatives": engine.Derivatives(
            masked=_marked(marks.new(owner, "masked view")),
            background=_marked(marks.new(owner, "background view")),
            face_crops=tuple(
                _marked(marks.new(owner, "face crop"), shade=shade) for shade in (1, 2)
            ),
        ),
    }
    return findings(f"{owner}-{number}", [list(face.embedding) for face in plain.faces], **facts)


def _with_exif(word: str, shade: int = 0) -> bytes:
    """Return a JPEG whose camera wrote a word into description, artist, serial and comment."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = exif[ExifTags.Base.Artist] = word
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.BodySerialNumber] = word
    inner[ExifTags.Base.UserComment] = b"ASCII\0\0\0" + word.encode()
    out = io.BytesIO()
    Image.new("RGB", (32, 32), (shade, 90, 120)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def _marked(word: str, shade: int = 0) -> bytes:
    """Return a JPEG that says a word in a comment and in its EXIF."""
    picture = _with_exif(word, shade)
    said = word.encode()
    return picture[:2] + b"\xff\xfe" + (len(said) + 2).to_bytes(2, "big") + said + picture[2:]
