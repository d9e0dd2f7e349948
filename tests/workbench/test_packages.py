"""A case handed over: what leaves, who may say so, what comes of it on the other side."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from tests.workbench import handing
from tests.workbench.build import NOW, basis, person

if TYPE_CHECKING:
    from haven.workbench.packages.models import HandOver, Receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked(case, authority, found, scheme, colleague, north_lead):
    """Return a case with two items, a verdict, notes, a person, a lead and a decision."""
    from haven.workbench.analysis import grouping
    from haven.workbench.analysis.models import FaceGroup
    from haven.workbench.categories import actions as verdicts
    from haven.workbench.decisions import actions as decisions
    from haven.workbench.leads import actions as leads
    from haven.workbench.notes import actions as notes
    from haven.workbench.people import actions as people

    one = found("a.jpg", [person(0)])
    found("b.jpg", [person(0, wobble=1)])
    grouping.regroup(case.pk, settle=True)
    group = FaceGroup.objects.get(case=case, n_faces=2)
    when = {"by": north_lead, "at": NOW}
    verdicts.give(case.public_id, one.pk, verdicts.Judgement(scheme=scheme.ref, code="A"), **when)
    notes.write(
        case.public_id,
        "The lamp is sold in the north.",
        about="item",
        key=str(one.pk),
        **when,
    )
    people.name(case.public_id, group.public_id, name="Girl with a lamp", **when)
    leads.make(
        case.public_id,
        leads.Said(what="The lamp", disproof="Sold everywhere", item=one.pk),
        **when,
    )
    said = decisions.Said(
        kind="identity", said="Anna B., born 2014", reason="School.", group=group.public_id
    )
    made = decisions.decide(case.public_id, said, **when)
    decisions.answer(
        case.public_id, made.public_id, agrees=True, reason="So it is.", by=colleague, at=NOW
    )
    return case


@pytest.fixture
def partners(north_lead, south_lead):
    """Return what each agency knows of the other: south as north sees it, and north."""
    return handing.know(north_lead, south_lead), handing.know(south_lead, north_lead)


@pytest.fixture
def package(worked, partners, north_lead, colleague) -> "HandOver":
    """Return the package of that case for the south."""
    return handing.made(worked, partners[0], north_lead, colleague)


@pytest.fixture
def came(package, south_lead) -> "Receipt":
    """Return its receipt in the south, unpacked there."""
    from haven.workbench.packages import receiving, unpacking

    receipt = receiving.receive(
        handing.file(handing.content(package)),
        number="S-7",
        name="Lamp",
        by=south_lead,
        at=NOW,
    )
    unpacking.unpack(receipt.pk)
    receipt.refresh_from_db()
    return receipt


def rows(receipt, table):
    from haven.workbench.packages.models import ReceivedRow

    found = ReceivedRow.objects.filter(receipt=receipt, table=table)
    return [row.said for row in found]


def test_what_was_found_and_decided_arrives_with_who_said_it(came, north, north_lead):
    assert came.state == "done"
    assert {row["sha256"] for row in rows(came, "items")} == {
        row["sha256"] for row in rows(came, "occurrences")
    }
    [verdict] = rows(came, "verdicts")
    assert (verdict["code"], verdict["stands"]) == ("A", True)
    [note] = rows(came, "notes")
    assert note["text"] == "The lamp is sold in the north."
    [decision] = rows(came, "decisions")
    assert (decision["said"], decision["state"]) == ("Anna B., born 2014", "stands")
    [answer] = rows(came, "answers")
    assert answer["agrees"]
    ida = {"name": north_lead.display_name, "agency": north.name}
    assert [one["by"] for one in (verdict, note, decision)] == [ida] * 3
    assert answer["by"] != ida


def test_nothing_received_looks_like_something_said_here(came, client_of, south_lead):
    from haven.workbench.analysis.models import Item
    from haven.workbench.categories.models import Verdict
    from haven.workbench.decisions.models import Decision

    case = came.case
    assert not Decision.objects.filter(case=case).exists()
    assert not Verdict.objects.filter(case=case).exists()
    assert not Item.objects.filter(case=case).exists()
    shown = client_of(south_lead).get(
        reverse("packages:table", args=[case.public_id, "decisions"])
    )
    words = shown.content.decode()
    assert "Anna B., born 2014" in words
    assert "nobody here said it" in words


def test_no_template_and_no_original_leaves(package, worked):
    text = json.dumps(package.manifest)
    assert '"originals": false' in text
    assert '"face_templates": false' in text
    from haven.workbench.packages import gathering
    from haven.workbench.packages.vocabulary import TABLES

    gathered = gathering.Gathered(worked, asker=package.asked_by, with_notes=True)
    everything = json.dumps([list(gathered.rows(one)) for one in TABLES if one != "views"])
    assert "embedding" not in everything
    assert "0.08" not in everything  # a part of every vector of these tests


def test_the_file_shows_nothing_of_the_case(package, worked):
    content = handing.content(package)
    for told in (worked.number, worked.name, "lamp", str(worked.public_id)):
        assert told.encode() not in content


def test_both_records_name_the_same_package_and_the_senders_root(came, package):
    from haven.audit.models import Event

    sent = Event.objects.get(verb="package.make").facts
    received = Event.objects.get(verb="package.receive").facts
    for fact in ("package", "sha256", "size_bytes", "record_size", "record_root"):
        assert sent[fact] == received[fact]


def test_one_person_alone_hands_nothing_over(worked, partners, north_lead):
    from haven.workbench.packages import actions, making, queries, storing

    [basis_, *_more] = queries.bases(worked, at=NOW)
    asked = actions.Asked(
        partner=partners[0].public_id, authority=basis_.public_id, reason="Because."
    )
    one = actions.ask(worked.public_id, asked, by=north_lead, at=NOW)
    with pytest.raises(actions.SamePerson):
        actions.confirm(worked.public_id, one.public_id, by=north_lead, at=NOW)
    making.make(one.pk)
    with pytest.raises(storing.PackageGone):
        storing.opened(worked.public_id, one.public_id)


def test_a_case_is_not_handed_over_without_a_basis_for_sharing(
    case, partners, north_lead, colleague
):
    from haven.workbench.authority import actions as authority
    from haven.workbench.packages import actions

    entered = authority.enter(
        case.public_id, basis(powers=["analyse", "search"]), by=north_lead, at=NOW
    )
    asked = actions.Asked(
        partner=partners[0].public_id, authority=entered.public_id, reason="Because."
    )
    with pytest.raises(actions.NotCovered):
        actions.ask(case.public_id, asked, by=north_lead, at=NOW)


def test_a_basis_that_is_withdrawn_in_time_stops_the_package(
    worked, authority, partners, north_lead, colleague
):
    from haven.workbench.authority import actions as bases
    from haven.workbench.packages import actions, making

    asked = actions.Asked(
        partner=partners[0].public_id, authority=authority.public_id, reason="Because."
    )
    one = actions.ask(worked.public_id, asked, by=north_lead, at=NOW)
    actions.confirm(worked.public_id, one.public_id, by=colleague, at=NOW)
    bases.withdraw(
        worked.public_id, authority.public_id, why="The court ended it.", by=north_lead, at=NOW
    )
    making.make(one.pk)
    one.refresh_from_db()
    assert (one.state, one.error_code) == ("failed", "package.not_covered")


def test_notes_and_views_stay_here_where_that_was_asked(
    worked, partners, north_lead, colleague, south_lead
):
    one = handing.made(
        worked, partners[0], north_lead, colleague, with_notes=False, with_views=False
    )
    parts = {part["name"]: part["rows"] for part in one.manifest["parts"]}
    assert parts["notes.jsonl"] == parts["views.jsonl"] == parts["views.jpeg"] == 0
    assert parts["items.jsonl"] == 2


def test_the_file_is_erased_after_its_days_and_with_its_case(package, worked, north_lead):
    from haven.workbench.packages import actions, storing

    over = package.keep_until + timedelta(seconds=1)
    with pytest.raises(actions.NotReady):
        actions.fetch(worked.public_id, package.public_id, by=north_lead, at=over)
    assert actions.erase_old(at=over) == 1
    with pytest.raises(storing.PackageGone):
        storing.opened(worked.public_id, package.public_id)


def test_erasing_a_case_finds_its_packages_and_what_it_received(came, package, north, south):
    from haven.workbench.packages.models import HandOver, ReceivedRow
    from haven.workbench.retention import erasing, rows
    from haven.workbench.retention.models import Erasure

    for case in (package.case, came.case):
        order = Erasure(case_key=case.pk, case_public_id=case.public_id)
        places = [place for place in erasing._folders(order) if place.name == str(case.public_id)]
        assert any("packages" in place.parts for place in places)
        rows.delete(case.pk)
    assert not HandOver.objects.exists()
    assert not ReceivedRow.objects.exists()


def test_who_is_not_on_a_case_gets_no_package_of_it(package, client_of, south_lead, north_reader):
    addresses = [
        reverse(f"packages:{name}", args=[package.case.public_id, package.public_id])
        for name in ("one", "fetch", "confirm", "withdraw")
    ]
    stranger = client_of(south_lead)
    answers = [stranger.get(addresses[0]).status_code]
    answers += [stranger.post(one).status_code for one in addresses[1:]]
    assert answers == [404] * 4


def test_each_fetching_is_on_the_record_and_gives_the_same_file(package, client_of, north_lead):
    from haven.audit.models import Event

    address = reverse("packages:fetch", args=[package.case.public_id, package.public_id])
    client = client_of(north_lead)
    got = [b"".join(client.post(address).streaming_content) for _time in range(2)]
    assert got == [handing.content(package)] * 2
    assert Event.objects.filter(verb="package.fetch", has_reason=True).count() == 2


def test_keys_are_taken_only_for_the_digits_that_were_heard(north_lead, south_lead):
    from haven.workbench.packages import partner_actions, queries
    from haven.workbench.packages.models import Partner

    partner_actions.make_identity(by=south_lead, at=NOW)
    told = queries.own(south_lead.agency)
    wrong = told.fingerprint[:-1] + ("1" if told.fingerprint[-1] != "1" else "2")
    for heard in (wrong, told.fingerprint[:-6], ""):
        with pytest.raises(partner_actions.OtherDigits):
            partner_actions.check(told.text, heard=heard, how="Called.", by=north_lead, at=NOW)
    changed = told.text.replace("agency: South", "agency: North")
    with pytest.raises(partner_actions.identities.NoIdentity):
        partner_actions.check(
            changed, heard=told.fingerprint, how="Called.", by=north_lead, at=NOW
        )
    assert not Partner.objects.exists()
    typed = told.fingerprint.replace(" ", "  - ")
    assert partner_actions.check(
        told.text.replace("\n", "\r\n"), heard=typed, how="Called.", by=north_lead, at=NOW
    )


def test_a_rotated_master_key_keeps_the_keys_of_an_agency(
    partners, north_lead, settings, tmp_path
):
    from haven.workbench.cases import wrapping
    from haven.workbench.packages import identities, partner_actions, queries

    place = wrapping.master_key_file()
    old = wrapping.read_master_keys(place)
    before = identities.unwrap(queries.identity(north_lead.agency_id)).keys
    settings.HAVEN_MASTER_KEY_FILE = tmp_path / "keys"
    wrapping.write_master_keys(tmp_path / "keys", [b"n" * 32, *old])
    assert partner_actions.rewrap() == (2, 2)
    wrapping.write_master_keys(tmp_path / "keys", [b"n" * 32])
    wrapping.forget_wrapper()
    assert identities.unwrap(queries.identity(north_lead.agency_id)).keys == before
    wrapping.forget_wrapper()


def test_the_same_content_found_here_shows_what_the_sender_said(
    came, client_of, south_lead, lay, worked
):
    from haven.workbench.analysis import actions as analysis
    from haven.workbench.analysis import saving
    from haven.workbench.authority import actions as authority
    from haven.workbench.evidence import actions as evidence
    from tests.workbench.build import findings, png

    case = came.case
    authority.enter(case.public_id, basis(powers=["analyse"]), by=south_lead, at=NOW)
    exhibit = evidence.add_folder(
        case.public_id, folder=lay({"a.png": png()}), label="Copy", by=south_lead, at=NOW
    )
    run = analysis.start_run(exhibit.public_id, by=south_lead, at=NOW)
    item = saving.content(run, findings("a.jpg"))
    client = client_of(south_lead)
    part = client.get(
        reverse("packages:about_item", args=[case.public_id, item.pk]),
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "What the sender said" in part
    other = client.get(reverse("packages:item", args=[case.public_id, item.sha256]))
    assert f"Item {item.pk}" in other.content.decode()


def test_a_view_that_came_is_masked_here_before_it_is_shown(
    worked, partners, north_lead, colleague, south_lead, portrait, client_of
):
    """A sender whose views are originals shows nothing but faces here."""
    import io

    import numpy as np
    from PIL import Image

    from haven.workbench.analysis import vault
    from haven.workbench.analysis.models import Derivative
    from haven.workbench.cases import keys
    from haven.workbench.packages import receiving, unpacking
    from haven.workbench.packages.models import ReceivedView

    picture = Image.open(io.BytesIO(portrait("obama-1"))).convert("RGB")
    picture.thumbnail((640, 640))
    out = io.BytesIO()
    picture.save(out, "JPEG")
    with keys.opened(worked.public_id) as key:
        sha256 = vault.put(key, out.getvalue())
    first = Derivative.objects.filter(item__case=worked, operation="masked").order_by("pk")[:1]
    Derivative.objects.filter(pk__in=[one.pk for one in first]).update(sha256=sha256)
    one = handing.made(worked, partners[0], north_lead, colleague)
    receipt = receiving.receive(
        handing.file(handing.content(one)), number="S-8", name="Views", by=south_lead, at=NOW
    )
    unpacking.unpack(receipt.pk)
    made, closed = ReceivedView.objects.filter(receipt=receipt).order_by("pk")
    assert (closed.sha256, closed.error_code) == ("", "view.no_face")
    shown = client_of(south_lead).get(
        reverse("packages:view", args=[receipt.case.public_id, made.item_sha256])
    )
    ours = np.asarray(Image.open(io.BytesIO(shown.content)).convert("RGB"), np.int16)
    theirs = np.asarray(picture.resize(ours.shape[1::-1]), np.int16)
    edge = np.abs(np.diff(ours[:, :24], axis=0)).mean()
    assert edge < np.abs(np.diff(theirs[:, :24], axis=0)).mean()


def test_the_documentation_tells_every_field_of_every_table():
    from pathlib import Path

    from haven.workbench.packages import manifest, showing
    from haven.workbench.packages.vocabulary import TABLES

    told = (Path(__file__).parents[2] / "docs" / "packages.md").read_text(encoding="utf-8")
    for table, fields in TABLES.items():
        assert f"| `{table}` | {' '.join(f'`{one}`' for one in fields)} |" in told, table
        assert table == "views" or set(showing.COLUMNS[table]) <= set(fields)
    for name in manifest._FIELDS:
        assert f"`{name}`" in told
