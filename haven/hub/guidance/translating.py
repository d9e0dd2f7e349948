"""Translating: what curators see of translations, and a sentence put into a page.

In      a language, the kind and slug of a page
Out     the table of pages by languages; a page beside its English; a page with another sentence
Fails   TranslationNotFound, WrongSentence, ChangedMeanwhile, SentencesMissing
Why     one place knows when a translation is checked, and when the English has moved on
Not     here: what members read (queries.py), tables of sentences (sentences.py)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail_localize.fields import copy_synchronised_fields
from wagtail_localize.segments.ingest import ingest_segments

from haven.hub.base import sources, text, translated
from haven.hub.guidance import queries, sentences, texts
from haven.web.errors import BadInput, Conflict, NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from haven.hub.guidance.models import HubPage, Translated
    from haven.hub.guidance.queries import Read
    from haven.hub.guidance.sentences import Sentence

STATES = {
    "checked": _("checked"),
    "unchecked": _("not checked"),
    "newer": _("English newer"),
    "missing": _("in English only"),
}
_PAGES_COME_FROM = (
    "workflow.yaml", "principles.yaml", "wellbeing/team-leaders-kit.md", "wellbeing/measures.yaml",
)  # fmt: skip


class TranslationNotFound(NotFound):
    """No such page in that language."""

    code = "translation.not_found"


class WrongSentence(BadInput):
    """A sentence that cannot stand on the page."""

    code = "translation.wrong_sentence"
    words = _(
        "The sentence was not taken. It must not be empty or too long, and must cite the same "
        "sources and dates as the English."
    )


class ChangedMeanwhile(Conflict):
    """Another text than the one that was read."""

    code = "translation.changed"
    words = _("The page was changed while you read it. Look at it again.")


class SentencesMissing(Conflict):
    """Some sentences have no translation."""

    code = "translation.incomplete"
    words = _(
        "Some sentences have no translation yet, or are of an older English. Mend them first."
    )


@dataclass(frozen=True)
class Cell:
    """A page or file in one language."""

    language: str
    state: str  # a key of STATES

    @property
    def says(self) -> Any:
        """Return the state in words."""
        return STATES[self.state]


@dataclass(frozen=True)
class Row:
    """A page or file in all languages."""

    title: str
    cells: list[Cell]
    kind: str = ""  # of a page
    slug: str = ""


@dataclass(frozen=True)
class Compared:
    """A page in another language beside its English."""

    read: Read[Any]
    sentences: list[Sentence]

    @property
    def seen(self) -> str:
        """Return what stands for both texts as they are now."""
        return f"{self.read.page.live_revision_id}-{texts.digest(self.read.original)}"

    @property
    def is_whole(self) -> bool:
        """Tell whether each English sentence has its own in the other language."""
        return all(one.text and not one.is_older for one in self.sentences)


def kinds() -> Mapping[str, QuerySet[Any]]:
    """Return the English pages of each kind."""
    return {
        "step": queries.steps(),
        "principle": queries.principles(),
        "care": queries.care(),
        "document": queries.documents(),
    }


def table() -> list[Row]:
    """Return each page with its state in each language."""
    told = {
        (one.page.translation_key, one.page.locale.language_code): one
        for one in queries.translations()
    }
    rows: list[Row] = []
    for kind, pages in kinds().items():
        for english in pages:
            digest, key = texts.digest(english), english.translation_key
            cells = [
                Cell(code, _state(told.get((key, code)), digest))
                for code in translated.languages()
            ]
            rows.append(Row(english.title, cells, kind, english.slug))
    return rows


def files() -> list[Row]:
    """Return each translated file that is no page, with its state in each language."""
    rows = []
    for content in translated.CONTENT:
        made = {code: translated.made(content, code) for code in translated.languages()}
        names = {name for one in made.values() for name in one} - set(_PAGES_COME_FROM)
        for name in sorted(names):
            cells = [Cell(code, _state_of_file(made[code].get(name))) for code in made]
            rows.append(Row(f"{content.parent.name}: {name}", cells))
    return rows


def counts(rows: list[Row]) -> list[tuple[Any, list[int]]]:
    """Return how many pages are in each state, by language."""
    counted = Counter((one.language, one.state) for row in rows for one in row.cells)
    return [
        (words, [counted[code, state] for code in translated.languages()])
        for state, words in STATES.items()
    ]


def compared(language: str, kind: str, slug: str) -> Compared:
    """Return a page in another language beside its English.

    Raises:
        TranslationNotFound: There is none.
    """
    pages = kinds().get(kind)
    if pages is None or language not in translated.languages():
        raise TranslationNotFound("no such kind of page, or no such language")
    read = queries.read(pages, slug, language)
    if not read.is_translation:
        raise TranslationNotFound("this page is not translated")
    return Compared(read, sentences.pairs(read.original, read.page))


def with_sentence(found: Compared, place: str, said: str) -> tuple[HubPage, Sentence]:
    """Return the page with another sentence, not saved, and the sentence as it was.

    Raises:
        WrongSentence: It cannot stand there.
    """
    sentence = next((one for one in found.sentences if one.place == place), None)
    if sentence is None or not said or not _cites_the_same(sentence.english, said):
        raise WrongSentence("empty, of no place, or cites other sources")
    english, page = found.read.original, found.read.page
    every = {one.place: one.text or one.english for one in found.sentences} | {place: said}
    copy_synchronised_fields(english, page)
    segments = sentences.as_segments(every)
    ingest_segments(english, page, english.locale, page.locale, segments)
    page.draft_title = page.title
    try:
        page.check_words()
    except ValidationError as error:
        raise WrongSentence("it does not fit on the page") from error
    return page, sentence


def _cites_the_same(english: str, said: str) -> bool:
    return sorted(sources.CITED.findall(english)) == sorted(
        sources.CITED.findall(said)
    ) and sorted(text.dates_of(english)) == sorted(text.dates_of(said))


def _state(told: Translated | None, english: str) -> str:
    if told is None:
        return "missing"
    if told.made_from != english:
        return "newer"
    is_checked = told.checked_on and told.checked_revision == told.page.live_revision_id
    return "checked" if is_checked else "unchecked"


def _state_of_file(made: translated.Made | None) -> str:
    if made is None:
        return "missing"
    if made.is_newer:
        return "newer"
    return "checked" if made.checked_on else "unchecked"
