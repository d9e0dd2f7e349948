"""Fixtures of members: an agency with a domain and people in each role."""

from typing import TYPE_CHECKING

import pytest

from tests.accounts import people

if TYPE_CHECKING:
    from haven.accounts.models import Agency, Member


@pytest.fixture
def west(db: None) -> "Agency":
    """Return an agency whose domain is verified."""
    return people.agency("West", domain="west.example")


@pytest.fixture
def admin(west: "Agency") -> "Member":
    """Return the administrator of the west agency."""
    return people.member("Astrid", west, "administrator")


@pytest.fixture
def second_admin(west: "Agency") -> "Member":
    """Return another administrator of the west agency."""
    return people.member("Bo", west, "administrator")


@pytest.fixture
def officer(west: "Agency") -> "Member":
    """Return an investigator of the west agency, who supervises."""
    return people.member("Olav", west, "investigator", "supervisor")


@pytest.fixture
def curator(db: None) -> "Member":
    """Return a curator, of an office of its own."""
    return people.member("Clara", people.agency("Office", kind="international"), "curator")


@pytest.fixture
def provider(db: None) -> "Agency":
    """Return a provider of tools."""
    return people.agency("Tools", kind="provider", domain="tools.example")
