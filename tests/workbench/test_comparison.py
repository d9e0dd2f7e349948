"""Comparing candidates: looked at before measured, twice and blind, all or with a reason."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from haven.audit import queries as audit
from haven.web.errors import NotAllowed
from haven.workbench.analysis.models import Face
from haven.workbench.authority import actions as authority
from haven.workbench.cases import actions as cases
from haven.workbench.comparison import actions, calibration, features, queries
from haven.workbench.comparison.models import Comparison, Look
from haven.workbench.search import actions as searches
from haven.workbench.search import ending, forgetting, urgent
from haven.workbench.search import queries as search_queries
from haven.workbench.search.models import Candidate
from tests.walls import role
from tests.workbench.build import NOW, basis, person

ALL_SIMILAR = dict.fromkeys(features.FEATURES, features.SIMILAR)
SAME = actions.Seen(
    conclusion="same",
    sentence="The ear lobe is notched on both.",
    features=ALL_SIMILAR,
    age="adult",
)
DIFFERENT = actions.Seen(conclusion="different", features={"nose": "different"}, age="adult")
UNSURE = actions.Seen(conclusion="none", sentence="Too dark to say.", age="unknown")
ASK = searches.Ask(purpose="victim", reason="Seen on two phones.")


@pytest.fixture
def colleague(case, north, north_lead):
    """Return an analyst who works on the case."""
    from haven.accounts.models import Member

    made = Member.objects.create_user(
        username="kim", display_name="Kim Second", agency=north, roles=["analyst"]
    )
    cases.add_member(case.public_id, member=made, role="worker", by=north_lead, at=NOW)
    return made


@pytest.fixture
def search(case, found, north_lead):
    """Return a search of the lead with five candidates."""
    found("sought", [person(0)])
    for number in range(3):
        found(f"near-{number}", [person(0, wobble=number + 1)])
    for number in range(2):
        found(f"far-{number}", [person(number + 5)])
    face = Face.objects.get(item__occurrences__path="sought")
    return searches.search_face(case.public_id, face.pk, ASK, by=north_lead, at=NOW)


@pytest.fixture
def conclude(case, search):
    """Return a way to conclude on the candidate of a rank."""

    def said(rank, seen, by):
        key = search.candidates.get(rank=rank).pk
        return actions.conclude(case.public_id, search.public_id, key, seen, by=by, at=NOW)

    return said


def address(case, search, rank, name="pair"):
    key = search.candidates.get(rank=rank).pk
    return reverse(f"comparison:{name}", args=[case.public_id, search.public_id, key])


def form_of(seen):
    answers = {f"feature_{key}": word for key, word in seen.features.items()}
    return {"conclusion": seen.conclusion, "sentence": seen.sentence, "age": seen.age, **answers}


class TestLooking:
    def test_shows_no_distance_before_the_first_look(self, case, search, north_lead, client_of):
        client = client_of(north_lead)
        one = search.candidates.get(rank=1)
        lists = reverse("comparison:candidates", args=[case.public_id, search.public_id])
        distance = f"{one.distance:.3f}"

        before = [client.get(url).content.decode() for url in (lists, address(case, search, 1))]
        client.post(address(case, search, 1, "look"))
        after = [client.get(url).content.decode() for url in (lists, address(case, search, 1))]

        for text in before:
            assert distance not in text
            assert "strong candidate" not in text
            assert "number 1" not in text
        for text in after:
            assert distance in text
            assert "strong candidate" in text
        assert "weak candidate" not in after[0]
        assert Look.objects.get().member == north_lead
        verbs = list(audit.of_case(case.pk).values_list("verb", flat=True))
        assert verbs.count("comparison.look") == 1

    def test_order_is_the_members_own_and_not_by_distance(self, case, found, north_lead):
        found("sought", [person(0)])
        for number in range(24):
            found(f"{number}", [person(0, wobble=number + 1)])
        face = Face.objects.get(item__occurrences__path="sought")
        search = searches.search_face(case.public_id, face.pk, ASK, by=north_lead, at=NOW)
        seen = cases.queries.get(case.public_id, member=north_lead)

        once = [
            one.candidate.rank for one in queries.pairs(seen, search, member=north_lead, at=NOW)
        ]
        again = [
            one.candidate.rank for one in queries.pairs(seen, search, member=north_lead, at=NOW)
        ]

        assert once == again
        assert sorted(once) == list(range(1, 21))
        assert once != sorted(once)

    def test_no_page_claims_more_than_a_candidate(self, case, search, north_lead, client_of):
        client = client_of(north_lead)
        client.post(address(case, search, 1, "look"))
        pages = [
            reverse("review:search", args=[case.public_id, search.public_id]),
            reverse("comparison:candidates", args=[case.public_id, search.public_id]),
            address(case, search, 1),
            reverse("comparison:calibration"),
        ]

        for url in pages:
            text = client.get(url).content.decode().lower()
            for word in ("match", "identified", " hit "):
                assert word not in text.replace("white", ""), url


class TestConcluding:
    def test_same_person_wants_every_feature_and_a_sentence(self, conclude, north_lead):
        half = {key: word for key, word in ALL_SIMILAR.items() if key != "ears"}
        for thin in (
            actions.Seen(conclusion="same", sentence="x", features=half, age="adult"),
            actions.Seen(conclusion="same", features=ALL_SIMILAR, age="adult"),
            actions.Seen(conclusion="different", age="adult"),
            actions.Seen(conclusion="match", sentence="x", features=ALL_SIMILAR, age="adult"),
            actions.Seen(
                conclusion="none", sentence="x", features={"aura": "similar"}, age="adult"
            ),
        ):
            with pytest.raises(actions.NotGrounded):
                conclude(1, thin, north_lead)
        not_seen = {**ALL_SIMILAR, "ears": "not_visible"}
        seen = actions.Seen(conclusion="same", sentence="A scar.", features=not_seen, age="adult")

        made = conclude(1, seen, north_lead)

        assert (made.place, made.saw_distance, made.checklist) == (1, False, "1")
        assert made.features["ears"] == "not_visible"

    def test_is_kept_once_and_recorded_without_its_sentence(self, case, conclude, north_lead):
        conclude(1, SAME, north_lead)
        with pytest.raises(actions.NotYours):
            conclude(1, DIFFERENT, north_lead)

        entry = audit.of_case(case.pk).get(verb="comparison.conclude")
        assert entry.facts["conclusion"] == "same"
        assert "ear lobe" not in str(entry.facts)

    def test_the_site_cannot_change_it(self, conclude, north_lead):
        made = conclude(1, SAME, north_lead)

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            role("haven_web", member=north_lead),
        ):
            Comparison.objects.filter(pk=made.pk).update(conclusion="different")

    def test_is_not_for_a_reader_nor_for_another_agency(
        self, case, search, conclude, north_reader, south_lead, client_of
    ):
        with pytest.raises(NotAllowed):
            conclude(1, SAME, north_reader)
        for method in ("get", "post"):
            answer = getattr(client_of(south_lead), method)(address(case, search, 1))
            assert answer.status_code == 404

    def test_page_leads_through_all_pairs_and_back(self, case, search, north_lead, client_of):
        client = client_of(north_lead)
        url = address(case, search, 1)
        for _pair in range(search.candidates.count()):
            answer = client.post(url, form_of(DIFFERENT))
            assert answer.status_code == 302
            url = answer["Location"]

        assert url == reverse("review:search", args=[case.public_id, search.public_id])
        assert Comparison.objects.count() == search.candidates.count()

    def test_page_says_what_is_missing(self, case, search, north_lead, client_of):
        wrong = {**form_of(SAME), "sentence": ""}

        answer = client_of(north_lead).post(address(case, search, 1), wrong)

        assert answer.status_code == 422
        assert "needs an answer to every feature" in answer.content.decode()
        assert not Comparison.objects.exists()


class TestClosing:
    def test_waits_until_every_candidate_is_decided(self, case, search, conclude, north_lead):
        conclude(1, SAME, north_lead)
        with pytest.raises(ending.StillUndecided):
            ending.close(case.public_id, search.public_id, by=north_lead, at=NOW)
        for rank in range(2, search.candidates.count() + 1):
            conclude(rank, UNSURE, north_lead)

        ending.close(case.public_id, search.public_id, by=north_lead, at=NOW)

        assert Candidate.objects.filter(search=search).count() == 5
        entry = audit.of_case(case.pk).get(verb="search.close")
        assert (entry.facts["decided"], entry.facts["undecided"]) == (5, 0)

    def test_before_that_takes_a_reason_and_keeps_what_was_concluded(
        self, case, search, conclude, north_lead, client_of
    ):
        conclude(1, SAME, north_lead)
        client = client_of(north_lead)
        url = reverse("review:close_search", args=[case.public_id, search.public_id])

        refused = client.post(url, follow=True).content.decode()
        client.post(url, {"why": "The victim was found."})

        assert "not decided yet" in refused
        search.refresh_from_db()
        assert search.state == "closed"
        assert [one.rank for one in search.candidates.all()] == [1]
        entry = audit.of_case(case.pk).get(verb="search.stop")
        assert (entry.has_reason, entry.facts["undecided"]) == (True, 4)

    def test_more_than_twenty_are_decided_when_they_were_called_up(self, case, found, north_lead):
        found("sought", [person(0)])
        for number in range(22):
            found(f"{number}", [person(0, wobble=number + 1)])
        face = Face.objects.get(item__occurrences__path="sought")
        search = searches.search_face(case.public_id, face.pk, ASK, by=north_lead, at=NOW)
        assert search_queries.undecided(search, member=north_lead, at=NOW) == 20
        hidden = search.candidates.get(rank=21)
        seen = cases.queries.get(case.public_id, member=north_lead)
        with pytest.raises(queries.PairNotFound):
            queries.pair(seen, search.public_id, hidden.pk, member=north_lead, at=NOW)

        ending.widen(case.public_id, search.public_id, by=north_lead, at=NOW)

        search.refresh_from_db()
        assert search_queries.undecided(search, member=north_lead, at=NOW) == 22

    def test_a_refused_search_takes_its_comparisons_along(
        self, case, found, north_lead, colleague
    ):
        found("a", [person(0)])
        found("b", [person(0, wobble=1)])
        authority.withdraw(
            case.public_id,
            authority.queries.of_case(case).get().public_id,
            why="Ended.",
            by=north_lead,
            at=NOW,
        )
        ask = searches.Ask(
            purpose="victim",
            reason="x",
            across=True,
            urgent_why="A child is in danger.",
            urgent_officer=colleague.pk,
        )
        face = Face.objects.get(item__occurrences__path="a")
        search = searches.search_face(case.public_id, face.pk, ask, by=north_lead, at=NOW)
        key = search.candidates.get(rank=1).pk
        actions.conclude(case.public_id, search.public_id, key, SAME, by=north_lead, at=NOW)

        with role("haven_web", member=north_lead):
            urgent.refuse(
                case.public_id, search.public_id, why="The judge.", by=north_lead, at=NOW
            )

        assert not Comparison.objects.exists()


class TestWhatEnds:
    def test_a_colleague_sees_no_pair_once_the_authority_was_withdrawn(
        self, case, search, conclude, north_lead, colleague
    ):
        conclude(1, SAME, north_lead)
        assert queries.for_second(case, member=colleague, at=NOW)
        basis_of_it = authority.queries.of_case(case).get().public_id

        authority.withdraw(case.public_id, basis_of_it, why="Ended.", by=north_lead, at=NOW)

        seen = cases.queries.get(case.public_id, member=colleague)
        assert not queries.for_second(seen, member=colleague, at=NOW)
        for who in (north_lead, colleague):
            with pytest.raises(queries.PairNotFound):
                conclude(1, SAME, who)
        assert search_queries.undecided(search, member=north_lead, at=NOW) == 0
        ending.close(case.public_id, search.public_id, by=north_lead, at=NOW)  # needs no reason
        assert [one.rank for one in search.candidates.all()] == [1]

    def test_erased_templates_leave_what_was_concluded_without_its_distance(
        self, case, search, conclude, north_lead
    ):
        conclude(1, SAME, north_lead)
        Face.objects.filter(case=case).update(embedding=None)

        assert forgetting.forget(case.pk) == 4

        kept = search.candidates.get()
        assert (kept.rank, kept.distance, kept.strength) == (1, None, "")
        seen = cases.queries.get(case.public_id, member=north_lead)
        pair = queries.pair(seen, search.public_id, kept.pk, member=north_lead, at=NOW)
        assert (pair.nearness, pair.own.conclusion) == (None, "same")


class TestSecondReviewer:
    def test_sees_neither_verdict_nor_distance_before_the_own_conclusion(
        self, case, search, conclude, north_lead, colleague, client_of
    ):
        conclude(1, SAME, north_lead)
        conclude(2, DIFFERENT, north_lead)
        one = search.candidates.get(rank=1)
        client = client_of(colleague)
        lists = reverse("comparison:second", args=[case.public_id])

        texts = [
            client.get(url).content.decode()
            for url in (lists, address(case, search, 1), address(case, search, 2))
        ]

        for text in texts:
            for trace in (
                f"{one.distance:.3f}",
                f"{search.candidates.get(rank=2).distance:.3f}",
                "strong candidate",
                "number 1 of",
                "ear lobe",
                "Nora Lead",
                "First reviewer",
                "show how near",
            ):
                assert trace not in text, trace
        client.post(address(case, search, 1), form_of(UNSURE))
        after = client.get(address(case, search, 1)).content.decode()
        assert f"{one.distance:.3f}" in after
        assert "ear lobe" in after
        second = Comparison.objects.get(place=2)
        assert (second.reviewer, second.saw_distance) == (colleague, False)

    def test_cannot_have_the_distance_shown(self, case, search, conclude, north_lead, colleague):
        conclude(1, SAME, north_lead)
        key = search.candidates.get(rank=1).pk
        with pytest.raises(actions.NotYours):
            actions.look(case.public_id, search.public_id, key, by=colleague, at=NOW)

    def test_is_somebody_else_than_the_first(self, case, search, conclude, north_lead, colleague):
        with pytest.raises(queries.PairNotFound):
            conclude(1, SAME, colleague)  # the first is who searched
        conclude(1, SAME, north_lead)
        seen = cases.queries.get(case.public_id, member=north_lead)
        assert queries.for_second(seen, member=north_lead, at=NOW) == []
        conclude(1, SAME, colleague)
        with pytest.raises(actions.NotYours):
            conclude(1, DIFFERENT, colleague)

    def test_list_holds_others_beside_those_that_support_the_same(
        self, case, search, conclude, north_lead, colleague
    ):
        conclude(1, SAME, north_lead)
        for rank in (2, 3, 4, 5):
            conclude(rank, DIFFERENT, north_lead)
        seen = cases.queries.get(case.public_id, member=colleague)

        waiting = queries.for_second(seen, member=colleague, at=NOW)

        ranks = {one.candidate.rank for one in waiting}
        assert 1 in ranks
        assert len(ranks) == 3

    def test_who_reads_the_case_sees_no_verdict_that_could_unblind(
        self, case, search, conclude, north_lead, north_reader, client_of
    ):
        conclude(1, SAME, north_lead)

        text = client_of(north_reader).get(address(case, search, 1)).content.decode()

        assert "once a second reviewer has concluded" in text
        assert "ear lobe" not in text

    def test_agreement_is_counted_with_its_interval(
        self, case, search, conclude, north_lead, colleague, client_of
    ):
        for rank, first, second in ((1, SAME, SAME), (2, DIFFERENT, UNSURE), (3, SAME, SAME)):
            conclude(rank, first, north_lead)
            conclude(rank, second, colleague)

        got = queries.agreement(case)

        assert (got.n, got.n_same) == (3, 2)
        assert got.raw_low < 2 / 3 < got.raw_high
        assert got.kappa == pytest.approx(0.4)
        page = client_of(colleague).get(reverse("comparison:second", args=[case.public_id]))
        assert "0.40" in page.content.decode()

    def test_of_a_brought_picture_sees_its_face(
        self, case, found, authority, north_lead, colleague, client_of
    ):
        import io

        from haven.workbench.analysis import probing
        from tests.workbench.build import findings, png

        found("a", [person(0)])
        search = searches.search_picture(
            case.public_id, io.BytesIO(png()), ASK, by=north_lead, at=timezone.now()
        )
        probing._save(search.probe, findings("probe", [person(0, wobble=3)]))
        searches.go_on(search.probe.pk, at=timezone.now())
        key = search.candidates.get(rank=1).pk
        url = reverse("comparison:sought", args=[case.public_id, search.public_id, key])
        assert client_of(colleague).get(url).status_code == 404
        ids = (case.public_id, search.public_id, key)
        actions.conclude(*ids, SAME, by=north_lead, at=timezone.now())

        assert client_of(colleague).get(url)["Content-Type"] == "image/jpeg"


class TestAcrossCases:
    def test_a_pair_in_a_case_that_the_member_left_is_not_there(
        self, case, found, north_lead, north_reader, colleague, client_of, lay
    ):
        """The search goes across under its authority; the pair needs both cases."""
        from haven.workbench.analysis import actions as analysis
        from haven.workbench.analysis import saving
        from haven.workbench.evidence import actions as evidence
        from tests.workbench.build import findings, png

        found("a", [person(0)])
        other = cases.open_case(number="2026-2", name="Quay", by=north_lead, at=NOW)
        authority.enter(other.public_id, basis(), by=north_lead, at=NOW)
        exhibit = evidence.add_folder(
            other.public_id, folder=lay({"a.png": png()}), label="Disk", by=north_lead, at=NOW
        )
        run = analysis.start_run(exhibit.public_id, by=north_lead, at=NOW)
        saving.content(run, findings("elsewhere", [person(0, wobble=1)]))
        face = Face.objects.get(case=case)
        ask = searches.Ask(purpose="victim", reason="x", across=True)
        search = searches.search_face(case.public_id, face.pk, ask, by=north_lead, at=NOW)
        one = search.candidates.get(face__case=other)
        ids = (case.public_id, search.public_id, one.pk)
        actions.conclude(*ids, SAME, by=north_lead, at=NOW)

        seen = cases.queries.get(case.public_id, member=colleague)
        assert queries.for_second(seen, member=colleague, at=NOW) == []
        assert client_of(colleague).get(reverse("comparison:pair", args=ids)).status_code == 404
        cases.add_member(other.public_id, member=colleague, role="worker", by=north_lead, at=NOW)
        assert client_of(colleague).get(reverse("comparison:pair", args=ids)).status_code == 200


class TestChildren:
    def test_a_child_after_three_years_or_of_unknown_years_is_a_weak_lead(
        self, conclude, north_lead
    ):
        def with_age(rank, age, *years):
            seen = actions.Seen(
                conclusion="none",
                sentence="x",
                age=age,
                year_sought=years[0] if years else None,
                year_found=years[1] if years else None,
            )
            return conclude(rank, seen, north_lead).is_weak

        assert with_age(1, "infant", 2024, 2024)
        assert with_age(2, "child", 2020, 2024)
        assert not with_age(3, "child", 2022, 2024)
        assert with_age(4, "child")
        assert not with_age(5, "adult")

    def test_page_shows_the_figures_with_their_sources(self, case, search, north_lead, client_of):
        text = client_of(north_lead).get(address(case, search, 1)).content.decode()

        for words in ("94.9 % found", "30.7 % found", "YFA 2022", "ITLF 2026", "under 18"):
            assert words in text


class TestCalibration:
    def test_intervals_are_those_of_clopper_and_pearson(self):
        none = calibration.interval(0, 190)
        assert (none.low, none.value) == (0, 0)
        assert none.high == pytest.approx(1 - 0.025 ** (1 / 190))
        some = calibration.interval(11, 190)
        # scipy.stats.binomtest(11, 190).proportion_ci(method="exact"): 0.0293, 0.1012
        assert some == pytest.approx((0.0293, 11 / 190, 0.1012), abs=5e-4)
        assert calibration.interval(0, 0) == (0, 0, 1)
        assert calibration.interval(5, 5).high == 1

    def test_false_candidates_grow_with_the_faces_searched(self):
        few, many = calibration.at(0.6, 100), calibration.at(0.6, 10_000)
        assert many.expected.value == pytest.approx(100 * few.expected.value)
        assert few.at_least_one.value < many.at_least_one.value <= 1
        assert few.false == many.false

    def test_file_says_with_what_it_was_measured(self, search):
        told = calibration.facts()
        assert told["model"] == search.made_with["model"]
        assert len(told["model_sha256"]) == 64
        assert not calibration.is_of_this_model(["another"])
        for part in ("all", "enough"):
            table = calibration.table(1, part=part)
            assert table.pairs == table.people * (table.people - 1) // 2
            counts = [one.false_count for one in table.lines]
            assert counts == sorted(counts)

    @pytest.mark.parametrize("n", ["", "x", "-1", "9" * 30, "²", "100"])
    def test_page_takes_any_number_and_says_what_was_not_tested(self, n, north_lead, client_of):
        answer = client_of(north_lead).get(reverse("comparison:calibration"), {"n": n})

        text = answer.content.decode()
        assert answer.status_code == 200
        assert "Not tested" in text
        assert "children and young people of any age" in text
        assert "<svg" in text


@pytest.mark.django_db(transaction=True)
def test_two_second_reviewers_at_once_and_one_is_kept(
    case, search, conclude, north, north_lead, colleague
):
    from haven.accounts.models import Member

    conclude(1, SAME, north_lead)
    third = Member.objects.create_user(
        username="lou", display_name="Lou", agency=north, roles=["analyst"]
    )
    cases.add_member(case.public_id, member=third, role="worker", by=north_lead, at=NOW)
    gate, said = threading.Barrier(2), []

    def compare(member):
        gate.wait()
        try:
            conclude(1, SAME, member)
            said.append("kept")
        except (actions.NotYours, actions.AlreadyDone, queries.PairNotFound, NotAllowed):
            said.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=compare, args=[one]) for one in (colleague, third)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(said) == ["kept", "refused"]
    assert Comparison.objects.count() == 2
