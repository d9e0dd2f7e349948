"""Flags: one more look at what everyone reads, by a curator who may hide it for a reason."""

import pytest
from django.db import IntegrityError, transaction

from haven.audit.models import Event
from haven.hub.curation import queries as desk
from haven.hub.experience import actions, flagging, queries, speaking
from haven.hub.experience.deciding import CuratorTied, Decision
from haven.hub.experience.models import Flag
from tests.hub import said
from tests.hub.said import NO, NOW, YES, published, text

HIDE = {"accepts": "no", "answer": "It names a colleague.", "is_free": "on"}
LEAVE = {"accepts": "yes", "is_free": "on"}


@pytest.fixture
def opened(db):
    return said.open_catalogue()


@pytest.fixture
def second(db):
    return said.curator("carl")


@pytest.fixture
def provider(opened, curator):
    return said.tied(said.provider(), curator)


@pytest.fixture
def report(opened, north_lead, curator):
    return published(north_lead, curator)


def page_of(report):
    return f"/hub/experience/{report.public_id}/"


def waiting(kind):
    (found,) = [one for one in desk.queue(at=NOW) if str(one.kind) == kind]
    return found.n


class TestFlaggingAReport:
    def test_goes_to_the_curators_desk_with_its_reason_and_who_flagged_it(
        self, report, client_of, south_lead, second
    ):
        member = client_of(south_lead)
        assert "Flag this report" in text(member, page_of(report))
        sent = member.post(f"{page_of(report)}flag/", {"why": "It names my unit."})

        assert sent["Location"] == page_of(report)
        seen = text(member, page_of(report))
        assert "You flagged this." in seen
        assert "A curator looks at it." in seen
        assert f'href="{page_of(report)}"' in text(client_of(second), "/hub/curation/")
        assert waiting("Flagged reports") == 1
        read = text(client_of(second), page_of(report))
        assert "It names my unit." in read
        assert south_lead.display_name in read

    def test_is_read_neither_by_the_author_nor_by_makers_nor_by_others(
        self, report, client_of, south_lead, north_lead, north_reader, provider
    ):
        flagging.flag_report(report.public_id, "It names my unit.", by=south_lead, at=NOW)

        for member in (north_lead, north_reader, provider):
            seen = text(client_of(member), page_of(report))
            assert "It names my unit." not in seen
            assert south_lead.display_name not in seen

    def test_takes_a_reason_and_is_done_once_by_each_member(self, report, south_lead, provider):
        with pytest.raises(flagging.NoReason):
            flagging.flag_report(report.public_id, " ", by=south_lead, at=NOW)
        flagging.flag_report(report.public_id, "A name.", by=south_lead, at=NOW)
        with pytest.raises(flagging.FlaggedBefore):
            flagging.flag_report(report.public_id, "Again.", by=south_lead, at=NOW)
        flagging.flag_report(report.public_id, "A name.", by=provider, at=NOW)

        assert Flag.objects.count() == 2
        assert waiting("Flagged reports") == 1

    def test_without_a_reason_says_so_on_the_page(self, report, client_of, south_lead):
        member = client_of(south_lead)
        member.post(f"{page_of(report)}flag/", {"why": ""})

        assert "Say what a curator should look at." in text(member, page_of(report))
        assert not Flag.objects.exists()

    def test_is_nothing_for_its_author_or_before_it_is_published(
        self, report, north_lead, south_lead, client_of
    ):
        waits = said.written(north_lead, version="5")

        with pytest.raises(flagging.FlagsOwn):
            flagging.flag_report(report.public_id, "Mine.", by=north_lead, at=NOW)
        with pytest.raises(queries.ReportNotFound):
            flagging.flag_report(waits.public_id, "Not there.", by=south_lead, at=NOW)
        assert "Flag this report" not in text(client_of(north_lead), page_of(report))


class TestSettling:
    @pytest.fixture
    def flagged(self, report, south_lead):
        flagging.flag_report(report.public_id, "It names my unit.", by=south_lead, at=NOW)
        return report

    def test_what_is_hidden_is_read_by_its_author_with_the_reason_and_by_nobody_else(
        self, flagged, client_of, south_lead, north_lead, second
    ):
        client_of(second).post(f"{page_of(flagged)}settle/", HIDE)

        assert client_of(south_lead).get(page_of(flagged)).status_code == 404
        tool = text(client_of(south_lead), f"/hub/tools/{said.SLUG}/")
        assert "Nobody has written a report yet." in tool
        own = text(client_of(north_lead), page_of(flagged))
        assert "It names a colleague." in own
        assert "Have a second curator look" in own
        assert ">hidden<" in text(client_of(north_lead), "/hub/experience/")
        assert ">hidden<" in text(client_of(south_lead), "/hub/experience/")
        assert waiting("Flagged reports") == 0
        event = Event.objects.get(verb="experience.hide")
        assert event.has_reason

    def test_what_is_left_stays_and_its_author_is_told(
        self, flagged, client_of, south_lead, north_lead, second
    ):
        client_of(second).post(f"{page_of(flagged)}settle/", LEAVE)

        assert "left as it is" in text(client_of(south_lead), page_of(flagged))
        assert "and left it as it is." in text(client_of(north_lead), page_of(flagged))
        assert waiting("Flagged reports") == 0
        assert Event.objects.filter(verb="experience.leave").count() == 1
        with pytest.raises(flagging.FlaggedBefore):
            flagging.flag_report(flagged.public_id, "Still.", by=south_lead, at=NOW)

    def test_who_let_it_through_may_hide_it_and_not_leave_it(self, flagged, client_of, curator):
        assert "Leave it as it is" not in text(client_of(curator), page_of(flagged))

        with pytest.raises(actions.SameCurator):
            flagging.settle_report(flagged.public_id, YES, by=curator, at=NOW)
        flagging.settle_report(flagged.public_id, NO, by=curator, at=NOW)

    def test_who_flagged_it_does_not_decide(self, report, client_of, second):
        flagging.flag_report(report.public_id, "A name.", by=second, at=NOW)

        with pytest.raises(flagging.OwnFlag):
            flagging.settle_report(report.public_id, NO, by=second, at=NOW)
        seen = text(client_of(second), page_of(report))
        assert "You flagged this. Another curator decides on it." in seen

    def test_hiding_takes_a_reason_and_a_curator_without_ties(self, flagged, client_of, second):
        client = client_of(second)
        client.post(f"{page_of(flagged)}settle/", {**HIDE, "answer": ""})
        assert "Say why." in text(client, page_of(flagged))
        client.post(f"{page_of(flagged)}settle/", {"accepts": "no", "answer": "So."})
        assert "Who has ties to the maker does not decide." in text(client, page_of(flagged))
        client.post(f"{page_of(flagged)}settle/", {})
        client.post(f"{page_of(flagged)}settle/", {**HIDE, "answer": "x" * 1001})

        flagged.refresh_from_db()
        assert flagged.state == "published"

    def test_nobody_settles_their_own_and_no_other_member_any(
        self, opened, curator, second, client_of, north_lead
    ):
        own = published(curator, second)

        with pytest.raises(actions.OwnReport):
            flagging.settle_report(own.public_id, NO, by=curator, at=NOW)
        assert client_of(north_lead).post(f"{page_of(own)}settle/", HIDE).status_code == 403

    def test_a_second_flag_after_it_was_left_waits_anew(
        self, flagged, second, north_reader, provider
    ):
        flagging.settle_report(flagged.public_id, YES, by=second, at=NOW)
        with pytest.raises(actions.ReportDecided):
            flagging.settle_report(flagged.public_id, YES, by=second, at=NOW)
        flagging.flag_report(flagged.public_id, "Look again.", by=north_reader, at=NOW)

        assert waiting("Flagged reports") == 1

    def test_what_its_author_takes_back_waits_no_more(self, flagged, north_lead):
        actions.withdraw(flagged.public_id, by=north_lead, at=NOW)

        assert waiting("Flagged reports") == 0

    def test_its_author_objects_once_and_a_curator_who_did_not_decide_looks(
        self, flagged, north_lead, curator, second, client_of
    ):
        day = flagged.published_at
        flagging.settle_report(flagged.public_id, NO, by=second, at=NOW)
        client_of(north_lead).post(f"{page_of(flagged)}object/", {"why": "It names nobody."})
        for one in (curator, second):
            with pytest.raises(actions.SameCurator):
                actions.decide_again(flagged.public_id, YES, by=one, at=NOW)
        actions.decide_again(flagged.public_id, YES, by=said.curator("cleo"), at=NOW)

        flagged.refresh_from_db()
        assert (flagged.state, flagged.hidden_because) == ("published", "")
        assert flagged.published_at == day
        flagging.settle_report(flagged.public_id, NO, by=second, at=NOW)
        with pytest.raises(actions.ReportDecided):
            actions.object_to(flagged.public_id, "Once more.", by=north_lead, at=NOW)

    def test_the_database_itself_hides_nothing_without_a_reason(self, report, second):
        kept = type(report).objects.filter(pk=report.pk)

        for wrong in ({"state": "hidden"}, {"hidden_by": second}):
            with pytest.raises(IntegrityError), transaction.atomic():
                kept.update(**wrong)


class TestAnswersOfMakers:
    @pytest.fixture
    def answered(self, opened, north_lead, curator, provider):
        asked = said.put(north_lead, curator)
        return speaking.answer(asked.public_id, "Ask Nora Lead.", by=provider, at=NOW)

    @pytest.fixture
    def page(self, answered):
        return f"/hub/questions/{answered.question.public_id}/"

    def test_are_flagged_and_hidden_and_their_maker_reads_why(
        self, answered, page, client_of, south_lead, second, provider
    ):
        path = f"/hub/sayings/{answered.public_id}/"
        assert "Flag this answer" in text(client_of(south_lead), page)
        client_of(south_lead).post(f"{path}flag/", {"why": "It names her."})
        assert waiting("Flagged answers of makers") == 1
        assert f'href="{page}"' in text(client_of(second), "/hub/curation/")
        assert "It names her." in text(client_of(second), page)
        client_of(second).post(f"{path}settle/", HIDE)

        assert "Ask Nora Lead." not in text(client_of(south_lead), page)
        assert waiting("Flagged answers of makers") == 0
        for where in (page, "/hub/makers/"):
            seen = text(client_of(provider), where)
            assert "It names a colleague." in seen
            assert "It names her." not in seen
        other = said.provider("cora", agency="Candle")
        assert "Ask Nora Lead." not in text(client_of(other), page)

    def test_are_left_by_a_curator(self, answered, page, client_of, south_lead, second):
        path = f"/hub/sayings/{answered.public_id}/"
        flagging.flag_saying(answered.public_id, "It names her.", by=south_lead, at=NOW)
        client_of(second).post(f"{path}settle/", LEAVE)

        assert "Ask Nora Lead." in text(client_of(south_lead), page)
        assert waiting("Flagged answers of makers") == 0
        assert Event.objects.filter(verb="saying.leave").count() == 1
        assert "left as it is" in text(client_of(south_lead), "/hub/experience/")

    def test_are_flagged_by_nobody_of_their_maker_and_not_once_hidden(
        self, answered, client_of, page, provider, south_lead, second
    ):
        assert "Flag this answer" not in text(client_of(provider), page)
        with pytest.raises(flagging.FlagsOwn):
            flagging.flag_saying(answered.public_id, "Ours.", by=provider, at=NOW)
        with pytest.raises(CuratorTied):
            tied = Decision(accepts=False, answer="So.", is_free=False)
            flagging.settle_saying(answered.public_id, tied, by=second, at=NOW)
        flagging.settle_saying(answered.public_id, NO, by=second, at=NOW)
        path = f"/hub/sayings/{answered.public_id}/flag/"
        assert client_of(south_lead).post(path, {"why": "Gone?"}).status_code == 404
        with pytest.raises(flagging.HiddenBefore):
            flagging.settle_saying(answered.public_id, NO, by=second, at=NOW)

    def test_to_what_was_taken_back_are_flagged_by_nobody(
        self, answered, client_of, north_lead, south_lead
    ):
        client_of(north_lead).post(f"/hub/questions/{answered.question.public_id}/withdraw/")

        path = f"/hub/sayings/{answered.public_id}/flag/"
        assert client_of(south_lead).post(path, {"why": "Gone?"}).status_code == 404
