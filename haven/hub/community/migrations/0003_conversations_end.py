"""Conversations end: one of two removes them, and time erases them; a thread stays as begun."""

import django.db.models.deletion
from django.db import migrations, models

KEPT = """
CREATE OR REPLACE FUNCTION community_contact_takes_consent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asks bigint := NULLIF(current_setting('haven.member_id', true), '')::bigint;
BEGIN
    IF NEW.asker_id <> OLD.asker_id OR NEW.asked_id <> OLD.asked_id
        OR (NEW.reason <> OLD.reason
            AND NOT (NEW.reason = '' AND OLD.last_at < now() - interval '30 days'))
        OR (NEW.state = 'accepted' AND OLD.state <> 'accepted'
            AND (OLD.state <> 'waits' OR asks <> OLD.asked_id)) THEN
        RAISE EXCEPTION 'contact_takes_consent' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION community_thread_stays_as_begun() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.title <> OLD.title OR NEW.author_id <> OLD.author_id OR NEW.topic <> OLD.topic
        OR NEW.open_to <> OLD.open_to OR NEW.is_group <> OLD.is_group THEN
        RAISE EXCEPTION 'thread_stays_as_begun' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER community_thread_stays_as_begun
    BEFORE UPDATE ON community_thread
    FOR EACH ROW EXECUTE FUNCTION community_thread_stays_as_begun();
"""
NOT_KEPT = """
DROP TRIGGER community_thread_stays_as_begun ON community_thread;
DROP FUNCTION community_thread_stays_as_begun();
CREATE OR REPLACE FUNCTION community_contact_takes_consent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asks bigint := NULLIF(current_setting('haven.member_id', true), '')::bigint;
BEGIN
    IF NEW.asker_id <> OLD.asker_id OR NEW.asked_id <> OLD.asked_id OR NEW.reason <> OLD.reason
        OR (NEW.state = 'accepted' AND OLD.state <> 'accepted'
            AND (OLD.state <> 'waits' OR asks <> OLD.asked_id)) THEN
        RAISE EXCEPTION 'contact_takes_consent' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("community", "0002_what_the_database_keeps")]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name", "member"], name="colleague_by_name"),
        ),
        migrations.CreateModel(
            name="Removed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("up_to", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.contact",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "removed conversation",
                "verbose_name_plural": "removed conversations",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contact", "person"),
                        name="conversation_is_removed_up_to_one_place",
                    )
                ],
            },
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
