"""Abilities: which ability of a token opens which address of the API. The one table.

In      the name of an address and a method
Out     the ability it takes; None where no token gets in
Fails   closed: what the table does not name is for people alone
Why     one place to read and to test: a new address of the API is closed to programs until
        somebody writes it down here
Not     here: what the member may do in the case; the actions ask that for people and programs
"""

from __future__ import annotations

from collections.abc import Mapping

from haven.workbench.tokens.models import Token

_A = Token.Ability
_READS = {"GET": _A.READ}

OPENS: Mapping[str, Mapping[str, str]] = {
    "api:cases": _READS,  # of the one case
    "api:case": _READS,
    "api:exhibits": {**_READS, "POST": _A.EXHIBIT},
    "api:exhibit_runs": {"POST": _A.ANALYSE},
    "api:retry": {"POST": _A.ANALYSE},
    "api:runs": _READS,
    "api:items": _READS,
    "api:item": _READS,
    "api:groups": _READS,
    "api:group": _READS,
    "api:group_name": {"POST": _A.GROUP},
    "api:group_split": {"POST": _A.GROUP},
    "api:group_move": {"POST": _A.GROUP},
    "api:merges": {"POST": _A.GROUP},
    "api:changes": _READS,
    "api:undo_change": {"POST": _A.GROUP},
    "api:persons": _READS,
    "api:person": _READS,
    "api:leads": {**_READS, "POST": _A.LEAD},
    "api:lead": {**_READS, "POST": _A.LEAD},
    "api:offers": {**_READS, "POST": _A.LEAD},
    "api:queue": {**_READS, "POST": _A.QUEUE},
    "api:put_back": {"POST": _A.QUEUE},
    "api:left": _READS,
    "api:decisions": _READS,
    "api:decision": _READS,
    "api:searches": _READS,
    "api:candidates": _READS,
    "api:comparisons": _READS,
    "api:authorities": _READS,
    "api:timeline": _READS,
    "api:devices": _READS,
    "api:categories": _READS,
    "api:known": _READS,
    "api:verdicts": _READS,
    "api:item_verdicts": {**_READS, "POST": _A.CATEGORISE},
    "api:batches": {"POST": _A.CATEGORISE},
    "api:undo_batch": {"POST": _A.CATEGORISE},
    "api:undo_verdict": {"POST": _A.CATEGORISE},
    "api:notes": {**_READS, "POST": _A.NOTE},
    "api:note": {**_READS, "POST": _A.NOTE},
    "api:filters": {**_READS, "POST": _A.FILTER},
    "api:filter": {"POST": _A.FILTER, "DELETE": _A.FILTER},
}


def offered() -> list[tuple[str, str]]:
    """Return the abilities that open something, with their words, in the order of the list."""
    opened = {ability for methods in OPENS.values() for ability in methods.values()}
    return [(one.value, str(one.label)) for one in _A if one in opened]


def needed(address: str, method: str) -> str | None:
    """Return the ability that an address takes, or None where no token gets in."""
    return OPENS.get(address, {}).get(method)
