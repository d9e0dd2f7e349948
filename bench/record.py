"""Record: appending with eight writers, ordering into the tree, verifying what was exported.

In      an embedded PostgreSQL of its own, real transactions with one act and one entry each
Out     entries per second of each; results/record.json
Why     at least 1,000 entries/s appended by 8 writers, at least 50,000 entries/s verified
Not     here: pages of a million entries (record_pages.py); `--entries` for more

Beside the verification stands a plain SHA-256 chain over the same texts: the limit of any
program in Python that reads every entry once.
"""

import argparse
import contextlib
import datetime as dt
import hashlib
import io
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ruler

WRITERS = 8
ENTRIES = 40_000
APPEND_TARGET, VERIFY_TARGET = 1_000, 50_000


class _Somebody:
    """Whoever acts."""

    pk, agency_id, display_name = 7, 1, "Nora Lead"
    roles = ("investigator",)


@contextlib.contextmanager
def _site() -> Iterator[Path]:
    """Have a database with Haven's tables in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hv-") as name:
        folder = Path(name)
        os.environ.update(
            HAVEN_MODE="trial",
            HAVEN_DATABASE_ROLE="owner",  # makes the tables; the writers are of the site
            HAVEN_DATA_DIR=str(folder / "d"),
            HAVEN_EVIDENCE_ROOTS=str(folder / "d"),
            DJANGO_SETTINGS_MODULE="haven.site.settings",
        )
        (folder / "d").mkdir()
        from haven.site.postgres import Embedded

        server = Embedded(folder / "d" / "postgres")
        server.start()
        try:
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", interactive=False, verbosity=0)
            yield folder
        finally:
            from django.db import connections

            connections.close_all()
            server.stop()


def _write(count: int, ready: Any, start: Any) -> None:
    """Record acts, each in a transaction of its own; runs in a process of its own."""
    os.environ["HAVEN_DATABASE_ROLE"] = "web"
    import django

    django.setup()
    from django.db import connection, transaction

    from haven.audit.actions import record

    with transaction.atomic():
        record("case.view", actor=_Somebody(), case_id=1)
    ready.release()
    start.wait()
    for n in range(count):
        with transaction.atomic():
            record("item.view", actor=_Somebody(), case_id=n % 50, reason="asked for", n=n)
    connection.close()


def _append(entries: int) -> float:
    """Return how many entries a second eight processes append together."""
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("spawn")
    ready, start = context.Semaphore(0), context.Event()
    each = entries // WRITERS
    writers = [context.Process(target=_write, args=(each, ready, start)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in writers:
        ready.acquire()
    begun = time.perf_counter()
    start.set()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    return each * WRITERS / (time.perf_counter() - begun)


def _order(folder: Path) -> tuple[float, Any]:
    """Return how many entries a second get their place, and the checkpoint over them."""
    from haven.audit import keeper, signing

    begun = time.perf_counter()
    done = keeper.sequence()
    rate = done / (time.perf_counter() - begun)
    signer = signing.load(folder / "key.pem", origin="haven.bench/record")
    made = keeper.sign(signer, at=dt.datetime.now(dt.UTC), copy=folder / "kept.jsonl")
    return rate, made


def _export(checkpoint: Any, path: Path) -> float:
    """Return how many entries a second are exported."""
    from django.db.models import Q

    from haven.audit import exporting

    begun = time.perf_counter()
    with path.open("wb") as file:
        count = exporting.whole(file, Q(), upto=checkpoint)
    return count / (time.perf_counter() - begun)


def _verify(path: Path, key: str) -> float:
    """Return how many entries a second the one-file verifier verifies; the best of three."""
    from haven.cli import verify_record

    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        checker = verify_record.verify(str(path), key)
        taken.append(time.perf_counter() - begun)
        assert checker.findings == [], checker.findings
    return checker.entries / min(taken)


def _check() -> float:
    """Return how many entries a second are verified in the database itself."""
    from haven.audit import checking

    begun = time.perf_counter()
    checker = checking.check([])
    assert checker.findings == [], checker.findings
    return checker.entries / (time.perf_counter() - begun)


def _chain() -> float:
    """Return how many texts a second a plain chain of SHA-256 takes; the best of three."""
    from haven.audit.models import Event

    bodies = [body.encode() for body in Event.objects.values_list("body", flat=True)]
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        here = b""
        for line in io.BytesIO(b"\n".join(bodies)):
            here = hashlib.sha256(here + line).digest()
        taken.append(time.perf_counter() - begun)
    return len(bodies) / min(taken)


def main() -> None:
    """Measure and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=ENTRIES)
    given = parser.parse_args()
    at = ruler.machine()
    with _site() as folder:
        appended = _append(given.entries)
        ordered, checkpoint = _order(folder)
        path = folder / "export.zip"
        exported = _export(checkpoint, path)
        rates = {
            "append_8_writers": appended,
            "order_into_the_tree": ordered,
            "export": exported,
            "verify_export": _verify(path, checkpoint.key),
            "verify_database": _check(),
            "plain_chain": _chain(),
        }
        size_bytes = path.stat().st_size
    for name, rate in rates.items():
        print(f"{name:20} {rate:10,.0f} entries/s")
    figures = {
        "entries": given.entries,
        "writers": WRITERS,
        "per_second": {name: round(rate) for name, rate in rates.items()},
        "export_bytes": size_bytes,
        "targets": {"append_8_writers": APPEND_TARGET, "verify_export": VERIFY_TARGET},
    }
    print(ruler.keep("record", figures, at))


if __name__ == "__main__":
    main()
