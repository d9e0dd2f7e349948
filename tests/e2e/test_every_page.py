"""Every page of a planted world, for everyone: WCAG 2.2 AA by axe, and by keyboard alone.

A page is what answers a GET with HTML; a new address is walked without being named here.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from haven.accounts.access import Role
from tests.signing_in import add_code_app
from tests.site.test_every_url import POST_ALONE, ROUTED, address, world

__all__ = ["world"]  # a fixture
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKED_FOR = {"runOnly": WCAG, "resultTypes": ["violations"]}
PAGES = sorted(name for name in set(ROUTED) - POST_ALONE if not name.startswith("api:"))
LEAVES = {"accounts:leave", "joining:apply"}  # walked by tests of their own
# What the keyboard can reach on a page: all that takes part in its order, seen, one of a group
# of radio buttons; a frame around what scrolls takes focus too and is none of ours.
REACHABLE = """
() => {
  const radios = new Set();
  const all = "a[href], button, input, select, textarea, summary, [tabindex]";
  return [...document.querySelectorAll(all)]
    .filter((one) => one.tabIndex >= 0 && !one.disabled)
    .filter((one) => one.checkVisibility({visibilityProperty: true}))
    .filter((one) => {
      if (one.type !== "radio") return true;
      const group = `${one.form?.id}${one.form?.action}${one.name}`;
      return !radios.has(group) && radios.add(group);
    }).length;
}
"""
SETTLED = """
() => !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")
  && [...document.images].every((one) => one.complete)
"""
# Notes where each press of the Tab key leads, until it leads to the first place again.
WATCH = """
() => {
  const walked = [];
  window.walk = {reached: 0, unseen: [], isRound: false};
  document.addEventListener("keyup", () => {
    const one = document.activeElement;
    if (!one || one === document.body) return;
    if (walked.includes(one)) {
      walk.isRound ||= one === walked[0];
      return;
    }
    walked.push(one);
    walk.reached += 1;
    const box = one.getBoundingClientRect();
    const isShown = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
    const isMarked = [null, "::before"].some((part) => {
      const style = getComputedStyle(one, part);
      return style.outlineStyle !== "none" || style.boxShadow !== "none";
    });
    if (!isShown || !isMarked) walk.unseen.push(one.outerHTML.slice(0, 160));
  }, true);
}
"""


@pytest.fixture
def everyone(world, north_lead, sign_in):
    """Return the browser of somebody who has every role and leads the case."""
    north_lead.roles = sorted(set(Role) - {Role.PROVIDER})
    north_lead.save()
    add_code_app(north_lead)
    return sign_in(north_lead)


def opened(page, world):
    """Yield the name of each page when it is open."""
    page.expected_errors = ["404", "403"]
    for name in PAGES:
        if name in LEAVES:
            continue
        path = address(name, world.ours)
        answer = page.request.get(path)
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        text = answer.text()
        if "<html" not in text:
            continue  # a part of a page, walked where it stands
        page.goto(path)
        page.wait_for_function(SETTLED)  # parts that a page fetches once it is there
        yield name


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_page_passes_the_checks_for_everyone(world, everyone, theme):
    everyone.context.add_cookies([{"name": "haven_theme", "value": theme, "url": everyone.url}])
    wrong, n_pages = [], 0

    for name in opened(everyone, world):
        n_pages += 1
        found = Axe().run(everyone, options=LOOKED_FOR).response["violations"]
        wrong += [(name, one["id"], one["nodes"][0]["html"][:200]) for one in found]
        if everyone.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append((name, "wider than 1280 pixels", ""))

    assert not wrong, wrong
    assert n_pages > 60  # else the walk does not walk


def test_every_page_is_worked_by_keyboard_alone(world, everyone):
    wrong = []

    for name in opened(everyone, world):
        expected = everyone.evaluate(REACHABLE)
        everyone.evaluate(WATCH)
        for _round in range(3):
            for _press in range(expected + 4):
                everyone.keyboard.press("Tab")
            walked = everyone.evaluate("walk")
            if walked["isRound"]:
                break  # once around, wherever the page began
        wrong += [(name, "focus is not seen", one) for one in walked["unseen"]]
        reached = walked["reached"]
        if reached < expected:
            wrong.append((name, f"{reached} of {expected} reached", ""))

    assert not wrong, wrong
