"""Letters: authors and makers are told that there is something to read, and nothing of it."""

import datetime as dt
import json

import pytest
from django.db import connection

from haven.accounts.mail.models import Letter
from haven.hub.experience import actions, asking, flagging, speaking, tasks, telling
from tests.accounts.people import send_letters
from tests.hub import said
from tests.hub.said import NO, NOW, YES, published, put, written
from tests.walls import role

JOBS = {telling.TELL_MEMBER: tasks.tell_member, telling.TELL_MAKER: tasks.tell_maker}


@pytest.fixture
def opened(db):
    return said.open_catalogue()


@pytest.fixture
def author(north_lead):
    north_lead.email = "nora@north.example"
    north_lead.save()
    return north_lead


@pytest.fixture
def provider(opened, curator):
    made = said.tied(said.provider(), curator)
    work()
    return made


def work():
    """Do what waits, as the worker would; return the letters that went."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name LIKE 'experience.%%'"
            " RETURNING task_name, args, queue_name, id"
        )
        jobs = sorted(cursor.fetchall(), key=lambda job: job[3])
    with role("haven_worker"):
        for name, told, queue, _key in jobs:
            assert queue == "mail"
            JOBS[name](**json.loads(told))
    return send_letters()


class TestAuthors:
    @pytest.mark.parametrize("decision", [YES, NO])
    def test_of_reports_are_told_that_a_curator_decided(self, opened, author, curator, decision):
        made = written(author)
        assert work() == []
        actions.decide(made.public_id, decision, by=curator, at=NOW)

        (sent,) = work()
        assert sent.to == ["nora@north.example"]
        assert "/hub/experience/" in sent.body
        assert "signed in" in sent.body

    @pytest.mark.parametrize("decision", [YES, NO])
    def test_of_questions_are_told_that_a_curator_decided(self, opened, author, curator, decision):
        made = asking.ask(said.SLUG, "Which set?", by=author, at=NOW)
        asking.decide(made.public_id, decision, by=curator, at=NOW)

        (sent,) = work()
        assert sent.to == ["nora@north.example"]

    def test_are_told_when_a_maker_answers_whom_they_do_not_see(
        self, opened, author, curator, provider, client_of
    ):
        made, asked = published(author, curator), put(author, curator)
        work()
        client = client_of(provider)
        client.post(f"/hub/questions/{asked.public_id}/answer/", {"text": "Ours."})
        (sent,) = work()
        assert (sent.to, sent.subject) == (
            ["nora@north.example"], "A maker has answered you in the Hub",
        )  # fmt: skip
        Letter.objects.update(made_at=NOW - dt.timedelta(days=1))
        client.post(f"/hub/experience/{made.public_id}/reply/", {"text": "It is mended."})

        (sent,) = work()
        assert sent.to == ["nora@north.example"]

    def test_are_told_when_their_report_is_hidden_or_a_second_curator_decides(
        self, opened, author, curator
    ):
        made = published(author, curator)
        work()
        Letter.objects.all().delete()
        flagging.settle_report(made.public_id, NO, by=curator, at=NOW)
        assert len(work()) == 1
        Letter.objects.all().delete()
        actions.object_to(made.public_id, "No.", by=author, at=NOW)
        actions.decide_again(made.public_id, YES, by=said.curator("carl"), at=NOW)

        assert len(work()) == 1

    def test_read_nothing_of_what_was_written_or_decided_in_a_letter(
        self, opened, author, curator, provider
    ):
        made, asked = written(author), put(author, curator)
        actions.decide(made.public_id, NO, by=curator, at=NOW)
        speaking.answer(asked.public_id, "On our own.", by=provider, at=NOW)

        for sent in work():
            whole = f"{sent.subject} {sent.body}"
            for word in ("Wheelwright", "Spoke", "Stacks", "names a case", "test set", "refused",
                         "published", "On our own", "Clara", str(made.public_id)):  # fmt: skip
                assert word not in whole

    def test_are_told_once_of_several_acts_in_a_quarter_of_an_hour(self, opened, author, curator):
        for version in ("1", "2", "3"):
            published(author, curator, version=version)

        assert len(work()) == 1

    def test_who_left_are_not_written_to(self, opened, author, curator):
        published(author, curator)
        author.is_active = False
        author.save()

        assert work() == []


class TestMakers:
    def test_are_told_that_a_question_waits_each_of_those_who_speak(
        self, opened, author, curator, provider
    ):
        said.provider("paula")
        said.provider("cora", agency="Candle")
        put(author, curator)

        letters = {sent.to[0]: sent for sent in work()}
        assert set(letters) == {
            "nora@north.example", "pablo@lantern.example", "paula@lantern.example",
        }  # fmt: skip
        told = letters["pablo@lantern.example"]
        assert told.subject == "A question waits for you in the Hub"
        assert "/hub/makers/" in told.body
        assert "test set" not in told.body
        assert "Nora" not in told.body

    def test_are_told_of_nothing_that_is_answered_or_taken_back(
        self, opened, author, curator, provider
    ):
        asked, other = put(author, curator), put(author, curator, text="And when?")
        speaking.answer(asked.public_id, "Ours.", by=provider, at=NOW)
        asking.withdraw(other.public_id, by=author, at=NOW)

        assert "pablo@lantern.example" not in [sent.to[0] for sent in work()]

    def test_are_told_when_they_are_tied_to_a_maker_for_whom_one_waits(
        self, opened, author, curator
    ):
        put(author, curator)
        assert [sent.to for sent in work()] == [["nora@north.example"]]
        said.tied(said.provider(), curator)

        assert [sent.to for sent in work()] == [["pablo@lantern.example"]]

    def test_are_told_when_a_curator_hides_what_they_said(self, opened, author, curator, provider):
        asked = put(author, curator)
        answer = speaking.answer(asked.public_id, "Ours.", by=provider, at=NOW)
        work()
        flagging.settle_saying(answer.public_id, NO, by=curator, at=NOW)

        (sent,) = work()
        assert sent.to == ["pablo@lantern.example"]
        assert "/hub/makers/" in sent.body
