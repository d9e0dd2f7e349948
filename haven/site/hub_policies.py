"""Policies of the Hub's community: which rows of colleagues the site's role sees.

In      nothing
Out     FUNCTIONS, their names and which of them the worker calls; TABLES: command to what must
        be true of a row
Fails   closed: who is not named sees nobody
Why     messages are for two people, and no role of the program is one of them; who wants to
        be found is found by officers alone; a query that forgets to ask finds nothing
Not     here: how a policy is made (policies.py), the filter before it (hub/community/queries.py)
"""

from __future__ import annotations

from collections.abc import Mapping

ME = "(SELECT haven_member_id())"
MEETS = "(SELECT haven_meets_officers())"
CURATES = "(SELECT haven_curates())"
AUDIENCES = "ANY ((SELECT haven_audiences())::text[])"
GROUPS = "ANY ((SELECT haven_groups())::text[])"

# The owner's functions see past the policies; each answers one question about who asks, and
# the last one erases what the worker has no right to open.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION haven_meets_officers() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM accounts_member m JOIN accounts_agency a ON a.id = m.agency_id
        WHERE m.id = haven_member_id() AND m.is_active AND m.status = 'active'
            AND a.status = 'active' AND cardinality(m.roles) > 0
            AND a.kind IN ('national', 'regional', 'prosecution', 'international')
    )
$$;
CREATE OR REPLACE FUNCTION haven_curates() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM accounts_member
        WHERE id = haven_member_id() AND is_active AND 'curator' = ANY (roles)
    )
$$;
CREATE OR REPLACE FUNCTION haven_audiences() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT coalesce(array_agg(heard.audience), '{{}}')
    FROM accounts_member m, (VALUES
        ('members', ARRAY['investigator', 'analyst', 'supervisor', 'wellbeing',
            'administrator', 'auditor', 'curator']),
        ('members-and-makers', ARRAY['investigator', 'analyst', 'supervisor', 'wellbeing',
            'administrator', 'auditor', 'curator', 'provider']),
        ('investigators', ARRAY['investigator', 'analyst', 'supervisor', 'curator']),
        ('team-leaders', ARRAY['supervisor', 'administrator', 'curator'])
    ) AS heard (audience, roles)
    WHERE m.id = haven_member_id() AND m.is_active AND m.roles::text[] && heard.roles
$$;
CREATE OR REPLACE FUNCTION haven_groups() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT coalesce(array_agg(topic), '{{}}')
    FROM community_joined WHERE person_id = haven_member_id()
$$;
CREATE OR REPLACE FUNCTION haven_erase_messages(too_old timestamptz)
RETURNS TABLE (n_messages bigint, n_contacts bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    ended bigint[];
BEGIN
    IF too_old > now() - interval '30 days' THEN
        RAISE EXCEPTION 'messages_are_kept_a_month' USING ERRCODE = 'check_violation';
    END IF;
    DELETE FROM community_message WHERE contact_id IN (
        SELECT contact_id FROM community_message
        GROUP BY contact_id HAVING max(sent_at) < too_old
    ) OR id <= (
        SELECT min(gone.up_to) FROM community_removed AS gone
        WHERE gone.contact_id = community_message.contact_id HAVING count(*) = 2
    );
    GET DIAGNOSTICS n_messages = ROW_COUNT;
    UPDATE community_contact SET reason = '' WHERE last_at < too_old AND reason <> '';
    ended := ARRAY(
        SELECT c.id FROM community_contact AS c
        WHERE c.last_at < too_old AND c.state <> 'accepted'
            AND NOT EXISTS (SELECT FROM community_message WHERE contact_id = c.id)
            AND NOT EXISTS (SELECT FROM community_report WHERE contact_id = c.id)
        FOR UPDATE OF c
    );
    DELETE FROM community_removed WHERE contact_id = ANY (ended);
    DELETE FROM community_contact WHERE id = ANY (ended);
    GET DIAGNOSTICS n_contacts = ROW_COUNT;
    RETURN NEXT;
END
$$;
"""
OF_THE_WORKER = ("haven_erase_messages(timestamp with time zone)",)
DEFINED = (
    "haven_meets_officers()",
    "haven_curates()",
    "haven_audiences()",
    "haven_groups()",
    *OF_THE_WORKER,
)

_MINE = f"person_id = {ME}"
_OF_TWO = f"asker_id = {ME} OR asked_id = {ME}"
_HEARD = f"open_to = {AUDIENCES} AND (NOT is_group OR topic = {GROUPS} OR {CURATES})"
_THREAD = "EXISTS (SELECT FROM community_thread AS parent WHERE parent.id = thread_id)"
# Who is reported, or reported it, does not moderate it.
_MODERATES = f"({CURATES} AND about_id <> {ME})"
_HIDING = (
    f"{CURATES} OR EXISTS (SELECT FROM community_post AS parent"
    f" WHERE parent.id = post_id AND parent.author_id = {ME})"
)
_HAS_POSTED = "EXISTS (SELECT FROM community_post AS said WHERE said.author_id = member_id)"
_HAS_BEGUN = "EXISTS (SELECT FROM community_thread AS begun WHERE begun.author_id = member_id)"
_BETWEEN_THESE = (
    "EXISTS (SELECT FROM community_contact AS parent WHERE parent.id = contact_id"
    " AND parent.state = 'accepted'"
    " AND ((parent.asker_id = sender_id AND parent.asked_id = receiver_id)"
    " OR (parent.asked_id = sender_id AND parent.asker_id = receiver_id)))"
)

TABLES: Mapping[str, Mapping[str, str]] = {
    # Officers see who takes part; everyone else the names beside what they may read.
    "community_person": {
        "SELECT": f"member_id = {ME} OR {MEETS} OR {CURATES} OR {_HAS_POSTED} OR {_HAS_BEGUN}",
        "INSERT": f"member_id = {ME}",
        "UPDATE": f"member_id = {ME}",
    },
    "community_profile": {
        "SELECT": f"{_MINE} OR ({MEETS} AND EXISTS (SELECT FROM community_person AS parent"
        " WHERE parent.member_id = person_id AND parent.is_officer))",
        "INSERT": f"{_MINE} AND {MEETS}",
        "UPDATE": _MINE,
        "DELETE": _MINE,
    },
    "community_block": {"ALL": f"blocker_id = {ME}"},
    "community_contact": {
        "SELECT": _OF_TWO,
        "INSERT": f"asker_id = {ME} AND state = 'waits' AND {MEETS}",
        "UPDATE": _OF_TWO,
    },
    # What two people write is theirs: no role opens it, and no rule here names one.
    "community_message": {
        "SELECT": f"sender_id = {ME} OR receiver_id = {ME}",
        "INSERT": f"sender_id = {ME} AND {_BETWEEN_THESE}",
    },
    "community_removed": {"ALL": _MINE},
    "community_acceptedrules": {"ALL": _MINE},
    "community_joined": {
        "SELECT": f"{_MINE} OR topic = {GROUPS} OR {CURATES}",
        "INSERT": _MINE,
        "DELETE": _MINE,
    },
    "community_thread": {
        "SELECT": _HEARD,
        "INSERT": f"author_id = {ME} AND {_HEARD}",
        "UPDATE": _HEARD,
    },
    "community_post": {
        "SELECT": f"{_THREAD} AND (NOT is_hidden OR author_id = {ME} OR {CURATES})",
        "INSERT": f"author_id = {ME} AND {_THREAD}",
        "UPDATE": CURATES,
    },
    "community_hiding": {"SELECT": _HIDING, "INSERT": CURATES, "UPDATE": _HIDING},
    "community_look": {
        "SELECT": "EXISTS (SELECT FROM community_hiding AS parent WHERE parent.id = hiding_id)",
        "INSERT": f"{CURATES} AND by_id = {ME}",
    },
    "community_report": {
        "SELECT": f"reporter_id = {ME} OR {_MODERATES}",
        "INSERT": f"reporter_id = {ME}",
        "UPDATE": _MODERATES,
    },
    "community_disclosed": {
        "ALL": "EXISTS (SELECT FROM community_report AS parent WHERE parent.id = report_id)",
    },
}
