"""What an administrator does at the command line: make a bundle, trust, take in, unfollow.

In      open files, fingerprints as somebody typed them, names of hubs
Out     a manifest; a hub; what came of it; each with its entry on the record
Fails   errors.py; KeyTrouble: the key of this hub cannot be used. A bundle that is refused
        changes nothing but the record, which says that it was refused and why
Why     what hubs believe of each other is decided by who keeps the machine, not by a page
Not     here: the file (bundles.py), fetching (fetching.py), the verbs (site/hub_verbs.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haven.audit import fingerprints, keyfiles
from haven.audit.actions import Outcome, record
from haven.hub.exchange import bundles, contents, locks
from haven.hub.exchange.errors import (
    ExchangeError,
    NoFingerprint,
    NotFollowed,
    OlderBundle,
    OtherBundle,
    OtherHub,
    UnknownKey,
)
from haven.hub.exchange.models import Arrival, Export, Other, Record
from haven.web.words import words

if TYPE_CHECKING:
    import datetime as dt

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from haven.hub.exchange.bundles import Manifest

How = Arrival.How
_AT_ONCE = 1000  # rows written in one statement


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a bundle."""

    arrival: Arrival
    is_new: bool  # False: this very bundle was taken in before


def fingerprint() -> str:
    """Return the fingerprint of this hub's key; the key is made where there is none.

    Raises:
        KeyTrouble: The key cannot be used.
    """
    return fingerprints.of(_signer().public_key().public_bytes_raw())


@transaction.atomic
def make(file: IO[bytes], *, at: dt.datetime) -> Manifest:
    """Write a bundle of what this hub has published into an open file.

    What leaves is held to the same as what comes: who published it can mend it, and who
    follows this hub cannot.

    Raises:
        KeyTrouble: The key cannot be used, or is gone.
        WrongManifest: There is more than a bundle may hold.
        WrongRecord: Something published has a form that no record has.
    """
    locks.hold_bundles()
    last = Export.objects.first()
    if last is not None and not settings.HAVEN_HUB_KEY_FILE.exists():
        raise keyfiles.KeyTrouble(
            "The key of the hub is gone, and bundles were signed with it. Bring the file back, "
            "or make a new key, which followers must confirm: haven hub key."
        )
    # A day and a number, as zones of the domain name system count: after a backup of an
    # earlier day was restored, the next one is still higher than any that left.
    serial = max((last.serial if last else 0) + 1, int(at.strftime("%Y%m%d00")))
    about = bundles.About(settings.HAVEN_HUB_NAME, serial, at)
    parts = contents.published()
    contents.read(parts, [name for name, _lines in parts])
    made = bundles.written(about, parts, signer=_signer())
    for piece in made.pieces:
        file.write(piece)
    counts = made.manifest.counts
    kept = Export.objects.create(serial=serial, made_at=at, sha256=made.sha256, counts=counts)
    record("bundle.make", actor=None, target=kept, at=at, serial=serial, counts=counts)
    return made.manifest


@transaction.atomic
def trust(typed: str, *, at: dt.datetime) -> Other:
    """Keep that an administrator compared the fingerprint of another hub's key.

    Raises:
        NoFingerprint: What was typed is none.
    """
    spelled = fingerprints.spelled(typed)
    if spelled is None:
        raise NoFingerprint("A fingerprint has twelve groups of five digits.")
    found, is_new = Other.objects.get_or_create(fingerprint=spelled, defaults={"trusted_at": at})
    if is_new:
        record("hub.trust", actor=None, target=found, at=at, fingerprint=spelled)
    return found


def take_in(file: IO[bytes], *, how: str, at: dt.datetime) -> Taken:
    """Take a bundle in, whole or not at all.

    All that came from the same hub before is replaced: what a hub no longer publishes is
    no longer here. Nothing of another hub, nor of this one, is touched.

    Raises:
        ExchangeError: The bundle is not to be believed, or not to be read; see errors.py.
    """
    try:
        with transaction.atomic():
            return _take_in(file, how=how, at=at)
    except ExchangeError as error:
        with transaction.atomic():
            record("bundle.refuse", actor=None, at=at, outcome=Outcome.REFUSED, code=error.code)
        raise


@transaction.atomic
def unfollow(who: str, *, at: dt.datetime) -> int:
    """Forget another hub and remove all that came from it; return how many records.

    Args:
        who: Its name or the fingerprint of its key.
        at: Now.

    Raises:
        NotFollowed: No such hub is followed.
    """
    locks.hold_bundles()
    spelled = fingerprints.spelled(who)
    wanted = {"fingerprint": spelled} if spelled else {"name": who.strip() or None}
    found = Other.objects.filter(**wanted).first()
    if found is None:
        raise NotFollowed("No hub of this name or fingerprint is followed here.")
    removed, _every = Record.objects.filter(other=found).delete()
    record(
        "hub.unfollow",
        actor=None,
        target=found,
        at=at,
        fingerprint=found.fingerprint,
        removed=removed,
    )
    found.delete()
    return removed


def _signer() -> Ed25519PrivateKey:
    return keyfiles.load(settings.HAVEN_HUB_KEY_FILE, whose="the hub")


def _take_in(file: IO[bytes], *, how: str, at: dt.datetime) -> Taken:
    opened = bundles.opened(file)
    manifest = opened.manifest
    other = _believed(manifest)
    held = Arrival.objects.filter(other=other).order_by("-serial").first()
    if held is not None and manifest.serial < held.serial:
        raise OlderBundle(
            f"This is bundle {manifest.serial} of {manifest.hub}; "
            f"bundle {held.serial} was taken in before."
        )
    if held is not None and manifest.serial == held.serial:
        if opened.sha256 != held.sha256:
            raise OtherBundle(
                f"Another bundle {manifest.serial} of {manifest.hub} was taken in before."
            )
        return Taken(held, is_new=False)
    rows = contents.read(opened.lines(), [one.name for one in manifest.parts])
    other.name = manifest.hub
    other.save(update_fields=["name"])
    arrival = Arrival.objects.create(
        other=other,
        serial=manifest.serial,
        made_at=manifest.made_at,
        came_at=at,
        how=how,
        sha256=opened.sha256,
        counts=manifest.counts,
    )
    _replace(other, arrival, rows)
    record(
        "bundle.take_in",
        actor=None,
        target=other,
        at=at,
        serial=arrival.serial,
        counts=arrival.counts,
        how=how,
    )
    return Taken(arrival, is_new=True)


def _believed(manifest: Manifest) -> Other:
    """Return the hub whose key signed a manifest, held against others that take it in.

    Raises:
        OtherHub, UnknownKey: As they say.
    """
    if manifest.hub == settings.HAVEN_HUB_NAME:
        raise OtherHub(f"The bundle is of {manifest.hub}, which is the name of this hub itself.")
    spelled = fingerprints.of(manifest.raw_key)
    locks.hold_bundles()
    found = Other.objects.filter(fingerprint=spelled).first()
    if found is None:
        raise UnknownKey(
            f"Nobody here has confirmed the key of {manifest.hub}. Its fingerprint is {spelled}. "
            "Compare it with what that hub told you another way, then: haven hub trust "
            f'"{spelled}"'
        )
    if found.name not in ("", manifest.hub):
        raise OtherHub(f"The key is that of {found.name}, and the bundle says {manifest.hub}.")
    if not found.name and Other.objects.filter(name=manifest.hub).exists():
        raise OtherHub(
            f"{manifest.hub} is followed here with another key. If its key was changed, "
            "unfollow it first."
        )
    return found


def _replace(other: Other, arrival: Arrival, rows: list[contents.Row]) -> None:
    """Keep what came, in place of what came before."""
    Record.objects.filter(other=other).delete()
    made = (
        Record(
            other=other,
            arrival=arrival,
            kind=row.kind,
            slug=row.slug,
            title=row.title,
            brief=row.brief,
            place=row.place,
            says=row.says,
            sha256=row.sha256,
            folded=" ".join(words(f"{row.title} {row.brief}")),
        )
        for row in rows
    )
    Record.objects.bulk_create(made, batch_size=_AT_ONCE)
