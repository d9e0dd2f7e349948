"""Hostile files: every one gets a row, and the pages that tell of it stay well-formed."""

import os
from html.parser import HTMLParser

from django.urls import reverse

from haven.workbench.analysis.models import Derivative, Item, Occurrence
from tests import hostile

VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "wbr",
}
CLOSED_BY_ITSELF = {"path", "circle", "use", "rect", "line"}  # in our inline SVG: <path .../>
ALLOWED_SCRIPTS = 5  # htmx, keyboard, review, categories, reveals
UNSEEN = {*map(chr, range(32)), "\u202a", "\u202d", "\u202e", "\u200e", "\u200f", "\u2066"} - {
    "\n",
    "\r",
    "\t",
}


class Strict(HTMLParser):
    """Follows the tags of a page; a tag that closes what is not open is an error."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.seen, self.events, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.events += [name for name, _value in attrs if name.startswith("on") or name == "style"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in CLOSED_BY_ITSELF | VOID, tag
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.text.append(text)


def read(html):
    page = Strict()
    page.feed(html)
    page.close()
    assert page.open == []
    assert page.events == []
    assert page.seen.count("script") <= ALLOWED_SCRIPTS
    return page


def test_every_hostile_file_has_a_row_and_every_page_is_well_formed(
    look, evidence_root, case, client_of, north_lead
):
    folder = evidence_root / "hostile"
    folder.mkdir()
    expected = hostile.make(folder)

    run = look(folder, label="<b>Disk</b>")

    became = {
        os.fsdecode(bytes(row.path_bytes)): row.item.status if row.item else "failed"
        for row in Occurrence.objects.filter(exhibit=run.exhibit).select_related("item")
    }
    assert run.state == "finished"
    assert became == expected
    shown = Derivative.objects.filter(item__isnull=False).values("item")
    assert not Item.objects.filter(pk__in=shown).exclude(status="done").exists()
    client = client_of(north_lead)
    for url in pages_of(case):
        response = client.get(url)
        assert response.status_code == 200, url
        text = "".join(read(response.content.decode()).text)
        assert not {one for one in text if one in UNSEEN}, url


def pages_of(case):
    """Yield the address of every page that tells of a file."""
    for name in ("overview", "items", "find", "failures"):
        yield reverse(f"review:{name}", args=[case.public_id])
    for name in ("people:list", "people:changes", "notes:list", "categories:case"):
        yield reverse(name, args=[case.public_id])
    for name in ("timeline", "map", "cameras", "exhibits", "connections"):
        yield reverse(f"facets:{name}", args=[case.public_id])
    for pk in Item.objects.values_list("pk", flat=True):
        yield reverse("review:item", args=[case.public_id, pk])
