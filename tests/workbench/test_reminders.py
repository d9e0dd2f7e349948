"""Letters about the dates of cases: to whom, how often, and that they hold nothing of a case."""

from datetime import timedelta

import pytest
from django.utils import timezone

from haven.accounts.mail import sending
from haven.accounts.mail.models import Letter
from haven.accounts.models import Member
from haven.workbench.cases import clocks
from haven.workbench.cases.models import Clock

TODAY = timezone.localdate()


@pytest.fixture
def readers(north, south, north_lead):
    """Return who should get a letter: who answers for the case, and the supervisor."""
    north_lead.email = "lead@north.example"
    north_lead.save()
    made = {"lead": north_lead}
    for name, agency, roles, is_active in (
        ("super", north, ["supervisor"], True),
        ("gone", north, ["supervisor"], False),
        ("clerk", north, ["administrator"], True),
        ("far", south, ["supervisor"], True),
    ):
        made[name] = Member.objects.create_user(
            username=name,
            password=None,
            display_name=name.title(),
            email=f"{name}@{'south' if agency is south else 'north'}.example",
            agency=agency,
            roles=roles,
            is_active=is_active,
        )
    made["super"].language = "de"
    made["super"].save()
    return made


def remind(case, days):
    Clock.objects.filter(case=case).update(keep_until=TODAY + timedelta(days=days))
    clocks.remind(today=TODAY)
    return list(Letter.objects.order_by("to_address").values_list("to_address", "kind"))


def test_one_goes_to_who_answers_and_one_to_each_supervisor_once_per_step(case, readers):
    first = remind(case, 29)
    again = remind(case, 28)

    assert first == again
    assert first == [
        ("lead@north.example", "retention_near"),
        ("super@north.example", "retention_near"),
    ]
    assert len(remind(case, 6)) == 4


def test_they_say_that_the_date_has_passed_and_name_no_case(case, readers):
    kinds = {kind for _address, kind in remind(case, -1)}

    assert kinds == {"retention_overdue"}
    for letter in Letter.objects.all():
        subject, body = sending.text_of(letter)
        assert case.number not in subject + body
        assert case.name not in subject + body
        assert str(case.public_id) not in subject + body
        assert letter.facts["until"] in body
    german = Letter.objects.get(to_address="super@north.example")
    assert german.language == "de"


def test_one_who_answers_and_left_gets_none(case, readers, north_lead):
    Member.objects.filter(pk=north_lead.pk).update(is_active=False)

    assert [address for address, _kind in remind(case, 1)] == ["super@north.example"]
