"""Records: how a piece of the Hub is written for other programs and other hubs.

In      values of a part's own records (catalogue/records.py and its kin)
Out     Record: the base of their schemas; kinds of text, days and addresses they are made of
Fails   pydantic.ValidationError: a record that came holds more, less or something else
Why     what leaves and what may come in is one description, from which JSON Schema is made
Not     here: what a tool, a page or a course says (the parts), files of them (hub/exchange)

A text holds no sign that turns or hides others, an address is one of the web, and a moment has
a zone and lies in our age, so that every database and every page can hold it.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

_WEB = r"^(https?://[^\s\x00-\x1f<>\"]+)?$"  # or nothing
# Controls but tab and line feed; signs that turn the direction of a text, or cannot be seen.
# Left are those that scripts need: marks of direction, joiners, variants of a sign.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u180e\u200b\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_OUR_AGE = range(2000, 2200)  # years
_SHOWN_WRONG = 80  # characters of names of fields in a sentence


def _open(text: str) -> str:
    """Return a text in which nothing is hidden.

    Raises:
        ValueError: Something is.
    """
    if _HIDDEN.search(text):
        raise ValueError("a sign that cannot be seen")
    return text


def _of_our_age(moment: dt.datetime) -> dt.datetime:
    """Return a moment of our age.

    Raises:
        ValueError: It lies so far away that a change of its zone may be no moment at all.
    """
    if moment.year not in _OUR_AGE:
        raise ValueError("a moment of another age")
    return moment


def web(address: str) -> str:
    """Return an address of the web; empty for any other."""
    return address if re.fullmatch(_WEB, address) else ""


def _seen(value: Any) -> Any:
    """Return a value without signs that cannot be seen, however deep."""
    if isinstance(value, str):
        return _HIDDEN.sub("", value)
    if isinstance(value, list):
        return [_seen(one) for one in value]
    if isinstance(value, dict):
        return {name: _seen(one) for name, one in value.items()}
    return value


OPEN = AfterValidator(_open)
Short = Annotated[str, StringConstraints(max_length=200), OPEN]
Name = Annotated[str, StringConstraints(pattern=r"\S", max_length=300), OPEN]
Line = Annotated[str, StringConstraints(max_length=6000), OPEN]
Long = Annotated[str, StringConstraints(max_length=100_000), OPEN]
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=255)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9 -]*$", max_length=60)]
Address = Annotated[str, StringConstraints(pattern=_WEB, max_length=1000), OPEN]  # or empty
Dated = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$"),
    Field(description="YYYY, YYYY-MM or YYYY-MM-DD, as the source is"),
]
Slugs = Annotated[list[Slug], Field(max_length=200)]
Words = Annotated[list[Word], Field(max_length=60)]
Shorts = Annotated[list[Short], Field(max_length=60)]
Lines = Annotated[list[Line], Field(max_length=200)]
Day = dt.date
Moment = Annotated[AwareDatetime, AfterValidator(_of_our_age)]


class Record(BaseModel):
    """One record: exactly its fields, each of its kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def made(cls, **values: Any) -> Self:
        """Return a record of ours; signs that cannot be seen are left out of its texts."""
        return cls(**{name: _seen(value) for name, value in values.items()})

    @classmethod
    def wrong_in(cls, error: ValidationError) -> str:
        """Return the names of the fields that have no fit; never a word that came."""
        places = {str(one["loc"][0]) if one["loc"] else "form" for one in error.errors()}
        named = {one if one in cls.model_fields else "another field" for one in places - {"form"}}
        return ", ".join(sorted(named))[:_SHOWN_WRONG] or "form"

    def told(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return self.model_dump(mode="json")
