"""When an act cannot be recorded it does not happen (R-AUD-4), whatever kind of act it is."""

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haven.accounts import actions as accounts
from haven.accounts.access import Role
from haven.accounts.models import Agency, Member
from haven.workbench.analysis.models import Probe, Run
from haven.workbench.cases import actions as cases
from haven.workbench.cases.models import Case, Membership
from tests.site.test_every_url import World, address, world  # noqa: F401  # a fixture
from tests.workbench.build import NOW, basis, png

if TYPE_CHECKING:
    from pathlib import Path

REFUSE = """
CREATE FUNCTION no_entry() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the record cannot be written'; END $$;
CREATE TRIGGER no_entry BEFORE INSERT ON audit_event EXECUTE FUNCTION no_entry();
"""


@pytest.fixture
def broken() -> Iterator[Callable[[], None]]:
    """Return a way to make the record refuse every further entry of this test."""

    def from_now_on() -> None:
        with connection.cursor() as cursor:
            cursor.execute(REFUSE)

    yield from_now_on


# Opening and searching: the page shows nothing of the case when the look is not recorded.
LOOKS = [
    "review:overview",
    "review:items",
    "review:item",
    "people:list",
    "people:group",
    "people:person",
]


@pytest.mark.parametrize("name", LOOKS)
def test_nothing_of_a_case_is_shown(
    name: str,
    world: World,  # noqa: F811
    north_lead: Member,
    client_of: Callable[[Member], Client],
    broken: Callable[[], None],
) -> None:
    client = client_of(north_lead)
    client.raise_request_exception = False
    assert client.get(address(name, world.ours)).status_code == 200
    broken()

    with transaction.atomic():
        answer = client.get(address(name, world.ours))
        transaction.set_rollback(True)

    assert answer.status_code == 500
    assert b"Harbour" not in answer.content


class TestActs:
    def test_no_case_is_opened(self, north_lead: Member, broken: Callable[[], None]) -> None:
        broken()

        with pytest.raises(DatabaseError), transaction.atomic():
            cases.open_case(number="1", name="Harbour", by=north_lead, at=NOW)

        assert not Case.objects.exists()

    def test_nobody_comes_onto_a_case(
        self, north_lead: Member, north_reader: Member, broken: Callable[[], None]
    ) -> None:
        case = cases.open_case(number="1", name="Harbour", by=north_lead, at=NOW)
        broken()

        with pytest.raises(DatabaseError), transaction.atomic():
            cases.add_member(
                case.public_id, member=north_reader, role="reader", by=north_lead, at=NOW
            )

        assert Membership.objects.filter(case=case).count() == 1

    def test_nothing_is_analysed(
        self,
        world: World,  # noqa: F811
        north_lead: Member,
        broken: Callable[[], None],
    ) -> None:
        from haven.workbench.analysis import actions as analysis

        before = Run.objects.count()
        broken()

        with pytest.raises(DatabaseError), transaction.atomic():
            analysis.start_run(world.ours["exhibit_id"], by=north_lead, at=NOW)

        assert Run.objects.count() == before

    def test_no_picture_to_search_with_is_erased_or_kept_in_silence(
        self,
        world: World,  # noqa: F811
        north_lead: Member,
        broken: Callable[[], None],
    ) -> None:
        from haven.workbench.analysis import actions as analysis

        broken()

        with pytest.raises(DatabaseError), transaction.atomic():
            analysis.erase_probe(
                world.ours["case_id"], world.ours["probe_id"], by=north_lead, at=NOW
            )

        assert Probe.objects.get(public_id=world.ours["probe_id"]).state != Probe.State.ERASED

    def test_no_group_is_changed(
        self,
        world: World,  # noqa: F811
        north_lead: Member,
        broken: Callable[[], None],
    ) -> None:
        from haven.workbench.people import actions as people
        from haven.workbench.people.models import GroupChange, Person

        named = world.ours["case_id"], world.ours["group_id"]
        before = GroupChange.objects.count()
        broken()

        with pytest.raises(DatabaseError), transaction.atomic():
            people.name(*named, name="Birch", by=north_lead, at=NOW)

        assert GroupChange.objects.count() == before
        assert not Person.objects.filter(name="Birch").exists()

    def test_no_face_is_searched_for(
        self,
        world: World,  # noqa: F811
        north_lead: Member,
        broken: Callable[[], None],
    ) -> None:
        from haven.workbench.search import actions as searches
        from haven.workbench.search.models import Candidate, FaceSearch

        before = FaceSearch.objects.count(), Candidate.objects.count(), Probe.objects.count()
        ask = searches.Ask(purpose="victim", reason="Seen on two phones.")
        case_id, face_id = world.ours["case_id"], world.ours["face_id"]
        found = searches.search_face(case_id, face_id, ask, by=north_lead, at=NOW)
        assert found.n_searched is not None  # with a record it is done
        broken()

        for searched in (
            lambda: searches.search_face(case_id, face_id, ask, by=north_lead, at=NOW),
            lambda: searches.search_picture(
                case_id, io.BytesIO(png()), ask, by=north_lead, at=NOW
            ),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                searched()

        found.candidates.all().delete()
        found.delete()
        assert before == (
            FaceSearch.objects.count(),
            Candidate.objects.count(),
            Probe.objects.count(),
        )

    def test_nothing_is_decided_about_erasing(
        self,
        world: World,  # noqa: F811
        north_lead: Member,
        north_reader: Member,
        broken: Callable[[], None],
    ) -> None:
        from haven.workbench.retention import actions as retention
        from haven.workbench.retention.models import Erasure

        north_reader.roles = [Role.SUPERVISOR]
        north_reader.save()
        order = world.ours["erasure_id"]
        broken()

        for decide in (
            lambda: retention.confirm(order, by=north_reader, at=NOW),
            lambda: retention.withdraw(order, by=north_reader, at=NOW),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                decide()

        assert Erasure.objects.get(public_id=order).state == Erasure.State.ASKED

    def test_no_legal_basis_is_entered_or_withdrawn(
        self,
        world: World,  # noqa: F811
        north_lead: Member,
        broken: Callable[[], None],
    ) -> None:
        from haven.workbench.authority import actions as authority
        from haven.workbench.authority.models import Authority

        case_id, before = world.ours["case_id"], list(Authority.objects.order_by("pk").values())
        broken()

        with pytest.raises(DatabaseError), transaction.atomic():
            authority.enter(case_id, basis(), by=north_lead, at=NOW)
        with pytest.raises(DatabaseError), transaction.atomic():
            authority.withdraw(
                case_id, world.ours["authority_id"], why="No.", by=north_lead, at=NOW
            )

        assert list(Authority.objects.order_by("pk").values()) == before

    def test_nobody_gets_other_roles(
        self,
        north_lead: Member,
        north_reader: Member,
        broken: Callable[[], None],
    ) -> None:
        from haven.accounts.members import actions as members

        north_lead.roles = [Role.ADMINISTRATOR, Role.INVESTIGATOR]
        north_lead.save()
        case = cases.open_case(number="1", name="Harbour", by=north_lead, at=NOW)
        cases.add_member(case.public_id, member=north_reader, role="reader", by=north_lead, at=NOW)
        broken()

        with pytest.raises(DatabaseError), transaction.atomic():
            members.change_roles(
                north_reader.pk, roles=[Role.ANALYST], by=north_lead, at=timezone.now()
            )
        with pytest.raises(DatabaseError), transaction.atomic():
            cases.change_role(case.public_id, north_reader.pk, role="lead", by=north_lead, at=NOW)

        north_reader.refresh_from_db()
        assert north_reader.roles == [Role.INVESTIGATOR]
        assert Membership.objects.get(case=case, member=north_reader).role == "reader"

    def test_no_member_is_made(self, north: Agency, broken: Callable[[], None]) -> None:
        broken()

        with pytest.raises(DatabaseError), transaction.atomic():
            accounts.add_member(
                username="ola", display_name="Ola", agency=north, by=None, at=timezone.now()
            )

        assert not Member.objects.filter(username="ola").exists()

    def test_no_record_is_read_or_exported(
        self,
        north_reader: Member,
        client_of: Callable[[Member], Client],
        broken: Callable[[], None],
        tmp_path: "Path",
    ) -> None:
        import datetime as dt

        from haven.audit import keeper, signing
        from haven.audit.actions import record

        north_reader.roles = [Role.AUDITOR]
        north_reader.save()
        client = client_of(north_reader)
        client.raise_request_exception = False
        record("run.finish", actor=None, agency_id=north_reader.agency_id)
        keeper.sequence()
        signer = signing.load(tmp_path / "key.pem", origin="haven.test/record")
        keeper.sign(signer, at=dt.datetime.now(dt.UTC), copy=tmp_path / "kept.jsonl")
        broken()

        for ask in (
            lambda: client.get(reverse("audit:list")),
            lambda: client.post(reverse("audit:export"), {"reason": "Court"}),
        ):
            with transaction.atomic():
                answer = ask()
                transaction.set_rollback(True)
            assert answer.status_code == 500
            assert b"An analysis ended" not in answer.content
