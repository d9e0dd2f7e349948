"""Hooks: where the parts above the analysis say what they know, and hear what it found.

In      functions that a part adds in its AppConfig.ready
Out     asked, or told, while a run is going
Why     imports run back along the line of a case; what stands above is called, not imported
Not     here: who adds what
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.dispatch import Signal

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from haven import engine
    from haven.workbench.cases.models import Case

TELL_EVERY_S = 20.0  # while a run is going

# Each opens, for a run of a case, the question whether a content needs no look.
known_good: list[Callable[[Case], AbstractContextManager[Callable[[engine.Digests], bool]]]] = []

# Sent with `case_pk`: items came, now and then during a run and at its end.
items_came = Signal()
