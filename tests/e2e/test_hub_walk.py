"""A new member in the Hub: finds, compares, reads, learns, and checks a tool; in two languages.

The clicks to the tools are counted, as a newcomer with little time has to get there.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation
from playwright.sync_api import expect

from haven.accounts.models import Member
from haven.hub.assessment import versions
from haven.hub.catalogue.models import Tool
from haven.hub.learning import courses
from haven.site import hub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

COURSE = "law-and-proportionality"
# Folder for pictures of each step, for a person to look at; nothing is kept without it.
PICTURES = os.environ.get("HAVEN_TEST_PICTURES")


@pytest.fixture
def filled(db: None) -> None:
    hub.load()


@pytest.fixture(params=["en", "ar"])
def page(
    request: Any,
    filled: None,
    sign_in: "Callable[[Member], Page]",
    north_lead: Member,
    live_server: Any,
    settings: Any,
) -> "Iterator[Page]":
    """Return the page of a new member who reads one of the two languages."""
    opened = sign_in(north_lead)
    site = {"url": live_server.url, "name": settings.LANGUAGE_COOKIE_NAME}
    opened.context.add_cookies([{**site, "value": request.param}])
    with translation.override(request.param):
        yield opened


def kept(page: "Page", name: str) -> None:
    if PICTURES:
        language = page.locator("html").get_attribute("lang")
        page.screenshot(path=Path(PICTURES) / f"{language}-{name}.png", full_page=True)


def test_a_new_member_finds_compares_reads_learns_and_checks_a_tool(
    page: "Page", north_lead: Member
) -> None:
    language = translation.get_language()
    page.goto("/hub/")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    kept(page, "1-start")

    finds(page)
    compares(page)
    reads(page)
    learns(page)
    checks(page, north_lead)


def finds(page: "Page") -> None:
    """Four clicks lead to tools that run offline and recognise known material in video."""
    for wanted in ("step=set-aside-known", "media=video", "where=offline", "have=any-answer"):
        page.locator(f"a.choice[href*='{wanted}']").click()
        kept(page, f"2-{wanted}")
    page.wait_for_url("**/hub/tools/?**")
    slugs = page.locator("input[name=tool]").evaluate_all("all => all.map(one => one.value)")
    assert len(slugs) >= 3
    for tool in Tool.objects.filter(slug__in=slugs):
        assert "offline" in tool.deployment and "set-aside-known" in tool.steps
        assert {"video", "any"} & set(tool.media)


def compares(page: "Page") -> None:
    for box in page.locator("input[name=tool]").all()[:3]:
        box.check()
    page.locator("button[formaction$='/compare/']").click()
    expect(page.locator(".compare-tools thead th a")).to_have_count(3)
    kept(page, "3-compared")


def reads(page: "Page") -> None:
    """How a tool is used lawfully, from the menu of the Hub."""
    page.goto("/hub/library/using-ai-tools-lawfully/")
    expect(page.locator("article.reading")).to_be_visible()
    assert page.locator(".cite").count() > 0
    kept(page, "4-lawfully")


def learns(page: "Page") -> None:
    """A quiz to its end, with the right answers; each is explained."""
    course = courses.course(COURSE)
    page.goto(f"/hub/courses/{COURSE}/quiz/")
    for number, _question in enumerate(course.questions, start=1):
        asked = page.locator("input[name=question]").get_attribute("value")
        question = next(one for one in course.questions if one.id == asked)
        right = next(one for one in question.choices if one.is_right)
        page.get_by_role("button", name=right.say).click()
        if number == 1:
            kept(page, "5-explained")
        page.locator("a[rel=next]").click()
    expect(page.locator("input[name=question]")).to_have_count(0)
    kept(page, "6-result")


def checks(page: "Page", member: Member) -> None:
    """The tool check of an entry, begun from it, and its document."""
    page.goto("/hub/tools/iped/")
    page.locator("a[href*='/begin/tool-check/']").click()
    expect(page.locator("#id_tool_slug")).to_have_value("iped")
    page.locator("#id_title").fill("IPED")
    page.locator("#id_tool_version").fill("4.2")
    page.locator("#id_purpose").fill("Sorting seized media.")
    page.locator("#id_role").select_option("assessor")
    page.locator("main form button.button--primary").click()
    page.wait_for_url(re.compile(r"/hub/assessments/[0-9a-f-]{36}/$"))
    public_id = page.url.rstrip("/").rpartition("/")[2]

    asked = versions.newest("tool-check")
    page.locator(f"a[href$='/work/{asked.themes[0].id}/']").click()
    question = page.locator("article.question").first
    question.locator("input[name=value][value=yes]").check()
    question.locator("input[name=basis][value=checked]").check()
    kept(page, "7-question")
    question.locator("form button.button--primary").click()
    page.wait_for_url("**#**")
    page.goto(f"/hub/assessments/{public_id}/document/")
    expect(page.get_by_text(asked.themes[0].items[0].ask)).to_be_visible()
    kept(page, "8-document")
