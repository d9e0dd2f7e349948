"""The tables are there: the migration of review renamed its own."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("analysis", "0001_initial"),
        ("cases", "0001_initial"),
        ("review", "0002_people_moved"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="GroupChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "verb",
                            models.CharField(
                                choices=[
                                    ("split", "split"),
                                    ("merge", "merged"),
                                    ("name", "named"),
                                    ("rename", "renamed"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("made_at", models.DateTimeField()),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        ("before", models.JSONField()),
                        ("after", models.JSONField()),
                        ("undone_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="cases.case",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "undone_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "change of groups",
                        "verbose_name_plural": "changes of groups",
                        "ordering": ["-pk"],
                        "indexes": [models.Index(fields=["case", "-id"], name="change_by_case")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("undone_at__isnull", True), ("undone_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("undone_at__isnull", False), ("undone_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="change_is_undone_by_someone_at_some_time",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Person",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("note", models.CharField(blank=True, max_length=500)),
                        ("named_at", models.DateTimeField()),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="cases.case",
                            ),
                        ),
                        (
                            "group",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="analysis.facegroup",
                            ),
                        ),
                        (
                            "named_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "person",
                        "verbose_name_plural": "people",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="person_has_a_name",
                            )
                        ],
                    },
                ),
            ]
        )
    ]
