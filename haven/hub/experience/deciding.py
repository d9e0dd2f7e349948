"""Deciding: what a curator says with every decision about makers and reports.

In      what was decided, why, and that the curator is free to decide
Out     Decision
Fails   CuratorTied: the curator did not say to be free of ties to the maker
        AnswerMissing: a refusal without a reason for who is refused
Why     inclusion.yaml promises that nobody decides on a maker they worked for or hold a share in
Not     here: what is decided (actions.py, asking.py, hub/portal)
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from haven.web.errors import BadInput


class CuratorTied(BadInput):
    """A curator decides who is free of ties."""

    code = "curator.tied"
    words = _("Who has ties to the maker does not decide. Leave it to another curator.")


class AnswerMissing(BadInput):
    """Who is refused is told why."""

    code = "curator.answer_missing"
    words = _("Say why. Who wrote it reads your answer.")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a curator decides."""

    accepts: bool
    answer: str  # read by who wrote it; needed where it is refused
    is_free: bool  # no work for the maker in the last three years, and no share in it

    def require(self) -> None:
        """Return if it is a decision.

        Raises:
            CuratorTied, AnswerMissing: It is none.
        """
        if not self.is_free:
            raise CuratorTied("a curator did not say to be free of ties")
        if not self.accepts and not self.answer.strip():
            raise AnswerMissing("a refusal without an answer")
