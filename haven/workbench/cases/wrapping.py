"""Wrapping: the keys of cases under a master key that lies somewhere else.

In      the setting HAVEN_KEY_WRAPPER: the dotted path of a KeyWrapper
Out     wrapped keys, fit for the database; from them the keys again
Fails   WrapperTrouble: the master key cannot be had, or did not wrap this key
Why     who has the database and the files has no key; one small class joins another keeper
        of master keys (an HSM, a cloud's key service) to Haven
Not     here: which case has which key (keys.py)

A file of master keys holds one key per line, in base64, the present one first. Older ones stay
as long as something is wrapped by them; `python -m haven.site rotatekeys` wraps again.

A wrapped key is AES-256-GCM with a random nonce of 96 bits: 12 nonce | 32 key | 16 tag. NIST
SP 800-38D, 8.3, allows 2^32 such calls of one master key; there is one per case and rotation.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import secrets
import stat
from abc import ABC, abstractmethod
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from haven.web.errors import WebError

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE_WRAPPER = "haven.workbench.cases.wrapping.FileWrapper"  # unless the settings say else
MASTER_BYTES = 32
_NONCE_BYTES = 12
_ID_LABEL = b"haven master key id"


class WrapperTrouble(WebError):
    """The master key cannot be had, or a wrapped key is not one of it."""

    code = "key.unavailable"
    http_status: ClassVar[int] = 503
    words = _("The keys of cases cannot be had at the moment. Tell your administrator.")


class KeyWrapper(ABC):
    """What a keeper of master keys promises. One object serves many threads."""

    @abstractmethod
    def current(self) -> str:
        """Return the id of the master key that wraps from now on; at most 64 characters."""

    @abstractmethod
    def wrap(self, key: bytes, *, bound_to: bytes) -> bytes:
        """Return a key wrapped by the current master key.

        Args:
            key: 32 bytes.
            bound_to: What the key is for; unwrapping for something else fails.

        Raises:
            WrapperTrouble: The master key cannot be had.
        """

    @abstractmethod
    def unwrap(self, wrapped: bytes, *, master: str, bound_to: bytes) -> bytes:
        """Return the key.

        Args:
            wrapped: What `wrap` gave.
            master: The id that `current` gave then.
            bound_to: What was given to `wrap`.

        Raises:
            WrapperTrouble: The master key cannot be had, or did not wrap this for that.
        """


class FileWrapper(KeyWrapper):
    """Master keys in a file that only the site's user can read."""

    def __init__(self, place: Path | None = None) -> None:
        """Read the file that HAVEN_MASTER_KEY_FILE names, or another.

        Raises:
            WrapperTrouble: It cannot be read, or holds something else.
        """
        self._keys = {master_id(key): key for key in read_master_keys(place or master_key_file())}

    def current(self) -> str:
        """Return the id of the first key of the file."""
        return next(iter(self._keys))

    def wrap(self, key: bytes, *, bound_to: bytes) -> bytes:
        """Return a key wrapped by the first key of the file."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._keys[self.current()]).encrypt(nonce, key, bound_to)

    def unwrap(self, wrapped: bytes, *, master: str, bound_to: bytes) -> bytes:
        """Return the key."""
        key = self._keys.get(master)
        if key is None:
            raise WrapperTrouble(f"master key {master} is not in the file")
        try:
            return AESGCM(key).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError) as error:
            raise WrapperTrouble(f"master key {master} did not wrap this") from error


def wrapper() -> KeyWrapper:
    """Return the keeper of master keys that the settings name.

    Raises:
        WrapperTrouble: It cannot be had.
        ImproperlyConfigured: The setting names something else.
    """
    return _named(settings.HAVEN_KEY_WRAPPER, str(settings.HAVEN_MASTER_KEY_FILE))


def forget_wrapper() -> None:
    """Read the master keys again when they are next needed."""
    _named.cache_clear()


@lru_cache(maxsize=4)  # the file is read once; a rotation says so by forget_wrapper()
def _named(path: str, _master_key_file: str) -> KeyWrapper:
    made = import_string(path)()
    if not isinstance(made, KeyWrapper):
        raise ImproperlyConfigured("HAVEN_KEY_WRAPPER does not name a KeyWrapper")
    return made


def master_key_file() -> Path:
    """Return where the master keys lie; in a trial the file is made when it is first needed."""
    place = Path(settings.HAVEN_MASTER_KEY_FILE)
    if not place.exists() and settings.HAVEN_MODE == "trial":
        with contextlib.suppress(FileExistsError):  # another process was quicker
            make_master_key(place)
    return place


def make_master_key(place: Path) -> str:
    """Write a file with one new master key, readable by us alone; return the key's id.

    Raises:
        FileExistsError: There is one; a master key is never written over.
    """
    key = secrets.token_bytes(MASTER_BYTES)
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    _write(temporary, [key])
    try:
        os.link(temporary, place)  # whole or not at all, and never over another
    finally:
        temporary.unlink()
    return master_id(key)


def read_master_keys(place: Path) -> list[bytes]:
    """Return the master keys of a file, the present one first.

    Raises:
        WrapperTrouble: It cannot be read, others may read it, or it holds something else.
    """
    try:
        mode = place.stat().st_mode
        lines = place.read_text(encoding="ascii").split()
        keys = [base64.b64decode(line, validate=True) for line in lines]
    except (OSError, UnicodeDecodeError, binascii.Error) as error:
        raise WrapperTrouble("the file of master keys cannot be read") from error
    if stat.S_IMODE(mode) & 0o077:
        raise WrapperTrouble("others may read the file of master keys; set its mode to 0600")
    if not keys or any(len(key) != MASTER_BYTES for key in keys):
        raise WrapperTrouble("the file of master keys holds no key of 32 bytes in base64")
    return keys


def write_master_keys(place: Path, keys: Sequence[bytes]) -> None:
    """Put another list of master keys in the place of a file, whole or not at all."""
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    _write(temporary, keys)
    temporary.replace(place)


def _write(place: Path, keys: Sequence[bytes]) -> None:
    """Write master keys to a new file that only we can read."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(place, flags, 0o600), "wb") as file:
        file.write(b"".join(base64.b64encode(key) + b"\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())


def master_id(key: bytes) -> str:
    """Return the id of a master key: a digest that tells nothing of it."""
    return hashlib.sha256(_ID_LABEL + key).hexdigest()[:16]
