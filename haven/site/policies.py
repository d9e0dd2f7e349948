"""Policies: which rows of a case the site's role sees, row-level security of PostgreSQL.

In      the models of the workbench; tables of the Hub that belong to one agency or member, or to
        few people (hub_policies.py)
Out     statements that the owner of the tables runs after every migration
Fails   NoWayToCase: a table of the workbench from which no case can be reached
Why     the second wall behind visible_to(member): on by default for every table of a case,
        also for those that come later
Not     here: who works on what (workbench/cases), the grants (database_roles.py), who asks
        (walls.py)

The visible cases are found once in a query, not once for each row: `(SELECT f())` without
reference to the row is an InitPlan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import models

from haven.site import hub_policies

WORKBENCH = "haven.workbench."
VISIBLE = "ANY ((SELECT haven_visible_cases())::bigint[])"
EXHIBITS = "ANY ((SELECT haven_visible_exhibits())::bigint[])"
ME = "(SELECT haven_member_id())"
AGENCIES = "ANY ((SELECT haven_visible_agencies())::bigint[])"
MY_AGENCY = "(SELECT haven_member_agency())"

# Tables of the workbench that hold nothing of a case, each with the reason.
NOT_OF_A_CASE: Mapping[str, str] = {
    "authority.OwnWord": "words of an agency for its lists; SPECIAL shows each agency its own",
    "categories.DefaultScheme": "a key of a scheme, for each agency; SPECIAL as above",
    "categories.OwnScheme": "schemes an agency made; SPECIAL as above",
    "known.KnownList": "what an agency was given; SPECIAL shows each agency its own",
    "known.Meaning": "what an administrator said of a list; SPECIAL as above",
    "known.SetAside": "entries of an agency's lists; SPECIAL as above",
    "packages.Identity": "keys of an agency; SPECIAL shows each agency its own",
    "packages.Partner": "keys of others that an agency checked; SPECIAL as above",
    "decisions.TwoPeople": "a rule of an agency; SPECIAL shows each agency its own",
    "cases.Clock": "number and dates alone; an agency's supervisors watch those of all its cases",
    "retention.Erasure": "outlives its case; number, dates and proof, for those who watch dates",
    "reveals.Choice": "how a member likes originals drawn; SPECIAL shows each member the own",
    "wellbeing.HelpPlace": "where an agency's members find help; SPECIAL shows each its own",
    "wellbeing.SharedCheckIn": "how a member was; SPECIAL shows it to the two it is between",
    "wellbeing.GroupWeek": "sums of an agency, five people or more; SPECIAL shows each its own",
    "wellbeing.Sitting": "how long a member worked; SPECIAL shows each member the own",
    "wellbeing.Practised": "that a member finished the practice; SPECIAL shows it to colleagues",
    "onboarding.StageDone": "how far a member is; SPECIAL shows each member the own",
    "wellbeing.AgencyPolicy": "what an agency sets for looking; SPECIAL shows each its own",
}

# Tables of the Hub that belong to one agency, by what leads to it, or to one member, and those
# of colleagues.
_OF_AN_ASSESSMENT = (
    "EXISTS (SELECT FROM assessment_assessment AS parent WHERE parent.id = assessment_id)"
)
OF_THE_HUB: Mapping[str, Mapping[str, str]] = {
    "assessment_assessment": {"ALL": f"agency_id = {MY_AGENCY}"},
    "assessment_part": {"ALL": _OF_AN_ASSESSMENT},
    "assessment_answer": {"ALL": _OF_AN_ASSESSMENT},
    "assessment_dissent": {"ALL": _OF_AN_ASSESSMENT},
    "assessment_closing": {"ALL": _OF_AN_ASSESSMENT},
    **hub_policies.TABLES,
    # What a member keeps of the catalogue is nobody else's.
    **{
        f"finding_{name}": {"ALL": f"member_id = {ME}"}
        for name in ("listed", "search", "follow", "weekly", "feed")
    },
}

# The owner's functions see past the policies; each answers one question about who asks.
_OF_CASES = """
CREATE OR REPLACE FUNCTION haven_member_id() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT NULLIF(current_setting('haven.member_id', true), '')::bigint
$$;
CREATE OR REPLACE FUNCTION haven_member_agency() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT agency_id FROM accounts_member WHERE id = haven_member_id() AND is_active
$$;
CREATE OR REPLACE FUNCTION haven_visible_agencies() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT coalesce(array_agg(a.id), '{{}}')
    FROM accounts_member m JOIN accounts_agency a
        ON a.id = m.agency_id OR a.contact_id = m.id OR 'curator' = ANY (m.roles)
    WHERE m.id = haven_member_id() AND m.is_active
$$;
CREATE OR REPLACE FUNCTION haven_visible_cases() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT coalesce(array_agg(c.id), '{{}}')
    FROM cases_membership m JOIN cases_case c ON c.id = m.case_id
    WHERE m.member_id = haven_member_id() AND c.agency_id = haven_member_agency()
        AND c.id = coalesce(NULLIF(current_setting('haven.only_case', true), '')::bigint, c.id)
$$;
CREATE OR REPLACE FUNCTION haven_administers(agency bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM accounts_member WHERE id = haven_member_id() AND is_active
            AND agency_id = agency AND 'administrator' = ANY (roles)
    )
$$;
CREATE OR REPLACE FUNCTION haven_token_holder(asked text)
RETURNS TABLE (member_id bigint, case_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT member_id, case_id FROM tokens_token WHERE digest = asked
$$;
CREATE OR REPLACE FUNCTION haven_feed_holder(asked uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT member_id FROM finding_feed WHERE public_id = asked
$$;
CREATE OR REPLACE FUNCTION haven_visible_exhibits() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{{}}')
    FROM evidence_exhibit WHERE case_id = ANY (haven_visible_cases())
$$;
CREATE OR REPLACE FUNCTION haven_is_new_case(asked bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 1000 SET search_path = {schema}, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM cases_membership WHERE case_id = asked)
$$;
CREATE OR REPLACE FUNCTION haven_opens_case(asked bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 1000 SET search_path = {schema}, pg_temp AS $$
    SELECT haven_is_new_case(asked) AND EXISTS (
        SELECT FROM cases_case WHERE id = asked AND opened_by_id = haven_member_id()
    )
$$;
CREATE OR REPLACE FUNCTION haven_stays(
    asked bigint, name text, agency bigint, held text[], super boolean
) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 1000 SET search_path = {schema}, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM accounts_member WHERE id = asked AND username = name
            AND agency_id = agency AND roles::text[] = held AND is_superuser = super
    )
$$;
CREATE OR REPLACE FUNCTION haven_is_colleague(asked bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 1000 SET search_path = {schema}, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM accounts_member WHERE id = asked AND agency_id = haven_member_agency()
    )
$$;
"""
FUNCTIONS = "".join((_OF_CASES, hub_policies.FUNCTIONS))
DEFINED = (
    "haven_member_id()",
    "haven_member_agency()",
    "haven_visible_agencies()",
    "haven_visible_cases()",
    "haven_administers(bigint)",
    "haven_token_holder(text)",
    "haven_feed_holder(uuid)",
    "haven_visible_exhibits()",
    "haven_is_new_case(bigint)",
    "haven_opens_case(bigint)",
    "haven_is_colleague(bigint)",
    "haven_stays(bigint,text,bigint,text[],boolean)",
    *hub_policies.DEFINED,
)

# Tables whose rows are not simply those of a visible case: command, and what must be true.
# A case is its opener's until somebody works on it; then it is theirs who do.
_NEW_AND_MINE = f"opened_by_id = {ME} AND haven_is_new_case(id)"
_COLLEAGUE = "haven_is_colleague(member_id)"
_OURS = f"agency_id = {AGENCIES} OR id = {ME}"
_PEOPLE = f"{ME} IS NULL OR {_OURS}"
# A rule sees the row as it will be, a function that only reads sees it as it was.
_STAYS = "haven_stays(id, username, agency_id, roles::text[], is_superuser)"
SPECIAL: Mapping[str, Mapping[str, str]] = {
    "cases_case": {
        "SELECT": f"id = {VISIBLE} OR ({_NEW_AND_MINE})",
        "INSERT": f"opened_by_id = {ME} AND agency_id = {MY_AGENCY}",
        "UPDATE": f"id = {VISIBLE} AND agency_id = {MY_AGENCY}",
    },
    "cases_membership": {
        "SELECT": f"case_id = {VISIBLE} OR member_id = {ME}",
        "INSERT": f"{_COLLEAGUE} AND (case_id = {VISIBLE}"
        f" OR (member_id = {ME} AND haven_opens_case(case_id)))",
        "UPDATE": f"case_id = {VISIBLE} AND {_COLLEAGUE}",
        "DELETE": f"case_id = {VISIBLE}",
    },
    "authority_ownword": {"ALL": f"agency_id = {MY_AGENCY}"},
    "categories_defaultscheme": {"ALL": f"agency_id = {MY_AGENCY}"},
    "categories_ownscheme": {"ALL": f"agency_id = {MY_AGENCY}"},
    "decisions_twopeople": {"ALL": f"agency_id = {MY_AGENCY}"},
    "known_knownlist": {"ALL": f"agency_id = {MY_AGENCY}"},
    "known_meaning": {
        "ALL": "EXISTS (SELECT FROM known_knownlist AS parent WHERE parent.id = known_list_id)"
    },
    "known_setaside": {"ALL": f"agency_id = {MY_AGENCY}"},
    "packages_identity": {"ALL": f"agency_id = {MY_AGENCY}"},
    "packages_partner": {"ALL": f"agency_id = {MY_AGENCY}"},
    "cases_clock": {"ALL": f"agency_id = {MY_AGENCY}"},
    # An administrator ends tokens of the agency without a place on their cases.
    "tokens_token": {
        "SELECT": f"case_id = {VISIBLE} OR haven_administers(agency_id)",
        "INSERT": f"case_id = {VISIBLE} AND member_id = {ME} AND agency_id = {MY_AGENCY}",
        "UPDATE": f"case_id = {VISIBLE} OR haven_administers(agency_id)",
    },
    "retention_erasure": {"ALL": f"agency_id = {MY_AGENCY}"},
    # Before sign-in anyone may be the one who signs in, and nobody changes what a member is:
    # name, agency and roles. After it colleagues alone are there,
    # How much somebody saw is that member's alone, also after leaving the case.
    "wellbeing_exposure": {
        "SELECT": f"member_id = {ME}",
        "INSERT": f"member_id = {ME} AND case_id = {VISIBLE}",
        "UPDATE": f"member_id = {ME}",
    },
    "reveals_choice": {"ALL": f"member_id = {ME}"},
    "wellbeing_helpplace": {"ALL": f"agency_id = {MY_AGENCY}"},
    "wellbeing_sharedcheckin": {
        "SELECT": f"member_id = {ME} OR shared_with_id = {ME}",
        "INSERT": f"member_id = {ME} AND haven_is_colleague(shared_with_id)",
        "DELETE": f"member_id = {ME}",
    },
    "wellbeing_groupweek": {"SELECT": f"agency_id = {MY_AGENCY}"},
    # What became of a case is told to who is on it and to who ever saw something of it.
    "wellbeing_outcome": {
        "SELECT": f"agency_id = {MY_AGENCY} AND (case_id = {VISIBLE} OR EXISTS (SELECT FROM"
        " wellbeing_exposure AS seen WHERE seen.case_id = wellbeing_outcome.case_id"
        f" AND seen.member_id = {ME}))",
        "INSERT": f"agency_id = {MY_AGENCY} AND case_id = {VISIBLE}",
    },
    "wellbeing_outcomeread": {"ALL": f"member_id = {ME}"},
    # Who asked not to see something is told to who takes it, and to nobody else on the case.
    "wellbeing_optout": {
        "SELECT": f"member_id = {ME} OR EXISTS (SELECT FROM wellbeing_handed AS parent"
        f" WHERE parent.id = handed_id AND parent.taken_by_id = {ME})",
        "INSERT": f"member_id = {ME} AND EXISTS (SELECT FROM wellbeing_handed AS parent"
        " WHERE parent.id = handed_id)",
        "DELETE": f"member_id = {ME}",
    },
    # That somebody finished the practice is for colleagues; how far one is, for nobody else.
    "wellbeing_practised": {
        "SELECT": _COLLEAGUE,
        "INSERT": f"member_id = {ME}",
    },
    "onboarding_stagedone": {"ALL": f"member_id = {ME}"},
    # So is how somebody learns. A certificate is there for whoever has its code.
    "learning_depth": {"ALL": f"member_id = {ME}"},
    "learning_reading": {"ALL": f"member_id = {ME}"},
    "learning_attempt": {"ALL": f"member_id = {ME}"},
    "wellbeing_sitting": {"ALL": f"member_id = {ME}"},
    "wellbeing_agencypolicy": {"ALL": f"agency_id = {MY_AGENCY}"},
    # Before sign-in anyone may be the one who signs in. After it colleagues alone are there,
    # for the contact of an agency its members, and for curators everyone. Curators are seen
    # by all, because applications are put before them.
    "accounts_member": {
        "SELECT": f"{_PEOPLE} OR 'curator' = ANY (roles)",
        "INSERT": _PEOPLE,
        "UPDATE": _PEOPLE,
        "UPDATE CHECK": f"({ME} IS NULL AND {_STAYS}) OR {_OURS}",
        "DELETE": _OURS,
    },
}


class NoWayToCase(LookupError):
    """A table of the workbench does not say which case its rows belong to."""


def tables() -> dict[str, Mapping[str, str]]:
    """Return for each table behind the wall: command to what must be true of its rows.

    Raises:
        NoWayToCase: A table of the workbench that is neither of a case nor said not to be.
    """
    found = {
        model._meta.db_table: {"ALL": _rule(model)}
        for model in case_models()
        if model._meta.db_table not in SPECIAL
    }
    return {**SPECIAL, **OF_THE_HUB, **found}


def case_models() -> list[type[models.Model]]:
    """Return the models of the workbench whose rows belong to a case."""
    return [model for model in _workbench() if model._meta.label not in NOT_OF_A_CASE]


def statements(table: str, rules: Mapping[str, str], *, web: str, worker: str) -> Iterator[str]:
    """Yield what puts one table behind the wall; running it again changes nothing."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    for command in ("ALL", "SELECT", "INSERT", "UPDATE", "DELETE"):
        yield f"DROP POLICY IF EXISTS haven_web_{command.lower()} ON {table}"
    yield f"DROP POLICY IF EXISTS haven_worker_all ON {table}"
    for command, rule in rules.items():
        if command.endswith(" CHECK"):
            continue  # of the row as it will be, where that differs
        after = rules.get(f"{command} CHECK", rule)
        using = "" if command == "INSERT" else f" USING ({rule})"
        check = "" if command in ("SELECT", "DELETE") else f" WITH CHECK ({after})"
        name = f"haven_web_{command.lower()}"
        yield f"CREATE POLICY {name} ON {table} FOR {command} TO {web}{using}{check}"
    yield f"CREATE POLICY haven_worker_all ON {table} TO {worker} USING (true) WITH CHECK (true)"


def _workbench() -> list[type[models.Model]]:
    """Return every model with a table in an app of the workbench."""
    return [
        model
        for config in apps.get_app_configs()
        if config.name.startswith(WORKBENCH)
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def _rule(model: type[models.Model]) -> str:
    """Return what must be true of a row of a case: its own column, or one join.

    Raises:
        NoWayToCase: No column leads to a case.
    """
    parents = {
        field.column: field.related_model
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model in _workbench()
    }
    owner: Any = model._meta.auto_created
    if owner:  # rows between two models belong to the one that has them
        parents = {column: parent for column, parent in parents.items() if parent is owner}
    required = [name for name in parents if not model._meta.get_field(_field(model, name)).null]
    labels = {name: parent._meta.label for name, parent in parents.items()}
    for name in required:
        if labels[name] == "cases.Case":
            return f"{name} = {VISIBLE}"
    for name in required:
        if labels[name] == "evidence.Exhibit":
            return f"{name} = {EXHIBITS}"
    ways = [
        f"EXISTS (SELECT FROM {parents[name]._meta.db_table} AS parent"
        f" WHERE parent.id = {model._meta.db_table}.{name})"  # behind its own wall
        for name in required[:1] or parents
        if parents[name] is not model
    ]
    if not ways:
        raise NoWayToCase(f"no column of {model._meta.label} leads to a case")
    return " OR ".join(ways)


def _field(model: type[models.Model], column: str) -> str:
    """Return the name of the field that a column belongs to."""
    return next(field.name for field in model._meta.concrete_fields if field.column == column)
