"""Words of the record: what an entry holds in fixed words is read in plain ones."""

from collections.abc import Callable

from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from haven.accounts.access import Role
from haven.accounts.models import Agency, Member
from haven.audit import words
from haven.audit.actions import record
from haven.audit.models import Event
from tests.accounts import people


def test_roles_read_as_they_do_among_the_members() -> None:
    for language in ("en", "ar"):
        with override(language):
            assert {one: words.role(one) for one in words.ROLES} == {
                role.value: str(role.label) for role in Role
            }


def test_an_entry_shows_no_fixed_word_where_there_is_a_plain_one(
    north: Agency, north_lead: Member, client_of: Callable[[Member], Client]
) -> None:
    auditor = people.member("Aud", north, "auditor")
    with transaction.atomic():
        record(
            "member.change_roles",
            actor=north_lead,
            target=auditor,
            at=timezone.now(),
            given=["analyst"],
            taken=[],
            odd_fact=True,
        )
    key = Event.objects.get(verb="member.change_roles").public_id

    page = (
        client_of(auditor)
        .get(f"/record/entries/{key}/")
        .content.decode()
        .partition("<details>")[0]
    )

    assert "<dt>Roles given</dt><dd><bdi>victim identification analyst</bdi></dd>" in page
    assert "Roles taken" not in page  # none
    assert "<dt><code>odd_fact</code></dt><dd><bdi>yes</bdi></dd>" in page  # known to nobody
    assert "(investigator)" in page
    assert "the program" in page
    assert f">member {auditor.pk}<" in page


def test_an_entry_of_another_version_is_shown_as_it_is() -> None:
    assert words.thing("gone.model", "7") == "model 7"
    assert words.thing("", "") == ""
    assert words.role("queen") == "queen"
    assert words.door("pigeon") == "pigeon"
