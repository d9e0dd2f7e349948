"""Opening: the catalogue and the needs board as they open, quickly.

In      a database
Out     every entry, body and need of the content files
Why     the files are read once for all tests; reading them takes longer than the tests
Not     here: what stands in them
"""

from __future__ import annotations

import copy
import functools
from pathlib import Path
from typing import Any
from unittest import mock

from haven.hub.catalogue import seed
from haven.hub.finding import loading

_read_once = functools.cache(seed._read)


def _read(path: Path) -> Any:
    return copy.deepcopy(_read_once(path))


def load() -> None:
    """Load what the catalogue and the board open with."""
    with mock.patch.object(seed, "_read", _read), mock.patch.object(loading, "read", _read):
        seed.load()
        loading.load()
