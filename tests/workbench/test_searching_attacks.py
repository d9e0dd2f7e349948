"""Searches under attack: authorities that end, two who decide at once, what erasing leaves."""

import io
import threading
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.urls import reverse

from haven.audit import queries as audit
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import face_templates, probing, saving
from haven.workbench.analysis.models import Derivative, Face, Probe, ProbeFace, Run
from haven.workbench.analysis.queries import ViewNotFound, probe_crop
from haven.workbench.authority import actions as authority
from haven.workbench.authority.models import Authority
from haven.workbench.cases import actions as cases
from haven.workbench.cases.models import Case
from haven.workbench.evidence import actions as evidence
from haven.workbench.search import actions, ending, forgetting, holding, queries, urgent
from haven.workbench.search.models import Candidate, FaceSearch
from tests.workbench.build import NOW, SAID, basis, findings, person, png

ASK = actions.Ask(**SAID)
LATER = NOW.replace(hour=14)
AFTER_TWO_DAYS = NOW.replace(day=3, hour=13)


def withdraw(one, by, at=NOW):
    return authority.withdraw(one.case.public_id, one.public_id, why="Ordered.", by=by, at=at)


def enter(case, by, **facts):
    return authority.enter(case.public_id, basis(**facts), by=by, at=NOW)


def sees(search, who, at=LATER):
    return queries.shows_results(queries.get(search.case, search.public_id), member=who, at=at)


@pytest.fixture
def search(asking, face, lay, north_lead):
    """Return a search within a case that found one candidate."""
    more = evidence.add_folder(
        asking.public_id, folder=lay({"b.png": png()}), label="Tablet", by=north_lead, at=NOW
    )
    run = analysis.start_run(more.public_id, by=north_lead, at=NOW)
    saving.content(run, findings("b", [person(0, wobble=3)]))
    made = actions.search_face(asking.public_id, face.pk, ASK, by=north_lead, at=NOW)
    assert made.candidates.count() == 1
    return made


class TestAnAuthorityThatEnded:
    def test_hides_the_candidates_until_another_one_covers_them(
        self, search, asking, north_lead, client_of
    ):
        url = reverse("review:search", args=[asking.public_id, search.public_id])
        client = client_of(north_lead)
        assert sees(search, north_lead)

        withdraw(search.authority, north_lead)
        hidden = client.get(url).content.decode()

        assert not sees(search, north_lead)
        assert "The authority of this search has ended" in hidden
        assert "Candidates in this case" not in hidden
        with pytest.raises(queries.ResultsHidden):
            queries.candidates(search, member=north_lead, at=LATER, top=5)
        enter(asking, north_lead, powers=["analyse"])
        assert not sees(search, north_lead)
        enter(asking, north_lead, powers=["search"])
        assert sees(search, north_lead)
        assert "Candidates in this case" in client.get(url).content.decode()

    def test_that_ran_out_by_itself_hides_them_too(self, asking, face, north_lead):
        withdraw(Authority.objects.get(case=asking), north_lead)
        enter(asking, north_lead, powers=["search"], valid_until=NOW.date())
        made = actions.search_face(asking.public_id, face.pk, ASK, by=north_lead, at=NOW)

        assert sees(made, north_lead, at=NOW)
        assert not sees(made, north_lead, at=AFTER_TWO_DAYS)

    def test_is_not_replaced_by_one_for_fewer_exhibits(self, search, asking, north_lead):
        exhibit = Run.objects.filter(exhibit__case=asking).first().exhibit
        withdraw(search.authority, north_lead)

        enter(
            asking,
            north_lead,
            powers=["search"],
            whole_case=False,
            exhibits=[exhibit.public_id],
        )

        assert not sees(search, north_lead)

    def test_can_still_be_ended_and_erased_by_who_asked(
        self, search, asking, north_lead, client_of
    ):
        withdraw(search.authority, north_lead)
        client = client_of(north_lead)

        client.post(reverse("review:close_search", args=[asking.public_id, search.public_id]))

        search.refresh_from_db()
        assert (search.state, search.candidates.count()) == ("closed", 0)

    def test_for_some_exhibits_does_not_open_the_rest_of_the_case_urgently(
        self, started, asking, north_lead
    ):
        exhibit = Run.objects.filter(exhibit__case=asking).first().exhibit
        narrow = enter(
            asking,
            north_lead,
            powers=["across"],
            whole_case=False,
            exhibits=[exhibit.public_id],
        )

        with pytest.raises(urgent.NamesTooLittle):
            urgent.authorise(
                asking.public_id, started.public_id, narrow.public_id, by=north_lead, at=NOW
            )


class TestBetweenAskingAndLooking:
    @pytest.fixture
    def waiting(self, search, asking, north_lead):
        """Return a search whose picture nobody has looked at."""
        return actions.search_picture(
            asking.public_id, io.BytesIO(png()), ASK, by=north_lead, at=NOW
        )

    def look(self, one):
        probing._save(one.probe, findings("p", [person(0, wobble=2)]))
        actions.go_on(one.probe_id, at=LATER)
        one.refresh_from_db()
        return one

    def test_it_is_done_where_all_is_as_it_was(self, waiting):
        assert self.look(waiting).n_candidates == 2

    def test_a_withdrawn_authority_ends_it(self, waiting, north_lead):
        withdraw(waiting.authority, north_lead)

        assert self.look(waiting).state == "closed"
        assert not waiting.candidates.exists()

    def test_who_was_taken_off_the_case_gets_nothing(self, waiting, asking, member):
        other = member("olav")
        cases.add_member(asking.public_id, member=other, role="lead", by=waiting.asked_by, at=NOW)
        cases.name_responsible(asking.public_id, other.pk, by=other, at=NOW)
        cases.take_off(asking.public_id, waiting.asked_by_id, by=other, at=NOW)

        assert self.look(waiting).state == "closed"
        assert not waiting.candidates.exists()

    def test_one_that_was_ended_stays_ended_and_keeps_no_template(
        self, waiting, asking, north_lead
    ):
        media = findings("p", [person(0, wobble=2)])
        ending.close(asking.public_id, waiting.public_id, by=north_lead, at=NOW)

        probing._save(waiting.probe, media)  # the look began before
        actions.go_on(waiting.probe_id, at=LATER)

        waiting.refresh_from_db()
        assert waiting.state == "closed"
        assert Probe.objects.get().state == "erased"
        assert not ProbeFace.objects.exists()
        assert not Derivative.objects.filter(probe_face__isnull=False).exists()
        assert not waiting.candidates.exists()

    def test_one_left_by_a_killed_worker_is_taken_up(self, waiting):
        probing._save(waiting.probe, findings("p", [person(0, wobble=2)]))

        assert actions.go_on_left(at=LATER) == 1

        waiting.refresh_from_db()
        assert waiting.state == "open"


class TestTheClock:
    @pytest.fixture
    def waiting(self, started, asking, north_lead):
        """Return an urgent search with a picture that nobody has looked at."""
        ask = actions.Ask(
            **SAID,
            across=True,
            urgent_why="Danger.",
            urgent_officer=started.urgent_officer_id,
        )
        return actions.search_picture(
            asking.public_id, io.BytesIO(png()), ask, by=north_lead, at=NOW
        )

    def test_locks_also_a_picture_that_is_looked_at_too_late(self, waiting, asking, north_lead):
        urgent.lock_overdue(at=AFTER_TWO_DAYS)
        probing._save(waiting.probe, findings("p", [person(0, wobble=2)]))
        actions.go_on(waiting.probe_id, at=AFTER_TWO_DAYS)

        waiting.refresh_from_db()
        assert (waiting.state, waiting.candidates.count()) == ("locked", 0)
        with pytest.raises(ViewNotFound):
            probe_crop(asking.public_id, waiting.probe.public_id, 0, member=north_lead)

        wide = enter(asking, north_lead, powers=["across"])
        urgent.authorise(
            asking.public_id,
            waiting.public_id,
            wide.public_id,
            by=north_lead,
            at=AFTER_TWO_DAYS,
        )
        actions.go_on_left(at=AFTER_TWO_DAYS)

        waiting.refresh_from_db()
        assert (waiting.state, waiting.n_candidates) == ("open", 2)

    def test_is_not_started_anew_over_a_locked_search(
        self, started, asking, face, north_lead, client_of
    ):
        ask = actions.Ask(
            **SAID, across=True, urgent_why="Again.", urgent_officer=started.urgent_officer_id
        )

        with pytest.raises(actions.UndecidedBefore):
            actions.search_face(asking.public_id, face.pk, ask, by=north_lead, at=AFTER_TWO_DAYS)

        assert FaceSearch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    @pytest.fixture
    def picture(self, asking, filled, north_lead, member):
        """Return an urgent search for one of two faces of a brought picture."""
        filled(north_lead, "2/26", person(0, wobble=1))
        officer = member("olav")
        ask = actions.Ask(**SAID, across=True, urgent_why="Danger.", urgent_officer=officer.pk)
        made = actions.search_picture(
            asking.public_id, io.BytesIO(png()), ask, by=north_lead, at=NOW
        )
        probing._save(made.probe, findings("p", [person(0, wobble=2), person(1)]))
        actions.go_on(made.probe_id, at=NOW)
        made.refresh_from_db()
        return made

    def beside(self, act):
        """Start an act in another connection; return what to wait for, and what it raised."""
        raised = []

        def run():
            try:
                act()
            except Exception as error:  # noqa: BLE001
                raised.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread, raised

    def test_refusing_leaves_no_search_that_was_being_added(self, picture, asking, north_lead):
        where, by = (asking.public_id, picture.public_id), north_lead
        with transaction.atomic():
            actions.search_other_face(*where, 1, by=by, at=NOW)
            thread, raised = self.beside(lambda: urgent.refuse(*where, why="No.", by=by, at=NOW))
            thread.join(1.0)
            assert thread.is_alive()  # it waits for the search that is being added
        thread.join()

        assert raised == []
        assert set(FaceSearch.objects.values_list("state", flat=True)) == {"refused"}
        assert not Candidate.objects.exists()
        assert not ProbeFace.objects.exists()

    def test_no_face_is_added_to_what_was_refused_meanwhile(self, picture, asking, north_lead):
        where, by = (asking.public_id, picture.public_id), north_lead
        with transaction.atomic():
            urgent.refuse(*where, why="No.", by=by, at=NOW)
            thread, raised = self.beside(
                lambda: actions.search_other_face(*where, 1, by=by, at=NOW)
            )
            thread.join(1.0)
        thread.join()

        assert [type(one) for one in raised] == [queries.ResultsHidden]
        assert FaceSearch.objects.get().state == "refused"

    def test_who_comes_second_decides_nothing(self, picture, asking, north_lead):
        other = actions.search_other_face(
            asking.public_id, picture.public_id, 1, by=north_lead, at=NOW
        )
        wide = enter(asking, north_lead, powers=["across"])
        with transaction.atomic():
            urgent.refuse(asking.public_id, other.public_id, why="No.", by=north_lead, at=NOW)
            thread, raised = self.beside(
                lambda: urgent.authorise(
                    asking.public_id, picture.public_id, wide.public_id, by=north_lead, at=NOW
                )
            )
            thread.join(1.0)
        thread.join()

        assert [type(one) for one in raised] == [urgent.NotPending]
        assert set(FaceSearch.objects.values_list("state", flat=True)) == {"refused"}


class TestWhatErasingLeaves:
    def test_no_job_holds_the_words_of_a_refusal(self, started, asking, north_lead):
        urgent.refuse(
            asking.public_id, started.public_id, why="Judge Berg: no.", by=north_lead, at=NOW
        )

        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(args::text, ' ') FROM procrastinate_jobs")
            assert "Berg" not in cursor.fetchone()[0]
        refusal = audit.of_case(asking.pk).get(verb="search.refuse")
        urgent.erase_words(started.pk, refusal=refusal.pk, at=LATER)
        kept = [one.personal_value.get("reason", "") for one in audit.of_case(asking.pk)]
        assert "Judge Berg: no." in kept
        assert not [one for one in kept if "two phones" in one]

    def test_no_candidate_rests_on_an_erased_template_in_any_case(
        self, asking, face, filled, north_lead, client_of
    ):
        other = filled(north_lead, "2/26", person(0, wobble=1))
        enter(asking, north_lead, powers=["across"])
        across = replace(ASK, across=True)
        made = actions.search_face(asking.public_id, face.pk, across, by=north_lead, at=NOW)
        assert made.candidates.count() == 1
        Run.objects.update(state="finished", finished_at=NOW)

        face_templates.erase(other.public_id, reason="Ordered.", by=north_lead, at=LATER)

        made.refresh_from_db()
        assert (made.candidates.count(), made.n_erased) == (0, 1)
        page = client_of(north_lead).get(
            reverse("review:search", args=[asking.public_id, made.public_id])
        )
        assert "This list is not complete" in page.content.decode()
        with connection.cursor() as cursor:
            cursor.execute("SELECT array_agg(task_name::text) FROM procrastinate_jobs")
            assert {"search.forget", "retention.rewrite"} <= set(cursor.fetchone()[0])

    def test_none_is_shown_before_the_worker_came_by(self, search, asking, north_lead):
        Face.objects.filter(case=asking).update(embedding=None)

        assert queries.candidates(search, member=north_lead, at=LATER, top=5) == []
        assert forgetting.forget(asking.pk) == 1
        assert not Candidate.objects.exists()


def test_another_face_across_cases_asks_for_a_fresh_factor(
    started, asking, north_lead, client_of, settings
):
    client = client_of(north_lead)
    settings.HAVEN_FRESH_FACTOR_S = 0

    answer = client.post(
        reverse("review:search_face", args=[asking.public_id, started.public_id]), {"face": "0"}
    )

    assert "/account/" in answer["Location"]


def test_a_search_that_is_gone_is_held_by_nobody(db):
    assert holding.hold_one(0) is None
    assert not Case.objects.exists()
