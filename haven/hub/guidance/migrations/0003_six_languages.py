"""What is known of translated pages; a locale for each of the six languages."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

LANGUAGES = ("en", "ar", "es", "fr", "ru", "zh-hans")


def six_locales(apps: Any, _editor: Any) -> None:
    """Have one locale for each language; that of English is Wagtail's first."""
    locale = apps.get_model("wagtailcore", "Locale")
    for code in LANGUAGES:
        locale.objects.get_or_create(language_code=code)


class Migration(migrations.Migration):
    """The table, and the locales."""

    dependencies = [
        ("guidance", "0002_without_welcome"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name="Translated",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_from", models.CharField(blank=True, max_length=64)),
                ("checked_name", models.CharField(blank=True, max_length=200)),
                ("checked_on", models.DateField(null=True)),
                ("checked_revision", models.BigIntegerField(null=True)),
                (
                    "checked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "page",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="translated",
                        to="wagtailcore.Page",
                    ),
                ),
            ],
            options={
                "verbose_name": "translated page",
                "verbose_name_plural": "translated pages",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("checked_name", ""),
                                ("checked_on", None),
                                ("checked_revision", None),
                            ),
                            models.Q(
                                models.Q(("checked_name", ""), _negated=True),
                                ("checked_on__isnull", False),
                                ("checked_revision__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="translation_is_checked_by_somebody_on_a_day",
                    )
                ],
            },
        ),
        migrations.RunPython(six_locales, migrations.RunPython.noop),
    ]
