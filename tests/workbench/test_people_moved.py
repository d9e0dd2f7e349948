"""An installation from before people had a folder of their own keeps what was decided."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

BEFORE = [("people", None), ("review", "0001_initial")]


def migrate(targets):
    MigrationExecutor(connection).migrate(targets)


@pytest.mark.django_db
def test_people_and_changes_of_an_older_installation_are_still_there(case, north_lead):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # tables with open checks do not change
    migrate(BEFORE)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO review_person (public_id, case_id, name, note, named_by_id, named_at)"
            " VALUES (gen_random_uuid(), %s, 'Ash', 'same scar', %s, %s)",
            [case.pk, north_lead.pk, timezone.now()],
        )

    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, note FROM people_person")
        assert cursor.fetchall() == [("Ash", "same scar")]
        cursor.execute("SELECT to_regclass('review_person')")
        assert cursor.fetchone() == (None,)
