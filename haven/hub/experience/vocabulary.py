"""Vocabulary: what a report of experience says in words that can be counted.

In      nothing
Out     a class of choices for each field of a report, and for who wrote it
Fails   never
Why     what is said in the same words can be counted with its number, without an average
Not     here: the words of the catalogue
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Data(TextChoices):
    """On what kind of data a tool was tried."""

    CASE = "case", pgettext_lazy("data", "material of cases, under their authority")
    TEST = "test", pgettext_lazy("data", "test data of the agency")
    PUBLIC = "public", pgettext_lazy("data", "public or made data")
    MAKER = "maker", pgettext_lazy("data", "data that the maker brought")


class Effort(TextChoices):
    """What it cost to learn and to set up."""

    HOUR = "hour", pgettext_lazy("effort", "up to an hour")
    DAY = "day", pgettext_lazy("effort", "up to a day")
    WEEK = "week", pgettext_lazy("effort", "up to a week")
    MONTH = "month", pgettext_lazy("effort", "up to a month")
    MORE = "more", pgettext_lazy("effort", "more than a month")


class Again(TextChoices):
    """Whether the author would use it again."""

    YES = "yes", pgettext_lazy("again", "would use it again")
    SOME = "some", pgettext_lazy("again", "would use it again for some of the work")
    NO = "no", pgettext_lazy("again", "would not use it again")


class Care(TextChoices):
    """What it did to those who look."""

    EASED = "eased", pgettext_lazy("care", "made it easier for those who look")
    SAME = "same", pgettext_lazy("care", "made no difference to those who look")
    HARDER = "harder", pgettext_lazy("care", "made it harder for those who look")
    NOBODY = "nobody", pgettext_lazy("care", "nobody looks at pictures or hears sound with it")


class Stake(TextChoices):
    """What ties the author to the maker."""

    NONE = "none", pgettext_lazy("stake", "nothing")
    WORK = "work", pgettext_lazy("stake", "work for the maker, now or in the last three years")
    SHARE = "share", pgettext_lazy("stake", "a share in the maker")
    GIFT = "gift", pgettext_lazy("stake", "a gift, a journey or a licence from the maker")
    CONTRACT = "contract", pgettext_lazy("stake", "a part in choosing or buying the tool")
    OTHER = "other", pgettext_lazy("stake", "something else")


class Shown(TextChoices):
    """What members who are no makers read of the author."""

    NOBODY = "nobody", pgettext_lazy("shown", "neither my name nor my agency")
    AGENCY = "agency", pgettext_lazy("shown", "my agency")
    NAME = "name", pgettext_lazy("shown", "my name and my agency")


class Author(TextChoices):
    """Who wrote it, as makers read it: never a name, never an agency."""

    INVESTIGATOR = "investigator", pgettext_lazy("author", "an investigator")
    MEMBER = "member", pgettext_lazy("author", "a member")


class Region(TextChoices):
    """Where the agency of the author is, as makers read it."""

    AFRICA = "africa", pgettext_lazy("region", "Africa")
    AMERICAS = "americas", pgettext_lazy("region", "the Americas")
    ASIA = "asia", pgettext_lazy("region", "Asia")
    EUROPE = "europe", pgettext_lazy("region", "Europe")
    OCEANIA = "oceania", pgettext_lazy("region", "Oceania")
