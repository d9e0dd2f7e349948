"""Fixtures of the Hub: who is met on its pages beside the cast.

In      the cast
Out     a curator, a provider's member who speaks for nobody yet, browsers of two members
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from haven.accounts.models import Member


@pytest.fixture
def curator(db: None) -> "Member":
    """Return a member of the office that looks after the Hub."""
    from tests.hub import said  # Django is not set up when this file is read

    return said.curator("clara")


@pytest.fixture
def provider(db: None) -> "Member":
    """Return a member of those who make tools."""
    from tests.hub import said

    return said.provider()


@pytest.fixture
def nora(client_of: "Callable[[Member], Client]", north_lead: "Member") -> "Client":
    return client_of(north_lead)


@pytest.fixture
def sani(client_of: "Callable[[Member], Client]", south_lead: "Member") -> "Client":
    return client_of(south_lead)
