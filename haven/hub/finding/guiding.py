"""The guided finder: at most four short questions that lead to a list of tools.

In      answers so far, as they stand in the address; a member
Out     the next question with how many tools each answer leaves; what the answers ask for
Fails   never; an answer that is none is asked again
Why     who does not know the words of the catalogue knows what they have to do
Not     here: finding (catalogue/finding.py)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from haven.hub.catalogue import finding, vocabulary
from haven.hub.catalogue import queries as catalogue

if TYPE_CHECKING:
    from haven.accounts.models import Member

Words = str | Promise
Chosen = Mapping[str, tuple[str, ...]]
ANYTHING = "any-answer"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer."""

    key: str
    words: Words
    asks: Chosen  # of the lists of the catalogue


@dataclass(frozen=True, slots=True)
class Question:
    """One question."""

    key: str  # in the address
    words: Words
    help: Words
    choices: tuple[Choice, ...]

    def choice(self, key: str) -> Choice | None:
        """Return an answer by its key, None where the question has none of it."""
        return next((one for one in self.choices if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Offered:
    """An answer as it is shown."""

    choice: Choice
    n_tools: int  # that are left with it
    query: str  # of the address that it leads to


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given."""

    question: Question
    choice: Choice
    anew: str  # query of the address that asks it again
    n_without: int  # tools that there would be without it


def _step(value: vocabulary.Step, words: Words) -> Choice:
    return Choice(value.value, words, {"steps": (value.value,)})


def _media(value: vocabulary.Media) -> Choice:
    wide = () if value == vocabulary.Media.ANY else (vocabulary.Media.ANY.value,)
    return Choice(value.value, value.label, {"media": (value.value, *wide)})


_S, _D, _P = vocabulary.Step, vocabulary.Deployment, vocabulary.Price
QUESTIONS = (
    Question(
        "step",
        pgettext_lazy("guided finder", "What do you need to do?"),
        pgettext_lazy("guided finder", "Four short questions lead to the tools that fit."),
        (
            _step(_S.RECEIVE, pgettext_lazy("guided finder", "Take in reports and log them")),
            _step(
                _S.PRESERVE, pgettext_lazy("guided finder", "Get data out of devices, unchanged")
            ),
            _step(_S.PRIORITISE, pgettext_lazy("guided finder", "See what is urgent")),
            _step(_S.SET_ASIDE, pgettext_lazy("guided finder", "Recognise known material")),
            _step(_S.SORT, pgettext_lazy("guided finder", "Sort what is new")),
            _step(_S.CHILD, pgettext_lazy("guided finder", "Find the child")),
            _step(
                _S.OFFENDER, pgettext_lazy("guided finder", "Find the offender and the network")
            ),
            _step(_S.CLOSE, pgettext_lazy("guided finder", "Prove, report and close")),
            Choice(ANYTHING, pgettext_lazy("guided finder", "I am not sure"), {}),
        ),
    ),
    Question(
        "media",
        pgettext_lazy("guided finder", "What goes in?"),
        pgettext_lazy("guided finder", "Tools that take anything are among the answers."),
        (
            *(_media(one) for one in vocabulary.Media if one != vocabulary.Media.ANY),
            Choice(
                ANYTHING,
                pgettext_lazy("guided finder", "Several kinds, or it does not matter"),
                {},
            ),
        ),
    ),
    Question(
        "where",
        pgettext_lazy("guided finder", "Must it work without a network?"),
        pgettext_lazy("guided finder", "Offline means that it runs with no connection at all."),
        (
            Choice(
                "offline",
                pgettext_lazy("guided finder", "Yes, offline"),
                {"deployment": ("offline",)},
            ),
            Choice(
                "inside",
                pgettext_lazy("guided finder", "It must run inside the agency"),
                {"deployment": (_D.OFFLINE.value, _D.DESKTOP.value, _D.ON_PREMISES.value)},
            ),
            Choice(ANYTHING, pgettext_lazy("guided finder", "No, it does not matter"), {}),
        ),
    ),
    Question(
        "have",
        pgettext_lazy("guided finder", "What do you have for it?"),
        pgettext_lazy(
            "guided finder", "A price that we do not know counts as one that has to be paid."
        ),
        (
            Choice(
                "nothing",
                pgettext_lazy("guided finder", "No money: free, or free for law enforcement"),
                {"price": (_P.FREE.value, _P.FREE_FOR_POLICE.value)},
            ),
            Choice(
                "download",
                pgettext_lazy("guided finder", "No contract: open to download"),
                {"access": (vocabulary.Access.OPEN.value,)},
            ),
            Choice(
                ANYTHING, pgettext_lazy("guided finder", "A budget, or it does not matter"), {}
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Guided:
    """How far a member is."""

    question: Question | None  # that comes next; None after the last
    number: int  # of the question, from 1
    offered: list[Offered]
    given: list[Given]
    asked: finding.Asked
    n_tools: int  # that fit the answers so far


def guided(answers: Mapping[str, str], *, member: Member) -> Guided:
    """Return the next question, and what was answered before it."""
    given = {
        question.key: choice
        for question in QUESTIONS
        if (choice := question.choice(answers.get(question.key, ""))) is not None
    }
    open_ones = [one for one in QUESTIONS if one.key not in given]
    question = open_ones[0] if open_ones else None
    counts = _counts(given, question, member)
    return Guided(
        question=question,
        number=len(given) + 1,
        offered=[
            Offered(one, counts[f"with_{i}"], _query({**given, question.key: one}))
            for i, one in enumerate(question.choices)
        ]
        if question
        else [],
        given=[
            Given(one, given[one.key], _query(_without(given, one)), counts[f"without_{one.key}"])
            for one in QUESTIONS
            if one.key in given
        ],
        asked=_asked(given),
        n_tools=counts["so_far"],
    )


def _counts(
    given: Mapping[str, Choice], question: Question | None, member: Member
) -> dict[str, int]:
    """Return how many tools there are: so far, with each answer, without each answer."""
    several = {"so_far": _asked(given)}
    for one in QUESTIONS:
        several[f"without_{one.key}"] = _asked(_without(given, one))
    if question is not None:
        for i, choice in enumerate(question.choices):
            several[f"with_{i}"] = _asked({**given, question.key: choice})
    sees = catalogue.sees_restricted(member)
    return finding.count(finding.conditions(several, sees_restricted=sees))


def _without(given: Mapping[str, Choice], question: Question) -> dict[str, Choice]:
    return {key: choice for key, choice in given.items() if key != question.key}


def _asked(given: Mapping[str, Choice]) -> finding.Asked:
    chosen: dict[str, tuple[str, ...]] = {}
    for choice in given.values():
        chosen |= choice.asks
    return finding.Asked(chosen=chosen)


def _query(given: Mapping[str, Choice]) -> str:
    return urlencode({one.key: given[one.key].key for one in QUESTIONS if one.key in given})
