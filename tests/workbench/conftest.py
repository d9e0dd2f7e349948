"""Fixtures of the workbench: a case, folders of files, and what an engine would find.

In      the cast and places of tests/conftest.py
Out     a case of the north agency; ways to lay out files and to save findings
Why     most tests need rows, not networks: `found` writes them with the product's own code
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.workbench.build import NOW, SAID, basis, findings, person, png

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item, Run
    from haven.workbench.authority.models import Authority
    from haven.workbench.cases.models import Case
    from haven.workbench.categories.schemes import Scheme
    from haven.workbench.evidence.models import Exhibit

Lay = Callable[[Mapping[str, bytes]], Path]


@pytest.fixture
def case(north_lead: "Member", north_reader: "Member") -> "Case":
    """Return a case that the north lead leads and the north reader reads."""
    from haven.workbench.cases import actions

    opened = actions.open_case(number="2026-1", name="Harbour", by=north_lead, at=NOW)
    actions.add_member(opened.public_id, member=north_reader, role="reader", by=north_lead, at=NOW)
    return opened


@pytest.fixture
def lay(evidence_root: Path) -> Lay:
    """Return a way to lay files into a new folder of evidence."""

    def into_folder(files: Mapping[str, bytes]) -> Path:
        folder = evidence_root / f"exhibit-{len(list(evidence_root.iterdir()))}"
        folder.mkdir()
        for name, content in files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return folder

    return into_folder


@pytest.fixture
def exhibit(case: "Case", north_lead: "Member", lay: Lay) -> "Exhibit":
    """Return an exhibit whose folder holds one small picture."""
    from haven.workbench.evidence import actions

    return actions.add_folder(
        case.public_id, folder=lay({"a.png": png()}), label="Phone", by=north_lead, at=NOW
    )


@pytest.fixture
def authority(case: "Case", north_lead: "Member") -> "Authority":
    """Return a legal basis that allows everything in the case, without an end."""
    from haven.workbench.authority import actions

    return actions.enter(case.public_id, basis(), by=north_lead, at=NOW)


@pytest.fixture
def run(exhibit: "Exhibit", authority: "Authority", north_lead: "Member") -> "Run":
    """Return a run that is queued."""
    from haven.workbench.analysis import actions

    return actions.start_run(exhibit.public_id, by=north_lead, at=NOW)


@pytest.fixture
def found(run: "Run") -> Callable[..., "Item"]:
    """Return a way to save what an engine would find on one content."""
    from haven.workbench.analysis import saving

    def save(name: str, vectors: Sequence[Sequence[float]] = (), **facts: object) -> "Item":
        media = findings(name, vectors, **facts)
        item = saving.content(run, media)
        saving.paths(
            run.exhibit,
            [saving.Found(name_bytes=name.encode(), stored_name="", sha256=item.sha256)],
        )
        return item

    return save


@pytest.fixture
def look(
    case: "Case", authority: "Authority", north_lead: "Member", assets_root: Path
) -> Callable[..., "Run"]:
    """Return a way to add a folder and have the real engine look at it."""
    from haven.workbench.analysis import actions as analysis
    from haven.workbench.analysis import running
    from haven.workbench.evidence import actions as evidence

    def at(folder: Path, *, label: str = "Phone A", profile: str = "balanced") -> "Run":
        added = evidence.add_folder(
            case.public_id, folder=folder, label=label, by=north_lead, at=NOW
        )
        started = analysis.start_run(added.public_id, profile=profile, by=north_lead, at=NOW)
        running.run_now(started.pk)
        started.refresh_from_db()
        return started

    return at


@pytest.fixture
def portrait(assets_root: Path) -> Callable[[str], bytes]:
    """Return a way to read a demonstration picture by its name."""

    def read(name: str) -> bytes:
        return next(assets_root.glob(f"demo-{name}.*")).read_bytes()

    return read


@pytest.fixture
def member(north):
    """Return a way to make another investigator of the north agency."""
    from haven.accounts.models import Member

    def made(name):
        return Member.objects.create_user(
            username=name,
            password="x" * 12,
            display_name=name.title(),
            agency=north,
            roles=["investigator"],
        )

    return made


@pytest.fixture
def filled(lay):
    """Return a way to open a case that holds one described face."""
    from haven.workbench.analysis import actions as analysis
    from haven.workbench.analysis import saving
    from haven.workbench.authority import actions as authority
    from haven.workbench.cases import actions as cases
    from haven.workbench.evidence import actions as evidence

    def opened(lead, number, vector):
        case = cases.open_case(number=number, name=f"Case {number}", by=lead, at=NOW)
        authority.enter(
            case.public_id, basis(powers=["analyse", "templates", "search"]), by=lead, at=NOW
        )
        exhibit = evidence.add_folder(
            case.public_id, folder=lay({"a.png": png()}), label="Phone", by=lead, at=NOW
        )
        run = analysis.start_run(exhibit.public_id, by=lead, at=NOW)
        saving.content(run, findings(number, [vector]))
        return case

    return opened


@pytest.fixture
def asking(filled, north_lead):
    """Return the case from which a search across cases starts."""
    return filled(north_lead, "1/26", person(0))


@pytest.fixture
def face(asking):
    """Return the face of that case."""
    from haven.workbench.analysis.models import Face

    return Face.objects.get(case=asking)


@pytest.fixture
def started(asking, face, filled, north_lead, member):
    """Return an urgent search over the asking case and one beside it."""
    from haven.workbench.search import actions

    filled(north_lead, "2/26", person(0, wobble=1))
    officer = member("olav")
    ask = actions.Ask(
        **SAID, across=True, urgent_why="A child is in danger now.", urgent_officer=officer.pk
    )
    return actions.search_face(asking.public_id, face.pk, ask, by=north_lead, at=NOW)


@pytest.fixture
def scheme(case: "Case", north_lead: "Member") -> "Scheme":
    """Return the scheme of the case, the letters of the United Kingdom."""
    from haven.workbench.categories import choosing

    return choosing.choose(case.public_id, "uk@1", by=north_lead, at=NOW).scheme


@pytest.fixture
def colleague(case: "Case", north_reader: "Member", north_lead: "Member") -> "Member":
    """Return the reader, who now works on the case."""
    from haven.workbench.cases import actions

    actions.change_role(case.public_id, north_reader.pk, role="worker", by=north_lead, at=NOW)
    return north_reader
