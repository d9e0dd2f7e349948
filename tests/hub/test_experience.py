"""Reports of experience: what was met with a tool, who looks at it, and who reads whose name."""

from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.core.exceptions import ObjectDoesNotExist

from haven.accounts import names
from haven.accounts.models import Agency, Member
from haven.audit.models import Event
from haven.hub.base import listing
from haven.hub.catalogue.models import Tool
from haven.hub.experience import actions, describing, naming, queries, regions, speaking
from haven.hub.experience.deciding import CuratorTied, Decision
from haven.hub.experience.models import Report
from tests.hub import said
from tests.hub.said import NO, NOW, SLUG, YES, published, text, written


@pytest.fixture
def opened(db):
    return said.open_catalogue()


@pytest.fixture
def second(db):
    return said.curator("carl")


@pytest.fixture
def provider(opened, curator):
    """Return a member who speaks for the maker of the tool."""
    return said.tied(said.provider(), curator)


def form(**more):
    told = {
        "version": "4.2", "tried_on": "2026-05-03", "tried": "Sorted a seized disk.",
        "data": "case", "went_in": ["image"], "effort": "day", "again": "yes", "care": "eased",
        "stake": "none", "worked": "Stacks of duplicates.", "shown_as": "nobody",
    }  # fmt: skip
    return {**told, **more}


class TestWriting:
    def test_nobody_else_reads_it_before_a_curator_has(
        self, opened, client_of, north_lead, south_lead, curator
    ):
        page = client_of(north_lead).post(f"/hub/tools/{SLUG}/experience/write/", form())
        made = Report.objects.get()

        assert page.status_code == 302
        assert client_of(south_lead).get(f"/hub/experience/{made.public_id}/").status_code == 404
        assert "Stacks of" not in text(client_of(south_lead), f"/hub/tools/{SLUG}/")
        assert "Nora Lead" in text(client_of(curator), f"/hub/experience/{made.public_id}/")
        client_of(curator).post(
            f"/hub/experience/{made.public_id}/decide/", {"accepts": "yes", "is_free": "on"}
        )
        seen = text(client_of(south_lead), f"/hub/tools/{SLUG}/")
        assert "Stacks of duplicates." in seen
        assert "1 report." in seen

    def test_a_form_that_says_nothing_that_worked_or_not_is_shown_again(
        self, opened, client_of, north_lead
    ):
        page = client_of(north_lead).post(f"/hub/tools/{SLUG}/experience/write/", form(worked=""))

        assert page.status_code == 422
        assert "Say what worked, or what did not." in page.content.decode()
        assert not Report.objects.exists()

    @pytest.mark.parametrize(
        ("told", "error"),
        [
            ({"stake": "share"}, actions.StakeUnsaid),
            ({"tried_on": date(2126, 1, 1)}, actions.NotYet),
            ({"worked": "Good, says Nora Lead."}, naming.NamesAuthor),
            ({"tried": "Write to nora@north.example"}, naming.NamesAuthor),
        ],
    )
    def test_what_a_report_must_not_leave_out_or_hold(self, opened, north_lead, told, error):
        north_lead.email = "nora@north.example"

        with pytest.raises(error):
            written(north_lead, **told)

    def test_a_member_writes_once_about_a_version(self, opened, north_lead):
        first = written(north_lead)

        with pytest.raises(actions.ReportThere):
            written(north_lead)
        written(north_lead, version="4.3")
        actions.withdraw(first.public_id, by=north_lead, at=NOW)
        written(north_lead)

    def test_a_maker_writes_none(self, opened, client_of, provider):
        path = f"/hub/tools/{SLUG}/experience/write/"

        assert client_of(provider).get(path).status_code == 403


class TestDeciding:
    def test_nobody_publishes_their_own(self, opened, curator, second):
        own = written(curator)

        with pytest.raises(actions.OwnReport):
            actions.decide(own.public_id, YES, by=curator, at=NOW)
        assert actions.decide(own.public_id, YES, by=second, at=NOW).state == "published"

    def test_who_has_ties_to_the_maker_decides_nothing(self, opened, north_lead, curator):
        made = written(north_lead)

        with pytest.raises(CuratorTied):
            actions.decide(made.public_id, Decision(True, "", is_free=False), by=curator, at=NOW)

    def test_of_an_objection_a_second_curator_decides(
        self, opened, client_of, north_lead, curator, second
    ):
        made = written(north_lead)
        actions.decide(made.public_id, NO, by=curator, at=NOW)
        path = f"/hub/experience/{made.public_id}/"
        author = client_of(north_lead)

        assert "It names a case." in text(author, path)
        author.post(f"{path}object/", {"why": "It names none."})
        assert "A second curator decides now." in text(client_of(curator), path)
        with pytest.raises(actions.SameCurator):
            actions.decide_again(made.public_id, YES, by=curator, at=NOW)
        client_of(second).post(f"{path}decide-again/", {"accepts": "yes", "is_free": "on"})

        made.refresh_from_db()
        assert made.state == "published"
        assert (made.decided_by, made.second_by) == (curator, second)

    def test_what_two_curators_refuse_is_refused(self, opened, north_lead, curator, second):
        made = written(north_lead)
        actions.decide(made.public_id, NO, by=curator, at=NOW)
        actions.object_to(made.public_id, "No.", by=north_lead, at=NOW)
        actions.decide_again(made.public_id, NO, by=second, at=NOW)

        with pytest.raises(actions.ReportDecided):
            actions.object_to(made.public_id, "Still no.", by=north_lead, at=NOW)
        verbs = Event.objects.filter(verb__startswith="experience.").order_by("pk")
        assert list(verbs.values_list("verb", flat=True)) == [
            "experience.write", "experience.refuse", "experience.object", "experience.uphold",
        ]  # fmt: skip

    def test_a_refusal_says_why(self, opened, client_of, north_lead, curator):
        made = written(north_lead)
        page = client_of(curator).post(
            f"/hub/experience/{made.public_id}/decide/", {"accepts": "no", "is_free": "on"}
        )

        assert page.status_code == 422
        assert "Say why." in page.content.decode()

    def test_what_is_taken_back_is_shown_to_nobody(
        self, opened, client_of, north_lead, south_lead, curator
    ):
        made = published(north_lead, curator)
        client_of(north_lead).post(f"/hub/experience/{made.public_id}/withdraw/")

        assert client_of(south_lead).get(f"/hub/experience/{made.public_id}/").status_code == 404
        assert "Nobody has written a report yet." in text(
            client_of(south_lead), f"/hub/tools/{SLUG}/"
        )

    def test_another_members_report_cannot_be_taken_back(
        self, opened, north_lead, south_lead, curator
    ):
        made = published(north_lead, curator)

        with pytest.raises(queries.ReportNotFound):
            actions.withdraw(made.public_id, by=south_lead, at=NOW)


class TestNames:
    PAGES = (f"/hub/tools/{SLUG}/", f"/hub/tools/{SLUG}/experience/", "/hub/makers/")

    def all_pages(self, client, made):
        pages = (*self.PAGES, f"/hub/experience/{made.public_id}/")
        return "".join(text(client, path) for path in pages)

    @pytest.mark.parametrize("shown_as", ["nobody", "agency", "name"])
    def test_a_maker_reads_no_name_whatever_the_author_chose(
        self, opened, client_of, north_lead, curator, provider, shown_as
    ):
        north_lead.agency.name = "Fjord Unit"
        north_lead.agency.save()
        made = published(north_lead, curator, shown_as=shown_as)
        seen = self.all_pages(client_of(provider), made)

        assert "an investigator" in seen
        assert "Stacks of duplicates." in seen
        assert "Nora" not in seen
        assert "Fjord" not in seen
        assert north_lead.username not in seen

    @pytest.mark.parametrize(
        ("shown_as", "named", "agency"),
        [("nobody", False, False), ("agency", False, True), ("name", True, True)],
    )
    def test_members_read_what_the_author_chose(
        self, opened, client_of, north_lead, south_lead, curator, shown_as, named, agency
    ):
        north_lead.agency.name = "Fjord Unit"
        north_lead.agency.save()
        made = published(north_lead, curator, shown_as=shown_as)
        seen = self.all_pages(client_of(south_lead), made)

        assert ("Nora Lead" in seen) is named
        assert ("Fjord Unit" in seen) is agency

    def test_the_region_is_said_where_it_tells_of_no_agency(
        self, opened, north_lead, south_lead, curator, provider
    ):
        first = published(north_lead, curator)
        assert describing.author(first, provider) == "an investigator"

        for code in ("SE", "DK", "FI"):  # with those of NO and CH five in Europe
            Agency.objects.create(name=f"Unit of {code}", country=code)
        later = published(north_lead, curator, version="5")
        elsewhere = published(south_lead, curator)

        assert describing.author(later, provider) == "an investigator, agency in Europe"
        assert describing.author(elsewhere, provider) == "an investigator"

    def test_every_country_is_in_one_region(self):
        listed = [
            code
            for line in regions.FILE.read_text().splitlines()
            if not line.startswith("#")
            for code in line.split()
            if len(code) == 2 and code.isupper()
        ]

        assert sorted(listed) == sorted(
            code for code in names._all("countries")["en"] if code != "AQ"
        )


class TestCounting:
    def test_counts_stand_with_their_number_and_without_an_average(
        self, opened, client_of, north_lead, north_reader, south_lead, curator
    ):
        published(north_lead, curator)
        published(north_reader, curator, again="no", stake="gift", stake_words="A journey.")
        published(south_lead, curator, again="yes", care="harder")
        written(south_lead, version="5")  # waits, and counts for nothing

        counted = queries.counts(Tool.objects.get(slug=SLUG))
        seen = text(client_of(south_lead), f"/hub/tools/{SLUG}/experience/")

        assert (counted["n"], counted["again_yes"], counted["again_no"]) == (3, 2, 1)
        assert "3 reports." in seen
        assert "Of these 1 by an author with ties to the maker." in seen
        assert "a gift, a journey or a licence from the maker" in seen
        assert "A journey." in seen

    def test_a_grade_stays_what_it_was(self, opened, client_of, north_lead, curator, provider):
        def grade():
            page = client_of(north_lead).get(f"/hub/tools/{SLUG}/")
            return page.context["shown"].grade.rank.slug

        before = grade()
        made = published(north_lead, curator)
        speaking.reply(made.public_id, "We measured 100 per cent.", by=provider, at=NOW)

        assert grade() == before

    def test_a_page_asks_the_database_no_more_for_more_reports(
        self, opened, client_of, north_lead, curator, django_assert_max_num_queries, south_lead
    ):
        for number in range(8):
            published(north_lead, curator, version=str(number))
        client = client_of(south_lead)
        text(client, f"/hub/tools/{SLUG}/")

        with django_assert_max_num_queries(26):
            text(client, f"/hub/tools/{SLUG}/")
        with django_assert_max_num_queries(24):
            seen = text(client, f"/hub/tools/{SLUG}/experience/")
        assert len(seen) < 50_000

    def test_a_page_of_the_longest_reports_with_answers_in_arabic_is_small(
        self, opened, client_of, north_lead, curator, provider, south_lead
    ):
        long = "\u0633\u0637\u0631 " * 400
        for number in range(6):
            made = published(
                north_lead, curator, version=str(number), worked=long, did_not=long,
                tried=long[:1000], care_words=long[:1000],
            )  # fmt: skip
            asked = said.put(north_lead, curator, text=long[:1000])
            for _time in range(speaking.MOST):
                speaking.reply(made.public_id, long, by=provider, at=NOW)
                speaking.answer(asked.public_id, long, by=provider, at=NOW)
        client = client_of(south_lead)

        for path in (f"/hub/tools/{SLUG}/experience/", f"/hub/tools/{SLUG}/"):
            assert len(client.get(path).content) < 50_000, path
        alone = text(client, f"/hub/experience/{made.public_id}/")
        assert long.strip() in alone
        first = text(client, f"/hub/tools/{SLUG}/experience/")
        assert "questions=" in first


class TestReplies:
    def test_a_maker_replies_and_it_stands_as_the_makers(
        self, opened, client_of, north_lead, south_lead, curator, provider
    ):
        made = published(north_lead, curator)
        path = f"/hub/experience/{made.public_id}/"
        client_of(provider).post(f"{path}reply/", {"text": "The export is mended."})

        seen = text(client_of(south_lead), path)
        assert "the maker says" in seen
        assert "The export is mended." in seen
        assert "Pablo" not in seen

    def test_a_maker_speaks_three_times_to_one_report_and_no_more(
        self, opened, client_of, north_lead, curator, provider
    ):
        made = published(north_lead, curator)
        for number in range(speaking.MOST):
            speaking.reply(made.public_id, f"Reply {number}.", by=provider, at=NOW)
        again = client_of(provider).post(
            f"/hub/experience/{made.public_id}/reply/", {"text": "And more."}
        )

        assert again.status_code == 422
        assert "as often as a maker may" in again.content.decode()

    def test_another_maker_replies_to_nothing(self, opened, client_of, north_lead, curator):
        other = Agency.objects.create(name="Candle", country="UY", kind="provider")
        member = Member.objects.create_user(
            username="cora", display_name="Cora", agency=other, roles=["provider"]
        )
        made = published(north_lead, curator)
        path = f"/hub/experience/{made.public_id}/reply/"

        assert client_of(member).post(path, {"text": "Ours is better."}).status_code == 404
        assert client_of(north_lead).post(path, {"text": "x"}).status_code == 404

    def test_what_is_hidden_is_read_by_curators_with_the_reason(
        self, opened, client_of, north_lead, south_lead, curator, provider
    ):
        made = published(north_lead, curator)
        answer = speaking.reply(made.public_id, "Who are you?", by=provider, at=NOW)
        client_of(curator).post(
            f"/hub/sayings/{answer.public_id}/settle/",
            {"accepts": "no", "answer": "Asks who.", "is_free": "on"},
        )

        assert "Who are you?" not in text(
            client_of(south_lead), f"/hub/experience/{made.public_id}/"
        )
        seen = text(client_of(curator), f"/hub/experience/{made.public_id}/")
        assert "Asks who." in seen


def test_reports_of_a_tool_go_with_it(opened, north_lead, curator):
    made = published(north_lead, curator)
    Tool.objects.get(slug=SLUG).delete()

    with pytest.raises(ObjectDoesNotExist):
        made.refresh_from_db()


def test_time_of_publication_is_kept(opened, north_lead, curator):
    made = written(north_lead)
    later = NOW + timedelta(days=2)
    actions.decide(made.public_id, YES, by=curator, at=later)

    made.refresh_from_db()
    assert made.published_at == later


def test_a_long_list_of_ones_own_has_pages(opened, client_of, north_lead, monkeypatch):
    monkeypatch.setattr(listing, "SIZE", 2)
    for number in range(3):
        written(north_lead, version=f"4.{number}")
    client = client_of(north_lead)

    first = client.get("/hub/experience/")
    after = first.context["reports"].next_cursor
    second = client.get("/hub/experience/", {"reports": after})

    assert [one.version for one in first.context["reports"]] == ["4.2", "4.1"]
    assert f'rel="next" href="?reports={quote(after)}#reports"' in first.content.decode()
    assert [one.version for one in second.context["reports"]] == ["4.0"]
    assert client.get("/hub/experience/", {"reports": "x"}).status_code == 400
