"""Chapter 2: what was seized and what became of each file; nothing that was inferred.

In      the paper, the scope
Out     the section of facts: exhibits, numbers of items by status, digests, provenance
Not     here: what networks found (tool.py), what people think (opinion.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from haven.workbench.analysis import item_queries as items
from haven.workbench.analysis import queries as analysis
from haven.workbench.evidence import queries as evidence
from haven.workbench.reports.paper import NOTHING, badge, code, joined, to
from haven.workbench.review import words

if TYPE_CHECKING:
    from haven.workbench.analysis.models import Item
    from haven.workbench.analysis.queries import Counts
    from haven.workbench.reports.paper import Paper, Parts
    from haven.workbench.reports.scope import Scope

LISTED = 400  # items at most that a report of a whole case lists; a longer list is by digest
_OF_CASE = "analysis_item of the case"


def write(paper: Paper, scope: Scope) -> None:
    """Write the section."""
    paper.section("facts", "fact", _("2. Facts"))
    paper.say(
        _(
            "What is in this section follows from the files themselves and from what was "
            "entered. Originals were opened for reading alone. An item is one content: files "
            "with the same SHA-256 are one item, however often and wherever they lay."
        )
    )
    counts = analysis.counts(scope.case)
    _exhibits(paper, scope)
    _items(paper, scope, counts)
    _kinds(paper, scope)
    _list(paper, scope, counts)


def _exhibits(paper: Paper, scope: Scope) -> None:
    """Write what was seized."""
    paper.heading(_("Exhibits"))
    lay = items.in_exhibits(scope.case)
    rows = []
    for place, one in enumerate(evidence.of_case(scope.case), start=1):
        n_paths, n_items = lay.get(one.pk, (0, 0))
        rows.append(
            [
                scope.names.label(one.label),
                one.get_kind_display(),
                joined([{"name": one.added_by.display_name}, one.added_at], ", "),
                paper.number(
                    f"exhibit-{place}-files",
                    n_paths,
                    _("files found on exhibit %(place)s") % {"place": place},
                    f"rows of analysis_occurrence with exhibit {one.public_id}",
                ),
                paper.number(
                    f"exhibit-{place}-items",
                    n_items,
                    _("items on exhibit %(place)s") % {"place": place},
                    f"different items of those rows, exhibit {one.public_id}",
                ),
            ]
        )
    paper.table(
        _("Exhibits in the order in which they came"),
        [_("Exhibit"), _("Kind"), _("Added by"), _("Files"), _("Items")],
        rows,
        empty=_("No exhibit was added to this case."),
    )
    paper.say(
        _("An item that lay on two exhibits is counted on each of them."),
        look="note",
    )


def _items(paper: Paper, scope: Scope, counts: Counts) -> None:
    """Write how many items there are and what became of each."""
    paper.heading(_("Items: looked at, and not looked at"))
    files = paper.number(
        "files", counts.n_paths, _("files found"), "rows of analysis_occurrence of the case"
    )
    unread = paper.number(
        "files-unread",
        counts.n_unread,
        _("files that could not even be read, so that they have no digest"),
        "those rows with an error_code",
    )
    every = paper.number("items", counts.n_items, _("items"), f"rows of {_OF_CASE}")
    paper.facts(
        [
            (_("Files found"), files),
            (_("Files that could not even be read, and so have no digest"), unread),
            (_("Items: different contents of all other files"), every),
        ]
    )
    _statuses(paper, counts)


def _statuses(paper: Paper, counts: Counts) -> None:
    """Write what became of the items."""
    rows = [
        (
            _("Looked at"),
            paper.number(
                "items-done",
                counts.done,
                _("items that were looked at"),
                f"{_OF_CASE}, status done",
            ),
            _("The content was read and looked through to the end."),
        ),
        (
            _("Type not looked into"),
            paper.number(
                "items-unsupported",
                counts.unsupported,
                _("items of a type that is not looked into"),
                f"{_OF_CASE}, status unsupported",
            ),
            _("Nobody knows what is on them. See section 5."),
        ),
        (
            _("Could not be looked at"),
            paper.number(
                "items-failed",
                counts.failed,
                _("items that could not be looked at"),
                f"{_OF_CASE}, status failed",
            ),
            _("Looking at them failed. See section 5 for the codes."),
        ),
    ]
    paper.table(
        _("Items by what became of them; the three add up to all items"),
        [_("Status"), _("Items"), _("What it means")],
        rows,
        empty="",
    )
    paper.say(
        _(
            "“Nothing was found” is said of items that were looked at alone. Of all others the "
            "answer is “could not look”."
        ),
        look="note",
    )


def _kinds(paper: Paper, scope: Scope) -> None:
    """Write which kinds of files there are."""
    statuses = dict(items.STATUS.choices)
    rows = [
        (
            words.KINDS[kind][1] if kind in words.KINDS else kind,
            statuses.get(status, status),
            paper.number(
                f"kind-{kind}-{status}",
                n,
                _("items of the kind “%(kind)s” with the status “%(status)s”")
                % {"kind": kind, "status": status},
                f"{_OF_CASE}, kind {kind}, status {status}",
            ),
        )
        for kind, status, n in items.kinds(scope.case)
    ]
    paper.table(
        _("Items by kind of file, as their first bytes say"),
        [_("Kind"), _("Status"), _("Items")],
        rows,
        empty=_("There is no item."),
    )


def _list(paper: Paper, scope: Scope, counts: Counts) -> None:
    """Write the items themselves, and one digest over all of them."""
    paper.heading(_("Digests"))
    paper.facts([(_("SHA-256 over the list of all items"), code(items.digest_of_all(scope.case)))])
    paper.say(
        _(
            "The list has one line for each item, in rising order: its SHA-256, its status "
            "(done, unsupported or failed) and its code or a hyphen, with a space between and a "
            "newline (byte 10) behind each line. The SHA-256 of this text is the value above."
        )
    )
    is_listed = scope.ask.whole_case and counts.n_items <= LISTED
    if is_listed:
        shown = list(items.items(scope.case).order_by("sha256"))
        caption = _("All items of the case, in the order of the list above")
    else:
        shown = sorted(scope.items, key=lambda one: one.sha256)
        caption = _("Items that this report speaks of")
    paper.table(
        caption,
        [
            _("Item"),
            _("SHA-256"),
            _("Type"),
            _("Status"),
            _("Where it lay"),
            _("As the file says"),
        ],
        [_item(scope, one) for one in shown],
        empty=_("This report speaks of no single item."),
    )
    paper.say(
        _(
            "What a file says of itself, such as its day, camera and place, was written by a "
            "device or a program and can be wrong or changed. A path is shown once; the item "
            "may lie at others as well."
        ),
        look="note",
    )


def _item(scope: Scope, one: Item) -> list[object]:
    """Return the row of an item."""
    status = [badge(one.get_status_display()), " ", *joined(map(code, _codes(one)), " ")]
    lay = items.paths(one).first()
    where: Parts = []
    if lay is not None:
        where = joined([scope.names.label(lay.exhibit.label), scope.names.label(lay.path)], ": ")
    says = joined([one.taken_at, {"name": one.camera} if one.camera else "", _place(one)])
    return [
        [{"anchor": f"item-{one.pk}", "text": str(one.pk)}],
        code(one.sha256),
        f"{one.mime}, {one.size_bytes} B",
        status,
        where,
        says or NOTHING,
    ]


def _codes(one: Item) -> list[str]:
    """Return the words that the list of all items has for an item beside its digest."""
    return [one.status, one.error_code or "-"]


def _place(one: Item) -> str:
    """Return the place a file says, in degrees."""
    if one.gps_lat is None or one.gps_lon is None:
        return ""
    return f"{one.gps_lat:.5f}, {one.gps_lon:.5f}"


def way(scope: Scope, one: Item) -> object:
    """Return the way to the row of an item, or its key where it has no row."""
    del scope
    return to(f"item-{one.pk}", _("item %(key)s") % {"key": one.pk})
