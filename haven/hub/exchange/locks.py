"""Locks: bundles are made, and taken in, one at a time.

In      an open transaction
Out     nobody else inside until it ends
Fails   as the database does
Why     two who make a bundle at once would give it one number; two bundles in the name of one
        hub would each find that nobody has the name
Not     here: what is done then (actions.py)

No row is held instead, as there is none before the first bundle.
"""

from django.db import connection

_KEY = 0x48415645485542  # "HAVEHUB": ours among the advisory locks of other programs


def hold_bundles() -> None:
    """Wait for others who make or take in a bundle, and keep them waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEY])
