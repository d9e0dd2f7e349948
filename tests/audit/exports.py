"""What tests of exports are made of: a record without a database, and ways to break it.

Out     bodies, lines, checkpoints, archives, as the product writes them
Why     a mutation needs the parts of an export in hand, signed with a key of the test
"""

import datetime as dt
import json
import uuid
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from haven.audit import bodies, canonical, signing
from haven.cli.verify_record import FORMAT, Frontier, leaf_hash

START = dt.datetime(2031, 3, 1, 12, 0, tzinfo=dt.UTC)
Lines = list[dict[str, Any]]


def body(number: int, *, at: dt.datetime, personal: str | None = None, v: int = 1) -> str:
    """Return the text of an entry as the product spells it."""
    said = {"id": str(uuid.UUID(int=number)), "personal": personal, "v": v, "verb": "case.view"}
    return canonical.text({**said, "facts": {"n": number}, "written": bodies.spelled(at)})


def line(seq: int, text: str, **more: Any) -> dict[str, Any]:
    return {"seq": seq, "hash": leaf_hash(text.encode()).hex(), "body": text, **more}


class Export:
    """An export that can be broken before it is written."""

    def __init__(self, signer: signing.Signer, *, entries: int = 40, every: int = 10) -> None:
        self.signer, self.kind = signer, "whole"
        self.lines: Lines = []
        self.notes: list[str] = []
        self.grown: Lines = []
        for seq in range(entries):
            at = START + dt.timedelta(minutes=seq)
            kept = bodies.keep({"actor_name": f"Nora {seq}"})
            text = body(seq, at=at, personal=kept.commitment)
            self.lines.append(line(seq, text, salt=kept.salt.hex(), personal=kept.text))
        self.sign(every)
        self.key = str(signer.key)
        self.count: int | None = None

    def sign(self, every: int = 10, *, later: dt.timedelta = dt.timedelta(0)) -> "Export":
        """Sign the lines as they are now."""
        tree, self.notes = Frontier(), []
        for one in self.lines:
            tree.add(leaf_hash(one["body"].encode()))
            if tree.size % every == 0 or tree.size == len(self.lines):
                at = START + dt.timedelta(minutes=tree.size) + later
                self.notes.append(self.signer.note(tree.size, tree.root(), at))
        return self

    def again(self) -> "Export":
        """Number the lines anew and give each the digest of its text, as a forger would."""
        for seq, one in enumerate(self.lines):
            one |= {"seq": seq, "hash": leaf_hash(one["body"].encode()).hex()}
        return self

    def write(self, path: Path) -> str:
        manifest = {
            "format": FORMAT,
            "kind": self.kind,
            "entries": len(self.lines) if self.count is None else self.count,
        }
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("manifest.json", json.dumps(manifest))
            archive.writestr("key.pub", self.key)
            archive.writestr("entries.jsonl", _jsonl(self.lines))
            archive.writestr("checkpoints.jsonl", _jsonl([{"note": one} for one in self.notes]))
            archive.writestr("consistency.jsonl", _jsonl(self.grown))
        return str(path)


def _jsonl(lines: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(one) + "\n" for one in lines)


Break = Callable[[Export], object]
