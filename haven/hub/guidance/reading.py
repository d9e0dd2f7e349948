"""Reading: files of guidance as what pages are filled with.

In      content/*.yaml, content/library/*.md, content/wellbeing/* of this folder, and the same
        names in content/LANGUAGE
Out     Entry: a key, the kind of page, its fields, its language; texts as blocks
Fails   KeyError, ValueError: a file is not in its form; the first test finds it
Not     here: what becomes of them (loading.py)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from haven.hub.base import translated, yaml_text
from haven.hub.guidance.models import CarePage, GuideStep, HubPage, LibraryDocument, Principle

CONTENT = Path(__file__).parent / "content"
Block = tuple[str, Any]


@dataclass(frozen=True)
class Entry:
    """What one page is filled with."""

    key: str  # kind/slug, the same in each language
    model: type[HubPage]
    values: dict[str, Any]  # by field
    language: str = translated.SOURCE
    made: translated.Made | None = None  # of a translation

    @property
    def slug(self) -> str:
        """Return the last part of the page's address."""
        return self.key.partition("/")[2]

    @property
    def loaded_as(self) -> str:
        """Return the key under which loading remembers it."""
        return self.key if self.made is None else f"{self.key}@{self.language}"


def every(content: Path = CONTENT) -> Iterator[Entry]:
    """Yield every page that the English files hold."""
    with translation.override(translated.SOURCE):
        yield from (one for _name, one in _entries(content))


def in_other_languages(content: Path = CONTENT) -> Iterator[Entry]:
    """Yield every page that the translated files hold, language by language."""
    for language in translated.languages():
        made = translated.made(content, language)
        with translation.override(language):
            for name, one in _entries(content / language):
                yield replace(one, language=language, made=made[name])


def _entries(content: Path) -> Iterator[tuple[str, Entry]]:
    """Yield each page with the name of its file; what is not there is left out."""
    for name, kind, model, read in _LISTED:
        told = _yaml(content / name) if (content / name).is_file() else ()
        for number, one in enumerate(told, start=1):
            yield name, Entry(f"{kind}/{one['slug']}", model, read(number, one))
    for path in sorted((content / "library").glob("*.md")):
        yield (
            f"library/{path.name}",
            Entry(f"document/{path.stem}", LibraryDocument, _document(path)),
        )
    for name, read_page in _OF_CARE:
        path = content / "wellbeing" / name
        if path.is_file():
            key = "help-near-you" if path.stem == "local-help" else path.stem
            yield f"wellbeing/{name}", Entry(f"care/{key}", CarePage, read_page(path))


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
    plain = ("title", "in_one_line", "aim", "guard", "techniques")
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


def _kit(path: Path) -> dict[str, Any]:
    told, text = _markdown(path)
    return {"title": told["title"], "brief": told["brief"], "body": blocks_of(text)}


def _measures(path: Path) -> dict[str, Any]:
    told = _yaml(path)
    named = {one["slug"]: one["name"] for one in told["strengths"]}
    strengths = [[one["name"], one["says"]] for one in told["strengths"]]
    body: list[Block] = [
        ("heading", _("How strong the evidence is")),
        ("table", {"head": [_("Word"), _("What it says")], "rows": strengths}),
        ("heading", _("Measures")),
    ]
    for one in told["measures"]:
        strength = named[one["strength"]]
        body += [
            ("smaller_heading", one["title"]),
            ("paragraph", one["what_to_do"]),
            (
                "list",
                [
                    _("Who does it: %(who)s.") % {"who": one["who"]},
                    _("Evidence: %(strength)s. %(says)s")
                    % {"strength": strength, "says": one["evidence"]},
                    _("In Haven: %(says)s") % {"says": one["in_haven"]},
                ],
            ),
        ]
    title = _("Measures that look after those who look")
    return {"title": title, "brief": told["about"], "body": body}


def _local_help(path: Path) -> dict[str, Any]:
    told = _yaml(path)
    body: list[Block] = [("heading", _("In every country")), _help(told["international"])]
    for country in told["countries"]:
        body += [("heading", country["code"]), _help(country["entries"])]
    body += [
        ("heading", _("In all other countries")),
        ("paragraph", told["empty_says"]),
        ("heading", _("How a body is added")),
        ("list", told["how_to_add"]),
    ]
    return {"title": told["title"], "brief": told["says"], "body": body}


def _help(entries: list[dict[str, Any]]) -> Block:
    return (
        "list",
        [f"{one['name']}: {one['what_for']} [[{one['source']}]]" for one in entries],
    )


_LISTED: tuple[
    tuple[str, str, type[HubPage], Callable[[int, dict[str, Any]], dict[str, Any]]], ...
] = (
    ("workflow.yaml", "step", GuideStep, _step),
    ("principles.yaml", "principle", Principle, _principle),
)
_OF_CARE: tuple[tuple[str, Callable[[Path], dict[str, Any]]], ...] = (
    ("team-leaders-kit.md", _kit),
    ("measures.yaml", _measures),
    ("local-help.yaml", _local_help),
)


def _lines(told: list[str]) -> list[Block]:
    return [("line", one) for one in told]


def _yaml(path: Path) -> Any:
    return yaml_text.load(path.read_text(encoding="utf-8"))


def _markdown(path: Path) -> tuple[dict[str, Any], str]:
    """Return what stands at the head of a file, and its text."""
    _before, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml_text.load(head), text
