"""The queue: who asks for the next item of a case with 100,000, of a real server.

In      an embedded PostgreSQL of its own; items and paths that facets.py makes, with fingerprints
Out     milliseconds of asking for the next and of the page that shows it, at the 95th
        percentile; the same without the site, in one process with the database; of bringing
        the order up for the first time; results/next_item.json
Fails   SystemExit when the site answers anything but what a browser would get
Why     the next item in under 100 ms however large the case is (issue 4)
Not     here: what a browser does with a page; categories themselves (categorising.py)

Each turn judges the item that was given, as a person would, so that the order moves on.
"""

import argparse
import http.client
import os
import re
import statistics
import time
from typing import Any
from urllib.parse import urlencode

import facets
import ruler
from record import _site

ITEMS = 100_000
JUDGED = 20_000  # in one batch before anything is measured: the front of the order has moved
TURNS = 200
LIMIT_MS = 100
FINGERPRINTS = """
UPDATE analysis_item SET pdq_quality = 80, camera_make = CASE WHEN id % 3 = 0 THEN '' ELSE
    camera_make END, pdq = (
    ('x' || encode(sha256((id / 4)::text::bytea), 'hex'))::bit(256)) WHERE status = 'done'
"""


class Person:
    """A member at a browser: cookies and the token of forms."""

    def __init__(self, port: int, cookie: str) -> None:
        """Open a connection that stays open."""
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookie, self.token = cookie, ""

    def get(self, path: str) -> tuple[str, float]:
        """Return a page and the milliseconds it took."""
        begun = time.perf_counter()
        self.line.request("GET", path, headers={"Cookie": self.cookie})
        answer = self.line.getresponse()
        page = answer.read().decode()
        took = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        for name, value in answer.getheaders():
            if name == "Set-Cookie" and "csrf" in value.split("=")[0].lower():
                self.cookie += f"; {value.split(';')[0]}"
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        self.token = found.group(1) if found else self.token
        return page, took

    def post(self, path: str, **fields: object) -> float:
        """Send a form; return the milliseconds until the answer, a redirect, was there."""
        host = f"127.0.0.1:{self.line.port}"
        body = urlencode({**fields, "csrfmiddlewaretoken": self.token})
        headers = {
            "Cookie": self.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://{host}",
            "Referer": f"http://{host}/",
        }
        begun = time.perf_counter()
        self.line.request("POST", path, body=body, headers=headers)
        answer = self.line.getresponse()
        answer.read()
        if answer.status != 302:
            raise SystemExit(f"{path}: {answer.status}")
        return (time.perf_counter() - begun) * 1000


def _prepared(items: int) -> tuple[Any, str, float, float]:
    """Make the case; return it, the cookie, seconds of the first order and of a comparison."""
    from django.db import connection
    from django.utils import timezone

    from haven.workbench.analysis.models import Item
    from haven.workbench.cases import queries as cases
    from haven.workbench.categories import actions as categories
    from haven.workbench.categories import choosing, selecting
    from haven.workbench.queue import order

    case, _exhibit, cookie = facets._filled(items)
    lead, now = case.opened_by, timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(FINGERPRINTS)
        cursor.execute("VACUUM ANALYZE analysis_item")
    choosing.choose(case.public_id, "uk@1", by=lead, at=now)
    case = cases.get(case.public_id, member=lead)
    begun = time.perf_counter()
    order.bring_up(case, at=now, whole=True)
    first_s = time.perf_counter() - begun
    best = Item.objects.filter(case=case, status="done").order_by("-best_quality", "id")
    chosen = list(best.values_list("pk", flat=True)[: min(JUDGED, items // 5)])
    said = categories.Judgement(scheme="uk@1", code="C")
    selection = selecting.Selection(how="chosen", chosen=chosen, over=True)
    categories.give_many(case.public_id, selection, said, by=lead, at=now)
    order.bring_up(case, at=now)
    begun = time.perf_counter()
    order._compare_some(case.pk)
    compared_s = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE queue_entry")
        cursor.execute("VACUUM ANALYZE categories_verdict")
    return case, cookie, first_s, compared_s


def _turns(who: Person, base: str, case: Any, turns: int) -> dict[str, list[float]]:
    """Ask for the next, look at it and judge it, some hundred times."""
    from haven.workbench.queue.models import Entry

    taken: dict[str, list[float]] = {"next": [], "page": [], "verdict": []}
    who.get(base)
    seen: set[str] = set()
    for turn in range(turns + 3):
        next_ms = who.post(f"{base}take/", n=1)
        page, page_ms = who.get(f"{base}?n=1")
        found = re.findall(r'data-row data-pk="(\d+)"', page)
        if len(found) != 1 or found[0] in seen:
            raise SystemExit(f"turn {turn}: {found}")
        seen.add(found[0])
        give = base.replace("/queue/", "/categories/give/")
        verdict_ms = who.post(give, scheme="uk@1", code="C", item=found[0])
        if turn >= 3:
            for name, took in (("next", next_ms), ("page", page_ms), ("verdict", verdict_ms)):
                taken[name].append(took)
    assert Entry.objects.filter(case=case, is_control=True).count() <= turns
    return taken


def _alone_ms(case: Any, turns: int) -> list[float]:
    """Return how long giving out the next item takes where no page is made of it."""
    from django.utils import timezone

    from haven.workbench.queue import actions

    taken = []
    for turn in range(turns + 3):
        actions.leave(case.public_id, by=case.opened_by, at=timezone.now())
        begun = time.perf_counter()
        actions.take(case.public_id, by=case.opened_by, at=timezone.now())
        if turn >= 3:
            taken.append((time.perf_counter() - begun) * 1000)
    return taken


def main() -> None:
    """Measure and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--turns", type=int, default=TURNS)
    given = parser.parse_args()
    os.environ["HAVEN_TERMS"] = "no"
    at = ruler.machine()
    with _site():
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        case, cookie, first_s, compared_s = _prepared(given.items)
        with facets._server() as port:
            base = f"/cases/{case.public_id}/queue/"
            taken = _turns(Person(port, cookie), base, case, given.turns)
            sides = {}
            for side in ("left", "order", "agreement"):
                sides[side] = facets._times_ms(port, f"{base}{side}/", cookie, 20)
        taken["next, without the site"] = _alone_ms(case, given.turns)
    figures = {
        name: {
            "median_ms": round(statistics.median(times), 1),
            "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
        }
        for name, times in {**taken, **sides}.items()
    }
    for name, one in figures.items():
        print(f"{one['p95_ms']:8.1f} ms  {name}")
    is_met = figures["next, without the site"]["p95_ms"] <= LIMIT_MS
    print(f"the next item under {LIMIT_MS} ms: {'yes' if is_met else 'no'}")
    kept = {
        "items": given.items,
        "turns": given.turns,
        "limit_ms": LIMIT_MS,
        "first_order_s": round(first_s, 2),
        "near_duplicates_of_50_s": round(compared_s, 2),
        "asked": figures,
    }
    print(ruler.keep("next_item", kept, at))


if __name__ == "__main__":
    main()
