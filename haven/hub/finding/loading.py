"""Loading: the needs with which the board opens.

In      content/needs.yaml of this folder
Out     needs that are not there yet; what is there, and what became of it, stays
Fails   BadNeed: a need of the file does not fit; nothing of the file is kept then
Why     an empty board says that nothing is lacking; each of these says how it is known
Not     here: answering them (asking.py)
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from haven.hub.base import yaml_text
from haven.hub.finding.models import Need

FILE = Path(__file__).parent / "content" / "needs.yaml"
_BECOMES = {"withdrawn": Need.State.WITHDRAWN}  # in the file: here, where they differ


class BadNeed(ValueError):
    """A need of the file does not fit the board."""


@transaction.atomic
def load(path: Path = FILE) -> int:
    """Add the needs that are not there yet; return how many were added.

    Raises:
        BadNeed: A need does not fit; it is named by its id.
    """
    told = read(path)
    day = dt.date.fromisoformat(str(told["board"]["counted_on"]))
    at = dt.datetime.combine(day, dt.time(), dt.UTC)
    there = set(Need.objects.exclude(slug="").values_list("slug", flat=True))
    made = [_need(one, at) for one in told["needs"] if one["id"] not in there]
    Need.objects.bulk_create(made)
    return len(made)


def read(path: Path) -> Any:
    """Return what a file of needs says."""
    return yaml_text.load(path.read_text(encoding="utf-8"))


def _need(told: dict[str, Any], at: dt.datetime) -> Need:
    cells = told["cells"]
    made = Need(
        slug=told["id"],
        title=told["title"],
        text=told["need"],
        helps=told.get("helps", ""),
        caution=told.get("caution", ""),
        kind=told["kind"],
        steps=_each(cells, lambda cell: [cell["step"]]),
        techniques=_each(cells, lambda cell: cell["techniques"]),
        media=_each(cells, lambda cell: cell["media"]),
        is_restricted=told["sensitivity"] == "restricted",
        state=_BECOMES.get(told["state"], told["state"]),
        said_at=at,
    )
    try:
        made.clean_fields(exclude=("said_by", "answered_by", "answered_at"))
    except ValidationError as error:
        raise BadNeed(f"{told['id']}: {sorted(error.message_dict)}") from error
    return made


def _each(cells: list[dict[str, Any]], of: Any) -> list[str]:
    """Return the words that the cells of a need name, each once, in their order."""
    return list(dict.fromkeys(word for cell in cells for word in of(cell)))
