"""Devices: with what items say they were taken.

In      a case that was looked up with the member; a filter
Out     devices with counts, first and last day, exhibits
Fails   never
Why     one camera in two exhibits ties them together; that is seen here at a look
Not     here: the same with people and places (connections.py)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min

from haven.workbench.analysis import item_queries as items
from haven.workbench.evidence import queries as evidence

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from haven.workbench.analysis.item_filter import Filter
    from haven.workbench.cases.models import Case

MOST = 200  # devices in the table; the rest is counted


@dataclass(frozen=True, slots=True)
class Device:
    """A maker and model with a serial number, each as far as files name it."""

    camera: str
    serial: str
    count: int = 0
    first: date | None = None
    last: date | None = None
    exhibits: list[tuple[UUID, str]] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, str | None]:
        """Return what the filter has to say to show this device and no other."""
        return parameters(self.camera, self.serial)


def parameters(camera: str, serial: str) -> dict[str, str | None]:
    """Return what the filter has to say to show a device and no other; None: not said."""
    if not camera and not serial:
        return {"camera": None, "serial": None, "device": "unknown"}
    device = "none" if not camera else None if serial else "unnumbered"
    return {"camera": camera or None, "serial": serial or None, "device": device}


def devices(case: Case, chosen: Filter) -> tuple[list[Device], int]:
    """Return the devices of items that pass a filter, the busiest first, and how many more."""
    found = items.items(case, chosen)
    rows = found.values_list("camera", "camera_serial").annotate(
        n=Count("pk"), first=Min("taken_on"), last=Max("taken_on")
    )
    every = sorted(rows.order_by(), key=lambda row: (-row[2], row[0], row[1]))
    shown = [Device(*row) for row in every[:MOST]]
    by_name = {(one.camera, one.serial): one for one in shown}
    labels = {one.pk: (one.public_id, one.label) for one in evidence.of_case(case)}
    where = items.lay(case, chosen).values_list("exhibit", "item__camera", "item__camera_serial")
    for exhibit, *name, _n in sorted(where.annotate(n=Count("pk")).order_by()):
        if tuple(name) in by_name:
            by_name[name[0], name[1]].exhibits.append(labels[exhibit])
    return shown, len(every) - len(shown)
