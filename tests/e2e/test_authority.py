"""The legal basis in a browser: entered, searched on, started urgently, locked, refused."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from haven.workbench.search import urgent

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def looked_at(investigator, seized, settings):
    """Return the investigator in a case that stands on an authority and was looked at."""
    investigator.opens_a_case("2026-7", "Harbour")
    investigator.adds_the_folder(seized, "Phone A", root=Path(settings.HAVEN_EVIDENCE_ROOTS[0]))
    expect(investigator.page.get_by_role("button", name="Start")).to_have_count(0)
    investigator.enters_the_authority("W-17/26")
    expect(investigator.page.get_by_text("It stands on: warrant W-17/26.")).to_be_visible()
    return investigator.starts_looking().waits_until_it_ended()


def test_an_authority_is_entered_and_a_search_says_what_for(looked_at):
    page = looked_at.page
    looked_at.goes_to("Authority")
    expect(page.locator(".powers")).to_contain_text("face search across cases")
    expect(page.locator(".authorities")).to_contain_text("W-17/26")

    looked_at.goes_to("People").opens_group(0)
    page.get_by_title("Find this face").first.click()
    expect(looked_at.candidates).to_have_count(0)
    looked_at.says_what_for("The same person on two phones.")

    expect(looked_at.candidates.first).to_contain_text("To compare")
    expect(page.get_by_text("Lead, not identification")).to_be_visible()
    expect(page.get_by_text("not tested").first).to_be_visible()
    page.reload()
    expect(looked_at.candidates.first).to_be_visible()
    looked_at.goes_to("Find a face")
    expect(page.locator(".searches li")).to_have_count(1)


def test_an_urgent_start_locks_and_is_refused(looked_at, north, north_reader):
    page = looked_at.page
    looked_at.goes_to("People").opens_group(0)
    page.get_by_title("Find this face").first.click()
    page.get_by_role("link", name="Across cases").click()
    looked_at.starts_urgently("A child is in danger now.", officer="Nils Reader")

    expect(looked_at.candidates.first).to_be_visible()
    expect(page.get_by_text("Urgent search: 47 h")).to_be_visible()
    looked_at.goes_to("Overview")
    expect(page.get_by_text("Urgent search: 47 h")).to_be_visible()

    assert urgent.lock_overdue(at=timezone.now() + timedelta(hours=48)) == 1
    page.get_by_role("link", name="To the search").click()
    expect(page.get_by_text("This search is locked")).to_be_visible()
    expect(looked_at.candidates).to_have_count(0)

    page.get_by_label("Who refused it, and why").fill("The judge on call.")
    page.get_by_role("button", name="Refused: erase what it left").click()
    expect(page.get_by_role("heading", name="Authorisation was refused")).to_be_visible()
    expect(page.get_by_text("A child is in danger now.")).to_have_count(0)
    looked_at.goes_to("Overview")
    expect(page.get_by_text("Urgent search")).to_have_count(0)


def test_a_locked_search_opens_with_an_authority_that_names_its_cases(looked_at, north_reader):
    page = looked_at.page
    looked_at.goes_to("People").opens_group(0)
    page.get_by_title("Find this face").first.click()
    page.get_by_role("link", name="Across cases").click()
    looked_at.starts_urgently("A child is in danger now.", officer="Nils Reader")
    urgent.lock_overdue(at=timezone.now() + timedelta(hours=48))
    page.reload()

    page.get_by_role("main").get_by_role("link", name="Enter an authority").click()
    page.get_by_label("Reference").fill("W-18/26")
    page.get_by_label("Issued by").fill("Court of the North")
    page.get_by_label("face search across cases", exact=True).check()
    page.get_by_label("all cases of the unit").check()
    page.get_by_role("button", name="Enter it").click()
    page.get_by_role("button", name="Put it to the search").click()

    expect(looked_at.notice).to_contain_text("stands on this authority now")
    expect(looked_at.candidates.first).to_be_visible()
