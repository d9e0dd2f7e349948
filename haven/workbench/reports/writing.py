"""Writing: the chapters of a report put together into its manifest.

In      the scope of a report, what it is called
Out     the manifest: plain values that canonical JSON spells in one way
Fails   ValueError: two numbers have one name, or a number has no value; a bug of a chapter
Why     all that a report says, in the language it says it in, is frozen here; what a reader
        sees afterwards is drawn from this and from nothing else
Not     here: how it looks (rendering.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from haven import __version__
from haven.workbench.reports import rendering
from haven.workbench.reports.chapters import about, facts, follow, opinion, tool, unseen
from haven.workbench.reports.paper import Paper, moment

if TYPE_CHECKING:
    from haven.workbench.reports.scope import Scope

FORMAT = 1  # of the manifest


def manifest(scope: Scope, head: about.Head) -> dict[str, Any]:
    """Return all that a report says."""
    paper = Paper()
    about.write(paper, scope, head)
    facts.write(paper, scope)
    tool.write(paper, scope)
    opinion.write(paper, scope)
    unseen.write(paper, scope)
    follow.write(paper, scope, head)
    case = scope.names.free(scope.case.name)
    return {
        "format": FORMAT,
        "report": str(head.public_id),
        "case": str(scope.case.public_id),
        "title": _("Report %(n)s on case %(number)s, %(name)s")
        % {"n": head.number, "number": scope.case.number, "name": case},
        "language": get_language() or "en",
        "direction": "rtl" if get_language_bidi() else "ltr",
        "made_at": moment(scope.at),
        "made_with": {"haven": __version__, **rendering.made_with()},
        "step": scope.ask.step,
        "kinds": {
            "fact": _("Fact"),
            "tool": _("Tool output"),
            "human": _("Human opinion"),
            "unseen": _("Not looked at"),
        },
        "words": {
            "contents": _("Contents"),
            "back": _("back to its place"),
            "lead_not_finding": _("Leads and candidates are not findings. A person decides."),
            "page": _("Page"),
        },
        "numbers": paper.numbers,
        "sections": paper.sections,
        "views": [
            block["view"]
            for section in paper.sections
            for block in section["blocks"]
            if "view" in block
        ],
    }
