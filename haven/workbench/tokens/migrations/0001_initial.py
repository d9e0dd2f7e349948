import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import uuid
from django.conf import settings
from django.db import migrations, models

# With the owner's rights: who takes a member off a case need not be able to see the tokens.
END = """
CREATE FUNCTION tokens_end() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_TABLE_NAME = 'cases_membership' THEN
        UPDATE tokens_token SET ended_at = now(), ended_why = 'place'
        WHERE ended_at IS NULL AND member_id = OLD.member_id AND case_id = OLD.case_id;
    ELSIF TG_TABLE_NAME = 'cases_case' THEN
        UPDATE tokens_token SET ended_at = now(), ended_why = 'case'
        WHERE ended_at IS NULL AND case_id = NEW.id;
    ELSE
        UPDATE tokens_token SET ended_at = now(), ended_why = 'access'
        WHERE ended_at IS NULL AND member_id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER tokens_end_with_the_place AFTER DELETE ON cases_membership
    FOR EACH ROW EXECUTE FUNCTION tokens_end();
CREATE TRIGGER tokens_end_with_the_case AFTER UPDATE OF status ON cases_case
    FOR EACH ROW WHEN (NEW.status = 'closed') EXECUTE FUNCTION tokens_end();
CREATE TRIGGER tokens_end_with_the_access AFTER UPDATE ON accounts_member
    FOR EACH ROW WHEN (
        OLD.is_active AND NOT NEW.is_active
        OR OLD.agency_id <> NEW.agency_id
        OR NEW.signed_out_at IS DISTINCT FROM OLD.signed_out_at
    ) EXECUTE FUNCTION tokens_end();
CREATE FUNCTION tokens_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS NULL
       OR (OLD.digest, OLD.case_id, OLD.member_id, OLD.abilities, OLD.expires_at)
          IS DISTINCT FROM (NEW.digest, NEW.case_id, NEW.member_id, NEW.abilities, NEW.expires_at)
    THEN
        RAISE EXCEPTION 'a token is never widened' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER token_is_never_widened BEFORE UPDATE ON tokens_token
    FOR EACH ROW EXECUTE FUNCTION tokens_refuse();
"""
LAST = """
DROP TRIGGER tokens_end_with_the_place ON cases_membership;
DROP TRIGGER tokens_end_with_the_case ON cases_case;
DROP TRIGGER tokens_end_with_the_access ON accounts_member;
DROP FUNCTION tokens_end();
DROP TRIGGER token_is_never_widened ON tokens_token;
DROP FUNCTION tokens_refuse();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0007_confirmed_applications"),
        ("cases", "0004_clocks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Token",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("purpose", models.CharField(max_length=200)),
                (
                    "abilities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("read", "read what the case holds"),
                                ("categorise", "give categories and take them back"),
                                ("note", "write and correct notes"),
                                ("exhibit", "add folders as exhibits"),
                                ("analyse", "start and repeat analyses"),
                                ("filter", "keep filters"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("beginning", models.CharField(max_length=16)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("minute", models.BigIntegerField(default=0)),
                ("n_uses", models.PositiveIntegerField(default=0)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("revoked", "revoked"),
                            ("place", "its maker left the case"),
                            ("access", "the access of its maker was paused or reset"),
                            ("case", "the case was closed"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.agency",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "token",
                "verbose_name_plural": "tokens",
                "ordering": ["-made_at", "-pk"],
                "indexes": [models.Index(fields=["agency", "-made_at"], name="token_by_agency")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose", ""), _negated=True),
                        name="token_has_a_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("abilities__len__gt", 0)),
                        name="token_is_able_to_do_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_at__gt", models.F("made_at")),
                            (
                                "expires_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("made_at"),
                                    "+",
                                    models.Value(datetime.timedelta(days=90)),
                                ),
                            ),
                        ),
                        name="token_ends_within_90_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("ended_by__isnull", True),
                                ("ended_why", ""),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                models.Q(("ended_why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="token_ends_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(END, LAST),
    ]
