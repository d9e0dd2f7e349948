"""Working through a part: its questions, each with its answer and, for who may, a form.

In      an assessment, a part, a member; a form that could not be kept; what the member took over
Out     rows of the page
Fails   UnknownSource: a text cites what no file has
Why     answers rest while a close waits, and who has no role for a question gets no form
Not     here: taking an answer (actions.py), what is suggested (prefilling.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from haven.hub.assessment import describing, forms, prefilling, queries

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.hub.assessment.describing import Row
    from haven.hub.assessment.prefilling import Entry
    from haven.hub.assessment.queries import Shown
    from haven.hub.assessment.questionnaires import Theme
    from haven.hub.base.text import Citations


def rests(shown: Shown) -> bool:
    """Tell whether nothing is answered now."""
    return not shown.assessment.is_open or shown.waiting is not None


def rows(
    shown: Shown, theme: Theme, cited: Citations, member: Member, *,
    bound: forms.Answer | None = None, chosen: str = "",
) -> list[Row]:  # fmt: skip
    """Return the questions of a part.

    Args:
        shown: The assessment.
        theme: The part.
        cited: What the page cites; more is added.
        member: Who looks.
        bound: A form that could not be kept; it stands at its question.
        chosen: A question and a suggestion that the member takes over: "T-USE-1:media".
    """
    previous = shown.assessment.previous
    before = queries.shown(previous) if previous is not None else None
    earlier = queries.earlier(shown.assessment, (item.id for item in theme.items))
    is_asked = not rests(shown) and any(item.filled_from for item in theme.items)
    entry = prefilling.entry(shown.assessment, member=member) if is_asked else None
    made = []
    for item in theme.items:
        row = describing.row(shown, item, cited, before)
        row.help = cited.html(row.help)
        row.earlier = [
            (one, describing.said(shown.asked, item, one)) for one in earlier.get(item.id, ())
        ]
        if not rests(shown) and item.by.intersection(shown.roles_of(member)):
            _suggest(row, entry, chosen)
            row.form = forms.Answer(
                asked=shown.asked, question=item, current=row.answer, suggested=row.filling
            )
        if bound is not None and bound.question.id == item.id:
            row.form, row.filling = bound, None
        made.append(row)
    return made


def _suggest(row: Row, entry: Entry | None, chosen: str) -> None:
    """Put what the catalogue says beside a question; an answered one is filled on demand alone."""
    if entry is None or not row.item.filled_from:
        return
    question, _colon, key = chosen.partition(":")
    key = key if question == row.item.id else ""
    row.suggestions = entry.suggestions(row.item)
    if key or row.answer is None:
        row.filling = prefilling.filling(row.item, row.suggestions, key)
