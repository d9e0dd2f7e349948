"""Care in a browser: a pause put off by key, a check-in that stays on the device, axe."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from haven.workbench.wellbeing import handing, outcomes
from haven.workbench.wellbeing.models import AgencyPolicy, SharedCheckIn, Sitting

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def an_hour(north_lead):
    """Have the north lead work for over an hour without a pause."""
    now = timezone.now()
    return Sitting.objects.create(
        member=north_lead, began_at=now - timedelta(minutes=61), last_at=now
    )


@pytest.mark.usefixtures("an_hour")
def test_a_pause_is_suggested_beside_the_work_and_put_off_by_key(
    case_of_the_north, sign_in, north_lead
):
    page = sign_in(north_lead)
    page.goto(f"/cases/{case_of_the_north.public_id}/items/")

    bar = page.locator(".care-bar__words")
    expect(bar).to_contain_text("without a pause")
    expect(page.locator("h1")).to_be_visible()  # nothing lies over the page
    bar.get_by_role("button").focus()
    page.keyboard.press("Enter")

    expect(bar).to_have_count(0)


def test_a_check_in_is_kept_in_the_browser_and_sent_nowhere(sign_in, north_lead):
    page = sign_in(north_lead)
    page.goto("/care/check-in/")
    asked = []
    page.on("request", lambda request: asked.append((request.method, request.url)))

    page.locator("[data-keep]").click()
    expect(page.locator("[data-told]")).to_contain_text("Choose an answer")
    for number in range(6):
        page.locator(f"input[name=s{number}]").nth(number % 4).check()
    page.locator("[data-keep]").click()

    expect(page.locator("[data-earlier] tbody tr")).to_have_count(1)
    assert [one for one in asked if "/static/" not in one[1]] == []
    assert not SharedCheckIn.objects.exists()
    page.reload()
    expect(page.locator("[data-earlier] tbody tr")).to_have_count(1)
    page.locator("[data-erase]").click()
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.usefixtures("an_hour")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_pages_pass_the_checks_for_everyone(case_of_the_north, sign_in, north_lead, theme):
    from axe_playwright_python.sync_playwright import Axe

    north_lead.roles = ["investigator", "wellbeing"]
    north_lead.save()
    AgencyPolicy.objects.create(agency=north_lead.agency, zone="UTC")
    case_id = case_of_the_north.public_id
    handing.pass_on(case_id, None, by=north_lead)
    outcomes.write(case_id, kind="charged", words="x", by=north_lead, at=timezone.now())
    page = sign_in(north_lead)
    page.context.add_cookies([{"name": "haven_theme", "value": theme, "url": page.url}])
    base = f"/cases/{case_id}/"
    own = ("", "policy/", "group/", "evidence/", "help/", "check-in/", "outcomes/")
    for path in (
        *(f"/care/{one}" for one in own),
        f"{base}handed-over/",
        f"{base}closing/",
        f"{base}items/",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        assert [(path, one["id"], one["nodes"][0]["html"]) for one in found] == []
