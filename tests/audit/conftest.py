"""Fixtures of the record: a signer, and a record with a few signed acts in it."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from haven.audit import signing
    from haven.audit.models import Checkpoint, Event

ORIGIN = "haven.test/record"


@pytest.fixture
def signer(tmp_path: Path) -> "signing.Signer":
    """Return the key of this test's record."""
    from haven.audit import signing

    return signing.load(tmp_path / "key.pem", origin=ORIGIN)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return the file outside the database into which checkpoints are copied."""
    return tmp_path / "checkpoints.jsonl"


@pytest.fixture
def write(db: None) -> "Callable[..., list[Event]]":
    """Return a way to write acts of the program."""
    from haven.audit.actions import record

    def acts(count: int, *, case_id: int | None = None, **more: object) -> "list[Event]":
        given = {"actor": None, "agency_id": 1, **more}
        return [record("run.finish", case_id=case_id, n=n, **given) for n in range(count)]  # type: ignore[arg-type]

    return acts


@pytest.fixture
def sign(signer: "signing.Signer", copy: Path) -> "Callable[..., Checkpoint]":
    """Return a way to give waiting entries their places and sign them."""
    from haven.audit import keeper

    def signed(at: dt.datetime | None = None) -> "Checkpoint":
        keeper.sequence()
        made = keeper.sign(signer, at=at or dt.datetime.now(dt.UTC), copy=copy)
        assert made is not None
        return made

    return signed
