"""Checking: the record in the database against its own text and the checkpoints kept apart.

In      all entries, leaves and nodes; checkpoints of the database and of the kept file
Out     the verifier's Checker with a sentence for everything that is wrong
Fails   never by what it finds; a database error stops it
Why     a change is to be noticed by the agency itself, before a court does
Not     here: the rules (cli/verify_record.py); when it runs (site/keeper.py, verifyrecord)

The same rules as for an export, and three that only the database can break: the columns say
what the text says, every entry is in the tree or waits, and the stored nodes give the root.
"""

from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from haven.audit import bodies, tree
from haven.audit.models import Checkpoint, Leaf
from haven.cli.verify_record import Broken, Checker, Line, read_key

BATCH = 2_000


def check(kept: Sequence[str], *, key: str = "") -> Checker:
    """Check the whole record and return what was found.

    Args:
        kept: Notes of the file outside the database.
        key: The signer's key; that of the newest checkpoint when not given.

    Raises:
        Broken: There is no checkpoint, so there is nothing to check against.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:  # one state of the database, whatever is written meanwhile
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return _checked(kept, key)


def _checked(kept: Sequence[str], key: str) -> Checker:
    """Check the record inside a transaction; see check()."""
    notes = list(Checkpoint.objects.order_by("size").values_list("note", flat=True))
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        raise Broken("Nothing was signed yet.")
    checker = Checker(read_key(key or newest.key))
    checker.take([*notes, *kept])
    _say_missing(checker, notes, kept)
    for leaf in _leaves():
        _check(checker, leaf)
    checker.finish(whole=True)
    _say_outside(checker)
    try:
        if tree.root(newest.size) != bytes(newest.root):
            checker.say("The stored nodes of the tree do not give the root that was signed.")
    except KeyError:
        checker.say("Stored nodes of the tree are missing.")
    return checker


def _check(checker: Checker, leaf: Leaf) -> None:
    """Check one entry: its place, its text, what lies beside it, its columns."""
    event = leaf.event
    beside = getattr(event, "personal", None)
    checker.entry(
        Line(
            seq=leaf.seq,
            hash=bytes(leaf.hash).hex(),
            body=event.body,
            salt=bytes(beside.salt).hex() if beside else None,
            personal=beside.text if beside else None,
        )
    )
    if bodies.body_of(event) != event.body:
        checker.say(f"The columns of entry {leaf.seq} do not say what its text says.")


def _leaves() -> Iterator[Leaf]:
    """Yield all leaves with their entries."""
    rows = Leaf.objects.select_related("event", "event__personal").order_by("seq")
    return rows.iterator(BATCH)


def _say_missing(checker: Checker, notes: Sequence[str], kept: Sequence[str]) -> None:
    """Note checkpoints that the file has and the database does not."""
    missing = len(set(kept) - set(notes))
    if missing:
        checker.say(f"The database lacks {missing} checkpoints that were kept outside it.")


def _say_outside(checker: Checker) -> None:
    """Note entries that have no place and do not wait for one, and leaves without an entry."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_event e"
            " WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)"
            " AND NOT EXISTS (SELECT FROM audit_pending p WHERE p.event_id = e.id)"
        )
        (lost,) = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM audit_leaf l"
            " WHERE NOT EXISTS (SELECT FROM audit_event e WHERE e.id = l.event_id)"
        )
        (empty,) = cursor.fetchone()
    if lost:
        checker.say(f"{lost} entries are in the table and neither in the tree nor waiting.")
    if empty:
        checker.say(f"{empty} entries are in the tree and not in the table: they were deleted.")
