"""What the database itself keeps: who a person is, whose consent it takes, what was said."""

from django.db import migrations

KEPT = """
CREATE FUNCTION community_person_is_the_member() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    SELECT m.display_name, a.name, a.country,
        m.is_active AND m.status = 'active' AND a.status = 'active'
            AND cardinality(m.roles) > 0
            AND a.kind IN ('national', 'regional', 'prosecution', 'international')
        INTO NEW.name, NEW.agency, NEW.country, NEW.is_officer
        FROM accounts_member m JOIN accounts_agency a ON a.id = m.agency_id
        WHERE m.id = NEW.member_id;
    RETURN NEW;
END
$$;
CREATE TRIGGER community_person_is_the_member
    BEFORE INSERT OR UPDATE ON community_person
    FOR EACH ROW EXECUTE FUNCTION community_person_is_the_member();
CREATE FUNCTION community_person_follows() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_TABLE_NAME = 'accounts_agency' THEN
        UPDATE community_person p SET member_id = p.member_id
            FROM accounts_member m WHERE m.id = p.member_id AND m.agency_id = NEW.id;
    ELSE
        UPDATE community_person SET member_id = member_id WHERE member_id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER community_person_follows_the_member
    AFTER UPDATE OF display_name, agency_id, roles, status, is_active ON accounts_member
    FOR EACH ROW EXECUTE FUNCTION community_person_follows();
CREATE TRIGGER community_person_follows_the_agency
    AFTER UPDATE OF name, country, kind, status ON accounts_agency
    FOR EACH ROW EXECUTE FUNCTION community_person_follows();
CREATE FUNCTION community_contact_takes_consent() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER community_contact_takes_consent
    BEFORE UPDATE ON community_contact
    FOR EACH ROW EXECUTE FUNCTION community_contact_takes_consent();
CREATE FUNCTION community_post_stays_as_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.text <> OLD.text OR NEW.author_id <> OLD.author_id
        OR NEW.thread_id <> OLD.thread_id OR NEW.posted_at <> OLD.posted_at THEN
        RAISE EXCEPTION 'post_stays_as_said' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER community_post_stays_as_said
    BEFORE UPDATE ON community_post
    FOR EACH ROW EXECUTE FUNCTION community_post_stays_as_said();
"""
NOT_KEPT = """
DROP TRIGGER community_post_stays_as_said ON community_post;
DROP FUNCTION community_post_stays_as_said();
DROP TRIGGER community_contact_takes_consent ON community_contact;
DROP FUNCTION community_contact_takes_consent();
DROP TRIGGER community_person_follows_the_agency ON accounts_agency;
DROP TRIGGER community_person_follows_the_member ON accounts_member;
DROP FUNCTION community_person_follows();
DROP TRIGGER community_person_is_the_member ON community_person;
DROP FUNCTION community_person_is_the_member();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0001_initial"),
        ("accounts", "0007_confirmed_applications"),
    ]

    operations = [migrations.RunSQL(KEPT, NOT_KEPT)]
