"""docs/security/access.md says what everyone is really answered at every address."""

import os
from pathlib import Path

from haven.accounts import access
from tests.crawl import table
from tests.crawl.planted import World

PAPER = Path(__file__).resolve().parents[2] / "docs" / "security" / "access.md"
WRITE = "HAVEN_WRITE_ACCESS_TABLE"  # set by scripts/access_table.py


def test_the_page_about_access_is_true(world: World) -> None:
    said = table.page(world)

    if os.environ.get(WRITE):
        PAPER.write_text(said, encoding="utf-8")
    told = PAPER.read_text(encoding="utf-8").splitlines()
    wrong = [line for line in said.splitlines() if line not in told]
    gone = [line for line in told if line not in said.splitlines()]
    assert (wrong, gone) == ([], []), "look at it, then run `python scripts/access_table.py`"


def test_a_page_about_access_names_every_address() -> None:
    told = PAPER.read_text(encoding="utf-8")

    for name, route in table.routes():
        assert f"| `{route}` |" in told, f"{name}: run `python scripts/access_table.py`"
    assert set(dict(table.routes())) == set(access.PAGES)
