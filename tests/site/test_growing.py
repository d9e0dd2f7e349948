"""A state that grows in place ends as Django's own does."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations import operations as steps
from django.db.migrations.state import ProjectState

from haven.site.growing import GrowingState

KEY = ("id", models.AutoField(primary_key=True))


def _steps() -> list[Any]:
    """Return steps of every kind that a first start takes, each tied to one before it."""
    return [
        steps.CreateModel("Unit", [KEY, ("name", models.CharField(max_length=9))]),
        steps.CreateModel("Desk", [KEY, ("unit", models.ForeignKey("our.unit", models.CASCADE))]),
        steps.CreateModel("Lamp", [], bases=("our.desk",)),
        steps.AddField("desk", "height", models.IntegerField(default=4), preserve_default=False),
        steps.AddField("unit", "head", models.ForeignKey("our.desk", models.SET_NULL, null=True)),
        steps.AddField("desk", "guests", models.ManyToManyField("our.unit", related_name="hosts")),
        steps.AddIndex("desk", models.Index(fields=["height"], name="by_height")),
        steps.AddConstraint("unit", models.UniqueConstraint(fields=["name"], name="one_name")),
        steps.AlterField("unit", "name", models.CharField(max_length=20)),
        steps.RemoveIndex("desk", "by_height"),
        steps.AddField("lamp", "bright", models.BooleanField(default=True)),
        steps.RenameField("desk", "height", "tall"),
        steps.AlterUniqueTogether("desk", {("unit", "tall")}),
        steps.CreateModel(
            "Chair", [KEY, ("at", models.OneToOneField("our.lamp", models.PROTECT))]
        ),
    ]


def _seen(state: ProjectState) -> dict[str, Any]:
    """Return what schema editors and migrations can see of the models of a state."""
    seen = {}
    for model in state.apps.get_models(include_auto_created=True):
        meta = model._meta
        seen[meta.label] = {
            "fields": [
                (field.name, type(field).__name__, str(getattr(field, "related_model", None)))
                for field in meta.get_fields(include_hidden=True)
            ],
            "columns": [(field.column, field.has_default()) for field in meta.concrete_fields],
            "lengths": [getattr(field, "max_length", None) for field in meta.concrete_fields],
            "indexes": meta.indexes,
            "constraints": meta.constraints,
            "together": meta.unique_together,
        }
    return seen


def _after(state: ProjectState) -> dict[str, Any]:
    state.apps  # noqa: B018  # made before the first step, as when tables are made
    for step in _steps():
        step.state_forwards("our", state)
    assert state.apps.get_model("our", "chair")
    return _seen(state)


def test_models_that_grew_in_place_are_those_that_django_makes_anew() -> None:
    grown, anew = _after(GrowingState()), _after(ProjectState())

    assert set(grown) == {"our.Unit", "our.Desk", "our.Lamp", "our.Chair", "our.Desk_guests"}
    for label, seen in anew.items():
        for what, value in seen.items():
            ours = grown[label][what]
            if what == "fields":  # the order of those that other models bring is nobody's
                ours, value = sorted(ours), sorted(value)
            assert ours == value, (label, what)


def test_a_growing_state_knows_the_same_relations() -> None:
    grown, anew = GrowingState(), ProjectState()
    for state in (grown, anew):
        state.apps  # noqa: B018
        state.resolve_fields_and_relations()
        for step in _steps():
            step.state_forwards("our", state)

    assert {key: set(found) for key, found in grown.relations.items()} == {
        key: set(found) for key, found in anew.relations.items()
    }
