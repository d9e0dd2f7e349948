"""Sources: which files lie below the folders named.

In      folders and files
Out     paths of everything that is not a folder, in a fixed order
Fails   SourceMissing: a root is not there. A folder below that cannot be listed is given
        as if it were a file, so that it comes out as failed and not as empty
Why     links are not followed: a link in evidence may lead anywhere
Not     here: opening files; a link or a device is told as such when it is opened
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from haven.engine.errors import SourceMissing


def find_sources(roots: Iterable[Path]) -> Iterator[Path]:
    """Yield each file below the roots, folder by folder, names in code point order.

    Raises:
        SourceMissing: A root is not there, or is a link.
    """
    for number, root in enumerate(roots, start=1):
        if root.is_symlink() or not root.exists():
            raise SourceMissing(f"source {number} is not there, or is a link")
        yield from _below(root)


def _below(root: Path) -> Iterator[Path]:
    """Yield the files of one root."""
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            yield folder  # a plain file given as root, or a folder that cannot be listed
            continue
        deeper = []
        for entry in found:
            if _is_folder(entry):
                deeper.append(Path(entry.path))
            else:
                yield Path(entry.path)
        folders.extend(reversed(deeper))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a folder; what a broken medium cannot tell is none."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
