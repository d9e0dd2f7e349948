"""The commands of the record: verify, and print the key."""

import datetime as dt
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pytest_django.fixtures import Settings

from haven.audit import context, keeper, queries, signing
from haven.audit.actions import record
from haven.audit.models import Event, Verification
from haven.site import keeper as process
from tests.walls import role


@pytest.fixture
def signed(db: None, tmp_path: Path, settings: Settings) -> str:
    """Sign a record of three acts; return the key."""
    settings.HAVEN_RECORD_CHECKPOINTS = tmp_path / "kept.jsonl"
    signer = signing.load(tmp_path / "key.pem", origin="haven.test/record")
    for _ in range(3):
        record("run.finish", actor=None)
    keeper.sequence()
    at = dt.datetime.now(dt.UTC)
    assert keeper.sign(signer, at=at, copy=settings.HAVEN_RECORD_CHECKPOINTS)
    return str(signer.key)


def said(*words: str, **more: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO(), **more)
    return out.getvalue()


def test_a_whole_record_is_verified_and_that_is_recorded(signed: str) -> None:
    assert "Verified: nothing was changed." in said("verifyrecord", key=signed)

    last = queries.last_verification()
    assert last is not None
    assert (last.entries, last.findings) == (3, 0)
    entry = Event.objects.get(verb="record.verify")
    assert (entry.outcome, entry.facts["entries"], entry.facts["findings"]) == ("done", 3, 0)


def test_a_broken_record_is_said_to_be_broken_and_that_is_recorded(signed: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE audit_event SET body = replace(body, 'done', 'lost')")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")

    with pytest.raises(CommandError, match="not what was signed"):
        said("verifyrecord")

    last = queries.last_verification()
    assert last is not None
    assert last.findings > 0
    assert Event.objects.get(verb="record.verify").outcome == "failed"


def test_another_key_is_noticed(signed: str, tmp_path: Path) -> None:
    other = signing.load(tmp_path / "other.pem", origin="haven.test/record")

    with pytest.raises(CommandError):
        said("verifyrecord", key=str(other.key))


def test_the_daily_verification_trusts_no_key_but_its_own(
    signed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = signing.load(tmp_path / "other.pem", origin="haven.test/record")
    (tmp_path / "kept.jsonl").unlink()

    process._verify_daily(other)  # to it, the database is signed by somebody else

    assert "is not signed by the key" in capsys.readouterr().err
    last = queries.last_verification()
    assert last is not None
    assert last.findings > 0


def test_the_site_can_neither_put_off_the_daily_verification_nor_say_that_all_is_well(
    signed: str, tmp_path: Path
) -> None:
    signer = signing.load(tmp_path / "key.pem", origin="haven.test/record")
    with role("haven_web"):
        # The entry of a verification, as the keeper would write it: the site may write entries.
        with context.coming_from(context.Source(via="keeper")):
            record("record.verify", actor=None, entries=3, checkpoints=1, size=3, findings=0)
        assert queries.state().verified is None
        for words in (
            "INSERT INTO audit_verification (at, entries, findings) VALUES (now(), 3, 0)",
            "UPDATE audit_verification SET at = now()",
            "DELETE FROM audit_verification",
        ):
            with (
                pytest.raises(DatabaseError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(words)

    with role("haven_keeper"):
        process._verify_daily(signer)
        process._verify_daily(signer)  # not due again

    assert Verification.objects.count() == 1
    assert queries.last_verification() == Verification.objects.get()


def test_the_keeper_ends_in_order_while_whoever_feeds_it_is_there() -> None:
    program = (
        "import threading, time\n"
        "from haven.site import keeper\n"
        "stop = threading.Event()\n"
        "threading.Thread(target=keeper._wait_for_the_end, args=[stop], daemon=True).start()\n"
        "time.sleep(0.3)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as fed:
        assert fed.stderr is not None
        assert fed.wait(20) == 0, fed.stderr.read()


def test_the_key_is_printed_as_a_verifier_takes_it(signed: str) -> None:
    assert said("recordkey").strip() == signed


def test_without_a_signature_there_is_nothing_to_verify(db: None) -> None:
    for command in ("verifyrecord", "recordkey"):
        with pytest.raises(CommandError, match="Nothing was signed yet"):
            said(command)
