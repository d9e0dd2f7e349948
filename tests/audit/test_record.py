"""The record: written with the act or not at all, never changed, and without names."""

import datetime as dt
import hashlib
import json

import pytest
from django.db import DatabaseError, connection, transaction

from haven.accounts.models import Agency, Member
from haven.audit import bodies, context, queries
from haven.audit.actions import NotInTransaction, ReasonMissing, erase_personal, record
from haven.audit.canonical import NotCanonical
from haven.audit.models import Event, Personal
from haven.audit.verbs import UnknownVerb

AT = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


class TestRecord:
    def test_keeps_who_did_what_to_which_thing_and_why(
        self, north_lead: Member, north: Agency
    ) -> None:
        record("case.view", actor=north_lead, target=north, case_id=7, at=AT, reason="merger", n=2)

        event = queries.of_target("accounts.agency", str(north.pk)).get()
        assert (event.actor_id, event.actor_name) == (north_lead.pk, "Nora Lead")
        assert (event.verb, event.case_id, event.at) == ("case.view", 7, AT)
        assert (event.agency_id, event.roles) == (north.pk, ["investigator"])
        assert (event.facts, event.outcome) == ({"n": 2}, "done")
        assert event.personal_value["reason"] == "merger"
        assert list(queries.of_case(7)) == [event]

    def test_keeps_from_where_without_the_key_or_the_address(self, db: None) -> None:
        source = context.Source("web", lambda: "s3ss10n", context.client_of("192.168.7.9"))
        with context.coming_from(source):
            first, second = (record("case.view", actor=None) for _ in range(2))

        assert (first.via, first.client[:8]) == ("web", "private:")
        assert first.session == second.session != ""
        assert "s3ss10n" not in first.body and "192.168" not in first.body

    def test_knows_the_program_itself_as_an_actor(self, db: None) -> None:
        event = record("run.finish", actor=None, agency_id=3, run=3)

        assert (event.actor_id, event.actor_name, event.agency_id) == (None, "", 3)

    def test_keeps_the_name_of_that_moment(self, north_lead: Member) -> None:
        record("case.open", actor=north_lead)
        north_lead.display_name = "Nora Married"
        north_lead.save()

        assert Event.objects.get().actor_name == "Nora Lead"

    def test_keeps_where_a_page_was_asked_for(self, north_lead: Member, client_of) -> None:
        client_of(north_lead).get("/account/sign-in/")
        signed_in = Event.objects.filter(verb="member.sign_in").last()

        client_of(north_lead).post("/account/sign-out/")

        signed_out = Event.objects.get(verb="member.sign_out")
        assert signed_in is not None
        assert signed_out.via == "web"
        assert signed_out.client.startswith("loopback:")
        assert len(signed_out.session) == 32


class TestRefusals:
    @pytest.mark.django_db(transaction=True)
    def test_outside_a_transaction_is_refused(self) -> None:
        with pytest.raises(NotInTransaction):
            record("case.open", actor=None)

        assert not Event.objects.exists()

    def test_a_verb_that_the_table_does_not_have_is_refused(self, db: None) -> None:
        with pytest.raises(UnknownVerb):
            record("case.lose", actor=None)

    def test_an_act_that_wants_a_reason_is_refused_without_one(self, db: None) -> None:
        with pytest.raises(ReasonMissing):
            record("record.export", actor=None, reason="  ")

    def test_a_fact_that_has_no_single_spelling_is_refused(self, db: None) -> None:
        with pytest.raises(NotCanonical):
            record("case.open", actor=None, size=float("nan"))

    def test_takes_the_act_back_when_it_cannot_be_written(self, db: None) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Agency.objects.create(name="Ghost", country="XX")
            record("agency.add", actor=None, zero="\0")

        assert not Agency.objects.filter(name="Ghost").exists()


class TestBody:
    def test_is_the_canonical_spelling_of_the_columns(self, north_lead: Member) -> None:
        record("case.open", actor=north_lead, case_id=4, at=AT, candidates=20, distance=0.25)

        event = Event.objects.get()
        assert event.body == bodies.body_of(event)
        read = json.loads(event.body)
        assert (read["verb"], read["case"], read["at"]) == (
            "case.open",
            4,
            "2026-03-01T12:00:00.000000Z",
        )

    def test_holds_no_name_no_reason_and_no_word_searched_for(self, north_lead: Member) -> None:
        record(
            "items.view",
            actor=north_lead,
            reason="asked by Judge Nilsen",
            personal={"looked_for": {"q": "holiday with Per"}},
        )

        body = Event.objects.get().body
        assert not any(word in body for word in ("Nora", "Nilsen", "Per", "holiday"))

    def test_commits_to_what_lies_beside_it(self, north_lead: Member) -> None:
        record("case.open", actor=north_lead, reason="told")

        beside = Personal.objects.get()
        digest = hashlib.sha256(bytes(beside.salt) + beside.text.encode()).hexdigest()
        assert json.loads(Event.objects.get().body)["personal"] == digest

    def test_commits_differently_to_the_same_words(self, north_lead: Member) -> None:
        first, second = (record("case.open", actor=north_lead) for _ in range(2))

        assert first.commitment != second.commitment


class TestAppendOnly:
    def test_the_database_refuses_to_change_a_row(self, db: None) -> None:
        record("case.open", actor=None)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Event.objects.update(verb="case.close")

    def test_the_database_refuses_to_delete_a_row(self, db: None) -> None:
        record("case.open", actor=None)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Event.objects.all()._raw_delete("default")

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
        event = Event(at=AT, written_at=AT, via="test", verb="", body="{}")

        with (
            pytest.raises(DatabaseError, match="event_says_what_was_done"),
            transaction.atomic(),
        ):
            event.save()

    def test_the_database_refuses_to_change_what_lies_beside(self, north_lead: Member) -> None:
        record("case.open", actor=north_lead)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Personal.objects.update(text="{}")


class TestErasing:
    def test_takes_names_and_words_and_leaves_the_entries(self, north_lead: Member) -> None:
        record("case.view", actor=north_lead, case_id=5, reason="asked by Per")
        record("case.view", actor=north_lead, case_id=6)
        before = list(Event.objects.values_list("body", flat=True))

        erased = erase_personal(
            of_case=5, agency_id=north_lead.agency_id, by=None, reason="time is over", at=AT
        )

        assert erased == 1
        assert [event.actor_name for event in queries.of_case(6)] == ["Nora Lead"]
        told, gone = queries.of_case(5)
        assert (gone.actor_name, gone.personal_value, gone.body) == ("", {}, before[0])
        assert (told.verb, told.facts) == ("record.erase_personal", {"erased": 1})

    def test_wants_a_reason(self, db: None) -> None:
        with pytest.raises(ReasonMissing):
            erase_personal(of_case=5, agency_id=1, by=None, reason="", at=AT)
