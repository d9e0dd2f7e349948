"""Every number that the Hub opens with has a source, or stands as unchecked."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from haven.hub.assessment import translating, versions
from haven.hub.catalogue import seed
from haven.hub.guidance import reading
from tests.hub.test_course_content import without_source

NUMBER = re.compile(r"(?<![\w.-])\d+(?:[.,]\d+)*(?![\w-])")  # not that of a name: SHA-256, MP4
PROSE = {  # fields of a tool: what a fact calls them that stands for fields without a source
    "summary": "summary",
    "description": "description",
    "intended_use": "what it is meant for",
    "excluded_or_cautions": "what it is not meant for",
    "human_role": "what a person decides",
    "wellbeing_features": "care for those who look",
    "interoperability": "what it works together with",
}
UNCHECKED = "What the entry says about: "
NO_STATEMENTS = {  # of a page or a file: what it is, not what it says
    "version", "reviewed", "review_by", "updated", "slug", "number", "sources", "date", "since",
    "until", "changed", "review_on", "id", "next_review", "read_on",
}  # fmt: skip
TOOLS = yaml.safe_load((seed.CONTENT / "tools.yaml").read_text(encoding="utf-8"))
GUIDANCE = sorted(
    one
    for one in reading.CONTENT.rglob("*")
    if one.suffix in {".yaml", ".md"} and one.name != "made-from.yaml"
)
QUESTIONNAIRES = [versions.CONTENT / f"{one.slug}.yaml" for one in versions.latest()]


def statements(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for name, value in told.items():
            if name not in NO_STATEMENTS:
                yield from statements(value)
    elif isinstance(told, list):
        for one in told:
            yield from statements(one)


def read(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return [text.split("---", 2)[-1]]
    return list(statements(yaml.safe_load(text)))


@pytest.mark.parametrize("path", GUIDANCE, ids=lambda one: one.relative_to(reading.CONTENT))
def test_of_the_guidance(path: Path) -> None:
    if "local-help" in path.name:
        pytest.skip("addresses and telephone numbers; each entry names where it was read")
    assert [bad for text in read(path) for bad in without_source(text)] == []


@pytest.mark.parametrize("path", QUESTIONNAIRES, ids=lambda one: one.stem)
def test_of_the_questionnaires(path: Path) -> None:
    told = translating.texts(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert [bad for text in statements(told) for bad in without_source(text)] == []


@pytest.mark.parametrize("tool", TOOLS, ids=lambda one: one["slug"])
def test_of_a_tool(tool: dict[str, Any]) -> None:
    """A number in prose is that of a fact beside it, or its field stands as unchecked."""
    told = [*(f"{one['claim']} {one['date']}" for one in tool["facts"])]
    told += [tool.get("licence") or "", tool.get("weights_licence") or ""]
    known = set(NUMBER.findall(" ".join(told)))
    known |= {one["date"][:4] for one in tool["facts"]}
    unchecked = {
        called
        for one in tool["facts"]
        if one["claim"].startswith(UNCHECKED)
        for called in one["claim"].removeprefix(UNCHECKED).split(", ")
    }
    for name, called in PROSE.items():
        numbers = set(NUMBER.findall(tool.get(name) or ""))
        assert numbers <= known or called in unchecked, (name, numbers - known)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda one: one["slug"])
def test_every_fact_names_where_it_was_read_or_is_unchecked(tool: dict[str, Any]) -> None:
    for one in tool["facts"]:
        assert one["source"] if one["basis"] == "source" else one["basis"] == "recalled", one
