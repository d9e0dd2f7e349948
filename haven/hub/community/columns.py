"""Columns: what the tables of this part share.

In      nothing
Out     lengths of texts in characters; a column that leads to another table; lists of words
Fails   never
Not     here: the tables (models.py, group_models.py, event_models.py)
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

ABOUT, REASON, MESSAGE, POST, TITLE = 600, 600, 4000, 5000, 150  # characters
SLUG = 100
PERSON = "community.Person"


def to(model: str | type[models.Model], **more: Any) -> models.ForeignKey[Any, Any]:
    """Return a column that leads to a row which stays as long as this one."""
    kept = {"on_delete": models.PROTECT, "related_name": "+", **more}
    return models.ForeignKey(model, **kept)


def list_of(longest: int, **more: Any) -> ArrayField[Any, Any]:
    """Return a column with several short words."""
    return ArrayField(models.CharField(max_length=longest, **more), default=list, blank=True)
