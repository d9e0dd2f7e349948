"""Entries from before there was a tree are carried over, row by row."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from haven.accounts.models import Member
from haven.audit import actions, keeper, queries, signing
from haven.audit.models import Event

BEFORE = [("audit", "0001_initial")]
AT = dt.datetime(2025, 3, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def migrated(db: None) -> Callable[[list[tuple[str, str]]], Any]:
    """Return a way to bring the tables of the record to an earlier or later state."""

    def to(targets: list[tuple[str, str]]) -> Any:
        executor = MigrationExecutor(connection)
        executor.migrate(targets)
        return MigrationExecutor(connection).loader.project_state(targets).apps

    return to


def test_old_rows_keep_what_they_say_and_enter_the_tree_as_what_they_are(
    migrated: Callable[[list[tuple[str, str]]], Any], north_lead: Member
) -> None:
    old = migrated(BEFORE).get_model("audit", "Event")
    old.objects.bulk_create(
        [
            old(
                at=AT, actor_id=north_lead.pk, actor_name="Nora Lead", verb="case.open", case_id=9
            ),
            old(
                at=AT,
                actor_id=north_lead.pk,
                actor_name="Nora Lead",
                verb="face.search",
                target_type="analysis.probe",
                target_id="4",
                facts={"reason": "Seen on two phones.", "n_faces": 3},
            ),
            old(at=AT, actor_id=None, verb="run.finish", facts={"state": "done"}),
            old(at=AT, actor_id=10**9, actor_name="Gone", verb="case.view"),  # of nobody known
        ]
    )

    migrated(heads())

    opened, searched, ended, gone = Event.objects.order_by("id")
    assert {one.format for one in (opened, searched, ended, gone)} == {0}
    assert {one.via for one in (opened, searched, ended, gone)} == {"before"}
    assert {one.at for one in (opened, searched, ended, gone)} == {AT}
    assert (opened.agency_id, ended.agency_id, gone.agency_id) == (
        north_lead.agency_id,
        None,
        None,
    )
    assert (opened.actor_name, opened.case_id) == ("Nora Lead", 9)
    # Names and words went beside the entry; what it says of numbers stayed.
    assert searched.facts == {"n_faces": 3}
    assert searched.personal_value == {"actor_name": "Nora Lead", "reason": "Seen on two phones."}
    assert searched.personal.words == "Nora Lead Seen on two phones."
    assert "phones" not in searched.body
    assert not hasattr(ended, "personal")


def test_old_rows_are_proved_from_then_on(
    migrated: Callable[[list[tuple[str, str]]], Any], tmp_path: Path
) -> None:
    old = migrated(BEFORE).get_model("audit", "Event")
    for n in range(5):
        old.objects.create(at=AT, verb="run.finish", actor_name=f"N{n}", facts={"n": n})
    migrated(heads())
    actions.record("run.finish", actor=None)

    assert keeper.sequence() == 6
    signer = signing.load(tmp_path / "key.pem", origin="haven.test/record")
    keeper.sign(signer, at=dt.datetime.now(dt.UTC), copy=tmp_path / "kept.jsonl")
    checker = actions.verify([], at=dt.datetime.now(dt.UTC), key=str(signer.key))

    assert (checker.entries, checker.findings) == (6, [])
    last = queries.last_verification()
    assert last is not None
    assert last.entries == 6
    with pytest.raises(DatabaseError, match="append-only"):
        Event.objects.filter(format=0).update(verb="case.open")


def heads() -> list[tuple[str, str]]:
    """Return the newest state of the record's tables."""
    return [
        key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] == "audit"
    ]
