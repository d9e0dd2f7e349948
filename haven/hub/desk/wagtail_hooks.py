"""Hooks: what is done at the desk stands on Haven's record.

In      Wagtail's hooks, after each act
Out     an entry; the act and its entry are one transaction (urls.py)
Why     Wagtail's own history can be read at the desk, but nothing proves that it is whole
Not     here: what was written; every revision is kept by Wagtail
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from wagtail import hooks

from haven.audit.actions import record
from haven.hub.desk.views import closed

if TYPE_CHECKING:
    from django.urls import URLPattern
    from wagtail.admin.menu import MenuItem
    from wagtail.api.v2.router import WagtailAPIRouter
    from wagtail.models import Page

    from haven.accounts.requests import MemberRequest

VERBS = {
    "after_create_page": "page.write",
    "after_edit_page": "page.write",
    "after_copy_page": "page.write",
    "after_publish_page": "page.publish",
    "after_unpublish_page": "page.unpublish",
    "after_move_page": "page.move",
    "after_delete_page": "page.delete",
}


def _recorded(verb: str) -> object:
    def done(request: MemberRequest, *pages: Page) -> None:
        page = pages[-1]  # of a copy the new one
        record(verb, actor=request.user, page=page.pk, revision=page.latest_revision_id)

    return done


for _hook, _verb in VERBS.items():
    hooks.register(_hook, _recorded(_verb))


class _Nothing:
    """Pictures and documents: Wagtail's pages name their addresses; nothing is there."""

    @classmethod
    def get_urlpatterns(cls) -> list[URLPattern]:
        return [path("", closed, name="listing")]


@hooks.register("construct_admin_api")
def without_files(router: WagtailAPIRouter) -> None:
    """Name the addresses of what is not installed, so that pages of the desk can be made."""
    for name in ("images", "documents"):
        router.register_endpoint(name, _Nothing)


@hooks.register("construct_help_menu")
def without_help_elsewhere(request: MemberRequest, items: list[MenuItem]) -> None:
    """Leave out links to Wagtail's pages on other hosts."""
    del request
    items.clear()


@hooks.register("construct_reports_menu")
def without_reports_on_people(request: MemberRequest, items: list[MenuItem]) -> None:
    """Leave the history of pages alone among the reports."""
    del request
    items[:] = [one for one in items if one.name == "site-history"]
