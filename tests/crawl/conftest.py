"""The planted world, anew for each test: some of what is planted ends by itself after a while."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.crawl.planted import World


@pytest.fixture
def world(db: None, evidence_root: Path) -> "World":
    """Return two agencies and three cases whose every word is marked."""
    from tests.crawl import planted

    return planted.world(evidence_root)
