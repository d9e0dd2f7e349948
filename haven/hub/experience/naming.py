"""Naming oneself by mistake: what makers read must not hold the name of who wrote it.

In      texts, the member who wrote them
Out     nothing
Fails   NamesAuthor: a text holds the author's name, agency or address
Why     a promise that a maker reads no name is kept only if the text does not say it either
Not     here: names that no program can know; a curator reads every text before it is shown
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from haven.web.errors import BadInput
from haven.web.words import words

if TYPE_CHECKING:
    from haven.accounts.models import Member

_SHORTEST_ALONE = 6  # letters of a name of one word; shorter ones are too often plain words


class NamesAuthor(BadInput):
    """A text says who wrote it."""

    code = "experience.names_author"
    words = _("Makers read this too. Leave out your name, your agency and your address.")


def refuse_own(texts: Iterable[str], member: Member) -> None:
    """Return if no text names its author.

    Raises:
        NamesAuthor: One does.
    """
    every = list(texts)
    if member.email and any(member.email.casefold() in one.casefold() for one in every):
        raise NamesAuthor(f"a text of member {member.pk} holds the address")
    names = [words(member.display_name), words(member.agency.name)]
    for name in names:
        is_telling = len(name) > 1 or (name and len(name[0]) >= _SHORTEST_ALONE)
        if is_telling and any(_holds(words(one), name) for one in every):
            raise NamesAuthor(f"a text of member {member.pk} holds a name")


def _holds(text: list[str], name: list[str]) -> bool:
    """Tell whether the words of a name stand in a text one after the other."""
    return any(text[at : at + len(name)] == name for at in range(len(text) - len(name) + 1))
