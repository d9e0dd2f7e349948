"""Chapter 6: how to check the report, what its words mean, and where each number comes from.

In      the paper, the scope, the state of the record
Out     the last section; its table of numbers is made from the register of the paper
Not     here: the proof itself; the record's own export has it
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from haven.audit import queries as audit
from haven.workbench.reports.paper import code, moment

if TYPE_CHECKING:
    from haven.workbench.reports.chapters.about import Head
    from haven.workbench.reports.paper import Paper
    from haven.workbench.reports.scope import Scope


def write(paper: Paper, scope: Scope, head: Head) -> None:
    """Write the section; after every other one."""
    paper.section("follow", "follow", _("6. How to check this report"))
    _record(paper, scope, head)
    _again(paper)
    _words(paper)
    paper.heading(_("Where each number comes from"))
    paper.say(
        _(
            "Names such as analysis_item are those of tables in the database of Haven; the "
            "digests and keys in this report name the rows. Versions, days, sizes, ages, "
            "places and options are no counts: they are quoted from the row or file whose key "
            "or digest stands beside them."
        )
    )
    paper.register(
        _("Where each number comes from"),
        [_("No."), _("Value"), _("What it says"), _("From")],
    )


def _record(paper: Paper, scope: Scope, head: Head) -> None:
    """Write where the record stood, so that the report can be tied to it."""
    paper.heading(_("The record of what was done"))
    paper.say(
        _(
            "Every act in Haven is an entry of a record that can only be added to. Its entries "
            "are the leaves of a hash tree (RFC 9162); a checkpoint is a signed root of it. "
            "Who holds a checkpoint can prove that nothing before it was changed or left out."
        )
    )
    _checkpoint(paper)
    paper.say(
        _(
            "The making of this report is itself an entry: report.make, about the report "
            "%(key)s. It comes after that checkpoint and holds the SHA-256 of the manifest, so "
            "the record proves what this report said, and this report proves what the record "
            "was. Ask the agency for an export of that entry; it brings its proof and a "
            "verifier (verify_record.py) that needs Python and nothing else."
        ),
        key=code(head.public_id),
    )
    entries = audit.of_case(scope.case.pk).count()
    paper.facts(
        [
            (
                _("Entries on this case before the making, signed or not yet"),
                paper.number(
                    "record-case",
                    entries,
                    _("entries of the record on this case"),
                    "audit_event with this case",
                ),
            )
        ]
    )
    paper.say(
        _(
            "Entries are signed every few minutes. Those written after the checkpoint above are "
            "under the next one."
        ),
        look="note",
    )


def _checkpoint(paper: Paper) -> None:
    """Write the newest checkpoint."""
    newest = audit.state().newest
    if newest is None:
        paper.say(
            _("When this report was made no checkpoint had been signed yet."), look="warning"
        )
    else:
        paper.facts(
            [
                (
                    _("Newest checkpoint when this report was made"),
                    [
                        paper.number(
                            "record-size",
                            newest.size,
                            _("entries under the newest checkpoint"),
                            "audit_checkpoint, size",
                        ),
                        " ",
                        _("entries"),
                    ],
                ),
                (_("Root of the tree (SHA-256)"), code(bytes(newest.root).hex())),
                (_("Signed at"), moment(newest.at)),
                (_("Signed by the key"), code(newest.key)),
                (
                    _("SHA-256 of the signed note"),
                    code(hashlib.sha256(newest.note.encode()).hexdigest()),
                ),
            ]
        )


def _again(paper: Paper) -> None:
    """Write how the report is made again and compared."""
    paper.heading(_("Making it again"))
    paper.say(
        _(
            "All that this report says lies in one file, its manifest: canonical JSON (RFC "
            "8785). The page (HTML) and the document (PDF) are made from the manifest and the "
            "masked views it names, and from nothing else: made again by the same version of "
            "Haven they are the same, byte for byte. Haven keeps the SHA-256 of all three, "
            "shows them beside the report, and has a button that makes it again and compares."
        )
    )
    paper.bullets(
        [
            _(
                "To check the manifest: the SHA-256 of the file is the one that Haven and the "
                "entry report.make name."
            ),
            _(
                "To check a number: find its row below, and have the agency count those rows. "
                "The API of Haven lists items, runs, groups and categories to a program."
            ),
            _(
                "To check an item: work out the SHA-256 of the file on the exhibit and look for "
                "it in section 2."
            ),
            _(
                "To check a run: have the same exhibit looked at with the versions, models and "
                "options of section 3."
            ),
        ]
    )


def _words(paper: Paper) -> None:
    """Write what the words of the report mean."""
    paper.heading(_("Words"))
    paper.facts(
        [
            (_("Exhibit"), _("a seized thing, such as a phone, as a folder or files of it")),
            (_("Item"), _("one content; equal files are one item")),
            (_("Face"), _("a place on an item where a network saw a face")),
            (_("Group"), _("faces that look alike to a network")),
            (_("Person"), _("a group of which a member said that it is one person")),
            (_("Candidate"), _("a face that a search found to be near; nothing more")),
            (_("Distance"), _("how unlike two faces are to a network; 0 is equal")),
            (_("Lead"), _("something worth following, with what would disprove it")),
            (_("Decision"), _("what a person holds to be true, with a reason; final")),
            (
                _("Blind"),
                _("judged without knowing the distance or what another person concluded"),
            ),
            (_("SHA-256"), _("a digest: another content would have another one")),
            (
                _("95 % interval"),
                _("the range that holds the true value in 95 of 100 such measurements"),
            ),
            (_("Masked view"), _("a picture in which all but faces is a mosaic")),
        ]
    )
