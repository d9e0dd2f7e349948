"""Say from which English each translated content file of the Hub was made.

In      haven/hub/*/content/LANGUAGE/*, and the English files beside them
Out     haven/hub/*/content/LANGUAGE/made-from.yaml; check: what is missing or older, by name
Fails   exit 1: check found something; a translated file has no English one
Why     a translation whose English has moved on says so to whoever reads it

    python scripts/made_from.py check
    python scripts/made_from.py write            files that are new alone
    python scripts/made_from.py write FILE ...   these, after they were brought up to date

Who checked a file is written into made-from.yaml by hand: checked_by and checked_on. A file that
is written anew here was checked by nobody.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
HUB = ROOT / "haven" / "hub"
LANGUAGES = ("ar", "es", "fr", "ru", "zh-hans")
NAME = "made-from.yaml"
HEAD = (
    "# From which English each file was made (its SHA-256), which person checked it, and when.\n"
    "# Written by scripts/made_from.py; checked_by and checked_on are written by hand.\n"
)
Told = dict[str, dict[str, object]]


def folders() -> list[Path]:
    """Return every folder of a language."""
    return sorted(
        one for code in LANGUAGES for one in HUB.glob(f"*/content/{code}") if one.is_dir()
    )


def files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of the English of each translated file, by name; "" without one."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".md") and path.name != NAME:
            name = path.relative_to(folder).as_posix()
            english = folder.parent / name
            is_there = english.is_file()
            found[name] = hashlib.sha256(english.read_bytes()).hexdigest() if is_there else ""
    return found


def told(folder: Path) -> Told:
    """Return what a folder's made-from.yaml says."""
    path = folder / NAME
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.is_file() else {}


def check() -> list[str]:
    """Return what is wrong: one line for each file."""
    wrong = []
    for folder in folders():
        said, there = told(folder), files(folder)
        for name, sha in there.items():
            where = (folder / name).relative_to(ROOT)
            if not sha:
                wrong.append(f"{where}: there is no English file of this name")
            elif name not in said:
                wrong.append(f"{where}: {NAME} does not name it")
            elif said[name].get("sha256") != sha:
                wrong.append(f"{where}: the English is newer")
        wrong += [
            f"{(folder / NAME).relative_to(ROOT)}: names {name}, which is not there"
            for name in said
            if name not in there
        ]
    return wrong


def write(chosen: set[Path]) -> None:
    """Write each made-from.yaml: new files, and those chosen, are from the English of today."""
    for folder in folders():
        said = told(folder)
        rows: Told = {}
        for name, sha in files(folder).items():
            if name in said and (folder / name).resolve() not in chosen:
                rows[name] = said[name]
            else:
                rows[name] = {"sha256": sha, "checked_by": None, "checked_on": None}
        text = yaml.safe_dump(rows, sort_keys=False, allow_unicode=True)
        (folder / NAME).write_text(HEAD + text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Do what was asked; return the exit status."""
    if arguments[:1] == ["write"]:
        write({Path(one).resolve() for one in arguments[1:]})
    elif arguments != ["check"]:
        print(__doc__)
        return 2
    wrong = check()
    print("\n".join(wrong) or "every translated file is from the English of today")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
