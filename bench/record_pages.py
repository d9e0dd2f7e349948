"""Pages of the record at a million entries: what a reader waits for, at the 95th percentile.

In      an embedded PostgreSQL of its own; entries made by one statement, ordered and signed by
        the keeper as always
Out     milliseconds of the server for each kind of page; results/record_pages.json
Why     a supervisor finds one act among those of years, and does not wait
Not     here: the network and the browser; writing and verifying (record.py)

Two agencies of unequal size share the record: nine entries in ten are of the big one, and one
in a thousand is of the installation. A page is asked for as a browser does, with the rights of
the site, and each look is itself an entry.
"""

import argparse
import datetime as dt
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ruler
from record import _site

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests know how to sign in

ENTRIES = 1_000_000
LOOKS = 40  # of each page
TARGET_MS = 300
FIRST_MEMBER, MEMBERS, CASES, OBJECTS = 1_000, 400, 3_000, 200_000
DAYS = 900  # over which the entries lie

# Columns as record() fills them; the body says what the columns say, so that proofs hold.
FILL = """
INSERT INTO audit_event (public_id, format, at, written_at, agency_id, actor_id, roles, session,
    client, via, verb, target_type, target_id, case_id, outcome, has_reason, facts, commitment,
    version, body)
SELECT e.id, 1, e.at, e.at, e.agency, e.actor, '{investigator}', '', '', e.via, e.verb,
    e.target_type, e.target_id, e.case_id, e.outcome, e.actor IS NOT NULL, '{}'::jsonb, '', '1',
    '{"actor":' || coalesce(e.actor::text, 'null') || ',"id":"' || e.id || '","verb":"' || e.verb
        || '"}'
FROM (
    SELECT gen_random_uuid() AS id, n,
        now() - make_interval(secs => (%(n)s - n) * %(step)s) AS at,
        CASE WHEN n %% 1000 = 0 THEN NULL WHEN n %% 10 = 3 THEN %(small)s ELSE %(big)s END
            AS agency,
        CASE WHEN n %% 1000 = 0 THEN NULL ELSE %(first)s + (n * 7919) %% %(members)s END AS actor,
        CASE WHEN n %% 1000 = 0 THEN 'worker' ELSE 'web' END AS via,
        CASE WHEN n %% 1000 = 0 THEN 'worker.start' WHEN n %% 5000 = 77 THEN 'case.open'
            ELSE (ARRAY['item.view', 'case.view', 'group.rename', 'face.search'])[1 + n %% 4] END
            AS verb,
        CASE WHEN n %% 1000 = 0 THEN '' ELSE 'analysis.item' END AS target_type,
        CASE WHEN n %% 1000 = 0 THEN '' ELSE ((n * 104729) %% %(objects)s)::text END AS target_id,
        CASE WHEN n %% 1000 = 0 OR n %% 7 = 0 THEN NULL ELSE 1 + (n * 31) %% %(cases)s END
            AS case_id,
        CASE WHEN n %% 2500 = 1 THEN 'failed' ELSE 'done' END AS outcome
    FROM generate_series(1::bigint, %(n)s) AS n
) AS e ORDER BY n
"""
BESIDE = """
INSERT INTO audit_personal (event_id, salt, text, words)
SELECT id, '\\x00', '{"actor_name":"Member ' || actor_id || '","reason":"asked for"}',
    'Member' || actor_id || ' asked for report ' || id
FROM audit_event WHERE actor_id >= %s
"""


def _fill(entries: int, big: int, small: int) -> None:
    """Write the entries, give them their places and sign them."""
    from django.db import connection

    from haven.audit import keeper, signing

    step = DAYS * 86_400 / entries
    with connection.cursor() as cursor:
        cursor.execute(
            FILL,
            {
                "n": entries,
                "step": step,
                "big": big,
                "small": small,
                "first": FIRST_MEMBER,
                "members": MEMBERS,
                "cases": CASES,
                "objects": OBJECTS,
            },
        )
        cursor.execute(BESIDE, [FIRST_MEMBER])
    keeper.sequence()
    from django.conf import settings

    signer = signing.load(settings.HAVEN_RECORD_KEY_FILE, origin="haven.bench/record")
    keeper.sign(signer, at=dt.datetime.now(dt.UTC), copy=settings.HAVEN_RECORD_CHECKPOINTS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _agencies() -> tuple[Any, Any]:
    """Return two agencies; the colleagues of the big one acted in its entries."""
    from django.utils import timezone

    from haven.accounts import actions as accounts
    from haven.accounts.models import Member

    now = timezone.now()
    big, small = (
        accounts.add_agency(name=name, country="NO", by=None, at=now) for name in ("Big", "Small")
    )
    Member.objects.bulk_create(
        Member(
            pk=FIRST_MEMBER + n,
            username=f"m{n}",
            display_name=f"Member {n}",
            agency=big,
            roles=["investigator"],
        )
        for n in range(MEMBERS)
    )
    return big, small


def _browser(agency: Any, role: str, n_cases: int = 0) -> Any:
    """Return the browser of a new member who is signed in."""
    from django.test import Client
    from django.utils import timezone

    from haven.accounts.models import Member
    from haven.workbench.cases import actions as cases
    from tests.signing_in import let_in

    name = f"{role}-{agency.pk}"
    member = Member.objects.create(
        pk=10 * FIRST_MEMBER + Member.objects.count(),
        username=name,
        display_name=name,
        agency=agency,
        roles=sorted({role, "investigator"}),
    )
    for n in range(n_cases):
        cases.open_case(number=f"{n}/26", name="Bench", by=member, at=timezone.now())
    return let_in(Client(HTTP_HOST="localhost"), member)


def _pages(big: Any, small: Any) -> dict[str, tuple[Any, Callable[[int], str]]]:
    """Return each kind of page: who asks, and the address of the n-th look."""
    from django.urls import reverse

    from haven.audit.models import Event

    last = Event.objects.filter(agency_id=big.pk).order_by("-id").values_list("id", flat=True)[0]
    today, listing = dt.datetime.now(dt.UTC).date(), reverse("audit:list")
    auditor, other = _browser(big, "auditor"), _browser(small, "auditor")
    supervisor = _browser(big, "supervisor", n_cases=20)

    def at(query: str) -> Callable[[int], str]:
        return lambda n: f"{listing}?{query.format(n=n, member=FIRST_MEMBER + n % MEMBERS)}"

    def days(n: int) -> str:
        return (today - dt.timedelta(days=1 + n * 13 % DAYS)).isoformat()

    def entry(n: int) -> str:
        near = last - (n * 15_485_863) % (last - 1_000)
        rows = Event.objects.filter(agency_id=big.pk, id__lte=near).order_by("-id")
        return reverse("audit:entry", args=[rows.values_list("public_id", flat=True)[0]])

    return {
        "list": (auditor, at("")),
        "list, until a day": (auditor, lambda n: f"{listing}?until={days(n)}"),
        "list, one day": (auditor, lambda n: f"{listing}?since={days(n)}&until={days(n)}"),
        "list, a kind of act": (auditor, at("kind=combination")),
        "list, a rare act": (auditor, at("verb=case.open")),
        "list, an act that never was": (auditor, at("verb=record.export")),
        "list, what failed": (auditor, at("outcome=failed")),
        "list, a kind that failed": (auditor, at("outcome=failed&kind=erasure")),
        "list, a name": (auditor, at("words=Member{member}")),
        "list, a word of one reason": (auditor, lambda n: f"{listing}?words={last // 2 + n}"),
        "list, a word of every reason": (auditor, at("words=report")),
        "list, the agency's own": (auditor, at("whose=agency")),
        "list, the installation": (auditor, at("whose=installation")),
        "one person": (auditor, at("member={member}")),
        "one person, a rare act": (auditor, at("member={member}&verb=case.open")),
        "one object": (auditor, lambda n: f"{listing}?thing=analysis.item:{n * 17}"),
        "one case": (auditor, lambda n: f"{listing}?case={1 + n * 31 % CASES}"),
        "one entry with its proof": (auditor, entry),
        "checkpoints": (auditor, lambda _n: reverse("audit:checkpoints")),
        "small agency, list": (other, at("")),
        "small agency, a kind of act": (other, at("kind=combination")),
        "small agency, an act that never was": (other, at("verb=record.export")),
        "supervisor, list": (supervisor, at("")),
        "supervisor, a kind of act": (supervisor, at("kind=combination")),
        "supervisor, a rare act": (supervisor, at("verb=case.open")),
        "supervisor, what failed": (supervisor, at("outcome=failed")),
    }


def _look(browser: Any, address: Callable[[int], str], looks: int) -> dict[str, float]:
    """Return median, 95th percentile and worst of some looks, in milliseconds of the server."""
    from django.db import connection

    taken, in_database = [], []

    def timed(execute: Any, *given: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*given)
        finally:
            in_database[-1] += 1_000 * (time.perf_counter() - begun)

    for n in range(looks + 1):
        asked = address(n)
        in_database.append(0.0)
        begun = time.perf_counter()
        with connection.execute_wrapper(timed):
            answer = browser.get(asked)
        taken.append(1_000 * (time.perf_counter() - begun))
        assert answer.status_code == 200, (asked, answer.status_code)
    ranked = sorted(taken[1:])  # the first one compiles the templates
    return {
        "median_ms": round(ranked[len(ranked) // 2], 1),
        "p95_ms": round(ranked[int(0.95 * (len(ranked) - 1))], 1),
        "worst_ms": round(ranked[-1], 1),
        "median_in_database_ms": round(sorted(in_database[1:])[len(ranked) // 2], 1),
    }


def main() -> None:
    """Measure and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--looks", type=int, default=LOOKS)
    given = parser.parse_args()
    at = ruler.machine()
    os.environ.update(HAVEN_TERMS="no", HAVEN_DEMO="no")
    with _site():
        from django.conf import settings

        settings.MIDDLEWARE = ["tests.walls.as_web_role", *settings.MIDDLEWARE]
        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
        big, small = _agencies()
        _fill(given.entries, big.pk, small.pk)
        figures = _measured(big, small, given.looks)
    print(ruler.keep("record_pages", {"entries": given.entries, **figures}, at))


def _measured(big: Any, small: Any, looks: int) -> dict[str, Any]:
    """Return the figures of all pages; a busy machine is told by its load."""
    found, load = {}, [os.getloadavg()[0]]
    for name, (browser, address) in _pages(big, small).items():
        found[name] = _look(browser, address, looks)
        load.append(os.getloadavg()[0])
        print(f"{name:40}", *(f"{ms:9.1f}" for ms in found[name].values()), "ms")
    return {
        "looks": looks,
        "other_load": [round(min(load), 1), round(max(load), 1)],
        "pages": found,
        "target_p95_ms": TARGET_MS,
        "slower_than_target": [n for n, one in found.items() if one["p95_ms"] > TARGET_MS],
    }


if __name__ == "__main__":
    main()
