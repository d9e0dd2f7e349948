"""Demonstration among colleagues: two in the directory, a thread, an announcement, an event.

In      the cast of the demonstration (demo.py)
Out     a few invented words, each marked as invented; an event that is still to come
Fails   LookupError: the cast is not there
Why     an empty place shows nobody what it is for
Not     here: cases (demo.py), what the Hub opens with (hub.py)

Loading again changes nothing that is there; a new event is added when the last one is over.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from haven.accounts import queries as members
from haven.accounts.models import Member
from haven.hub.community import actions, gathering, reading, talking, topics
from haven.hub.community.vocabulary import Audience, Skill

GROUP = "synthetic-media"
MARK = "Invented for the demonstration."
LISTED = {  # by sign-in name; both chose to be found
    "ida": actions.Told(
        languages=("en", "no"),
        skills=(Skill.PICTURES, Skill.COURT),
        tools={},
        time_zone="Europe/Oslo",
        about=f"{MARK} Pictures and video, and how to write about them for a court.",
    ),
    "thandi": actions.Told(
        languages=("en", "zu"),
        skills=(Skill.SYNTHETIC, Skill.TRAINING),
        tools={},
        time_zone="Africa/Johannesburg",
        about=f"{MARK} Synthetic media, and teaching colleagues to test for them.",
    ),
}
TITLE = "How do you test a detector before you use it?"
QUESTION = (
    f"{MARK} A maker offers a detector of synthetic pictures. With which harmless pictures would "
    "you test it, and how many are enough for a first look?"
)
ANSWER = (
    f"{MARK} We take holiday pictures of our own and as many made by a machine, saved the way a "
    "telephone saves them. We write down version, threshold and date, and read a result as a "
    "lead with an error."
)
ZONE, HOUR, IN_DAYS = "Africa/Johannesburg", 10, 30


def load() -> None:
    """Load what is not there yet."""
    now = timezone.now()
    ida, thandi, clara = (_member(name) for name in ("ida", "thandi", "clara"))
    with transaction.atomic():
        if not reading.visible_to(ida).exists():  # else who left the directory stays out of it
            actions.be_found(LISTED["ida"], by=ida, at=now)
            actions.be_found(LISTED["thandi"], by=thandi, at=now)
            _talk(ida, thandi, now)
        if not gathering.announcements(clara).exists():
            gathering.announce(_news(), by=clara, at=now)
        if not gathering.coming(clara, at=now).exists():
            gathering.add_event(_occasion(now), by=clara, at=now)


def _member(username: str) -> Member:
    """Return one of the cast.

    Raises:
        LookupError: Not there.
    """
    found = members.by_username(username)
    if found is None:
        raise LookupError(f"{username} is not in the demonstration")
    return found


def _talk(asks: Member, answers: Member, at: dt.datetime) -> None:
    """Have two members join a group, one begin a thread and the other answer."""
    for one in (asks, answers):
        talking.accept_rules(topics.rules().version, by=one, at=at)
        talking.join(GROUP, by=one, at=at)
    thread = talking.begin(GROUP, title=TITLE, text=QUESTION, by=asks, at=at)
    talking.reply(thread.public_id, text=ANSWER, by=answers, at=at)


def _news() -> gathering.Words:
    return gathering.Words(
        title="Welcome to the demonstration",
        text=f"{MARK} The people and the words among colleagues are not real. Try what you like: "
        "nothing here reaches anybody.",
        language="en",
        open_to=Audience.WITH_MAKERS,
    )


def _occasion(now: dt.datetime) -> gathering.Occasion:
    """Return an event some weeks from now, at a good hour where it takes place."""
    day = now.astimezone(ZoneInfo(ZONE)) + dt.timedelta(days=IN_DAYS)
    starts_at = day.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return gathering.Occasion(
        title="An hour on testing detectors",
        text=f"{MARK} Bring a question; no pictures are shown.",
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=1),
        time_zone=ZONE,
        is_online=True,
        place="",
        language="en",
        open_to=Audience.MEMBERS,
    )
