"""Making: the file of a package, from the case to the disk.

In      a hand-over that two people agreed to
Out     its file, sealed to the recipient and once more with the key of the case; its digest on
        the record
Fails   a code in the row: the legal basis ended, the recipient was ended, no keys
Why     in the worker, because a case has millions of rows; nothing of it is in memory as a whole,
        and nothing of it lies in the clear on a disk, not for a moment
Not     here: who may ask (actions.py), what may leave (gathering.py)
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
import uuid
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from haven import __version__
from haven.audit import canonical
from haven.audit import queries as audit
from haven.audit.actions import record
from haven.web.errors import Conflict, WebError
from haven.workbench.analysis import item_queries as items
from haven.workbench.analysis import vault
from haven.workbench.cases import keys
from haven.workbench.cases import queries as cases
from haven.workbench.cases.sealing import KEY_BYTES, CaseKey
from haven.workbench.packages import envelope, gathering, identities, manifest, queries, storing
from haven.workbench.packages.models import HandOver
from haven.workbench.packages.vocabulary import TABLES, checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from haven.workbench.cases.models import Case
    from haven.workbench.packages.envelope import Part

_TELL_EVERY = 500  # rows between two signs of life
_KIND = "spool"
_READ = 1 << 18


class NotAllowedAnyMore(Conflict):
    """What a hand-over stood on ended before it was made."""

    code = "package.not_covered"


def make(hand_over_pk: int) -> None:
    """Make the file of a hand-over; one that is not to be made is left alone."""
    one = HandOver.objects.select_related("partner", "authority", "asked_by", "case").get(
        pk=hand_over_pk
    )
    if one.state != HandOver.State.MAKING:
        return
    try:
        _make(one, at=timezone.now())
    except keys.WrapperTrouble:
        raise  # the master key may come back: tried again
    except WebError as error:
        with transaction.atomic():
            HandOver.objects.filter(pk=one.pk).update(
                state=HandOver.State.FAILED, error_code=error.code
            )
            _record("package.fail", one, code=error.code)


def _make(one: HandOver, *, at: datetime) -> None:
    """Make the file, then write down that it is there."""
    case = cases.get(one.case.public_id, member=one.asked_by, to="work")
    identity = queries.identity(case.agency_id)
    covered = {basis.pk for basis in queries.bases(case, at=at)}
    if identity is None or one.partner.ended_at or one.authority_id not in covered:
        raise NotAllowedAnyMore(f"hand-over {one.pk} stands on something that ended")
    private = identities.unwrap(identity)
    to = envelope.Keys(bytes(one.partner.sealing), bytes(one.partner.signing))
    package_id = uuid.uuid4()
    digest, size = hashlib.sha256(), 0
    with _Spool(one, case) as spool:
        spool.fill()
        said = manifest.made(_facts(one, case, private, spool, at), spool.parts, package_id)

        def counted() -> Iterator[bytes]:
            nonlocal size
            for piece in envelope.written(
                package_id, said, spool.pieces(), to=to, signer=private.signing
            ):
                digest.update(piece)
                size += len(piece)
                yield piece

        storing.keep(case.public_id, one.public_id, counted())
    _finish(one, said, digest.hexdigest(), size, at=timezone.now())


@transaction.atomic
def _finish(one: HandOver, said: dict[str, Any], sha256: str, size: int, *, at: datetime) -> None:
    """Write down that the file is there."""
    one.state, one.sha256, one.size_bytes = HandOver.State.READY, sha256, size
    one.manifest, one.made_at, one.n_done = said, at, one.n_all or one.n_done
    one.keep_until = at + timedelta(days=settings.HAVEN_PACKAGE_DAYS)
    one.save(
        update_fields=[
            "state", "sha256", "size_bytes", "manifest", "made_at", "keep_until", "n_done",
        ]
    )  # fmt: skip
    root = said["record"] or {}
    _record(
        "package.make",
        one,
        reason=one.reason,
        package=said["package"],
        sha256=sha256,
        size_bytes=size,
        recipient=one.partner.key_id,
        record_size=root.get("size", 0),
        record_root=root.get("root", ""),
    )


def _facts(
    one: HandOver, case: Case, private: identities.Private, spool: _Spool, at: datetime
) -> dict[str, Any]:
    """Return what the manifest says beside its parts."""
    basis = one.authority
    signed = audit.checkpoints().first()
    return {
        "made_at": at.isoformat(),
        "made_with": __version__,
        "sender": {
            "agency": case.agency.name,
            "installation": settings.HAVEN_RECORD_ORIGIN,
            "key_id": private.keys.key_id.hex(),
        },
        "recipient": {
            "agency": one.partner.name,
            "installation": one.partner.installation,
            "key_id": one.partner.key_id,
        },
        "asked_by": gathering.who(one.asked_by_id),
        "confirmed_by": gathering.who(one.confirmed_by_id or 0),
        "reason": one.reason,
        "legal_basis": {
            "kind": basis.own_kind.word if basis.own_kind else basis.kind,
            "reference": basis.reference,
            "issuer": basis.issuer,
            "valid_from": basis.valid_from.isoformat(),
            "valid_until": basis.valid_until.isoformat() if basis.valid_until else None,
        },
        "holds": {
            "views": one.with_views,
            "views_left_out": spool.left_out,
            "notes": one.with_notes,
            "originals": False,
            "face_templates": False,
        },
        "record": {
            "size": signed.size,
            "root": bytes(signed.root).hex(),
            "at": signed.at.isoformat(),
            "key": signed.key,
        }
        if signed
        else None,
    }


class _Spool:
    """The parts of a package on their way, on the disk under a key that only this block knows."""

    def __init__(self, one: HandOver, case: Case) -> None:
        self._one, self._case = one, case
        self._name = uuid.uuid4()
        self.parts: list[Part] = []
        self.left_out = 0  # views that could not be read
        self._done = 0

    def __enter__(self) -> _Spool:
        self._key = CaseKey(self._name, self._name, secrets.token_bytes(KEY_BYTES))
        folder = getattr(settings, "FILE_UPLOAD_TEMP_DIR", None)
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # closed below
        return self

    def __exit__(self, *_ended: object) -> None:
        self._file.close()
        self._key.__exit__(None, None, None)

    def fill(self) -> None:
        """Write all parts, each with its digest."""
        gathered = gathering.Gathered(
            self._case, asker=self._one.asked_by, with_notes=self._one.with_notes
        )
        HandOver.objects.filter(pk=self._one.pk).update(n_done=0, n_all=gathered.count())
        writer = self._key.writer(kind=_KIND, name="")
        self._file.write(writer.header)

        def take(name: str, pieces: Iterator[bytes]) -> None:
            digest, size, rows = hashlib.sha256(), 0, 0
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                rows += 1
                self._tick()
                for sealed in writer.take(piece):
                    self._file.write(sealed)
            self.parts.append(envelope.Part(name, rows, size, digest.hexdigest()))

        views: list[tuple[str, str, int]] = []
        for table in TABLES:
            found = self._views(views) if table == "views" else gathered.rows(table)
            take(f"{table}.jsonl", (canonical.encode(row) + b"\n" for row in found))
        take(manifest.VIEWS, (vault.get(self._case.public_id, sha256) for _i, sha256, _b in views))
        self._file.write(writer.end())
        self._file.flush()

    def pieces(self) -> Iterator[bytes]:
        """Yield what was written, opened again."""
        content = self._key.reader(self._file, kind=_KIND, name="")
        while piece := content.read(_READ):
            yield piece

    def _views(self, into: list[tuple[str, str, int]]) -> Iterator[dict[str, Any]]:
        """Yield the rows of the views that can be read, and note them."""
        if not self._one.with_views:
            return
        for view in items.masked_views(self._case).order_by("pk").iterator(chunk_size=2_000):
            try:
                size = len(vault.get(self._case.public_id, view.sha256))
            except vault.DerivativeDamaged:
                self.left_out += 1
                continue
            assert view.item is not None  # noqa: S101  # a masked view is of an item
            into.append((view.item.sha256, view.sha256, size))
            row = {"item": view.item.sha256, "sha256": view.sha256, "bytes": size}
            yield checked("views", row)

    def _tick(self) -> None:
        """Say now and then how far it is."""
        self._done += 1
        if self._done % _TELL_EVERY == 0:
            HandOver.objects.filter(pk=self._one.pk).update(n_done=self._done)


def _record(verb: str, one: HandOver, *, reason: str = "", **facts: Any) -> None:
    """Put an act of the worker on the record of the case's agency."""
    whose: dict[str, Any] = {"case_id": one.case_id, "agency_id": one.case.agency_id}
    record(verb, actor=None, target=one, reason=reason, **whose, **facts)
