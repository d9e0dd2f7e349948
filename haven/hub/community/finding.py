"""Finding colleagues: by words, and by language, skill, tool and country.

In      what a member asks for, and who asks
Out     entries that fit; how many of each value there are
Fails   never; a value that nobody has finds nobody
Why     one place for the page and its counts
Not     here: who is listed (queries.py)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, F, Func
from django.utils import translation

from haven.accounts import names
from haven.hub.community import queries
from haven.hub.community.vocabulary import Skill
from haven.web.words import words

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.hub.community.models import Profile

_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member asks for; empty is anyone."""

    q: str = ""
    language: str = ""
    skill: str = ""
    tool: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return bool(self.q.strip() or self.language or self.skill or self.tool or self.country)


def folded(profile: Profile, tools: Iterable[str]) -> str:
    """Return the words by which an entry is found, those of lists in each language of the site."""
    person = profile.person
    texts = [person.name, person.agency, profile.about, *tools]
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts += [names.country(person.country)]
            texts += [names.language(one) for one in profile.languages]
            texts += [str(Skill(one).label) for one in profile.skills]
    return " ".join(dict.fromkeys(words(" ".join(texts))))


def find(asked: Asked, *, member: Member) -> QuerySet[Profile]:
    """Return the entries that fit, by name."""
    found = queries.visible_to(member)
    if parts := words(asked.q)[:_MOST_WORDS]:
        every = " & ".join(f"'{word}':*" for word in parts)  # letters and digits alone: words.py
        found = found.filter(found_by=SearchQuery(every, config="simple", search_type="raw"))
    for value, field in ((asked.language, "languages"), (asked.skill, "skills"),
                         (asked.tool, "tools")):  # fmt: skip
        if value:
            found = found.filter(**{f"{field}__contains": [value]})
    return found.filter(person__country=asked.country) if asked.country else found


def counts(member: Member) -> Mapping[str, Mapping[str, int]]:
    """Return how many entries there are of each language, skill and country."""
    listed = queries.visible_to(member).order_by()
    told = {
        "language": Func(F("languages"), function="unnest"),
        "skill": Func(F("skills"), function="unnest"),
        "country": F("person__country"),
    }
    counted = {
        name: listed.values(value=of).annotate(n=Count("pk")).values_list("value", "n")
        for name, of in told.items()
    }
    return {name: dict(rows) for name, rows in counted.items()}
