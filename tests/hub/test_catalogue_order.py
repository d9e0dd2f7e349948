"""The order that a reader chooses, words that are plain, and ticks that stay."""

import html
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haven.accounts.models import Member
from haven.hub.catalogue import completing, finding, ordering, queries, rules
from haven.hub.catalogue.models import Tool
from tests.hub import opening

Of = Callable[[Member], Client]
NAMES_OF_OTHERS = {  # programs, files and lists that are called so
    "case_validate", "face_recognition", "face_recognition_models", "VIC_Canada", "VIC_US",
    "CAID_UK", "TMK_PDQF", "face_detection_yunet", "face_recognition_sface", "opencv_zoo",
}  # fmt: skip


@pytest.fixture
def opened(db: None) -> None:
    """Have the catalogue and the board hold what they open with."""
    opening.load()


def words_on(page: str) -> set[str]:
    """Return what a reader reads on a page, without addresses, places in files and digests."""
    main = page.partition("<main")[2].partition("</main>")[0]
    told = re.sub(r'<(\w+)[^>]*class="[^"]*\bpath\b[^"]*"[^>]*>.*?</\1>', " ", main, flags=re.S)
    return set(re.findall(r"\w+", html.unescape(re.sub(r"<[^>]*>", " ", told))))


def names(client: Client, path: str) -> list[str]:
    text = client.get(path).content.decode()
    return re.findall(r'tools__name"><a href="/hub/tools/([^/]+)/"', text)


def walked(client: Client, path: str) -> list[str]:
    """Return the tools on all pages of a list, in their order."""
    found = []
    while path:
        text = client.get(path).content.decode()
        found += re.findall(r'tools__name"><a href="/hub/tools/([^/]+)/"', text)
        onward = re.search(r'rel="next" href="([^"]+)"', text)
        path = f"/hub/tools/{html.unescape(onward[1])}" if onward else ""
    return found


@pytest.mark.usefixtures("opened")
class TestPlainWords:
    def test_no_page_of_a_tool_shows_a_name_of_our_files(
        self, client_of: Of, curator: Member
    ) -> None:
        client = client_of(curator)

        shown = {
            slug: words_on(client.get(f"/hub/tools/{slug}/").content.decode())
            for slug in Tool.objects.values_list("slug", flat=True)
        }

        assert len(shown) == 79
        wrong = {
            slug: named
            for slug, words in shown.items()
            if (named := {one for one in words if "_" in one} - NAMES_OF_OTHERS)
        }
        assert wrong == {}

    @pytest.mark.parametrize("page", ["rules", "gaps", "compare"])
    def test_nor_does_another_page(self, client_of: Of, curator: Member, page: str) -> None:
        path = f"/hub/tools/{page}/?tool=iped&tool=autopsy"

        said = client_of(curator).get(path).content.decode()

        assert {one for one in words_on(said) if "_" in one} <= NAMES_OF_OTHERS
        assert "null" not in words_on(said)
        assert ">None<" not in said

    def test_what_waits_for_a_source_says_which_fields_it_stands_for(
        self, client_of: Of, curator: Member
    ) -> None:
        page = client_of(curator).get("/hub/tools/csai-match/").content.decode()

        assert "What the entry says about: country of the maker, status, licence, price" in page


@pytest.mark.usefixtures("opened")
class TestOrder:
    def test_is_one_that_the_rules_name_and_no_other(self, client_of: Of, curator: Member) -> None:
        client = client_of(curator)
        page = client.get("/hub/tools/").content.decode()
        offered = re.search(r'<select[^>]*name="order">(.*?)</select>', page)

        assert offered
        assert (
            re.findall('value="([^"]+)"', offered[1])
            == rules.told()["order"]["readers_may_choose"]
        )
        by_name = names(client, "/hub/tools/")
        for unknown in ("price", "evidence_grade", "payment", "-name", "%00"):
            assert names(client, f"/hub/tools/?order={unknown}") == by_name
        assert "Payment, sponsorship" in client.get("/hub/tools/rules/").content.decode()

    def test_by_the_last_look_puts_first_what_was_looked_at_last(
        self, client_of: Of, curator: Member
    ) -> None:
        Tool.objects.update(checked_on="2026-05-01")
        Tool.objects.filter(slug="iped").update(checked_on="2026-06-01")
        Tool.objects.filter(slug="autopsy").update(checked_on=None)

        walk = walked(client_of(curator), "/hub/tools/?order=last_checked")

        assert (walk[0], walk[-1], len(walk)) == ("iped", "autopsy", 79)
        between = Tool.objects.exclude(slug__in=["iped", "autopsy"]).order_by("name", "pk")
        assert walk[1:-1] == list(between.values_list("slug", flat=True))

    def test_by_what_holds_something_says_what_it_counts(
        self, client_of: Of, curator: Member
    ) -> None:
        client = client_of(curator)

        walk = walked(client, "/hub/tools/?order=completeness")
        page = client.get("/hub/tools/?order=completeness").content.decode()

        scores = [queries.tool(slug, member=curator).completeness.hundredths for slug in walk]
        assert scores == sorted(scores, reverse=True)
        assert len(walk) == 79
        assert "nothing about the tool" in page
        assert re.search(r"\d+ of 25 fields hold something: \d+ of 100", page)

    def test_stays_in_the_address_with_what_was_asked(
        self, client_of: Of, curator: Member
    ) -> None:
        client = client_of(curator)
        asked = "/hub/tools/?media=video&order=completeness"

        page = client.get(asked).content.decode()

        assert 'value="completeness" selected' in page
        assert "media=video&amp;order=completeness&amp;after=" in page
        assert set(walked(client, asked)) == set(walked(client, "/hub/tools/?media=video"))

    @pytest.mark.parametrize("is_provider", [False, True])
    def test_the_database_counts_as_the_page_of_each_tool_does(
        self, curator: Member, provider: Member, is_provider: bool
    ) -> None:
        kept = ["licence", "facts", "media", "website"]
        Tool.objects.filter(slug__in=["iped", "autopsy", "deface"]).update(restricted=kept)
        member = provider if is_provider else curator
        sees = queries.sees_restricted(member)

        tools, _fields = ordering.ordered(
            finding.find(finding.Asked()).tools, ordering.Order.COMPLETE, sees_restricted=sees
        )

        assert len(tools) == 79
        for one in tools:
            hidden = queries.hidden(one, member)
            facts = [] if "facts" in hidden else list(one.facts.all())
            told = completing.completeness(one, facts, hidden=hidden)
            assert (one.n_filled, one.n_fields, one.score) == (
                told.filled, told.every, told.hundredths,
            ), one.slug  # fmt: skip

    def test_costs_few_questions(self, client_of: Of, curator: Member) -> None:
        client, counts = client_of(curator), []
        for order in ordering.Order.values:
            client.get("/hub/tools/")
            with CaptureQueriesContext(connection) as asked:
                client.get(f"/hub/tools/?order={order}")
            counts.append(len(asked))

        assert len(set(counts)) == 1


@pytest.mark.usefixtures("opened")
class TestComparing:
    def test_what_is_ticked_stays_ticked_when_the_list_changes(
        self, client_of: Of, curator: Member
    ) -> None:
        page = client_of(curator).get("/hub/tools/?q=autopsy&tool=autopsy&tool=iped")

        ticked = re.findall(r'name="tool" value="([^"]+)" checked', page.content.decode())

        assert sorted(ticked) == ["autopsy", "iped"]

    def test_it_is_said_that_four_are_the_most(self, client_of: Of, curator: Member) -> None:
        client, slugs = client_of(curator), list(Tool.objects.values_list("slug", flat=True))

        five = client.get("/hub/tools/compare/", {"tool": slugs[:5]}).content.decode()
        four = client.get("/hub/tools/compare/", {"tool": slugs[:4]}).content.decode()

        assert "Choose up to 4 tools" in five
        assert "Choose up to 4 tools" not in four

    def test_nonsense_in_the_address_breaks_nothing(self, client_of: Of, curator: Member) -> None:
        client = client_of(curator)

        for path in ("compare/?tool=%00", "?tool=%00&q=%00", "?tool=x&order=%00"):
            assert client.get(f"/hub/tools/{path}").status_code == 200, path
        for act in ("add", "remove"):  # no text holds such a sign; files do
            code = client.post(f"/hub/shortlist/{act}/", {"tool": "\0"}).status_code
            assert code == 400


@pytest.mark.usefixtures("opened")
class TestWordsOfEveryLanguage:
    @pytest.mark.parametrize("words", ["redaction", "occultation", "ocultacion", "обезличивание"])
    def test_find_a_tool_by_the_names_of_its_lists(
        self, client_of: Of, curator: Member, words: str
    ) -> None:
        tool = Tool.objects.select_related("maker").get(slug="iped")
        tool.techniques, tool.changed_at = ["redaction"], timezone.now()
        finding.fold(tool)
        tool.save()

        assert "iped" in names(client_of(curator), f"/hub/tools/?q={words}")
