"""The planted world: made once for most crawls of a process, anew for those that need its files.

What a test does to rows is undone; what it does to files is not, and some are there only once.
"""

import copy
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.crawl.planted import World


@pytest.fixture(scope="package")
def _planted(django_db_setup: None, django_db_blocker: Any) -> "Iterator[World]":
    """Plant the world in a transaction that stays open around the tests, and is undone."""
    from django.db import transaction

    from tests.crawl import planted

    root = Path(tempfile.mkdtemp(dir=os.environ["HAVEN_EVIDENCE_ROOTS"]))
    with django_db_blocker.unblock(), transaction.atomic():
        made = planted.world(root)
        with django_db_blocker.block():
            yield made
        transaction.set_rollback(True)
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def world(_planted: "World", db: None) -> "World":
    """Return the shared world; its files may be gone."""
    return copy.deepcopy(_planted)


@pytest.fixture
def own_world(db: None, evidence_root: Path) -> "World":
    """Return a world whose files no test before has taken."""
    from tests.crawl import planted

    return planted.world(evidence_root)
