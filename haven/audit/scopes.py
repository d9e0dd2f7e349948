"""Scopes: what the record has to be told about a reader by the parts above it.

In      functions that haven.site registers at the start
Out     the cases a reader works on, the colleagues a reader may follow, and whether a fresh
        second factor has to be asked for
Fails   closed: nothing registered means no case, nobody, and NotAllowed
Why     the record lies below members and cases and imports neither
Not     here: who may read (queries.py)
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from django.http import HttpRequest, HttpResponse

from haven.web.errors import NotAllowed


class Reader(Protocol):
    """Whoever reads the record: a member with an agency and roles."""

    pk: int
    agency_id: int
    roles: list[str]


Named = Callable[[Reader], Mapping[int, str]]
AskAgain = Callable[[HttpRequest], HttpResponse | None]

_named: dict[str, Named] = {}
_asking: list[AskAgain] = []


def register(*, cases: Named, people: Named, ask_again: AskAgain) -> None:
    """Say what the record cannot know.

    Args:
        cases: A reader's own cases, key and number.
        people: A reader's colleagues, key and name.
        ask_again: For a request, the way to a fresh second factor; None where it is fresh.
    """
    _named.update(cases=cases, people=people)
    _asking[:] = [ask_again]


def cases_of(reader: Reader) -> Mapping[int, str]:
    """Return the numbers of the cases a reader works on, by key."""
    return _named["cases"](reader) if "cases" in _named else {}


def people_of(reader: Reader) -> Mapping[int, str]:
    """Return the names of a reader's colleagues, by key."""
    return _named["people"](reader) if "people" in _named else {}


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """Return the way to a fresh second factor, or None where there is one.

    Raises:
        NotAllowed: Nobody said how to ask.
    """
    if not _asking:
        raise NotAllowed("nobody said how to ask for a second factor")
    return _asking[0](request)
