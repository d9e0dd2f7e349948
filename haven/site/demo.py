"""Demonstration: a cast with every role, and one case made of public photographs.

In      the demonstration pictures of the asset catalogue
Out     members of two agencies, a curator's office and a provider, and a few words of theirs
        among colleagues; folders laid out like seized ones, lists of known files, a case with two
        exhibits whose analysis goes through the real queue
Fails   AssetError: a picture is not here
Why     a first look must show the real program at work, and no picture of a child
Not     here: how the start runs (up.py), the pictures' layout (exhibits.py), what colleagues
        say (demo_colleagues.py), what lists hold (demo_lists.py)

Loading again changes nothing that is there.
"""

import secrets
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from haven.accounts import actions as accounts
from haven.accounts import codes, factors
from haven.accounts import queries as members
from haven.accounts.agencies import actions
from haven.accounts.agencies import queries as agencies
from haven.accounts.models import Member
from haven.accounts.terms import actions as terms
from haven.accounts.terms import texts
from haven.cli import up as command
from haven.site import demo_colleagues, demo_lists, exhibits, hub, trial
from haven.workbench.analysis import actions as analysis
from haven.workbench.authority import actions as authority
from haven.workbench.authority import queries as powers
from haven.workbench.cases import actions as cases
from haven.workbench.cases import queries as case_queries
from haven.workbench.categories import choosing
from haven.workbench.categories.schemes import Code
from haven.workbench.evidence import actions as evidence

NORTH = ("North Regional Unit", "NO", "regional", "north.example")
SOUTH = ("South Coast Unit", "ZA", "regional", "south.example")
OFFICE = ("Hub Office", "CH", "international", "office.example")
TOOLS = ("Lantern Tools", "UY", "provider", "lantern.example")
CAST = {  # sign-in name: name, agency, roles, role in the case (None: not on it)
    "ida": ("Ida Berg", NORTH, ["investigator", "supervisor"], "lead"),
    "aron": ("Aron Lind", NORTH, ["analyst"], "worker"),
    "thandi": ("Thandi Maseko", SOUTH, ["investigator"], None),
    "marit": ("Marit Holm", NORTH, ["administrator"], None),
    "otto": ("Otto Falk", NORTH, ["auditor"], None),
    "selma": ("Selma Dahl", NORTH, ["wellbeing"], None),
    "sipho": ("Sipho Dube", SOUTH, ["administrator"], None),
    "clara": ("Clara Meier", OFFICE, ["curator"], None),
    "pablo": ("Pablo Sosa", TOOLS, ["provider"], None),
}
CASE_NUMBER = "2026-014"
# Words that are easy to read out and to type; 5 of 64 give 30 bits, and the site listens
# on this machine alone.
WORDS = [
    "amber",
    "anchor",
    "apple",
    "arrow",
    "aspen",
    "atlas",
    "basil",
    "beach",
    "birch",
    "blaze",
    "brook",
    "cabin",
    "canyon",
    "cedar",
    "chalk",
    "cliff",
    "clover",
    "cobalt",
    "copper",
    "coral",
    "crane",
    "delta",
    "drift",
    "eagle",
    "ember",
    "falcon",
    "fern",
    "field",
    "fjord",
    "forest",
    "garnet",
    "glacier",
    "grove",
    "harbor",
    "hazel",
    "heron",
    "indigo",
    "island",
    "ivory",
    "jasper",
    "juniper",
    "lagoon",
    "lantern",
    "larch",
    "linen",
    "lotus",
    "maple",
    "marble",
    "meadow",
    "mint",
    "moss",
    "north",
    "ocean",
    "olive",
    "opal",
    "orchid",
    "pearl",
    "pebble",
    "pine",
    "quartz",
    "river",
    "robin",
    "saffron",
]


def load() -> str:
    """Load what is not there yet; return what was done in a few words."""
    kept = trial.sign_ins(settings.HAVEN_DATA_DIR)
    passwords = {name: kept.get(name) or _password() for name in CAST}
    trial.keep_sign_ins(settings.HAVEN_DATA_DIR, passwords)
    for username, password in passwords.items():
        _member(username, password, is_new_password=username not in kept)
    _domains()
    hub.load()
    demo_colleagues.load()
    lead = members.by_username("ida")
    assert lead is not None  # noqa: S101  # made a line above
    if case_queries.visible_to(lead).filter(number=CASE_NUMBER).exists():
        return "here"
    laid = exhibits.lay_out(command.demo_pictures(), settings.HAVEN_DATA_DIR / "demo" / "exhibits")
    with transaction.atomic():
        _open_case(lead, laid)
    return "one case, its analysis is queued"


def _member(username: str, password: str, *, is_new_password: bool) -> None:
    """Make one of the cast, or give a new password where the kept one was lost."""
    now = timezone.now()
    member = members.by_username(username)
    if member is not None:
        if not factors.any_of(member):  # a demonstration from before second factors
            codes.add_for_show(member)
        if is_new_password:
            accounts.set_password(member.pk, password=password, by=None, at=now)
        return
    display_name, (agency_name, country, kind, domain), roles, _role = CAST[username]
    with transaction.atomic():
        agency = members.agency(agency_name) or accounts.add_agency(
            name=agency_name, country=country, kind=kind, by=None, at=now
        )
        made = accounts.add_member(
            username=username,
            display_name=display_name,
            agency=agency,
            roles=roles,
            email=f"{username}@{domain}",
            by=None,
            at=now,
        )
        terms.accept(made, version=texts.current().version, language=texts.BINDING, at=now)
        accounts.set_password(made.pk, password=password, by=None, at=now)
        codes.add_for_show(made)


def _domains() -> None:
    """Have the curator verify the agencies' domains, so that one can apply to join."""
    curator = members.by_username("clara")
    for name, _country, _kind, domain in (NORTH, SOUTH):
        agency = members.agency(name)
        if curator and agency and not agencies.domains(agency).exists():
            actions.add_domain(
                agency.pk,
                name=domain,
                with_subdomains=False,
                how="meeting",
                by=curator,
                at=timezone.now(),
            )


def _open_case(lead: Member, laid: exhibits.Laid) -> None:
    """Open the case, let the colleague in, add the exhibits and queue their analysis."""
    now = timezone.now()
    case = cases.open_case(number=CASE_NUMBER, name="Demonstration", by=lead, at=now)
    for username, (_name, _agency, _roles, role) in CAST.items():
        member = members.by_username(username)
        if member is not None and role is not None and member.pk != lead.pk:
            cases.add_member(case.public_id, member=member, role=role, by=lead, at=now)
    _enter_authority(case.public_id, lead)
    scheme = _choose_scheme(case.public_id, lead)
    administrator = members.by_username("marit")
    assert administrator is not None  # noqa: S101  # made above
    demo_lists.load(command.demo_pictures(), by=administrator, scheme=scheme)
    for label, folder in laid.items():
        exhibit = evidence.add_folder(case.public_id, folder=folder, label=label, by=lead, at=now)
        analysis.start_run(exhibit.public_id, profile=settings.HAVEN_PROFILE, by=lead, at=now)


def _enter_authority(case_id: UUID, lead: Member) -> None:
    """Enter what the analysis of the demonstration stands on: it says itself that it is one."""
    now = timezone.now()
    basis = authority.Basis(
        kind=powers.KIND.CONSENT,
        reference="Demonstration",
        issuer="Public photographs of adults, under their licences",
        powers=[
            powers.POWER.ANALYSE,
            powers.POWER.TEMPLATES,
            powers.POWER.SEARCH,
            powers.POWER.SHARE,
        ],
        valid_from=timezone.localdate(now),
    )
    authority.enter(case_id, basis, by=lead, at=now)


def _choose_scheme(case_id: UUID, lead: Member) -> str:
    """Have the agency begin its cases with a harmless scheme, and choose it; return its name.

    The schemes for abuse material are offered too, and not used: every picture here is a
    harmless one of adults or of things, and no verdict is given beforehand.
    """
    now = timezone.now()
    administrator = members.by_username("marit")
    assert administrator is not None  # noqa: S101  # made above
    made = choosing.make(
        name="Demonstration",
        source="Harmless words for the harmless pictures of this demonstration.",
        codes=[
            Code(code="people", key="1", words="People", colour="accent"),
            Code(code="place", key="2", words="A place", colour="good"),
            Code(code="thing", key="3", words="A thing or an animal", colour="warning"),
            Code(code="other", key="0", words="Not relevant", closes=True),
        ],
        by=administrator,
        at=now,
    )
    choosing.set_default(made.key, by=administrator, at=now)
    choosing.choose(case_id, made.scheme.ref, by=lead, at=now)
    return made.scheme.ref


def _password() -> str:
    """Return a password of five words."""
    return "-".join(secrets.choice(WORDS) for _ in range(5))
