"""Keyset windows: every row once, in order, forwards and back."""

import base64
import contextlib
import json

import pytest

from haven.accounts.models import Agency, Member
from haven.web.keyset import BadCursor, window

ORDER = ("-display_name", "pk")


@pytest.fixture
def members(north: Agency) -> list[Member]:
    """Return eleven members, several with the same name, in the order of ORDER."""
    for number in range(11):
        Member.objects.create(
            username=f"m{number:02}", display_name=f"Name {number % 3}", agency=north
        )
    return list(Member.objects.order_by(*ORDER))


def forwards(size: int) -> list[list[Member]]:
    pages, after = [], None
    while True:
        found = window(Member.objects.all(), order=ORDER, after=after, size=size)
        pages.append(found.rows)
        after = found.next_cursor
        if after is None:
            return pages


@pytest.mark.parametrize("size", [1, 3, 4, 11, 50])
def test_pages_show_every_row_once_and_in_order(members: list[Member], size: int) -> None:
    pages = forwards(size)

    assert [row for page in pages for row in page] == members
    assert all(len(page) == size for page in pages[:-1])


def test_going_back_shows_the_same_page_again(members: list[Member]) -> None:
    first = window(Member.objects.all(), order=ORDER, size=4)
    second = window(Member.objects.all(), order=ORDER, size=4, after=first.next_cursor)
    third = window(Member.objects.all(), order=ORDER, size=4, after=second.next_cursor)

    back = window(Member.objects.all(), order=ORDER, size=4, after=third.previous_cursor)
    back_again = window(Member.objects.all(), order=ORDER, size=4, after=back.previous_cursor)

    assert back.rows == second.rows
    assert back_again.rows == first.rows
    assert back_again.previous_cursor is None
    assert back_again.next_cursor is not None


def test_the_first_and_only_page_has_no_cursors(members: list[Member]) -> None:
    only = window(Member.objects.all(), order=ORDER, size=11)

    assert (only.next_cursor, only.previous_cursor) == (None, None)


def test_nothing_found_is_an_empty_window(north: Agency) -> None:
    assert not window(Member.objects.all(), order=ORDER)


def test_a_row_added_before_the_window_does_not_move_it(
    members: list[Member], north: Agency
) -> None:
    first = window(Member.objects.all(), order=ORDER, size=4)
    Member.objects.create(username="new", display_name="Name 9", agency=north)

    second = window(Member.objects.all(), order=ORDER, size=4, after=first.next_cursor)

    assert second.rows == members[4:8]


@pytest.mark.parametrize(
    "cursor",
    ["x", "é", "AAAA", "W10", "bnVsbA", "W1tdLDAsW11d", "a" * 2000, "WyJwayIsMCxbW11dXQ"],
)
def test_a_cursor_that_is_not_ours_is_a_bad_request(db: None, cursor: str) -> None:
    with pytest.raises(BadCursor):
        window(Member.objects.all(), order=ORDER, after=cursor)


def test_a_cursor_of_another_order_is_refused(members: list[Member]) -> None:
    cursor = window(Member.objects.all(), order=("pk",), size=2).next_cursor

    with pytest.raises(BadCursor):
        window(Member.objects.all(), order=ORDER, after=cursor)


def test_a_key_of_another_type_is_refused(members: list[Member]) -> None:
    with pytest.raises(BadCursor):
        window(Member.objects.all(), order=ORDER, after=forged(["Name 1", "no number"]))


@pytest.mark.parametrize(
    ("order", "keys"),
    [
        (ORDER, ["Name\0", 1]),
        (ORDER, ["Name 1", float("nan")]),
        (ORDER, ["Name 1", float("inf")]),
        (ORDER, ["Name 1", -1e308]),
        (ORDER, [[[]], 1]),
        (("date_joined", "pk"), ["yesterday", 1]),
        (("date_joined", "pk"), [1, 1]),
    ],
)
def test_a_key_that_no_database_can_compare_is_refused_or_finds_nothing(
    members: list[Member], order: tuple[str, ...], keys: list[object]
) -> None:
    with contextlib.suppress(BadCursor):
        window(Member.objects.all(), order=order, after=forged(keys, order))


def forged(keys: list[object], order: tuple[str, ...] = ORDER) -> str:
    """Return a cursor with keys that no page of ours has written."""
    written = json.dumps([",".join(order), 0, keys]).encode()
    return base64.urlsafe_b64encode(written).decode()


def test_a_page_reads_one_page_of_rows(
    members: list[Member], django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        window(Member.objects.all(), order=ORDER, size=4)
