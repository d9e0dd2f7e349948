"""Carried: bundles of another hub, as that hub would make them, and as somebody might forge them.

In      a key, a name, a serial number; changes to parts
Out     the bytes of a bundle
Why     what comes in a file is to be believed only as far as it was checked
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
from collections.abc import Callable
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from haven.audit import canonical, fingerprints
from haven.hub.exchange import actions, bundles, contents

HUB = "hub.north.example/hub"
MADE = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
CAME = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))

SOURCE = {
    "slug": "north-1", "title": "A study of the north", "addresses": ["https://example.org/1"],
    "read_on": "2026-11-01",
}  # fmt: skip
STEP = {
    "slug": "receive", "title": "Receive, as the north does", "reviewed_on": None, "number": 1,
    "in_one_line": "In one line.", "aim": "An aim [[north-1]].", "guard": "Before {{date:law}}.",
    "what_happens": [
        {"kind": "paragraph", "text": "It arrives <script>alert(1)</script>."},
        {"kind": "list", "items": ["one", "two"]},
        {"kind": "table", "head": ["a"], "rows": [["b"]]},
    ],
    "how_ai_helps": ["It sorts."], "law_and_ethics": [], "wellbeing": [],
    "common_mistakes": [{"what": "Haste", "why": "It costs.", "instead": "Wait."}],
    "questions_to_ask": [], "workbench_now": [], "workbench_not_yet": [],
    "techniques": ["hash-matching"],
}  # fmt: skip
TOOL = {
    "slug": "wheelwright", "name": "Wheelwright of the north",
    "maker": {"name": "Spoke", "country": ""}, "website": "https://example.org/w",
    "summary": "Finds bicycles.", "description": "Finds bicycles.", "status": "active",
    "open_source": None, "licence": "", "weights_licence": "", "access": "open download",
    "price": "free", "evidence_leaves": "no", "deployment": ["offline"],
    "steps": ["sort-new"], "techniques": ["object-recognition", "a-word-of-tomorrow"],
    "media": ["image"], "platforms": [], "languages": [], "intended_use": None,
    "excluded_use": "", "human_role": "", "wellbeing": "", "interoperability": "",
    "facts": [{
        "claim": "Runs offline.", "kind": "claimed", "said_by": "the maker", "source": "",
        "dated": "2025", "basis": "recalled", "relation": "maker", "is_of_tool": True,
        "confirmed_on": None,
    }],
    "grade": "unchecked", "listed_on": "2026-11-01", "checked_on": None,
    "changed_at": "2026-11-01T00:00:00Z", "withheld": ["intended_use"],
}  # fmt: skip
COURSE = {
    "slug": "first-course", "title": "A first course", "summary": "Short.", "audience": "All.",
    "aims": ["Know."], "passes_at": 0.5,
    "lessons": [{
        "slug": "one", "title": "The first lesson", "minutes": 3, "brief": "Brief.",
        "full": "Full, says a study [[north-1]].",
    }],
    "questions": [{
        "id": "q1", "lesson": "one", "ask": "Is it so?", "sources": ["north-1"],
        "choices": [
            {"say": "Yes", "is_right": True, "why": "It is."},
            {"say": "No", "is_right": False, "why": "It is not."},
        ],
    }],
    "see_also": [], "workflow_steps": [], "reviewed_on": None, "version": "abc123",
}  # fmt: skip
PARTS: dict[str, list[dict[str, Any]]] = {
    "sources": [SOURCE],
    "dates": [{"slug": "law", "value": "2027-01-01"}],
    "words": [{
        "slug": "media-image", "list": "media", "word": "image", "name": "pictures", "says": "",
    }],
    "steps": [STEP],
    "tools": [TOOL],
    "bodies": [{
        "slug": "line", "name": "A line of the north", "scope": "North", "kind": "hotline",
        "website": "", "what_for": "To ask.", "source": "", "dated": "2025",
        "basis": "recalled", "confirmed_on": None,
    }],
    "courses": [COURSE],
    "terms": [{
        "slug": "threshold", "term": "threshold", "short": "A line.", "long": "A line drawn.",
        "sources": ["north-1"], "see": [],
    }],
}  # fmt: skip


def fingerprint(key: Ed25519PrivateKey = KEY) -> str:
    return fingerprints.of(key.public_key().public_bytes_raw())


def parts(**changed: list[dict[str, Any]]) -> list[tuple[str, list[bytes]]]:
    """Return the lines of every part, some of them changed."""
    said = {**PARTS, **changed}
    return [
        (name, [canonical.encode(one) for one in said.get(name, [])]) for name in contents.KINDS
    ]


def bundle(
    serial: int = 2026112000,
    *,
    hub: str = HUB,
    key: Ed25519PrivateKey = KEY,
    holds: list[tuple[str, list[bytes]]] | None = None,
) -> bytes:
    """Return a bundle as its hub would make it."""
    about = bundles.About(hub, serial, MADE)
    made = bundles.written(about, parts() if holds is None else holds, signer=key)
    return b"".join(made.pieces)


def forged(content: bytes, change: dict[str, Any], *, key: Ed25519PrivateKey = KEY) -> bytes:
    """Return a bundle whose manifest says something else, signed anew by whoever has the key."""
    return resigned(
        content, lambda told: canonical.encode({**json.loads(told), **change}), key=key
    )


def resigned(
    content: bytes, change: Callable[[bytes], bytes], *, key: Ed25519PrivateKey = KEY
) -> bytes:
    """Return a bundle whose manifest is spelled otherwise, signed anew by whoever has the key."""
    first, told, _signature, rest = content.split(b"\n", 3)
    head = first + b"\n" + change(told) + b"\n"
    return head + base64.b64encode(key.sign(head)) + b"\n" + rest


def assembled(content: bytes, holds: dict[str, bytes], rows: dict[str, int]) -> bytes:
    """Return a bundle with other bytes in some parts, well signed, held to no limit of ours."""
    _first, told, _signature, rest = content.split(b"\n", 3)
    listed, pieces = [], []
    for part in json.loads(told)["parts"]:
        whole, rest = rest[: part["bytes"]], rest[part["bytes"] :]
        name = part["name"]
        whole = holds.get(name, whole)
        digest = hashlib.sha256(whole).hexdigest()
        known = {"bytes": len(whole), "sha256": digest, "rows": rows.get(name, part["rows"])}
        listed.append({**part, **known})
        pieces.append(whole)
    head = b"\n".join(content.split(b"\n", 3)[:3]) + b"\n"
    return forged(head + b"".join(pieces), {"parts": listed})


def opened(content: bytes) -> IO[bytes]:
    return io.BytesIO(content)


def taken_in(serial: int = 2026112000, **said: Any) -> actions.Taken:
    """Follow the hub of the north, and take a bundle of it in."""
    actions.trust(fingerprint(), at=CAME)
    return actions.take_in(opened(bundle(serial, **said)), how=actions.How.FILE, at=CAME)
