"""Telling: how far a backup is, on a terminal, and nothing into a log.

In      what is done, how much of how many
Out     one line that is written over
Not     here: the work
"""

import time
from typing import Any

_EVERY_S = 0.2


class Telling:
    """Shows progress on a terminal."""

    def __init__(self, to: Any) -> None:
        """Write to a stream, if a person looks at it."""
        self._to, self._is_seen, self._at = to, to.isatty(), 0.0

    def __call__(self, what: str, done: int, of: int) -> None:
        """Show it, not more than a few times a second."""
        now = time.monotonic()
        if not self._is_seen or (done < of and now - self._at < _EVERY_S):
            return
        self._at = now
        self._to.write(f"\r  {what:<16} {done} of {of}\x1b[K", ending="\n" if done >= of else "")
        self._to.flush()
