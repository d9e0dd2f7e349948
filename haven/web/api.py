"""API kit: what every address of the API shares, without a domain.

In      a keyset window, the errors of errors.py
Out     the schemas Failed and Rows; FAILURES, what any address may be answered with, and
        REFUSALS, what one that changes something may be as well; texts that can be kept
Why     one shape for lists and for refusals; each part adds its own addresses (its api.py)
Not     here: putting the parts together (site/api.py), making the JSON of a refusal (failed.py)
"""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from ninja import Field, Query, Schema
from pydantic import AfterValidator

from haven.web.keyset import MAX_CURSOR_LENGTH, Window

One = TypeVar("One")


class Failed(Schema):
    """Why a request was refused."""

    code: Annotated[str, Field(description="stable; the same as on the pages")]
    words: Annotated[str, Field(description="for a person, in the language of the request")]


class Rows(Schema, Generic[One]):
    """A part of a list: ask again with `after` set to one of the cursors."""

    rows: list[One]
    next: str | None
    previous: str | None


FAILURES = {400: Failed, 401: Failed, 403: Failed, 404: Failed, 429: Failed}
REFUSALS = {**FAILURES, 409: Failed}


def _kept(text: str) -> str:
    """Return a text without spaces around it.

    Raises:
        ValueError: It holds a zero byte, which PostgreSQL does not keep.
    """
    if "\0" in text:
        raise ValueError("a zero byte")
    return text.strip()


def _said(text: str) -> str:
    """Return a text that says something.

    Raises:
        ValueError: It does not.
    """
    if not (kept := _kept(text)):
        raise ValueError("nothing is said")
    return kept


Said = Annotated[str, AfterValidator(_said)]  # something must be said
Text = Annotated[str, AfterValidator(_kept)]  # may be empty

After = Annotated[
    str,
    Query(
        description="`next` or `previous` of an earlier answer to the same question",
        max_length=MAX_CURSOR_LENGTH,
    ),
]


def rows_of(window: Window[Any], rows: Sequence[object] | None = None) -> dict[str, object]:
    """Return a window as Rows tells it; `rows` where they are more than the window's own."""
    return {
        "rows": window.rows if rows is None else rows,
        "next": window.next_cursor,
        "previous": window.previous_cursor,
    }
