"""What there is to read, and what a member has read.

In      a slug, a member
Out     published pages; the version that a member has acknowledged
Fails   PageNotFound
Not     here: what a page says (showing.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from haven.hub.guidance.models import (
    Acknowledgement,
    CarePage,
    GuideStep,
    HubPage,
    LibraryDocument,
    Principle,
)
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from haven.accounts.models import Member

Kind = TypeVar("Kind", bound=HubPage)


class PageNotFound(NotFound):
    """No such page, or not published."""

    code = "page.not_found"


def steps() -> QuerySet[GuideStep]:
    """Return the steps of the work in their order."""
    return GuideStep.objects.live().order_by("number", "pk")


def principles() -> QuerySet[Principle]:
    """Return the principles in their order."""
    return Principle.objects.live().order_by("number", "pk")


def documents() -> QuerySet[LibraryDocument]:
    """Return the documents of the library by title."""
    return LibraryDocument.objects.live().order_by("title", "pk")


def care() -> QuerySet[CarePage]:
    """Return the pages on wellbeing by title."""
    return CarePage.objects.live().order_by("title", "pk")


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
