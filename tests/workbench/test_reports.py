"""Reports: frozen when made, the same when made again, every number with its row."""

import hashlib
import io
import json
import re
import zipfile

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from haven.audit import canonical
from haven.audit import queries as audit
from haven.audit.actions import ReasonMissing
from haven.web.errors import NotAllowed
from haven.workbench.analysis.models import Face, Item
from haven.workbench.comparison import actions as comparison
from haven.workbench.decisions import actions as decisions
from haven.workbench.leads import actions as leads
from haven.workbench.people import actions as people
from haven.workbench.reports import actions, queries, rendering
from haven.workbench.reports.models import Report
from haven.workbench.reports.scope import Ask
from haven.workbench.retention import rows
from haven.workbench.search import actions as searches
from tests.signing_in import add_code_app, let_in
from tests.walls import role
from tests.workbench.build import NOW, SAID, failed
from tests.workbench.test_comparison import SAME
from tests.workbench.verdicts import give

REASON = "Ash Doe was seen at the harbour; Ash wore the ring."


@pytest.fixture
def whole(case, groups, found, scheme, colleague, north_lead):
    """Return the case with a person, a lead, a decision of two people, verdicts and failures."""
    found("broken", **failed("source.unreadable"))
    public_id = groups[0].public_id
    people.name(case.public_id, public_id, name="Ash Doe", by=north_lead, at=NOW)
    item = groups[0].faces.first().item
    give(item, "A", north_lead)
    said = leads.Said(what="Ash Doe has the same ring.", disproof="Another ring.", item=item.pk)
    lead = leads.make(case.public_id, said, by=north_lead, at=NOW)
    who = decisions.Said(kind="identity", said="Ash Doe, 1980", reason=REASON, group=public_id)
    made = decisions.decide(case.public_id, who, by=north_lead, at=NOW)
    decisions.answer(
        case.public_id, made.public_id, agrees=True, reason="I agree.", by=colleague, at=NOW
    )
    return lead


@pytest.fixture
def make(case, north_lead):
    """Return a way to make a report of the case."""

    def one(by=north_lead, **asked):
        plain = {"addressed_to": "The court", "purpose": "The trial"}
        return actions.make(case.public_id, Ask(**{**plain, **asked}), by=by, at=NOW)

    return one


def numbers(told):
    return {one["id"]: one["value"] for one in told["numbers"]}


def words(told):
    return json.dumps(told["sections"], ensure_ascii=False)


class TestTheManifest:
    def test_says_what_is_there_and_what_could_not_be_looked_at(self, case, whole, make):
        told = queries.manifest(case, make())
        said = numbers(told)

        assert said["items"] == 7
        assert (said["items-done"], said["items-unsupported"], said["items-failed"]) == (6, 0, 1)
        assert (said["leads"], said["decisions"], said["failure-1"]) == (1, 1, 1)
        assert said["items-with-faces"] + said["items-without-faces"] == said["items-done"]
        tally = [value for name, value in said.items() if name.startswith("scheme-1-")]
        assert sum(tally) == said["items"]
        assert "source.unreadable" in words(told)

    def test_every_number_has_a_row_and_every_way_leads_somewhere(self, case, whole, make):
        told = queries.manifest(case, make())
        page = rendering.page(told, {}).decode()
        ids = re.findall(r' id="([^"]+)"', page)

        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
        for one in told["numbers"]:
            assert {f"n-{one['id']}", f"at-{one['id']}"} <= set(ids)
            assert one["what"] and one["from"]

    def test_one_digest_over_all_items_follows_from_the_rows_it_prints(self, case, whole, make):
        facts = queries.manifest(case, make())["sections"][1]["blocks"]
        table = next(
            one["table"] for one in facts if len(one.get("table", {"head": ()})["head"]) == 6
        )
        codes = [
            [
                part["code"]
                for cell in row
                for part in cell
                if isinstance(part, dict) and "code" in part
            ]
            for row in table["rows"]
        ]
        lines = sorted(" ".join(one) for one in codes)

        assert len(lines) == 7
        text = "".join(f"{line}\n" for line in lines)
        assert hashlib.sha256(text.encode()).hexdigest() in json.dumps(facts)

    def test_is_canonical_sealed_and_named_on_the_record(self, case, whole, make):
        made = make()
        raw = queries.raw(case, made)
        entry = audit.of_case(case.pk).get(verb="report.make")

        assert canonical.encode(json.loads(raw)) == raw
        assert hashlib.sha256(raw).hexdigest() == made.manifest_sha256
        assert entry.facts["manifest"] == made.manifest_sha256
        sealed = bytes(Report.objects.get(pk=made.pk).manifest)
        assert b"analysis_item" in raw and b"analysis_item" not in sealed
        assert "harbour" not in entry.body

    def test_calls_victims_by_a_key_and_takes_their_names_out_of_free_text(
        self, case, whole, make
    ):
        hidden = words(queries.manifest(case, make()))
        named = words(queries.manifest(case, make(hides_names=False)))

        assert "Ash" not in hidden and "Doe" not in hidden
        assert "[V1] was seen at the harbour; [V1] wore the ring." in hidden
        assert "Ash Doe, 1980" in named

    def test_of_chosen_parts_says_how_many_others_there_are(self, case, whole, make, north_lead):
        said = leads.Said(what="A red car.", disproof="A blue one.")
        chosen = leads.make(case.public_id, said, by=north_lead, at=NOW)

        told = queries.manifest(case, make(whole_case=False, leads=frozenset({chosen.public_id})))

        assert (numbers(told)["leads"], numbers(told)["leads-others"]) == (1, 1)
        assert "A red car." in words(told) and "same ring" not in words(told)

    def test_is_in_the_language_it_was_made_in(self, case, whole, make, client_of, north_lead):
        with translation.override("fr"):
            made = make()
        page = client_of(north_lead).get(address(case, made)).content.decode()

        assert queries.manifest(case, made)["language"] == made.language == "fr"
        assert 'class="report" lang="fr"' in page


class TestBlindness:
    def test_a_pair_is_not_told_before_its_second_person(
        self, case, groups, make, north_lead, colleague
    ):
        face = Face.objects.filter(group=groups[0]).first()
        ask = searches.Ask(**SAID)
        search = searches.search_face(case.public_id, face.pk, ask, by=north_lead, at=NOW)
        pair = (case.public_id, search.public_id, search.candidates.get(rank=1).pk)
        comparison.conclude(*pair, SAME, by=north_lead, at=NOW)
        leads.from_comparison(case.public_id, pair[2], by=north_lead, at=NOW)

        before = queries.manifest(case, make())
        comparison.conclude(*pair, SAME, by=colleague, at=NOW)
        after = queries.manifest(case, make())

        assert SAME.sentence not in words(before)
        assert (numbers(before)["pairs-unsaid"], numbers(before)["leads-unsaid"]) == (1, 1)
        assert words(after).count(SAME.sentence) == 2
        assert (numbers(after)["pairs"], numbers(after)["leads"]) == (1, 1)
        assert numbers(after)["pair-1-distance"] > 0


class TestMadeAgain:
    def test_page_and_document_are_the_same_bytes(self, case, whole, make, north_lead):
        made = make(step=1)

        same = actions.compare(case.public_id, made.public_id, by=north_lead, at=NOW)

        assert (same.page, same.pdf) == (True, True)

    def test_the_archive_can_be_checked_with_sha256sum(self, case, whole, make, north_lead):
        made = make(step=1)
        given = actions.Given(form="zip", to="The court", reason="The trial")
        file = actions.export(case.public_id, made.public_id, given, by=north_lead, at=NOW)
        archive = zipfile.ZipFile(io.BytesIO(file))
        sums = dict(
            line.split("  ")[::-1] for line in archive.read("SHA256SUMS").decode().splitlines()
        )

        assert set(sums) | {"SHA256SUMS"} == set(archive.namelist())
        for name, digest in sums.items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        assert sums["manifest.json"] == made.manifest_sha256
        assert sums["report.html"] == made.page_sha256
        assert sums["report.pdf"] == made.pdf_sha256
        assert any(name.startswith("views/") for name in sums)

    def test_a_script_without_a_font_makes_no_pdf_and_the_page_says_so(
        self, case, make, client_of, north_lead
    ):
        made = make(purpose="审判")

        page = client_of(north_lead).get(address(case, made)).content.decode()

        assert made.pdf_sha256 == ""
        assert "There is no PDF" in page and "审判" in page


class TestPictures:
    def test_there_is_none_at_step_0(self, case, whole, make, north_lead):
        told = queries.manifest(case, make())

        assert told["views"] == []
        assert b"<img" not in rendering.page(told, {})
        assert b"/Subtype/Image" not in rendering.pdf(told, {}).replace(b" ", b"")

    def test_at_step_1_they_are_the_masked_views_of_items_spoken_of(
        self, case, whole, make, client_of, north_lead
    ):
        made = make(step=1)
        told = queries.manifest(case, made)
        client = client_of(north_lead)

        page = client.get(address(case, made)).content.decode()
        shown = re.findall(r'<img src="([^"]+)"', page)
        pictures = [client.get(one).content for one in shown]

        assert [hashlib.sha256(one).hexdigest() for one in pictures] == told["views"]
        assert len(shown) == 1 < Item.objects.filter(case=case, n_faces__gt=0).count()
        elsewhere = shown[0].replace(told["views"][0], "0" * 64)
        assert client.get(elsewhere).status_code == 404


class TestWhoAndHow:
    def test_who_only_reads_the_case_reads_reports_and_gives_none_out(
        self, case, whole, make, north_reader, north_lead, client_of
    ):
        from haven.workbench.cases import actions as cases

        made = make()
        ids = (case.public_id, north_reader.pk)
        cases.change_role(*ids, role="reader", by=north_lead, at=NOW)
        given = actions.Given(form="html", to="The press", reason="x")

        assert client_of(north_reader).get(address(case, made)).status_code == 200
        with pytest.raises(NotAllowed):
            make(by=north_reader)
        with pytest.raises(NotAllowed):
            actions.export(case.public_id, made.public_id, given, by=north_reader, at=NOW)

    def test_a_file_asks_for_a_fresh_factor_a_recipient_and_a_reason(
        self, case, whole, make, client_of, north_lead
    ):
        made = make()
        add_code_app(north_lead)
        url = address(case, made, "export")
        wanted = {"form": "pdf", "to": "The court", "reason": "The trial of May"}

        stale = let_in(Client(), north_lead, ago_s=3 * 3600).post(url, wanted)
        given = client_of(north_lead).post(url, wanted)
        entry = audit.of_case(case.pk).get(verb="report.export")

        assert stale.status_code == 302 and "/confirm/" in stale["Location"]
        assert given.content.startswith(b"%PDF-")
        assert hashlib.sha256(given.content).hexdigest() == made.pdf_sha256
        assert entry.facts["sha256"] == made.pdf_sha256
        assert entry.personal_value["to"] == "The court"
        assert entry.personal_value["reason"] == "The trial of May"
        with pytest.raises(ReasonMissing):
            actions.export(
                case.public_id,
                made.public_id,
                actions.Given(form="json", to="The court", reason=" "),
                by=north_lead,
                at=NOW,
            )

    def test_nobody_changes_a_report_and_a_later_one_supersedes_it(
        self, case, whole, make, client_of, north_lead
    ):
        first = make()
        second = make(supersedes=first.public_id)

        page = client_of(north_lead).get(address(case, first)).content.decode()

        assert "superseded by a later one" in page
        assert queries.manifest(case, second)["sections"]
        with pytest.raises(actions.NotSuperseded):
            make(supersedes=first.public_id)
        for name in ("haven_web", ""):
            with pytest.raises(DatabaseError), transaction.atomic(), role(name, member=north_lead):
                Report.objects.filter(pk=first.pk).update(step=1)

    def test_it_goes_with_its_case(self, case, whole, make):
        make()

        assert rows.counts(case.pk)["reports_report"] == 1

    def test_the_page_makes_what_was_chosen(self, case, whole, client_of, north_lead):
        client = client_of(north_lead)
        url = reverse("reports:new", args=[case.public_id])
        form = {
            "addressed_to": "The court",
            "purpose": "The trial",
            "step": "0",
            "hides_names": "on",
            "parts": "chosen",
            "leads": [str(whole.public_id)],
        }

        nothing = client.post(url, {**form, "leads": []})
        answer = client.post(url, form, follow=True)

        assert nothing.status_code == 422
        assert answer.status_code == 200
        assert "L1" in answer.content.decode()
        assert Report.objects.get().whole_case is False


def address(case, made, name="one"):
    return reverse(f"reports:{name}", args=[case.public_id, made.public_id])
