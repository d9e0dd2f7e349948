"""What people decided about faces, asked of whoever knows: grouping obeys it.

In      a case, or faces, by their keys
Out     pairs of faces that are not one person; faces that somebody spoke about
Fails   as the receivers do; then nothing is grouped and nothing is replaced
Why     decisions are kept further along the line; the program must obey them all the same
Not     here: the decisions (haven.workbench.people)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.dispatch import Signal

# Receivers take `case_pk` and return pairs of keys of faces that are two people.
ask_apart = Signal()
# Receivers take `face_pks` and return the keys of those that a person decided about.
ask_decided = Signal()


def apart(case_pk: int) -> set[tuple[int, int]]:
    """Return pairs of faces of a case that people said are not one person."""
    told: list[Any] = ask_apart.send(None, case_pk=case_pk)
    return {pair for _who, pairs in told for pair in pairs}


def decided(face_pks: Iterable[int]) -> set[int]:
    """Return which of these faces a person decided about."""
    told: list[Any] = ask_decided.send(None, face_pks=list(face_pks))
    return {pk for _who, found in told for pk in found}
