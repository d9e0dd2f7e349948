"""Schemathesis over the API, as everyone: the answers are what openapi.json says, and theirs.

Questions are made from the description, right ones and wrong ones; ids are made up, or those
of a case of each agency. The site answers in this process, as a web server would ask it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
import werkzeug
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from haven.site.api import api
from tests.crawl.planted import World
from tests.crawl.walkers import Walker, walkers
from tests.signing_in import let_in

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 10  # of each operation, mode and walker
BOUNDED = hypothesis_settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
EVERYONE = {  # and whether the API shows anything at all; the catalogue to who is signed in
    "north, leads ours": True,
    "north, analyst, worker of ours": True,
    "north, supervisor, reader of ours": True,
    "north, investigator, no place": True,
    "north, administrator, no place": True,
    "north, auditor, no place": True,
    "north, no role, no place": True,
    "south, leads theirs": True,
    "south, auditor, no place": True,
    "south, supervisor, no place": True,
    "anonymous": False,
}
IDS = (
    *("case_id", "item_id", "group_id", "entry_id"),
    *("exhibit_id", "batch_id", "filter_id", "thread"),
    *("lead_id", "decision_id", "search_id", "person_id", "change_id"),
)
CSRF = "c" * 32


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Let a request not close the connection of the test, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@dataclass
class Asker:
    """Somebody who asks, and what they were answered."""

    walker: Walker
    cookies: Mapping[str, str]
    headers: Mapping[str, str]
    client: werkzeug.Client = field(default_factory=lambda: werkzeug.Client(WSGIHandler()))
    met: set[tuple[str, int]] = field(default_factory=set)  # methods with statuses
    leaks: list[str] = field(default_factory=list)


def in_a_browser(walker: Walker) -> Asker:
    """Return a walker in a browser, signed in."""
    cookies = {}
    if walker.member is not None:
        signed_in = let_in(Client(), walker.member).cookies[settings.SESSION_COOKIE_NAME]
        cookies = {signed_in.key: signed_in.value, settings.CSRF_COOKIE_NAME: CSRF}
    return Asker(walker, cookies, {"X-CSRFToken": CSRF})


def ask_everything(world: World, askers: Iterable[Asker]) -> None:
    """Ask every operation as everyone; each question is made once and asked by all in turn."""
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    schema.app = WSGIHandler()

    def ask(operation: Any, mode: GenerationMode) -> Callable[[], None]:
        places = st.sampled_from([None, *world.ids])

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode), owner=places)
        def asked(case: Any, owner: str | None) -> None:
            ids = {name: str(world.ids[owner][name]) for name in IDS} if owner else {}
            case.path_parameters = {
                name: ids.get(name, value) for name, value in (case.path_parameters or {}).items()
            }
            for one in askers:
                case.cookies = dict(one.cookies)  # a case keeps those it was sent with
                answer = case.call(session=one.client, headers=one.headers)
                case.validate_response(answer, checks=CHECKS)
                one.met.add((case.method, answer.status_code))
                one.leaks += [
                    f"{operation.label}: {mark.place} of {mark.owner}"
                    for mark in world.marks.found_in(answer.content)
                    if not one.walker.may_meet(mark)
                ]

        return asked

    for found in schema.get_all_operations():
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            ask(found.ok(), mode)()


def test_the_api_answers_as_it_says_and_tells_nothing_of_others(world: World) -> None:
    askers = {one.name: in_a_browser(one) for one in walkers(world) if one.name in EVERYONE}

    ask_everything(world, askers.values())

    assert {name: one.leaks for name, one in askers.items() if one.leaks} == {}
    statuses = {name: {status for _method, status in one.met} for name, one in askers.items()}
    assert {name: 200 in met for name, met in statuses.items()} == EVERYONE
    assert {name for name, met in statuses.items() if 401 in met} == {"anonymous"}


def test_a_program_is_told_of_the_case_of_its_token_alone(world: World, settings: Any) -> None:
    from haven.workbench.cases import actions as cases
    from haven.workbench.tokens import actions as tokens
    from haven.workbench.tokens.models import Token

    settings.HAVEN_TOKEN_A_MINUTE = 6_000
    walker = next(walkers(world, "north, leads ours"))
    assert walker.member is not None
    now = timezone.now()
    beside = {"by": world.leads["beside"], "at": now}
    cases.add_member(world.ids["beside"]["case_id"], member=walker.member, role="worker", **beside)
    made = tokens.make(
        world.ids["ours"]["case_id"],
        purpose="crawl",
        abilities=list(Token.Ability),
        by=walker.member,
        at=now,
    )

    program = Asker(walker, {}, {"Authorization": f"Bearer {made.secret}"})
    ask_everything(world, [program])

    assert program.leaks == []
    met = program.met
    assert {("GET", 200), ("POST", 200), ("GET", 403)} <= met  # the record is for people
    assert 401 not in {status for _method, status in met}
