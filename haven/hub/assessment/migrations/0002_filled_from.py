"""An answer that was taken over from the catalogue says from what."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="filled_from",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
