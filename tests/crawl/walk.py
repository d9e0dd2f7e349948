"""Walk: ask the whole site for everything as one walker, and look for what is not his.

In      a World, a Walker, a seed, how many requests
Out     Report: requests, statuses, addresses reached, leaks and failures
Fails   never; what is wrong is in the report
Why     whoever writes a page thinks of the ways he knows; this asks by all ways there are
Not     here: what a leak is (planted.py), who may see what (walkers.py)

The frontier is ordered by how often an address was asked for, so that every address is
asked before one is asked often. Ways on are links, forms (once plainly, once oddly filled),
what earlier walkers were shown, and every routed address with the ids of every case.

PostgreSQL itself keeps cases apart (row-level security) and would hide a filter that the
program forgot. So most walkers walk with those walls down, and what keeps them out is the
program alone; those who lead a case walk as in service.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from haven.accounts.models import Member
from haven.workbench.cases.models import Membership
from tests.crawl import reading
from tests.crawl.planted import World
from tests.crawl.walkers import Walker
from tests.hub import planted
from tests.signing_in import let_in
from tests.site.test_every_url import ROUTED
from tests.workbench.build import png

WALLS = "tests.walls.as_web_role"  # answers a request with the rights of the site's role
LEAVES = ("accounts:sign-out", "accounts:start-over")  # asked late, as they end the session
LATE = 5  # requests for each other address before
ODD_WORDS = (
    "", " ", "0", "-1", "9" * 30, "%00", "a\x00b", "'\"><script>alert(1)</script>", "../../etc",
    "\u202eabc", "é" * 3000, "None", "null", "{}", "2026-02-30", "<b>",
)  # fmt: skip
ODD_QUERIES = (
    "after=zz", "after=W10", "page=-1", "q=%00", "q=%F0%9F", "order=x", "next=//evil.example/",
    "top=999999999999", "face=-1", "key=x", "single=1", "faces=any", "format=json", "case=1",
)  # fmt: skip
SHOWN = (200, 302, 400, 409, 422)  # the page, or the form was taken and weighed
KEPT_SHARE = 0.3  # of plainly filled forms; more, and soon nothing is left to be asked for
HTMX_SHARE = 0.3  # of forms are sent as htmx does; a page works both ways
FIRST = {  # arguments that are of no case
    "uidb64": "MQ",
    "token": "set-password",
    "stage_no": 1,
    "picture_name": "astronaut",
    "drawing": "plain",
    "step": 1,
}
NO_KEY = 999_999_999
NOWHERE = "00000000-0000-4000-8000-000000000000"
FORMS_OF_ONE = 8
MOST_OF_ONE = 40  # requests for one address by name; lists have endless filters


@dataclass(frozen=True)
class Step:
    """One request to make."""

    method: str
    address: str
    values: Mapping[str, Any] | None = None
    is_htmx: bool = False
    is_kept: bool = False  # what it changes stays for the rest of the walk


@dataclass
class Report:
    """What one walker met."""

    walker: str
    statuses: Counter[int] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)  # names of addresses that showed something
    shown: list[str] = field(default_factory=list)  # addresses that were answered with 200
    # Plainly filled and posted, by the name of the address; the first few seen.
    forms: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    not_taken: set[str] = field(default_factory=set)  # methods and names that answer with 405

    @property
    def n_requests(self) -> int:
        return self.statuses.total()


class Walk:
    """One walker on his way."""

    def __init__(
        self,
        world: World,
        walker: Walker,
        *,
        seed: int,
        known: Sequence[str],
        not_taken: Iterable[str] = (),
        reads_alone: bool = False,  # sends no form, and so meets the same again
    ) -> None:
        self.world, self.walker, self.reads_alone = world, walker, reads_alone
        self.random = random.Random(f"{seed}/{walker.name}")
        self.report = Report(walker.name)
        # By method and name of the address; who walked before may have met what is not taken.
        self.asked: Counter[str] = Counter(dict.fromkeys(not_taken, MOST_OF_ONE + 1))
        self._seen: set[tuple[str, str, bool]] = set()
        self._frontier: list[tuple[int, int, Step]] = []
        self._order = count()
        self._client = self._arrive()
        self._self = self._himself()
        self._add(Step("get", "/"))
        names = sorted(ROUTED)
        if not reads_alone:  # who stops before he asked all would never ask the last of them
            self.random.shuffle(names)
        for step in [*_seeds(world, names), *(Step("get", one) for one in known)]:
            self._add(step)

    def go(self, most: int) -> Report:
        """Make at most so many requests, and undo what they changed."""
        with transaction.atomic(), override_settings(MIDDLEWARE=self._middleware()):
            while self._frontier and self.report.n_requests < most:
                self._take(self._next())
            transaction.set_rollback(True)
        return self.report

    def _middleware(self) -> list[str]:
        """Return the site's middleware, with or without the rights of the web role."""
        names: list[str] = settings.MIDDLEWARE
        return names if self.walker.behind_walls else [one for one in names if one != WALLS]

    def _arrive(self) -> Client:
        client = Client(raise_request_exception=False)
        return let_in(client, self.walker.member) if self.walker.member else client

    def _next(self) -> Step:
        """Return the step to the address that was asked for least."""
        while True:
            counted, order, step = heapq.heappop(self._frontier)
            now = self._weight(step)
            if now == counted or not self._frontier:
                return step
            heapq.heappush(self._frontier, (now, order, step))

    def _weight(self, step: Step) -> int:
        name = name_of(step.address)
        is_late = name in LEAVES or step.method in ("put", "delete")
        return self.asked[f"{step.method} {name}"] + (LATE if is_late else 0)

    def _add(self, step: Step) -> None:
        """Put a step on the frontier, unless it was there or the address was asked enough."""
        if self.reads_alone and step.method != "get":
            return
        key = (step.method, f"{step.address} {step.values}", step.is_htmx)
        if key in self._seen or self.asked[f"{step.method} {name_of(step.address)}"] > MOST_OF_ONE:
            return
        self._seen.add(key)
        heapq.heappush(self._frontier, (self._weight(step), next(self._order), step))

    def _take(self, step: Step) -> None:
        """Make one request, look at the answer, and go on from it."""
        name = name_of(step.address)
        self.asked[f"{step.method} {name}"] += 1
        headers = {"HX-Request": "true"} if step.is_htmx else {}
        given = () if step.values is None else (step.values,)
        with transaction.atomic():
            response = getattr(self._client, step.method)(step.address, *given, headers=headers)
            content = reading.content_of(response)
            if step.method != "get" and not (step.is_kept and self._himself() == self._self):
                transaction.set_rollback(True)  # or he gave away his place, or a role, or left
        self._look(step, name, response, content)
        if self.walker.member and (name in LEAVES or _asks_to_sign_in(response)):
            self._client = self._arrive()
        self._lead_on(step, response, content)

    def _himself(self) -> tuple[Any, ...]:
        """Return what makes the walker who he is: without it the walk would be another's."""
        if self.walker.member is None:
            return ()
        one = Member.objects.filter(pk=self.walker.member.pk)
        places = Membership.objects.filter(member=self.walker.member).order_by("pk")
        return (
            *one.values_list("is_active", "status", "roles", "agency__status"),
            *places.values_list("case_id", "role"),
        )

    def _look(self, step: Step, name: str, response: Any, content: bytes) -> None:
        """Note the status, and whether the answer holds what is not the walker's."""
        self.report.statuses[response.status_code] += 1
        if response.status_code == 405:  # this address never takes this method
            self.asked[f"{step.method} {name}"] += MOST_OF_ONE
            self.report.not_taken.add(f"{step.method} {name}")
        if response.status_code >= 500:
            self.report.failures.append(f"{_told(step)}: {response.status_code}")
        if response.status_code in SHOWN and not _asks_to_sign_in(response):
            self.report.reached.add(name)
        if step.method == "get" and response.status_code == 200:
            self.report.shown.append(step.address)
        for part in reading.everything_in(response, content):
            for mark in self.world.marks.found_in(part):
                if not self.walker.may_meet(mark, name):
                    leak = f"{_told(step)} to {self.walker.name}: {mark.place} of {mark.owner}"
                    self.report.leaks.append(leak)

    def _lead_on(self, step: Step, response: Any, content: bytes) -> None:
        """Put everything on the frontier to which an answer leads."""
        page = reading.addresses_in(step.address, response, content)
        for link in page.links:
            self._add(Step("get", link))
        for link in page.posted:
            self._add(Step("post", link, {}))
        for form in page.forms:
            for fill in (self._plain, self._odd):
                values = {one.name: fill(one) for one in form.fields}
                if form.method == "post" and fill == self._plain:
                    seen = self.report.forms.setdefault(name_of(form.action), [])
                    seen += [values] if len(seen) < FORMS_OF_ONE else []
                is_htmx = self.random.random() < HTMX_SHARE
                is_kept = fill == self._plain and self.random.random() < KEPT_SHARE
                self._add(Step(form.method, form.action, values, is_htmx, is_kept))
        if step.method == "get" and response.status_code == 200:
            self._add(Step("get", step.address, is_htmx=True))
            query = self.random.choice(ODD_QUERIES)
            self._add(Step("get", f"{step.address.partition('?')[0]}?{query}"))

    def _plain(self, one: reading.Field) -> Any:
        """Return what a person might fill in."""
        if one.kind == "file":
            return SimpleUploadedFile("a.png", png(), "image/png")
        if one.kind in ("select", "radio", "checkbox"):
            return self.random.choice(one.choices or [one.value])
        if one.value or one.kind in ("hidden", "submit"):
            return one.value
        if one.name == "item":  # any other number may name one, or none, as the run will have it
            return str(self.world.ids["ours"]["item_id"])
        return {"number": "3", "date": "2026-03-01", "email": "a@example.org"}.get(one.kind, "Ash")

    def _odd(self, one: reading.Field) -> Any:
        """Return what nobody should fill in."""
        if one.kind == "file":
            return SimpleUploadedFile("..\x00.zip", b"PK\x03\x04" + bytes(40), "text/html")
        if one.name == "csrfmiddlewaretoken":
            return one.value
        return self.random.choice(ODD_WORDS)


def name_of(address: str) -> str:
    """Return the name of an address, "" where none is routed."""
    return _name_of(settings.ROOT_URLCONF, address.partition("?")[0])


@lru_cache(maxsize=100_000)
def _name_of(urls: str, path: str) -> str:
    try:
        return resolve(path, urls).view_name
    except Resolver404:
        return ""


def _asks_to_sign_in(response: Any) -> bool:
    """Tell whether an answer is the way to the sign-in."""
    where = response.headers.get("Location", "")
    return response.status_code == 401 or "/account/sign-in/?next=" in where


def _told(step: Step) -> str:
    return f"{step.method.upper()} {name_of(step.address)} {step.address[:150]}"


def _seeds(world: World, names: Iterable[str]) -> Iterator[Step]:
    """Yield every address named with the ids of each case, by the methods there are."""
    for name in names:
        for address in addresses(name, world):
            yield Step("get", address)
            yield Step("post", address, {})
        for method in ("put", "delete"):
            yield Step(method, address_of(name, world.ids["ours"]))


def addresses(name: str, world: World) -> list[str]:
    """Return an address with the ids of each case, and with ids of one under another."""
    found = [address_of(name, ids) for ids in world.ids.values()]
    if "case_id" in ROUTED[name]:
        ours = {"case_id": world.ids["ours"]["case_id"]}
        found += [address_of(name, {**ids, **ours}) for ids in world.ids.values()]
    return list(dict.fromkeys(found))


def address_of(name: str, ids: Mapping[str, Any]) -> str:
    """Return an address; an argument for which nothing is planted names nothing."""
    known = {**FIRST, **ids, **planted.arguments(ids, name)}
    for spare in (NO_KEY, NOWHERE, "x"):
        arguments = {one: known.get(one, spare) for one in ROUTED[name]}
        try:
            address = reverse(name, kwargs=arguments)
        except NoReverseMatch:
            continue
        return f"{address}?key={ids['key']}" if name == "analysis:background" else address
    raise NoReverseMatch(f"{name}: an argument of {sorted(ROUTED[name])} is of a new kind")
