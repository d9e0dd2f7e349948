"""Verifications: written by the keeper, in a table that the site may only read."""

from django.db import migrations, models

KEEP = """
CREATE TRIGGER audit_verification_rows_never_change
    BEFORE UPDATE OR DELETE ON audit_verification
    FOR EACH ROW EXECUTE FUNCTION audit_event_refuse();
CREATE TRIGGER audit_verification_is_never_emptied
    BEFORE TRUNCATE ON audit_verification
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse();
"""
LET_GO = """
DROP TRIGGER audit_verification_is_never_emptied ON audit_verification;
DROP TRIGGER audit_verification_rows_never_change ON audit_verification;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_tree")]

    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("entries", models.BigIntegerField()),
                ("findings", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
