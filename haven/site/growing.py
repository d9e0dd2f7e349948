"""Growing: make the tables of an empty database without making every model anew each time.

In      a connection to a database in which no migration was applied
Out     the same tables, rows and `django_migrations` as Django's own executor leaves
Fails   as Django's executor
Why     for each step Django makes anew every model that is tied to the one it changes, and
        almost every model is tied to members: five sixths of the time of a first start
Not     here: databases that hold something. There Django's own executor does it
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED

# A hundred times Python's own: models that nobody holds any more are cycles, found late here.
SELDOM = (70_000, 10, 10)


class GrowingState(ProjectState):
    """A state that new models, indexes and constraints are added to in place.

    Django keeps the models of the state before each step untouched, for steps that compare the
    two. A new model, index or constraint compares nothing: the model is made alone, and ties
    itself to those there are as models do when a program starts.
    """

    _relations: Any  # Django's, of the models by their keys; None until somebody asks

    def add_model(self, model_state: ModelState) -> None:
        """Add a model, and make it alone."""
        key = model_state.app_label, model_state.name_lower
        self.models[key] = model_state
        if self._relations is not None:
            self.resolve_model_relations(key)
        if "apps" in self.__dict__:
            self.apps.render_multiple([model_state])

    def add_field(
        self, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool
    ) -> None:
        """Add a field to the model that is there."""
        kept = field
        if not preserve_default:  # it was for the rows there were
            kept = field.clone()
            kept.default = NOT_PROVIDED
        key = app_label, model_name
        self.models[key].fields[name] = kept
        if self._relations is not None:
            self.resolve_model_field_relations(key, name, kept)
        if "apps" in self.__dict__:
            kept.clone().contribute_to_class(self.apps.get_model(app_label, model_name), name)
            self.apps.clear_cache()

    def _append_option(self, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
        """Add an index or a constraint to the model that is there."""
        options = self.models[app_label, model_name].options
        options[option_name] = [*options[option_name], obj]
        if "apps" in self.__dict__:
            made = self.apps.get_model(app_label, model_name)
            setattr(made._meta, option_name, list(options[option_name]))


class GrowingExecutor(MigrationExecutor):
    """Django's executor, from an empty state that grows."""

    def migrate_everything(self) -> None:
        """Apply all migrations, Wagtail's first: its many steps then meet few models."""
        ends = self.loader.graph.leaf_nodes()
        wagtails = [end for end in ends if end[0].startswith("wagtail")]
        state: ProjectState = GrowingState(real_apps=self.loader.unmigrated_apps)
        with seldom_collected():
            state = self.migrate(wagtails, state=state)
            self.loader.build_graph()  # it keeps what is applied
            self.migrate(ends, state=state)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for cycles seldom."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
