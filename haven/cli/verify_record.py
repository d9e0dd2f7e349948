"""Verify an export of Haven's record: python3 verify_record.py FILE [--key K] [--checkpoint N].

In      the zip file of an export; the signer's key and checkpoints that you kept elsewhere
Out     what was verified, and a sentence for everything that is wrong
Fails   exit code 1: something is wrong; 2: the file cannot be read as an export
Why     an outsider proves the record with plain Python 3.8 or newer, and with this file alone
Not     here: whether what was recorded is true; who signed a timestamp (use `openssl ts`)

The tree is that of RFC 9162, section 2.1; checkpoints are signed notes (C2SP tlog-checkpoint)
with Ed25519 (RFC 8032); an entry is canonical JSON (RFC 8785), and the digest of exactly these
bytes is its leaf. It is longer than other files of Haven so that it stays one file.
"""

# ruff: noqa: UP006, UP017, UP035, UP045  # must also run on Python 3.8

from __future__ import annotations

import argparse
import base64
import binascii
import bisect
import hashlib
import io
import json
import sys
import zipfile
from datetime import datetime, timedelta, timezone
from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

FORMAT = "haven-record-1"
HELD_BACK = timedelta(hours=1)  # the longest an act may take from its entry to its commit
CLOCKS_DIFFER = timedelta(minutes=5)  # between the machines of one site
PIECE_BYTES = 1 << 18
MOST_FINDINGS = 50  # the first ones tell; a broken file breaks at every line
_sha256 = hashlib.sha256


# The tree ----------------------------------------------------------------------------------
def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return _sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: its complete subtrees, largest first."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        self.size, self.hashes = size, list(hashes)

    def add(self, leaf: bytes, made: Optional[List[Tuple[int, int, bytes]]] = None) -> None:
        """Add a leaf; note in `made` each (level, index, hash) of a node that got complete."""
        index, level = self.size, 0
        while index & 1:
            leaf = _sha256(b"\x01" + self.hashes.pop() + leaf).digest()
            index, level = index >> 1, level + 1
            if made is not None:
                made.append((level, index, leaf))
        self.hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self.hashes:
            return _sha256(b"").digest()
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def includes(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows a leaf in a tree. Source: RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, here = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            here = node_hash(step, here)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            here = node_hash(here, step)
        place, last = place >> 1, last >> 1
    return last == 0 and here == root


def extends(first: int, second: int, old: bytes, new: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a tree only grew from `first` to `second`. Source: RFC 9162, 2.1.4.2."""
    if first == second:
        return old == new and not proof
    if not 0 < first < second or not proof:
        return first == 0 and not proof
    path = list(proof) if first & (first - 1) else [old, *proof]
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = here = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, here = node_hash(step, was), node_hash(step, here)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            here = node_hash(here, step)
        place, last = place >> 1, last >> 1
    return last == 0 and was == old and here == new


# Ed25519, verification alone. Source: RFC 8032, section 5.1 ----------------------------------
_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_Point = Tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def _point(written: bytes) -> Optional[_Point]:
    """Return the point that 32 bytes spell, or None where they spell none."""
    y = int.from_bytes(written, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        return None
    x2 = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(x2, (_P + 3) // 8, _P)
    if (x * x - x2) % _P:
        x = x * _ROOT % _P
    if (x * x - x2) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return (x, y, 1, x * y % _P)


def _sum(one: _Point, other: _Point) -> _Point:
    """Return the sum of two points."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c, d = 2 * one[3] * other[3] * _D % _P, 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(number: int, point: _Point) -> _Point:
    """Return a multiple of a point."""
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _sum(result, point)
        point, number = _sum(point, point), number >> 1
    return result


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature of 64 bytes is that of the key over the message."""
    if len(public) != 32 or len(signature) != 64 or _BASE is None:
        return False
    key, start = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or start is None or scalar >= _ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    left, right = _times(scalar, _BASE), _sum(start, _times(challenge, key))
    same_x = (left[0] * right[2] - right[0] * left[2]) % _P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % _P == 0


# Keys and checkpoints ------------------------------------------------------------------------
class Broken(ValueError):
    """The text is no key, no checkpoint or no export; the sentence says why."""


class Key(NamedTuple):
    """Who signs: a name and a public key."""

    name: str
    public: bytes

    @property
    def short(self) -> bytes:
        """Return the four bytes by which a note names its key."""
        return _sha256(self.name.encode() + b"\n\x01" + self.public).digest()[:4]

    def __str__(self) -> str:
        public = base64.b64encode(b"\x01" + self.public).decode()
        return f"{self.name}+{self.short.hex()}+{public}"


class Checkpoint(NamedTuple):
    """A signed head of the tree."""

    origin: str
    size: int
    root: bytes
    at: str  # UTC, 2026-03-01T12:00:00.000000Z
    note: str


def read_key(text: str) -> Key:
    """Return a key from its line `name+short+base64`.

    Raises:
        Broken: It is no such line, or its parts do not fit together.
    """
    try:
        name, short, written = text.strip().split("+", 2)
        public = base64.b64decode(written, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Broken("The key is not a line of the form name+short+base64.") from error
    key = Key(name, public[1:])
    if public[:1] != b"\x01" or len(public) != 33 or key.short.hex() != short:
        raise Broken("The key is damaged: its parts do not fit together.")
    return key


def read_checkpoint(note: str, key: Key) -> Checkpoint:
    """Return what a signed note says, its signature checked.

    Raises:
        Broken: It is no checkpoint, or this key did not sign it.
    """
    body, _, signatures = note.partition("\n\n")
    lines, message = body.split("\n"), (body + "\n").encode()
    try:
        origin, size, root, at = lines
        found = Checkpoint(origin, int(size), base64.b64decode(root, validate=True), at, note)
        datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007  # UTC by its Z
    except (ValueError, binascii.Error) as error:
        raise Broken("A checkpoint is not of the form origin, size, root, time.") from error
    for line in signatures.splitlines():
        mark, _, written = line.rpartition(" ")
        if mark == f"\u2014 {key.name}":
            try:
                signature = base64.b64decode(written, validate=True)
            except binascii.Error:
                continue
            if signature[:4] == key.short and signed(key.public, message, signature[4:]):
                return found
    raise Broken(f"The checkpoint of size {found.size} is not signed by the key {key.name}.")


# Checking ------------------------------------------------------------------------------------
class Line(NamedTuple):
    """One entry as it is exported; one of another agency has its hash alone."""

    seq: int
    hash: str
    body: Optional[str] = None
    salt: Optional[str] = None  # None with no text: nothing personal, or erased
    personal: Optional[str] = None
    proof: Optional[List[str]] = None  # in an extract


class Checker:
    """Checks entries one by one, in their order, against checkpoints."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.checkpoints: List[Checkpoint] = []
        self.findings: List[str] = []
        self.entries = self.erased = self.withheld = 0
        self._tree = Frontier()
        self._due = self._next = 0
        self._is_broken, self.is_whole = False, True
        self._grown: Set[Tuple[int, int]] = set()
        self._seen: Set[str] = set()
        self._not_before, self._not_after = "", "9999"

    def say(self, sentence: str) -> None:
        """Note something that is wrong."""
        if len(self.findings) < MOST_FINDINGS and sentence not in self.findings:
            self.findings.append(sentence)

    def take(self, notes: Iterable[str]) -> None:
        """Take in the checkpoints, those of the export and those kept elsewhere."""
        by_size: Dict[int, Checkpoint] = {}
        for note in notes:
            try:
                one = read_checkpoint(note, self.key)
            except Broken as error:
                self.say(str(error))
                continue
            other = by_size.setdefault(one.size, one)
            if other.root != one.root:
                self.say(
                    f"Two histories were signed: two checkpoints of size {one.size} have "
                    "different roots."
                )
            if one.origin != other.origin or one.origin != self.key.name:
                self.say(f"The checkpoint of size {one.size} is of another record: {one.origin}.")
        self.checkpoints = [by_size[size] for size in sorted(by_size)]
        for earlier, later in zip(self.checkpoints, self.checkpoints[1:]):  # noqa: B905  # 3.8
            if later.at < earlier.at:
                self.say(
                    f"The clock went back: the checkpoint of size {later.size} is older than "
                    f"that of size {earlier.size}."
                )
        self._window()

    def entry(self, line: Line) -> None:
        """Check the next entry of a whole record."""
        due, self._due = self._due, line.seq + 1
        if line.seq != due:
            reason = "came twice or out of order" if line.seq < due else "is missing"
            number = line.seq if line.seq < due else due
            self.say(f"Entry {number} {reason}: number {line.seq} stands where {due} is due.")
        self._tree.add(self._leaf(line))
        while self._next < len(self.checkpoints):
            checkpoint = self.checkpoints[self._next]
            if checkpoint.size > self._tree.size:
                break
            same_size = checkpoint.size == self._tree.size
            if same_size and checkpoint.root != self._tree.root() and not self._is_broken:
                self._is_broken = True  # every later root is another one too
                self.say(
                    f"The entries up to {checkpoint.size - 1} are not those that were signed "
                    f"at {checkpoint.at}: another root of the tree."
                )
            self._next += 1
            self._window()

    def extract(self, line: Line) -> None:
        """Check one entry of an extract by its proof."""
        last = self.checkpoints[-1] if self.checkpoints else None
        self._next = bisect.bisect_right([one.size for one in self.checkpoints], line.seq)
        self._window()
        proof = [bytes.fromhex(step) for step in line.proof or ()]
        leaf = self._leaf(line)
        if last is None or not includes(line.seq, last.size, leaf, proof, last.root):
            self.say(f"Entry {line.seq} is not proved: its path does not lead to the last root.")

    def grown(self, first: int, second: int, proof: Sequence[str]) -> None:
        """Check that the record only grew between two checkpoints."""
        sizes = {one.size: one.root for one in self.checkpoints}
        steps = [bytes.fromhex(step) for step in proof]
        known = first in sizes and second in sizes
        if not known or not extends(first, second, sizes[first], sizes[second], steps):
            self.say(f"Between the sizes {first} and {second} the record was rewritten.")
        self._grown.add((first, second))

    def finish(self, *, whole: bool) -> None:
        """Check what can be told only at the end."""
        if not self.checkpoints:
            self.say("There is no checkpoint, so nothing was signed.")
        elif whole and self.checkpoints[-1].size > self._due:
            self.say(
                f"The end is cut off: {self.checkpoints[-1].size} entries were signed and "
                f"{self._due} are here."
            )
        self.is_whole = whole
        sizes = [one.size for one in self.checkpoints]
        for first, second in zip(sizes, sizes[1:]):  # noqa: B905, RUF007  # 3.8
            if not whole and (first, second) not in self._grown:
                self.say(f"Nothing proves that the record only grew from {first} to {second}.")

    @property
    def unsigned(self) -> int:
        """Return how many entries came after the last checkpoint."""
        return max(0, self._tree.size - (self.checkpoints[-1].size if self.checkpoints else 0))

    def _leaf(self, line: Line) -> bytes:
        """Return the leaf of an entry, its text checked against all that is said of it."""
        self.entries += 1
        if line.body is None:
            self.withheld += 1
            return bytes.fromhex(line.hash)
        leaf = leaf_hash(line.body.encode())
        if leaf.hex() != line.hash:
            self.say(f"Entry {line.seq} was changed: its text does not give its digest.")
        try:
            body = json.loads(line.body)
            identity, written, version = body["id"], body["written"], body["v"]
            commitment = body["personal"]
        except (ValueError, KeyError, TypeError):
            self.say(f"Entry {line.seq} is no entry: its text cannot be read.")
            return leaf
        if identity in self._seen:
            self.say(f"Entry {line.seq} came twice: another number has the same entry.")
        self._seen.add(identity)
        if version and not self._not_before <= written <= self._not_after:
            self.say(
                f"The clock went back: entry {line.seq}, written at {written}, does not lie "
                "between its checkpoints."
            )
        self._beside(line, commitment)
        return leaf

    def _beside(self, line: Line, commitment: Optional[str]) -> None:
        """Check names and words beside an entry against its commitment."""
        if line.personal is None or line.salt is None:
            self.erased += commitment is not None
            return
        beside = bytes.fromhex(line.salt) + line.personal.encode()
        if _sha256(beside).hexdigest() != commitment:
            self.say(f"Names or words beside entry {line.seq} were changed.")

    def _window(self) -> None:
        """Set the times between which the next entries must have been written."""
        if self._next:
            self._not_before = _moved(self.checkpoints[self._next - 1].at, -HELD_BACK)
        here = self._next < len(self.checkpoints)
        self._not_after = (
            _moved(self.checkpoints[self._next].at, CLOCKS_DIFFER) if here else "9999"
        )


def _moved(at: str, by: timedelta) -> str:
    """Return a moment earlier or later, spelled as in entries."""
    read = datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    return (read + by).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# The file ------------------------------------------------------------------------------------
def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[Dict[str, object]]:
    """Yield the JSON lines of a file in the archive; none where there is no such file."""
    if name in archive.namelist():
        with archive.open(name) as packed, io.BufferedReader(packed, PIECE_BYTES) as file:  # type: ignore[type-var]
            while True:
                some = file.readlines(PIECE_BYTES)
                if not some:
                    return
                yield from json.loads(b"[" + b",".join(some) + b"]")  # one call for many


def verify(path: str, key: Optional[str] = None, kept: Sequence[str] = ()) -> Checker:
    """Check an export and return what was found.

    Args:
        path: The zip file.
        key: The signer's key as it was told to you; None takes the one in the file.
        kept: Notes of checkpoints that you kept elsewhere.

    Raises:
        Broken: The file is no export.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _verified(archive, key, kept)
    except Broken:
        raise
    except Exception as error:  # isolation point: whatever a hostile file breaks
        kind = type(error).__name__
        raise Broken(f"The file is no export, or it is damaged ({kind}).") from error


def _verified(archive: zipfile.ZipFile, key: Optional[str], kept: Sequence[str]) -> Checker:
    """Check an open export; see verify()."""
    manifest = json.loads(archive.read("manifest.json"))
    if manifest["format"] != FORMAT:
        raise Broken("The export has a format that this program does not know.")
    checker = Checker(read_key(key or archive.read("key.pub").decode()))
    notes = [str(line["note"]) for line in _lines(archive, "checkpoints.jsonl")]
    checker.take([*notes, *kept])
    whole = manifest["kind"] == "whole"
    check = checker.entry if whole else checker.extract
    for line in _lines(archive, "entries.jsonl"):
        check(Line(**line))  # type: ignore[arg-type]  # a wrong type breaks below
    for line in _lines(archive, "consistency.jsonl"):
        checker.grown(line["from"], line["to"], line["proof"])  # type: ignore[arg-type]
    if checker.entries != manifest["entries"]:
        checker.say(f"The export says {manifest['entries']} entries and holds {checker.entries}.")
    checker.finish(whole=whole)
    return checker


# The command ---------------------------------------------------------------------------------
def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what a verification takes."""
    parser.add_argument("file", metavar="FILE", help="the zip file of an export")
    parser.add_argument("--key", help="the signer's key as it was told to you, or a file of it")
    parser.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        metavar="NOTE",
        help="a file with a checkpoint that you kept elsewhere; may be given again",
    )


def run(args: argparse.Namespace) -> int:
    """Verify a file and say what was found; return 0, 1 (wrong) or 2 (cannot be read)."""
    try:
        kept = [_file(name) for name in args.checkpoint]
        key = args.key if args.key is None or "+" in args.key else _file(args.key)
        checker = verify(args.file, key, kept)
    except (Broken, OSError) as error:
        print(f"Not verified. {error}", file=sys.stderr)
        return 2
    last = checker.checkpoints[-1] if checker.checkpoints else None
    print(f"Record   {checker.key.name}")
    print(
        f"Entries  {checker.entries}, of them {checker.withheld} of other agencies by hash alone"
    )
    print(f"Erased   names and words beside {checker.erased} entries")
    if last is not None:
        n_signed = len(checker.checkpoints)
        print(f"Signed   {last.size} entries by {n_signed} checkpoints, the last of {last.at}")
    if args.key is None:
        print("Key      taken from the file itself. Compare it with what the agency told you:")
        print(f"         {checker.key}")
    for sentence in checker.findings:
        print(f"WRONG    {sentence}")
    print("Not verified." if checker.findings else "Verified: nothing was changed.")
    if not checker.is_whole:
        print("This is an extract: it cannot show that there are no other entries.")
    return 1 if checker.findings else 0


def _file(name: str) -> str:
    """Return the text of a small file."""
    with open(name, encoding="utf-8") as file:  # noqa: PTH123  # the same in every version
        return file.read()


if __name__ == "__main__":
    _parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(_parser)
    sys.exit(run(_parser.parse_args()))
