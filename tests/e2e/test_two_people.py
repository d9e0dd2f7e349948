"""Two browsers on one case: a pair compared twice, blind, and a decision that takes two."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import grouping, saving
from haven.workbench.analysis.models import Face
from haven.workbench.authority import actions as authority
from haven.workbench.cases import actions as cases
from haven.workbench.evidence import actions as evidence
from haven.workbench.search import actions as searches
from tests.e2e.navigators import RUN_ENDS_MS
from tests.signing_in import let_in
from tests.workbench.build import NOW, basis, findings, person, png

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def search(case_of_the_north, north_lead, north_reader, evidence_root):
    """Return a search of the lead in a case on which the reader works too."""
    case = case_of_the_north
    cases.add_member(case.public_id, member=north_reader, role="worker", by=north_lead, at=NOW)
    authority.enter(case.public_id, basis(), by=north_lead, at=NOW)
    (evidence_root / "a.png").write_bytes(png())
    exhibit = evidence.add_folder(
        case.public_id, folder=evidence_root, label="Phone", by=north_lead, at=NOW
    )
    run = analysis.start_run(exhibit.public_id, by=north_lead, at=NOW)
    for name, vector in (("sought", person(0)), ("near", person(0, wobble=1))):
        item = saving.content(run, findings(name, [vector]))
        lay = saving.Found(name_bytes=name.encode(), stored_name="", sha256=item.sha256)
        saving.paths(exhibit, [lay])
    run.state, run.finished_at = run.State.FINISHED, NOW
    run.save()
    grouping.regroup(case.pk, settle=True)
    face = Face.objects.filter(case=case).order_by("pk").first()
    ask = searches.Ask(purpose="victim", reason="Seen on two phones.")
    return searches.search_face(case.public_id, face.pk, ask, by=north_lead, at=timezone.now())


@pytest.fixture
def second_browser(_chromium, live_server, north_reader):
    """Return a page of another browser in which the colleague is signed in."""
    context = _chromium.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 720}, locale="en-GB"
    )
    session = let_in(Client(), north_reader).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
    context.set_default_timeout(RUN_ENDS_MS)
    yield context.new_page()
    context.close()


def compares_by_keyboard(page, sentence):
    """Answer every feature from top to bottom without a mouse, and keep it."""
    expect(page.locator(".checklist")).to_be_visible()
    page.wait_for_load_state()  # its keys are known when the page is whole
    for _feature in range(13):
        page.keyboard.press("1")
    page.keyboard.press("1")  # both look like adults
    page.keyboard.press("1")  # supports the same person
    expect(page.get_by_label("In a sentence")).to_be_focused()
    page.keyboard.type(sentence)
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    expect(page.locator("#notices")).to_contain_text("The conclusion was kept")


def test_a_pair_is_compared_blind_and_an_identity_takes_two(
    sign_in, north_lead, search, second_browser
):
    case, first, second = search.case, sign_in(north_lead), second_browser
    first.set_default_timeout(RUN_ENDS_MS)

    one = search.candidates.get()
    pair = reverse("comparison:pair", args=[case.public_id, search.public_id, one.pk])

    first.goto(reverse("review:search", args=[case.public_id, search.public_id]))
    first.locator(".candidate a.tile").first.click()
    expect(first.locator(".near")).to_have_count(0)
    compares_by_keyboard(first, "The same notch of the ear.")
    first.goto(pair)
    expect(first.locator(".near")).to_contain_text("strong candidate")
    first.keyboard.press("m")
    expect(first.get_by_text("may be that of the person looked for")).to_be_visible()
    lead = first.url

    second.goto(reverse("comparison:second", args=[case.public_id]))
    second.locator(".candidate a.tile").click()
    expect(second.locator(".checklist")).to_be_visible()
    for trace in (
        "notch",
        f"{one.distance:.3f}",
        "strong candidate",
        "Nora Lead",
        "show how near",
    ):
        assert trace not in second.locator("main").inner_html()  # above it stands who is here
    compares_by_keyboard(second, "The ear, and the brows.")
    second.goto(pair)
    expect(second.get_by_text("The same notch of the ear.")).to_be_visible()

    first.goto(lead)
    first.get_by_role("link", name="Who it is").click()
    first.get_by_label("Who it is").fill("Ash Doe, 1980")
    first.get_by_label("Why").fill("The passport in the flat.")
    first.get_by_role("button", name="Propose it").click()
    expect(first.get_by_text("waits for a second person", exact=True)).to_be_visible()

    second.goto(first.url)
    expect(second.get_by_text("Ash Doe, 1980")).to_be_visible()
    second.get_by_label("Why").fill("I saw the passport.")
    second.get_by_role("button", name="I confirm it").click()
    expect(second.get_by_text("Confirmed by a second person")).to_be_visible()

    first.reload()
    expect(first.get_by_text("Confirmed by a second person")).to_be_visible()
    expect(first.get_by_role("heading", level=1)).to_contain_text("stands")
