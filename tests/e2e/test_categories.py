"""Categories in a browser: by key in the grid and on an item, chosen, undone, refused."""

import re

import pytest
from playwright.sync_api import expect

from haven.workbench.categories import choosing
from haven.workbench.categories.models import Batch, Verdict
from tests.workbench.build import NOW, basis, findings, png

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ITEMS = 70  # a page of 60, and some of the next


@pytest.fixture
def case(case_of_the_north, evidence_root, north_lead):
    """Return a case with a scheme and items without faces, which need no view."""
    from haven.workbench.analysis import actions as analysis
    from haven.workbench.analysis import saving
    from haven.workbench.authority import actions as authority
    from haven.workbench.evidence import actions as evidence

    public_id = case_of_the_north.public_id
    (evidence_root / "phone").mkdir()
    (evidence_root / "phone" / "a.png").write_bytes(png())
    exhibit = evidence.add_folder(
        public_id, folder=evidence_root / "phone", label="Phone", by=north_lead, at=NOW
    )
    authority.enter(public_id, basis(), by=north_lead, at=NOW)
    run = analysis.start_run(exhibit.public_id, by=north_lead, at=NOW)
    for number in range(ITEMS):
        item = saving.content(run, findings(f"DCIM/{number}.jpg", perceptual=None))
        name = f"DCIM/{number}.jpg".encode()
        saving.paths(exhibit, [saving.Found(name_bytes=name, stored_name="", sha256=item.sha256)])
    run.state, run.finished_at = run.State.FINISHED, NOW
    run.save()
    choosing.choose(public_id, "uk@1", by=north_lead, at=NOW)
    return case_of_the_north


@pytest.fixture
def grid(case, sign_in, north_lead):
    """Return the grid of the case, its first tile under the keyboard."""
    page = sign_in(north_lead)
    page.goto(f"/cases/{case.public_id}/items/?order=arrival")
    page.keyboard.press("ArrowRight")
    return page


def given():
    """Return the codes in the order in which they were given."""
    return list(Verdict.objects.order_by("pk").values_list("item", "code"))


def keys_of(page):
    return [
        int(pk)
        for pk in page.locator("li[data-pk]").evaluate_all("all => all.map(one => one.dataset.pk)")
    ]


def test_all_that_was_typed_arrives_in_order_and_the_next_page_follows(grid):
    keys = keys_of(grid)
    typed = [str(1 + number % 3) for number in range(60)]

    for key in typed:
        grid.keyboard.press(key)

    grid.wait_for_url(re.compile("after="), timeout=60_000)
    assert [pk for pk, _code in given()] == keys
    assert [code for _pk, code in given()] == ["ABC"[int(key) - 1] for key in typed]
    expect(grid.locator("li[data-pk] [data-item]").first).to_be_focused()


def test_what_is_chosen_gets_a_category_at_once_and_u_takes_it_back(grid):
    grid.keyboard.press("x")
    grid.keyboard.press("ArrowRight")
    grid.keyboard.press("x")
    grid.keyboard.press("3")

    expect(grid.locator('[data-verdict][data-code="C"]')).to_have_count(2)
    expect(grid.locator("[data-choose]:checked")).to_have_count(0)
    assert Batch.objects.get().n_items == 2

    grid.keyboard.press("u")
    expect(grid.locator('[data-verdict][data-code="C"]')).to_have_count(0)
    expect(grid.locator("#notices")).to_contain_text("Taken back on 2 items")
    assert not Verdict.objects.filter(stands=True).exists()


def test_a_key_on_the_page_of_an_item_goes_on_to_the_next_and_u_comes_back(grid):
    first, second = keys_of(grid)[:2]
    grid.keyboard.press("Enter")
    expect(grid.get_by_role("heading", level=1)).to_contain_text(f"Item {first}")
    grid.wait_for_load_state()

    grid.keyboard.press("2")
    expect(grid.get_by_role("heading", level=1)).to_contain_text(f"Item {second}")
    grid.wait_for_load_state()
    assert given() == [(first, "B")]

    grid.keyboard.press("u")
    expect(grid.get_by_role("heading", level=1)).to_contain_text(f"Item {first}")
    expect(grid.get_by_text("Not reviewed", exact=True)).to_be_visible()


def test_what_cannot_be_kept_is_undone_on_the_page_and_said(grid, case, north_lead):
    grid.expected_errors = ("404",)
    choosing.drop(case.public_id, "uk@1", by=north_lead, at=NOW)

    grid.keyboard.press("1")

    expect(grid.locator("#notices")).to_contain_text("not in use in this case")
    expect(grid.locator(".is-waiting")).to_have_count(0)
    assert given() == []


def test_a_lost_connection_keeps_nothing_that_waited(grid):
    grid.expected_errors = ("ERR_INTERNET_DISCONNECTED", "Failed to load")
    grid.context.set_offline(True)
    for key in "123":
        grid.keyboard.press(key)

    expect(grid.locator("#notices")).to_contain_text("Nothing was changed")
    expect(grid.locator(".is-waiting")).to_have_count(0)
    grid.context.set_offline(False)
    grid.keyboard.press("1")
    expect(grid.locator('[data-verdict][data-code="A"]')).to_have_count(1)
    assert [code for _pk, code in given()] == ["A"]


def test_a_key_before_an_item_is_chosen_gives_nothing(case, sign_in, north_lead):
    page = sign_in(north_lead)
    page.goto(f"/cases/{case.public_id}/items/?order=arrival")

    page.keyboard.press("1")

    expect(page.locator("#notices")).to_contain_text("Choose an item first")
    assert given() == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_pages_pass_the_checks_for_everyone(grid, case, theme):
    from axe_playwright_python.sync_playwright import Axe

    grid.keyboard.press("1")
    expect(grid.locator('[data-verdict][data-code="A"]')).to_have_count(1)
    grid.context.add_cookies([{"name": "haven_theme", "value": theme, "url": grid.url}])
    base = f"/cases/{case.public_id}/"
    exhibit = exhibit_of(case)
    for path in (
        f"{base}items/?order=arrival",
        f"{base}items/{keys_of(grid)[0]}/",
        f"{base}categories/",
        f"{base}categories/many/?how=folder&path=DCIM&code=B&exhibit={exhibit}",
        base,
    ):
        grid.goto(path)
        found = Axe().run(grid, options={"runOnly": WCAG}).response["violations"]
        assert [(path, one["id"], one["nodes"][0]["html"]) for one in found] == []


def exhibit_of(case):
    from haven.workbench.evidence import queries as evidence

    return evidence.of_case(case).get().public_id
