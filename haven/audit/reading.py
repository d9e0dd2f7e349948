"""Reading: an entry as a reader sees it, and its proof in plain words.

In      entries that the reader may see
Out     Shown: sentence, kind, case number; Proof: the way from an entry to a signature
Fails   never; an entry without a place or a signature says that it waits
Not     here: who may see (queries.py), that reading is recorded (actions.py)
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from haven.audit import merkle, tree, verbs, words
from haven.audit.models import Checkpoint, Event, Leaf


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry with the words a reader sees."""

    event: Event
    sentence: str
    kind: str
    case: str  # the agency's number for a case of the reader, else its key
    seq: int | None  # its place in the tree; None while it waits

    @property
    def thing(self) -> str:
        """Return the thing as it is followed: app_label.model:key."""
        event = self.event
        return f"{event.target_type}:{event.target_id}" if event.target_type else ""

    @property
    def more(self) -> list[tuple[str, str, object]]:
        """Return the facts, and what lies beside the entry apart from name and reason.

        Each with its name, its name in words (or ""), its value as it is read.
        """
        beside = self.event.personal_value
        others = [pair for pair in beside.items() if pair[0] not in ("actor_name", "reason")]
        pairs = [*self.event.facts.items(), *others]
        return [(name, words.fact(name), words.value(name, found)) for name, found in pairs]

    @property
    def roles(self) -> str:
        """Return in which roles it was done."""
        return ", ".join(map(words.role, self.event.roles))

    @property
    def door(self) -> str:
        """Return through what it came in."""
        return words.door(self.event.via)

    @property
    def thing_name(self) -> str:
        """Return the thing as it is shown: its kind and key."""
        return words.thing(self.event.target_type, self.event.target_id)


@dataclass(frozen=True, slots=True)
class Proof:
    """The way from an entry to a signed root, checked while it was made."""

    checkpoint: Checkpoint
    digest: str
    path: list[str]
    holds: bool


def shown(events: Iterable[Event], cases: Mapping[int, str]) -> Iterator[Shown]:
    """Yield entries with their words."""
    for event in events:
        leaf: Leaf | None = getattr(event, "leaf", None)
        known = verbs.VERBS.get(event.verb)
        yield Shown(
            event=event,
            sentence=verbs.sentence(event.verb),
            kind=str(verbs.KIND_NAMES[known.kind]) if known else "",
            case=cases.get(event.case_id, str(event.case_id)) if event.case_id else "",
            seq=leaf.seq if leaf else None,
        )


def proof(event: Event) -> Proof | None:
    """Return the proof of an entry; None while it is not signed."""
    leaf: Leaf | None = getattr(event, "leaf", None)
    if leaf is None:
        return None
    checkpoint = Checkpoint.objects.filter(size__gt=leaf.seq).order_by("size").first()
    if checkpoint is None:
        return None
    digest = merkle.leaf_hash(event.body.encode("utf-8"))
    try:
        path = tree.inclusion(leaf.seq, checkpoint.size)
    except KeyError:  # nodes are gone
        return Proof(checkpoint, digest.hex(), [], holds=False)
    holds = merkle.includes(leaf.seq, checkpoint.size, digest, path, bytes(checkpoint.root))
    return Proof(checkpoint, digest.hex(), [step.hex() for step in path], holds)
