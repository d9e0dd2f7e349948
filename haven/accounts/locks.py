"""Locks: what could take the last one with a role happens one at a time.

In      an open transaction
Out     nobody else inside until it ends
Fails   as the database does
Why     two who look at once each see the other, and both go: nobody is left to let one in
Not     here: what is checked then (members/actions.py, agencies/actions.py)

Held for all agencies, since curators of several are one another's last. Rows of members
could not be held instead: the site's role sees curators elsewhere and may not hold them.
"""

from django.db import connection

_KEY = 0x484156454D454D42  # "HAVEMEMB": ours among the advisory locks of other programs


def hold_who_is_last() -> None:
    """Wait for others who may take the last one, and keep them waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEY])
