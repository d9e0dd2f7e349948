"""Pages of the record: who sees which entries, finds them, and takes them away with proofs."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from haven.accounts.access import Role
from haven.accounts.models import Member
from haven.audit.actions import record
from haven.audit.models import Checkpoint, Event
from haven.audit.verbs import sentence
from haven.cli.verify_record import verify
from haven.workbench.cases import actions as cases
from haven.workbench.cases.models import Case
from tests.signing_in import let_in

AT = dt.datetime(2031, 3, 1, 12, 0, tzinfo=dt.UTC)
Sign = Callable[..., Checkpoint]


def become(member: Member, *roles: Role) -> Member:
    member.roles = sorted(roles)
    member.save()
    return member


@pytest.fixture
def auditor(north_reader: Member) -> Member:
    return become(north_reader, Role.AUDITOR)


@pytest.fixture
def supervisor(north_lead: Member) -> Member:
    return become(north_lead, Role.SUPERVISOR)


@pytest.fixture
def own_case(supervisor: Member) -> Case:
    return cases.open_case(number="26-OWN", name="Harbour", by=supervisor, at=AT)


@pytest.fixture
def acts(supervisor: Member, south_lead: Member, own_case: Case) -> None:
    """Write acts of two agencies, in the supervisor's case, in another one, and in none."""
    north = supervisor.agency_id
    record("item.view", actor=supervisor, case_id=own_case.pk, at=AT, reason="told by Per Holm")
    elsewhere = own_case.pk + 1000
    record("face.search", actor=supervisor, case_id=elsewhere, at=AT, reason="a lead")
    record("run.finish", actor=None, agency_id=north, at=AT, outcome="failed")
    record("group.merge", actor=south_lead, at=AT, reason="canary of the south")


def read(client: Client, query: str = "", *, page: str = "audit:list") -> str:
    answer: HttpResponse = client.get(reverse(page) + query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


ITEM, SEARCH, FAILED, SOUTH = (
    f"{sentence(verb)}</a>" for verb in ("item.view", "face.search", "run.finish", "group.merge")
)


@pytest.mark.usefixtures("acts")
class TestWhoSees:
    def test_a_supervisor_sees_own_cases_and_what_belongs_to_none(
        self, supervisor: Member, client_of: Callable[[Member], Client]
    ) -> None:
        text = read(client_of(supervisor))

        assert ITEM in text and FAILED in text
        assert SEARCH not in text and SOUTH not in text
        assert "26-OWN" in text

    def test_an_auditor_sees_the_agency_and_of_cases_the_key_alone(
        self, auditor: Member, own_case: Case, client_of: Callable[[Member], Client]
    ) -> None:
        text = read(client_of(auditor))

        assert all(words in text for words in (ITEM, SEARCH, FAILED))
        assert SOUTH not in text and "canary" not in text
        assert "26-OWN" not in text and "Harbour" not in text
        assert f"?case={own_case.pk}" in text

    def test_an_auditor_sees_what_the_program_did_for_all_agencies_and_a_supervisor_does_not(
        self,
        auditor: Member,
        supervisor: Member,
        south_lead: Member,
        client_of: Callable[[Member], Client],
    ) -> None:
        record("backup.restore", actor=None, made_at="2031-02-01")
        record("run.start", actor=None)  # of nobody knows which agency
        record("worker.start", actor=None, case_id=3)
        record("worker.start", actor=south_lead)
        started, restored = (f"{sentence(v)}</a>" for v in ("worker.start", "backup.restore"))
        here = client_of(auditor)
        there = client_of(become(south_lead, Role.AUDITOR))

        for client in (here, there):
            assert restored in read(client)
            alone = read(client, "?whose=installation")
            assert restored in alone
            assert alone.count("<tr>") == 2  # the heading and one entry
            assert restored not in read(client, "?whose=agency")
        assert started not in read(here)
        assert sentence("run.start") + "</a>" not in read(here)
        assert ITEM in read(here, "?whose=agency")
        assert restored not in read(client_of(supervisor))
        one = Event.objects.get(verb="backup.restore")
        for client, status in ((here, 200), (there, 200), (client_of(supervisor), 404)):
            answer = client.get(reverse("audit:entry", args=[one.public_id]))
            assert answer.status_code == status
        assert "Whose" not in read(client_of(supervisor))
        asked = client_of(supervisor).get(reverse("audit:list") + "?whose=installation")
        assert asked.status_code == 422

    @pytest.mark.parametrize(
        "role", sorted(set(Role) - {Role.SUPERVISOR, Role.AUDITOR, Role.PROVIDER})
    )
    def test_nobody_else_may_read(
        self, role: Role, north_reader: Member, client_of: Callable[[Member], Client]
    ) -> None:
        client = client_of(become(north_reader, role))

        for page in ("list", "checkpoints", "export"):
            assert client.get(reverse(f"audit:{page}")).status_code == 403

    def test_an_entry_that_is_not_yours_is_not_there(
        self, auditor: Member, client_of: Callable[[Member], Client]
    ) -> None:
        hidden = Event.objects.get(verb="group.merge")
        client = client_of(auditor)

        answers = [
            client.get(reverse("audit:entry", args=[one])) for one in (hidden.public_id, uuid4())
        ]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert b"canary" not in answers[0].content

    def test_the_menu_leads_to_it(
        self, auditor: Member, client_of: Callable[[Member], Client]
    ) -> None:
        answer = client_of(auditor).get("/", follow=True)

        assert "What was done" in answer.content.decode()


@pytest.mark.usefixtures("acts")
class TestFinding:
    @pytest.mark.parametrize(
        ("query", "seen"),
        [
            ("?verb=item.view", {ITEM}),
            ("?kind=combination", {SEARCH}),
            ("?outcome=failed", {FAILED}),
            ("?words=holm", {ITEM}),
            ("?words=holm+per", {ITEM}),
            ("?words=nobody", set()),
            ("?since=2031-03-01&until=2031-03-01", {ITEM, SEARCH, FAILED}),
            ("?until=2031-02-28", set()),
        ],
    )
    def test_by_what_is_looked_for(
        self,
        query: str,
        seen: set[str],
        auditor: Member,
        client_of: Callable[[Member], Client],
    ) -> None:
        text = read(client_of(auditor), query)

        assert {words for words in (ITEM, SEARCH, FAILED, SOUTH) if words in text} == seen

    def test_follows_one_person(
        self, auditor: Member, supervisor: Member, client_of: Callable[[Member], Client]
    ) -> None:
        text = read(client_of(auditor), f"?member={supervisor.pk}")

        assert ITEM in text and FAILED not in text

    def test_follows_one_thing(
        self, auditor: Member, own_case: Case, client_of: Callable[[Member], Client]
    ) -> None:
        text = read(client_of(auditor), f"?thing=cases.case:{own_case.pk}")

        assert "A case was opened.</a>" in text and ITEM not in text

    def test_finds_a_case_by_the_number_of_the_agency(
        self, supervisor: Member, client_of: Callable[[Member], Client]
    ) -> None:
        text = read(client_of(supervisor), "?case=26-OWN")

        assert ITEM in text and FAILED not in text

    @pytest.mark.parametrize(
        "query", ["?case=x", "?case=" + "9" * 40, "?since=never", "?thing=a%00b", "?member=zz"]
    )
    def test_says_what_it_does_not_understand_and_shows_nothing(
        self, query: str, auditor: Member, client_of: Callable[[Member], Client]
    ) -> None:
        answer = client_of(auditor).get(reverse("audit:list") + query)

        assert answer.status_code == 422
        assert ITEM not in answer.content.decode()

    def test_pages_through_many(
        self, auditor: Member, client_of: Callable[[Member], Client]
    ) -> None:
        for n in range(60):
            record("run.start", actor=None, agency_id=auditor.agency_id, n=n)
        client = client_of(auditor)

        first = client.get(reverse("audit:list") + "?verb=run.start").content.decode()
        cursor = first.partition("after=")[2].partition('"')[0]
        second = read(client, f"?verb=run.start&after={cursor}")

        assert (first.count("analysis was started.</a>"), second.count("was started.</a>")) == (
            40,
            20,
        )


class TestReadingIsRecorded:
    def test_once_for_each_look_with_what_was_looked_for(
        self, auditor: Member, client_of: Callable[[Member], Client]
    ) -> None:
        client = client_of(auditor)

        read(client, "?words=holm&verb=item.view")
        read(client)

        second, first = Event.objects.filter(verb="record.read").order_by("-id")
        assert first.facts == {"looked_for": {"verb": "item.view"}}
        assert first.personal_value["words"] == "holm"
        assert "holm" not in first.body
        assert second.facts == {"looked_for": {}}

    def test_of_an_entry_too(self, auditor: Member, client_of: Callable[[Member], Client]) -> None:
        event = record("run.start", actor=None, agency_id=auditor.agency_id)

        client_of(auditor).get(reverse("audit:entry", args=[event.public_id]))

        looked = Event.objects.get(verb="record.read")
        assert (looked.target_type, looked.target_id) == ("audit.event", str(event.pk))


class TestEntry:
    def shown(self, client: Client, event: Event) -> str:
        return client.get(reverse("audit:entry", args=[event.public_id])).content.decode()

    def test_says_that_it_waits_then_proves_itself(
        self, auditor: Member, sign: Sign, client_of: Callable[[Member], Client]
    ) -> None:
        client = client_of(auditor)
        event = record("run.start", actor=None, agency_id=auditor.agency_id)
        assert "waits for its place" in self.shown(client, event)

        sign()

        assert "Nothing was changed: the proof was checked just now." in self.shown(client, event)

    def test_says_that_it_was_changed(
        self, auditor: Member, sign: Sign, client_of: Callable[[Member], Client]
    ) -> None:
        event = record("run.start", actor=None, agency_id=auditor.agency_id)
        sign()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE audit_event SET body = replace(body, 'start', 'stop')")
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")

        assert "The proof does not hold." in self.shown(client_of(auditor), event)


class TestExport:
    def post(self, client: Client, query: str = "", reason: str = "Court") -> HttpResponse:
        return client.post(reverse("audit:export") + query, {"reason": reason})

    @pytest.mark.usefixtures("acts")
    def test_gives_a_file_that_is_verified_and_holds_no_other_agency(
        self, auditor: Member, sign: Sign, client_of: Callable[[Member], Client], tmp_path: Path
    ) -> None:
        key = sign().key

        answer = self.post(client_of(auditor))

        path = tmp_path / "export.zip"
        path.write_bytes(answer.getvalue())
        checker = verify(str(path), key)
        assert checker.findings == []
        assert (
            checker.withheld
            == Event.objects.exclude(agency_id=auditor.agency_id)
            .filter(leaf__isnull=False)
            .count()
            > 0
        )
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            assert not any(b"canary" in archive.read(name) for name in archive.namelist())

    @pytest.mark.usefixtures("acts")
    def test_gives_what_was_looked_for_with_proofs(
        self, auditor: Member, sign: Sign, client_of: Callable[[Member], Client], tmp_path: Path
    ) -> None:
        key = sign().key

        answer = self.post(client_of(auditor), "?verb=item.view")

        (tmp_path / "export.zip").write_bytes(answer.getvalue())
        checker = verify(str(tmp_path / "export.zip"), key)
        assert (checker.findings, checker.entries) == ([], 1)

    def test_is_an_entry_with_its_reason(
        self, auditor: Member, sign: Sign, client_of: Callable[[Member], Client]
    ) -> None:
        client = client_of(auditor)
        record("run.start", actor=None)
        sign()

        self.post(client, reason="For the court of Bergen").getvalue()

        entry = Event.objects.get(verb="record.export")
        assert (entry.has_reason, entry.actor_id) == (True, auditor.pk)
        assert entry.personal_value["reason"] == "For the court of Bergen"

    def test_is_refused_without_a_reason(
        self, auditor: Member, sign: Sign, client_of: Callable[[Member], Client]
    ) -> None:
        client = client_of(auditor)
        record("run.start", actor=None)
        sign()

        assert self.post(client, reason=" ").status_code == 422
        assert not Event.objects.filter(verb="record.export").exists()

    def test_asks_for_a_second_factor_again(self, auditor: Member, sign: Sign) -> None:
        record("run.start", actor=None)
        sign()
        client = let_in(Client(), auditor, ago_s=3600 * 3)

        answers = [client.get(reverse("audit:export")), self.post(client)]

        assert [answer.status_code for answer in answers] == [302, 302]
        assert not Event.objects.filter(verb="record.export").exists()


class TestCheckpoints:
    def test_shows_the_key_the_signatures_and_the_last_verification(
        self,
        auditor: Member,
        sign: Sign,
        copy: Path,
        settings: Settings,
        client_of: Callable[[Member], Client],
    ) -> None:
        from haven.audit import actions, keeper

        record("run.start", actor=None)
        made = sign()
        client = client_of(auditor)
        assert "has not been verified yet" in read(client, page="audit:checkpoints")

        actions.verify(keeper.kept(copy), at=dt.datetime.now(dt.UTC))

        text = read(client, page="audit:checkpoints")
        assert made.key in text
        assert "1 entries, nothing was changed" in text
        note = client.get(reverse("audit:note", args=[made.size]))
        assert note.content.decode() == made.note
        taken, *looked = Event.objects.filter(actor_id=auditor.pk).order_by("-id")[:3]
        assert (taken.verb, taken.target_id, taken.facts) == (
            "record.take_checkpoint",
            str(made.pk),
            {"size": made.size},
        )
        assert {(one.verb, one.facts["what"]) for one in looked} == {
            ("record.read", "checkpoints")
        }

    def test_a_note_that_is_not_there_leaves_no_entry(
        self, auditor: Member, client_of: Callable[[Member], Client]
    ) -> None:
        answer = client_of(auditor).get(reverse("audit:note", args=[7]))

        assert answer.status_code == 404
        assert not Event.objects.filter(verb="record.take_checkpoint").exists()
