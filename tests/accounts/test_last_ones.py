"""The last one stays, also where two go at the same moment; and a year that ended meanwhile."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from haven.accounts.agencies import actions as agencies
from haven.accounts.members import actions, returning, yearly
from haven.accounts.members.actions import LastOne, WrongState
from haven.accounts.models import Agency, Member
from haven.web.errors import NotAllowed, WebError
from tests.accounts import people
from tests.accounts.people import NOW, REASON, code_in, send_letters

Act = Callable[[], object]
ClientOf = Callable[[Member], Client]
DAY = dt.timedelta(days=1)


def at_once(*acts: Act) -> list[type[Exception] | None]:
    """Do acts in transactions of their own, at the same moment; return how each ended."""
    ended: list[type[Exception] | None] = []
    start = threading.Barrier(len(acts))

    def do(act: Act) -> None:
        start.wait()
        try:
            act()
            ended.append(None)
        except WebError as error:
            ended.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=[act]) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return ended


@pytest.mark.django_db(transaction=True)
class TestTwoWhoGoAtOnce:
    @pytest.fixture
    def slow(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let both look before either has gone, as on a bad day."""
        from time import sleep

        shut_out = actions.shut_out

        def later(*args: object, **more: object) -> None:
            sleep(0.3)
            shut_out(*args, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(actions, "shut_out", later)

    def test_leave_a_curator_though_they_are_of_two_agencies(self, slow: None) -> None:
        two = [people.member(name, people.agency(name), "curator") for name in ("Ann", "Ben")]

        ended = at_once(*[lambda by=by: actions.leave(reason=REASON, by=by, at=NOW) for by in two])

        assert sorted(map(str, ended)) == sorted(map(str, [None, LastOne]))
        assert Member.objects.filter(is_active=True).count() == 1

    def test_leave_an_administrator(self, slow: None, admin: Member, second_admin: Member) -> None:
        ended = at_once(
            lambda: actions.leave(reason=REASON, by=admin, at=NOW),
            lambda: actions.has_left(admin.pk, reason=REASON, by=second_admin, at=NOW),
            lambda: actions.leave(reason=REASON, by=second_admin, at=NOW),
        )

        assert None in ended
        assert Member.objects.filter(is_active=True).count() == 1

    def test_do_not_shut_out_each_other(
        self, slow: None, admin: Member, second_admin: Member
    ) -> None:
        ended = at_once(
            lambda: actions.suspend(admin.pk, reason=REASON, by=second_admin, at=NOW),
            lambda: actions.suspend(second_admin.pk, reason=REASON, by=admin, at=NOW),
        )

        assert sorted(map(str, ended)) == sorted(map(str, [None, NotAllowed]))
        assert Member.objects.filter(is_active=True).count() == 1

    def test_do_not_shut_out_each_other_s_agency(self) -> None:
        ann, ben = (people.member(name, people.agency(name), "curator") for name in ("Ann", "Ben"))

        ended = at_once(
            *[
                lambda by=by, of=of: agencies.set_status(
                    of.agency_id, status="suspended", reason=REASON, by=by, at=NOW
                )
                for by, of in ((ann, ben), (ben, ann))
            ]
        )

        assert sorted(map(str, ended)) == sorted(map(str, [None, NotAllowed]))
        assert Agency.objects.filter(status="active").count() == 1


def test_the_last_curator_is_not_paused_by_the_year(curator: Member) -> None:
    Member.objects.filter(pk=curator.pk).update(verified_until=(NOW - DAY).date())

    yearly.sweep(at=NOW)

    curator.refresh_from_db()
    assert curator.is_active


class TestComingBackAfterTheYear:
    @pytest.fixture
    def away(self, admin: Member, officer: Member) -> Member:
        """Return a member who left, and whose year has ended meanwhile."""
        actions.has_left(officer.pk, reason=REASON, by=admin, at=NOW - 40 * DAY)
        Member.objects.filter(pk=officer.pk).update(verified_until=(NOW - DAY).date())
        send_letters()
        return officer

    def test_waits_for_the_own_address_and_for_nothing_else(
        self, away: Member, admin: Member
    ) -> None:
        returning.reactivate(away.pk, reason="Came back", by=admin, at=NOW)

        away.refresh_from_db()
        assert (away.status, away.is_active) == ("suspended", False)
        (letter,) = send_letters()
        assert letter.to == [away.email]
        with pytest.raises(WrongState):
            returning.reactivate(away.pk, reason="Again", by=admin, at=NOW)
        yearly.confirm_address(code_in(letter), at=NOW)

        away.refresh_from_db()
        assert (away.status, away.is_active) == ("active", True)
        assert away.verified_until == (NOW + 365 * DAY).date()

    def test_is_said_to_who_opens_the_access(
        self, away: Member, admin: Member, client_of: ClientOf
    ) -> None:
        answer = client_of(admin).post(
            f"/members/{away.pk}/reactivate/", {"reason": "Came back"}, follow=True
        )

        assert "once the member confirms the address" in answer.content.decode()
        assert "Access is open again." not in answer.content.decode()

    def test_is_at_once_within_the_year(self, away: Member, admin: Member) -> None:
        Member.objects.filter(pk=away.pk).update(verified_until=NOW.date())

        returning.reactivate(away.pk, reason="Came back", by=admin, at=NOW)

        away.refresh_from_db()
        assert away.is_active
