"""Hooks: what is done at the desk stands on Haven's record.

In      Wagtail's hooks, after each act
Out     an entry; the act and its entry are one transaction (urls.py)
Why     Wagtail's own history can be read at the desk, but nothing proves that it is whole
Not     here: what was written; every revision is kept by Wagtail
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail import hooks

from haven.audit.actions import record

if TYPE_CHECKING:
    from wagtail.models import Page

    from haven.accounts.requests import MemberRequest

VERBS = {
    "after_create_page": "page.write",
    "after_edit_page": "page.write",
    "after_publish_page": "page.publish",
    "after_unpublish_page": "page.unpublish",
    "after_move_page": "page.move",
    "after_delete_page": "page.delete",
}


def _recorded(verb: str) -> object:
    def done(request: MemberRequest, page: Page) -> None:
        record(verb, actor=request.user, page=page.pk, revision=page.latest_revision_id)

    return done


for _hook, _verb in VERBS.items():
    hooks.register(_hook, _recorded(_verb))
