"""Holding a reveal in a browser: it is there while held, and ends however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from haven.audit import queries as audit
from haven.workbench.reveals.models import Reveal
from haven.workbench.wellbeing import actions as ledger
from haven.workbench.wellbeing.models import LIFE_S, AgencyPolicy, Exposure
from tests.conftest import PATIENCE_MS
from tests.signing_in import let_in
from tests.walls import database_url
from tests.workbench import opened as opening
from tests.workbench.build import person
from tests.workbench.conftest import authority, case, exhibit, found, lay, run

__all__ = ["authority", "case", "exhibit", "found", "lay", "run"]  # fixtures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LEFT = "() => document.querySelector('#stage canvas').style.left"
EXPECTED = ("Failed to load resource", "net::ERR", "409", "404")
LOST = (*EXPECTED, "htmx:")  # parts of a page that were asked for when nobody was there


@pytest.fixture
def item(found, case):
    AgencyPolicy.objects.create(agency=case.agency, whole_needs_factor=False)
    return found("a.jpg", [person(0)])


@pytest.fixture
def opened(sign_in: Callable, north_lead, item, case) -> Page:
    """Return the page of an item that is open up to the whole, its pixels ready."""
    page = sign_in(north_lead)
    page.expected_errors = EXPECTED
    return open_whole(page, case, item)


def open_whole(page: Page, case, item, base: str = "") -> Page:
    page.goto(f"{base}/cases/{case.public_id}/items/{item.pk}/")
    page.get_by_label("Why you need to see more").fill("a sign on the wall")
    page.get_by_role("button", name="Open the whole").click()
    expect(page.get_by_text("The picture is being made ready")).to_be_visible()
    opening.make_ready(Reveal.objects.select_related("opened", "item__case").get())
    expect(page.get_by_role("button", name="Hold to see the whole")).to_be_visible()
    return page


def shown(page: Page):
    return page.locator("#stage canvas")


def until(fact: Callable[[], object], seconds: float = PATIENCE_MS / 1000) -> None:
    """Wait until something is so in the database."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it did not become so in time"
        time.sleep(0.1)


def how_it_ended() -> str:
    until(lambda: Exposure.objects.filter(ended_at__isnull=False).exists())
    return Exposure.objects.get().how


def says(page: Page, words: str) -> None:
    expect(page.locator("#reveal-status")).to_have_text(words)


def test_a_key_shows_the_whole_while_it_is_held(opened: Page, case):
    opened.keyboard.down("Shift")
    opened.keyboard.down("V")
    expect(shown(opened)).to_be_visible()
    says(opened, "Shown: the whole picture.")
    assert opened.evaluate("document.querySelector('#stage canvas').width") == 320
    assert Exposure.objects.get().n_sent == 1

    opened.keyboard.up("V")
    expect(shown(opened)).to_have_count(0)
    says(opened, "Hidden: you let go.")
    assert how_it_ended() == "released"
    verbs = [one.verb for one in audit.of_case(case.pk) if one.verb.startswith("reveal.")]
    assert verbs == ["reveal.end", "reveal.whole", "reveal.open"]


def test_a_lens_moves_with_arrows_and_with_the_pointer(opened: Page):
    opened.keyboard.down("v")
    expect(shown(opened)).to_be_visible()
    left = opened.evaluate(LEFT)
    for _ in range(3):
        opened.keyboard.press("ArrowRight")
    until(lambda: Exposure.objects.get().n_sent >= 2)
    until(lambda: opened.evaluate(LEFT) != left)
    assert "/items/" in opened.url  # the arrows did not turn the page
    opened.keyboard.up("v")
    expect(shown(opened)).to_have_count(0)

    box = opened.locator("#stage img").bounding_box()
    opened.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.mouse.down()
    expect(shown(opened)).to_be_visible()
    opened.mouse.up()
    expect(shown(opened)).to_have_count(0)
    assert {one.step for one in Exposure.objects.all()} == {3}


def test_a_button_is_held_by_pointer_and_by_key(opened: Page):
    button = opened.get_by_role("button", name="Hold to see the whole")
    button.scroll_into_view_if_needed()
    button.hover()
    opened.mouse.down()
    expect(shown(opened)).to_have_count(1)
    opened.mouse.up()
    expect(shown(opened)).to_have_count(0)

    button.focus()
    opened.keyboard.down("Space")
    expect(shown(opened)).to_have_count(1)
    opened.keyboard.up("Space")
    expect(shown(opened)).to_have_count(0)


def test_a_finger_holds_it(opened: Page):
    box = opened.locator("#stage img").bounding_box()
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    touch = opened.context.new_cdp_session(opened)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    expect(shown(opened)).to_be_visible()
    left = opened.evaluate(LEFT)
    moved = {**at, "x": at["x"] + 30}
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved]})
    until(lambda: opened.evaluate(LEFT) != left)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    expect(shown(opened)).to_have_count(0)
    assert how_it_ended() == "released"


@pytest.mark.parametrize(
    ("event", "how"),
    [
        ("window.dispatchEvent(new Event('blur'))", "blurred"),
        (
            "() => { Object.defineProperty(document, 'visibilityState', {value: 'hidden'});"
            "document.dispatchEvent(new Event('visibilitychange')); }",
            "blurred",
        ),
    ],
    ids=["window loses focus", "page is not in front"],
)
def test_looking_elsewhere_hides_it(opened: Page, event: str, how: str):
    opened.keyboard.down("v")
    expect(shown(opened)).to_be_visible()

    opened.evaluate(event)

    assert shown(opened).count() == 0
    assert how_it_ended() == how


def test_a_hand_that_does_not_move_hides_it(opened: Page):
    AgencyPolicy.objects.update(reveal_idle_s=3)
    opened.keyboard.down("v")
    expect(shown(opened)).to_be_visible()

    expect(shown(opened)).to_have_count(0, timeout=6000)

    says(opened, "Hidden: nothing was moved for a while. Hold again to go on.")
    assert how_it_ended() == "idle"


def test_a_limit_hides_it_however_much_is_moved(opened: Page):
    AgencyPolicy.objects.update(reveal_max_s=3, reveal_idle_s=60)
    opened.keyboard.down("v")
    expect(shown(opened)).to_be_visible()

    for _ in range(8):
        opened.keyboard.press("ArrowRight")
        opened.wait_for_timeout(450)

    assert shown(opened).count() == 0
    says(opened, "Hidden: the longest time was reached. Hold again to go on.")
    assert how_it_ended() == "limit"
    assert Exposure.objects.get().seconds(timezone.now()) <= 3


def test_a_lost_network_hides_it_and_the_ledger_is_right(opened: Page):
    opened.keyboard.down("v")
    expect(shown(opened)).to_be_visible()
    began = Exposure.objects.get().began_at

    opened.context.set_offline(True)

    expect(shown(opened)).to_have_count(0, timeout=8000)
    gone = timezone.now()
    says(opened, "Hidden: Haven could not be reached.")
    assert Exposure.objects.get().ended_at is None
    (row,) = ledger.sweep_lost(at=timezone.now() + timedelta(seconds=LIFE_S))
    assert row.how == "lost"
    assert (gone - began).total_seconds() - 0.5 <= row.seconds(gone)
    assert row.seconds(gone) <= (gone - began).total_seconds() + LIFE_S
    opened.context.set_offline(False)


def test_a_lid_that_was_closed_hides_it_when_it_opens(opened: Page):
    opened.keyboard.down("v")
    expect(shown(opened)).to_be_visible()

    opened.evaluate(
        "() => { const end = Date.now() + 1800; while (Date.now() < end); }"
    )  # nothing runs

    expect(shown(opened)).to_have_count(0, timeout=1000)
    assert how_it_ended() == "lost"


def test_leaving_the_page_hides_it(opened: Page):
    opened.keyboard.down("v")
    expect(shown(opened)).to_be_visible()

    opened.goto("/cases/")

    assert how_it_ended() in ("released", "blurred")


def test_the_background_is_counted_while_the_page_is_in_front(opened: Page):
    opened.keyboard.press("b")
    expect(opened.locator("#stage [data-look]")).to_be_visible()
    opened.wait_for_timeout(2500)
    assert Exposure.objects.get().last_beat_at > Exposure.objects.get().began_at

    opened.evaluate(
        "() => { Object.defineProperty(document, 'visibilityState', {value: 'hidden'});"
        "document.dispatchEvent(new Event('visibilitychange')); }"
    )

    expect(opened.locator("#stage [data-look]")).to_have_count(0)
    assert "/masked" in str(opened.locator("#stage img").get_attribute("src"))
    assert how_it_ended() == "blurred"


@contextmanager
def a_site(port: int) -> Iterator[subprocess.Popen]:
    """Have a site of its own process serve the tests' database."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "waitress",
            f"--listen=127.0.0.1:{port}",
            "haven.site.wsgi:application",
        ],
        env={**os.environ, "DATABASE_URL": database_url("web"), "HAVEN_DATABASE_ROLE": "web"},
    )
    try:
        until(lambda: _answers(port), 60)
        yield process
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_killed_server_hides_it_and_the_ledger_is_right_after_its_restart(
    browser_page: Page, north_lead, item, case
):
    page = browser_page
    page.expected_errors = LOST
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    session = let_in(Client(), north_lead).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": session.key, "value": session.value, "url": base}])
    with a_site(port) as server:
        open_whole(page, case, item, base)
        page.keyboard.down("v")
        expect(shown(page)).to_be_visible()
        began = Exposure.objects.get().began_at
        server.send_signal(signal.SIGKILL)
        expect(shown(page)).to_have_count(0, timeout=8000)
        gone = timezone.now()
        page.keyboard.up("v")

    time.sleep(LIFE_S)
    with a_site(port):
        page.goto(f"{base}/cases/{case.public_id}/items/{item.pk}/")
        expect(page.get_by_role("button", name="Hold to see the whole")).to_be_visible()
        assert shown(page).count() == 0
        page.keyboard.down("v")  # the next look ends what nothing more was heard of
        expect(shown(page)).to_be_visible()
        page.keyboard.up("v")

    first = Exposure.objects.order_by("began_at")[0]
    assert first.how == "lost"
    assert first.seconds(gone) >= (gone - began).total_seconds() - 0.5
    assert first.seconds(gone) <= (gone - began).total_seconds() + LIFE_S
    ends = [one for one in audit.of_case(case.pk) if one.verb == "reveal.end"]
    assert "lost" in {one.facts["how"] for one in ends}
