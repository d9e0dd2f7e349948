"""Pages of the Hub with many tools and members, asked for twenty times a second.

In      an embedded PostgreSQL of its own; the opening content, its tools copied under other
        names until there are 5,000; 50,000 members; the site as it is served
Out     milliseconds from asking to the last byte, for each kind of page;
        results/hub_pages.json
Why     an officer with two minutes between two calls finds a tool, or does not come back
Not     here: the browser and the network between; pages of the record (record_pages.py)

Requests begin at fixed times whether or not earlier ones are answered, so that waiting for
each other counts. Members, pages and words take turns; no page is kept ready for anyone.
"""

import argparse
import http.client
import itertools
import os
import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ruler
from record import _site

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests know how to sign in

TOOLS, MEMBERS, AT_ONCE = 5_000, 50_000, 40
PER_S, SECONDS = 20, 120
TARGET_MS, SEARCH_TARGET_MS = 150, 200
PORT = 8479
WORDS = ("face", "hash", "video", "offline", "transcription", "triage", "report", "camera", "text")
TYPOS = ("recogniton", "transcripton", "forensc", "vidoe")
SERVE = f"""
import django; django.setup()
from waitress import serve
from haven.site.up import THREADS
from haven.site.wsgi import application
serve(application, host="127.0.0.1", port={PORT}, threads=THREADS, ident=None)
"""


def _fill(tools: int, members: int) -> list[Any]:
    """Load the Hub, copy its tools, add members; return those who will ask."""
    from haven.accounts.models import Agency, Member
    from haven.hub.catalogue.models import Fact, Tool
    from haven.site import hub

    hub.load()
    chance = random.Random(1)  # noqa: S311  # the same copies each time
    was = list(Tool.objects.prefetch_related("facts"))
    words = sorted({word for one in was for word in one.folded.split()})
    copies, facts = [], []
    for n, one in zip(range(tools - len(was)), itertools.cycle(was), strict=False):
        own = chance.sample(words, 20)
        values = {
            field.attname: getattr(one, field.attname)
            for field in Tool._meta.concrete_fields
            if field.attname not in {"id", "found_by"}
        }
        values |= {
            "slug": f"{one.slug[:60]}-{n}",
            "name": f"{' '.join(own[:2]).title()} {n}",
            "folded": " ".join([*own, *chance.sample(one.folded.split(), 60)[:60]])
            if len(one.folded.split()) > 60
            else one.folded,
        }
        copy = Tool(**values)
        copies.append(copy)
        facts += [
            Fact(
                tool=copy, claim=fact.claim, kind=fact.kind, said_by=fact.said_by,
                source=fact.source, dated=fact.dated, basis=fact.basis, relation=fact.relation,
            )
            for fact in one.facts.all()
        ]  # fmt: skip
    Tool.objects.bulk_create(copies, batch_size=500)
    Fact.objects.bulk_create(facts, batch_size=2_000)
    agencies = Agency.objects.bulk_create(
        Agency(name=f"Agency {n}", country="NO") for n in range(200)
    )
    made = Member.objects.bulk_create(
        (
            Member(
                username=f"m{n}",
                display_name=f"Member {n}",
                agency=agencies[n % len(agencies)],
                roles=["investigator"],
            )
            for n in range(members)
        ),
        batch_size=5_000,
    )
    return made[:: max(1, members // AT_ONCE)][:AT_ONCE]


def _cookies(askers: list[Any]) -> list[str]:
    """Sign members in; return the cookie of each."""
    from django.conf import settings
    from django.test import Client

    from tests.signing_in import let_in

    return [
        f"{settings.SESSION_COOKIE_NAME}="
        f"{let_in(Client(HTTP_HOST='localhost'), one).session.session_key}"
        for one in askers
    ]


def _pages() -> dict[str, list[str]]:
    """Return the addresses of each kind of page."""
    from django.urls import reverse

    from haven.hub.catalogue.models import Tool
    from haven.hub.guidance import queries as guidance
    from haven.hub.learning import courses

    tools = reverse("catalogue:list")
    slugs = list(Tool.objects.order_by("pk").values_list("slug", flat=True)[:: TOOLS // 50])
    course = courses.every()[0]
    return {
        "front page": [reverse("hub:home")],
        "tools": [tools],
        "tools, by lists": [f"{tools}?steps=set-aside-known&media=video&deployment=offline"],
        "search": [f"{tools}?q={one}" for one in WORDS],
        "search, two words": [f"{tools}?q={a}+{b}" for a, b in itertools.pairwise(WORDS)],
        "search, with a slip": [f"{tools}?q={one}" for one in TYPOS],
        "one tool": [reverse("catalogue:tool", args=[one]) for one in slugs],
        "four side by side": [
            reverse("catalogue:compare")
            + "?"
            + "&".join(f"tool={one}" for one in slugs[n : n + 4])
            for n in range(0, 40, 4)
        ],
        "gaps": [reverse("catalogue:gaps")],
        "changes": [reverse("catalogue:changes")],
        "bodies": [reverse("catalogue:bodies")],
        "a step": [reverse("guidance:step", args=[one.slug]) for one in guidance.steps()],
        "a lesson": [
            reverse("learning:lesson", args=[course.slug, one.slug]) for one in course.lessons
        ],
        "glossary": [reverse("learning:glossary")],
    }


@contextmanager
def _served() -> Iterator[None]:
    """Have the site listen, with the rights of the site."""
    environment = os.environ | {"HAVEN_DATABASE_ROLE": "web"}
    process = subprocess.Popen([sys.executable, "-c", SERVE], env=environment)  # noqa: S603
    try:
        for _ in range(600):
            try:
                http.client.HTTPConnection("127.0.0.1", PORT, timeout=1).connect()
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _asked(
    cookies: list[str], pages: dict[str, list[str]], seconds: int
) -> dict[str, list[float]]:
    """Ask at fixed times; return the milliseconds of each answer by kind of page."""
    taken: dict[str, list[float]] = defaultdict(list)
    local = threading.local()

    def ask(n: int, due: float) -> None:
        kind = list(pages)[n % len(pages)]
        address = pages[kind][(n // len(pages)) % len(pages[kind])]
        link = getattr(local, "link", None) or http.client.HTTPConnection("127.0.0.1", PORT)
        local.link = link
        headers = {"Cookie": cookies[n % len(cookies)], "Host": "localhost"}
        link.request("GET", address, headers=headers)
        answer = link.getresponse()
        answer.read()
        assert answer.status == 200, (address, answer.status)
        taken[kind].append(1_000 * (time.perf_counter() - due))

    begun = time.perf_counter()
    with ThreadPoolExecutor(64) as pool:
        asked = []
        for n in range(PER_S * seconds):
            due = begun + n / PER_S
            time.sleep(max(0.0, due - time.perf_counter()))
            asked.append(pool.submit(ask, n, due))
        for one in asked:
            one.result()
    return taken


def _told(taken: list[float]) -> dict[str, float]:
    ranked = sorted(taken)
    return {
        "n": len(ranked),
        "median_ms": round(ranked[len(ranked) // 2], 1),
        "p95_ms": round(ranked[int(0.95 * (len(ranked) - 1))], 1),
        "worst_ms": round(ranked[-1], 1),
    }


def main() -> None:
    """Measure and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", type=int, default=TOOLS)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    given = parser.parse_args()
    at = ruler.machine()
    os.environ.update(HAVEN_TERMS="no", HAVEN_DEMO="no")
    with _site():
        from django.core.management import call_command
        from django.db import connection

        call_command("collectstatic", interactive=False, verbosity=0)
        askers = _fill(given.tools, given.members)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        cookies, pages = _cookies(askers), _pages()
        with _served():
            _asked(cookies, pages, 10)  # templates are compiled, words gathered
            taken = _asked(cookies, pages, given.seconds)
    told = {kind: _told(one) for kind, one in taken.items()}
    every = _told([ms for one in taken.values() for ms in one])
    for kind, one in (*told.items(), ("all", every)):
        print(f"{kind:22}", *(f"{value:9.1f}" for value in one.values()))
    figures = {
        "tools": given.tools,
        "members": given.members,
        "per_s": PER_S,
        "seconds": given.seconds,
        "pages": told,
        "all": every,
        "target_p95_ms": TARGET_MS,
        "target_p95_ms_of_search": SEARCH_TARGET_MS,
    }
    print(ruler.keep("hub_pages", figures, at))


if __name__ == "__main__":
    main()
