"""API of the record: its entries, as supervisors and auditors read them on the pages.

In      requests of a signed-in supervisor or auditor, with the filters of the page
Out     JSON; every look at the record is an entry itself
Fails   EntryNotFound; WrongFilter (400)
Not     here: proofs and exports; those leave with a reason, by the page alone
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Query, Router, Schema

from haven.audit import actions, forms, queries, reading, scopes
from haven.audit.requests import ReaderRequest
from haven.web.api import FAILURES, After, Rows, rows_of
from haven.web.errors import BadInput
from haven.web.keyset import window

router = Router(tags=["record"])

SIZE = 40
_NO_ZERO = r"^[^\x00]*$"  # PostgreSQL compares no text with a zero byte
Word = Annotated[str, Field(max_length=200, pattern=_NO_ZERO)]


class WrongFilter(BadInput):
    """A filter is none of what this reader can look for."""

    code = "audit.wrong_filter"


class EntryFilter(Schema):
    """Which entries to tell; empty fields choose nothing away. Read by the page's form."""

    words: Annotated[Word, Field(description="a name, or a word of a reason")] = ""
    verb: Word = ""
    kind: Word = ""
    member: Annotated[Word, Field(description="key of a colleague")] = ""
    case: Annotated[Word, Field(description="number of an own case, or a key")] = ""
    since: date | None = None
    until: Annotated[date | None, Field(description="included")] = None
    outcome: Word = ""
    whose: Annotated[Word, Field(description="agency or installation; for auditors")] = ""
    thing: Annotated[Word, Field(description="app_label.model:key")] = ""


class Entry(Schema):
    """One act."""

    id: Annotated[UUID, Field(validation_alias="event.public_id")]
    seq: Annotated[int | None, Field(description="place in the tree; null while it waits")]
    at: Annotated[datetime, Field(validation_alias="event.at")]
    verb: Annotated[str, Field(validation_alias="event.verb")]
    sentence: str
    kind: str
    outcome: Annotated[str, Field(validation_alias="event.outcome")]
    actor: Annotated[int | None, Field(validation_alias="event.actor_id")]
    actor_name: Annotated[
        str, Field(validation_alias="event.actor_name", description="empty where erased")
    ]
    roles: Annotated[list[str], Field(validation_alias="event.roles")]
    thing: str
    case: str


class EntryWhole(Schema):
    """One act with all that is known of it."""

    entry: Entry
    reason: str
    beside: Annotated[dict[str, object], Field(description="names and words; empty where erased")]
    facts: dict[str, object]
    via: str
    client: str
    body: Annotated[str, Field(description="the text that is proved")]


@router.get("entries/", response={200: Rows[Entry], **FAILURES}, url_name="record")
def entries(
    request: ReaderRequest, looked_for: Query[EntryFilter], after: After = ""
) -> dict[str, object]:
    """The entries the reader may see, the latest first. Reading is recorded."""
    del looked_for  # described to whoever asks; read by the form of the page
    form = forms.Filter(request.GET, reader=request.user)
    if not form.is_valid():
        raise WrongFilter(f"wrong filters: {', '.join(sorted(form.errors))}")
    found = window(queries.found(request.user, form.looked_for), after=after, size=SIZE)
    actions.read(request.user, looked_for=form.looked_for, at=timezone.now())
    return rows_of(found, list(reading.shown(found, form.cases)))


@router.get("entries/{uuid:entry_id}/", response={200: EntryWhole, **FAILURES}, url_name="entry")
def entry(request: ReaderRequest, entry_id: UUID) -> dict[str, object]:
    """One entry. Reading is recorded."""
    event = actions.view_entry(request.user, entry_id, at=timezone.now())
    (shown,) = reading.shown([event], scopes.cases_of(request.user))
    beside = event.personal_value
    return {
        "entry": shown,
        "reason": beside.pop("reason", ""),
        "beside": beside,
        "facts": event.facts,
        "via": event.via,
        "client": event.client,
        "body": event.body,
    }
