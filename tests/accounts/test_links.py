"""One-time links: they open one thing, once, for a while, and the table opens nothing."""

import datetime as dt

import pytest

from haven.accounts.one_time_links import actions as links
from haven.accounts.one_time_links.models import OneTimeLink
from tests.accounts.people import NOW

HOUR = dt.timedelta(hours=1)
Purpose = links.Purpose
pytestmark = pytest.mark.django_db


def make(subject_id: int = 7, purpose: str = Purpose.INVITATION) -> OneTimeLink:
    return links.make(purpose, subject_id, at=NOW, hours=24)


class TestALink:
    def test_is_found_by_its_code_as_often_as_one_looks(self) -> None:
        link = make()

        for _ in range(3):
            assert links.find(links.code(link), Purpose.INVITATION, at=NOW) == link

    def test_works_once(self) -> None:
        link = make()
        links.use(links.find(links.code(link), Purpose.INVITATION, at=NOW, lock=True), at=NOW)

        with pytest.raises(links.LinkEnded):
            links.find(links.code(link), Purpose.INVITATION, at=NOW)

    def test_ends_with_its_time(self) -> None:
        link = make()

        assert links.find(links.code(link), Purpose.INVITATION, at=NOW + 23 * HOUR)
        with pytest.raises(links.LinkEnded):
            links.find(links.code(link), Purpose.INVITATION, at=NOW + 24 * HOUR)

    def test_opens_nothing_else(self) -> None:
        link = make()

        with pytest.raises(links.LinkEnded):
            links.find(links.code(link), Purpose.TERMS, at=NOW)

    def test_ends_when_a_new_one_is_made_for_the_same_thing(self) -> None:
        first, other, second = make(), make(subject_id=8), make()

        with pytest.raises(links.LinkEnded):
            links.find(links.code(first), Purpose.INVITATION, at=NOW)
        for link in (other, second):
            assert links.find(links.code(link), Purpose.INVITATION, at=NOW)

    @pytest.mark.parametrize(
        "wrong",
        ["", "x", "0" * 96, "é" * 96, "%00", "-" * 400],
    )
    def test_is_not_found_by_nonsense(self, wrong: str) -> None:
        make()

        with pytest.raises(links.LinkEnded):
            links.find(wrong, Purpose.INVITATION, at=NOW)

    def test_is_not_found_by_its_id_with_the_seal_of_another(self) -> None:
        one, other = make(subject_id=1), make(subject_id=2)
        mixed = links.code(one)[:32] + links.code(other)[32:]

        with pytest.raises(links.LinkEnded):
            links.find(mixed, Purpose.INVITATION, at=NOW)

    def test_cannot_be_made_longer_lived_in_the_table(self) -> None:
        link = make()
        code = links.code(link)
        OneTimeLink.objects.filter(pk=link.pk).update(expires_at=NOW + 1000 * HOUR)

        with pytest.raises(links.LinkEnded):
            links.find(code, Purpose.INVITATION, at=NOW)

    def test_leaves_no_code_in_the_table(self) -> None:
        link = make()
        seal = links.code(link)[32:]

        row = str(list(OneTimeLink.objects.values()))

        assert seal not in row
        assert len(seal) == 64
