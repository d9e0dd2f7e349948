"""Fixtures of the journeys: a worker beside the site, and evidence to look at."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.navigators import Investigator
from tests.walls import database_url
from tests.workbench.build import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case


@pytest.fixture
def worker(live_server: Any) -> Iterator[None]:
    """Have a real worker serve the queue of the test database."""
    address = {"HAVEN_WORKER_DATABASE_URL": database_url("worker")}
    process = subprocess.Popen(  # our own program
        [sys.executable, "-m", "haven.site", "worker", "--alone"],
        env={**os.environ, **address, "HAVEN_RUNNER": "serial"},
    )
    yield
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def seized(evidence_root: Path, assets_root: Path) -> Path:
    """Return a folder like that of a seized phone: two people, things, a broken file."""
    folder = evidence_root / "phone" / "DCIM"
    folder.mkdir(parents=True)
    for name in ("obama-1", "obama-2", "obama-3", "biden-1", "astronaut", "cat", "coffee"):
        source = next(assets_root.glob(f"demo-{name}.*"))
        shutil.copy(source, folder / source.name.removeprefix("demo-"))
    (folder / "broken.jpg").write_bytes((folder / "obama-1.jpg").read_bytes()[:9000])
    return folder.parent


@pytest.fixture
def investigator(
    sign_in: "Callable[[Member], Page]", north_lead: "Member", worker: None
) -> Investigator:
    """Return the north lead, signed in."""
    return Investigator(sign_in(north_lead))


@pytest.fixture
def case_of_the_north(north_lead: "Member") -> "Case":
    """Return a case that another agency must not see."""
    from haven.workbench.cases import actions

    return actions.open_case(number="2026-1", name="Harbour", by=north_lead, at=NOW)
