"""Beside: what other sections of the Hub show on the page of a tool.

In      a template and a function, registered once by the section when the program starts
Out     for a tool and a member: templates with what they are told, in the order of their places
Fails   never; where nothing is registered nothing is shown
Why     reports and answers are about tools, and the catalogue imports neither
Not     here: what is shown
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.hub.catalogue.models import Tool

Tells = Callable[["Tool", "Member"], Any]
_registered: dict[str, tuple[int, str, Tells]] = {}


@dataclass(frozen=True, slots=True)
class Beside:
    """One part of the page: a template that is told `told`."""

    template: str
    stylesheet: str  # a static file; "" where the page's own suffices
    told: Any


def register(template: str, tells: Tells, *, place: int, stylesheet: str = "") -> None:
    """Have a part shown on the page of every tool; a function that returns None shows nothing."""
    _registered[template] = (place, stylesheet, tells)


def of(tool: Tool, member: Member) -> list[Beside]:
    """Return the parts of the page of a tool for a member."""
    ordered = sorted(_registered.items(), key=lambda one: one[1][0])
    parts = [Beside(name, sheet, tells(tool, member)) for name, (_place, sheet, tells) in ordered]
    return [one for one in parts if one.told is not None]
