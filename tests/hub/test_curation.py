"""The curators' desk: what waits, what is old, what does not answer, and counts of no person."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from haven.accounts.models import Member
from haven.audit.models import Event
from haven.hub.catalogue import actions as catalogue
from haven.hub.catalogue import caring, seed
from haven.hub.catalogue.models import Fact, Tool
from haven.hub.curation import checking, queries, reaching
from haven.hub.curation.models import SourceCheck
from haven.hub.curation.tasks import check_sources
from haven.hub.experience import actions as experience
from haven.hub.experience import asking, flagging, speaking
from haven.hub.experience.deciding import Decision
from haven.hub.portal import actions as portal
from tests.hub import planted

NOW = timezone.now()
DAY = dt.timedelta(days=1)


@pytest.fixture
def desk(curator, client_of):
    office = client_of(curator)
    return lambda: office.get("/hub/curation/").content.decode()


@pytest.fixture
def few(db):
    """Have the catalogue hold two tools, with six facts that rest on an address each."""
    tool = planted.entry("sawmill", "Sawmill", maker="Log and Sons")
    planted.entry("oldmill", "Oldmill", maker="Log and Sons")
    Fact.objects.bulk_create(
        Fact(
            tool=tool, claim="Saws.", kind="claimed", said_by="somebody", dated="2026",
            source=f"https://saw.example/{number}", basis="source", relation="independent",
        )
        for number in range(6)
    )  # fmt: skip
    return tool


class TestQueue:
    def test_what_waits_stands_there_with_its_age(self, north_lead, desk):
        ids = planted.plant(north_lead, lambda place: place, NOW - 12 * DAY)
        seen = desk()

        for name, key in (
            ("proposals", ids["catalogue:proposal"]["proposal_id"]),
            ("experience", ids["experience:report"]["report_id"]),
            ("questions", ids["experience:question"]["question_id"]),
            ("submissions", ids["portal:submission"]["submission_id"]),
        ):
            assert f'href="/hub/{name}/{key}/"' in seen
        assert seen.count('<td class="number">12</td>') == 5  # a flagged answer too

    def test_nobody_else_sees_the_desk(self, client_of, north_lead, db):
        assert client_of(north_lead).get("/hub/curation/").status_code == 403
        assert "/hub/curation/" not in client_of(north_lead).get("/hub/").content.decode()

    def test_a_full_desk_is_a_small_page_and_few_questions(
        self, north_lead, desk, django_assert_max_num_queries
    ):
        seed.load()
        planted.plant(north_lead, lambda place: place, NOW)
        desk()

        with django_assert_max_num_queries(30):
            seen = desk()
        assert len(seen) < 50_000

    def test_a_desk_with_more_of_each_kind_than_it_shows_is_under_50_kb(
        self, north_lead, south_lead, curator, desk
    ):
        seed.load()
        planted.plant(north_lead, lambda place: place, NOW)
        tool = Tool.objects.order_by("-name").first()
        _fill(tool, north_lead, south_lead, curator, queries.MOST + 2)
        asked = list(caring.addresses())[: queries.MOST + 5]
        SourceCheck.objects.bulk_create(
            SourceCheck(
                address=one, checked_at=NOW, answered=False, said="404", failed_since=NOW - 9 * DAY
            )
            for one in asked
        )
        seen = desk()

        waits = {str(one.kind): one for one in queries.queue(at=NOW)}
        full = [kind for kind, one in waits.items() if one.n > len(one.rows) == queries.MOST]
        assert len(full) == len(waits)
        assert f'<span class="badge number">{len(asked)}</span>' in seen
        assert len(seen.encode()) < 50_000


def _fill(tool, author, flagger, curator, n):
    """Have `n` of each kind wait for a curator."""
    provider = planted.Agency.objects.create(name="Lantern", country="UY", kind="provider")
    maker = Member.objects.create_user(
        username="pablo", display_name="Pablo", agency=provider, roles=["provider"]
    )
    speaking.tie(provider.pk, tool.maker_id, by=curator, at=NOW)
    yes = Decision(accepts=True, answer="", is_free=True)
    no = Decision(accepts=False, answer="No.", is_free=True)
    for number in range(n):
        reports = [
            experience.write(tool.slug, _met(f"{kind} {number}"), by=author, at=NOW)
            for kind in ("waits", "objected", "flagged")
        ]
        experience.decide(reports[1].public_id, no, by=curator, at=NOW)
        experience.object_to(reports[1].public_id, "So.", by=author, at=NOW)
        experience.decide(reports[2].public_id, yes, by=curator, at=NOW)
        flagging.flag_report(reports[2].public_id, "So.", by=flagger, at=NOW)
        questions = [asking.ask(tool.slug, "Which?", by=author, at=NOW) for _kind in range(3)]
        for one, at in ((questions[1], NOW), (questions[2], NOW - 90 * DAY)):
            asking.decide(one.public_id, yes, by=curator, at=at)
        said = speaking.answer(questions[1].public_id, "Ours.", by=maker, at=NOW)
        flagging.flag_saying(said.public_id, "So.", by=flagger, at=NOW)
        portal.submit(planted.submitted(name=f"Tool {number}"), by=maker, at=NOW)
        change = catalogue.Said({"summary": f"New {number}."}, "So.", "https://a.example", "none")
        catalogue.propose(tool.slug, change, by=author, at=NOW)


def _met(version):
    return experience.Met(
        version=version, tried_on=dt.date(2026, 5, 3), tried="A disk.", data="case",
        media=["image"], effort="day", again="yes", care="same", stake="none", worked="Much.",
    )  # fmt: skip


class TestOldRecords:
    def test_the_oldest_come_first_and_fresh_ones_not_at_all(self, few, desk):
        today = timezone.localdate()
        Tool.objects.update(checked_on=today)
        Tool.objects.filter(slug="sawmill").update(checked_on=today - 320 * DAY)
        Tool.objects.filter(slug="oldmill").update(checked_on=today - 800 * DAY)
        old = caring.old_records(today=today, most=10)

        assert [(tool.slug, age) for tool, age in old] == [
            ("oldmill", "lapsed"),
            ("sawmill", "due"),
        ]
        assert "nobody has looked for more than two years" in desk()


class TestSources:
    def asked(self, *, fails=()):
        def ask(address):
            is_there = address not in fails
            return reaching.Answer(is_there, "200" if is_there else "404")

        return ask

    def test_nothing_is_asked_unless_an_administrator_switched_it_on(self, few, settings, desk):
        assert settings.HAVEN_SOURCE_CHECKS is False
        with pytest.raises(checking.ChecksAreOff):
            checking.check_all(at=NOW, ask=pytest.fail, pause_s=0)
        with pytest.raises(CommandError, match="HAVEN_SOURCE_CHECKS"):
            call_command("checksources")
        check_sources(0)

        assert not SourceCheck.objects.exists()
        seen = desk()
        assert "not checked" in seen
        assert "No request leaves this installation." in seen

    def test_the_command_says_how_many_did_not_answer(self, few, settings, monkeypatch):
        settings.HAVEN_SOURCE_CHECKS = True
        monkeypatch.setattr(checking, "PAUSE_S", 0)
        gone = next(iter(caring.addresses()))
        check = checking.check_all
        monkeypatch.setattr(
            checking,
            "check_all",
            lambda *, at: check(at=at, ask=self.asked(fails=[gone]), pause_s=0),
        )
        said = io.StringIO()
        call_command("checksources", stdout=said)

        assert "1 did not answer" in said.getvalue()

    def test_an_address_is_broken_after_two_failures_a_week_apart(self, few, settings, desk):
        settings.HAVEN_SOURCE_CHECKS = True
        gone = Fact.objects.exclude(source="").first().source
        checking.check_all(at=NOW - 7 * DAY, ask=self.asked(fails=[gone]), pause_s=0)
        (first,) = queries.sources().failed
        assert not first.is_broken
        checking.check_all(at=NOW, ask=self.asked(fails=[gone]), pause_s=0)

        (found,) = queries.sources().failed
        assert found.is_broken
        seen = desk()
        assert "broken" in seen
        assert gone in seen
        event = Event.objects.filter(verb="sources.check").latest("pk")
        assert event.facts["n_failed"] == 1
        checking.check_all(at=NOW, ask=self.asked(), pause_s=0)
        assert queries.sources().failed == []

    def test_what_left_the_catalogue_is_not_kept(self, few, settings):
        settings.HAVEN_SOURCE_CHECKS = True
        checking.check_all(at=NOW, ask=self.asked(), pause_s=0)
        Fact.objects.all().delete()
        checking.check_all(at=NOW, ask=self.asked(), pause_s=0)

        assert not SourceCheck.objects.exists()


class TestReaching:
    @pytest.mark.parametrize(
        ("address", "said"),
        [
            ("http://127.0.0.1/", "source.inside"),
            ("http://[::1]/", "source.inside"),
            ("http://10.0.0.8/x", "source.inside"),
            ("http://169.254.169.254/latest/meta-data", "source.inside"),
            ("https://[::ffff:127.0.0.1]/", "source.inside"),
            ("http://localhost/", "source.inside"),
            ("http://example.org:22/", "source.bad_address"),
            ("ftp://example.org/", "source.bad_address"),
            ("https://who:secret@example.org/", "source.bad_address"),
            ("https:///x", "source.bad_address"),
            ("https://[::1/x", "source.bad_address"),
        ],
    )
    def test_no_address_leads_to_a_machine_inside(self, address, said, monkeypatch):
        monkeypatch.setattr(reaching, "_status", lambda *_told: pytest.fail("was asked"))

        assert reaching.ask(address) == reaching.Answer(answered=False, said=said)

    def test_an_address_of_both_kinds_is_asked_by_the_kind_that_most_reach(self, monkeypatch):
        def known(*_told, **_more):
            return [(0, 0, 0, "", (one, 443)) for one in ("2001:4860:4860::8888", "8.8.8.8")]

        monkeypatch.setattr(reaching.socket, "getaddrinfo", known)

        assert reaching._public_number("dns.example", 443) == "8.8.8.8"

    @pytest.mark.parametrize(
        ("status", "answered"), [(200, True), (301, True), (403, True), (404, False), (500, False)]
    )
    def test_a_status_says_whether_it_is_there(self, status, answered, monkeypatch):
        monkeypatch.setattr(reaching, "_public_number", lambda *_told: "192.0.2.1")
        monkeypatch.setattr(reaching, "_status", lambda *_told: status)

        found = reaching.ask("https://example.org/a b?c=d e")
        assert found == reaching.Answer(answered=answered, said=str(status))

    def test_head_is_asked_first_and_get_where_it_is_not_known(self, monkeypatch):
        asked = []

        def status(method, _scheme, host, number, wanted):
            asked.append((method, host, number, wanted))
            return 405 if method == "HEAD" else 200

        monkeypatch.setattr(reaching, "_public_number", lambda *_told: "192.0.2.1")
        monkeypatch.setattr(reaching, "_status", status)

        assert reaching.ask("https://example.org/a?b=c").answered
        assert asked == [
            ("HEAD", "example.org", "192.0.2.1", "/a?b=c"),
            ("GET", "example.org", "192.0.2.1", "/a?b=c"),
        ]


class TestCounts:
    def test_no_number_below_five_is_told_and_no_person_is_counted(self, few, north_lead, desk):
        planted.plant(north_lead, lambda place: place, NOW)
        rows = {
            str(one.title): {str(label): n for label, n in one.rows}
            for one in queries.statistics()
        }

        numbers = [n for table in rows.values() for n in table.values() if n is not None]
        assert min(numbers) >= queries.FEWEST
        assert rows["Reports of experience"]["waits for a curator"] is None  # there is one
        assert rows["Reports of experience"]["published"] is None  # there is none
        assert list(rows["Facts by ground"].values()) == [6, None, None, None]
        seen = desk()
        counts = seen[seen.index('id="statistics"') :]
        assert "below 5" in counts
        assert north_lead.display_name not in counts
        assert "North" not in counts
