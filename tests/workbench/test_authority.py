"""The legal basis: what it covers on a day, and that nothing is analysed without it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from haven.accounts.access import Role
from haven.audit import queries as audit
from haven.web.errors import NotAllowed
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import face_templates, grouping, running
from haven.workbench.analysis.models import Face, FaceGroup, Item, Run
from haven.workbench.authority import actions, queries
from haven.workbench.authority.models import Authority
from haven.workbench.cases.queries import CaseNotFound
from haven.workbench.evidence import actions as evidence
from tests.workbench.build import NOW, basis, person, png

DAY = timedelta(days=1)


def enter(case, by, **facts):
    return actions.enter(case.public_id, basis(**facts), by=by, at=NOW)


def state(authority, at):
    return queries.standing(Authority.objects.get(pk=authority.pk), at=at).state


class TestEnter:
    def test_keeps_who_what_and_when_and_records_it(self, case, north_lead):
        made = enter(case, north_lead, powers=["analyse"], all_cases=False, notes=" Only days. ")

        assert (made.entered_by, made.entered_at, made.notes) == (north_lead, NOW, "Only days.")
        entry = audit.of_case(case.pk).first()
        assert (entry.verb, entry.facts["powers"]) == ("authority.enter", ["analyse"])
        assert "W-1" not in str(entry.facts)

    def test_is_for_who_works_on_the_case(self, case, north_reader, south_lead):
        with pytest.raises(NotAllowed):
            enter(case, north_reader)
        with pytest.raises(CaseNotFound):
            enter(case, south_lead)

    @pytest.mark.parametrize(
        "facts",
        [
            {"powers": []},
            {"powers": ["analyse"], "whole_case": False},
            {"powers": ["across"], "all_cases": False},
            {"powers": ["analyse"], "all_cases": True},
            {"valid_until": NOW.date() - DAY},
        ],
    )
    def test_refuses_what_covers_nothing(self, case, north_lead, facts):
        with pytest.raises(actions.WrongScope):
            enter(case, north_lead, **facts)

    def test_names_no_case_that_the_member_cannot_see(self, case, north_lead, south_lead):
        from haven.workbench.cases import actions as cases

        theirs = cases.open_case(number="9", name="South", by=south_lead, at=NOW)

        with pytest.raises(actions.WrongScope):
            enter(case, north_lead, all_cases=False, other_cases=[theirs.public_id])

    def test_is_never_edited(self, authority):
        for change in ({"reference": "W-2"}, {"powers": ["share"]}, {"valid_until": NOW.date()}):
            with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
                Authority.objects.filter(pk=authority.pk).update(**change)


class TestStanding:
    def test_follows_the_days_of_the_paper(self, case, north_lead):
        first, last = date(2026, 3, 2), date(2026, 3, 4)
        made = enter(case, north_lead, valid_from=first, valid_until=last)

        got = [state(made, NOW + days * DAY) for days in (0, 1, 3, 4)]

        assert got == ["later", "valid", "valid", "ended"]
        assert queries.covering(case.pk, "analyse", at=NOW) is None
        assert queries.covering(case.pk, "analyse", at=NOW + 3 * DAY) == made
        assert queries.covering(case.pk, "analyse", at=NOW + 4 * DAY) is None

    def test_says_when_one_runs_out_soon(self, case, north_lead):
        made = enter(case, north_lead, valid_until=NOW.date() + 20 * DAY)

        assert not queries.standing(made, at=NOW).ends_soon
        assert queries.standing(made, at=NOW + 6 * DAY).ends_soon

    def test_ends_when_another_takes_its_place(self, case, north_lead, authority):
        later = actions.enter(
            case.public_id,
            basis(powers=["analyse"], all_cases=False, valid_from=NOW.date() + DAY),
            supersedes=authority.public_id,
            by=north_lead,
            at=NOW,
        )

        assert [state(authority, NOW), state(authority, NOW + DAY)] == ["valid", "superseded"]
        assert queries.covering(case.pk, "search", at=NOW + DAY) is None
        with pytest.raises(actions.NotStanding):
            actions.enter(
                case.public_id, basis(), supersedes=authority.public_id, by=north_lead, at=NOW
            )
        actions.withdraw(case.public_id, later.public_id, why="x", by=north_lead, at=NOW + DAY)
        assert state(authority, NOW + 2 * DAY) == "superseded"  # nothing comes back by itself

    def test_ends_when_withdrawn_with_a_reason(self, case, north_lead, authority):
        with pytest.raises(actions.ReasonMissing):
            actions.withdraw(case.public_id, authority.public_id, why=" ", by=north_lead, at=NOW)

        actions.withdraw(
            case.public_id, authority.public_id, why="Quashed.", by=north_lead, at=NOW
        )

        assert state(authority, NOW) == "withdrawn"
        assert queries.covering(case.pk, "analyse", at=NOW) is None
        assert audit.of_case(case.pk).first().has_reason
        with pytest.raises(actions.NotStanding):
            actions.withdraw(case.public_id, authority.public_id, why="x", by=north_lead, at=NOW)
        with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
            Authority.objects.filter(pk=authority.pk).update(withdrawn_why="other")

    def test_covers_the_exhibits_it_names_and_no_other(self, case, exhibit, lay, north_lead):
        other = evidence.add_folder(
            case.public_id, folder=lay({"b.png": png()}), label="Laptop", by=north_lead, at=NOW
        )
        made = enter(case, north_lead, whole_case=False, exhibits=[exhibit.public_id])

        assert queries.covering(case.pk, "analyse", exhibit_pk=exhibit.pk, at=NOW) == made
        assert queries.covering(case.pk, "analyse", exhibit_pk=other.pk, at=NOW) is None
        with pytest.raises(queries.AnalysisNotCovered):
            analysis.start_run(other.public_id, by=north_lead, at=NOW)

    def test_does_not_cover_another_case(self, case, authority, north_lead):
        from haven.workbench.cases import actions as cases

        other = cases.open_case(number="2", name="Other", by=north_lead, at=NOW)

        assert queries.covering(other.pk, "analyse", at=NOW) is None


class TestRun:
    def test_is_refused_without_an_authority_and_nothing_is_queued(
        self, exhibit, north_lead, client_of
    ):
        url = reverse("analysis:start", args=[exhibit.case.public_id, exhibit.public_id])
        client = client_of(north_lead)

        shown = client.get(url).content.decode()
        refused = client.post(url, {"profile": "fast"})

        assert "Enter an authority" in shown
        assert ">Start<" not in shown
        assert refused.status_code == 422
        assert "No valid authority" in refused.content.decode()
        assert not Run.objects.exists()

    def test_is_refused_for_a_retry_too(self, case, found, authority, north_lead):
        from tests.workbench.build import failed

        found("broken", **failed("step.timeout"))
        Run.objects.update(state="finished", finished_at=NOW)
        actions.withdraw(case.public_id, authority.public_id, why="x", by=north_lead, at=NOW)

        with pytest.raises(queries.AnalysisNotCovered):
            analysis.retry_failures(case.public_id, by=north_lead, at=NOW)

    def test_says_what_it_stands_on(self, run, authority):
        assert run.authority == authority
        entry = audit.of_case(authority.case_id).filter(verb="run.start").get()
        assert entry.facts["authority"] == authority.pk

    def test_stops_when_its_authority_ends_and_goes_on_under_another(
        self, case, exhibit, north_lead, assets_root
    ):
        made = enter(case, north_lead, valid_until=NOW.date())
        run = analysis.start_run(exhibit.public_id, by=north_lead, at=NOW)

        running.run_now(run.pk, clock=lambda: NOW + DAY)

        run.refresh_from_db()
        assert (run.state, run.error_code) == ("failed", "run.no_authority")
        again = enter(case, north_lead, reference="W-2")
        second = analysis.start_run(exhibit.public_id, by=north_lead, at=NOW)
        assert second.authority == again  # the one that ends last
        assert made.pk != again.pk
        running.run_now(second.pk, clock=lambda: NOW + DAY)
        second.refresh_from_db()
        assert second.state == "finished"

    def test_takes_up_another_authority_that_covers_it(
        self, case, exhibit, north_lead, assets_root
    ):
        made = enter(case, north_lead, valid_until=NOW.date())
        run = analysis.start_run(exhibit.public_id, by=north_lead, at=NOW)
        other = enter(case, north_lead, reference="W-2")

        running.run_now(run.pk, clock=lambda: NOW + DAY)

        run.refresh_from_db()
        assert (made != other, run.state, run.authority) == (True, "finished", other)
        assert audit.of_case(case.pk).filter(verb="run.change_authority").count() == 1


class TestFaceTemplates:
    def test_are_not_made_unless_an_authority_covers_them(
        self, case, north_lead, lay, portrait, assets_root
    ):
        enter(case, north_lead, powers=["analyse"], all_cases=False)
        exhibit = evidence.add_folder(
            case.public_id,
            folder=lay({"a.jpg": portrait("obama-1"), "b.jpg": portrait("obama-2")}),
            label="Phone",
            by=north_lead,
            at=NOW,
        )
        run = analysis.start_run(exhibit.public_id, by=north_lead, at=NOW)

        running.run_now(run.pk)

        faces = Face.objects.filter(case=case)
        assert faces.count() == 2
        assert not faces.filter(embedding__isnull=False).exists()
        assert not FaceGroup.objects.exists()
        assert Item.objects.filter(derivatives__operation="masked").count() == 2
        assert all(face.derivatives.count() == 1 for face in faces)

        enter(case, north_lead, reference="W-2")
        again = analysis.start_run(exhibit.public_id, by=north_lead, at=NOW)
        running.run_now(again.pk)

        assert faces.filter(embedding__isnull=False).count() == 2
        assert FaceGroup.objects.get().n_faces == 2

    def test_are_kept_by_a_later_look_without_them(self, case, run, found, north_lead, authority):
        from haven.workbench.analysis import saving
        from tests.workbench.build import findings

        found("a", [person(0)])
        run.options["embed"] = False
        saving.content(run, findings("a", [person(1)]))

        assert Face.objects.get().embedding[0] == 1.0

    def test_are_erased_alone_with_a_reason(self, case, run, found, north_lead, north_reader):
        from haven.workbench.people import actions as people

        found("a", [person(0)])
        found("b", [person(0, wobble=1)])
        found("c", [person(3)])
        found("d", [person(3, wobble=1)])
        grouping.regroup(case.pk)
        decided = FaceGroup.objects.order_by("pk").first()
        people.name(case.public_id, decided.public_id, name="Ash", by=north_lead, at=NOW)
        erase = {"case_id": case.public_id, "at": NOW}

        with pytest.raises(face_templates.StillLooking):
            face_templates.erase(**erase, reason="x", by=north_lead)
        Run.objects.update(state="finished", finished_at=NOW)
        with pytest.raises(face_templates.ReasonMissing):
            face_templates.erase(**erase, reason=" ", by=north_lead)
        with pytest.raises(NotAllowed):
            face_templates.erase(**erase, reason="x", by=north_reader)
        assert face_templates.erase(**erase, reason="Ordered by the court.", by=north_lead) == 4

        assert not Face.objects.filter(embedding__isnull=False).exists()
        assert [group.pk for group in FaceGroup.objects.all()] == [decided.pk]
        assert Face.objects.count() == 4
        assert audit.of_case(case.pk).first().verb == "templates.erase"
        assert set(Item.objects.values_list("options_key", flat=True)) == {""}

    def test_page_says_whether_they_are_on_and_erases(self, case, found, client_of, north_lead):
        found("a", [person(0)])
        Run.objects.update(state="finished", finished_at=NOW)
        client = client_of(north_lead)
        url = reverse("analysis:templates", args=[case.public_id])

        assert "1 face template is kept" in client.get(url).content.decode()
        assert client.post(url, {"reason": ""}).status_code == 422
        done = client.post(url, {"reason": "No longer needed."}, follow=True).content.decode()

        assert "were erased" in done
        assert "0 face templates are kept" in done


class TestPages:
    def test_enter_and_withdraw_and_come_back(self, exhibit, client_of, north_lead):
        case, client = exhibit.case, client_of(north_lead)
        start = reverse("analysis:start", args=[case.public_id, exhibit.public_id])
        form = {
            "kind": "court_order",
            "reference": "CO 7/26",
            "issuer": "District Court",
            "powers": ["analyse"],
            "scope": "exhibits",
            "valid_from": "2026-03-01",
            "next": start,
        }
        url = reverse("authority:enter", args=[case.public_id])

        wrong = client.post(url, form)
        assert wrong.status_code == 422
        assert "Choose the exhibits" in wrong.content.decode()
        entered = client.post(url, {**form, "exhibits": [str(exhibit.public_id)]})

        assert (entered.status_code, entered.url) == (302, start)
        text = client.get(reverse("authority:list", args=[case.public_id])).content.decode()
        assert "CO 7/26" in text
        assert "some exhibits" in text
        made = Authority.objects.get()
        client.post(
            reverse("authority:withdraw", args=[case.public_id, made.public_id]), {"why": "Void"}
        )
        text = client.get(reverse("authority:list", args=[case.public_id])).content.decode()
        assert "withdrawn" in text
        assert "Void" in text

    @pytest.mark.parametrize("away", ["//evil.example/", "https://evil.example/", "/account/"])
    def test_lead_nowhere_outside_the_case(self, case, client_of, north_lead, away):
        url = reverse("authority:enter", args=[case.public_id])
        text = client_of(north_lead).get(url, {"next": away}).content.decode()

        assert f'name="next" value="{away}"' not in text
        assert f'href="{away}"' not in text

    def test_a_case_that_the_viewer_is_not_on_is_never_named(
        self, case, client_of, north_lead, north_reader
    ):
        from haven.workbench.cases import actions as cases

        secret = cases.open_case(number="77/X", name="Quiet", by=north_lead, at=NOW)
        enter(case, north_lead, all_cases=False, other_cases=[secret.public_id])
        url = reverse("authority:list", args=[case.public_id])

        assert "77/X" in client_of(north_lead).get(url).content.decode()
        assert "77/X" not in client_of(north_reader).get(url).content.decode()


class TestLists:
    @pytest.fixture
    def administrator(self, north):
        from haven.accounts.models import Member

        return Member.objects.create_user(
            username="adm",
            password="x" * 12,
            display_name="Ada",
            agency=north,
            roles=[Role.ADMINISTRATOR],
        )

    def test_are_kept_by_the_administrator_alone(
        self, administrator, north_lead, south_lead, client_of
    ):
        with pytest.raises(NotAllowed):
            actions.add_word(which="kind", word="Order of a prosecutor", by=north_lead, at=NOW)
        assert client_of(north_lead).get(reverse("authority:lists")).status_code == 403
        client = client_of(administrator)

        client.post(reverse("authority:lists"), {"list": "kind", "word": "Prosecutor's order"})
        again = client.post(
            reverse("authority:lists"), {"list": "kind", "word": "prosecutor's order"}
        )

        assert again.status_code == 422
        word = queries.own_words(administrator.agency_id, "kind").get()
        assert not queries.own_words(south_lead.agency_id, "kind").exists()
        client.post(reverse("authority:retire", args=[word.pk]))
        assert not queries.own_words(administrator.agency_id, "kind").exists()

    def test_own_kind_is_used_and_another_agencys_is_not_there(
        self, administrator, case, north_lead, south_lead
    ):
        word = actions.add_word(which="kind", word="Decree", by=administrator, at=NOW)

        made = enter(case, north_lead, kind="own", own_kind=word.pk)

        assert made.kind_words == "Decree"
        with pytest.raises(actions.WordNotFound):
            enter(case, north_lead, kind="own", own_kind=word.pk + 1)

    def test_administrator_sees_nothing_of_a_case(self, administrator, case, client_of):
        client = client_of(administrator)

        for url in ("/cases/", f"/cases/{case.public_id}/authority/"):
            answer = client.get(url)
            assert answer.status_code == 403
            assert "Harbour" not in answer.content.decode()
