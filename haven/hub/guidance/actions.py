"""What members do with guidance: say that they have read a document.

In      a document, the version that was on the page, a member
Out     one row, and an entry on the record
Fails   OtherVersion: the document changed while it was read
Why     "I have read it" is true of the text that was read, not of the next one
Not     here: writing pages (the desk)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haven.audit.actions import record
from haven.hub.guidance import queries
from haven.hub.guidance.models import Acknowledgement
from haven.web.errors import Conflict

if TYPE_CHECKING:
    import datetime as dt

    from haven.accounts.models import Member


class OtherVersion(Conflict):
    """The document changed while it was read."""

    code = "document.other_version"


@transaction.atomic
def acknowledge(slug: str, *, version: str, by: Member, at: dt.datetime) -> None:
    """Keep that a member has read a version; saying so twice changes nothing.

    Raises:
        PageNotFound: No such document, or it asks for no acknowledgement.
        OtherVersion: The document has another version now.
    """
    asked = queries.documents().filter(must_acknowledge=True)
    document = queries.one(asked, slug)
    if document.version != version:
        raise OtherVersion("the document has another version now")
    _row, is_new = Acknowledgement.objects.get_or_create(
        member=by, document=document, version=version, defaults={"at": at}
    )
    if is_new:
        record("document.acknowledge", actor=by, target=document, at=at, version=version)
