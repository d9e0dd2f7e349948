"""Verdicts in tests: given in the letters of the United Kingdom, and read back.

In      items, members, codes
Out     what the actions return
Why     one short word for what nearly every test of categories does
"""

from haven.workbench.categories import actions, selecting
from haven.workbench.categories.models import Verdict
from tests.workbench.build import NOW


def give(item, code, by, *, reason="", at=NOW):
    """Give an item a letter."""
    said = actions.Judgement(scheme="uk@1", code=code, reason=reason)
    return actions.give(item.case.public_id, item.pk, said, by=by, at=at)


def give_many(case, by, code="B", **selection):
    """Give a letter to many."""
    said = actions.Judgement(scheme="uk@1", code=code)
    chosen = selecting.Selection(**selection)
    return actions.give_many(case.public_id, chosen, said, by=by, at=NOW)


def code_of(item):
    """Return the code that stands on an item, or nothing."""
    stands = Verdict.objects.filter(item=item, stands=True).values_list("code", flat=True)
    return stands.first() or ""
