"""Reading: files of guidance as what pages are filled with.

In      content/*.yaml, content/library/*.md, content/wellbeing/* of this folder
Out     Entry: a key, the kind of page, its fields; texts as blocks
Fails   KeyError, ValueError: a file is not in its form; the first test finds it
Not     here: what becomes of them (loading.py)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haven.hub.base import yaml_text
from haven.hub.guidance.models import CarePage, GuideStep, HubPage, LibraryDocument, Principle

CONTENT = Path(__file__).parent / "content"
Block = tuple[str, Any]


@dataclass(frozen=True)
class Entry:
    """What one page is filled with."""

    key: str  # kind/slug
    model: type[HubPage]
    values: dict[str, Any]  # by field

    @property
    def slug(self) -> str:
        """Return the last part of the page's address."""
        return self.key.partition("/")[2]


def every(content: Path = CONTENT) -> Iterator[Entry]:
    """Yield every page that the files hold."""
    for number, one in enumerate(_yaml(content / "workflow.yaml"), start=1):
        yield Entry(f"step/{one['slug']}", GuideStep, _step(number, one))
    for number, one in enumerate(_yaml(content / "principles.yaml"), start=1):
        yield Entry(f"principle/{one['slug']}", Principle, _principle(number, one))
    for path in sorted((content / "library").glob("*.md")):
        yield Entry(f"document/{path.stem}", LibraryDocument, _document(path))
    told, text = _markdown(content / "wellbeing" / "team-leaders-kit.md")
    values = {"title": told["title"], "brief": told["brief"], "body": blocks_of(text)}
    yield Entry("care/team-leaders-kit", CarePage, values)
    measures = _yaml(content / "wellbeing" / "measures.yaml")
    yield Entry("care/measures", CarePage, _measures(measures))
    local = _yaml(content / "wellbeing" / "local-help.yaml")
    yield Entry("care/help-near-you", CarePage, _local_help(local))


def blocks_of(text: str) -> list[Block]:
    """Return a text in our part of Markdown as blocks."""
    found: list[Block] = []
    for lines in _groups(text):
        first = lines[0]
        if first.startswith("### "):
            found.append(("smaller_heading", first[4:].strip()))
        elif first.startswith("## "):
            found.append(("heading", first[3:].strip()))
        elif first.startswith("- "):
            found.append(("list", _items(lines)))
        elif first.startswith("> "):
            found.append(("quote", " ".join(one.removeprefix("> ").strip() for one in lines)))
        elif first.startswith("|"):
            head, _rule, *rows = map(_cells, lines)
            found.append(("table", {"head": head, "rows": rows}))
        else:
            found.append(("paragraph", " ".join(map(str.strip, lines))))
    return found


def _groups(text: str) -> Iterator[list[str]]:
    """Yield lines that belong together; a heading stands alone, a list may follow at once."""
    group: list[str] = []
    for line in [*text.splitlines(), ""]:
        starts_anew = group and (
            line.startswith("#")
            or group[0].startswith("#")
            or (line.startswith("- ") and not group[0].startswith("- "))
        )
        if group and (not line.strip() or starts_anew):
            yield group
            group = []
        if line.strip():
            group.append(line)


def _items(lines: list[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        if line.startswith("- "):
            items.append(line[2:].strip())
        else:
            items[-1] += f" {line.strip()}"
    return items


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _step(number: int, told: dict[str, Any]) -> dict[str, Any]:
    plain = ("title", "in_one_line", "aim", "guard", "techniques", "courses")
    listed = ("how_ai_helps", "law_and_ethics", "wellbeing", "questions_to_ask")
    bench = told["workbench"]
    return {
        "number": number,
        **{name: told[name] for name in plain},
        **{name: _lines(told[name]) for name in listed},
        "what_happens": blocks_of(told["what_happens"]),
        "common_mistakes": [("mistake", dict(one)) for one in told["common_mistakes"]],
        "workbench_now": _lines(bench["now"]),
        "workbench_not_yet": _lines(bench["not_yet"]),
    }


def _principle(number: int, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": number,
        "title": told["title"],
        "in_one_line": told["in_one_line"],
        "body": blocks_of(told["text"]),
        "means": _lines(told["what_it_means_here"]),
        "kept_by": told["kept_by"],
    }


def _document(path: Path) -> dict[str, Any]:
    told, text = _markdown(path)
    return {
        "title": told["title"],
        "brief": told["brief"].strip(),
        "owner_name": told["owner"],
        "version": told["version"],
        "review_by": dt.date.fromisoformat(told["review_by"]),
        "changed": told["changed"],
        "must_acknowledge": told["must_acknowledge"],
        "body": blocks_of(text),
    }


def _measures(told: dict[str, Any]) -> dict[str, Any]:
    strengths = [[one["name"], one["says"]] for one in told["strengths"]]
    body: list[Block] = [
        ("heading", "How strong the evidence is"),
        ("table", {"head": ["Word", "What it says"], "rows": strengths}),
        ("heading", "Measures"),
    ]
    for one in told["measures"]:
        body += [
            ("smaller_heading", one["title"]),
            ("paragraph", one["what_to_do"]),
            (
                "list",
                [
                    f"Who does it: {one['who']}.",
                    f"Evidence: {one['strength']}. {one['evidence']}",
                    f"In Haven: {one['in_haven']}",
                ],
            ),
        ]
    return {
        "title": "Measures that look after those who look",
        "brief": told["about"],
        "body": body,
    }


def _local_help(told: dict[str, Any]) -> dict[str, Any]:
    body: list[Block] = [("heading", "In every country"), _help(told["international"])]
    for country in told["countries"]:
        body += [("heading", country["code"]), _help(country["entries"])]
    body += [
        ("heading", "In all other countries"),
        ("paragraph", told["empty_says"]),
        ("heading", "How a body is added"),
        ("list", told["how_to_add"]),
    ]
    return {"title": told["title"], "brief": told["says"], "body": body}


def _help(entries: list[dict[str, Any]]) -> Block:
    return (
        "list",
        [f"{one['name']}: {one['what_for']} [[{one['source']}]]" for one in entries],
    )


def _lines(told: list[str]) -> list[Block]:
    return [("line", one) for one in told]


def _yaml(path: Path) -> Any:
    return yaml_text.load(path.read_text(encoding="utf-8"))


def _markdown(path: Path) -> tuple[dict[str, Any], str]:
    """Return what stands at the head of a file, and its text."""
    _before, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml_text.load(head), text
