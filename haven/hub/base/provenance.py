"""Provenance: which hub a record is of, and how it came here.

In      the name of this hub; for what came in a bundle, the bundle
Out     Provenance, which stands beside every record that a program is told
Fails   never
Why     a record that is copied loses who answers for it, unless it says so itself
Not     here: bundles (hub/exchange)
"""

from __future__ import annotations

from typing import Annotated

from django.conf import settings
from pydantic import Field

from haven.hub.base.records import Moment, Name, Record


class Provenance(Record):
    """Where a record is from."""

    hub: Annotated[Name, Field(description="name of the hub that answers for it")]
    is_own: Annotated[bool, Field(description="of the hub that is asked")]
    serial: Annotated[int | None, Field(description="of the bundle it came in")] = None
    made_at: Annotated[Moment | None, Field(description="when that bundle was made")] = None
    came_at: Annotated[Moment | None, Field(description="when it was taken in here")] = None
    sha256: Annotated[str | None, Field(description="of its line in the bundle")] = None


def own() -> Provenance:
    """Return what stands beside a record of this hub."""
    return Provenance(hub=settings.HAVEN_HUB_NAME, is_own=True)
