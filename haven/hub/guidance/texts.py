"""Texts: what a page says, sentence by sentence, each with its place.

In      a page
Out     its sentences by their places; a digest of all it says; blocks whose places stay the same
Why     a translation is compared, corrected and dated by what is said, and by nothing else
Not     here: what is kept of a translation (sentences.py)

A place is wagtail-localize's path: a field, and the ids of the blocks in it. Pages that loading
makes have ids that follow from where a block stands, so that two languages have the same.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any

from wagtail.blocks import StreamValue
from wagtail_localize.fields import TranslatableField, get_translatable_fields
from wagtail_localize.segments.extract import extract_segments

if TYPE_CHECKING:
    from wagtail_localize.segments.types import StringSegmentValue

    from haven.hub.guidance.models import HubPage

_PLACES = uuid.UUID("7c1f5d0e-56a2-4b0e-9d6b-1f0c2c6f6a51")


def sentences(page: HubPage) -> dict[str, StringSegmentValue]:
    """Return what a page says by its places, in the order of the page."""
    return {one.path: one for one in extract_segments(page)}


def fields(page: HubPage) -> tuple[str, ...]:
    """Return the names of the fields of a page that are translated."""
    every = get_translatable_fields(type(page))
    return tuple(one.field_name for one in every if isinstance(one, TranslatableField))


def digest(page: HubPage) -> str:
    """Return the SHA-256 of what a page says, wherever it stands."""
    said: list[Any] = []
    for name in fields(page):
        value = getattr(page, name)
        said.append(_plain(value.get_prep_value()) if isinstance(value, StreamValue) else value)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def places(page: HubPage) -> list[str]:
    """Return where a page says something, and nothing of what it says."""
    found = [name for name in fields(page) if getattr(page, name)]
    for name in page.text_fields():
        found += _ids(getattr(page, name).raw_data, name)
    return found


def placed(stream: StreamValue, place: str) -> StreamValue:
    """Return a text whose blocks are named by where they stand."""
    raw = _with_ids(list(stream.get_prep_value()), place)
    return StreamValue(stream.stream_block, raw, is_lazy=True)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key != "id"}
    return value


def _ids(value: Any, here: str) -> list[str]:
    if isinstance(value, dict) and "id" in value:
        inner = _ids(value["value"], value["type"])
        return [f"{here} {value['id']}", *inner]
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in _ids(inner, key)]
    if isinstance(value, str):
        return []
    return [one for inner in value for one in _ids(inner, here)]


def _with_ids(raw: list[Any], place: str) -> list[Any]:
    named = []
    for at, one in enumerate(raw):
        here = f"{place}/{at}"
        name = str(uuid.uuid5(_PLACES, here))
        named.append({**one, "id": name, "value": _inside(one["value"], here)})
    return named


def _inside(value: Any, place: str) -> Any:
    if isinstance(value, list):
        return _with_ids(value, place)
    if isinstance(value, dict):  # a mistake, a table
        return {key: _inside(one, f"{place}/{key}") for key, one in value.items()}
    return value
