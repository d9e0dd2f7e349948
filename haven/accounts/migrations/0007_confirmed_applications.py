from typing import Any

import django.db.models.functions.text
from django.db import migrations, models


def _known(apps: Any, schema_editor: Any) -> None:
    """Keep in sight what was confirmed before the moment of it was kept."""
    Application = apps.get_model("accounts", "Application")
    confirmed = Application.objects.exclude(state__in=["unconfirmed", "expired"])
    confirmed.update(confirmed_at=models.F("made_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_how_people_come_and_go"),
    ]

    operations = [
        migrations.CreateModel(
            name="Use",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
                ("hour", models.BigIntegerField(db_index=True)),
                ("n", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="application",
            name="address_has_one_open_application",
        ),
        migrations.AddField(
            model_name="application",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(_known, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("state__in", ("confirmed", "sponsored", "approved"))),
                name="address_has_one_confirmed_application",
            ),
        ),
    ]
