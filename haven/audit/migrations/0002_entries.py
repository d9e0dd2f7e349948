"""Entries: who, from where and in which agency; names beside; a canonical body.

Rows from before are carried over as they were found. They enter the tree as entries "from
before the tree" (format 0): the tree proves what they are from now on, not what they were.
Their names and searched words go beside them, as for every entry.
"""

import uuid
from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from haven.audit import bodies

PERSONAL_FACTS = ("looked_for", "name", "reason")  # what older versions put among the facts
BATCH = 2_000


def carry_over(apps: Any, schema_editor: Any) -> None:
    """Give every row from before a body, an agency where it can be told, and a number."""
    event_model = apps.get_model("audit", "Event")
    personal_model = apps.get_model("audit", "Personal")
    with schema_editor.connection.cursor() as cursor:
        agencies = _agencies(cursor, "accounts_member")
        of_cases = _agencies(cursor, "cases_case")
    waiting: list[Any] = []
    beside: list[Any] = []
    for event in event_model.objects.order_by("id").iterator(BATCH):
        said = {name: event.facts.pop(name) for name in PERSONAL_FACTS if name in event.facts}
        if event.old_actor_name:
            said["actor_name"] = event.old_actor_name
        event.public_id, event.format, event.via = uuid.uuid4(), bodies.BEFORE_THE_TREE, "before"
        event.written_at = event.at
        event.agency_id = of_cases.get(event.case_id) or agencies.get(event.actor_id)
        if said:
            kept = bodies.keep(said)
            event.commitment = kept.commitment
            beside.append(personal_model(event_id=event.pk, salt=kept.salt, text=kept.text))
        event.body = bodies.body_of(event)
        waiting.append(event)
        if len(waiting) >= BATCH:
            _write(event_model, personal_model, waiting, beside)
    _write(event_model, personal_model, waiting, beside)


def _agencies(cursor: Any, table: str) -> dict[int, int]:
    """Return the agency of each row of a table of another app; nothing where it is not yet."""
    cursor.execute("SELECT to_regclass(%s)", [table])
    if cursor.fetchone()[0] is None:
        return {}
    cursor.execute(f"SELECT id, agency_id FROM {table}")
    return dict(cursor.fetchall())


def _write(event_model: Any, personal_model: Any, waiting: list[Any], beside: list[Any]) -> None:
    """Write a batch and empty both lists."""
    fields = ["public_id", "format", "via", "written_at", "agency_id", "facts", "commitment"]
    event_model.objects.bulk_update(waiting, [*fields, "body"], batch_size=500)
    personal_model.objects.bulk_create(beside, batch_size=500)
    waiting.clear()
    beside.clear()


# The owner alone can switch the trigger off, and the migration does so in one transaction.
OPEN = "ALTER TABLE audit_event DISABLE TRIGGER audit_event_rows_never_change"
CLOSE = "ALTER TABLE audit_event ENABLE TRIGGER audit_event_rows_never_change"
BESIDE = """
CREATE TRIGGER audit_personal_rows_never_change
    BEFORE UPDATE ON audit_personal
    FOR EACH ROW EXECUTE FUNCTION audit_event_refuse();
"""
NOT_BESIDE = "DROP TRIGGER audit_personal_rows_never_change ON audit_personal"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RenameField("event", "actor_name", "old_actor_name"),
        *[
            migrations.AddField("event", name, field)
            for name, field in (
                ("public_id", models.UUIDField(null=True)),
                ("format", models.PositiveSmallIntegerField(default=1)),
                ("written_at", models.DateTimeField(null=True)),
                ("agency_id", models.BigIntegerField(null=True)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        models.CharField(max_length=20), default=list
                    ),
                ),
                ("session", models.CharField(blank=True, max_length=32, default="")),
                ("client", models.CharField(blank=True, max_length=40, default="")),
                ("via", models.CharField(max_length=20, default="")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("done", "done"), ("refused", "refused"), ("failed", "failed")],
                        default="done",
                        max_length=10,
                    ),
                ),
                ("has_reason", models.BooleanField(default=False)),
                ("commitment", models.CharField(blank=True, max_length=64, default="")),
                ("version", models.CharField(blank=True, max_length=40, default="")),
                ("body", models.TextField(default="")),
            )
        ],
        migrations.CreateModel(
            name="Personal",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="personal",
                        serialize=False,
                        to="audit.event",
                    ),
                ),
                ("salt", models.BinaryField()),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunSQL(OPEN, CLOSE),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RunSQL(CLOSE, OPEN),
        migrations.RemoveField("event", "old_actor_name"),
        migrations.AlterField(
            "event", "public_id", models.UUIDField(default=uuid.uuid4, unique=True)
        ),
        migrations.AlterField("event", "written_at", models.DateTimeField()),
        *[
            migrations.AlterField("event", name, field)
            for name, field in (
                ("session", models.CharField(blank=True, max_length=32)),
                ("client", models.CharField(blank=True, max_length=40)),
                ("via", models.CharField(max_length=20)),
                ("commitment", models.CharField(blank=True, max_length=64)),
                ("version", models.CharField(blank=True, max_length=40)),
                ("body", models.TextField()),
            )
        ],
        migrations.AddIndex(
            "event", models.Index(fields=["agency_id", "-id"], name="event_by_agency")
        ),
        migrations.AddIndex(
            "event", models.Index(fields=["agency_id", "verb", "-id"], name="event_by_verb")
        ),
        migrations.AddIndex(
            "event", models.Index(fields=["agency_id", "at"], name="event_by_time")
        ),
        migrations.AddConstraint(
            "event",
            models.CheckConstraint(
                condition=models.Q(("body", ""), _negated=True), name="event_has_a_body"
            ),
        ),
        migrations.RunSQL(BESIDE, NOT_BESIDE),
    ]
