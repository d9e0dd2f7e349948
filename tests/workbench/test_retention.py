"""How long a case is kept, and its end: two people, the key first, a proof afterwards."""

import io
import struct
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from haven.audit import queries as audit
from haven.audit.actions import ReasonMissing
from haven.web.errors import NotAllowed
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import face_templates, locks, running, vault
from haven.workbench.analysis.models import Derivative, Face, Run
from haven.workbench.cases import actions as cases
from haven.workbench.cases import clocks, keys
from haven.workbench.cases import queries as case_queries
from haven.workbench.cases.models import Case, Clock, WrappedKey
from haven.workbench.evidence import actions as evidence
from haven.workbench.retention import actions, erasing, queries, rows
from haven.workbench.retention.models import Erasure
from tests.conftest import _member
from tests.workbench.build import NOW, person, png

TODAY = timezone.localdate()


@pytest.fixture
def supervisor(north):
    member = _member("north_super", "Siv Super", north)
    member.roles = ["supervisor"]
    member.save()
    return member


@pytest.fixture
def administrator(north):
    member = _member("north_admin", "Alva Admin", north)
    member.roles = ["administrator"]
    member.save()
    return member


def set_until(case, days):
    Clock.objects.filter(case=case).update(
        keep_until=TODAY + timedelta(days=days), reminded_days=None
    )


def verbs(case_pk):
    return [one.verb for one in audit.of_case(case_pk)]


def now():
    return timezone.now()


class TestTheClock:
    def test_starts_with_the_days_of_the_agency(self, case):
        assert Clock.objects.get(case=case).keep_until == TODAY + timedelta(
            days=site.HAVEN_RETENTION_DAYS
        )

    def test_is_set_by_the_lead_with_a_reason_and_on_the_record(
        self, case, north_lead, north_reader
    ):
        until = TODAY + timedelta(days=400)
        ask = {"until": until, "reason": "trial in spring", "at": now()}

        with pytest.raises(NotAllowed):
            clocks.set_date(case.public_id, **ask, by=north_reader)
        with pytest.raises(ReasonMissing):
            clocks.set_date(case.public_id, **{**ask, "reason": " "}, by=north_lead)
        clocks.set_date(case.public_id, **ask, by=north_lead)

        change = clocks.changes(case).get()
        assert (change.until, change.made_by, change.reason) == (
            until,
            north_lead,
            "trial in spring",
        )
        assert verbs(case.pk)[0] == "retention.set"

    @pytest.mark.parametrize("days", [0, -1, 4000])
    def test_is_not_set_to_the_past_or_a_century_away(self, case, north_lead, days):
        with pytest.raises(clocks.WrongDate):
            clocks.set_date(
                case.public_id,
                until=TODAY + timedelta(days=days),
                reason="x",
                by=north_lead,
                at=now(),
            )

    def test_reminds_once_at_each_step_and_weekly_after_the_date(self, case):
        set_until(case, 40)
        said = []
        for day in range(75):
            if clocks.remind(today=TODAY + timedelta(days=day)):
                said.append(40 - day)

        assert said == [30, 7, 1, -1, -7, -14, -21, -28]
        assert verbs(case.pk).count("retention.overdue") == 5

    def test_past_its_date_locks_the_case_for_work_and_erases_nothing(
        self, case, north_lead, client_of, found
    ):
        item = found("a", [person(0)])
        set_until(case, -1)

        with pytest.raises(case_queries.CaseLocked):
            case_queries.get(case.public_id, member=north_lead, to="work")
        client = client_of(north_lead)
        overview = client.get(reverse("review:overview", args=[case.public_id]))
        upload = client.get(reverse("evidence:add_upload", args=[case.public_id]))

        assert overview.status_code == 200
        assert b"has passed" in overview.content
        assert upload.status_code == 403
        row = Derivative.objects.get(item=item, operation="masked")
        assert vault.get(case.public_id, row.sha256)

    def test_opens_the_case_again_when_another_date_is_set(self, case, north_lead):
        set_until(case, -1)

        clocks.set_date(
            case.public_id,
            until=TODAY + timedelta(days=30),
            reason="appeal",
            by=north_lead,
            at=now(),
        )

        assert case_queries.get(case.public_id, member=north_lead, to="work")

    def test_is_seen_in_the_list_of_cases_when_it_is_near(self, case, north_lead, client_of):
        page = client_of(north_lead).get(reverse("cases:list")).content.decode()
        assert "left" not in page

        set_until(case, 6)

        assert "6 days left" in client_of(north_lead).get(reverse("cases:list")).content.decode()


def test_a_closed_case_can_be_looked_at_and_opened_again(case, north_lead):
    cases.close(case.public_id, by=north_lead, at=now())

    assert case_queries.get(case.public_id, member=north_lead)
    with pytest.raises(case_queries.CaseLocked):
        case_queries.get(case.public_id, member=north_lead, to="work")
    cases.reopen(case.public_id, by=north_lead, at=now())
    assert case_queries.get(case.public_id, member=north_lead, to="work")
    assert verbs(case.pk)[:2] == ["case.reopen", "case.close"]


class TestAskingToErase:
    def ask(self, case, by, ground="order"):
        return actions.ask(case.public_id, ground=ground, reason="court 12/26", by=by, at=now())

    def test_for_its_date_waits_for_the_date(self, case, north_lead):
        with pytest.raises(actions.NotDue):
            self.ask(case, north_lead, "date")
        set_until(case, -1)

        assert self.ask(case, north_lead, "date").state == "asked"

    def test_for_its_date_is_not_confirmed_once_another_date_is_set(
        self, case, north_lead, supervisor
    ):
        set_until(case, -1)
        erasure = self.ask(case, north_lead, "date")
        set_until(case, 30)

        with pytest.raises(actions.NotDue):
            actions.confirm(erasure.public_id, by=supervisor, at=now())
        erasure.refresh_from_db()
        assert erasure.state == "asked"

        set_until(case, -1)
        actions.confirm(erasure.public_id, by=supervisor, at=now())
        assert Clock.objects.get(case=case).erasing

    def test_is_not_for_who_only_works_on_the_case(self, case, north_reader):
        with pytest.raises(NotAllowed):
            self.ask(case, north_reader)

    def test_twice_is_refused(self, case, north_lead):
        self.ask(case, north_lead)

        with pytest.raises(actions.AlreadyAsked):
            self.ask(case, north_lead)

    def test_can_be_withdrawn_and_asked_again(self, case, north_lead):
        actions.withdraw(self.ask(case, north_lead).public_id, by=north_lead, at=now())

        assert self.ask(case, north_lead).state == "asked"

    def test_is_confirmed_by_another_person_alone(
        self, case, north_lead, north_reader, supervisor, administrator
    ):
        north_lead.roles = ["investigator", "supervisor"]
        north_lead.save()
        erasure = self.ask(case, north_lead)

        for one in (north_lead, north_reader, administrator):
            with pytest.raises((actions.SamePerson, NotAllowed)):
                actions.confirm(erasure.public_id, by=one, at=now())
        actions.confirm(erasure.public_id, by=supervisor, at=now())

        erasure.refresh_from_db()
        assert (erasure.state, erasure.confirmed_by) == ("confirmed", supervisor)

    def test_by_a_supervisor_is_confirmed_by_the_lead(self, case, north_lead, supervisor):
        erasure = self.ask(case, supervisor)

        actions.confirm(erasure.public_id, by=north_lead, at=now())

        assert Erasure.objects.get().state == "confirmed"

    def test_is_not_seen_by_another_agency(self, case, north_lead, south_lead):
        south_lead.roles = ["supervisor"]
        south_lead.save()
        erasure = self.ask(case, north_lead)

        with pytest.raises(queries.ErasureNotFound):
            actions.confirm(erasure.public_id, by=south_lead, at=now())
        with pytest.raises(case_queries.CaseNotFound):
            self.ask(case, south_lead)

    def test_never_has_one_person_twice_in_the_database(self, case, north_lead):
        erasure = self.ask(case, north_lead)

        with pytest.raises(IntegrityError), transaction.atomic():
            Erasure.objects.filter(pk=erasure.pk).update(confirmed_by=north_lead)

    def test_closes_every_address_of_the_case_at_once(
        self, case, north_lead, supervisor, client_of
    ):
        erasure = self.ask(case, north_lead)
        actions.confirm(erasure.public_id, by=supervisor, at=now())
        client = client_of(north_lead)

        for name in ("review:overview", "review:items", "cases:members", "retention:case"):
            assert client.get(reverse(name, args=[case.public_id])).status_code == 404


def files_of(case_id):
    return [
        one
        for one in Path(site.HAVEN_DATA_DIR).rglob("*")
        if one.is_file() and str(case_id) in str(one)
    ]


@pytest.fixture
def full(case, found, north_lead, north_reader):
    """Return a case with something in every table that a member can fill."""
    from haven.workbench.analysis import grouping
    from haven.workbench.people import actions as people

    items = [found(name, [person(0, wobble=n)]) for n, name in enumerate("ab")]
    grouping.regroup(case.pk, settle=True)
    face = Face.objects.select_related("group").get(item=items[0])
    people.name(case.public_id, face.group.public_id, name="Ash", by=north_lead, at=NOW)
    sent = [SimpleUploadedFile("one.png", png())]
    evidence.add_upload(case.public_id, files=sent, label="Card", by=north_lead, at=NOW)
    analysis.bring_probe(case.public_id, picture=io.BytesIO(png()), by=north_lead, at=NOW)
    clocks.set_date(
        case.public_id,
        until=TODAY + timedelta(days=9),
        reason="trial",
        by=north_lead,
        at=now(),
    )
    return case


@pytest.fixture
def decided(full, north_lead, supervisor):
    def order():
        erasure = actions.ask(
            full.public_id, ground="order", reason="court 12/26", by=north_lead, at=now()
        )
        actions.confirm(erasure.public_id, by=supervisor, at=now())
        return erasure

    return order


class TestErasing:
    def test_leaves_nothing_but_the_stub(self, full, decided, north_lead):
        other = cases.open_case(number="2026-9", name="Quay", by=north_lead, at=NOW)
        erasure, case_pk, case_id = decided(), full.pk, full.public_id
        before = rows.counts(case_pk)
        assert {
            "analysis_face",
            "people_person",
            "evidence_storedfile",
            "cases_wrappedkey",
        } <= set(before)
        n_files = len(files_of(case_id)) + 1  # and the probe, which is not named by its case

        erasing.erase(erasure.pk)

        erasure.refresh_from_db()
        assert (erasure.state, erasure.reason) == ("erased", "")
        assert rows.counts(case_pk) == {}
        assert files_of(case_id) == []
        assert erasure.found["rows"] == before
        assert erasure.found["n_files"] == n_files
        assert len(erasure.found["digest"]) == 64
        assert Case.objects.get() == other
        with keys.opened(other.public_id):
            pass

    def test_puts_the_proof_on_the_record(self, full, decided):
        case_pk, erasure = full.pk, decided()

        erasing.erase(erasure.pk)

        erasure.refresh_from_db()
        last, words, before, *_rest = audit.of_case(case_pk)
        assert (last.verb, before.verb) == ("erasure.finish", "erasure.destroy_key")
        assert words.verb == "record.erase_personal"
        beside = [one.verb for one in audit.of_case(case_pk) if one.personal_value.get("reason")]
        assert set(beside) <= {*erasing.DECIDING, words.verb}
        assert last.facts == erasure.found
        assert last.agency_id == erasure.agency_id
        assert verbs(case_pk)[3:5] == ["erasure.confirm", "erasure.ask"]

    @pytest.mark.parametrize("step", ["_destroy_key", "_delete_files", "_delete_rows"])
    def test_goes_on_where_it_was_cut_off(self, full, decided, monkeypatch, step):
        erasure, case_pk = decided(), full.pk
        whole = rows.counts(case_pk)

        def cut_off(_erasure):
            raise OSError("power cut")

        with monkeypatch.context() as patched:  # nothing else stops between two steps
            patched.setattr(erasing, step, cut_off)
            with pytest.raises(OSError, match="power cut"):
                erasing.erase(erasure.pk)
        assert locks.is_free(case_pk)
        assert actions.take_up() in (0, 1)
        erasing.erase(erasure.pk)

        erasure.refresh_from_db()
        assert erasure.state == "erased"
        assert erasure.found["rows"] == whole
        assert rows.counts(case_pk) == {}

    def test_makes_a_kept_copy_of_the_files_unreadable(self, full, decided):
        row = Derivative.objects.filter(operation="masked").first()
        with keys.opened(full.public_id) as key:
            copy = vault._place(key, row.sha256).read_bytes()
        wrapped = WrappedKey.objects.get(case=full)
        erasure = decided()

        erasing.erase(erasure.pk)

        erasure.refresh_from_db()
        assert erasure.key_id == wrapped.key_id
        assert not WrappedKey.objects.exists()
        with pytest.raises(keys.KeyGone), keys.opened(full.public_id) as key:
            key.open(copy, kind=vault.KIND, name=row.sha256)
        assert list(queries.destroyed_keys()) == [erasure]

    def test_is_not_begun_before_the_second_person(self, full, north_lead):
        erasure = actions.ask(
            full.public_id, ground="order", reason="court", by=north_lead, at=now()
        )

        erasing.erase(erasure.pk)

        assert Case.objects.filter(pk=full.pk).exists()

    def test_leaves_a_queued_run_nothing_to_do(self, full, decided, run):
        erasure = decided()
        running.run_now(run.pk)
        run.refresh_from_db()
        assert run.state == "queued"

        erasing.erase(erasure.pk)

        running.run_now(run.pk)

    def test_lets_a_number_of_an_erased_case_be_told_from_a_new_one(
        self, full, decided, client_of, administrator, south_lead, north_lead
    ):
        erasure = decided()
        erasing.erase(erasure.pk)
        proof = reverse("retention:order", args=[erasure.public_id])

        listed = client_of(administrator).get(reverse("retention:list")).content.decode()
        shown = client_of(administrator).get(proof)

        assert "2026-1" in listed
        assert Erasure.objects.get().found["digest"].encode() in shown.content
        assert b"Harbour" not in shown.content
        assert client_of(south_lead).get(proof).status_code == 404
        gone = client_of(north_lead).get(reverse("review:overview", args=[full.public_id]))
        assert gone.status_code == 404


def test_every_table_of_the_workbench_is_reached_or_outlives_its_case():
    reached = {model for model, _ways in rows.owned()}
    outlives = {"retention.Erasure"}

    left = {
        model._meta.label
        for config in apps.get_app_configs()
        if config.name.startswith("haven.workbench")
        for model in config.get_models(include_auto_created=True)
        if model not in reached
    }

    others = {
        "authority.OwnWord",
        "categories.DefaultScheme",
        "categories.OwnScheme",
        "decisions.TwoPeople",
        "known.KnownList",
        "known.Meaning",
        "known.SetAside",
        "onboarding.StageDone",
        "packages.Identity",
        "packages.Partner",
        "reveals.Choice",
        "wellbeing.AgencyPolicy",
        "wellbeing.GroupWeek",
        "wellbeing.HelpPlace",
        "wellbeing.Practised",
        "wellbeing.SharedCheckIn",
        "wellbeing.Sitting",
    }
    assert left - outlives - others == set()
    assert not [model for model in reached if model._meta.app_label in ("accounts", "audit")]


@pytest.mark.django_db(transaction=True)
def test_no_page_of_a_table_keeps_the_templates_of_an_erased_case(
    case, found, north_lead, supervisor
):
    vector = [((n * 37) % 101) / 101 - 0.5 for n in range(128)]
    found("a", [vector])
    raw = Face.objects.get().embedding
    pattern = struct.pack("<8f", *[float(one) for one in raw[:8]])
    assert pattern in _pages()
    erasure = actions.ask(case.public_id, ground="order", reason="court", by=north_lead, at=now())
    actions.confirm(erasure.public_id, by=supervisor, at=now())

    erasing.erase(erasure.pk)

    assert pattern not in _pages()
    erasure.refresh_from_db()
    assert erasure.rewritten_at is not None


def _pages():
    """Return the bytes of the tables that hold templates, as they lie on the disk."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
        lying = b""
        for table in erasing.WITH_TEMPLATES:
            cursor.execute("SELECT pg_relation_filepath(%s)", [table])
            lying += (folder / cursor.fetchone()[0]).read_bytes()
    return lying


@pytest.mark.django_db(transaction=True)
def test_no_page_of_a_table_keeps_templates_that_were_erased_alone(case, found, north_lead):
    found("a", [[((n * 41) % 103) / 103 - 0.5 for n in range(128)]])
    pattern = struct.pack("<8f", *[float(one) for one in Face.objects.get().embedding[:8]])
    assert pattern in _pages()
    Run.objects.update(state="finished", finished_at=NOW)
    face_templates.erase(case.public_id, reason="ordered", by=north_lead, at=now())
    assert erasing.is_rewriting_due()

    assert erasing.rewrite_tables()

    assert pattern not in _pages()
    assert not erasing.is_rewriting_due()
    assert verbs(case.pk)[0] == "templates.rewrite"


@pytest.mark.django_db(transaction=True)
def test_tables_that_somebody_still_reads_are_written_anew_again_later(case, found, north_lead):
    found("a", [[((n * 43) % 107) / 107 - 0.5 for n in range(128)]])
    pattern = struct.pack("<8f", *[float(one) for one in Face.objects.get().embedding[:8]])
    Run.objects.update(state="finished", finished_at=NOW)
    reader = connection.copy()
    try:
        with reader.cursor() as cursor:  # a transaction that sees the rows as they were
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT count(*) FROM accounts_agency")
            face_templates.erase(case.public_id, reason="ordered", by=north_lead, at=now())

            assert not erasing.rewrite_tables()
            assert pattern in _pages()
            assert erasing.is_rewriting_due()

            cursor.execute("ROLLBACK")
    finally:
        reader.close()

    assert erasing.rewrite_tables()
    assert pattern not in _pages()


def test_two_who_ask_at_one_moment_are_told_the_same(case, north_lead, supervisor):
    actions.ask(case.public_id, ground="order", reason="court", by=north_lead, at=now())

    with pytest.raises(actions.AlreadyAsked):
        actions.ask(case.public_id, ground="order", reason="court", by=supervisor, at=now())
