"""Ordering: in which order a reader has the list of tools.

In      tools that were found, the order that a reader chose
Out     the tools with what they are ordered by, and the fields of that order for a page of them
Fails   never; an order that is none is that of the names
Why     a reader chooses among the orders that the rules name (content/inclusion.yaml), and no
        other is there: not by payment, maker or clicks, and not by grade, which is no ranking
Not     here: finding (finding.py), what completeness is (completing.py)
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import F, TextChoices, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from haven.hub.catalogue import completing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from haven.hub.catalogue.models import Tool

BY_NAME = ("name", "pk")
_NEVER = Value(dt.date.min)  # so that what nobody has looked at comes last


class Order(TextChoices):
    """What a list may be ordered by; equal tools stand by name."""

    NAME = "name", _("Name")
    CHECKED = "last_checked", _("Last checked")
    COMPLETE = "completeness", _("Fields that hold something")


def chosen(said: str) -> Order:
    """Return the order that a reader asks for."""
    return Order(said) if said in Order.values else Order.NAME


def ordered(
    tools: QuerySet[Tool], order: Order, *, sees_restricted: bool
) -> tuple[QuerySet[Tool], tuple[str, ...]]:
    """Return tools with what they are ordered by, and the fields of the order."""
    if order is Order.CHECKED:
        looked_at = tools.annotate(last_look=Coalesce(F("checked_on"), _NEVER))
        return looked_at, ("-last_look", *BY_NAME)
    if order is Order.COMPLETE:
        filled, every = completing.counted(sees_restricted=sees_restricted)
        counted = tools.annotate(n_filled=filled, n_fields=every)
        scored = counted.annotate(score=100 * F("n_filled") / F("n_fields"))
        return scored, ("-score", *BY_NAME)
    return tools, BY_NAME
