"""Readers of the record: what haven.audit cannot know about them, told at the start.

In      a member who reads the record, a request
Out     his own cases by number, his colleagues by name, the way to a fresh second factor
Why     the record lies below members and cases; the site knows everyone
Not     here: who may read what (audit/queries.py)
"""

from collections.abc import Mapping
from typing import cast

from django.http import HttpRequest, HttpResponse

from haven.accounts import factors, step_up
from haven.accounts.models import Member
from haven.accounts.queries import all_of_agency
from haven.audit.scopes import Reader
from haven.workbench.cases import queries as case_queries


def cases(reader: Reader) -> Mapping[int, str]:
    """Return key and number of the cases a reader works on."""
    found = case_queries.visible_to(cast(Member, reader))
    return dict(found.values_list("pk", "number"))


def people(reader: Reader) -> Mapping[int, str]:
    """Return key and name of the members of a reader's agency, those who left too."""
    return dict(all_of_agency(cast(Member, reader)).values_list("pk", "display_name"))


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """Return the way to a second factor, or None where one was given lately."""
    return None if factors.are_fresh(request) else step_up.ask(request)
