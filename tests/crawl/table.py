"""Table: what everyone is answered at every address, as a page for people.

In      a World
Out     docs/security/access.md, from really asking; never from what the code says it does
Fails   OddAnswer: an answer that is neither shown, refused, not there nor sign-in
Why     the table that a court or a data protection officer reads has to be true
Not     here: whether it should be so (haven/accounts/access.py, the tests of each part)

A form is sent as the page that holds it would be, filled plainly, the same for everyone;
what it changed is undone after each answer.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLResolver, get_resolver

from haven.accounts import access
from haven.accounts.access import CASEWORKERS, Role
from tests.crawl import walk, walkers
from tests.crawl.planted import World
from tests.crawl.planted import member as planted_member
from tests.signing_in import let_in
from tests.site.test_every_url import DESK, ROUTED

OPEN, REFUSED, NOT_THERE, SIGN_IN = "open", "refused", "not there", "sign-in"
ANSWERS = {200: OPEN, 302: OPEN, 400: OPEN, 409: OPEN, 422: OPEN, 403: REFUSED, 404: NOT_THERE}
WHO = ("nobody", "another agency", "no place", "reads", "works", "leads")
PLACES = {"reads": "reader", "works": "worker", "leads": "lead"}
FRESH_S = 86_400  # a factor stays fresh meanwhile: that one grows old is tested elsewhere
FORMS_SEED = 4711
FORMS_REQUESTS = {("leads", Role.SUPERVISOR): 1000, ("no place", Role.ADMINISTRATOR): 300}

HEAD = """# Who may do what

`scripts/access_table.py` writes this page: it signs in as everyone below and asks every address
of Haven about a case of one agency, by reading (GET) and by sending its form (POST). A test asks
again and fails when the page is not true any more. Do not edit it; run the script.

| answer | means |
| --- | --- |
| **open** | the page is shown, or the form is taken and weighed |
| refused | 403: no role opens the address, or the place on the case does not allow the act |
| not there | 404: not there, or not the member's; the two look the same |
| sign-in | the way to the sign-in; from the API the status 401 |

| who | is |
| --- | --- |
| nobody | not signed in |
| another agency | a member of another agency who has every role that an agency gives |
| no place | a colleague in the agency of the case who has no place on it, by role |
| reads, works, leads | a colleague with that place: investigator, analyst or supervisor |

A role alone opens no case; who leads a case gives a place on it, and to caseworkers alone. What a
role may do is decided in one table, `haven/accounts/access.py`; what a place allows, in
`haven/workbench/cases/queries.py`. Beyond these answers a session needs a second factor, what
weighs more a fresh one, and the database keeps cases apart by itself (row-level security).

Outside a case, "open" means the asker's own: an administrator of another agency sees the members
of that agency. Some things belong to one member and are there for nobody else, not even on the
same case: a background that was asked for, a picture brought to search with, ending a search.
Nobody who asked had a passkey, a code app, the link of a letter or a signed checkpoint; those are
not there.

The editors' desk of the Hub, `/hub/desk/`, is Wagtail's and has addresses of its own. One rule
holds for all of them: a curator is let in, every other member is refused, and nobody gets further
than the sign-in of Haven. The rest of Wagtail leads nowhere. `tests/hub/test_desk.py` asks all.
"""


class OddAnswer(AssertionError):
    """An address answered with something this page has no word for."""


@dataclass(frozen=True)
class Asker:
    """Someone who asks every address."""

    column: str  # of WHO
    role: str
    member: Any


def page(world: World) -> str:
    """Return docs/security/access.md."""
    with override_settings(HAVEN_FRESH_FACTOR_S=FRESH_S):
        answers = asked(world, list(askers(world)))
    kinds = _kinds(answers)
    lines = [HEAD, "## Kinds of addresses\n", f"| kind | {' | '.join(WHO)} |"]
    lines.append("| --- " * (len(WHO) + 1) + "|")
    lines += [f"| **{letter}** | {' | '.join(cells)} |" for cells, letter in kinds.items()]
    lines += ["", "## Every address\n"]
    written = dict(routes())
    for area in sorted({_area(written[name]) for name, _method in answers}):
        lines += [
            f"### {area}\n",
            "| address | method | rule | kind |",
            "| --- | --- | --- | --- |",
        ]
        rows = {  # two names may have one address
            f"| `{written[name]}` | {method} | {access.PAGES[name]} | {kinds[cells]} |"
            for (name, method), cells in answers.items()
            if _area(written[name]) == area
        }
        lines += sorted(rows)
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def askers(world: World) -> Iterator[Asker]:
    """Yield everyone who asks."""
    yield Asker("nobody", "", None)
    roles = sorted(set(Role) - {Role.CURATOR, Role.PROVIDER})
    everything = planted_member(world.marks, world.south, "south", "everything", roles)
    yield Asker("another agency", "", everything)
    for role in [*Role, walkers.NO_ROLE]:
        yield Asker("no place", role, walkers.outside(world, role).member)
    for column, place in PLACES.items():
        for role in sorted(CASEWORKERS):
            yield Asker(column, role, walkers.on_our_case(world, role, place).member)


def asked(world: World, everyone: list[Asker]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return for each address and method a cell for each of WHO; unknown methods left out."""
    forms = _forms(world, everyone)
    answers: dict[tuple[str, str], tuple[str, ...]] = {}
    # Who may most asks first: they are told that a method is not taken, others are refused.
    clients = [(asker, _client(asker)) for asker in reversed(everyone)]
    for name in sorted(ROUTED):
        for method in ("GET", "POST"):
            address = walk.address_of(name, world.ids["ours"])
            body = forms.get(name, {"form": "1"})
            given = []
            for asker, client in clients:
                answer = _answer(client, method, address, body)
                if answer is None:  # the method is not taken here, whoever asks
                    break
                given.append((asker, answer))
            else:
                answers[name, method] = tuple(_cell(given[::-1], column) for column in WHO)
    return answers


def _answer(client: Client, method: str, address: str, body: Mapping[str, Any]) -> str | None:
    """Return the word for an answer, None where the method is not taken; undo what it did.

    Raises:
        OddAnswer: There is no word for it.
    """
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        if method == "POST":
            response = client.post(address, {name: _again(one) for name, one in body.items()})
        else:
            response = client.get(address)
        transaction.set_rollback(True)
    client.cookies = cookies  # it may have signed out, or changed the language
    if response.status_code == 405:
        return None
    if response.status_code == 401 or "/sign-in/?next=" in response.headers.get("Location", ""):
        return SIGN_IN
    if response.status_code not in ANSWERS:
        raise OddAnswer(f"{method} {address}: {response.status_code}")
    return ANSWERS[response.status_code]


def _again(value: Any) -> Any:
    """Return a value of a form to be sent once more."""
    if hasattr(value, "seek"):
        value.seek(0)
    return value


def _client(asker: Asker) -> Client:
    client = Client(raise_request_exception=False)
    return let_in(client, asker.member) if asker.member else client


def _forms(world: World, everyone: list[Asker]) -> dict[str, Mapping[str, Any]]:
    """Return the forms that those who may most are shown, plainly filled, by address.

    Of several the first that leads somewhere: a form may name what was made on the way to it,
    and that is gone with the walk.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for asker in everyone:
        most = FORMS_REQUESTS.get((asker.column, asker.role))
        if most:
            walker = walkers.Walker(f"{asker.role}, {asker.column}", asker.member)
            way = walk.Walk(world, walker, seed=FORMS_SEED, known=(), reads_alone=True)
            shown = way.go(most).forms
            client = _client(asker)
            for name in shown.keys() & ROUTED.keys():
                address = walk.address_of(name, world.ids["ours"])
                found[name] = next(
                    (
                        one
                        for one in shown[name]
                        if _answer(client, "POST", address, one) != NOT_THERE
                    ),
                    shown[name][0],
                )
    return found


def _cell(given: list[tuple[Asker, str]], column: str) -> str:
    """Return what one kind of asker is answered; by role where roles differ."""
    mine = [(asker.role, answer) for asker, answer in given if asker.column == column]
    words = list(dict.fromkeys(answer for _role, answer in mine))
    words.sort(key=(OPEN, NOT_THERE, SIGN_IN, REFUSED).index)
    if not words:
        return "—"
    if len(words) == 1:
        return _strong(words[0])
    *first, last = words
    said = [f"{_strong(word)}: {', '.join(r for r, w in mine if w == word)}" for word in first]
    return "; ".join([*said, f"{_strong(last)}: others"])


def _strong(word: str) -> str:
    return f"**{word}**" if word == OPEN else word


def _kinds(answers: Mapping[tuple[str, str], tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Return a letter for each row of cells, the most frequent first."""
    counted = Counter(answers.values())
    rows = sorted(counted, key=lambda cells: (-counted[cells], cells))
    return {cells: f"K{number}" for number, cells in enumerate(rows, start=1)}


def _area(route: str) -> str:
    """Return the heading under which an address stands."""
    first, _slash, rest = route.strip("/").partition("/")
    if first == "cases" and "{case_id}" in rest:
        return "/cases/{case_id}/"
    return f"/{first}/" if first else "/"


def routes(patterns: Any = None, space: str = "", before: str = "/") -> Iterator[tuple[str, str]]:
    """Yield the name of every address and how it is written; the desk's are in HEAD."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if str(one.pattern) == DESK:
            continue
        route = before + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(one.pattern))
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, one.namespace or space, route)
        else:
            yield f"{space}:{one.name}" if space else str(one.name), route
