"""Persons: roles, other names, notes, ages and siblings, as people state them."""

from datetime import date

import pytest
from django.urls import reverse

from haven.audit import queries as audit
from haven.web.errors import NotAllowed, NotFound
from haven.workbench.analysis import grouping
from haven.workbench.analysis.models import FaceGroup
from haven.workbench.people import actions, person_queries
from haven.workbench.people import person_actions as act
from haven.workbench.people.models import Statement
from haven.workbench.people.person_actions import Said
from tests.workbench.build import NOW, person


@pytest.fixture
def ash_and_birch(case, found, north_lead):
    """Return two named persons with two pictures each."""
    for number in range(2):
        for picture in range(2):
            found(f"{number}{picture}", [person(number, wobble=picture)])
    grouping.regroup(case.pk, settle=True)
    return [
        actions.name(case.public_id, group.public_id, name=name, by=north_lead, at=NOW)
        for name, group in zip(("Ash", "Birch"), FaceGroup.objects.order_by("pk"), strict=True)
    ]


@pytest.fixture
def ash(ash_and_birch):
    return ash_and_birch[0]


@pytest.fixture
def state(case, ash, north_lead):
    def one(kind, text="", **more):
        return act.state(
            case.public_id, ash.public_id, Said(kind, text, **more), by=north_lead, at=NOW
        )

    return one


@pytest.fixture
def page(client_of, north_lead, case, ash):
    """Return the page of the person, as its words."""
    client = client_of(north_lead)

    def read():
        url = reverse("people:person", args=[case.public_id, ash.public_id])
        return client.get(url).content.decode()

    read.client = client
    return read


class TestRoles:
    def test_a_person_is_a_victim_until_somebody_says_otherwise(self, ash, page):
        assert person_queries.about(ash).roles == []
        assert "as long as nobody states another role" in page()

    @pytest.mark.parametrize("role", ["witness", "suspect", "other"])
    def test_another_role_needs_a_reason(self, state, role):
        with pytest.raises(act.NoReason):
            state("role", "  ", role=role)
        assert state("role", "named by two others", role=role).text == "named by two others"

    def test_the_reason_and_who_gave_it_are_on_the_page_and_on_record(self, case, state, page):
        state("role", "opens the door in three pictures", role="suspect")

        text = page()
        assert "opens the door in three pictures" in text
        assert "as long as nobody states" not in text
        assert audit.of_case(case.pk).filter(verb="person.add_role").exists()
        assert not audit.of_case(case.pk).filter(facts__icontains="door").exists()

    def test_a_person_can_have_two_but_not_the_same_twice(self, ash, state):
        state("role", role="victim")
        state("role", "brought others", role="suspect")
        with pytest.raises(act.SaidAlready):
            state("role", "again", role="suspect")
        assert {one.role for one in person_queries.about(ash).roles} == {"victim", "suspect"}


class TestAges:
    def test_are_a_persons_estimate_on_a_day_with_a_reason(self, ash, state, page):
        state("age", "school record", from_years=8, to_years=10, on=date(2024, 5, 1))
        state("age", "teeth", from_years=6, to_years=8, on=date(2022, 1, 1))

        assert [one.from_years for one in person_queries.about(ash).ages] == [6, 8]
        text = page()
        assert "8\u201310 years on" in text
        assert "school record" in text
        assert "Nora Lead" in text

    @pytest.mark.parametrize(
        "wrong",
        [
            {"from_years": 10, "to_years": 8},
            {"from_years": 8},
            {"from_years": 8, "to_years": 10, "on": None},
            {"from_years": 8, "to_years": 121},
        ],
    )
    def test_must_be_years_in_order_and_a_day(self, state, wrong):
        with pytest.raises(act.NotAnAge):
            state("age", "x", **{"on": date(2024, 5, 1), **wrong})
        assert not Statement.objects.exists()

    def test_need_a_reason(self, state):
        with pytest.raises(act.NoReason):
            state("age", from_years=8, to_years=10, on=date(2024, 5, 1))


class TestSiblings:
    def test_warn_on_both_pages_that_families_look_alike(
        self, case, ash_and_birch, state, client_of, north_lead
    ):
        ash, birch = ash_and_birch
        state("sibling", other=birch.public_id)

        client = client_of(north_lead)
        for one, other in ((ash, birch), (birch, ash)):
            for url in (
                reverse("people:person", args=[case.public_id, one.public_id]),
                reverse("people:group", args=[case.public_id, one.group.public_id]),
            ):
                text = client.get(url).content.decode()
                assert "People of one family can look alike to the program" in text
                assert "not tested" in text
                assert other.name in text

    def test_are_another_person_of_the_case_and_said_once(self, ash_and_birch, state):
        ash, birch = ash_and_birch
        with pytest.raises(act.SaidAlready):
            state("sibling", other=ash.public_id)
        state("sibling", other=birch.public_id)
        with pytest.raises(act.SaidAlready):
            state("sibling", other=birch.public_id)

    def test_nobody_is_warned_without_a_reason_to(self, ash, page):
        assert "People of one family" not in page()


class TestTakingBack:
    def test_keeps_what_was_stated_by_whom_and_who_took_it_back(
        self, case, ash, state, page, north_lead
    ):
        said = state("alias", "Kestrel")

        act.withdraw(case.public_id, ash.public_id, said.pk, by=north_lead, at=NOW)

        assert person_queries.about(ash).aliases == []
        text = page()
        assert "Kestrel" in text
        assert "taken back by" in text
        assert audit.of_case(case.pk).filter(verb="person.withdraw").count() == 1

    def test_is_possible_once(self, case, ash, state, north_lead):
        said = state("note", "seen at the harbour")
        act.withdraw(case.public_id, ash.public_id, said.pk, by=north_lead, at=NOW)
        with pytest.raises(person_queries.StatementNotFound):
            act.withdraw(case.public_id, ash.public_id, said.pk, by=north_lead, at=NOW)


class TestPage:
    def test_tells_where_the_faces_were_found_and_what_was_changed(self, page):
        text = page()
        assert "Phone" in text  # the exhibit
        assert "no item says a day" in text
        assert "named" in text

    def test_is_on_the_record(self, case, page):
        page()
        assert audit.of_case(case.pk).first().verb == "person.view"

    def test_takes_a_statement_and_shows_what_is_wrong_with_one(self, case, ash, page):
        url = reverse("people:state", args=[case.public_id, ash.public_id])

        wrong = page.client.post(url, {"kind": "role", "role": "suspect", "text": ""})
        assert wrong.status_code == 422
        assert b"needs a reason" in wrong.content
        assert page.client.post(url, {"kind": "colour"}).status_code == 422

        page.client.post(url, {"kind": "alias", "text": "Kestrel"})
        assert person_queries.about(ash).aliases[0].text == "Kestrel"

    def test_is_gone_when_the_naming_was_undone(self, case, ash, page, north_lead):
        from haven.workbench.people import queries

        change = queries.changes(case).filter(after__people__0__name="Ash").get()
        actions.undo(case.public_id, change.pk, by=north_lead, at=NOW)

        url = reverse("people:person", args=[case.public_id, ash.public_id])
        assert page.client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("who", "error"), [("north_reader", NotAllowed), ("south_lead", NotFound)]
)
def test_the_wrong_person_states_and_takes_back_nothing(request, case, ash, state, who, error):
    by = request.getfixturevalue(who)
    said = state("note", "seen at the harbour")

    with pytest.raises(error):
        act.state(case.public_id, ash.public_id, Said("alias", "Kestrel"), by=by, at=NOW)
    with pytest.raises(error):
        act.withdraw(case.public_id, ash.public_id, said.pk, by=by, at=NOW)

    assert Statement.objects.filter(withdrawn_at__isnull=True).count() == 1


def test_programs_read_persons_with_what_was_stated(client_of, north_lead, case, ash, state):
    state("role", "brought others", role="suspect")
    state("age", "teeth", from_years=6, to_years=8, on=date(2022, 1, 1))

    rows = client_of(north_lead).get(f"/api/cases/{case.public_id}/persons/").json()["rows"]

    assert [row["name"] for row in rows] == ["Birch", "Ash"]
    assert rows[0]["roles"] == []  # a victim, as long as nobody says otherwise
    assert [one["role"] for one in rows[1]["roles"]] == ["suspect"]
    assert [(one["from_years"], one["on"]) for one in rows[1]["ages"]] == [(6, "2022-01-01")]
