"""Exporting: entries with their proofs in one file that an outsider can verify.

In      the entries a reader may see, or those looked for among them
Out     a zip file: entries, checkpoints, proofs, timestamps, the public key, the verifier
Fails   NothingSigned (409): there is no checkpoint yet
Why     a record is proved to somebody who has neither our program nor our word
Not     here: who may export and the entry about it (actions.py)

A whole record holds every leaf of the tree, those the reader may not see by their hash
alone: nothing can have been left out. An extract holds some entries, each with its path:
it cannot show that there are no others.
"""

import itertools
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haven import __version__
from haven.audit import bodies, tree
from haven.audit.models import Checkpoint, Event, Leaf, Stamp
from haven.cli import verify_record
from haven.web.errors import Conflict

BATCH = 2_000
README = """Haven: an export of the record

manifest.json      what this is
entries.jsonl      one entry in a line: place, digest, canonical text; names beside it
checkpoints.jsonl  signed heads of the tree, oldest first
consistency.jsonl  in an extract: proofs that the record only grew between checkpoints
key.pub            the signer's key; compare it with what the agency told you
stamps/            timestamps of outside authorities over checkpoints (RFC 3161), if any
verify_record.py   the verifier; needs Python 3.8 or newer and nothing else

    python3 verify_record.py FILE.zip --key 'THE KEY AS IT WAS TOLD TO YOU'

Take verify_record.py from a place you trust, not from here, if you do not trust this file.
A timestamp N.tsr over the checkpoint N.note is checked with
    openssl ts -verify -in N.tsr -data N.note -CAfile ROOTS.pem
"""


class NothingSigned(Conflict):
    """No checkpoint was signed yet."""

    code = "audit.nothing_signed"
    words = _("Nothing has been signed yet. Try again in some minutes.")


def last_checkpoint() -> Checkpoint:
    """Return the checkpoint that an export leads to.

    Raises:
        NothingSigned: There is none.
    """
    last = Checkpoint.objects.order_by("-size").first()
    if last is None:
        raise NothingSigned("there is no checkpoint")
    return last


def whole(into: IO[bytes], visible: Q, *, upto: Checkpoint) -> int:
    """Write all entries up to a checkpoint; return how many.

    Args:
        into: Where the zip file is written.
        visible: Which events the reader may see; of all others only the hash is written.
        upto: A checkpoint.
    """
    shown = set_of(Event.objects.filter(visible))

    def lines() -> Iterator[dict[str, object]]:
        for leaf in _leaves(Leaf.objects.filter(seq__lt=upto.size)):
            yield _line(leaf) if leaf.event_id in shown else _hidden(leaf)

    return _write(into, "whole", lines(), [], upto)


def extract(into: IO[bytes], events: QuerySet[Event], *, upto: Checkpoint) -> int:
    """Write some entries with their paths to a checkpoint; return how many."""
    wanted = Leaf.objects.filter(seq__lt=upto.size, event__in=events.order_by())

    def lines() -> Iterator[dict[str, object]]:
        for some in _batches(_leaves(wanted)):
            paths = tree.inclusions([leaf.seq for leaf in some], upto.size)
            for leaf, path in zip(some, paths, strict=True):
                yield {**_line(leaf), "proof": [step.hex() for step in path]}

    checkpoints = Checkpoint.objects.filter(size__lte=upto.size).order_by("size")
    pairs = list(itertools.pairwise(checkpoints.values_list("size", flat=True)))
    grown = [
        {"from": first, "to": second, "proof": [step.hex() for step in path]}
        for (first, second), path in zip(pairs, tree.consistencies(pairs), strict=True)
    ]
    return _write(into, "extract", lines(), grown, upto)


def set_of(events: QuerySet[Event]) -> set[int]:
    """Return the keys of events."""
    return set(events.order_by().values_list("pk", flat=True).iterator(BATCH * 10))


def _write(
    into: IO[bytes],
    kind: str,
    lines: Iterable[dict[str, object]],
    grown: list[dict[str, object]],
    upto: Checkpoint,
) -> int:
    """Write the archive; return how many entries it has."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        entries = _jsonl(archive, "entries.jsonl", lines)
        checkpoints = Checkpoint.objects.filter(size__lte=upto.size).order_by("size")
        _jsonl(archive, "checkpoints.jsonl", ({"note": one.note} for one in checkpoints))
        if grown:
            _jsonl(archive, "consistency.jsonl", grown)
        for stamp in Stamp.objects.filter(request__checkpoint__in=checkpoints).select_related(
            "request__checkpoint"
        ):
            checkpoint = stamp.request.checkpoint
            archive.writestr(f"stamps/{checkpoint.size}-{stamp.pk}.tsr", bytes(stamp.response))
            archive.writestr(f"stamps/{checkpoint.size}.note", checkpoint.note)
        manifest = {
            "format": verify_record.FORMAT,
            "kind": kind,
            "entries": entries,
            "size": upto.size,
            "signed_at": bodies.spelled(upto.at),
            "program": __version__,
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
        archive.writestr("key.pub", upto.key + "\n")
        archive.writestr("README.txt", README)
        archive.writestr("verify_record.py", Path(verify_record.__file__).read_bytes())
    return entries


def _leaves(leaves: QuerySet[Leaf]) -> Iterator[Leaf]:
    """Yield leaves in their order, with what lies beside their entries."""
    return leaves.select_related("event", "event__personal").order_by("seq").iterator(BATCH)


def _line(leaf: Leaf) -> dict[str, object]:
    """Return a line of the file."""
    beside = getattr(leaf.event, "personal", None)
    said: dict[str, object] = {**_hidden(leaf), "body": leaf.event.body}
    if beside is not None:
        said |= {"salt": bytes(beside.salt).hex(), "personal": beside.text}
    return said


def _hidden(leaf: Leaf) -> dict[str, object]:
    """Return the line of an entry that the reader may not see."""
    return {"seq": leaf.seq, "hash": bytes(leaf.hash).hex()}


def _batches(leaves: Iterator[Leaf]) -> Iterator[list[Leaf]]:
    """Yield leaves in lists of a few hundred."""
    while some := list(itertools.islice(leaves, 500)):
        yield some


def _jsonl(archive: zipfile.ZipFile, name: str, lines: Iterable[dict[str, object]]) -> int:
    """Write JSON lines; return how many."""
    count = 0
    with archive.open(name, "w", force_zip64=True) as file:
        for count, line in enumerate(lines, start=1):  # noqa: B007  # returned below
            text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
            file.write(text.encode("utf-8") + b"\n")
    return count
