"""Lists of the demonstration: what known files look like, on harmless pictures.

In      the demonstration pictures by name; an administrator
Out     three lists in use: of alerts, of known good files, of the agency's own
Fails   KeyError: the catalogue lacks a picture; OSError: the disk
Why     hits, a disagreement, a weak digest and a near copy are seen without any real list
Not     here: what a list is (workbench/known)

Every list says in its name that it is a demonstration; no digest in it is of abuse material.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from django.utils import timezone

from haven.workbench.known import actions, importing, queries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from haven.accounts.models import Member
    from haven.workbench.known.models import KnownList

# PDQ of the catalogue's picture of a cat, quality 100; the phone holds a copy saved again.
CAT_PDQ = "5feb5321f01da156898e2bf629a5d3438412cdbd23f48942464526315db33ffd"
SOURCE = "Made for the demonstration, of harmless pictures"


def load(pictures: Mapping[str, Path], *, by: Member, scheme: str) -> None:
    """Bring the lists that are not there yet, and say what one of them means.

    Args:
        pictures: The demonstration pictures by their short names.
        by: The administrator.
        scheme: Of the demonstration, whose category "thing" is said to be meant.
    """
    sha256 = {name: hashlib.sha256(path.read_bytes()) for name, path in pictures.items()}
    md5 = hashlib.md5(pictures["clock"].read_bytes(), usedforsecurity=False).hexdigest()
    alerts = [
        "sha256,md5,pdq,category,series",
        f"{sha256['rocket'].hexdigest()},,,thing,launches",
        f",{md5},,thing,",
        f",,{CAT_PDQ},thing,",
    ]
    good = ["sha256", *(sha256[name].hexdigest() for name in ("bricks", "grass", "clock"))]
    own = ["sha256,category,comment", f"{sha256['coffee'].hexdigest()},other,seen in another case"]
    made = _bring("Alerts (demonstration, harmless)", "alert", alerts, by, scheme)
    _bring("Known good (demonstration)", "known-good", good, by)
    _bring("Seen before (demonstration)", "own", own, by, scheme)
    if made is not None:
        codes = {"thing": "thing"}
        actions.say_meanings(made, scheme=scheme, codes=codes, by=by, at=timezone.now())


def _bring(
    name: str, kind: str, lines: list[str], by: Member, scheme: str = ""
) -> KnownList | None:
    """Bring one list and take it in, as an administrator and the worker do."""
    agency_pk = by.agency_id or 0
    if queries.of_agency(agency_pk).filter(name=name).exists():
        return None
    about = actions.About(
        name=name, kind=kind, source=SOURCE, legal_basis="Demonstration", scheme=scheme
    )
    text = io.BytesIO("\n".join(lines).encode())
    one = actions.bring(text, about, agency_pk=agency_pk, by=by, at=timezone.now())
    importing.look_over(one.pk)
    one.refresh_from_db()
    actions.confirm(one, by=by, at=timezone.now())
    return importing.take_in(one.pk)
