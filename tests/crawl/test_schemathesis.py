"""Schemathesis over the API, as everyone: the answers are what openapi.json says, and theirs.

Questions are made from the description, right ones and wrong ones; ids are made up, or those
of a case of each agency. The site answers in this process, as a web server would ask it.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
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


def cookies_of(walker: Walker) -> dict[str, str]:
    """Return the cookies of a browser in which a walker is signed in."""
    if walker.member is None:
        return {}
    client = let_in(Client(), walker.member)
    name = settings.SESSION_COOKIE_NAME
    return {name: client.cookies[name].value, settings.CSRF_COOKIE_NAME: CSRF}


def ask_everything(
    world: World, walker: Walker, *, secret: str = ""
) -> tuple[set[tuple[str, int]], list[str]]:
    """Ask every operation as one walker; return methods with statuses, and the leaks.

    With a token (`secret`) a program asks in the name of the walker.
    """
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    schema.app = WSGIHandler()
    met, leaks = set(), []
    cookies = {} if secret else cookies_of(walker)
    headers = {"Authorization": f"Bearer {secret}"} if secret else {"X-CSRFToken": CSRF}

    def ask(operation: Any, mode: GenerationMode) -> Callable[[], None]:
        places = st.sampled_from([None, *world.ids])

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode), owner=places)
        def asked(case: Any, owner: str | None) -> None:
            ids = {name: str(world.ids[owner][name]) for name in IDS} if owner else {}
            case.path_parameters = {
                name: ids.get(name, value) for name, value in (case.path_parameters or {}).items()
            }
            answer = case.call(cookies=cookies, headers=headers)
            case.validate_response(answer, checks=CHECKS)
            met.add((case.method, answer.status_code))
            for mark in world.marks.found_in(answer.content):
                if not walker.may_meet(mark):
                    leaks.append(f"{operation.label}: {mark.place} of {mark.owner}")

        return asked

    for found in schema.get_all_operations():
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            ask(found.ok(), mode)()
    return met, leaks


@pytest.mark.parametrize("name", EVERYONE)
def test_the_api_answers_as_it_says_and_tells_nothing_of_others(name: str, world: World) -> None:
    walker = next(walkers(world, name))

    met, leaks = ask_everything(world, walker)

    assert leaks == []
    statuses = {status for _method, status in met}
    assert (200 in statuses) == EVERYONE[name]
    assert (401 in statuses) == (walker.member is None)


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

    met, leaks = ask_everything(world, walker, secret=made.secret)

    assert leaks == []
    assert {("GET", 200), ("POST", 200), ("GET", 403)} <= met  # the record is for people
    assert 401 not in {status for _method, status in met}
