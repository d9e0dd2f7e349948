"""Faces of a group in a browser: by key alone, by drag, and back."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def group(investigator, seized, settings):
    """Return the investigator on the page of a group of three faces; another is named."""
    investigator.opens_a_case("2026-7", "Harbour")
    investigator.adds_the_folder(seized, "Phone A", root=Path(settings.HAVEN_EVIDENCE_ROOTS[0]))
    investigator.starts_looking().waits_until_it_ended().goes_to("People")
    investigator.page.get_by_role("link", name="Show single faces too").click()
    investigator.page.wait_for_url("**single=1*")
    investigator.opens_group(1).names_the_person("Person B")
    investigator.goes_to("People").opens_group(0)
    expect(investigator.page.locator("h1")).to_contain_text("3 faces")
    return investigator


def is_settled(page):
    """Wait until the keyboard is back where it was before the page changed."""
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)


def test_faces_are_decided_and_moved_with_the_keyboard_alone(group):
    heading, page = group.page.locator("h1"), group.page

    group.presses("ArrowRight", "c")
    expect(group.notice).to_contain_text("1 face is confirmed")
    expect(page.locator(".confirmed")).to_have_count(1)
    assert group.focused == group.tiles[0]

    group.presses("ArrowRight", "r")
    expect(heading).to_contain_text("2 faces")
    expect(group.notice).to_contain_text("never comes back by itself")
    group.presses("u")
    expect(heading).to_contain_text("3 faces")

    is_settled(page)
    page.locator("#faces [data-item]").nth(2).focus()
    group.presses("m")
    target = page.locator("[data-target]:focus")
    expect(target).to_have_count(1)
    group.presses("Enter")
    expect(heading).to_contain_text("2 faces")
    expect(group.notice).to_contain_text("1 face was moved")
    group.presses("u")
    expect(heading).to_contain_text("3 faces")

    is_settled(page)
    page.locator("#faces [data-item]").nth(0).focus()
    group.presses("x", "ArrowRight", "x", "n")
    expect(heading).to_contain_text("2 faces")
    expect(group.notice).to_contain_text("kept apart from now on")


def test_a_face_is_dragged_onto_a_person(group):
    page = group.page
    target = page.locator("[data-target]", has_text="Person B")

    page.locator(".face").nth(1).drag_to(target)

    expect(page.locator("h1")).to_contain_text("2 faces")
    expect(group.notice).to_contain_text("1 face was moved")
    target = page.locator("[data-target]", has_text="Person B")
    expect(target).to_contain_text("2 faces")
