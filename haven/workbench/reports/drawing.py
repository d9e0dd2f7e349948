"""Drawing: the blocks of a manifest as HTML; no scripts, no style but classes.

In      a manifest; where the picture of a digest is found
Out     the body of the report, the same bytes for the same manifest
Fails   KeyError: a block or part of a kind that this version does not know
Why     one body serves the page on the screen and the file that goes out
Not     here: the file around it, the PDF (rendering.py); colours (static/reports/report.css)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Source = Callable[[str], str]  # digest of a view: its address, or nothing
_NOTHING = mark_safe("")


class Body:
    """One drawing of one manifest."""

    def __init__(self, manifest: Mapping[str, Any], source: Source) -> None:
        """Take a manifest, and where its pictures are."""
        self._manifest, self._source = manifest, source
        self._numbers = {one["id"]: (i, one) for i, one in enumerate(manifest["numbers"], 1)}
        self._met: set[str] = set()

    def html(self) -> SafeString:
        """Return the whole body."""
        manifest = self._manifest
        contents = format_html_join(
            "", '<li><a href="#{}">{}</a></li>', _names(manifest["sections"])
        )
        return format_html(
            '<article class="report" lang="{}" dir="{}">'
            '<p class="report__warning">{}</p>'
            '<nav class="report__contents" aria-label="{}"><ol>{}</ol></nav>{}</article>',
            manifest["language"],
            manifest["direction"],
            manifest["words"]["lead_not_finding"],
            manifest["words"]["contents"],
            contents,
            _all(self._section(one) for one in manifest["sections"]),
        )

    def _section(self, one: Mapping[str, Any]) -> SafeString:
        kind = self._manifest["kinds"].get(one["kind"], "")
        return format_html(
            '<section class="report__part report__part--{}" id="{}" aria-labelledby="{}-h">'
            '{}<h2 id="{}-h">{}</h2>{}</section>',
            one["kind"],
            one["id"],
            one["id"],
            format_html('<p class="report__kind">{}</p>', kind) if kind else _NOTHING,
            one["id"],
            one["title"],
            _all(self._block(block) for block in one["blocks"]),
        )

    def _block(self, block: Mapping[str, Any]) -> SafeString:
        """Return one block by the first name in it that says its kind."""
        kinds: dict[str, Callable[[Mapping[str, Any]], SafeString]] = {
            "h": self._heading,
            "p": self._paragraph,
            "list": self._list,
            "facts": self._facts,
            "table": self._table,
            "view": self._view,
            "numbers": self._register,
        }
        return next(draw(block) for name, draw in kinds.items() if name in block)

    def _heading(self, block: Mapping[str, Any]) -> SafeString:
        level = mark_safe(f"h{int(block['level']) + 1}")  # noqa: S308  # a whole number
        anchor = format_html(' id="{}"', block["id"]) if block["id"] else _NOTHING
        return format_html("<{}{}>{}</{}>", level, anchor, self._parts(block["h"]), level)

    def _paragraph(self, block: Mapping[str, Any]) -> SafeString:
        return format_html('<p class="look--{}">{}</p>', block["look"], self._parts(block["p"]))

    def _list(self, block: Mapping[str, Any]) -> SafeString:
        rows = _all(format_html("<li>{}</li>", self._parts(one)) for one in block["list"])
        return format_html("<ul>{}</ul>", rows)

    def _facts(self, block: Mapping[str, Any]) -> SafeString:
        rows = (
            format_html("<div><dt>{}</dt><dd>{}</dd></div>", name, self._parts(value))
            for name, value in block["facts"]
        )
        return format_html('<dl class="report__facts">{}</dl>', _all(rows))

    def _table(self, block: Mapping[str, Any]) -> SafeString:
        table = block["table"]
        rows = (_all(self._cell(cell, i) for i, cell in enumerate(row)) for row in table["rows"])
        return format_html(
            '<div class="report__wide" tabindex="0" role="region" aria-label="{}"><table>'
            "<caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
            table["caption"],
            table["caption"],
            format_html_join("", '<th scope="col">{}</th>', ((one,) for one in table["head"])),
            format_html_join("", "<tr>{}</tr>", ((row,) for row in rows)),
        )

    def _cell(self, cell: Any, place: int) -> SafeString:
        if place == 0:
            return format_html('<th scope="row">{}</th>', self._parts(cell))
        return format_html("<td>{}</td>", self._parts(cell))

    def _view(self, block: Mapping[str, Any]) -> SafeString:
        address = self._source(block["view"])
        picture = (
            format_html('<img src="{}" alt="{}">', address, block["alt"])
            if address
            else format_html('<p class="report__closed">{}</p>', block["closed"])
        )
        caption = self._parts(block["caption"])
        return format_html("<figure>{}<figcaption>{}</figcaption></figure>", picture, caption)

    def _register(self, block: Mapping[str, Any]) -> SafeString:
        """Return the table of every number, each with the way back to its place."""
        back = self._manifest["words"]["back"]
        rows = (
            format_html(
                '<tr id="n-{}"><th scope="row"><a href="#at-{}" title="{}">N{}</a></th>'
                "<td>{}</td><td>{}</td><td>{}</td></tr>",
                one["id"],
                one["id"],
                back,
                i,
                one["shown"],
                one["what"],
                format_html('<code lang="en" dir="ltr">{}</code>', one["from"]),
            )
            for i, one in self._numbers.values()
        )
        head = format_html_join(
            "", '<th scope="col">{}</th>', ((one,) for one in block["numbers"])
        )
        return format_html(
            '<div class="report__wide" tabindex="0" role="region" aria-label="{}">'
            '<table class="report__numbers"><thead><tr>{}</tr></thead>'
            "<tbody>{}</tbody></table></div>",
            block["caption"],
            head,
            _all(rows),
        )

    def _parts(self, parts: Iterable[Any]) -> SafeString:
        return _all(self._part(one) for one in parts)

    def _part(self, part: Any) -> SafeString:
        if isinstance(part, str):
            return format_html("{}", part)
        kinds: dict[str, Callable[[Mapping[str, str]], SafeString]] = {
            "n": self._number,
            "said": lambda one: format_html(
                '<q class="report__said"><bdi>{}</bdi></q>', one["said"]
            ),
            "name": lambda one: format_html("<bdi>{}</bdi>", one["name"]),
            "code": lambda one: format_html('<code dir="ltr">{}</code>', one["code"]),
            "badge": lambda one: format_html(
                '<span class="report__badge">{}</span>', one["badge"]
            ),
            "to": lambda one: format_html('<a href="#{}">{}</a>', one["to"], one["text"]),
            "anchor": lambda one: format_html(
                '<span id="{}">{}</span>', one["anchor"], one["text"]
            ),
        }
        return next(draw(part) for name, draw in kinds.items() if name in part)

    def _number(self, part: Mapping[str, str]) -> SafeString:
        """Return a number with the way to its row; where it is met first it has an anchor."""
        name = part["n"]
        place, one = self._numbers[name]
        anchor = _NOTHING if name in self._met else format_html(' id="at-{}"', name)
        self._met.add(name)
        return format_html(
            '<a class="report__n" href="#n-{}"{}>{}<sup> N{}</sup></a>',
            name,
            anchor,
            one["shown"],
            place,
        )


def _names(sections: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    return ((one["id"], one["title"]) for one in sections)


def _all(pieces: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((one,) for one in pieces))
