"""Loading: the pages with which the Hub opens, from files, in each language that files have.

In      content/*.yaml, content/library/*.md, content/wellbeing/* of this folder; content/LANGUAGE
Out     published pages on their shelves; what an editor changed, took back or deleted stays so;
        beside each translated page what it was made from and its sentences
Fails   BadContent: a file says what no page can hold, or a translation has other parts than the
        English; nothing is loaded then
Why     a new version of Haven brings better texts, and no editor's work may be lost by it
Not     here: form of the files (reading.py), sentences (sentences.py)

A page is written anew only while it is published as loading wrote it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page
from wagtail.signal_handlers import disable_reference_index_auto_update

from haven.hub.base import translated
from haven.hub.guidance import adding, reading, sentences, texts
from haven.hub.guidance.models import Loaded, Shelf, Translated

SHELVES = {
    "step": "Steps of the work",
    "principle": "Principles",
    "document": "Library",
    "care": "Wellbeing",
}
_FORM = 2  # of what is written; a new one writes untouched pages anew


class BadContent(ValueError):
    """A file says what no page can hold."""


@dataclass
class Done:
    """How many pages were made, written anew, left because an editor worked on them."""

    made: int = 0
    renewed: int = 0
    left: int = 0


def load(
    entries: Iterable[reading.Entry] | None = None,
    translations: Iterable[reading.Entry] | None = None,
) -> Done:
    """Bring the pages up to date with the files; return what was done.

    Args:
        entries: English pages; all that the files hold, if it is left out.
        translations: Pages in other languages; all that the files hold, if neither is given.

    Raises:
        BadContent: A file says what no page can hold.
    """
    if translations is None:
        translations = reading.in_other_languages() if entries is None else ()
    with transaction.atomic(), disable_reference_index_auto_update():
        return _Loading().all(reading.every() if entries is None else entries, translations)


class _Loading:
    """One pass over the files."""

    def __init__(self) -> None:
        self.done, self.at = Done(), timezone.now()
        self._known = {one.key: one for one in Loaded.objects.select_related("page")}
        self._locales = {one.language_code: one for one in Locale.objects.all()}
        self._entries: dict[str, reading.Entry] = {}  # English, by key
        self._english: dict[str, Any] = {}  # pages as their files say, by key
        self._new: list[tuple[reading.Entry, Any]] = []

    def all(self, entries: Iterable[reading.Entry], translations: Iterable[reading.Entry]) -> Done:
        """Bring all pages up to date."""
        for entry in entries:
            self._entries[entry.key] = entry
            self._bring(entry)
        self._add()
        written = [(one, page) for one in translations if (page := self._translation(one))]
        self._add()
        self._note(written)
        pairs = defaultdict(list)
        for entry, page in written:
            pairs[entry.key].append(page)
        sentences.keep([(self._page(key), pages) for key, pages in pairs.items()], at=self.at)
        return self.done

    def _bring(self, entry: reading.Entry, **fixed: Any) -> Any:
        """Make or renew a page; return it, or None if nothing is written."""
        loaded = self._known.get(entry.loaded_as)
        if loaded is None:
            page = _filled(entry, entry.model(locale=self._locales[entry.language], **fixed))
            self._new.append((entry, page))
            return page
        digest = _digest(entry)
        if loaded.digest == digest:
            return None
        if _is_an_editor_s(loaded):
            self.done.left += 1
            return None
        page = _published(_filled(entry, Page.objects.get(pk=loaded.page_id).specific))
        loaded.digest, loaded.revision = digest, page.latest_revision_id
        loaded.save()
        self.done.renewed += 1
        return page

    def _add(self) -> None:
        """Put the new pages on their shelves, and remember that they were loaded."""
        shelves: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for entry, page in self._new:
            shelves[entry.key.partition("/")[0], entry.language].append(page)
        for (kind, language), pages in shelves.items():
            adding.add(_shelf(kind, self._locales[language]), pages, at=self.at)
        rows = [
            Loaded(
                key=entry.loaded_as, digest=_digest(entry), page_id=page.pk,
                revision=page.latest_revision_id,
            )
            for entry, page in self._new
        ]  # fmt: skip
        Loaded.objects.bulk_create(rows)
        self._known |= {one.key: one for one in rows}
        self.done.made += len(rows)
        self._new = []

    def _translation(self, entry: reading.Entry) -> Any:
        """Make or renew a page in another language; return it, or None."""
        loaded = self._known.get(entry.loaded_as)
        if loaded is not None and loaded.digest == _digest(entry):
            return None
        original = self._page(entry.key)
        if original is None:  # an editor deleted the English
            return None
        page = self._bring(entry, translation_key=original.translation_key)
        if page is not None and texts.places(page) != texts.places(
            self._as_its_file_says(entry.key)
        ):
            raise BadContent(f"{entry.loaded_as}: it has other parts than the English")
        return page

    def _note(self, written: list[tuple[reading.Entry, Any]]) -> None:
        """Keep from which English each page was made, and who checked its file."""
        rows = []
        for entry, page in written:
            made, told = entry.made, Translated(page_id=page.pk)
            if made is not None and not made.is_newer:
                told.made_from = texts.digest(self._as_its_file_says(entry.key))
            if made is not None and made.checked_on is not None:
                told.checked_name, told.checked_on = made.checked_by, made.checked_on
                told.checked_revision = page.live_revision_id
            rows.append(told)
        Translated.objects.filter(page_id__in=[one.page_id for one in rows]).delete()
        Translated.objects.bulk_create(rows)

    def _as_its_file_says(self, key: str) -> Any:
        if key not in self._english:
            entry = self._entries[key]
            self._english[key] = _filled(entry, entry.model())
        return self._english[key]

    def _page(self, key: str) -> Any:
        """Return the English page of a key as it is in the database; None if it was deleted."""
        found = self._known[key].page_id
        return None if found is None else self._entries[key].model.objects.get(pk=found)


def _is_an_editor_s(loaded: Loaded) -> bool:
    """Tell whether an editor wrote on a page, took it back or deleted it since it was loaded."""
    page = loaded.page
    return page is None or not page.live or page.latest_revision_id != loaded.revision


def _shelf(kind: str, locale: Locale) -> Shelf:
    english = locale.language_code == translated.SOURCE
    slug = f"shelf-{kind}" if english else f"shelf-{kind}-{locale.language_code}"
    found = Shelf.objects.filter(slug=slug).first()
    if found is not None:
        return found
    shelf = Shelf(title=SHELVES[kind], slug=slug, locale=locale)
    if not english:
        shelf.title = f"{SHELVES[kind]} ({locale.language_code})"
        shelf.translation_key = Shelf.objects.get(slug=f"shelf-{kind}").translation_key
    return Page.get_first_root_node().add_child(instance=shelf)


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
        page.check_words()
    except ValidationError as error:
        raise BadContent(f"{entry.loaded_as}: {error}") from error
    for name in page.text_fields():
        setattr(page, name, texts.placed(getattr(page, name), f"{entry.key}/{name}"))
    return page


def _published(page: Any) -> Any:
    """Publish what was filled in; return the page as it is now."""
    page.save_revision(clean=False).publish(skip_permission_checks=True)
    return type(page).objects.get(pk=page.pk)


def _digest(entry: reading.Entry) -> str:
    told = json.dumps(
        [_FORM, entry.slug, entry.values, str(entry.made or "")], sort_keys=True, default=str
    )
    return hashlib.sha256(told.encode()).hexdigest()
