"""Permissions: who may edit pages, in Wagtail's words. The one place where roles become these.

In      a member, and what Wagtail wants to know
Out     yes for whom access.py allows "pages.edit", on every page; no for everyone else
Fails   closed: Wagtail's groups, superusers and passwords of pages count for nothing here
Why     a second list of who may what would differ from the first one soon
Not     here: which of Wagtail's addresses are there at all (accounts/access.py, urls.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import swapper
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import Permission
from wagtail.models import GroupPagePermission, Page
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.permissions import register_permission_policy

from haven.accounts import access

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

ACT = "pages.edit"
ENTER = "wagtailadmin.access_admin"
ON_PAGES = ("add_page", "change_page", "lock_page", "publish_page", "unlock_page")


def may_edit(user: Any) -> bool:
    """Tell whether somebody may edit pages."""
    return bool(user.is_active and user.is_authenticated and access.allows(user, ACT))


class RolesOpenDesk(BaseBackend):
    """Wagtail's door: open to those whose role edits pages."""

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the one permission that lets a member in."""
        return {ENTER} if obj is None and may_edit(user_obj) else set()


class RolesEditPages(PagePermissionPolicy):
    """What Wagtail asks about pages, answered from the roles."""

    def get_all_permissions_for_user(self, user: Any) -> list[GroupPagePermission]:
        """Return rights on the root of all pages, or none; no row of any group is read.

        To delete a page with pages below it, a whole shelf, is no right of anybody.
        """
        if not may_edit(user):
            return []
        root = Page.get_first_root_node()
        kinds = Permission.objects.filter(
            content_type__app_label="wagtailcore", codename__in=ON_PAGES
        )
        return [GroupPagePermission(page=root, permission=kind) for kind in kinds]

    def _base_user_has_permission(self, user: Any) -> bool:
        return may_edit(user)

    def _base_queryset_for_user(self, user: Any) -> QuerySet[Page]:
        manager = self.model._default_manager
        return manager.all() if may_edit(user) else manager.none()

    def instances_with_direct_explore_permission(self, user: Any) -> Iterable[Page]:
        """Return the root of all pages, or nothing."""
        return self.model.base_page_model.objects.filter(depth=1) if may_edit(user) else []

    def users_with_any_permission(
        self, actions: Any, include_superusers: bool = True
    ) -> QuerySet[Any]:
        """Return those who may edit."""
        del actions, include_superusers
        roles = sorted(access.MAY[ACT])
        return get_user_model()._default_manager.filter(is_active=True, roles__overlap=roles)

    def users_with_any_permission_for_instance(
        self, actions: Any, instance: Any, include_superusers: bool = True
    ) -> QuerySet[Any]:
        """Return those who may edit; it is the same for every page."""
        del instance
        return self.users_with_any_permission(actions, include_superusers)


def register() -> None:
    """Have Wagtail ask here about every kind of page."""
    register_permission_policy(Page, RolesEditPages(swapper.get_model_name("wagtailcore", "Page")))
