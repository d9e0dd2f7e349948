import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

from haven.hub.catalogue import finding


def fold(apps, schema_editor):  # type: ignore[no-untyped-def]
    """Keep the words of restricted fields apart from those that everyone finds."""
    for tool in apps.get_model("catalogue", "Tool").objects.exclude(restricted=[]):
        finding.fold(tool)
        tool.save(update_fields=["folded", "folded_closed"])


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_proposals")]

    operations = [
        migrations.AddField(
            model_name="tool",
            name="folded_closed",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.RemoveIndex(model_name="tool", name="tool_by_word"),
        migrations.RemoveField(model_name="tool", name="found_by"),
        migrations.RunPython(fold, migrations.RunPython.noop),
        migrations.AddField(
            model_name="tool",
            name="found_by",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.contrib.postgres.search.CombinedSearchVector(
                    django.contrib.postgres.search.SearchVector(
                        "folded", config="simple", weight="A"
                    ),
                    "||",
                    django.contrib.postgres.search.SearchVector(
                        "folded_closed", config="simple", weight="D"
                    ),
                    django.contrib.postgres.search.SearchConfig("simple"),
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="tool",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["found_by"], name="tool_by_word"
            ),
        ),
    ]
