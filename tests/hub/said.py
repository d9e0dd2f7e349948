"""Said: reports, questions and answers about an invented tool, for tests of experience.

In      members; what is to be said otherwise
Out     rows as the actions make them
Why     each test of experience begins with something that was said
"""

from datetime import date

from django.utils import timezone

from haven.accounts.models import Agency, Member
from haven.hub.catalogue.models import Tool
from haven.hub.experience import actions, asking, speaking
from haven.hub.experience.deciding import Decision
from tests.hub import planted

SLUG = "wheelwright"
YES = Decision(accepts=True, answer="", is_free=True)
NO = Decision(accepts=False, answer="It names a case.", is_free=True)
NOW = timezone.now()


def open_catalogue():
    """Have the catalogue hold two tools; return the one that tests speak of."""
    planted.entry("sawmill", "Sawmill", maker="Log and Sons")
    return planted.entry(SLUG, "Wheelwright", maker="Spoke and Sons")


def curator(username):
    """Return a new curator of the one office."""
    office, _made = Agency.objects.get_or_create(
        name="Office", defaults={"country": "CH", "kind": "international"}
    )
    return _member(username, office, "curator")


def provider(username="pablo", *, agency="Lantern"):
    """Return a new member of a provider that speaks for nobody yet."""
    made, _is_new = Agency.objects.get_or_create(
        name=agency, defaults={"country": "UY", "kind": "provider"}
    )
    return _member(username, made, "provider")


def tied(member, by):
    """Have a provider's members speak for the maker of the tool."""
    speaking.tie(member.agency_id, Tool.objects.get(slug=SLUG).maker_id, by=by, at=NOW)
    return member


def met(**said):
    """Return what was met with the tool."""
    told = {
        "version": "4.2", "tried_on": date(2026, 5, 3), "tried": "Sorted a seized disk.",
        "data": "case", "media": ["image"], "effort": "day", "again": "yes", "care": "eased",
        "stake": "none", "worked": "Stacks of duplicates.", "did_not": "The export.",
    }  # fmt: skip
    return actions.Met(**{**told, **said})


def written(member, **said):
    """Return a report that waits."""
    return actions.write(SLUG, met(**said), by=member, at=NOW)


def published(member, by, **said):
    """Return a report that everyone reads."""
    return actions.decide(written(member, **said).public_id, YES, by=by, at=NOW)


def put(member, by, at=NOW, text="On which test set?"):
    """Return a question that was put to the maker."""
    made = asking.ask(SLUG, text, by=member, at=at)
    return asking.decide(made.public_id, YES, by=by, at=at)


def text(client, path):
    """Return the text of a page that is there."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def _member(username, agency, role):
    return Member.objects.create_user(
        username=username,
        display_name=username.title(),
        email=f"{username}@{agency.name.lower()}.example",
        agency=agency,
        roles=[role],
    )
