# Runs say what they stand on; a brought picture says until when it is kept.

import django.db.models.deletion
from django.db import migrations, models

FILL = "UPDATE analysis_probe SET keep_until = asked_at + interval '1 hour'"


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0002_initial"),
        ("authority", "0001_initial"),
    ]

    operations = [
        migrations.AddField("probe", "keep_until", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddField(
            "run",
            "authority",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="authority.authority",
            ),
        ),
    ]
