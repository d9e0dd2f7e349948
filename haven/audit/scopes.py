"""Scopes: what the record has to be told about a reader by the parts above it.

In      functions that haven.site registers at the start
Out     the cases a reader works on, and the colleagues a reader may follow
Fails   closed: nothing registered means no case and nobody
Why     the record lies below members and cases and imports neither
Not     here: who may read (queries.py)
"""

from collections.abc import Callable, Mapping
from typing import Protocol


class Reader(Protocol):
    """Whoever reads the record: a member with an agency and roles."""

    pk: int
    agency_id: int
    roles: list[str]


Named = Callable[[Reader], Mapping[int, str]]

_known: dict[str, Named] = {}


def register(*, cases: Named, people: Named) -> None:
    """Say how to find a reader's own cases (key: number) and colleagues (key: name)."""
    _known.update(cases=cases, people=people)


def cases_of(reader: Reader) -> Mapping[int, str]:
    """Return the numbers of the cases a reader works on, by key."""
    return _known["cases"](reader) if "cases" in _known else {}


def people_of(reader: Reader) -> Mapping[int, str]:
    """Return the names of a reader's colleagues, by key."""
    return _known["people"](reader) if "people" in _known else {}
