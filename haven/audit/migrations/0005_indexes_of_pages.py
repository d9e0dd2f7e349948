"""Indexes by which a reader of all agencies' entries finds what failed, and a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_verification")]

    operations = [
        migrations.RemoveIndex("event", "event_by_outcome"),
        migrations.RemoveIndex("event", "event_by_time"),
        migrations.AddIndex(
            "event",
            models.Index(
                condition=models.Q(("outcome", "done"), _negated=True),
                fields=["outcome", "-id"],
                name="event_not_done",
            ),
        ),
        migrations.AddIndex("event", models.Index(fields=["at"], name="event_by_moment")),
    ]
