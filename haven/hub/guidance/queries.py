"""What there is to read, in which language, and what a member has read.

In      a slug, a language, a member
Out     published pages, each with what its translation is worth; the version that a member has
        acknowledged
Fails   PageNotFound
Not     here: what a page says (showing.py), work on translations (translating.py)

A page is its English one: that has the address, and what else there is hangs on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db.models import Q

from haven.hub.base import translated
from haven.hub.guidance import texts
from haven.hub.guidance.models import (
    Acknowledgement,
    CarePage,
    GuideStep,
    HubPage,
    LibraryDocument,
    Principle,
    Translated,
)
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from haven.accounts.models import Member

_ENGLISH = Q(locale__language_code=translated.SOURCE)
Kind = TypeVar("Kind", bound=HubPage)


class PageNotFound(NotFound):
    """No such page, or not published."""

    code = "page.not_found"


@dataclass(frozen=True)
class Read(Generic[Kind]):
    """A page as somebody reads it: in their language where there is one, else in English."""

    original: Kind  # the English page
    page: Kind  # what is read
    language: str  # of what is read
    asked: str  # language that was asked for

    @property
    def tongue(self) -> SafeString:
        """Return the attributes of what the page says."""
        return translated.tongue(self.language)

    @property
    def is_translation(self) -> bool:
        """Tell whether another page than the English is read."""
        return self.language != translated.SOURCE

    @property
    def told(self) -> Translated:
        """Return what is known of the translation."""
        told: Translated = self.page.translated
        return told

    @property
    def is_newer(self) -> bool:
        """Tell whether the English says something else than what was translated."""
        return self.is_translation and self.told.made_from != texts.digest(self.original)

    @property
    def checked(self) -> Translated | None:
        """Return who checked the translation as it is now; None if nobody has."""
        if not self.is_translation or self.told.checked_on is None:
            return None
        return self.told if self.told.checked_revision == self.page.live_revision_id else None


def steps() -> QuerySet[GuideStep]:
    """Return the steps of the work in their order."""
    return GuideStep.objects.live().filter(_ENGLISH).order_by("number", "pk")


def principles() -> QuerySet[Principle]:
    """Return the principles in their order."""
    return Principle.objects.live().filter(_ENGLISH).order_by("number", "pk")


def documents() -> QuerySet[LibraryDocument]:
    """Return the documents of the library by title."""
    return LibraryDocument.objects.live().filter(_ENGLISH).order_by("title", "pk")


def care() -> QuerySet[CarePage]:
    """Return the pages on wellbeing by title."""
    return CarePage.objects.live().filter(_ENGLISH).order_by("title", "pk")


def in_language(pages: QuerySet[Kind], language: str) -> list[Read[Kind]]:
    """Return some English pages as they are read in a language."""
    return in_languages(pages, [language])[language]


def in_languages(pages: QuerySet[Kind], languages: Sequence[str]) -> dict[str, list[Read[Kind]]]:
    """Return some English pages as they are read in each of some languages."""
    originals = list(pages)
    others = {
        (one.translation_key, one.locale.language_code): one
        for one in _others(pages.model, originals, languages)
    }
    return {
        code: [_read(one, others.get((one.translation_key, code)), code) for one in originals]
        for code in languages
    }


def read(pages: QuerySet[Kind], slug: str, language: str) -> Read[Kind]:
    """Return one of some English pages as it is read in a language.

    Raises:
        PageNotFound: Not there, or not published.
    """
    original = one(pages, slug)
    other = next(iter(_others(type(original), [original], [language])), None)
    return _read(original, other, language)


def translations() -> QuerySet[Translated]:
    """Return what is known of all published translations, without what they say."""
    return Translated.objects.filter(page__live=True).select_related("page__locale")


def _others(model: Any, originals: Iterable[HubPage], languages: Sequence[str]) -> Iterable[Any]:
    """Return the published pages of some languages that are some English pages."""
    others = [code for code in languages if code != translated.SOURCE]
    if not others:
        return ()
    found: Iterable[Any] = (
        model.objects.live()
        .filter(
            locale__language_code__in=others,
            translation_key__in=[one.translation_key for one in originals],
            translated__isnull=False,
        )
        .select_related("translated", "locale")
    )
    return found


def _read(original: Kind, other: Kind | None, asked: str) -> Read[Kind]:
    if other is None:
        return Read(original, original, translated.SOURCE, asked)
    return Read(original, other, asked, asked)


def one(pages: QuerySet[Kind], slug: str) -> Kind:
    """Return one of some pages.

    Raises:
        PageNotFound: Not there, or not published.
    """
    found = pages.filter(slug=slug).first()
    if found is None:
        raise PageNotFound("no such page")
    return found


def has_acknowledged(document: LibraryDocument, *, member: Member) -> bool:
    """Tell whether a member has said that they read the document's version."""
    return Acknowledgement.objects.filter(
        member=member, document=document, version=document.version
    ).exists()


def acknowledged(*, member: Member) -> set[tuple[int, str]]:
    """Return what a member has read: documents with the version of each."""
    rows = Acknowledgement.objects.filter(member=member)
    return set(rows.values_list("document_id", "version"))
