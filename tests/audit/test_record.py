"""The record: written with the act or not at all, never changed."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from haven.accounts.models import Agency, Member
from haven.audit import queries
from haven.audit.actions import NotInTransaction, record
from haven.audit.models import Event

AT = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


class TestRecord:
    def test_keeps_who_did_what_to_which_thing_and_why(
        self, north_lead: Member, north: Agency
    ) -> None:
        record("agency.rename", actor=north_lead, target=north, case_id=7, at=AT, reason="merger")

        event = queries.of_target("accounts.agency", str(north.pk)).get()
        assert (event.actor_id, event.actor_name) == (north_lead.pk, "Nora Lead")
        assert (event.verb, event.case_id, event.at) == ("agency.rename", 7, AT)
        assert event.facts == {"reason": "merger"}
        assert list(queries.of_case(7)) == [event]

    def test_knows_the_program_itself_as_an_actor(self, db: None) -> None:
        event = record("run.resume", actor=None, run=3)

        assert (event.actor_id, event.actor_name) == (None, "")

    def test_keeps_the_name_of_that_moment(self, north_lead: Member) -> None:
        record("case.open", actor=north_lead)
        north_lead.display_name = "Nora Married"
        north_lead.save()

        assert Event.objects.get().actor_name == "Nora Lead"

    @pytest.mark.django_db(transaction=True)
    def test_outside_a_transaction_is_refused(self) -> None:
        with pytest.raises(NotInTransaction):
            record("case.open", actor=None)

        assert not Event.objects.exists()

    def test_takes_the_act_back_when_it_cannot_be_written(self, db: None) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Agency.objects.create(name="Ghost", country="XX")
            record("agency.add" * 30, actor=None)

        assert not Agency.objects.filter(name="Ghost").exists()


class TestAppendOnly:
    def test_the_database_refuses_to_change_a_row(self, db: None) -> None:
        record("case.open", actor=None)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Event.objects.update(verb="case.close")

    def test_the_database_refuses_to_delete_a_row(self, db: None) -> None:
        record("case.open", actor=None)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Event.objects.all().delete()

    def test_the_database_refuses_to_empty_the_table(self, db: None) -> None:
        with connection.cursor() as cursor:  # the session's fixture had switched it off
            cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER audit_event_is_never_emptied")

        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("TRUNCATE audit_event")

    def test_the_database_refuses_an_event_that_says_nothing(self, db: None) -> None:
        with (
            pytest.raises(DatabaseError, match="event_says_what_was_done"),
            transaction.atomic(),
        ):
            record("", actor=None)
