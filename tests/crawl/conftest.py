"""The planted world: made once for the tests of a file, and put back before each of them.

What a test does to rows is undone by the database; files are copied back.
"""

import copy
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.conftest import DATA_DIR, EVIDENCE_DIR

if TYPE_CHECKING:
    from tests.crawl.planted import World


NOT_KEPT = "postgres*"  # the server's own


class Planted(NamedTuple):
    """A world, and copies of the files that belong to it."""

    world: "World"
    kept: Path

    def put_back(self) -> None:
        """Have the files as they were planted."""
        for name, folder in (("data", DATA_DIR), ("evidence", EVIDENCE_DIR)):
            for one in folder.iterdir():
                if not one.match(NOT_KEPT):
                    shutil.rmtree(one) if one.is_dir() else one.unlink()
            shutil.copytree(self.kept / name, folder, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def _planted(django_db_setup: None, django_db_blocker: Any) -> "Iterator[Planted]":
    """Plant the world in a transaction that stays open around the tests, and is undone.

    For one file and not for all: a test that asks for no world meets none.
    """
    from django.db import transaction

    from tests.crawl import planted

    root = Path(tempfile.mkdtemp(dir=EVIDENCE_DIR))
    kept = Path(tempfile.mkdtemp())
    with django_db_blocker.unblock(), transaction.atomic():
        made = Planted(planted.world(root), kept)
        for name, folder in (("data", DATA_DIR), ("evidence", EVIDENCE_DIR)):
            shutil.copytree(folder, kept / name, ignore=shutil.ignore_patterns(NOT_KEPT))
        with django_db_blocker.block():
            yield made
        transaction.set_rollback(True)
    shutil.rmtree(root, ignore_errors=True)
    shutil.rmtree(kept)


@pytest.fixture
def world(_planted: Planted, db: None) -> "World":
    """Return the world of this file as it was planted."""
    _planted.put_back()
    return copy.deepcopy(_planted.world)
