# A case that is there already is answered for by whoever opened it.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FILL = (
    "UPDATE cases_case SET responsible_id = opened_by_id WHERE responsible_id IS NULL; "
    "SET CONSTRAINTS ALL IMMEDIATE"  # or the column could not be altered in one transaction
)


def officer(*, null: bool) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_wrapped_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("case", "responsible", officer(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("case", "responsible", officer(null=False)),
    ]
