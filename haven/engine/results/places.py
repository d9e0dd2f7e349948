"""Places: where each derivative lies in a results folder, and how it gets there.

In      digests, face numbers, bytes
Out     paths; files that are complete or absent
Fails   OSError: the disk is full or the folder may not be written
"""

from pathlib import Path


def view_path(folder: Path, sha256: str, kind: str = "views") -> Path:
    """Return where the view of a content lies: views/ab/abcd….jpg."""
    return folder / kind / sha256[:2] / f"{sha256}.jpg"


def crop_path(folder: Path, sha256: str, face_index: int) -> Path:
    """Return where the crop of a face lies: faces/ab/abcd…-0.jpg."""
    return folder / "faces" / sha256[:2] / f"{sha256}-{face_index}.jpg"


def put(path: Path, content: bytes) -> None:
    """Write a file as a whole: it is there complete, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path)
    draft.write_bytes(content)
    draft.replace(path)


def drop(path: Path) -> bool:
    """Remove a file and what a killed run left of it; return whether anything was there."""
    was_there = False
    for old in (path, _draft(path)):
        try:
            old.unlink()
            was_there = True
        except FileNotFoundError:
            continue
    return was_there


def _draft(path: Path) -> Path:
    """Return where a file lies while it is not complete."""
    return path.with_name(path.name + ".draft")
