"""The guided finder, what is restricted, the short list and its files."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from haven.accounts.models import Member
from haven.audit.models import Event
from haven.hub.catalogue import completing, finding, queries
from haven.hub.catalogue.models import Change, Fact, Tool
from haven.hub.finding import actions, exporting, typesetting
from haven.hub.finding import queries as kept
from haven.hub.finding.models import Listed
from tests.hub import opening

LIGHT = 50_000  # bytes of HTML: a page over a slow line
Of = Callable[[Member], Client]


@pytest.fixture
def opened(db: None) -> None:
    """Have the catalogue and the board hold what they open with."""
    opening.load()


def links(client: Client, path: str) -> dict[str, str]:
    """Return the addresses of the answers on a page, by their words."""
    text = client.get(path).content.decode()
    found = re.findall(r'class="choice" href="([^"]+)"><span>([^<]+)<', text)
    return {words: address.replace("&amp;", "&") for address, words in found}


def names(client: Client, path: str) -> list[str]:
    text = client.get(path).content.decode()
    return re.findall(r'tools__name"><a href="/hub/tools/([^/]+)/"', text)


@pytest.mark.usefixtures("opened")
class TestGuidedFinder:
    def test_known_material_in_video_offline_is_four_clicks_from_the_start(
        self, client_of: Of, north_lead: Member
    ) -> None:
        client, path = client_of(north_lead), "/hub/"
        answers = ("Recognise known material", "Video", "Yes, offline")

        for words in answers:
            path = links(client, path)[words]
        path = links(client, path)["A budget, or it does not matter"]
        answer = client.get(path)

        assert answer.headers["Location"].startswith("/hub/tools/?")
        found = names(client, answer.headers["Location"])
        assert "s21-laseri-x" in found
        assert "autopsy" in found  # takes anything
        for slug in found:
            tool = Tool.objects.get(slug=slug)
            assert "offline" in tool.deployment
            assert "set-aside-known" in tool.steps
            assert {"video", "any"} & set(tool.media)

    def test_each_answer_says_how_many_tools_are_left(
        self, client_of: Of, north_lead: Member
    ) -> None:
        text = client_of(north_lead).get("/hub/find/?step=set-aside-known").content.decode()

        n_video = len(
            finding.find(
                finding.Asked(chosen={"steps": ("set-aside-known",), "media": ("video", "any")}),
                sees_restricted=True,
            ).tools
        )
        assert f'>Video</span><span class="muted small">{n_video} tools' in text

    def test_where_nothing_fits_it_is_said_and_the_board_is_near(
        self, client_of: Of, north_lead: Member
    ) -> None:
        client = client_of(north_lead)
        Tool.objects.update(deployment=["cloud"])

        text = client.get(
            "/hub/find/?step=receive&media=audio&where=offline&have=nothing"
        ).content.decode()

        assert "No tool of this catalogue fits all of it" in text
        assert "/hub/needs/say/?step=receive&amp;media=audio" in text
        assert re.search(r"Without it: [1-9]", text)

    def test_an_answer_that_is_none_is_asked_again(
        self, client_of: Of, north_lead: Member
    ) -> None:
        text = client_of(north_lead).get("/hub/find/?step=x&media=<b>").content.decode()

        assert "Question 1 of 4" in text

    def test_a_page_asks_the_database_few_questions(
        self, client_of: Of, north_lead: Member
    ) -> None:
        client = client_of(north_lead)
        client.get("/hub/find/")

        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/hub/find/?step=sort-new")

        assert sum("catalogue_tool" in one["sql"] for one in asked) == 1


@pytest.mark.usefixtures("opened")
class TestRestricted:
    """What shows how a method works is found, counted and chosen by those alone who see it."""

    SLUG = "s21-laseri-x"

    @pytest.fixture(autouse=True)
    def _restricted(self, opened: None) -> None:
        tool = Tool.objects.get(slug=self.SLUG)
        tool.interoperability = "Speaks quixotically with others."
        tool.media, tool.evidence_leaves = ["device"], "depends"
        tool.restricted = [
            "interoperability", "media", "evidence_leaves", "deployment", "summary", "facts",
            "description", "price",
        ]  # fmt: skip
        finding.fold(tool)
        tool.changed_at = timezone.now()
        tool.save()
        Change.objects.create(tool=tool, fields=["interoperability"], at=timezone.now())
        self.tool = tool

    def test_a_curator_says_which_fields_for_a_reason(
        self, client_of: Of, north_lead: Member, provider: Member
    ) -> None:
        path = f"/hub/tools/{self.SLUG}/readers/"
        assert client_of(north_lead).get(path).status_code == 403
        north_lead.roles = ["investigator", "curator"]
        north_lead.save()
        client = client_of(north_lead)

        assert 'value="media"' in client.get(path).content.decode()
        said = {"fields_kept": ["licence", "description"]}
        assert client.post(path, said).status_code == 422
        assert client.post(path, {**said, "reason": "It shows the method."}).status_code == 302

        assert names(client_of(provider), "/hub/tools/?q=quixotically") == [self.SLUG]
        assert "quixotic" in client_of(provider).get("/hub/tools/?q=quixoticaly").content.decode()
        told = Event.objects.get(verb="tool.restrict").facts
        assert told["fields"] == ["description", "licence"]

    def test_by_words(self, client_of: Of, north_lead: Member, provider: Member) -> None:
        path = "/hub/tools/?q=quixotically"

        assert names(client_of(north_lead), path) == [self.SLUG]
        assert names(client_of(provider), path) == []

    def test_also_not_as_a_word_that_was_meant(
        self, client_of: Of, north_lead: Member, provider: Member
    ) -> None:
        path = "/hub/tools/?q=quixoticaly"

        assert "quixotically" in client_of(north_lead).get(path).content.decode()
        assert "quixotically" not in client_of(provider).get(path).content.decode()

    def test_by_a_list(self, client_of: Of, north_lead: Member, provider: Member) -> None:
        path = "/hub/tools/?media=device&q=laseri"

        assert names(client_of(north_lead), path) == [self.SLUG]
        assert names(client_of(provider), path) == []

    def test_in_the_numbers_beside_lists(self) -> None:
        for asked in (finding.Asked(), finding.Asked(q="laseri")):
            all_of_it = finding.find(asked, sees_restricted=True).counts
            open_alone = finding.find(asked).counts

            for name, value in (("media", "device"), ("evidence_leaves", "depends")):
                seen = all_of_it[name][value] - open_alone[name].get(value, 0)
                assert seen == 1, name
            assert all_of_it["steps"] == open_alone["steps"]

    def test_in_the_guided_finder(self, north_lead: Member, provider: Member) -> None:
        asked = {"x": finding.Asked(chosen={"media": ("device",)})}
        several = finding.count(finding.conditions(asked, sees_restricted=True))["x"]

        assert finding.count(finding.conditions(asked))["x"] == several - 1

    def test_in_the_gap_map(self, north_lead: Member, provider: Member) -> None:
        technique, step = self.tool.techniques[0], self.tool.steps[0]
        Tool.objects.filter(pk=self.tool.pk).update(restricted=["techniques"])

        all_of_it = queries.gaps(member=north_lead)[technique, step]
        assert queries.gaps(member=provider)[technique, step] == all_of_it - 1

    def test_on_the_pages(self, client_of: Of, north_lead: Member, provider: Member) -> None:
        fact = self.tool.facts.all()[0].claim
        secrets = (self.tool.summary, self.tool.description, "quixotically", fact)
        pages = (
            f"/hub/tools/{self.SLUG}/",
            "/hub/tools/?q=laseri",
            f"/hub/tools/compare/?tool={self.SLUG}",
            "/hub/shortlist/",
        )
        for member in (north_lead, provider):
            actions.add(self.SLUG, by=member, at=timezone.now())

        for path in pages:
            text = client_of(provider).get(path).content.decode()
            assert "LASERi" in text, path
            assert not [one for one in secrets if one[:40] in text], path
        own = client_of(north_lead).get(pages[0]).content.decode()
        assert all(one[:20] in own for one in ("quixotically", fact))

    def test_among_the_changes(self, client_of: Of, north_lead: Member, provider: Member) -> None:
        assert "LASERi" in client_of(north_lead).get("/hub/changes/").content.decode()
        assert "LASERi" not in client_of(provider).get("/hub/changes/").content.decode()

        Change.objects.create(tool=self.tool, fields=["name", "summary"], at=timezone.now())
        text = client_of(provider).get("/hub/changes/").content.decode()
        assert "LASERi" in text
        assert "In short" not in text

    def test_in_the_files_of_a_short_list(self, provider: Member) -> None:
        actions.add(self.SLUG, by=provider, at=timezone.now())
        listed = kept.shortlist(provider)

        for body in (
            exporting.as_csv(listed, on=timezone.localdate()).decode(),
            str(exporting.told(listed, on=timezone.localdate())),
        ):
            assert "quixotically" not in body
            assert self.tool.summary not in body
            assert self.tool.facts.all()[0].claim not in body
            assert "shown to those who investigate alone" in body


@pytest.mark.usefixtures("opened")
class TestCompleteness:
    def test_is_the_share_of_fields_that_hold_something(self) -> None:
        tool = Tool.objects.select_related("maker").get(slug="magnet-griffeye-analyze-di-pro")
        whole = completing.completeness(tool, list(tool.facts.all()))

        tool.licence, tool.price = "", "unknown"
        less = completing.completeness(tool, list(tool.facts.all()))
        hidden = completing.completeness(tool, list(tool.facts.all()), hidden={"licence"})

        assert whole.every == 25
        assert less.filled == whole.filled - 2
        assert {"licence", "price"} <= set(less.empty)
        assert less.hundredths == 100 * less.filled // 25
        assert (hidden.every, "licence" in hidden.empty) == (24, False)

    def test_stands_on_the_page_with_its_rule(self, client_of: Of, north_lead: Member) -> None:
        client = client_of(north_lead)

        text = client.get("/hub/tools/s21-laseri-x/").content.decode()
        rules = client.get("/hub/tools/rules/").content.decode()

        assert re.search(r"\d+ of 25 fields hold something: \d+ of 100", text)
        assert "filled divided by all" in rules
        assert "What a person decides" in rules

    def test_an_old_entry_is_shown_as_old(self, client_of: Of, north_lead: Member) -> None:
        Tool.objects.filter(slug="s21-laseri-x").update(checked_on="2020-01-01")
        Fact.objects.filter(tool__slug="s21-laseri-x").update(dated="2019")
        client = client_of(north_lead)

        one = client.get("/hub/tools/s21-laseri-x/").content.decode()
        many = client.get("/hub/tools/?q=laseri").content.decode()

        assert "old: nobody has looked for more than two years" in one
        assert "· Not known ·" in one  # its status
        assert ">old</span>" in one
        assert "old: nobody has looked for more than two years" in many


@pytest.mark.usefixtures("opened")
class TestShortList:
    def test_is_filled_from_pages_and_is_its_members_alone(
        self, client_of: Of, north_lead: Member, north_reader: Member
    ) -> None:
        client = client_of(north_lead)
        page = "http://testserver/hub/tools/?q=laser&steps=sort-new"

        answer = client.post(
            "/hub/shortlist/add/", {"tool": "s21-laseri-x"}, headers={"Referer": page}
        )
        client.post("/hub/shortlist/s21-laseri-x/note/", {"note": "Ask for a trial."})

        assert answer.headers["Location"] == "/hub/tools/?q=laser&steps=sort-new"
        assert "on my list" in client.get("/hub/tools/s21-laseri-x/").content.decode()
        assert "Ask for a trial." in client.get("/hub/shortlist/").content.decode()
        other = client_of(north_reader).get("/hub/shortlist/").content.decode()
        assert "Nothing on your list yet" in other
        client.post("/hub/shortlist/remove/", {"tool": "s21-laseri-x"})
        assert not Listed.objects.exists()

    def test_leads_back_to_no_other_site(self, client_of: Of, north_lead: Member) -> None:
        client = client_of(north_lead)
        for page, back in (
            ("https://elsewhere.example/hub/", "/hub/shortlist/"),
            ("http://testserver//elsewhere.example/hub/", "/elsewhere.example/hub/"),
            ("", "/hub/shortlist/"),
        ):
            answer = client.post(
                "/hub/shortlist/add/", {"tool": "s21-laseri-x"}, headers={"Referer": page}
            )
            assert answer.headers["Location"] == back, page

    def test_holds_fifty_and_no_more(self, client_of: Of, north_lead: Member) -> None:
        *first, last = Tool.objects.values_list("slug", flat=True)[:51]
        for slug in first:
            actions.add(slug, by=north_lead, at=timezone.now())

        answer = client_of(north_lead).post("/hub/shortlist/add/", {"tool": last}, follow=True)

        assert "holds 50 tools and no more" in answer.content.decode()
        assert Listed.objects.count() == 50

    def test_asks_the_database_as_often_for_many_as_for_two(
        self, client_of: Of, north_lead: Member
    ) -> None:
        client, counts = client_of(north_lead), []
        for n in (2, 20):
            for slug in Tool.objects.values_list("slug", flat=True)[:n]:
                actions.add(slug, by=north_lead, at=timezone.now())
            client.get("/hub/shortlist/")
            with CaptureQueriesContext(connection) as asked:
                client.get("/hub/shortlist/")
            counts.append(len(asked))

        assert counts[0] == counts[1]

    def test_a_table_begins_so_that_a_spreadsheet_reads_it_and_runs_nothing(
        self, client_of: Of, north_lead: Member
    ) -> None:
        Tool.objects.filter(slug="s21-laseri-x").update(summary='=HYPERLINK("http://x","y")')
        actions.add("s21-laseri-x", by=north_lead, at=timezone.now())
        actions.note("s21-laseri-x", "@SUM(A1), -2+3", by=north_lead)

        answer = client_of(north_lead).get("/hub/shortlist/table/")
        head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        told = dict(zip(head, row, strict=True))

        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert "attachment" in answer.headers["Content-Disposition"]
        assert told["In short"] == '\'=HYPERLINK("http://x","y")'
        assert told["Note"] == "'@SUM(A1), -2+3"
        assert told["Made on"] == timezone.localdate().isoformat()
        assert told["Statements that nobody has checked"].isdigit()
        assert "not checked" in told["What is said, and on what ground"]
        assert "https://" in told["Sources"]
        assert not [one for one in row if one.startswith(("=", "+", "-", "@", "\t"))]
        assert Event.objects.filter(verb="shortlist.export").count() == 1

    def test_a_document_is_made_in_every_language(self, client_of: Of, north_lead: Member) -> None:
        for slug in ("s21-laseri-x", "iped"):
            actions.add(slug, by=north_lead, at=timezone.now())
        actions.note("iped", "#strong[not markup] $x$ *", by=north_lead)
        client = client_of(north_lead)

        for language in ("en", "ru", "ar", "zh-hans"):
            client.cookies["haven_language"] = language
            answer = client.get("/hub/shortlist/document/")
            assert answer.status_code == 200, language
            assert answer.content.startswith(b"%PDF-1.7"), language

    def test_a_note_without_letters_for_it_is_said(
        self, client_of: Of, north_lead: Member
    ) -> None:
        actions.add("iped", by=north_lead, at=timezone.now())
        actions.note("iped", "\u8bd5\u7528", by=north_lead)

        answer = client_of(north_lead).get("/hub/shortlist/document/")

        assert answer.status_code == 409
        assert "Print the page" in answer.content.decode()

    def test_an_empty_list_can_be_taken_along_too(self, north_lead: Member) -> None:
        told = exporting.told([], on=timezone.localdate())

        assert typesetting.pdf(told).startswith(b"%PDF")
        assert exporting.as_csv([], on=timezone.localdate()).startswith(b"\xef\xbb\xbf")
        with override("fr"):
            assert exporting.told([], on=timezone.localdate())["language"] == "fr"


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "  =1", "\uff1d1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert exporting.safe(cell) == f"'{cell}"
    assert exporting.safe("plain = text") == "plain = text"


@pytest.mark.usefixtures("opened")
class TestLight:
    PATHS = (
        "", "find/", "find/?step=receive&media=any-answer&where=offline", "tools/",
        "tools/?media=video", "tools/gaps/", "tools/rules/", "bodies/", "changes/",
        "proposals/", "needs/", "needs/?state=done", "needs/say/", "following/",
        "shortlist/", "tools/compare/?tool=iped&tool=autopsy&tool=hansken&tool=casescan",
    )  # fmt: skip

    def test_is_every_page(self, client_of: Of, north_lead: Member) -> None:
        north_lead.roles = ["investigator", "curator"]
        north_lead.save()
        asked = finding.Asked(q="video", chosen={"media": ("video", "image")})
        for n in range(kept.MOST_SEARCHES):
            actions.keep(f"Search number {n}", asked, by=north_lead, at=timezone.now())
        for n, slug in enumerate(Tool.objects.values_list("slug", flat=True)):
            actions.follow(slug, by=north_lead, at=timezone.now())
            if n < kept.MOST_LISTED:
                actions.add(slug, by=north_lead, at=timezone.now())
                actions.note(slug, "x" * 500, by=north_lead)
        client = client_of(north_lead)

        sizes = {path: len(client.get(f"/hub/{path}").content) for path in self.PATHS}

        assert [one for one in sizes.items() if one[1] >= LIGHT] == []

    def test_also_the_page_of_any_tool(self, client_of: Of, north_lead: Member) -> None:
        client = client_of(north_lead)

        sizes = {
            slug: len(client.get(f"/hub/tools/{slug}/").content)
            for slug in Tool.objects.values_list("slug", flat=True)
        }

        assert max(sizes.values()) < LIGHT
