"""Loading: the pages with which the Hub opens, from files.

In      content/*.yaml, content/library/*.md, content/wellbeing/* of this folder
Out     published pages on their shelves; what an editor changed, took back or deleted stays so
Fails   BadContent: a file says what no page can hold; nothing is loaded then
Why     a new version of Haven brings better texts, and no editor's work may be lost by it
Not     here: form of the files (reading.py)

A page is written anew only while it is published as loading wrote it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Page

from haven.hub.guidance import reading
from haven.hub.guidance.models import Loaded, Shelf

SHELVES = {
    "step": "Steps of the work",
    "principle": "Principles",
    "document": "Library",
    "care": "Wellbeing",
}


class BadContent(ValueError):
    """A file says what no page can hold."""


@dataclass
class Done:
    """How many pages were made, written anew, left because an editor worked on them."""

    made: int = 0
    renewed: int = 0
    left: int = 0


@transaction.atomic
def load(entries: Iterable[reading.Entry] | None = None) -> Done:
    """Bring the pages up to date with the files; return what was done.

    Args:
        entries: All that the files hold, if it is left out.

    Raises:
        BadContent: A file says what no page can hold.
    """
    done = Done()
    known = {one.key: one for one in Loaded.objects.select_related("page")}
    shelves: dict[str, Shelf] = {}
    for entry in reading.every() if entries is None else entries:
        digest = _digest(entry)
        loaded = known.get(entry.key)
        if loaded is None:
            kind = entry.key.partition("/")[0]
            shelf = shelves.get(kind) or shelves.setdefault(kind, _shelf(kind))
            page = _published(shelf.add_child(instance=_filled(entry, entry.model())))
            Loaded.objects.create(
                key=entry.key, digest=digest, page=page, revision=page.latest_revision_id
            )
            done.made += 1
        elif loaded.digest != digest:
            if _is_an_editor_s(loaded):
                done.left += 1
                continue
            page = _published(_filled(entry, Page.objects.get(pk=loaded.page_id).specific))
            loaded.digest, loaded.revision = digest, page.latest_revision_id
            loaded.save()
            done.renewed += 1
    return done


def _is_an_editor_s(loaded: Loaded) -> bool:
    """Tell whether an editor wrote on a page, took it back or deleted it since it was loaded."""
    page = loaded.page
    return page is None or not page.live or page.latest_revision_id != loaded.revision


def _shelf(kind: str) -> Shelf:
    root = Page.get_first_root_node()
    found = Shelf.objects.filter(slug=f"shelf-{kind}").first()
    return found or root.add_child(instance=Shelf(title=SHELVES[kind], slug=f"shelf-{kind}"))


def _filled(entry: reading.Entry, page: Any) -> Any:
    """Return a page with what its file says.

    Raises:
        BadContent: It does not fit.
    """
    page.slug = entry.slug
    for name, value in entry.values.items():
        setattr(page, name, value)
    page.draft_title = page.title
    try:
        page.clean_fields(exclude=["path", "depth", "url_path", "content_type", "locale"])
        for name in page.text_fields():
            stream = getattr(page, name)
            stream.stream_block.clean(stream)
    except ValidationError as error:
        raise BadContent(f"{entry.key}: {error}") from error
    return page


def _published(page: Any) -> Any:
    """Publish what was filled in; return the page as it is now."""
    page.save_revision(clean=False).publish(skip_permission_checks=True)
    return type(page).objects.get(pk=page.pk)


def _digest(entry: reading.Entry) -> str:
    told = json.dumps([entry.slug, entry.values], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()
