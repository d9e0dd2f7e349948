"""Rows of a case: everything that hangs on it by a foreign key, at any depth.

In      the key of a case
Out     the tables that hold something of a case, how many rows there are, and their deletion
Fails   DatabaseError: nothing was deleted
Why     told from the models and not from a list: a table that comes later is erased as well
Not     here: files and keys (erasing.py)
"""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from haven.workbench.cases.models import Case

Ways = tuple[str, ...]


def counts(case_pk: int) -> dict[str, int]:
    """Return for each table that holds something of a case how many rows there are."""
    found = {model._meta.db_table: _of(model, ways, case_pk).count() for model, ways in owned()}
    return {table: count for table, count in sorted(found.items()) if count}


def delete(case_pk: int) -> None:
    """Delete every row of a case; the caller's transaction makes it all or nothing.

    Deepest first, because a row is found through its parents. Who deletes what in between is
    no question: the constraints are checked at the end of the transaction.
    """
    for model, ways in owned():
        rows = _of(model, ways, case_pk)
        rows._raw_delete(rows.db)


@lru_cache(maxsize=1)
def owned() -> list[tuple[type[models.Model], Ways]]:
    """Return the models whose rows belong to a case, deepest first, with their ways to it."""
    ways: dict[type[models.Model], set[str]] = {Case: {"pk"}}
    every = [one for one in apps.get_models(include_auto_created=True) if one._meta.managed]
    changed = True
    while changed:
        changed = False
        for model in every:
            for field in _parents(model):
                parent = ways.get(field.related_model, set())
                found = {_joined(field.name, way) for way in parent}
                if model is not Case and not found <= ways.get(model, set()):
                    ways.setdefault(model, set()).update(found)
                    changed = True
    deepest = sorted(ways.items(), key=lambda one: -max(way.count("__") for way in one[1]))
    ordered = [(model, tuple(sorted(found))) for model, found in deepest if model is not Case]
    return [*ordered, (Case, ("pk",))]


def _parents(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    """Return the keys by which rows belong to a row elsewhere; not those that may be emptied."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.related_model is not model
        and field.remote_field.on_delete is not models.SET_NULL
    ]


def _joined(field: str, way: str) -> str:
    """Return the way of a row through its parent."""
    return field if way == "pk" else f"{field}__{way}"


def _of(model: type[models.Model], ways: Ways, case_pk: int) -> QuerySet[Any]:
    """Return the rows of a model that belong to a case, by any way."""
    wanted = reduce(or_, (Q(**{way: case_pk}) for way in ways))
    found = model._base_manager.filter(wanted).order_by()
    return model._base_manager.filter(pk__in=found.values("pk")) if len(ways) > 1 else found
