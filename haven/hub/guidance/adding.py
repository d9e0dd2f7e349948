"""Adding: many new pages on a shelf at once, published.

In      a shelf, filled pages of its kind
Out     the same pages, in the database, each with its first revision; found by the desk's search
Fails   IntegrityError: a name is there twice
Why     a hundred pages take a second so, and half a minute if each is saved, kept and published
Not     here: a page that is there already (loading.py)

What Wagtail does for one page is done here for all: its place in the tree, its row, the row of
its kind, a revision, the index. Nothing is logged, because nobody wrote it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import F
from wagtail.models import Page, Revision
from wagtail.search.backends import get_search_backends

if TYPE_CHECKING:
    import datetime as dt

    from haven.hub.guidance.models import Shelf


def add(shelf: Shelf, pages: Sequence[Any], *, at: dt.datetime) -> None:
    """Put new pages on a shelf, published."""
    _give_places(shelf, pages)
    for page in pages:
        page.content_type = ContentType.objects.get_for_model(type(page))
        page.live, page.has_unpublished_changes = True, False
        page.first_published_at = page.last_published_at = page.latest_revision_created_at = at
    shared = [field.attname for field in Page._meta.concrete_fields if not field.primary_key]
    rows = Page.objects.bulk_create(
        [Page(**{name: getattr(page, name) for name in shared}) for page in pages]
    )
    kinds = defaultdict(list)
    for page, row in zip(pages, rows, strict=True):
        page.pk = page.id = row.pk
        kinds[type(page)].append(page)
    for kind, some in kinds.items():  # Django's bulk_create leaves kinds with a parent to others
        fields = kind._meta.local_concrete_fields
        kind._base_manager.all()._insert(some, fields=fields, using=connection.alias)
    _keep_first_revision(pages, rows, at)
    for kind, some in kinds.items():
        for backend in get_search_backends(with_auto_update=True):
            backend.add_bulk(kind, some)


def _give_places(shelf: Shelf, pages: Sequence[Any]) -> None:
    """Give each page the next place on a shelf."""
    last = shelf.get_last_child()
    for page in pages:
        page.depth, page.numchild = shelf.depth + 1, 0
        page.path = last._inc_path() if last else Page._get_path(shelf.path, page.depth, 1)
        page.set_url_path(shelf)
        last = page
    Page.objects.filter(pk=shelf.pk).update(numchild=F("numchild") + len(pages))
    shelf.numchild += len(pages)


def _keep_first_revision(pages: Sequence[Any], rows: Sequence[Page], at: dt.datetime) -> None:
    """Keep what each page says as its first revision."""
    kind = ContentType.objects.get_for_model(Page)
    revisions = Revision.objects.bulk_create(
        [
            Revision(
                content_type=page.content_type,
                base_content_type=kind,
                object_id=str(page.pk),
                object_str=str(page),
                created_at=at,
                content=page.serializable_data(),
            )
            for page in pages
        ]
    )
    for page, row, revision in zip(pages, rows, revisions, strict=True):
        for one in (page, row):
            one.latest_revision_id = one.live_revision_id = revision.pk
        page._state.adding = False
    Page.objects.bulk_update(rows, ["latest_revision", "live_revision"])
