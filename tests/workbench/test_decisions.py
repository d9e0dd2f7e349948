"""Decisions: final, with a reason; who somebody is takes two, unless a law on record says so."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from haven.audit import queries as audit
from haven.web.errors import NotAllowed
from haven.workbench.analysis import grouping
from haven.workbench.analysis.models import Face, FaceGroup
from haven.workbench.authority import actions as authority
from haven.workbench.cases import actions as cases
from haven.workbench.comparison import actions as comparison
from haven.workbench.decisions import actions, queries
from haven.workbench.decisions.models import Answer, Decision
from haven.workbench.leads import actions as leads
from haven.workbench.leads.models import Lead
from haven.workbench.people import actions as people
from haven.workbench.retention import rows
from haven.workbench.search import actions as searches
from tests.walls import role
from tests.workbench.build import NOW, person
from tests.workbench.test_comparison import DIFFERENT, SAME


@pytest.fixture
def colleague(case, north, north_lead):
    """Return an analyst who works on the case."""
    return worker(case, north, north_lead, "kim")


def worker(case, north, lead, name):
    from haven.accounts.models import Member

    made = Member.objects.create_user(
        username=name, display_name=name.title(), agency=north, roles=["analyst"]
    )
    cases.add_member(case.public_id, member=made, role="worker", by=lead, at=NOW)
    return made


@pytest.fixture
def administrator(north):
    from haven.accounts.models import Member

    return Member.objects.create_user(
        username="adm", display_name="Adm", agency=north, roles=["administrator"]
    )


@pytest.fixture
def groups(case, found):
    """Return the public ids of two groups."""
    for name in "abc":
        found(name, [person(0, wobble=ord(name) - 96)])
    found("d", [person(5)])
    grouping.regroup(case.pk, settle=True)
    return [one.public_id for one in FaceGroup.objects.filter(case=case).order_by("-n_items")]


@pytest.fixture
def decide(case, north_lead):
    """Return a way to decide something in the case."""

    def said(kind="identity", by=north_lead, **facts):
        plain = {"said": "Ash Doe, 1980", "reason": "The passport in the flat."}
        ask = actions.Said(kind=kind, **{**plain, **facts})
        return actions.decide(case.public_id, ask, by=by, at=NOW)

    return said


@pytest.fixture
def answer(case):
    """Return a way to answer a decision as a second person."""

    def said(decision, by, *, agrees=True, reason="I saw the passport."):
        return actions.answer(
            case.public_id, decision.public_id, agrees=agrees, reason=reason, by=by, at=NOW
        )

    return said


def state(decision):
    return queries.state(Decision.objects.get(pk=decision.pk))


def pair_of(case, north_lead):
    """Return a compared pair, by its ids."""
    face = Face.objects.filter(case=case).order_by("pk").first()
    ask = searches.Ask(purpose="victim", reason="Seen on two phones.")
    search = searches.search_face(case.public_id, face.pk, ask, by=north_lead, at=NOW)
    ids = (case.public_id, search.public_id, search.candidates.get(rank=1).pk)
    comparison.conclude(*ids, SAME, by=north_lead, at=NOW)
    return ids


class TestIdentity:
    def test_waits_for_another_person_and_stands_then(
        self, groups, decide, answer, north_lead, colleague
    ):
        made = decide(group=groups[0])
        assert state(made) == "waits"
        with pytest.raises(actions.NotYours):
            answer(made, north_lead)

        answer(made, colleague)

        assert state(made) == "stands"
        with pytest.raises(actions.NotYours):
            answer(made, colleague, agrees=False)

    def test_not_confirmed_keeps_both_rows(self, case, groups, decide, answer, colleague):
        made = decide(group=groups[0])

        answer(made, colleague, agrees=False, reason="The date cannot be.")

        assert state(made) == "refused"
        assert (Decision.objects.count(), Answer.objects.count()) == (1, 1)
        verbs = set(audit.of_case(case.pk).values_list("verb", flat=True))
        assert {"decision.make", "decision.refuse"} <= verbs

    def test_name_stands_beside_the_record_alone(self, case, groups, decide):
        decide(group=groups[0])
        entry = audit.of_case(case.pk).get(verb="decision.make")
        assert entry.has_reason
        assert "Ash" not in str(entry.facts)

    def test_one_person_twice_is_refused_by_the_database(self, groups, decide, north_lead):
        made = decide(group=groups[0])
        with pytest.raises(IntegrityError), transaction.atomic():
            Answer.objects.create(
                decision=made,
                proposed_by=north_lead,
                agrees=True,
                reason="x",
                made_by=north_lead,
                made_at=NOW,
            )

    def test_keeps_its_group_from_being_dissolved(self, case, groups, decide):
        decide(group=groups[0])
        assert FaceGroup.objects.get(public_id=groups[0], case=case).decided

    def test_is_not_for_readers_nor_other_agencies(
        self, case, groups, decide, north_reader, south_lead, client_of
    ):
        made = decide(group=groups[0])
        with pytest.raises(NotAllowed):
            decide(group=groups[0], by=north_reader)
        url = reverse("decisions:confirm", args=[case.public_id, made.public_id])
        assert client_of(north_reader).post(url, {"reason": "x"}).status_code == 403
        assert client_of(south_lead).post(url, {"reason": "x"}).status_code == 404
        assert not Answer.objects.exists()


class TestOnAPair:
    def test_is_proposed_after_two_people_compared_it_the_second_blind(
        self, case, groups, decide, answer, north_lead, colleague, client_of
    ):
        ids = pair_of(case, north_lead)
        lead = leads.from_comparison(case.public_id, ids[2], by=north_lead, at=NOW)
        with pytest.raises(actions.NotCompared):
            decide(group=groups[0], lead=lead.public_id)
        comparison.conclude(*ids, SAME, by=colleague, at=NOW)

        made = decide(group=groups[0], lead=lead.public_id)

        url = reverse("decisions:one", args=[case.public_id, made.public_id])
        text = client_of(colleague).get(url).content.decode()
        assert text.count("ear lobe") == 2  # the grounds of both
        assert "You are the second person" in text
        answer(made, colleague)
        assert state(made) == "stands"

    def test_is_not_proposed_where_the_two_disagree(
        self, case, groups, decide, north_lead, colleague
    ):
        ids = pair_of(case, north_lead)
        lead = leads.from_comparison(case.public_id, ids[2], by=north_lead, at=NOW)
        comparison.conclude(*ids, DIFFERENT, by=colleague, at=NOW)
        with pytest.raises(actions.NotCompared):
            decide(group=groups[0], lead=lead.public_id)
        assert not Decision.objects.exists()

    def test_is_not_decided_while_the_search_has_no_authority(
        self, case, groups, decide, north, north_lead, colleague
    ):
        basis = authority.queries.of_case(case).get()
        authority.withdraw(case.public_id, basis.public_id, why="x", by=north_lead, at=NOW)
        face = Face.objects.filter(case=case).order_by("pk").first()
        ask = searches.Ask(
            purpose="victim", reason="x", across=True, urgent_why="x", urgent_officer=colleague.pk
        )
        search = searches.search_face(case.public_id, face.pk, ask, by=north_lead, at=NOW)
        key = search.candidates.get(rank=1).pk
        comparison.conclude(case.public_id, search.public_id, key, SAME, by=north_lead, at=NOW)
        lead = leads.from_comparison(case.public_id, key, by=north_lead, at=NOW)

        with pytest.raises(actions.NotYet):
            decide(group=groups[0], lead=lead.public_id)


class TestRule:
    def test_off_takes_a_legal_basis_and_a_reason(self, administrator, north, groups, decide):
        for basis, reason in (("", "Small unit."), ("Act 1, section 2", " ")):
            with pytest.raises(actions.SaysTooLittle):
                actions.set_rule(is_on=False, basis=basis, reason=reason, by=administrator, at=NOW)
        rule = actions.set_rule(
            is_on=False, basis="Act 1, section 2", reason="Small.", by=administrator, at=NOW
        )

        made = decide(group=groups[0])

        assert (state(made), made.rule) == ("stands", rule)
        actions.set_rule(is_on=True, basis="", reason="Grown.", by=administrator, at=NOW)
        assert state(decide(group=groups[1])) == "waits"
        assert state(made) == "stands"

    def test_is_set_by_administrators_with_a_fresh_factor(
        self, administrator, north_lead, client_of
    ):
        url = reverse("decisions:two_people")
        form = {"is_on": "off", "basis": "Act 1, section 2", "reason": "Small unit."}
        assert client_of(north_lead).get(url).status_code == 403
        client = client_of(administrator)

        wrong = client.post(url, {**form, "basis": ""})
        client.post(url, form)

        assert wrong.status_code == 422
        assert queries.rule(administrator.agency_id).basis == "Act 1, section 2"
        assert "Act 1, section 2" in client.get(url).content.decode()

    def test_of_another_agency_is_not_seen(self, administrator, south, client_of):
        from haven.accounts.models import Member

        actions.set_rule(is_on=False, basis="Act 1", reason="x", by=administrator, at=NOW)
        other = Member.objects.create_user(
            username="s", display_name="S", agency=south, roles=["administrator"]
        )
        text = client_of(other).get(reverse("decisions:two_people")).content.decode()
        assert "Act 1" not in text


class TestFinal:
    def test_nobody_changes_a_decision(self, groups, decide, answer, north_lead, colleague):
        made = decide(group=groups[0])
        kept = answer(made, colleague)
        for row in (made, kept):
            with pytest.raises(DatabaseError), transaction.atomic():
                type(row).objects.filter(pk=row.pk).update(reason="y")
            with (
                pytest.raises(DatabaseError),
                transaction.atomic(),
                role("haven_web", member=north_lead),
            ):
                type(row).objects.filter(pk=row.pk).delete()

    def test_a_new_one_supersedes_once_it_stands(self, groups, decide, answer, colleague):
        first = decide(group=groups[0])
        answer(first, colleague)
        second = decide(group=groups[0], said="Ash Roe", supersedes=first.public_id)
        assert state(first) == "stands"
        with pytest.raises(actions.NotSuperseded):
            decide(group=groups[0], said="Ash Poe", supersedes=first.public_id)

        answer(second, colleague)

        assert (state(first), state(second)) == ("superseded", "stands")
        assert Decision.objects.count() == 2

    def test_one_refused_leaves_the_earlier_and_the_way_open(
        self, groups, decide, answer, colleague
    ):
        first = decide(group=groups[0])
        answer(first, colleague)
        second = decide(group=groups[0], said="Ash Roe", supersedes=first.public_id)
        answer(second, colleague, agrees=False)
        assert state(first) == "stands"
        decide(group=groups[0], said="Ash Poe", supersedes=first.public_id)

    def test_goes_with_its_case(self, case, groups, decide, answer, colleague):
        first = decide(group=groups[0])
        answer(first, colleague)
        decide(group=groups[0], said="Ash Roe", supersedes=first.public_id)
        assert rows.counts(case.pk)["decisions_decision"] == 2
        rows.delete(case.pk)
        assert not Decision.objects.exists()


class TestKinds:
    def test_each_says_about_what(self, case, exhibit, groups, decide, north_lead):
        said = leads.Said(what="The same ring.", disproof="x")
        lead = leads.make(case.public_id, said, by=north_lead, at=NOW)
        for kind, thin in (
            ("identity", {}),
            ("not_same", {"group": groups[0]}),
            ("not_same", {"group": groups[0], "other_group": groups[0]}),
            ("lead", {"said": "identified", "lead": lead.public_id}),
            ("stop", {}),
            ("own", {"said": " "}),
            ("verdict", {}),
        ):
            with pytest.raises(actions.SaysTooLittle):
                decide(kind, **thin)
        assert not Decision.objects.exists()
        for kind, whole in (
            ("not_same", {"group": groups[0], "other_group": groups[1]}),
            ("lead", {"said": "refuted", "lead": lead.public_id}),
            ("stop", {"exhibit": exhibit.public_id}),
            ("own", {}),
        ):
            assert state(decide(kind, **whole)) == "stands"
        assert Lead.objects.get().state == "refuted"

    def test_two_who_are_not_the_same_are_never_merged(self, case, groups, decide, north_lead):
        decide("not_same", group=groups[0], other_group=groups[1])

        with pytest.raises(people.KeptApart):
            people.merge(case.public_id, groups[:2], by=north_lead, at=NOW)

    @pytest.mark.parametrize("kind", ["identity", "not_same", "lead", "stop", "own"])
    def test_page_asks_for_what_its_kind_wants(
        self, kind, case, exhibit, groups, north_lead, client_of
    ):
        said = leads.Said(what="The same ring.", disproof="x")
        lead = leads.make(case.public_id, said, by=north_lead, at=NOW)
        whole = {
            "said": "Ash Doe",
            "verdict": "supported",
            "group": groups[0],
            "other_group": groups[1],
            "exhibit": str(exhibit.public_id),
            "lead": str(lead.public_id),
            "reason": "The passport.",
        }
        client = client_of(north_lead)
        url = reverse("decisions:new", args=[case.public_id, kind])

        assert client.post(url, {"reason": ""}).status_code == 422
        answer = client.post(url, whole)

        assert answer.status_code == 302
        assert client.get(answer["Location"]).status_code == 200
        assert Decision.objects.get().kind == kind

    def test_unknown_kind_is_not_there(self, case, north_lead, client_of):
        url = reverse("decisions:new", args=[case.public_id, "verdict"])
        assert client_of(north_lead).get(url).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_second_people_at_once_and_one_answer_is_kept(
    case, groups, decide, answer, north, north_lead, colleague
):
    made = decide(group=groups[0])
    third = worker(case, north, north_lead, "lou")
    gate, said = threading.Barrier(2), []

    def confirm(member, agrees):
        gate.wait()
        try:
            answer(made, member, agrees=agrees)
            said.append("kept")
        except actions.NotYours:
            said.append("gone")
        finally:
            connection.close()

    both = ((colleague, True), (third, False))
    threads = [threading.Thread(target=confirm, args=one) for one in both]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(said) == ["gone", "kept"]
    assert Answer.objects.count() == 1
