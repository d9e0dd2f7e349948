"""The makers' portal: submitting a tool, the two who let it in, and what a rule refuses."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from haven.accounts.models import Agency, Member
from haven.audit.models import Event
from haven.hub.catalogue import adding, grading
from haven.hub.catalogue.models import Maker, Tool
from haven.hub.experience import asking, flagging, speaking
from haven.hub.experience.deciding import AnswerMissing, CuratorTied, Decision
from haven.hub.portal import actions, queries
from haven.hub.portal.models import Submission
from tests.hub.planted import entry, submitted

NOW = timezone.now()
YES = Decision(accepts=True, answer="", is_free=True)


@pytest.fixture
def opened(db):
    return entry("sawmill", "Sawmill", maker="Log and Sons")


def _curator(username):
    office, _made = Agency.objects.get_or_create(
        name="Office", defaults={"country": "CH", "kind": "international"}
    )
    return Member.objects.create_user(
        username=username, display_name=username.title(), agency=office, roles=["curator"]
    )


@pytest.fixture
def curator(db):
    return _curator("clara")


@pytest.fixture
def second(db):
    return _curator("carl")


def _provider(username, agency):
    return Member.objects.create_user(
        username=username, display_name=username.title(), agency=agency, roles=["provider"]
    )


@pytest.fixture
def provider(db):
    agency = Agency.objects.create(name="Lantern Tools", country="UY", kind="provider")
    return _provider("pablo", agency)


def form(**said):
    told = submitted()
    rules = {f"rule_{slug}": "no" for slug in queries.refusals()}
    values = {
        **told.values,
        "platforms": "Linux, Windows",
        "languages": "English",
        "maker": "",
        "known_errors": "Misses small wheels.",
        "training_use": "no",
        "claim_1": "Counts up to nine wheels.",
        "source_1": "https://spoke.example/wheels",
    }
    return {**values, **rules, **said}


def every_criterion(**said):
    holds = {f"holds_{slug}": "on" for slug in queries.criteria()}
    return {**holds, "rule": "", "answer": "", "is_free": "on", **said}


def text(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def let_in(made, curator, second):
    found = actions.Check(list(queries.criteria()), "")
    actions.check(made.public_id, found, YES, by=curator, at=NOW)
    return actions.publish(made.public_id, YES, by=second, at=NOW)


class TestTheWayIn:
    def test_one_curator_checks_and_another_publishes(
        self, opened, client_of, provider, curator, second, north_lead
    ):
        page = client_of(provider).post("/hub/makers/submit/", form())
        made = Submission.objects.get()
        path = f"/hub/submissions/{made.public_id}/"
        assert page["Location"] == path
        assert client_of(north_lead).get(path).status_code == 404

        client_of(curator).post(f"{path}check/", every_criterion())
        assert "Another curator publishes it." in text(client_of(curator), path)
        again = client_of(curator).post(f"{path}publish/", {"accepts": "yes", "is_free": "on"})
        assert again.status_code == 422
        assert not Tool.objects.filter(name="Spokeshave").exists()
        client_of(second).post(f"{path}publish/", {"accepts": "yes", "is_free": "on"})

        tool = Tool.objects.get(name="Spokeshave")
        assert (tool.slug, tool.maker.name) == ("spokeshave", "Lantern Tools")
        assert tool.platforms == ["Linux", "Windows"]
        seen = text(client_of(north_lead), "/hub/tools/spokeshave/")
        assert "Counts up to nine wheels." in seen
        assert "Not for people." in seen
        assert "new in the catalogue" in text(client_of(north_lead), "/hub/changes/")
        assert "Spokeshave" in text(client_of(north_lead), "/hub/tools/?q=spokeshave")

    def test_what_a_maker_says_of_itself_is_a_claim_and_no_more(
        self, opened, client_of, provider, curator, second
    ):
        told = submitted()
        more = [*told.claims, adding.Claim("Tested by Others Inc.", "https://others.example/1")]
        told = actions.Told(told.values, more, [])
        made = let_in(actions.submit(told, by=provider, at=NOW), curator, second)
        tool = made.tool

        grade = grading.grade(tool, tool.facts.all(), today=timezone.localdate())
        assert grade.rank.slug == "claimed"
        assert {(one.kind, one.relation) for one in tool.facts.all()} == {("claimed", "maker")}
        assert tool.facts.filter(basis="recalled").count() == 1

    def test_the_provider_speaks_for_the_maker_from_then_on(
        self, opened, client_of, provider, curator, second
    ):
        let_in(actions.submit(submitted(), by=provider, at=NOW), curator, second)

        home = text(client_of(provider), "/hub/makers/")
        assert "/hub/tools/spokeshave/propose/" in home

    def test_two_tools_of_one_name_have_two_addresses(self, opened, provider, curator, second):
        first = let_in(actions.submit(submitted(), by=provider, at=NOW), curator, second)
        other = let_in(actions.submit(submitted(), by=provider, at=NOW), curator, second)
        odd = let_in(
            actions.submit(submitted(name="Compare"), by=provider, at=NOW), curator, second
        )

        assert first.tool.slug == "spokeshave"
        assert other.tool.slug.startswith("spokeshave-")
        assert odd.tool.slug.startswith("compare-")  # an address of another page

    def test_the_database_itself_lets_nothing_in_by_one_alone(self, opened, provider, curator):
        made = actions.submit(submitted(), by=provider, at=NOW)

        with pytest.raises(IntegrityError), transaction.atomic():
            Submission.objects.filter(pk=made.pk).update(
                state="published", checked_by=curator, decided_by=curator
            )

    def test_every_act_is_on_the_record(self, opened, provider, curator, second):
        let_in(actions.submit(submitted(), by=provider, at=NOW), curator, second)

        verbs = Event.objects.filter(verb__startswith="submission.").order_by("pk")
        assert list(verbs.values_list("verb", flat=True)) == [
            "submission.make", "submission.check", "submission.publish",
        ]  # fmt: skip


class TestRefusals:
    @pytest.mark.parametrize("slug", ["makes-abuse-material", "scrapes-faces"])
    def test_what_a_rule_refuses_is_refused_at_once_and_the_rule_is_named(
        self, opened, client_of, provider, slug
    ):
        page = client_of(provider).post("/hub/makers/submit/", form(**{f"rule_{slug}": "yes"}))
        made = Submission.objects.get()

        assert (made.state, made.rule) == ("refused", slug)
        seen = text(client_of(provider), page["Location"])
        assert queries.refusals()[slug]["name"] in seen
        assert Event.objects.filter(verb="submission.refuse_by_rule").exists()

    def test_a_curator_refuses_by_a_rule_that_the_maker_denied(
        self, opened, client_of, provider, curator
    ):
        made = actions.submit(submitted(), by=provider, at=NOW)
        path = f"/hub/submissions/{made.public_id}/"
        sent = every_criterion(rule="scrapes-faces", answer="Its page says so.")
        client_of(curator).post(f"{path}check/", sent)

        seen = text(client_of(provider), path)
        assert "Systems that collect faces of everyone" in seen
        assert "Its page says so." in seen

    def test_a_criterion_that_does_not_hold_is_named(self, opened, client_of, provider, curator):
        made = actions.submit(submitted(), by=provider, at=NOW)
        path = f"/hub/submissions/{made.public_id}/"
        sent = every_criterion(answer="No page names a way to get it.")
        del sent["holds_can-be-obtained"]
        client_of(curator).post(f"{path}check/", sent)

        seen = text(client_of(provider), path)
        assert "It can be obtained" in seen
        made.refresh_from_db()
        assert (made.state, made.missed) == ("refused", ["can-be-obtained"])

    def test_a_refusal_without_a_word_is_none(self, opened, provider, curator):
        made = actions.submit(submitted(), by=provider, at=NOW)
        no = Decision(accepts=False, answer=" ", is_free=True)

        with pytest.raises(AnswerMissing):
            actions.check(made.public_id, actions.Check([], ""), no, by=curator, at=NOW)
        with pytest.raises(CuratorTied):
            tied = Decision(accepts=True, answer="", is_free=False)
            found = actions.Check(list(queries.criteria()), "")
            actions.check(made.public_id, found, tied, by=curator, at=NOW)

    def test_after_an_objection_a_curator_who_did_not_decide_looks(
        self, opened, client_of, provider, curator, second
    ):
        made = actions.submit(submitted(), by=provider, at=NOW)
        path = f"/hub/submissions/{made.public_id}/"
        client_of(curator).post(
            f"{path}check/", every_criterion(rule="scrapes-faces", answer="So.")
        )
        assert "Object" in text(client_of(provider), path)
        for wrong in ("", "a\0b"):
            client_of(provider).post(f"{path}object/", {"why": wrong})
            made.refresh_from_db()
            assert made.state == "refused"
        client_of(provider).post(f"{path}object/", {"why": "It counts wheels."})

        again = client_of(curator).post(f"{path}check/", every_criterion())
        assert again.status_code == 422
        assert "It counts wheels." in text(client_of(second), path)
        client_of(second).post(f"{path}check/", every_criterion())
        made.refresh_from_db()
        assert (made.state, made.checked_by) == ("checked", second)
        with pytest.raises(actions.SubmissionDecided):
            actions.object_to(made.public_id, "Once more.", by=provider, at=NOW)

    def test_what_does_not_hold_is_never_let_through_to_the_next_curator(
        self, opened, provider, curator
    ):
        made = actions.submit(submitted(), by=provider, at=NOW)
        with pytest.raises(AnswerMissing):
            actions.check(made.public_id, actions.Check([], ""), YES, by=curator, at=NOW)
        said = Decision(accepts=True, answer="It is sold to nobody.", is_free=True)
        found = actions.check(made.public_id, actions.Check([], ""), said, by=curator, at=NOW)

        assert found.state == "refused"

    def test_who_refused_it_has_not_the_last_word_after_an_objection(
        self, opened, client_of, provider, curator, second
    ):
        made = actions.submit(submitted(), by=provider, at=NOW)
        no = Decision(accepts=False, answer="So.", is_free=True)
        actions.check(made.public_id, actions.Check([], ""), no, by=curator, at=NOW)
        actions.object_to(made.public_id, "It counts wheels.", by=provider, at=NOW)
        path = f"/hub/submissions/{made.public_id}/"
        assert "You decided on this before." in text(client_of(curator), path)
        found = actions.Check(list(queries.criteria()), "")
        actions.check(made.public_id, found, YES, by=second, at=NOW)

        with pytest.raises(actions.DecidedBefore):
            actions.publish(made.public_id, no, by=curator, at=NOW)
        assert "You decided on this before." in text(client_of(curator), path)


class TestSubmitting:
    def test_the_country_of_a_maker_is_kept_in_the_catalogue_s_own_language(
        self, opened, provider
    ):
        provider.agency.country = "NO"
        provider.agency.save()
        with translation.override("fr"):
            made = actions.submit(submitted(), by=provider, at=NOW)

        assert made.country == "Norway"

    @pytest.mark.parametrize(
        "missing",
        ["excluded_use", "human_role", "evidence_leaves", "claim_1", "source_1", "techniques",
         "known_errors", "rule_decides-alone"],
    )  # fmt: skip
    def test_nothing_that_readers_need_can_be_left_out(self, opened, client_of, provider, missing):
        sent = form()
        del sent[missing]

        assert client_of(provider).post("/hub/makers/submit/", sent).status_code == 422
        assert not Submission.objects.exists()

    def test_who_sends_evidence_away_says_what_and_to_whom(self, opened, client_of, provider):
        sent = form(evidence_leaves="yes")
        page = client_of(provider).post("/hub/makers/submit/", sent)
        assert "Say what leaves the agency, and to whom." in page.content.decode()

        client_of(provider).post(
            "/hub/makers/submit/", {**sent, "leaves_what": "Hashes, to our server."}
        )
        made = Submission.objects.get()
        assert "What leaves the agency: Hashes, to our server." in [
            one["says"] for one in made.claims
        ]

    def test_a_field_that_shows_a_method_is_kept_from_other_makers(
        self, opened, client_of, provider, curator, second, north_lead
    ):
        sent = form(restricted=["human_role"], human_role="Somebody turns the dial.")
        client_of(provider).post("/hub/makers/submit/", sent)
        let_in(Submission.objects.get(), curator, second)
        candle = Agency.objects.create(name="Candle", country="UY", kind="provider")

        other = text(client_of(_provider("cora", candle)), "/hub/tools/spokeshave/")
        assert "turns the dial" not in other
        assert "Misses small wheels." in other
        assert "turns the dial" in text(client_of(north_lead), "/hub/tools/spokeshave/")

    def test_who_is_no_maker_reads_the_questions_and_submits_nothing(
        self, opened, client_of, north_lead
    ):
        client = client_of(north_lead)
        assert "Makers alone submit a tool." in text(client, "/hub/makers/submit/")

        page = client.post("/hub/makers/submit/", form())
        assert page.status_code == 422
        assert not Submission.objects.exists()

    def test_a_maker_submits_for_makers_it_speaks_for_alone(self, opened, provider, curator):
        other = Maker.objects.get(name="Log and Sons")
        told = submitted()
        told = actions.Told(told.values, told.claims, [], maker=other.name)

        with pytest.raises(actions.NotForThem):
            actions.submit(told, by=provider, at=NOW)
        speaking.tie(provider.agency_id, other.pk, by=curator, at=NOW)
        assert actions.submit(told, by=provider, at=NOW).maker == "Log and Sons"

    def test_another_provider_sees_nothing_of_it(self, opened, client_of, provider):
        made = actions.submit(submitted(), by=provider, at=NOW)
        candle = Agency.objects.create(name="Candle", country="UY", kind="provider")
        path = f"/hub/submissions/{made.public_id}/"

        assert client_of(_provider("cora", candle)).get(path).status_code == 404
        assert client_of(_provider("paula", provider.agency)).get(path).status_code == 200

    def test_what_was_submitted_can_be_taken_back(self, opened, client_of, provider, curator):
        made = actions.submit(submitted(), by=provider, at=NOW)
        client_of(provider).post(f"/hub/submissions/{made.public_id}/withdraw/")

        made.refresh_from_db()
        assert made.state == "withdrawn"
        with pytest.raises(actions.SubmissionDecided):
            actions.check(made.public_id, actions.Check([], ""), YES, by=curator, at=NOW)

    def test_the_page_of_a_maker_with_much_of_everything_is_under_50_kb(
        self, opened, client_of, provider, curator, north_lead
    ):
        speaking.tie(provider.agency_id, opened.maker_id, by=curator, at=NOW)
        for number in range(30):
            entry(f"mill-{number}", f"Mill {number}", maker="Log and Sons")
            asked = asking.ask("sawmill", "Which saw? " * 90, by=north_lead, at=NOW)
            asking.decide(asked.public_id, YES, by=curator, at=NOW)
            actions.submit(submitted(), by=provider, at=NOW)
            if number < 5:
                said = speaking.answer(asked.public_id, "Who asks?", by=provider, at=NOW)
                no = Decision(accepts=False, answer="It asks who asks. " * 50, is_free=True)
                flagging.settle_saying(said.public_id, no, by=curator, at=NOW)
        seen = text(client_of(provider), "/hub/makers/")

        assert "22 more questions" in seen
        assert "It asks who asks." in seen
        assert len(seen.encode()) < 50_000

    def test_the_page_says_that_nobody_pays_for_a_place(
        self, opened, client_of, provider, north_lead
    ):
        for member in (provider, north_lead):
            seen = text(client_of(member), "/hub/makers/")
            assert "Nobody can pay to be listed" in seen
            assert "in the order of their names" in seen
            assert len(seen) < 50_000
        assert len(text(client_of(provider), "/hub/makers/submit/")) < 50_000
