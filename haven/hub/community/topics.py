"""Topics: the groups there are, and the house rules, as the editors' files say.

In      content/topics.yaml and content/house-rules.md of this folder
Out     Topic by its slug; the rules with their version
Fails   TopicNotFound; KeyError or ValueError where a file does not fit, found by the first test
Why     what may be talked about, and how, is written by editors and not in code
Not     here: who may read a topic (reading.py)
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from haven.hub.base import yaml_text
from haven.hub.community.vocabulary import Audience
from haven.web.errors import NotFound

CONTENT = Path(__file__).parent / "content"
_MARK = "---\n"


class TopicNotFound(NotFound):
    """No such topic that the member may read."""

    code = "topic.not_found"


@dataclass(frozen=True, slots=True)
class Topic:
    """What is talked about in one place."""

    slug: str
    title: str
    sentence: str
    is_group: bool  # for those alone who are in it
    open_to: Audience
    rules: tuple[str, ...]  # added to the house rules
    steps: tuple[str, ...]  # of the work


@dataclass(frozen=True, slots=True)
class Rules:
    """The house rules."""

    title: str
    version: str
    is_reviewed: bool
    text: str


@functools.cache
def every() -> Mapping[str, Topic]:
    """Return all topics by their slugs, in the order of the file."""
    told = yaml_text.load((CONTENT / "topics.yaml").read_text(encoding="utf-8"))
    return {
        one["slug"]: Topic(
            one["slug"],
            one["title"],
            one["sentence"],
            {"group": True, "thread": False}[one["kind"]],
            Audience(one["open_to"]),
            tuple(one["house_rules"]),
            tuple(one["workflow_steps"]),
        )
        for one in told["topics"]
    }


def topic(slug: str) -> Topic:
    """Return one topic.

    Raises:
        TopicNotFound: There is none.
    """
    try:
        return every()[slug]
    except KeyError:
        raise TopicNotFound("no such topic") from None


@functools.cache
def rules() -> Rules:
    """Return the house rules that hold now."""
    text = (CONTENT / "house-rules.md").read_text(encoding="utf-8")
    _before, head, body = text.split(_MARK, 2)
    told = yaml_text.load(head)
    return Rules(told["title"], str(told["version"]), bool(told["reviewed"]), body.strip())
