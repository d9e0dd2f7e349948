"""The keeper: places without gaps for what has committed, and a signature over them."""

import datetime as dt
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from django.db import DatabaseError, connection, transaction

from haven.audit import actions, checking, keeper, merkle, signing, tree
from haven.audit.actions import record
from haven.audit.keeper import Rhythm, Tampered
from haven.audit.keyfiles import KeyTrouble
from haven.audit.models import Checkpoint, Event, Leaf, Node, Pending
from haven.cli import verify_record
from haven.site import keeper as process

Write = Callable[..., list[Event]]
Sign = Callable[..., Checkpoint]


def bodies() -> list[bytes]:
    """Return the bodies of all entries in the order of their places."""
    return [
        body.encode()
        for body in Leaf.objects.order_by("seq").values_list("event__body", flat=True)
    ]


class TestSequence:
    def test_gives_places_from_nought_without_a_gap(self, write: Write) -> None:
        written = write(5) + write(3)

        assert keeper.sequence() == 8

        places = Leaf.objects.order_by("seq").values_list("seq", "event_id")
        assert list(places) == [(n, event.pk) for n, event in enumerate(written)]
        assert not Pending.objects.exists()
        assert keeper.sequence() == 0

    def test_grows_the_tree_that_the_rfc_defines(self, write: Write) -> None:
        for count in (1, 2, 5, 3, 8, 13):
            write(count)
            keeper.sequence()

            hashes = [merkle.leaf_hash(body) for body in bodies()]
            assert tree.root(tree.size()) == merkle.plain_root(hashes)
        assert Node.objects.count() < tree.size()

    def test_proves_every_entry_and_all_growth_from_stored_nodes(self, write: Write) -> None:
        write(21)
        keeper.sequence()

        for seq, body in enumerate(bodies()):
            proof = tree.inclusion(seq, 21)
            assert merkle.includes(seq, 21, merkle.leaf_hash(body), proof, tree.root(21))
        for first in range(1, 22):
            grown = tree.consistency(first, 21)
            assert merkle.extends(first, 21, tree.root(first), tree.root(21), grown)

    @pytest.mark.django_db(transaction=True)
    def test_leaves_no_entry_out_whose_act_commits_late(self) -> None:
        begun, finish = threading.Event(), threading.Event()

        def slow() -> None:
            with transaction.atomic():
                record("run.finish", actor=None, which="slow")
                begun.set()
                finish.wait(10)
            connection.close()

        thread = threading.Thread(target=slow)
        thread.start()
        assert begun.wait(10)
        with transaction.atomic():
            record("run.finish", actor=None, which="quick")

        assert keeper.sequence() == 1  # the later entry, whose act has committed
        finish.set()
        thread.join()
        assert keeper.sequence() == 1

        order = Leaf.objects.order_by("seq").values_list("seq", "event__facts__which")
        assert list(order) == [(0, "quick"), (1, "slow")]

    @pytest.mark.django_db(transaction=True)
    def test_forgets_an_act_that_was_taken_back(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record("run.finish", actor=None)
            _ = 1 / 0

        assert keeper.sequence() == 0

    @pytest.mark.django_db(transaction=True)
    def test_says_when_somebody_else_keeps_the_lock(
        self, signer: signing.Signer, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with transaction.atomic():
            record("run.finish", actor=None)
        taken, let_go = threading.Event(), threading.Event()

        def hold() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [keeper.LOCK])
            taken.set()
            let_go.wait(120)
            with connection.cursor() as cursor:  # now, not when the server notices we left
                cursor.execute("SELECT pg_advisory_unlock(%s)", [keeper.LOCK])
            connection.close()

        thread = threading.Thread(target=hold)
        thread.start()
        assert taken.wait(10)
        soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
        try:
            assert not keeper.is_held_up(at=soon)
            assert keeper.is_held_up(at=soon + dt.timedelta(minutes=1))
            with mock.patch.object(keeper, "HELD_UP", dt.timedelta(0)):
                assert not process._look(signer)
            assert "holds the keeper's lock" in capsys.readouterr().err
        finally:
            let_go.set()
            thread.join()
        assert not keeper.is_held_up(at=soon + dt.timedelta(minutes=1))

    def test_stops_when_an_entry_that_waits_is_gone(self, write: Write) -> None:
        write(2)
        Pending.objects.create(event_id=999_999)

        with pytest.raises(Tampered):
            keeper.sequence()


class TestSign:
    def test_signs_origin_size_root_and_time(
        self, write: Write, sign: Sign, signer: signing.Signer
    ) -> None:
        write(7)
        at = dt.datetime(2031, 5, 6, 7, 8, 9, 12, tzinfo=dt.UTC)

        note = sign(at).note

        lines = note.split("\n")
        assert lines[:2] == ["haven.test/record", "7"]
        assert lines[3] == "2031-05-06T07:08:09.000012Z"
        read = verify_record.read_checkpoint(note, signer.key)
        assert (read.size, read.root) == (7, tree.root(7))

    def test_keeps_a_copy_outside_the_database(self, write: Write, sign: Sign, copy: Path) -> None:
        made = []
        for count in (2, 3):
            write(count)
            made.append(sign().note)

        assert keeper.kept(copy) == made
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600

    def test_signs_nothing_where_nothing_is_new(
        self, write: Write, sign: Sign, signer: signing.Signer, copy: Path
    ) -> None:
        write(2)
        sign()

        assert keeper.sign(signer, at=dt.datetime.now(dt.UTC), copy=copy) is None

    def test_is_due_after_so_many_entries_or_so_long(self, write: Write, sign: Sign) -> None:
        rhythm, at = Rhythm(entries=4, minutes=5), dt.datetime.now(dt.UTC)
        assert not keeper.is_due(rhythm, at=at)
        write(1)
        keeper.sequence()
        assert keeper.is_due(rhythm, at=at)  # the first one is signed at once
        sign(at)
        write(1)
        keeper.sequence()

        assert not keeper.is_due(rhythm, at=at + dt.timedelta(minutes=4))
        assert keeper.is_due(rhythm, at=at + dt.timedelta(minutes=5))
        write(3)
        keeper.sequence()
        assert keeper.is_due(rhythm, at=at)


class TestSignRefuses:
    def test_a_tree_that_was_rewritten(
        self, write: Write, sign: Sign, signer: signing.Signer, copy: Path
    ) -> None:
        write(4)
        sign()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_node DISABLE TRIGGER audit_node_rows_never_change")
            cursor.execute("UPDATE audit_node SET hash = sha256('other') WHERE level = 2")
        write(1)
        keeper.sequence()

        with pytest.raises(Tampered, match="not those that were signed"):
            keeper.sign(signer, at=dt.datetime.now(dt.UTC), copy=copy)

    def test_a_clock_that_went_back(self, write: Write, sign: Sign) -> None:
        write(1)
        sign()
        write(1)

        with pytest.raises(Tampered, match="clock"):
            sign(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))

    def test_a_record_that_the_file_outside_contradicts(
        self, write: Write, sign: Sign, copy: Path
    ) -> None:
        write(4)
        sign()
        _empty_the_record()
        write(5)

        with pytest.raises(Tampered, match="outside the database"):
            sign()
        assert not Checkpoint.objects.exists()

    def test_a_record_shorter_than_the_file_outside_says(self, write: Write, sign: Sign) -> None:
        write(4)
        sign()
        _empty_the_record()
        write(1)

        with pytest.raises(Tampered, match="outside the database"):
            sign()

    def test_a_tree_whose_nodes_are_gone(self, write: Write, sign: Sign) -> None:
        write(4)
        sign()
        _as_owner("DELETE FROM audit_node")
        write(1)

        with pytest.raises(Tampered, match="missing"):
            sign()

    def test_another_key(self, write: Write, sign: Sign, tmp_path: Path, copy: Path) -> None:
        write(1)
        sign()
        write(1)
        keeper.sequence()
        other = signing.load(tmp_path / "other.pem", origin="haven.test/record")

        with pytest.raises(Tampered, match="key"):
            keeper.sign(other, at=dt.datetime.now(dt.UTC), copy=copy)


class TestACrash:
    def test_between_file_and_database_is_made_good(
        self, write: Write, sign: Sign, copy: Path
    ) -> None:
        write(2)
        sign()
        write(2)
        sign()
        _as_owner("DELETE FROM audit_checkpoint WHERE size = 4")

        made = sign(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1))

        assert made.note == keeper.kept(copy)[-1]
        assert len(keeper.kept(copy)) == Checkpoint.objects.count() == 2
        assert checking.check(keeper.kept(copy)).findings == []

    def test_in_the_middle_of_a_line_loses_that_line_alone(
        self, write: Write, sign: Sign, copy: Path
    ) -> None:
        write(2)
        first = sign().note
        with copy.open("a") as file:
            file.write('{"note": "haven.te')
        write(2)
        second = sign().note

        assert keeper.kept(copy) == [first, second]


def _empty_the_record() -> None:
    for table in ("event", "personal", "pending", "leaf", "node", "checkpoint"):
        _as_owner(f"DELETE FROM audit_{table}")  # noqa: S608


def _as_owner(statement: str) -> None:
    """Do what only a superuser of the database can do."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


class TestKey:
    def test_is_made_for_one_user_alone_and_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "record" / "key.pem"

        made, again = (signing.load(path, origin="o") for _ in range(2))

        assert made.key == again.key
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_is_refused_when_others_may_read_it(self, tmp_path: Path) -> None:
        path = tmp_path / "key.pem"
        signing.load(path, origin="o")
        path.chmod(0o640)

        with pytest.raises(KeyTrouble, match="chmod 600"):
            signing.load(path, origin="o")

    def test_is_refused_when_it_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "key.pem"
        path.write_text("lost")
        path.chmod(0o600)

        with pytest.raises(KeyTrouble):
            signing.load(path, origin="o")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("audit_leaf", "SET seq = seq + 1000"),
        ("audit_node", "SET hash = ''"),
        ("audit_checkpoint", "SET size = 1"),
        ("audit_verification", "SET findings = 0"),
    ],
)
def test_the_database_refuses_to_change_the_tree(
    write: Write, sign: Sign, table: str, change: str
) -> None:
    write(4)
    sign()
    actions.verify([], at=dt.datetime.now(dt.UTC))

    for statement in (f"UPDATE {table} {change}", f"DELETE FROM {table}"):  # noqa: S608
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
