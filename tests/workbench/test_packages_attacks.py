"""A package that was changed, forged, sent on or sent again: refused, and nothing is kept."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.workbench import handing
from tests.workbench.build import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db


@pytest.fixture
def partners(north_lead, south_lead):
    """Return what each agency knows of the other: south as north sees it, and north."""
    return handing.know(north_lead, south_lead), handing.know(south_lead, north_lead)


@pytest.fixture
def ends(partners, north_lead, south_lead):
    """Return the private half of the sender's keys and of the recipient's."""
    from haven.workbench.packages import receiving

    north = receiving.private_of(north_lead.agency_id)
    return north, receiving.private_of(south_lead.agency_id)


@pytest.fixture
def take(partners, south_lead) -> "Callable[[bytes], str]":
    """Return a way to receive bytes in the south: the code of the refusal, or nothing."""
    from haven.web.errors import WebError
    from haven.workbench.cases.models import Case
    from haven.workbench.packages import receiving, storing
    from haven.workbench.packages.models import Receipt

    def receive(package: bytes) -> str:
        before = (Case.objects.count(), Receipt.objects.count())
        home = storing.folder(south_lead.agency.pk).parent
        kept = sorted(home.rglob("*")) if home.exists() else []
        try:
            receiving.receive(
                handing.file(package), number=f"S-{before}", name="Taken", by=south_lead, at=NOW
            )
        except WebError as error:
            assert (Case.objects.count(), Receipt.objects.count()) == before
            assert (sorted(home.rglob("*")) if home.exists() else []) == kept
            return error.code
        return ""

    return receive


ITEM = {
    "sha256": "a" * 64,
    "sha1": "b" * 40,
    "md5": "c" * 32,
    "bytes": 5,
    "mime": "image/jpeg",
    "kind": "image",
    "status": "done",
    "error": "",
    "width_px": 1,
    "height_px": 1,
    "pdq": None,
    "pdq_quality": None,
    "taken_at": "",
    "latitude": None,
    "longitude": None,
    "camera_make": "",
    "camera_model": "",
    "camera_serial": "",
    "faces": 0,
}


def test_a_whole_package_is_taken_once(take, ends):
    package = handing.forged(ends[0], ends[1].keys, parts={"items.jsonl": handing.line(ITEM)})
    assert take(package) == ""
    from haven.workbench.packages.models import Receipt

    Receipt.objects.get()
    assert take(package) == "package.already_received"


def test_any_flipped_bit_is_refused(take, ends):
    package = handing.forged(ends[0], ends[1].keys, parts={"items.jsonl": handing.line(ITEM)})
    codes = set()
    # Every byte of the header and of the seal's own header, then a spread over all the rest.
    places = [*range(210), *range(210, len(package), max(1, len(package) // 60)), len(package) - 1]
    for place in places:
        changed = bytearray(package)
        changed[place] ^= 1 << (place % 8)
        codes.add(take(bytes(changed)))
    assert codes == {"package.not_a_package", "package.other_recipient", "package.damaged"}


def test_a_package_that_is_cut_off_or_goes_on_is_refused(take, ends):
    package = handing.forged(ends[0], ends[1].keys, parts={"items.jsonl": handing.line(ITEM)})
    for length in (0, 7, 8, 100, 136, 150, 200, len(package) // 2, len(package) - 1):
        assert take(package[:length]) in {"package.not_a_package", "package.damaged"}
    assert take(package + b"\0") == "package.damaged"


def test_chunks_in_another_order_are_refused(take, ends):
    rows = b"".join(handing.line(ITEM) for _row in range(6_000))
    package = handing.forged(ends[0], ends[1].keys, parts={"items.jsonl": rows})
    start, chunk = 136 + 56, (1 << 20) + 16
    assert len(package) > start + 2 * chunk
    first, second = package[start : start + chunk], package[start + chunk : start + 2 * chunk]
    swapped = package[:start] + second + first + package[start + 2 * chunk :]
    assert take(swapped) == "package.damaged"
    assert take(package[:start] + second + package[start + 2 * chunk :]) == "package.damaged"


def test_a_package_for_somebody_else_is_refused(take, ends):
    from haven.workbench.packages import identities

    assert take(handing.forged(ends[0], identities.new().keys)) == "package.other_recipient"


def test_a_signer_nobody_compared_is_refused(take, ends):
    from haven.workbench.packages import identities

    foreign = identities.new()
    assert take(handing.forged(foreign, ends[1].keys)) == "package.unknown_sender"

    def as_north(said: dict[str, Any]) -> None:
        said["sender"]["key_id"] = ends[0].keys.key_id.hex()

    pretending = handing.forged(foreign, ends[1].keys, change=as_north)
    assert take(pretending) == "package.unknown_sender"


def test_a_sender_that_was_ended_is_refused(take, ends, partners, south_lead):
    from haven.workbench.packages import partner_actions

    partner_actions.end(partners[1].public_id, reason="Keys lost.", by=south_lead, at=NOW)
    assert take(handing.forged(ends[0], ends[1].keys)) == "package.unknown_sender"


def test_a_recipient_cannot_send_it_on_as_if_its_sender_had(take, ends):
    """Whoever opens a package has its signature; it names whom it was for."""
    import struct

    from haven.workbench.packages import envelope, identities

    elsewhere = identities.new()  # a dishonest recipient of the north's package
    package = handing.forged(ends[0], elsewhere.keys)
    opened = envelope.opened(
        handing.file(package),
        mine=elsewhere.keys,
        private=elsewhere.sealing,
        sender=lambda _key_id: ends[0].keys.signing,
    )
    content = opened._content
    content.seek(0)
    (length,) = struct.unpack(">I", content.read(4))
    told, signature, rest = content.read(length), content.read(64), content.read()

    class Replay:
        """Signs nothing: gives the signature that was there."""

        def sign(self, _message: bytes) -> bytes:
            return signature

    import json

    again = b"".join(
        envelope.written(
            opened.package_id,
            json.loads(told),
            [rest],
            to=ends[1].keys,
            signer=Replay(),  # type: ignore[arg-type]
        )
    )
    assert take(again) == "package.unknown_sender"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda said: said.update(format="haven package 2"), "package.wrong_manifest"),
        (lambda said: said.update(more=1), "package.wrong_manifest"),
        (lambda said: said.pop("reason"), "package.wrong_manifest"),
        (lambda said: said.update(package="0" * 36), "package.wrong_manifest"),
        (lambda said: said["holds"].update(originals=True), "package.wrong_manifest"),
        (lambda said: said["parts"].pop(), "package.wrong_manifest"),
        (lambda said: said["parts"].reverse(), "package.wrong_manifest"),
        (lambda said: said["parts"][3].update(rows=2**52), "package.wrong_manifest"),
        (lambda said: said["parts"][3].update(rows=2), "package.wrong_manifest"),
        (lambda said: said["parts"][3].update(bytes=2**52), "package.damaged"),
        (lambda said: said["parts"][3].update(bytes=3), "package.damaged"),
        (lambda said: said["parts"][3].update(sha256="0" * 64), "package.damaged"),
        (lambda said: said.update(sender={"key_id": "x"}), "package.wrong_manifest"),
    ],
)
def test_a_manifest_that_lies_is_refused_although_it_is_signed(take, ends, change, code):
    parts = {"items.jsonl": handing.line(ITEM)}
    assert take(handing.forged(ends[0], ends[1].keys, parts=parts, change=change)) == code


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("items.jsonl", handing.line({**ITEM, "sha256": "A" * 64})),
        ("items.jsonl", handing.line({**ITEM, "bytes": -1})),
        ("items.jsonl", handing.line({**ITEM, "bytes": True})),
        ("items.jsonl", handing.line({**ITEM, "latitude": 91})),
        ("items.jsonl", handing.line({**ITEM, "mime": "x\0"})),
        ("items.jsonl", handing.line({**ITEM, "embedding": [0.1]})),
        ("items.jsonl", b'{"sha256": NaN}\n'),
        ("items.jsonl", b"[" * 60_000 + b"\n"),
        ("items.jsonl", b'"' + b"x" * (65 << 10) + b'"\n'),
        ("items.jsonl", handing.line(ITEM)[:-1]),
        ("exhibits.jsonl", b"{}\n"),
        ("case.jsonl", b"null\n"),
    ],
)
def test_a_row_that_is_not_what_its_table_says_is_refused(take, ends, name, content):
    package = handing.forged(
        ends[0],
        ends[1].keys,
        parts={name: content},
    )
    assert take(package) in {"package.wrong_row", "package.wrong_manifest"}


def test_views_that_are_no_pictures_or_more_than_their_rows_are_refused(take, ends):
    import hashlib

    def view(jpeg: bytes, size: int) -> bytes:
        return handing.line(
            {"item": "a" * 64, "sha256": hashlib.sha256(jpeg).hexdigest(), "bytes": size}
        )

    def one_view(said: dict[str, Any]) -> None:
        said["parts"][-1]["rows"] = 1

    for jpeg, size, code in (
        (b"<svg onload=1>", 14, "package.damaged"),
        (b"\xff\xd8\xffmore", 3, "package.wrong_manifest"),
        (b"\xff\xd8\xff" + bytes(1 << 21), (1 << 21) + 3, "package.wrong_row"),
    ):
        parts = {"views.jsonl": view(jpeg, size), "views.jpeg": jpeg}
        package = handing.forged(ends[0], ends[1].keys, parts=parts, change=one_view)
        assert take(package) == code


def test_a_package_that_changed_on_the_disk_since_is_not_unpacked(ends, south_lead):
    from haven.workbench.packages import receiving, storing, unpacking
    from haven.workbench.packages.models import ReceivedRow

    package = handing.forged(ends[0], ends[1].keys, parts={"items.jsonl": handing.line(ITEM)})
    receipt = receiving.receive(
        handing.file(package), number="S-1", name="Taken", by=south_lead, at=NOW
    )
    place = storing.incoming(receipt.case.public_id, receipt.public_id)
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)
    unpacking.unpack(receipt.pk)
    receipt.refresh_from_db()
    assert (receipt.state, receipt.error_code) == ("failed", "package.damaged")
    assert not ReceivedRow.objects.exists()
    assert not place.exists()
