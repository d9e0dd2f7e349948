"""Two people work through one case in two browsers: items, presence, a blind second look."""

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from haven.workbench.cases import actions as cases
from haven.workbench.categories import choosing
from haven.workbench.categories.models import Verdict
from haven.workbench.queue import actions, second
from haven.workbench.queue.models import SecondLook
from tests.signing_in import let_in
from tests.workbench.build import NOW, person
from tests.workbench.conftest import authority, case, exhibit, found, lay, run

__all__ = ["authority", "case", "exhibit", "found", "lay", "run"]  # fixtures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def items(case, found, north_lead, north_reader, monkeypatch):
    """Return items of a case on which two people work, with a scheme; nothing by chance."""
    monkeypatch.setattr(actions.secrets, "randbelow", lambda _most: 99)
    cases.change_role(case.public_id, north_reader.pk, role="worker", by=north_lead, at=NOW)
    choosing.choose(case.public_id, "uk@1", by=north_lead, at=NOW)
    return [found(f"{number}.jpg", [person(0)], perceptual=None) for number in range(10)]


@pytest.fixture
def two(items, case, sign_in, live_server, north_lead, north_reader):
    """Return the pages of the lead and of a colleague, each in a browser of their own."""
    lead = sign_in(north_lead)
    context = lead.context.browser.new_context(base_url=live_server.url)
    session = let_in(Client(), north_reader).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
    yield lead, context.new_page()
    context.close()


def keys_of(page):
    tiles = page.locator("li[data-pk]")
    return tiles.evaluate_all("all => all.map(one => one.dataset.pk)")


def test_two_browsers_get_different_items_and_see_each_other(two, case):
    lead, colleague = two
    work = f"/cases/{case.public_id}/queue/"
    for page in two:
        page.goto(work)
        page.get_by_label("At once").select_option("4")
        page.get_by_role("button", name="Take the next").click()
        expect(page.locator("li[data-pk]")).to_have_count(4)

    mine, theirs = keys_of(lead), keys_of(colleague)
    assert not set(mine) & set(theirs)
    expect(lead.get_by_text("4 with somebody")).to_be_visible()

    colleague.locator("li[data-pk] [data-item]").first.click()
    expect(colleague.get_by_role("heading", name=f"Item {theirs[0]}").first).to_be_visible()
    expect(colleague.locator(".here")).to_contain_text("Nora Lead")
    lead.goto(f"/cases/{case.public_id}/items/{theirs[0]}/")
    expect(lead.locator(".here")).to_contain_text("On this item with you")
    expect(lead.locator(".here")).to_contain_text("Nils Reader")


def test_by_key_through_all_and_the_next_come_by_themselves(two, case):
    lead, _colleague = two
    lead.goto(f"/cases/{case.public_id}/queue/")
    lead.get_by_label("At once").select_option("4")
    lead.get_by_role("button", name="Take the next").click()
    expect(lead.locator("li[data-pk] [data-item]").first).to_be_focused()
    first = keys_of(lead)

    for _item in first:
        lead.keyboard.press("2")

    expect(lead.locator(f'li[data-pk="{first[0]}"]')).to_have_count(0)
    expect(lead.locator("li[data-pk] [data-item]").first).to_be_focused()
    assert [
        str(pk) for pk in Verdict.objects.order_by("pk").values_list("item", flat=True)
    ] == first
    assert not set(first) & set(keys_of(lead))


def test_a_verdict_on_the_page_of_an_item_goes_on_with_the_queue(two, case):
    lead, _colleague = two
    lead.goto(f"/cases/{case.public_id}/queue/")
    lead.get_by_role("button", name="Take the next").click()
    expect(lead.locator("li[data-pk] [data-item]").first).to_be_focused()
    first = keys_of(lead)
    lead.keyboard.press("Enter")
    expect(lead).to_have_url(re.compile(f"/items/{first[0]}/"))
    lead.wait_for_load_state()

    lead.keyboard.press("1")

    expect(lead).to_have_url(re.compile(r"/queue/\?n=1$"))
    expect(lead.locator("li[data-pk]")).to_have_count(1)
    assert keys_of(lead) != first


def test_the_second_person_sees_nothing_of_the_first(two, items, case, north_lead):
    from haven.workbench.categories import actions as categories

    said = categories.Judgement(scheme="uk@1", code="B", reason="Ring on the left hand")
    categories.give(case.public_id, items[0].pk, said, by=north_lead, at=NOW)
    second.draw(case.public_id, share=100, by=north_lead, at=NOW)
    lead, colleague = two

    colleague.goto(f"/cases/{case.public_id}/queue/second/")
    colleague.wait_for_load_state()
    colleague.keyboard.press("Enter")
    expect(colleague.get_by_role("heading", name=f"Item {items[0].pk}")).to_be_visible()
    assert "Ring on the left hand" not in colleague.content()
    colleague.get_by_role("link", name="Open the item").click()
    expect(colleague.get_by_text("You judge this item a second time")).to_be_visible()
    assert "Ring on the left hand" not in colleague.content()
    assert "Sexual activity that is not penetrative" not in colleague.content()
    colleague.get_by_role("link", name="Back to the second look").click()
    colleague.wait_for_url("**/queue/second/")
    colleague.keyboard.press("1")
    expect(colleague.get_by_text("0 wait for somebody")).to_be_visible()
    assert SecondLook.objects.get().code == "A"

    lead.goto(f"/cases/{case.public_id}/queue/agreement/")
    row = lead.get_by_role("row").filter(has_text="Nils Reader")
    row.get_by_role("combobox").select_option("A")
    row.get_by_role("button", name="Settle").click()
    expect(row).to_contain_text("A ·")
    assert Verdict.objects.get(stands=True).code == "A"
