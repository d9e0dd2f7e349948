"""The tree: places, nodes, checkpoints and timestamps, all of them written once.

A trigger puts each new entry among those that wait for a place; what was there before waits
too, in its old order.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

ONCE = ("audit_leaf", "audit_node", "audit_checkpoint", "audit_stamprequest", "audit_stamp")

FILL = """
ALTER TABLE audit_personal DISABLE TRIGGER audit_personal_rows_never_change;
UPDATE audit_personal SET words = concat_ws(
    ' ', text::jsonb ->> 'actor_name', text::jsonb ->> 'reason');
ALTER TABLE audit_personal ENABLE TRIGGER audit_personal_rows_never_change;
INSERT INTO audit_pending (event_id) SELECT id FROM audit_event;
"""
# Runs with the owner's rights, so that who writes an entry can neither skip nor empty the queue.
WAIT = """
CREATE FUNCTION audit_event_waits() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO audit_pending (event_id) VALUES (NEW.id);
    RETURN NULL;
END
$$;
CREATE TRIGGER audit_event_waits_for_its_place
    AFTER INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_waits();
CREATE TRIGGER audit_personal_is_never_emptied
    BEFORE TRUNCATE ON audit_personal FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse();
"""
DO_NOT_WAIT = """
DROP TRIGGER audit_personal_is_never_emptied ON audit_personal;
DROP TRIGGER audit_event_waits_for_its_place ON audit_event;
DROP FUNCTION audit_event_waits();
"""
KEEP = "".join(
    f"""
CREATE TRIGGER {table}_rows_never_change
    BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_event_refuse();
CREATE TRIGGER {table}_is_never_emptied
    BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse();
"""
    for table in ONCE
)
LET_GO = "".join(
    f"""
DROP TRIGGER {table}_is_never_emptied ON {table};
DROP TRIGGER {table}_rows_never_change ON {table};
"""
    for table in ONCE
)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_entries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.BigIntegerField(unique=True)),
                ("root", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("key", models.CharField(max_length=200)),
                ("note", models.TextField()),
            ],
            options={
                "ordering": ["-size"],
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level",
                        "index",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Pending",
            fields=[
                ("event_id", models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Stamp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("stamped_at", models.DateTimeField()),
                ("authority", models.CharField(max_length=300)),
                ("response", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="StampRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("request", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="personal",
            name="words",
            field=models.TextField(blank=True),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["agency_id", "outcome", "-id"], name="event_by_outcome"),
        ),
        migrations.AddIndex(
            model_name="personal",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("words", config="simple"),
                name="personal_by_words",
            ),
        ),
        migrations.AddField(
            model_name="leaf",
            name="event",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="leaf",
                to="audit.event",
            ),
        ),
        migrations.AddField(
            model_name="stamprequest",
            name="checkpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stamp_requests",
                to="audit.checkpoint",
            ),
        ),
        migrations.AddField(
            model_name="stamp",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stamps",
                to="audit.stamprequest",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(WAIT, DO_NOT_WAIT),
        migrations.RunSQL(KEEP, LET_GO),
    ]
