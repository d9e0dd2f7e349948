"""Which letters may be seen: that they went, whom to, never what they say.

In      the member who asks
Out     letters of the member's agency, the newest first
Not     here: the text of a letter; it holds a way in
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet

from haven.accounts.mail import words
from haven.accounts.mail.models import Letter

if TYPE_CHECKING:
    from haven.accounts.models import Member


def of_agency(member: Member) -> QuerySet[Letter]:
    """Return the letters about people of a member's agency, the newest first."""
    return Letter.objects.filter(agency_id=member.agency_id).order_by("-pk")


def subject(letter: Letter) -> str:
    """Return what a letter is about."""
    return str(words.LETTERS[letter.kind].subject)


def where_they_go() -> str:
    """Return where letters land: "smtp", "console", or the folder of a trial."""
    if settings.HAVEN_MAIL_KIND == "folder":
        return str(settings.EMAIL_FILE_PATH)
    return str(settings.HAVEN_MAIL_KIND)
