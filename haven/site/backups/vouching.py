"""Vouching for a backup: only who has the master key can say what belongs to it.

In      the manifest of a backup; the keeper of master keys
Out     a code over the manifest (HMAC-SHA-256) by a key of this backup alone, and that key
        wrapped by the master key
Fails   BackupTrouble: the manifest has no code, or another; the master key is not here
Why     digests say that a backup is whole, not whose it is: whoever can write to the folder
        could change a file and all digests above it, and have the restore bring it in
Not     here: what the manifest says (folder.py)
"""

from __future__ import annotations

import hmac
import json
import secrets
from pathlib import Path

from haven.site.backups import folder
from haven.site.backups.folder import BackupTrouble
from haven.workbench.cases import wrapping

CODE = "manifest.code"
BOUND_TO = b"haven backup manifest 1"
_KEY_BYTES = 32


def vouch(backup: Path) -> None:
    """Write the code of a manifest beside it.

    Raises:
        WrapperTrouble: The master key cannot be had.
    """
    key, keeper = secrets.token_bytes(_KEY_BYTES), wrapping.wrapper()
    written = {
        "master": keeper.current(),
        "key": keeper.wrap(key, bound_to=BOUND_TO).hex(),
        "code": _code(key, backup),
    }
    folder.write(backup / CODE, json.dumps(written, indent=1) + "\n")


def check(backup: Path) -> None:
    """Return if who wrote the manifest had a master key of this site.

    Raises:
        BackupTrouble: They had not, or the master key is not here to tell.
    """
    try:
        written = json.loads((backup / CODE).read_text(encoding="utf-8"))
        master, wrapped = str(written["master"]), bytes.fromhex(written["key"])
        code = str(written["code"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupTrouble(
            "Nobody vouches for this backup: the code of its manifest is missing or damaged. "
            "Nothing was restored."
        ) from error
    try:
        key = wrapping.wrapper().unwrap(wrapped, master=master, bound_to=BOUND_TO)
    except wrapping.WrapperTrouble as error:
        raise BackupTrouble(without_master_key(error)) from error
    if not hmac.compare_digest(code, _code(key, backup)):
        raise BackupTrouble(
            "The manifest of this backup was changed by somebody without the master key. "
            "Nothing was restored."
        )


def without_master_key(error: wrapping.WrapperTrouble) -> str:
    """Return what to say when a master key does not open what it should."""
    return (
        f"The master key of this backup is not here: {error}. Put its file in the place that "
        "HAVEN_MASTER_KEY_FILE names."
    )


def _code(key: bytes, backup: Path) -> str:
    """Return the code of a manifest."""
    return hmac.new(key, (backup / folder.MANIFEST).read_bytes(), "sha256").hexdigest()
