"""An export of the real record is verified, and a broken database is noticed."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Q

from haven.accounts.models import Member
from haven.audit import checking, exporting, keeper
from haven.audit.actions import record
from haven.audit.exporting import NothingSigned
from haven.audit.models import Checkpoint, Event
from haven.cli.verify_record import Checker, verify

Write = Callable[..., list[Event]]
Sign = Callable[..., Checkpoint]


@pytest.fixture
def filled(write: Write, sign: Sign, north_lead: Member) -> Checkpoint:
    """Return the last checkpoint of a record of two agencies."""
    write(7, agency_id=north_lead.agency_id)
    sign()
    write(5, agency_id=999)
    record("case.view", actor=north_lead, reason="told by Nils Holm")
    write(3, agency_id=north_lead.agency_id)
    return sign()


def written(tmp_path: Path, make: Callable[[io.BytesIO], int]) -> tuple[Path, int]:
    """Write an export and return its path and how many entries it says it has."""
    into = io.BytesIO()
    count = make(into)
    path = tmp_path / "export.zip"
    path.write_bytes(into.getvalue())
    return path, count


class TestWhole:
    def test_is_verified_by_an_outsider(self, filled: Checkpoint, tmp_path: Path) -> None:
        path, count = written(tmp_path, lambda into: exporting.whole(into, Q(), upto=filled))

        checker = verify(str(path), filled.key)

        assert checker.findings == []
        assert (checker.entries, count, checker.withheld) == (16, 16, 0)

    def test_shows_another_agency_by_hash_alone(
        self, filled: Checkpoint, tmp_path: Path, north_lead: Member
    ) -> None:
        mine = Q(agency_id=north_lead.agency_id)
        path, _ = written(tmp_path, lambda into: exporting.whole(into, mine, upto=filled))

        checker = verify(str(path), filled.key)

        assert (checker.findings, checker.withheld) == ([], 5)
        with zipfile.ZipFile(path) as archive:
            assert b'"agency\\":999' not in archive.read("entries.jsonl")

    def test_holds_names_beside_the_entries_and_none_in_them(
        self, filled: Checkpoint, tmp_path: Path
    ) -> None:
        path, _ = written(tmp_path, lambda into: exporting.whole(into, Q(), upto=filled))

        with zipfile.ZipFile(path) as archive:
            lines = [json.loads(line) for line in archive.read("entries.jsonl").splitlines()]
        assert any("Nils Holm" in line.get("personal", "") for line in lines)
        assert not any("Nils Holm" in line["body"] or "Nora" in line["body"] for line in lines)

    def test_brings_its_own_verifier(self, filled: Checkpoint, tmp_path: Path) -> None:
        path, _ = written(tmp_path, lambda into: exporting.whole(into, Q(), upto=filled))

        with zipfile.ZipFile(path) as archive:
            assert b"def verify(" in archive.read("verify_record.py")
            assert archive.read("key.pub").decode().strip() == filled.key

    def test_ends_with_what_was_signed(
        self, filled: Checkpoint, write: Write, tmp_path: Path
    ) -> None:
        write(4)
        keeper.sequence()

        _, count = written(tmp_path, lambda into: exporting.whole(into, Q(), upto=filled))

        assert count == 16

    def test_waits_for_a_first_signature(self, write: Write) -> None:
        write(2)

        with pytest.raises(NothingSigned):
            exporting.last_checkpoint()


class TestExtract:
    def test_proves_some_entries_alone(
        self, filled: Checkpoint, tmp_path: Path, north_lead: Member
    ) -> None:
        some = Event.objects.filter(actor_id=north_lead.pk)
        path, count = written(tmp_path, lambda into: exporting.extract(into, some, upto=filled))

        checker = verify(str(path), filled.key)

        assert (checker.findings, checker.entries, count) == ([], 1, 1)
        assert len(checker.checkpoints) == 2


def run_sql(*statements: str) -> None:
    """Run statements as the owner of the tables, all triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


class TestDatabase:
    @pytest.fixture
    def found(self, copy: Path) -> Callable[[], list[str]]:
        def sentences() -> list[str]:
            checker: Checker = checking.check(keeper.kept(copy))
            return checker.findings

        return sentences

    def test_unbroken_is_found_so(
        self, filled: Checkpoint, write: Write, found: Callable[[], list[str]]
    ) -> None:
        write(3)

        assert found() == []

    def test_erased_names_break_nothing(
        self, filled: Checkpoint, found: Callable[[], list[str]]
    ) -> None:
        run_sql("DELETE FROM audit_personal")

        assert found() == []

    @pytest.mark.parametrize(
        ("statement", "sentence"),
        [
            (
                "UPDATE audit_event SET body = replace(body, 'finish', 'start') WHERE id ="
                " (SELECT min(id) + 2 FROM audit_event)",
                "Entry 2 was changed",
            ),
            (
                "UPDATE audit_event SET actor_id = 4711 WHERE id ="
                " (SELECT min(id) + 2 FROM audit_event)",
                "The columns of entry 2 do not say what its text says.",
            ),
            (
                "DELETE FROM audit_event WHERE id = (SELECT min(id) + 2 FROM audit_event)",
                "1 entries are in the tree and not in the table: they were deleted.",
            ),
            ("DELETE FROM audit_leaf WHERE seq = 4", "Entry 4 is missing"),
            ("DELETE FROM audit_leaf WHERE seq > 12", "The end is cut off"),
            (
                "DELETE FROM audit_checkpoint WHERE size = 16",
                "The database lacks 1 checkpoints that were kept outside it.",
            ),
            (
                "UPDATE audit_node SET hash = sha256('x') WHERE level = 4",
                "The stored nodes of the tree do not give the root that was signed.",
            ),
            ("DELETE FROM audit_node WHERE level = 4", "Stored nodes of the tree are missing."),
            (
                "DELETE FROM audit_leaf WHERE seq = 15",
                "1 entries are in the table and neither in the tree nor waiting.",
            ),
            (
                'UPDATE audit_personal SET text = \'{"actor_name":"Other"}\'',
                "Names or words beside entry 12 were changed.",
            ),
        ],
    )
    def test_broken_is_found_and_told(
        self,
        filled: Checkpoint,
        found: Callable[[], list[str]],
        statement: str,
        sentence: str,
    ) -> None:
        run_sql(statement)

        said = found()

        assert any(one.startswith(sentence) for one in said), said
