"""Access by role: what the table says, and that the site keeps to it."""

from typing import TYPE_CHECKING

import pytest

from haven.accounts import access
from haven.accounts.access import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from haven.accounts.models import Member


def test_every_rule_of_an_address_is_a_rule() -> None:
    assert set(access.PAGES.values()) <= {
        access.OPEN,
        access.SIGNED_IN,
        access.ENROLMENT,
        *access.MAY,
    }


def test_an_address_that_no_table_names_is_closed(north_lead: "Member") -> None:
    north_lead.roles = list(Role)

    assert not access.opens(north_lead, "nowhere:page")


@pytest.mark.parametrize("roles", [[], [Role.AUDITOR], [Role.ADMINISTRATOR], [Role.CURATOR]])
def test_a_role_without_casework_opens_no_case(
    roles: list[Role], north_lead: "Member", client_of: "Callable[[Member], Client]"
) -> None:
    north_lead.roles = roles
    north_lead.save()

    answer = client_of(north_lead).get("/cases/")

    assert answer.status_code == 403
    assert "web.not_allowed" in answer.content.decode()


def test_a_change_of_roles_takes_effect_at_once(
    north_lead: "Member", client_of: "Callable[[Member], Client]"
) -> None:
    client = client_of(north_lead)
    before = client.get("/cases/").status_code
    north_lead.roles = []
    north_lead.save()

    assert (before, client.get("/cases/").status_code) == (200, 403)
