"""Searching for a face: what is asked once, on what basis, who sees what, and the clock."""

import io
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from haven.audit import queries as audit
from haven.web.errors import NotAllowed
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import probing
from haven.workbench.analysis.models import Derivative, Face, Probe, ProbeFace
from haven.workbench.authority import actions as authority
from haven.workbench.authority.queries import AcrossNotCovered, SearchNotCovered
from haven.workbench.cases import actions as cases
from haven.workbench.cases.queries import CaseNotFound
from haven.workbench.evidence import actions as evidence
from haven.workbench.search import actions, ending, queries, statistics, urgent
from haven.workbench.search.models import Candidate, FaceSearch
from tests.workbench.build import NOW, SAID, basis, findings, person, png

HOUR = timedelta(hours=1)
ASK = actions.Ask(**SAID)
ACROSS = actions.Ask(**SAID, across=True)


def allow_all(case, by, **facts):
    return authority.enter(
        case.public_id, basis(powers=["across"], reference="W-9", **facts), by=by, at=NOW
    )


class TestSearch:
    def test_is_refused_without_an_authority_purpose_or_reason(self, asking, face, north_lead):
        narrow = actions.Ask(**{**SAID, "reason": " "})
        for wrong in (narrow, actions.Ask(purpose="curiosity", reason="x")):
            with pytest.raises(actions.WrongAsk):
                actions.search_face(asking.public_id, face.pk, wrong, by=north_lead, at=NOW)
        with pytest.raises(AcrossNotCovered):
            actions.search_face(asking.public_id, face.pk, ACROSS, by=north_lead, at=NOW)
        bare = cases.open_case(number="5", name="Bare", by=north_lead, at=NOW)
        with pytest.raises(SearchNotCovered):
            actions.search_picture(bare.public_id, io.BytesIO(png()), ASK, by=north_lead, at=NOW)
        assert not FaceSearch.objects.exists()
        assert not Probe.objects.exists()

    def test_is_recorded_once_with_the_facts_of_article_12(self, asking, face, north_lead):
        search = actions.search_face(asking.public_id, face.pk, ASK, by=north_lead, at=NOW)

        entry = audit.of_case(asking.pk).filter(verb="face.search").get()
        facts = entry.facts
        assert (facts["purpose"], facts["authority"]) == ("victim", search.authority_id)
        assert facts["looked_for"] == {"face": face.pk}
        assert (facts["gallery"], facts["n_searched"]) == ([asking.pk], 0)
        assert facts["made_with"]["model"] == "dlib-resnet"
        assert facts["made_with"]["limits"] == {"strong": 0.4, "moderate": 0.5, "weak": 0.6}
        assert facts["started_at"] <= facts["ended_at"]
        assert entry.has_reason
        assert "two phones" not in str(facts)

    def test_is_not_done_again_by_looking_at_it(
        self, case, found, authority, north_lead, client_of
    ):
        found("a", [person(0)])
        found("b", [person(0, wobble=1)])
        face = Face.objects.first()
        client = client_of(north_lead)
        form = {**SAID, "authority": str(authority.public_id)}
        url = reverse("review:find_face", args=[case.public_id, face.pk])

        page = client.post(url, form, follow=True)
        again = client.get(page.request["PATH_INFO"], {"top": 50})

        for one in (page, again):
            text = one.content.decode()
            assert "Lead, not identification" in text
            assert "1 face searched" in text
        assert FaceSearch.objects.count() == 1
        verbs = list(audit.of_case(case.pk).values_list("verb", flat=True))
        assert (verbs.count("face.search"), verbs.count("search.view")) == (1, 2)

    def test_page_asks_first_and_says_what_is_missing(
        self, case, found, authority, north_lead, client_of
    ):
        found("a", [person(0)])
        url = reverse("review:find_face", args=[case.public_id, Face.objects.get().pk])
        client = client_of(north_lead)

        assert "What the search is for" in client.get(url).content.decode()
        assert client.post(url, {"purpose": "victim"}).status_code == 422
        assert not FaceSearch.objects.exists()

    def test_looks_only_among_the_exhibits_its_authority_covers(
        self, case, exhibit, found, lay, north_lead
    ):
        found("a", [person(0)])
        found("b", [person(0, wobble=1)])
        other = evidence.add_folder(
            case.public_id, folder=lay({"c.png": png()}), label="Laptop", by=north_lead, at=NOW
        )
        narrow = authority.enter(
            case.public_id,
            basis(powers=["search"], whole_case=False, exhibits=[other.public_id]),
            by=north_lead,
            at=NOW,
        )
        face = Face.objects.first()

        ask = actions.Ask(**SAID, authority=narrow.public_id)
        got = actions.search_face(case.public_id, face.pk, ask, by=north_lead, at=NOW)

        assert (got.n_searched, got.n_candidates) == (0, 0)

    def test_is_not_for_a_reader_and_its_candidates_are_the_askers(
        self, case, found, authority, north_lead, north_reader, client_of, south_lead
    ):
        found("a", [person(0)])
        found("b", [person(0, wobble=1)])
        face = Face.objects.first()
        with pytest.raises(NotAllowed):
            actions.search_face(case.public_id, face.pk, ASK, by=north_reader, at=NOW)
        with pytest.raises(CaseNotFound):
            actions.search_face(case.public_id, face.pk, ASK, by=south_lead, at=NOW)
        search = actions.search_face(case.public_id, face.pk, ASK, by=north_lead, at=NOW)
        url = reverse("review:search", args=[case.public_id, search.public_id])

        seen = client_of(north_reader).get(url).content.decode()

        assert "Seen on two phones" in seen
        assert "comparison/" not in seen
        with pytest.raises(queries.ResultsHidden):
            queries.candidates(search, member=north_reader, at=NOW, top=20)
        shown = reverse("comparison:candidates", args=[case.public_id, search.public_id])
        assert shown in client_of(north_lead).get(url).content.decode()
        assert "To compare" in client_of(north_lead).get(shown).content.decode()
        assert "To compare" not in client_of(north_reader).get(shown).content.decode()
        assert client_of(south_lead).get(url).status_code == 404

    def test_leaves_its_row_and_no_candidate_once_closed(self, asking, face, filled, north_lead):
        search = actions.search_face(asking.public_id, face.pk, ASK, by=north_lead, at=NOW)

        ending.close(asking.public_id, search.public_id, by=north_lead, at=NOW)

        search.refresh_from_db()
        assert (search.state, search.reason) == ("closed", SAID["reason"])
        assert not Candidate.objects.exists()

    def test_for_another_face_of_the_picture_asks_nothing_again(
        self, case, found, authority, north_lead
    ):
        found("a", [person(0)])
        found("b", [person(1)])
        first = actions.search_picture(
            case.public_id, io.BytesIO(png()), ASK, by=north_lead, at=timezone.now()
        )
        probing._save(first.probe, findings("p", [person(0, wobble=2), person(1, wobble=2)]))
        actions.go_on(first.probe_id, at=NOW)

        second = actions.search_other_face(
            case.public_id, first.public_id, 1, by=north_lead, at=timezone.now()
        )

        assert (second.purpose, second.reason) == (first.purpose, first.reason)
        assert second.candidates.first().face.item.occurrences.get().path == "b"
        assert audit.of_case(case.pk).filter(verb="face.search").count() == 2


class TestAcross:
    def test_looks_in_every_case_the_member_works_on_and_no_other(
        self, asking, face, filled, north_lead, north_reader, south_lead
    ):
        mine = filled(north_lead, "2/26", person(0, wobble=1))
        filled(north_reader, "3/26", person(0, wobble=2))  # a colleague's
        filled(south_lead, "4/26", person(0, wobble=3))  # another agency's
        allow_all(asking, north_lead)

        got = actions.search_face(asking.public_id, face.pk, ACROSS, by=north_lead, at=NOW)

        assert got.gallery == sorted([asking.pk, mine.pk])
        assert [one.face.case_id for one in got.candidates.all()] == [mine.pk]

    def test_looks_only_in_the_cases_that_the_authority_names(
        self, asking, face, filled, north_lead
    ):
        named = filled(north_lead, "2/26", person(0, wobble=1))
        filled(north_lead, "3/26", person(0, wobble=2))
        allow_all(asking, north_lead, all_cases=False, other_cases=[named.public_id])

        got = actions.search_face(asking.public_id, face.pk, ACROSS, by=north_lead, at=NOW)

        assert got.gallery == sorted([asking.pk, named.pk])

    def test_is_exact_over_several_cases(self, asking, filled, north_lead):
        import numpy as np

        from haven import engine
        from haven.workbench.analysis import face_queries

        draw = np.random.default_rng(3)
        vectors = draw.normal(size=(12, 128)).astype(np.float32)
        made = [
            filled(north_lead, f"x{number}", vector.tolist())
            for number, vector in enumerate(vectors)
        ]
        probe = draw.normal(size=128).astype(np.float32)

        got = face_queries.nearest([one.pk for one in made], probe.tolist(), quality=1.0, top=12)

        rows, distances = engine.nearest(vectors, probe, 12)
        assert [one.face.case_id for one in got] == [made[row].pk for row in rows]
        assert [one.distance for one in got] == pytest.approx(distances.tolist(), rel=1e-5)

    def test_a_candidate_goes_when_the_member_leaves_its_case(
        self, asking, face, filled, north_lead, north_reader
    ):
        other = filled(north_reader, "2/26", person(0, wobble=1))
        cases.add_member(
            other.public_id, member=north_lead, role="worker", by=north_reader, at=NOW
        )
        allow_all(asking, north_lead)
        got = actions.search_face(asking.public_id, face.pk, ACROSS, by=north_lead, at=NOW)
        assert len(queries.candidates(got, member=north_lead, at=NOW, top=20)) == 1

        cases.take_off(other.public_id, north_lead.pk, by=north_reader, at=NOW)

        assert queries.candidates(got, member=north_lead, at=NOW, top=20) == []


class TestUrgentStart:
    def test_names_another_officer_and_says_why(self, asking, face, north_lead):
        for wrong in (
            actions.Ask(**SAID, across=True, urgent_why="Danger."),
            actions.Ask(**SAID, across=True, urgent_why="Danger.", urgent_officer=north_lead.pk),
        ):
            with pytest.raises(actions.WrongAsk):
                actions.search_face(asking.public_id, face.pk, wrong, by=north_lead, at=NOW)

    def test_shows_its_clock_on_the_page_and_the_overview(
        self, started, asking, north_lead, client_of
    ):
        FaceSearch.objects.update(urgent_until=timezone.now() + 30 * HOUR + HOUR / 2)
        client = client_of(north_lead)

        for url in (
            reverse("review:search", args=[asking.public_id, started.public_id]),
            reverse("review:overview", args=[asking.public_id]),
        ):
            assert "Urgent search: 30 h" in client.get(url).content.decode()

    def test_locks_after_48_hours_even_before_the_job_ran(self, started, north_lead):
        just_before, at_the_end = NOW + 48 * HOUR - HOUR / 60, NOW + 48 * HOUR

        assert queries.candidates(started, member=north_lead, at=just_before, top=20)
        with pytest.raises(queries.ResultsHidden):
            queries.candidates(started, member=north_lead, at=at_the_end, top=20)

        assert urgent.lock_overdue(at=just_before) == 0
        assert urgent.lock_overdue(at=at_the_end) == 1
        assert urgent.lock_overdue(at=at_the_end) == 0
        started.refresh_from_db()
        assert started.state == "locked"
        entry = audit.of_case(started.case_id).first()
        assert (entry.verb, entry.actor_id) == ("search.lock", None)

    def test_locked_page_shows_no_candidate(self, started, asking, north_lead, client_of):
        urgent.lock_overdue(at=NOW + 49 * HOUR)
        url = reverse("review:search", args=[asking.public_id, started.public_id])

        text = client_of(north_lead).get(url).content.decode()

        assert "This search is locked" in text
        assert "strong candidate" not in text
        assert Candidate.objects.exists()

    def test_an_authority_that_names_every_case_unlocks_it(self, started, asking, north_lead):
        urgent.lock_overdue(at=NOW + 49 * HOUR)
        later = NOW + 50 * HOUR
        search = authority.enter(asking.public_id, basis(powers=["search"]), by=north_lead, at=NOW)
        with pytest.raises(urgent.NamesTooLittle):
            urgent.authorise(
                asking.public_id, started.public_id, search.public_id, by=north_lead, at=later
            )
        wide = allow_all(asking, north_lead)

        urgent.authorise(
            asking.public_id, started.public_id, wide.public_id, by=north_lead, at=later
        )

        started.refresh_from_db()
        assert (started.state, started.authority) == ("open", wide)
        assert queries.candidates(started, member=north_lead, at=later, top=20)
        assert urgent.lock_overdue(at=later + 100 * HOUR) == 0
        with pytest.raises(urgent.NotPending):
            urgent.refuse(asking.public_id, started.public_id, why="x", by=north_lead, at=later)

    def test_refused_leaves_who_and_when_alone(self, started, asking, north_lead, north_reader):
        with pytest.raises(CaseNotFound):
            urgent.refuse(asking.public_id, started.public_id, why="x", by=north_reader, at=NOW)

        urgent.refuse(
            asking.public_id, started.public_id, why="Judge B: no.", by=north_lead, at=NOW + HOUR
        )

        stub = FaceSearch.objects.get()
        assert (stub.state, stub.asked_by, stub.asked_at) == ("refused", north_lead, NOW)
        assert (stub.decided_by, stub.decided_at) == (north_lead, NOW + HOUR)
        assert (stub.reason, stub.purpose, stub.urgent_why, stub.face, stub.gallery) == (
            "",
            "",
            "",
            None,
            [],
        )
        assert not Candidate.objects.exists()
        entry = audit.of_case(asking.pk).first()
        assert (entry.verb, entry.has_reason) == ("search.refuse", True)
        queued = ProcrastinateJob.objects.get(task_name=urgent.ERASE_WORDS)
        assert queued.args == {"search_id": stub.pk, "refusal": entry.pk}  # and no word of it
        searched = audit.of_case(asking.pk).get(verb="face.search")
        assert urgent.erase_words(stub.pk, refusal=entry.pk, at=NOW + HOUR) == 1
        searched.refresh_from_db()
        assert not hasattr(searched, "personal")  # the reason went; the act stays proved
        entry.refresh_from_db()
        assert entry.personal_value["reason"] == "Judge B: no."
        with pytest.raises(IntegrityError, match="who_and_when_alone"), transaction.atomic():
            FaceSearch.objects.update(reason="x")

    def test_refused_before_and_back_from_a_backup_is_emptied_again(
        self, started, asking, north_lead
    ):
        when = NOW + HOUR

        assert urgent.refuse_again(started.public_id, by=north_lead.pk, at=when)
        assert not urgent.refuse_again(started.public_id, by=north_lead.pk, at=when)
        assert not urgent.refuse_again(uuid4(), by=north_lead.pk, at=when)

        stub = FaceSearch.objects.get()
        assert (stub.state, stub.decided_by, stub.decided_at) == ("refused", north_lead, when)
        assert (stub.reason, stub.face) == ("", None)
        assert not Candidate.objects.exists()
        searched = audit.of_case(asking.pk).get(verb="face.search")
        assert not hasattr(searched, "personal")
        erased, refused = audit.of_case(asking.pk)[:2]
        assert (erased.verb, refused.verb) == ("record.erase_personal", "search.refuse")
        assert {erased.agency_id, refused.agency_id} == {asking.agency_id}

    def test_cannot_just_be_closed(self, started, asking, north_lead):
        with pytest.raises(ending.StillPending):
            ending.close(asking.public_id, started.public_id, by=north_lead, at=NOW)


class TestUrgentPicture:
    @pytest.fixture
    def brought(self, asking, filled, north_lead, member):
        filled(north_lead, "2/26", person(0, wobble=1))
        ask = actions.Ask(
            **SAID, across=True, urgent_why="Danger.", urgent_officer=member("olav").pk
        )
        search = actions.search_picture(
            asking.public_id, io.BytesIO(png()), ask, by=north_lead, at=NOW
        )
        probing._save(search.probe, findings("p", [person(0, wobble=2)]))
        actions.go_on(search.probe_id, at=NOW)
        search.refresh_from_db()
        return search

    def crop(self, search, member):
        from haven.workbench.analysis import queries as analysis_queries

        return analysis_queries.probe_crop(
            search.case.public_id, search.probe.public_id, 0, member=member
        )

    def test_is_kept_while_the_clock_runs_and_shown_to_nobody_once_locked(
        self, brought, north_lead
    ):
        from haven.workbench.analysis.queries import ViewNotFound

        assert analysis.erase_old_probes(at=NOW + 47 * HOUR) == 0
        assert self.crop(brought, north_lead)

        urgent.lock_overdue(at=NOW + 48 * HOUR)

        assert ProbeFace.objects.filter(embedding__isnull=False).count() == 1
        with pytest.raises(ViewNotFound):
            self.crop(brought, north_lead)

    def test_is_shown_again_for_an_hour_under_an_authority(self, brought, asking, north_lead):
        urgent.lock_overdue(at=NOW + 48 * HOUR)
        wide = allow_all(asking, north_lead)
        later = NOW + 50 * HOUR

        urgent.authorise(
            asking.public_id, brought.public_id, wide.public_id, by=north_lead, at=later
        )

        assert self.crop(brought, north_lead)
        assert analysis.erase_old_probes(at=later + HOUR - HOUR / 60) == 0
        assert analysis.erase_old_probes(at=later + HOUR + HOUR / 60) == 1
        assert ending.close_spent(at=later + 2 * HOUR) == 1

    def test_refused_leaves_no_picture_template_or_crop(self, brought, asking, north_lead):
        kept = Path(settings.HAVEN_DATA_DIR) / "derivatives" / str(asking.public_id)
        before = len([one for one in kept.rglob("*") if one.is_file()])

        urgent.refuse(asking.public_id, brought.public_id, why="Refused.", by=north_lead, at=NOW)

        assert not Probe.objects.exists()
        assert not ProbeFace.objects.exists()
        assert not Derivative.objects.filter(probe_face__isnull=False).exists()
        assert len([one for one in kept.rglob("*") if one.is_file()]) == before - 1
        assert not list((Path(settings.HAVEN_DATA_DIR) / "probes").glob("*"))


class TestStepUp:
    @pytest.mark.parametrize("name", ["find_across", "find_face_across"])
    def test_searching_other_cases_asks_for_a_fresh_factor(
        self, asking, face, north_lead, client_of, settings, name
    ):
        client = client_of(north_lead)
        arguments = [asking.public_id] if name == "find_across" else [asking.public_id, face.pk]
        url = reverse(f"review:{name}", args=arguments)
        assert client.get(url).status_code == 200

        settings.HAVEN_FRESH_FACTOR_S = 0

        assert client.get(url).status_code == 302
        assert client.post(url, SAID).status_code == 302
        assert not FaceSearch.objects.exists()


class TestStatistics:
    @pytest.fixture
    def auditor(self, north):
        from haven.accounts.models import Member

        return Member.objects.create_user(
            username="aud", password="x" * 12, display_name="A", agency=north, roles=["auditor"]
        )

    def test_count_and_name_nothing(
        self, started, asking, face, north_lead, auditor, south_lead, client_of
    ):
        actions.search_face(asking.public_id, face.pk, ASK, by=north_lead, at=NOW)
        urgent.lock_overdue(at=NOW + 48 * HOUR)
        urgent.refuse(
            asking.public_id, started.public_id, why="No.", by=north_lead, at=NOW + 49 * HOUR
        )
        client = client_of(auditor)

        page = client.get(reverse("search:statistics"), {"year": "2026"}).content.decode()
        text = client.get(reverse("search:statistics_csv"), {"year": "2026"}).content.decode()

        lines = dict(row.split(",")[1:] for row in text.splitlines())
        wanted = {
            "searches": "2",
            "across": "1",
            "kind_warrant": "1",
            "kind_consent": "0",
            "urgent": "1",
            "authorised": "0",
            "refused": "1",
            "locked": "1",
        }
        assert {name: lines[name] for name in wanted} == wanted
        for word in ("1/26", "Case 1", "Nora", "two phones"):
            assert word not in text
            assert word not in page.partition("<main")[2]
        theirs = statistics.year_of(south_lead.agency_id, 2026)
        assert not any(line.number for line in theirs)

    def test_are_not_for_caseworkers(self, north_lead, client_of):
        for name in ("search:statistics", "search:statistics_csv"):
            assert client_of(north_lead).get(reverse(name)).status_code == 403

    @pytest.mark.parametrize("year", ["", "0", "99999", "x", "٢٠٢٦"])
    def test_take_any_nonsense_for_a_year(self, auditor, client_of, year):
        answer = client_of(auditor).get(reverse("search:statistics"), {"year": year})

        assert answer.status_code == 200
