"""Chapter 3: what programs worked out, with what, and how often they are wrong.

In      the paper, the scope
Out     the section of tool output: runs, networks, groups, searches, measured errors
Not     here: what people concluded from it (opinion.py); the sentences on errors (errors.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from haven.workbench.analysis import item_queries as items
from haven.workbench.analysis import model_cards
from haven.workbench.analysis import queries as analysis
from haven.workbench.reports.chapters import errors
from haven.workbench.reports.chapters.facts import way
from haven.workbench.reports.paper import NOTHING, UNTIL, badge, code, joined, moment
from haven.workbench.search import queries as searches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haven.workbench.analysis.models import Run
    from haven.workbench.reports.paper import Paper
    from haven.workbench.reports.scope import Scope

VIEWS = 24  # masked views at most in one report: who reads it need not see more


def write(paper: Paper, scope: Scope) -> None:
    """Write the section."""
    paper.section("tool", "tool", _("3. Tool output"))
    paper.say(
        _(
            "What is in this section was worked out by programs, in part by machine learning "
            "(artificial intelligence). It can be wrong. It is a lead to follow or a candidate "
            "to compare, and never a finding about a person."
        ),
        look="warning",
    )
    runs = list(analysis.runs(scope.case).order_by("pk"))
    _runs(paper, scope, runs)
    _options(paper, runs)
    _models(paper, runs)
    _faces(paper, scope)
    _searches(paper, scope)
    errors.write(paper, scope)
    if scope.ask.step:
        _views(paper, scope)


def _runs(paper: Paper, scope: Scope, runs: list[Run]) -> None:
    """Write which runs of the program there were."""
    paper.heading(_("Runs"))
    rows = []
    for place, one in enumerate(runs, start=1):
        source = f"analysis_run {one.public_id}"
        rows.append(
            [
                [{"anchor": f"run-{place}", "text": f"R{place}"}, " ", *code(one.public_id)],
                scope.names.label(one.exhibit.label),
                joined([badge(one.get_state_display()), code(one.error_code)], " "),
                joined([one.started_at, one.finished_at], UNTIL),
                {"name": one.requested_by.display_name},
                {"name": one.authority.reference} if one.authority else NOTHING,
                _seen(paper, place, one, source),
            ]
        )
    paper.table(
        _("Runs, oldest first; in each, one program looked at one exhibit"),
        [
            _("Run"),
            _("Exhibit"),
            _("State"),
            _("From, to"),
            _("Asked for by"),
            _("On the authority"),
            _("Files seen, faces found"),
        ],
        rows,
        empty=_("No program looked at this case."),
    )


def _seen(paper: Paper, place: int, one: Run, source: str) -> object:
    """Return how many files a run saw and how many faces it found."""
    files = paper.number(
        f"run-{place}-files",
        one.n_seen,
        _("files whose outcome run R%(place)s knew") % {"place": place},
        f"{source}, n_seen",
    )
    faces = paper.number(
        f"run-{place}-faces",
        one.n_faces,
        _("faces that run R%(place)s found") % {"place": place},
        f"{source}, n_faces",
    )
    return joined([files, faces])


def _options(paper: Paper, runs: list[Run]) -> None:
    """Write with which versions and options the runs were made, each set once."""
    paper.heading(_("Versions and options"))
    groups: dict[str, list[int]] = {}
    for place, one in enumerate(runs, start=1):
        groups.setdefault(one.options_key, []).append(place)
    for key, places in groups.items():
        one = runs[places[0] - 1]
        libraries = one.versions.get("libraries", {})
        made = [
            (_("Runs"), ", ".join(f"R{place}" for place in places)),
            (_("Program"), f"Haven {one.versions.get('haven', '?')}"),
            ("Python", str(one.versions.get("python", "?"))),
            (
                _("Libraries, decoders among them"),
                ", ".join(f"{name} {number}" for name, number in sorted(libraries.items())),
            ),
            (_("Options and thresholds"), _spelled(one.options)),
            (_("Walls around decoders"), _walls(one.versions)),
            (_("SHA-256 over versions, models and options"), code(key)),
        ]
        paper.facts(made)
    paper.say(
        _(
            "The same files, versions, models and options give the same output. A run that is "
            "made again with this digest can be compared with it, file by file."
        ),
        look="note",
    )


def _walls(versions: dict[str, Any]) -> str:
    """Return what stood around the programs that read the files."""
    told = versions.get("sandbox") or {}
    layers = [one["name"] for one in told.get("layers", ()) if one.get("stands")]
    return ", ".join(layers) or _("not recorded")


def _spelled(options: dict[str, object], before: str = "") -> str:
    """Return options as "name = value", those inside others with their name before."""
    result = []
    for name, value in sorted(options.items()):
        if isinstance(value, dict):
            result.append(_spelled(value, f"{name}."))
        else:
            result.append(f"{before}{name} = {value}")
    return ", ".join(result)


def _models(paper: Paper, runs: list[Run]) -> None:
    """Write which networks there were, with their licences and their known limits."""
    paper.heading(_("Machine learning that was used"))
    used: dict[str, set[str]] = {}
    for one in runs:
        for name, digest in one.versions.get("models", {}).items():
            used.setdefault(name, set()).add(str(digest))
    cards = {one.name: one for one in model_cards.cards(sorted(used))}
    for name, digests in sorted(used.items()):
        paper.heading({"code": name}, f"model-{name}")
        card = cards.get(name)
        rows: list[tuple[str, object]] = [
            (
                _("SHA-256 of the file, as the runs recorded it"),
                joined(map(code, sorted(digests))),
            ),
        ]
        if card is None:
            rows.append((_("What is known of it"), _("Not in the catalogue of this program.")))
        else:
            rows += [
                (_("Task"), card.task),
                (_("Version and licence"), f"{card.version}, {card.licence}"),
                (_("Trained with"), card.training),
                (_("Known limits"), " ".join(card.limits)),
                (_("Measured"), " ".join(card.measured) or _("Not tested.")),
                (
                    _("Is it the file of the catalogue?"),
                    _("yes") if digests == {card.sha256} else _("no"),
                ),
            ]
        paper.facts(rows)
    paper.say(
        _(
            "What is said of a network comes from the catalogue of this program and is in "
            "English. How often faces are missed or wrongly found in pictures of children was "
            "not tested."
        ),
        look="note",
    )


def _faces(paper: Paper, scope: Scope) -> None:
    """Write how many faces and groups the program made."""
    paper.heading(_("Faces and groups"))
    counts = analysis.counts(scope.case)
    paper.facts(
        [
            (
                _("Items on which a face was found"),
                paper.number(
                    "items-with-faces",
                    counts.n_with_faces,
                    _("items on which the program found a face"),
                    "analysis_item of the case, n_faces above 0",
                ),
            ),
            (
                _("Faces on them"),
                paper.number(
                    "faces",
                    counts.n_faces,
                    _("faces found"),
                    "sum of analysis_item.n_faces of the case",
                ),
            ),
            (
                _("Items that were looked at, and no face was found"),
                paper.number(
                    "items-without-faces",
                    counts.n_without_faces,
                    _("items that were looked at, and no face was found"),
                    "items looked at, less those with a face",
                ),
            ),
            (
                _("Groups of faces that look alike, on two items or more"),
                paper.number(
                    "groups",
                    counts.n_groups,
                    _("groups of faces on two items or more"),
                    "analysis_facegroup of the case, n_items of 2 or more",
                ),
            ),
        ]
    )
    paper.say(
        _(
            "A group says that faces look alike to a network. It does not say that they are "
            "one person. Groups may have been corrected by people; section 4 says how often."
        ),
        look="note",
    )


def _searches(paper: Paper, scope: Scope) -> None:
    """Write how often a face was searched for, and with what."""
    paper.heading(_("Searches for a face"))
    rows = []
    every = list(searches.of_case(scope.case).order_by("pk"))
    waiting = {one.search.pk for one in searches.pending(scope.case, at=scope.at)}
    for place, one in enumerate(every, start=1):
        if one.pk in waiting or one.state == searches.STATE.REFUSED:
            continue
        source = f"search_facesearch {one.public_id}"
        n = one.n_searched
        rows.append(
            [
                [{"anchor": f"search-{one.pk}", "text": f"F{place}"}, " ", *code(one.public_id)],
                joined([{"name": one.asked_by.display_name}, moment(one.asked_at)], ", "),
                {"name": one.purpose_words},
                {"name": one.authority.reference} if one.authority else NOTHING,
                badge(one.get_state_display()),
                _searched(paper, place, n, source),
                _made_with(one.made_with),
            ]
        )
    paper.table(
        _("Searches, oldest first: who looked for a face, why, and among how many"),
        [
            _("Search"),
            _("Asked for by"),
            _("Purpose"),
            _("On the authority"),
            _("State"),
            _("Faces searched"),
            _("Network, and upper distances of the words"),
        ],
        rows,
        empty=_("No search for a face is told of here."),
    )
    _not_told(paper, sum(one.state == searches.STATE.REFUSED for one in every), len(waiting))


def _not_told(paper: Paper, refused: int, waiting: int) -> None:
    """Write of how many searches nothing is told."""
    paper.facts(
        [
            (
                _("Searches that were refused authorisation; what they left was erased"),
                paper.number(
                    "searches-refused",
                    refused,
                    _("searches that were refused authorisation"),
                    "search_facesearch of the case, state refused",
                ),
            ),
            (
                _("Urgent searches that wait for their authority; nothing of them is told"),
                paper.number(
                    "searches-waiting",
                    waiting,
                    _("urgent searches that wait for their authority"),
                    "search_facesearch of the case, urgent and without an authority",
                ),
            ),
        ]
    )
    paper.say(
        _(
            "A search leaves out the faces of the picture it started from, and faces that the "
            "network could not describe. So it may look through fewer than there are."
        ),
        look="note",
    )


def _searched(paper: Paper, place: int, n: int | None, source: str) -> object:
    """Return among how many faces a search looked."""
    if n is None:
        return NOTHING
    what = _("faces that search F%(place)s looked through") % {"place": place}
    return paper.number(f"search-{place}-faces", n, what, f"{source}, n_searched")


def _made_with(told: dict[str, object]) -> object:
    """Return with which network a search was made."""
    digests, limits = told.get("model_sha256", ()), told.get("limits", {})
    found = limits.items() if isinstance(limits, dict) else ()
    spelled = ", ".join(
        f"{word} ≤ {limit}" for limit, word in sorted((limit, word) for word, limit in found)
    )
    names: Iterable[object] = digests if isinstance(digests, list | tuple) else ()
    return joined([str(told.get("model", NOTHING)), joined(map(code, names)), spelled])


def _views(paper: Paper, scope: Scope) -> None:
    """Write the masked views of the items that the report speaks of."""
    paper.heading(_("Masked views of items that this report speaks of"))
    found = items.masked(scope.case, [one.pk for one in scope.items])
    shown = [one for one in scope.items if one.pk in found][:VIEWS]
    paper.say(
        _(
            "A view is made by the program when it looks at an item; an item on which it found "
            "no face has none."
        )
    )
    paper.facts(
        [
            (
                _("Items that this report speaks of"),
                paper.number(
                    "items-spoken",
                    len(scope.items),
                    _("items that leads and pairs of this report speak of"),
                    "leads and pairs of section 4",
                ),
            ),
            (
                _("Views of them, at most %(most)s") % {"most": VIEWS},
                paper.number(
                    "views", len(shown), _("masked views in this report"), "the views below"
                ),
            ),
        ]
    )
    for one in shown:
        view = found[one.pk]
        paper.view(
            view.sha256,
            item=one.pk,
            alt=_("Masked view of item %(key)s: faces alone") % {"key": one.pk},
            closed=_("This view is not there any more, or not for you."),
            caption=joined(
                [
                    way(scope, one),
                    [_("SHA-256 of the view"), " ", *code(view.sha256)],
                    [_("made from"), " ", *code(view.parent_sha256)],
                ]
            ),
        )
