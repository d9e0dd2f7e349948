"""Audit queries: who may read which entries, and finding one among a million.

In      the reader, what is looked for
Out     entries with their place and what lies beside them, newest first; checkpoints
Fails   EntryNotFound (404): not there, or not the reader's
Why     visible_to() is the only door for pages and exports
Not     here: that reading is recorded (actions.py, reading.py)

An auditor reads the record of the agency, every case by its key alone, and that of the
installation: a restored backup concerns every agency, and says nothing of any. A supervisor
reads what colleagues did outside cases, and the cases he works on himself: need to know holds
for the record of a case as for the case. Nobody reads the record of another agency.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from haven.audit import scopes
from haven.audit.models import Checkpoint, Event, Leaf, Pending, Personal, Verification
from haven.audit.scopes import Reader
from haven.audit.verbs import OF_THE_INSTALLATION, VERBS
from haven.web.errors import NotFound

AUDITOR, SUPERVISOR = "auditor", "supervisor"
AGENCY, INSTALLATION = "agency", "installation"  # whose record
FURTHEST = 2**63 - 1
FEW = 5_000  # entries of a rare word
Outcome = Event.Outcome


class EntryNotFound(NotFound):
    """No such entry among those the reader may see."""

    code = "audit.entry_not_found"


@dataclass(frozen=True, slots=True)
class LookedFor:
    """What a reader looks for; nothing set is everything he may see."""

    verb: str = ""
    kind: str = ""  # of verbs.Kind
    member: int | None = None
    case: int | None = None
    since: dt.date | None = None  # both days included
    until: dt.date | None = None
    outcome: str = ""
    words: str = ""  # in names and reasons
    thing: str = ""  # app_label.model:key
    whose: str = ""  # AGENCY or INSTALLATION

    @property
    def is_everything(self) -> bool:
        """Return whether nothing is set."""
        return self == LookedFor()

    @property
    def fixed(self) -> dict[str, object]:
        """Return what of it may stand in an entry: keys, days and fixed words."""
        said = {**asdict(self), "words": None}
        days = {name: said[name].isoformat() for name in ("since", "until") if said[name]}
        return {name: value for name, value in {**said, **days}.items() if value}


def scope(reader: Reader) -> Q:
    """Return the condition that an entry is the reader's to see."""
    own_agency = Q(agency_id=reader.agency_id)
    if sees_installation(reader):
        return own_agency | _of_installation()
    if reader.agency_id is not None and SUPERVISOR in reader.roles:
        own_cases = list(scopes.cases_of(reader))
        return own_agency & (Q(case_id=None) | Q(case_id__in=own_cases))
    return Q(pk__in=[])


def sees_installation(reader: Reader) -> bool:
    """Return whether a reader may see what the program did for all agencies together."""
    return reader.agency_id is not None and AUDITOR in reader.roles


def _of_installation() -> Q:
    """Return the condition that an entry belongs to the installation."""
    nobodys = Q(agency_id=None, case_id=None, actor_id=None)
    return nobodys & Q(verb__in=sorted(OF_THE_INSTALLATION))


def visible_to(reader: Reader) -> QuerySet[Event]:
    """Return the entries a reader may see, newest first."""
    return Event.objects.filter(scope(reader)).select_related("personal", "leaf").order_by("-id")


def found(reader: Reader, looked_for: LookedFor) -> QuerySet[Event]:
    """Return the visible entries that a reader looks for, newest first."""
    rows = visible_to(reader)
    plain = {
        "verb": looked_for.verb,
        "actor_id": looked_for.member,
        "case_id": looked_for.case,
        "outcome": looked_for.outcome,
    }
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if looked_for.whose:
        rows = rows.filter(agency_id__isnull=looked_for.whose == INSTALLATION)
    if looked_for.kind:
        rows = rows.filter(verb__in=[v for v, one in VERBS.items() if one.kind == looked_for.kind])
    if looked_for.thing:
        kind, _, key = looked_for.thing.partition(":")
        rows = rows.filter(target_type=kind, target_id=key)
    if looked_for.since:
        rows = rows.filter(at__gte=_start(looked_for.since))
    if looked_for.until:
        rows = rows.filter(at__lt=_start(looked_for.until + dt.timedelta(days=1)))
    if looked_for.words:
        rows = rows.filter(_with_words(looked_for.words))
    return rows


def _with_words(words: str) -> Q:
    """Return the condition that a name or a reason has these words.

    The few entries of a rare word are asked for first, by the index of words. Entries of a
    common one are met soon on the way from the newest, without it (bench/record_pages.py).
    """
    query = SearchQuery(words, config="simple", search_type="plain")
    beside = Personal.objects.annotate(found=SearchVector("words", config="simple"))
    keys = beside.filter(found=query).order_by().values_list("event_id", flat=True)
    few = list(keys[: FEW + 1])
    return Q(pk__in=few if len(few) <= FEW else keys)


def entry(reader: Reader, public_id: UUID) -> Event:
    """Return one entry.

    Raises:
        EntryNotFound: Not there or not to be seen.
    """
    one = visible_to(reader).filter(public_id=public_id).first()
    if one is None:
        raise EntryNotFound("no such entry for this reader")
    return one


def checkpoints() -> QuerySet[Checkpoint]:
    """Return the checkpoints, newest first; they hold no entry, and belong to all agencies."""
    return Checkpoint.objects.order_by("-size")


def checkpoint(size: int) -> Checkpoint:
    """Return the checkpoint of a size.

    Raises:
        NotFound: There is none.
    """
    one = Checkpoint.objects.filter(size=size).first() if size <= FURTHEST else None
    if one is None:
        raise NotFound(f"no checkpoint of size {size}")
    return one


def last_verification() -> Verification | None:
    """Return the last verification of the whole record; the site cannot write one."""
    return Verification.objects.order_by("-id").first()


@dataclass(frozen=True, slots=True)
class State:
    """How the record stands."""

    newest: Checkpoint | None
    verified: Verification | None  # the last one
    waiting: bool  # whether entries wait for a signature


def state() -> State:
    """Return how the record stands."""
    newest = checkpoints().first()
    last_seq = Leaf.objects.order_by("-seq").values_list("seq", flat=True).first()
    unsigned = last_seq is not None and (newest is None or last_seq >= newest.size)
    return State(newest, last_verification(), unsigned or Pending.objects.exists())


def checkpoints_with_stamps() -> QuerySet[Checkpoint]:
    """Return the checkpoints, newest first, each with its timestamps."""
    return checkpoints().prefetch_related("stamp_requests__stamps")


def nothing() -> QuerySet[Event]:
    """Return no entry, for a question that could not be read."""
    return Event.objects.none()


def of_case(case_id: int) -> QuerySet[Event]:
    """Return what was done in one case, newest first."""
    return Event.objects.filter(case_id=case_id).order_by("-id")


def of_target(target_type: str, target_id: str) -> QuerySet[Event]:
    """Return what was done to one thing, newest first; `target_type` is app_label.model."""
    return Event.objects.filter(target_type=target_type, target_id=target_id).order_by("-id")


def last_in_cases(verb: str) -> dict[int, dt.datetime]:
    """Return when an act was last done in each case, by key; for the program's own work."""
    rows = Event.objects.filter(verb=verb, case_id__isnull=False).order_by()
    return dict(rows.values_list("case_id").annotate(last=Max("at")))


def tally(
    agency_id: int, verb: str, *, since: dt.date, until: dt.date, by: str = ""
) -> dict[str, int]:
    """Return how often an act was done in an agency, counts alone.

    Args:
        agency_id: Key of the agency.
        verb: The act.
        since: First day.
        until: Last day, included.
        by: A fact to count by; empty for one count under "".
    """
    rows = Event.objects.filter(
        agency_id=agency_id,
        verb=verb,
        at__gte=_start(since),
        at__lt=_start(until + dt.timedelta(days=1)),
    )
    if not by:
        return {"": rows.count()}
    counted = rows.order_by().values_list(f"facts__{by}").annotate(n=Count("pk"))
    return {str(value): n for value, n in counted}


def _start(day: dt.date) -> dt.datetime:
    """Return the start of a day of this site."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
