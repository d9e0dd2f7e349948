"""Keyset pagination: a window into 100,000 rows that costs the same wherever it lies.

In      a queryset, its order, a cursor from an earlier window
Out     Window: the rows, and cursors to the next and the previous one
Fails   BadCursor (400): the cursor was not made here, or for another order
Why     OFFSET reads all that it skips; a key comparison reads one page
Not     here: counting; a count of everything is a question of its own

The order must end with a unique field, and fields in it must never be NULL.
"""

import base64
import binascii
import datetime as dt
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from haven.web.errors import BadInput

Row = TypeVar("Row", bound=Model)

MAX_CURSOR_LENGTH = 1000  # characters; a cursor of ours is under 200


class BadCursor(BadInput):
    """The cursor was not made by this program, or for another order."""

    code = "web.bad_cursor"


@dataclass(frozen=True, slots=True)
class Window(Generic[Row]):
    """A page of rows. A cursor is None where the list ends."""

    rows: list[Row]
    next_cursor: str | None
    previous_cursor: str | None

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Any:
        return iter(self.rows)


def window(
    queryset: QuerySet[Row],
    *,
    order: Sequence[str] = ("-pk",),
    after: str | None = None,
    size: int = 60,
) -> Window[Row]:
    """Return one page of a queryset.

    Args:
        queryset: Rows to page through; its own order is replaced.
        order: Field names, each with "-" for falling; the last one is unique.
        after: A cursor of an earlier window with the same order (next or previous); None
            or empty for the first page.
        size: Rows on a page.

    Raises:
        BadCursor: The cursor does not fit.
    """
    backward, keys = _read(after, order) if after else (False, None)
    walk = [_turned(field) for field in order] if backward else list(order)
    rows_qs = queryset.order_by(*walk)
    if keys is not None:
        rows_qs = _filtered(rows_qs, walk, keys)
    found = list(rows_qs[: size + 1])
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    has_next, has_previous = (True, more) if backward else (more, keys is not None)
    if not found:
        return Window([], None, None)
    return Window(
        rows=found,
        next_cursor=_written(found[-1], order, backward=False) if has_next else None,
        previous_cursor=_written(found[0], order, backward=True) if has_previous else None,
    )


def last(queryset: QuerySet[Row], *, order: Sequence[str], size: int = 60) -> Window[Row]:
    """Return the last page of a queryset, with the same cursors as window()."""
    found = list(queryset.order_by(*map(_turned, order))[: size + 1])
    more, found = len(found) > size, found[:size][::-1]
    return Window(found, None, _written(found[0], order, backward=True) if more else None)


def _filtered(queryset: QuerySet[Row], order: Sequence[str], keys: Sequence[Any]) -> QuerySet[Row]:
    """Keep the rows that come strictly after the keys.

    For (a, b) this is a ≥ A AND (a > A OR (a = A AND b > B)): the first part is implied
    by the second and is there so that PostgreSQL begins its index scan at A.

    Raises:
        BadCursor: A key has a type that its field does not take.
    """
    beyond = Q()
    equal: dict[str, Any] = {}
    for field, key in zip(order, keys, strict=True):
        name, comparison = field.lstrip("-"), "lt" if field.startswith("-") else "gt"
        beyond |= Q(**equal, **{f"{name}__{comparison}": key})
        equal[name] = key
    first, comparison = order[0].lstrip("-"), "lte" if order[0].startswith("-") else "gte"
    try:
        return queryset.filter(Q(**{f"{first}__{comparison}": keys[0]}), beyond)
    except (TypeError, ValueError, OverflowError, ValidationError) as error:
        raise BadCursor("a key of the cursor does not fit its field") from error


def _turned(field: str) -> str:
    """Return the field with the opposite direction."""
    return field[1:] if field.startswith("-") else f"-{field}"


def _written(row: Model, order: Sequence[str], *, backward: bool) -> str:
    """Return a cursor that stands at a row."""
    keys = [_plain(_value(row, field.lstrip("-"))) for field in order]
    written = json.dumps([",".join(order), int(backward), keys], separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _value(row: Model, name: str) -> Any:
    """Return a field's value; relations are followed with two underscores."""
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part)
    return value


def _plain(value: Any) -> Any:
    """Return a JSON value for a key."""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _is_key(value: object) -> bool:
    """Tell whether a value can be compared with a column: no NaN, no infinity, no zero byte."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, bool | int) or (isinstance(value, str) and "\0" not in value)


def _read(cursor: str, order: Sequence[str]) -> tuple[bool, list[Any]]:
    """Return the direction and the keys of a cursor.

    Raises:
        BadCursor: Not ours, or for another order.
    """
    if len(cursor) > MAX_CURSOR_LENGTH:
        raise BadCursor(f"the cursor is longer than {MAX_CURSOR_LENGTH} characters")
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        made_for, backward, keys = json.loads(base64.b64decode(padded, "-_", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise BadCursor("the cursor cannot be read") from error
    fits = made_for == ",".join(order) and isinstance(keys, list) and len(keys) == len(order)
    if not fits or not all(map(_is_key, keys)):
        raise BadCursor("the cursor was made for another order")
    return bool(backward), keys
