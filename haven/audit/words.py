"""Words: what a reader sees for the fixed words of an entry: roles, doors, names of facts.

In      a role, a door, a kind of thing or a fact, as the entry holds it
Out     words in the reader's language; the fixed word itself where none is known
Fails   never: an entry of an earlier version is shown as it is
Why     the record holds fixed words, so that it can be proved; a reader needs plain ones
Not     here: sentences of verbs (verbs.py). Roles are accounts' own: a test compares them
"""

from collections.abc import Mapping

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str | Promise]

ROLES: Words = {
    "investigator": _("investigator"),
    "analyst": _("victim identification analyst"),
    "supervisor": _("supervisor"),
    "wellbeing": _("wellbeing lead"),
    "administrator": _("agency administrator"),
    "auditor": _("auditor"),
    "curator": _("hub curator"),
    "provider": _("tool provider"),
}
DOORS: Words = {
    "web": _("the pages"),
    "token": _("a program with a token"),
    "worker": _("the worker"),
    "console": _("the console"),
    "keeper": _("the keeper of the record"),
    "program": _("the program"),
}
FACTS: Words = {
    "abilities": _("What it may do"),
    "across": _("Across cases"),
    "address": _("Address of the API"),
    "authority": _("Authority"),
    "authority_kind": _("Kind of authority"),
    "because": _("Because of"),
    "before": _("Before"),
    "candidates": _("Candidates"),
    "country": _("Country"),
    "days_left": _("Days left"),
    "domain": _("Domain"),
    "email": _("Address"),
    "ended_at": _("Ended"),
    "entries": _("Entries"),
    "erased": _("Erased"),
    "error_code": _("Code of the error"),
    "exhibits": _("Exhibits"),
    "factor": _("Second factor"),
    "given": _("Roles given"),
    "given_roles": _("Roles given"),
    "ground": _("Ground"),
    "groups": _("Groups"),
    "how": _("How"),
    "kind": _("Kind"),
    "languages": _("Languages"),
    "list": _("List"),
    "looked_for": _("Looked for"),
    "member": _("Member"),
    "n_examined": _("Items looked at"),
    "n_files": _("Files"),
    "n_searched": _("Faces searched"),
    "n_templates": _("Face templates"),
    "name": _("Name"),
    "powers": _("What it covers"),
    "profile": _("Profile"),
    "purpose": _("Purpose"),
    "results": _("Results"),
    "role": _("Role"),
    "roles": _("Roles"),
    "size": _("Entries signed"),
    "size_bytes": _("Size in bytes"),
    "started_at": _("Started"),
    "state": _("State"),
    "status": _("Status"),
    "step": _("Step"),
    "taken": _("Roles taken"),
    "templates": _("Face templates"),
    "token": _("Token"),
    "until": _("Until"),
    "valid_from": _("Valid from"),
    "valid_until": _("Valid until"),
    "version": _("Version"),
    "was": _("Before"),
    "which": _("Which"),
    "why": _("Why"),
    "with_subdomains": _("Also every domain below it"),
    "words": _("Words looked for"),
}
_OF_ROLES = frozenset({"given", "given_roles", "roles", "taken"})


def role(name: str) -> str:
    """Return a role in words."""
    return str(ROLES.get(name, name))


def door(via: str) -> str:
    """Return through what an act came in."""
    return str(DOORS.get(via, via))


def fact(name: str) -> str:
    """Return the name of a fact in words, or nothing."""
    return str(FACTS.get(name, ""))


def value(name: str, found: object) -> object:
    """Return the value of a fact as it is read: roles, lists and yes or no in words."""
    if isinstance(found, bool):
        return gettext("yes") if found else gettext("no")
    if isinstance(found, list):
        return ", ".join(role(str(one)) if name in _OF_ROLES else str(one) for one in found)
    return found


def thing(target_type: str, target_id: str) -> str:
    """Return the kind of a thing in words, with its key."""
    try:
        kind = str(apps.get_model(target_type)._meta.verbose_name)
    except (LookupError, ValueError):  # of an earlier version, or none
        kind = target_type.partition(".")[2]
    return f"{kind} {target_id}".strip()
