"""Erasures: told in a list that outlives a backup, and done again when one is restored.

In      what was erased on this site; a list of it, as old as its last writing
Out     the list; after a restore, the same things gone again
Fails   BackupTrouble: a list cannot be read
Why     a backup is older than what was erased since, and must not bring it back
Not     here: erasing (retention, analysis, search); files of the backup (restoring.py)

A line of the list is one of three: a case whose key is destroyed, a case whose face templates
were erased, a search that was refused authorisation. What ends by its date alone, such as a
picture brought to search with, needs no line: its date is in the backup.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from haven.audit import queries as audit
from haven.audit.actions import erase_personal, record
from haven.site.backups.folder import BackupTrouble
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import face_templates, probing
from haven.workbench.cases import queries as cases
from haven.workbench.retention import erasing, rows
from haven.workbench.retention import queries as retention
from haven.workbench.search import queries as searches
from haven.workbench.search import urgent

Line = dict[str, str]


@dataclass(slots=True)
class Erased:
    """What must not come back from a backup."""

    cases: set[str] = field(default_factory=set)  # public ids, as all below
    templates: dict[str, datetime] = field(default_factory=dict)  # of cases, and when
    searches: dict[str, tuple[int, datetime]] = field(default_factory=dict)  # who refused, when

    def bare(self, made_at: datetime) -> set[str]:
        """Return the cases whose face templates were erased after a backup was made."""
        return {case_id for case_id, at in self.templates.items() if at > made_at}


def listed() -> list[Line]:
    """Return what was erased on this site."""
    lines = [
        {
            "case_id": str(one.case_public_id),
            "key_id": str(one.key_id or ""),
            "erasure": str(one.public_id),
            "at": one.key_destroyed_at.isoformat() if one.key_destroyed_at else "",
        }
        for one in retention.destroyed_keys()
    ]
    known = {one.pk: str(one.public_id) for one in cases.every_case()}
    lines += [
        {"templates_of": known[case_pk], "at": at.isoformat()}
        for case_pk, at in audit.last_in_cases("templates.erase").items()
        if case_pk in known
    ]
    lines += [
        {
            "search": str(one.public_id),
            "by": str(one.decided_by_id),
            "at": one.decided_at.isoformat() if one.decided_at else "",
        }
        for one in searches.refused()
    ]
    return lines


def read(places: Sequence[Path]) -> Erased:
    """Return what some lists tell.

    Raises:
        BackupTrouble: One of them cannot be read.
    """
    found = Erased()
    for place in places:
        try:
            for line in json.loads(place.read_text("utf-8")):
                _take(found, line)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupTrouble("A list of erasures cannot be read.") from error
    return found


def again(erased: Erased, *, made_at: datetime) -> int:
    """Erase in a restored database what was erased before; return how many cases.

    Args:
        erased: What the lists tell.
        made_at: When the backup was made; what was erased earlier is not in it.
    """
    count = sum(_case(case_id) for case_id in sorted(erased.cases))
    for case_id in sorted(erased.bare(made_at)):
        face_templates.erase_again(UUID(case_id), at=timezone.now())
    for search_id, (by, at) in erased.searches.items():
        urgent.refuse_again(UUID(search_id), by=by, at=at)
    analysis.erase_old_probes(at=timezone.now())
    probing.clear_forgotten()
    return count


def _take(found: Erased, line: dict[str, Any]) -> None:
    """Put a line of a list to the others."""
    if "templates_of" in line:
        case_id, at = str(UUID(line["templates_of"])), _read(line["at"])
        found.templates[case_id] = max(at, found.templates.get(case_id, at))
    elif "search" in line:
        found.searches[str(UUID(line["search"]))] = (int(line["by"]), _read(line["at"]))
    else:
        found.cases.add(str(UUID(line["case_id"])))


def _case(case_id: str) -> bool:
    """Delete what is left of an erased case; tell whether anything was."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, agency_id FROM cases_case WHERE public_id = %s", [UUID(case_id)]
        )
        row = cursor.fetchone()
        if row is None:
            return False
        counts = rows.counts(row[0])
        rows.delete(row[0])
        whose = {"case_id": row[0], "agency_id": row[1]}
        record("erasure.again", actor=None, **whose, case=case_id, rows=counts)
        erase_personal(
            of_case=row[0],
            agency_id=row[1],
            by=None,
            reason=erasing.REASON,
            at=timezone.now(),
            but=erasing.DECIDING,
        )
    shutil.rmtree(Path(settings.HAVEN_DATA_DIR) / "derivatives" / case_id, ignore_errors=True)
    return True


def _read(at: str) -> datetime:
    """Return a moment of a list; it names its zone."""
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment
