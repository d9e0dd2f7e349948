"""The verifier finds every way to break a record, and says which one it was (R-AUD-5)."""

import ast
import datetime as dt
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from haven.audit import bodies, signing
from haven.cli import verify_record
from haven.cli.main import main as haven
from haven.cli.verify_record import Broken, verify
from tests.audit.exports import START, Break, Export, body, line

FILE = Path(verify_record.__file__)


@pytest.fixture
def export(signer: signing.Signer) -> Export:
    return Export(signer)


def findings(export: Export, tmp_path: Path, *kept: str) -> list[str]:
    """Return what the verifier says of an export, the key being known."""
    return verify(export.write(tmp_path / "e.zip"), str(export.signer.key), kept).findings


class TestUnbroken:
    def test_nothing_is_found(self, export: Export, tmp_path: Path) -> None:
        checker = verify(export.write(tmp_path / "e.zip"))

        assert checker.findings == []
        assert (checker.entries, len(checker.checkpoints), checker.erased) == (40, 4, 0)

    def test_erased_names_break_nothing_and_are_counted(
        self, export: Export, tmp_path: Path
    ) -> None:
        for one in export.lines[5:8]:
            del one["salt"], one["personal"]

        checker = verify(export.write(tmp_path / "e.zip"))

        assert (checker.findings, checker.erased) == ([], 3)

    def test_entries_of_other_agencies_are_proved_by_their_hash(
        self, export: Export, tmp_path: Path
    ) -> None:
        export.lines = [
            one if one["seq"] % 2 else {"seq": one["seq"], "hash": one["hash"]}
            for one in export.lines
        ]

        checker = verify(export.write(tmp_path / "e.zip"))

        assert (checker.findings, checker.withheld) == ([], 20)

    def test_a_checkpoint_kept_elsewhere_fits(self, export: Export, tmp_path: Path) -> None:
        assert findings(export, tmp_path, export.notes[1]) == []

    def test_an_entry_from_before_the_tree_may_be_of_any_time(
        self, export: Export, tmp_path: Path
    ) -> None:
        old = body(77, at=START - dt.timedelta(days=400), v=0)
        export.lines.insert(0, line(0, old))

        assert findings(export.again().sign(), tmp_path) == []


def flip_a_letter(export: Export) -> None:
    export.lines[17]["body"] = export.lines[17]["body"].replace("case.view", "case.vjew")


def flip_a_letter_and_its_digest(export: Export) -> None:
    flip_a_letter(export)
    export.again()


def delete_in_the_middle(export: Export) -> None:
    del export.lines[17]


def delete_in_the_middle_and_number_anew(export: Export) -> None:
    del export.lines[17]
    export.again()


def cut_the_tail(export: Export) -> None:
    del export.lines[33:]


def change_the_order(export: Export) -> None:
    export.lines[12], export.lines[13] = export.lines[13], export.lines[12]


def change_the_order_and_number_anew(export: Export) -> None:
    change_the_order(export)
    export.again()


def give_a_number_twice(export: Export) -> None:
    export.lines.insert(13, dict(export.lines[12]))


def write_an_entry_twice(export: Export) -> None:
    export.lines.append(dict(export.lines[12]))
    export.again().sign()


def set_the_clock_back(export: Export) -> None:
    text = body(17, at=START - dt.timedelta(days=2))
    export.lines[17] = line(17, text)
    export.sign()


def set_the_clock_back_between_checkpoints(export: Export) -> None:
    later = Export(export.signer, entries=40).sign(later=dt.timedelta(days=-1)).notes[3]
    export.notes[3] = later


def write_in_the_future(export: Export) -> None:
    export.lines[3] = line(3, body(3, at=START + dt.timedelta(days=2)))
    export.sign()


def sign_with_another_key(export: Export) -> None:
    made = signing.Ed25519PrivateKey.generate()
    forger = signing.Signer(made, export.signer.origin)
    forged = Export(forger)
    export.lines, export.notes, export.key = forged.lines, forged.notes, forged.key


def sign_one_checkpoint_with_another_key(export: Export) -> None:
    forger = signing.Signer(signing.Ed25519PrivateKey.generate(), export.signer.origin)
    export.notes[2] = Export(forger).notes[2]


def show_two_histories(export: Export) -> None:
    other = Export(export.signer)
    other.lines[5] = line(5, body(500, at=START))
    export.notes.append(other.sign().notes[1])


def change_a_name(export: Export) -> None:
    export.lines[9]["personal"] = '{"actor_name":"Somebody Else"}'


def change_a_signed_root(export: Export) -> None:
    export.notes[1] = export.notes[1].replace("\n20\n", "\n21\n")


def leave_every_checkpoint_out(export: Export) -> None:
    export.notes = []


def say_another_count(export: Export) -> None:
    export.count = 39


def take_the_checkpoints_of_another_record(export: Export) -> None:
    other = signing.Signer(export.signer.private, "other.test/record")
    export.notes = [
        one.replace("haven.test", "other.test") for one in Export(other, entries=40).notes
    ]


BREAKS: "list[tuple[Break, str]]" = [
    (flip_a_letter, "Entry 17 was changed: its text does not give its digest."),
    (flip_a_letter_and_its_digest, "The entries up to 19 are not those that were signed"),
    (delete_in_the_middle, "Entry 17 is missing: number 18 stands where 17 is due."),
    (delete_in_the_middle_and_number_anew, "The entries up to 19 are not those"),
    (cut_the_tail, "The end is cut off: 40 entries were signed and 33 are here."),
    (change_the_order, "Entry 12 came twice or out of order: number 12 stands where 14 is due."),
    (change_the_order_and_number_anew, "The entries up to 19 are not those"),
    (give_a_number_twice, "Entry 12 came twice or out of order: number 12 stands where 13"),
    (write_an_entry_twice, "Entry 40 came twice: another number has the same entry."),
    (set_the_clock_back, "The clock went back: entry 17, written at 2031-02-27T12:00"),
    (set_the_clock_back_between_checkpoints, "The clock went back: the checkpoint of size 40"),
    (write_in_the_future, "The clock went back: entry 3, written at 2031-03-03T12:00"),
    (sign_with_another_key, "The checkpoint of size 10 is not signed by the key"),
    (sign_one_checkpoint_with_another_key, "The checkpoint of size 30 is not signed by the key"),
    (show_two_histories, "Two histories were signed: two checkpoints of size 20"),
    (change_a_name, "Names or words beside entry 9 were changed."),
    (change_a_signed_root, "The checkpoint of size 21 is not signed by the key"),
    (leave_every_checkpoint_out, "There is no checkpoint, so nothing was signed."),
    (say_another_count, "The export says 39 entries and holds 40."),
    (take_the_checkpoints_of_another_record, "The checkpoint of size 10 is not signed"),
]


class TestBroken:
    @pytest.mark.parametrize(
        ("broken", "sentence"), BREAKS, ids=[broken.__name__ for broken, _ in BREAKS]
    )
    def test_is_found_and_told(
        self, broken: Break, sentence: str, export: Export, tmp_path: Path
    ) -> None:
        broken(export)

        said = findings(export, tmp_path)

        assert any(one.startswith(sentence) for one in said), said

    def test_a_tail_cut_with_its_checkpoints_is_found_by_one_kept_elsewhere(
        self, export: Export, tmp_path: Path
    ) -> None:
        kept = export.notes[3]
        del export.lines[30:], export.notes[3:]

        assert findings(export, tmp_path) == []
        assert findings(export, tmp_path, kept) == [
            "The end is cut off: 40 entries were signed and 30 are here."
        ]

    def test_a_record_rewritten_with_the_key_is_found_by_a_checkpoint_kept_elsewhere(
        self, export: Export, tmp_path: Path
    ) -> None:
        kept = export.notes[1]
        export.lines[5] = line(5, body(500, at=START))
        export.sign()

        assert findings(export, tmp_path) == []
        assert any("Two histories" in one for one in findings(export, tmp_path, kept))

    def test_any_flipped_byte_of_any_file_is_found_or_the_file_cannot_be_read(
        self, export: Export, tmp_path: Path
    ) -> None:
        path = Path(export.write(tmp_path / "e.zip"))
        whole, chance = path.read_bytes(), random.Random(3)
        for _ in range(150):
            broken = bytearray(whole)
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
            path.write_bytes(bytes(broken))
            try:
                checker = verify(str(path), str(export.signer.key))
            except Broken:
                continue
            assert checker.findings or _same(checker, export)


def _same(checker: verify_record.Checker, export: Export) -> bool:
    """Tell whether a flipped byte meant nothing: a time or a flag of the zip format."""
    return (checker.entries, len(checker.checkpoints)) == (40, 4) and checker.erased == 0


class TestExtract:
    @pytest.fixture
    def extract(self, export: Export) -> Export:
        from haven.audit import merkle
        from tests.audit.test_merkle import stored

        leaves = [bytes.fromhex(one["hash"]) for one in export.lines]
        get = stored(leaves).__getitem__
        for one in export.lines:
            one["proof"] = [step.hex() for step in merkle.inclusion(one["seq"], 40, get)]
        export.grown = [
            {
                "from": first,
                "to": first + 10,
                "proof": [step.hex() for step in merkle.consistency(first, first + 10, get)],
            }
            for first in (10, 20, 30)
        ]
        export.kind, export.lines = "extract", [export.lines[n] for n in (3, 17, 39)]
        return export

    def test_proves_its_entries(self, extract: Export, tmp_path: Path) -> None:
        assert findings(extract, tmp_path) == []

    def test_finds_an_entry_that_is_not_in_the_tree(self, extract: Export, tmp_path: Path) -> None:
        extract.lines[1] |= line(17, body(170, at=START))

        assert "Entry 17 is not proved: its path does not lead to the last root." in findings(
            extract, tmp_path
        )

    def test_finds_an_entry_moved_to_another_number(self, extract: Export, tmp_path: Path) -> None:
        extract.lines[1]["seq"] = 18

        assert any(one.startswith("Entry 18 is not proved") for one in findings(extract, tmp_path))

    def test_finds_a_rewritten_growth(self, extract: Export, tmp_path: Path) -> None:
        extract.grown[1]["proof"][0] = "00" * 32

        assert "Between the sizes 20 and 30 the record was rewritten." in findings(
            extract, tmp_path
        )

    @pytest.mark.parametrize("left", [0, 1])
    def test_finds_that_a_growth_is_not_proved(
        self, extract: Export, tmp_path: Path, left: int
    ) -> None:
        kept, extract.grown = extract.notes[1], extract.grown[:left]

        assert "Nothing proves that the record only grew from 20 to 30." in findings(
            extract, tmp_path, kept
        )

    def test_finds_another_history_behind_a_kept_checkpoint(
        self, export: Export, signer: signing.Signer, tmp_path: Path
    ) -> None:
        kept = export.notes[1]
        forged = Export(signer, entries=40)  # other salts: signed with the key, another history
        forged.sign(40)
        extract = self.extract.__wrapped__(self, forged)  # type: ignore[attr-defined]
        extract.grown = []

        assert "Nothing proves that the record only grew from 20 to 40." in findings(
            extract, tmp_path, kept
        )

    def test_says_that_it_is_no_whole_record(
        self, extract: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert haven(["audit", "verify", extract.write(tmp_path / "e.zip")]) == 0

        assert "This is an extract" in capsys.readouterr().out

    def test_finds_an_entry_of_another_time(self, extract: Export, tmp_path: Path) -> None:
        extract.notes.pop()

        assert any(one.startswith("Entry 39 is not proved") for one in findings(extract, tmp_path))


class TestTheFile:
    def test_needs_nothing_but_the_standard_library(self) -> None:
        tree = ast.parse(FILE.read_text(encoding="utf-8"), feature_version=(3, 8))
        imported = {
            name.name.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for name in node.names
        } | {
            (node.module or "").partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
        }

        assert imported <= sys.stdlib_module_names

    @pytest.mark.parametrize("python", ["python3.8", "python3.9", sys.executable])
    def test_runs_alone_with_plain_python(
        self, python: str, export: Export, tmp_path: Path
    ) -> None:
        if not _runs(python):
            pytest.skip(f"no {python} on this machine")
        shutil.copy(FILE, tmp_path / "v.py")
        archive = export.write(tmp_path / "e.zip")
        words = [python, "-I", str(tmp_path / "v.py"), archive, "--key", str(export.signer.key)]

        good = subprocess.run(words, capture_output=True, text=True, check=False)
        flip_a_letter(export)
        export.write(tmp_path / "e.zip")
        bad = subprocess.run(words, capture_output=True, text=True, check=False)

        assert (good.returncode, good.stdout.splitlines()[-1]) == (
            0,
            "Verified: nothing was changed.",
        ), good.stderr
        assert bad.returncode == 1
        assert "WRONG    Entry 17 was changed" in bad.stdout

    def test_what_is_no_export_is_said_to_be_none(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "e.zip").write_text("no zip")

        assert haven(["audit", "verify", str(tmp_path / "e.zip")]) == 2
        assert "no export" in capsys.readouterr().err


class TestCommand:
    def test_verifies_and_asks_to_compare_the_key(
        self, export: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert haven(["audit", "verify", export.write(tmp_path / "e.zip")]) == 0

        said = capsys.readouterr().out
        assert str(export.signer.key) in said
        assert "Compare it" in said

    def test_takes_key_and_checkpoints_from_files(
        self, export: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        key, kept = tmp_path / "told.pub", tmp_path / "kept.note"
        key.write_text(str(export.signer.key))
        kept.write_text(export.notes[3], encoding="utf-8")
        del export.lines[30:], export.notes[3:]
        words = ["--key", str(key), "--checkpoint", str(kept)]

        assert haven(["audit", "verify", export.write(tmp_path / "e.zip"), *words]) == 1
        assert "The end is cut off" in capsys.readouterr().out


def _runs(python: str) -> bool:
    """Tell whether a version of Python is on this machine."""
    try:
        return subprocess.run([python, "-V"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def test_a_note_says_the_time_to_the_microsecond(signer: signing.Signer) -> None:
    at = dt.datetime(2031, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC)

    read = verify_record.read_checkpoint(signer.note(1, b"\0" * 32, at), signer.key)

    assert read.at == bodies.spelled(at) == "2031-01-02T03:04:05.000006Z"
