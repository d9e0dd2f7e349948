"""Context: where this site stands, and where a member may go.

In      settings, the member who asks
Out     whether it is a trial or a demonstration, for the notice on every page; the menu;
        `may`, by which a template shows only what will be allowed; where the guidance for a
        page of a case is, asked for by whole pages alone
Not     here: how pages look (web/context.py), the rules (accounts/access.py)
"""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.site import beside

MENU = (  # address, words, icon; shown to whom access.py opens it
    ("cases:list", _("Cases"), "case"),
    ("hub:home", _("Hub"), "document"),
    ("packages:receive", _("Receive a case"), "archive"),
    ("members:list", _("Members"), "people"),
    ("agencies:list", _("Agencies"), "folder"),
    ("joining:queue", _("Applications"), "document"),
    ("accounts:profile", _("My page"), "person"),
    ("wellbeing:help", _("Help for you"), "phone"),
    ("wellbeing:own", _("What I saw"), "hidden"),
    ("onboarding:practice", _("Practice"), "play"),
    ("wellbeing:group", _("How much the agency saw"), "people"),
    ("wellbeing:policy", _("Care for who looks"), "help"),
    ("accounts:resets", _("Resets of sign-ins"), "retry"),
    ("search:statistics", _("Statistics of searches"), "document"),
    ("authority:lists", _("Lists of your agency"), "filter"),
    ("tokens:agency", _("Tokens of your agency"), "key"),
    ("categories:schemes", _("Schemes of categories"), "filter"),
    ("known:lists", _("Lists of known files"), "filter"),
    ("decisions:two_people", _("Two people for an identification"), "people"),
    ("packages:keys", _("Handing over to other agencies"), "key"),
    ("audit:list", _("Record"), "document"),
    ("mfa_index", _("How you sign in"), "key"),
    ("installation", _("This installation"), "help"),
    ("retention:list", _("Dates and erasures"), "calendar"),
)


def place(request: HttpRequest) -> dict[str, object]:
    """Return what the base template says about this installation and this member."""
    told: dict[str, object] = {"is_demo": settings.HAVEN_DEMO, "home_url": "/"}
    member = getattr(request, "user", None)  # not there where an early middleware failed
    if member is not None and member.is_authenticated:
        told["may"] = access.may(member)
        told["guidance_url"] = SimpleLazyObject(lambda: _guidance(request))
        told["menu"] = [
            (reverse(page), words, icon)
            for page, words, icon in MENU
            if access.opens(member, page)
        ]
    return told


def _guidance(request: HttpRequest) -> str:
    match = request.resolver_match
    return beside.guidance_for(match.view_name) if match else ""
