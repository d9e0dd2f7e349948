"""Walkers: everyone as whom the site is walked, and whose words each of them may meet.

In      a World
Out     Walker: a member or nobody, with what he may see
Why     one list for the crawler, for the API's tests and for docs/security/access.md
Not     here: walking (walk.py)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from haven.accounts.access import CASEWORKERS, Role
from tests.crawl.planted import NOW, Mark, World, member

if TYPE_CHECKING:
    from haven.accounts.models import Member

NO_ROLE = "no role"
PLACES = ("lead", "worker", "reader")
CASES = {"north": ("ours", "beside"), "south": ("theirs",)}  # by agency
# What some roles may meet of the cases of their agency without a place on them: who watches
# how long cases are kept sees numbers, dates and why one is to be erased; who reads the record
# sees what stands in it.
NUMBERS = frozenset({"number", "reason to erase"})
RECORD = NUMBERS | {"reason", "looked_for", "person", "note"}
RECORD |= {"purpose", "why", "reason of a decision"}  # of a token, of a lead, of a decision
RECORD |= {"reason to hand over", "why of an object", "what for of a report"}
# A curator vets agencies and names who speaks for each: he meets their names and those of
# their members, never an address; what they propose for the catalogue, report and ask is his
# to decide; the people of providers are his to invite.
CURATED = ("agency", "display_name", "of a proposal", "of a report", "hidden", "hidden post")
CURATED += ("of an experience", "of a question")
# Among colleagues of the Hub members show themselves, and what they write for all, to everyone.
COLLEAGUES = ("agency", "display_name", "about", "post", "answer")
OUTSIDE = {Role.SUPERVISOR: NUMBERS, Role.ADMINISTRATOR: NUMBERS, Role.AUDITOR: RECORD}


@dataclass(frozen=True)
class Walker:
    """Someone who walks the site."""

    name: str
    member: Member | None
    home: str = ""  # the agency; its own words may be met
    case: str = ""  # the case with a place on it; all of its words may be met
    outside: frozenset[str] = frozenset()  # places of words of other cases of the agency
    curates: bool = False
    behind_walls: bool = False  # row-level security is up, as in service

    def may_meet(self, mark: Mark, page: str = "") -> bool:
        """Tell whether a planted word may be shown to this walker, at an address of that name."""
        if mark.owner in (self.home, self.case):
            return True
        if page.startswith("community:") and self.member and mark.owner in ("north", "south"):
            is_shown = mark.place in COLLEAGUES or mark.place.endswith(COLLEAGUES[:2])
            if is_shown:
                return True
        if self.curates and mark.owner in ("north", "south", "tools"):
            return mark.owner == "tools" or mark.place.endswith(CURATED)
        return mark.owner in CASES.get(self.home, ()) and mark.place in self.outside


def walkers(world: World, named: str = "") -> Iterator[Walker]:
    """Yield everyone in whose name a word stands; without one, everyone."""
    return (one for one in _everyone(world) if named in one.name)


def _everyone(world: World) -> Iterator[Walker]:
    """Yield everyone; those who lead a case come first, as their pages lead everywhere."""
    yield Walker("north, leads ours", world.leads["ours"], "north", "ours", behind_walls=True)
    yield Walker(
        "south, leads theirs", world.leads["theirs"], "south", "theirs", behind_walls=True
    )
    yield Walker("anonymous", None)
    for role in sorted(CASEWORKERS):
        for place in PLACES:
            yield on_our_case(world, role, place)
    for role in [*Role, NO_ROLE]:
        yield outside(world, role)
    for role in [*Role, NO_ROLE]:
        if role != Role.PROVIDER:
            yield of_another_agency(world, role)


def on_our_case(world: World, role: str, place: str) -> Walker:
    """Return a caseworker of the north with a place on our case."""
    from haven.workbench.cases import actions as cases

    one = member(world.marks, world.north, "north", f"{role}_{place}", [role])
    cases.add_member(
        world.ids["ours"]["case_id"],
        member=one,
        role=place,
        by=world.leads["ours"],
        at=NOW,
    )
    name = f"north, {role}, {place} of ours"
    return Walker(name, one, "north", "ours", OUTSIDE.get(Role(role), frozenset()))


def outside(world: World, role: str) -> Walker:
    """Return a member of the north without a place on any case."""
    from haven.accounts.models import Agency

    if role != Role.PROVIDER:
        return _without_a_place(world, "north", role)
    tools = Agency.objects.create(
        name=world.marks.new("tools", "agency"), country="NO", kind="provider"
    )
    one = member(world.marks, tools, "tools", "provider", [role])
    return Walker("tools, provider, no place", one, "tools")


def of_another_agency(world: World, role: str) -> Walker:
    """Return a member of the south without a place on any case."""
    return _without_a_place(world, "south", role)


def _without_a_place(world: World, home: str, role: str) -> Walker:
    roles = [] if role == NO_ROLE else [role]
    agency = {"north": world.north, "south": world.south}[home]
    one = member(world.marks, agency, home, f"outside_{role}", roles)
    may_meet = frozenset() if role == NO_ROLE else OUTSIDE.get(Role(role), frozenset())
    curates = role == Role.CURATOR
    return Walker(f"{home}, {role}, no place", one, home, outside=may_meet, curates=curates)
