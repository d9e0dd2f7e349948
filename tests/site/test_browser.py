"""The foundations in a real browser: signing in, keys, brightness, direction, contrast."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from haven.accounts.models import Member
from tests.signing_in import add_code_app, code_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def signed_in(north_lead: Member, sign_in: "Callable[[Member], Page]") -> "Iterator[Page]":
    yield sign_in(north_lead)


def focused(page: "Page") -> str:
    return str(page.evaluate("document.activeElement.getAttribute('href')"))


def test_a_wrong_password_is_said_and_a_right_one_with_a_code_opens_the_cases(
    browser_page: "Page", north_lead: Member, password: str
) -> None:
    app = add_code_app(north_lead)
    browser_page.goto("/")
    browser_page.get_by_label("Sign-in name").fill("north_lead")
    browser_page.get_by_label("Password").fill("wrong")
    browser_page.keyboard.press("Enter")

    browser_page.get_by_text("do not go together").wait_for()

    browser_page.get_by_label("Password").fill(password)
    browser_page.keyboard.press("Enter")
    browser_page.get_by_label("Code from the app").fill(code_of(app))
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/cases/")


def test_signing_out_shuts_the_door(signed_in: "Page") -> None:
    signed_in.locator("details.menu", has_text="Nora Lead").locator("summary").click()
    signed_in.get_by_role("button", name="Sign out").click()
    signed_in.wait_for_url("**/account/sign-in/")

    signed_in.goto("/cases/")

    assert "/account/sign-in/" in signed_in.url


class TestKeys:
    def test_arrows_walk_through_a_grid(self, signed_in: "Page") -> None:
        signed_in.goto("/styleguide/")
        signed_in.locator("[data-grid]").scroll_into_view_if_needed()

        walk = []
        for key in ("ArrowRight", "ArrowRight", "End", "ArrowLeft", "Home"):
            signed_in.keyboard.press(key)
            walk.append(focused(signed_in))

        assert walk == ["#tile-1", "#tile-2", "#tile-6", "#tile-5", "#tile-1"]

    def test_one_tile_of_a_grid_is_in_the_tab_order(self, signed_in: "Page") -> None:
        signed_in.goto("/styleguide/")

        assert signed_in.locator("[data-grid] [data-item][tabindex='0']").count() == 1

    def test_arrows_turn_with_the_direction_of_the_script(self, signed_in: "Page") -> None:
        choose_language(signed_in, "العربية")
        signed_in.goto("/styleguide/")

        signed_in.keyboard.press("ArrowLeft")
        signed_in.keyboard.press("ArrowLeft")

        assert focused(signed_in) == "#tile-2"

    def test_a_question_mark_shows_the_keys_and_escape_closes_them(
        self, signed_in: "Page"
    ) -> None:
        signed_in.keyboard.press("?")
        keys = signed_in.get_by_role("dialog", name="Keys")
        assert keys.is_visible()

        signed_in.keyboard.press("Escape")

        assert not keys.is_visible()

    def test_typing_is_not_taken_for_keys(self, browser_page: "Page") -> None:
        browser_page.goto("/account/sign-in/")
        browser_page.get_by_label("Sign-in name").press_sequentially("a/b?c")

        assert browser_page.get_by_label("Sign-in name").input_value() == "a/b?c"


def choose_language(page: "Page", name: str) -> None:
    page.locator("summary[title='Language']").click()
    page.get_by_role("button", name=name).click()
    page.wait_for_load_state()


def test_the_language_turns_the_page(browser_page: "Page") -> None:
    browser_page.goto("/account/sign-in/")

    choose_language(browser_page, "العربية")

    assert browser_page.locator("html").get_attribute("dir") == "rtl"
    mark = browser_page.locator(".topbar__mark").bounding_box()
    assert mark is not None
    assert mark["x"] > 640


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(
    "path",
    [
        "/account/sign-in/",
        "/account/factors/",
        "/account/factors/passkeys/add/",
        "/account/sessions/",
        "/account/password/",
        "/styleguide/",
        "/help/keys/",
        "/gone/",
    ],
)
def test_pages_have_contrast_labels_and_order(
    browser_page: "Page",
    north_lead: Member,
    sign_in: "Callable[[Member], Page]",
    theme: str,
    path: str,
) -> None:
    """Ask axe-core for the rules of WCAG 2.2 at levels A and AA."""
    from axe_playwright_python.sync_playwright import Axe

    page = browser_page if "sign-in" in path else sign_in(north_lead)
    page.context.add_cookies([{"name": "haven_theme", "value": theme, "url": page_root(page)}])
    page.expected_errors = ["404"]  # type: ignore[attr-defined]
    page.goto(path)

    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    )

    assert found.violations_count == 0, found.generate_report()


def page_root(page: "Page") -> str:
    if page.url == "about:blank":
        page.goto("/account/sign-in/")
    return page.url
