"""Folders the server may read as evidence.

In      the setting HAVEN_EVIDENCE_ROOTS; a token from the picker, or a path
Out     real folders below those roots, and nothing else
Fails   FolderRefused: outside the roots, behind a link, Haven's own data, or not there
Why     a page must not become a way to read the server's disk
Not     here: reading files (haven.engine does, links not followed)

A token is the number of a root and the path below it, so that a name with any bytes
survives the trip through a page.
"""

import base64
import binascii
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from haven.web.errors import BadInput
from haven.workbench.evidence import names

_OWN = (
    *("uploads", "derivatives", "probes", "reveals", "incoming", "packages"),
    *("postgres", "postgres-socket", "static"),
)
_MOST_LISTED = 500  # a page; a folder with more is named by typing its path


class FolderRefused(BadInput):
    """A folder that cannot be an exhibit."""

    code = "evidence.folder_refused"


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of the picker."""

    token: str
    name: str  # readable
    is_root: bool = False


def roots() -> list[Path]:
    """Return the real folders that may be read, in the order of the setting."""
    found = (Path(root) for root in settings.HAVEN_EVIDENCE_ROOTS)
    return [root.resolve() for root in found if root.is_dir()]


def choices() -> list[Folder]:
    """Return the roots as the picker shows them."""
    return [
        Folder(_token(number, root, root), names.readable(os.fsencode(root)), is_root=True)
        for number, root in enumerate(roots())
    ]


def children(token: str) -> list[Folder]:
    """Return the folders directly below one, by name; links are left out.

    Raises:
        FolderRefused: See resolve().
    """
    number, folder = _located(token)
    root = roots()[number]
    try:
        with os.scandir(folder) as entries:
            found = sorted(
                (entry.path for entry in entries if entry.is_dir(follow_symlinks=False)),
            )
    except OSError as error:
        raise FolderRefused(_("This folder cannot be read by the server.")) from error
    return [
        Folder(_token(number, root, Path(path)), names.readable(os.fsencode(Path(path).name)))
        for path in found[:_MOST_LISTED]
        if not _is_own(Path(path))
    ]


def trail(token: str) -> list[Folder]:
    """Return the folders from the root down to this one, for the way back up."""
    number, folder = _located(token)
    root = roots()[number]
    below = folder.relative_to(root).parts
    steps = [Folder(_token(number, root, root), names.readable(os.fsencode(root)), is_root=True)]
    for depth in range(1, len(below) + 1):
        path = root.joinpath(*below[:depth])
        steps.append(Folder(_token(number, root, path), names.readable(os.fsencode(path.name))))
    return steps


def resolve(token: str) -> Path:
    """Return the folder of a token.

    Raises:
        FolderRefused: The token is not one of ours, or the folder is refused.
    """
    return allowed(_located(token)[1])


def allowed(folder: Path) -> Path:
    """Return the folder if it may be an exhibit.

    Raises:
        FolderRefused: It is outside the roots, behind a link, overlaps Haven's own data,
            or is not a folder.
    """
    real = _listable(folder)
    if Path(settings.HAVEN_DATA_DIR).resolve().is_relative_to(real):
        raise FolderRefused(_("This folder holds Haven's own data. Choose a folder inside it."))
    return real


def _listable(folder: Path) -> Path:
    """Return the real folder if its sub-folders may be shown.

    Raises:
        FolderRefused: It is outside the roots, behind a link, Haven's own data, or no folder.
    """
    try:
        real = folder.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise FolderRefused(_("There is no such folder on the server.")) from error
    if not real.is_dir():
        raise FolderRefused(_("There is no such folder on the server."))
    if not any(_lies_straight_below(folder, real, root) for root in roots()):
        raise FolderRefused(
            _("This folder is outside the places that the server may read as evidence.")
        )
    if _is_own(real):
        raise FolderRefused(_("This folder is part of Haven's own data."))
    return real


def _lies_straight_below(folder: Path, real: Path, root: Path) -> bool:
    """Tell whether a folder is the root or below it, with no link on the way."""
    if not real.is_relative_to(root):
        return False
    below = real.relative_to(root).parts
    asked = Path(os.path.normpath(folder.absolute())).parts
    return not below or asked[-len(below) :] == below


def _is_own(folder: Path) -> bool:
    """Tell whether a folder is what Haven keeps itself, or inside it.

    Other folders beside it, such as the demonstration's pictures, are evidence like any.
    """
    data = Path(settings.HAVEN_DATA_DIR).resolve()
    return any(folder.is_relative_to(data / name) for name in _OWN)


def _token(number: int, root: Path, folder: Path) -> str:
    """Return the token of a folder below a root."""
    below = os.fsencode(folder.relative_to(root))
    return f"{number}.{base64.urlsafe_b64encode(below).decode().rstrip('=')}"


def _located(untrusted_token: str) -> tuple[int, Path]:
    """Return the root's number and the folder a token names, once it may be shown."""
    untrusted_number, _dot, untrusted_below = untrusted_token.partition(".")
    known = roots()
    try:
        number = int(untrusted_number)
        padded = untrusted_below + "=" * (-len(untrusted_below) % 4)
        below = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise FolderRefused(_("There is no such folder on the server.")) from error
    if not 0 <= number < len(known) or b"\0" in below:
        raise FolderRefused(_("There is no such folder on the server."))
    folder = _listable(known[number] / os.fsdecode(below))
    if not folder.is_relative_to(known[number]):  # below another root than the token says
        raise FolderRefused(_("There is no such folder on the server."))
    return number, folder
