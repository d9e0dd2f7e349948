"""The crawl: the whole site asked for everything by everyone; nothing crosses a border.

`HAVEN_CRAWL_SEED=7 pytest tests/crawl -s` walks other ways and prints where it was.
"""

import os
import re
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path

from haven.accounts import access
from tests.crawl import walk
from tests.crawl.furnished import furnish
from tests.crawl.planted import World
from tests.crawl.walkers import Walker, of_another_agency, walkers
from tests.site.test_every_url import ROUTED

SEED = int(os.environ.get("HAVEN_CRAWL_SEED", "4711"))
ENOUGH = 10_000  # requests of one run, issue 3
SHARE = 460  # requests of one walker
FIRST_SHARE = 1600  # of the two who lead a case, whose pages lead everywhere

# Addresses at which no walker is ever shown anything, and why that is right.
NEVER_REACHED = {
    "openid_connect_callback": "no identity provider is set up in these tests",
    "openid_connect_login": "no identity provider is set up in these tests",
    "crops:picture": "only in the session that looks; test_originals.py holds it",
    "reveals:original": "only in the session that opened it; test_originals.py holds it",
    "reveals:close": "only in the session that opened it; test_originals.py holds it",
    "feed": "its code stands in no link; tests/hub/test_finding_told.py comes with it",
    "learning:certificate": "nobody here passed a course; tests/hub/test_learning.py shows it",
    "accounts:sign-in": "the same address as account_login, which is routed first",
}
# What one run need not come to: it ends a session, or wants something in a state that a walk
# seldom meets. Each is asked as every role elsewhere (test_table.py, test_every_url.py).
NOT_ALWAYS = {
    "accounts:sign-out", "accounts:start-over", "agencies:add", "agencies:remove_domain",
    "authority:retire", "catalogue:decide", "categories:retire", "experience:answer",
    "experience:decide", "experience:flag_report", "experience:reply", "guidance:correct",
    "joining:approve", "joining:one", "joining:refuse", "known:confirm", "known:put_back",
    "known:take_out", "members:confirm", "members:suspend",
    "packages:end", "portal:object", "portal:withdraw", "wellbeing:put_away",
    "wellbeing:remove_help", "wellbeing:take", "wellbeing:take_back",
}  # fmt: skip
BY_CHANCE = 0.02  # of all addresses: ids are drawn anew for each run, and the way with them


def crawl(
    world: World,
    everyone: list[Walker],
    *,
    share: int | None = None,
    first: list[str] | None = None,
) -> list[walk.Report]:
    """Walk as everyone; later ones know what earlier ones met: pages, and methods not taken."""
    known: dict[str, None] = dict.fromkeys(first or [])
    not_taken: set[str] = set()
    reports = []
    for walker in everyone:
        most = share or (FIRST_SHARE if "leads" in walker.name else SHARE)
        way = walk.Walk(world, walker, seed=SEED, known=list(known), not_taken=not_taken)
        report = way.go(most)
        known.update(dict.fromkeys(report.shown))
        not_taken |= report.not_taken
        reports.append(report)
    return reports


def summary(reports: list[walk.Report], spent_s: float) -> str:
    """Return what a run met, for a person."""
    total = sum((one.statuses for one in reports), Counter())
    lines = [f"{'walker':44} requests  reached  statuses"]
    for one in reports:
        statuses = " ".join(f"{status}:{n}" for status, n in sorted(one.statuses.items()))
        lines.append(f"{one.walker:44} {one.n_requests:8}  {len(one.reached):7}  {statuses}")
    reached = set().union(*(one.reached for one in reports))
    lines += [
        f"{total.total()} requests in {spent_s:.0f} s, seed {SEED}",
        f"{len(reached & set(ROUTED))} of {len(ROUTED)} addresses reached",
        f"never: {', '.join(sorted(set(ROUTED) - reached)) or 'none'}",
    ]
    met = Counter(re.sub(r" /\S*", "", leak) for one in reports for leak in one.leaks)
    lines += [f"LEAK {leak}, {n} times" for leak, n in sorted(met.items())]
    return "\n".join(lines)


def test_nothing_of_another_agency_or_case_is_shown_to_anyone(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    began = time.monotonic()
    everyone = list(walkers(world, os.environ.get("HAVEN_CRAWL_AS", "")))

    reports = crawl(world, everyone, first=furnish(world, tmp_path))

    with capsys.disabled():
        print("\n" + summary(reports, time.monotonic() - began))  # noqa: T201
    assert [leak for one in reports for leak in one.leaks] == []
    assert [failure for one in reports for failure in one.failures] == []
    assert sum(one.n_requests for one in reports) >= ENOUGH
    reached = set().union(*(one.reached for one in reports))
    missed = set(ROUTED) - reached - set(NEVER_REACHED) - NOT_ALWAYS
    assert len(missed) <= BY_CHANCE * len(ROUTED), sorted(missed)


def test_the_same_seed_walks_the_same_way(world: World) -> None:
    lead = next(walkers(world))

    first, second = (crawl(world, [lead], share=60)[0] for _ in range(2))

    assert (first.statuses, first.reached, first.shown) == (
        second.statuses,
        second.reached,
        second.shown,
    )


def _leaks_the_first_case(request: HttpRequest) -> HttpResponse:
    """Show a case without asking whose it is: what a forgotten filter does."""
    from haven.workbench.cases.models import Case

    del request
    return HttpResponse(", ".join(Case.objects.values_list("name", flat=True)))


def _leaks_in_a_picture(request: HttpRequest) -> HttpResponse:
    """Send a view without asking whose it is, named in a header alone."""
    from haven.workbench.evidence.models import Exhibit

    del request
    labels = ", ".join(Exhibit.objects.values_list("label", flat=True))
    return HttpResponse(b"\xff\xd8", content_type="image/jpeg", headers={"X-Exhibits": labels})


def _fails(request: HttpRequest) -> HttpResponse:
    raise RuntimeError(request.path)


urlpatterns = [  # the site, and views with the mistakes to be found
    path("leak/", _leaks_the_first_case, name="leak"),
    path("leak/view.jpg", _leaks_in_a_picture, name="leak-picture"),
    path("leak/failure/", _fails, name="failure"),
    path("", include("haven.site.urls")),
]


@pytest.fixture
def mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("leak", "leak-picture", "failure"):
        monkeypatch.setitem(access.PAGES, name, access.SIGNED_IN)
        monkeypatch.setitem(ROUTED, name, frozenset())


@pytest.mark.usefixtures("mistakes")
@override_settings(ROOT_URLCONF="tests.crawl.test_crawl")
def test_the_crawl_finds_a_view_that_leaks_or_fails(world: World) -> None:
    stranger = of_another_agency(world, "investigator")

    report = crawl(world, [stranger], share=2 * len(ROUTED))[0]

    assert f"GET leak /leak/ to {stranger.name}: name of ours" in report.leaks
    hidden = f"GET leak-picture /leak/view.jpg to {stranger.name}: label of beside"
    assert hidden in report.leaks
    assert any(
        failure.startswith("GET failure /leak/failure/: 500") for failure in report.failures
    )


@pytest.fixture
def forgotten_filter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every case be visible to everyone who works on cases."""
    from django.db.models import Value

    from haven.workbench.cases import queries
    from haven.workbench.cases.models import Case

    everything = Case.objects.annotate(my_role=Value("reader"))
    monkeypatch.setattr(queries, "visible_to", lambda _member: everything.all())


@pytest.mark.usefixtures("forgotten_filter")
def test_the_crawl_finds_a_forgotten_filter(world: World) -> None:
    stranger = of_another_agency(world, "investigator")

    report = crawl(world, [stranger], share=3 * len(ROUTED))[0]

    found = {leak.rpartition(": ")[2] for leak in report.leaks}
    assert {"name of ours", "person of ours", "masked view of ours", "path of beside"} <= found


@pytest.mark.usefixtures("forgotten_filter")
def test_the_wall_in_the_database_holds_where_a_filter_is_forgotten(world: World) -> None:
    stranger = replace(of_another_agency(world, "investigator"), behind_walls=True)

    report = crawl(world, [stranger], share=2 * len(ROUTED))[0]

    assert (report.leaks, report.failures) == ([], [])


def test_whoever_leads_a_case_is_shown_what_was_planted(world: World) -> None:
    lead = next(walkers(world))
    blind = Walker(lead.name, lead.member)  # so that all he meets is noted

    # One of many tables, met late. Reading alone: what he sends may take away what is there.
    late = [f"/cases/{world.ids['ours']['case_id']}/received/decisions/"]
    way = walk.Walk(world, blind, seed=SEED, known=late, reads_alone=True)
    report = way.go(3 * len(ROUTED))

    met = {leak.rpartition(": ")[2] for leak in report.leaks}
    planted = {
        f"{mark.place} of ours" for mark in world.marks.known.values() if mark.owner == "ours"
    }
    # Places on a disk are never shown; what was looked for stands in the record alone.
    assert planted - met <= {
        "folder of ours",
        "file of ours",
        "looked_for of ours",
        "what the camera wrote of ours",  # in the bytes of the file alone
        "received item of ours",  # on one page for each item; asked in test_every_url.py
    }
