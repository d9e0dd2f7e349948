"""The verbs of `haven lists`: what a person who keeps the machine types, and reads."""

import contextlib

import pytest

from haven.audit.models import Event
from haven.cli import main
from haven.workbench.known.models import KnownList
from tests import known_lists as made


@pytest.fixture
def lists(north, monkeypatch, capsys):
    """Return what runs a verb here, and tells its exit code and what it said."""
    # The test's own database is running; the verb would start the trial's.
    monkeypatch.setattr("haven.site.__main__.database", lambda words: contextlib.nullcontext())

    def run(*words):
        code = main.main(["lists", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_a_list_is_taken_in_after_its_first_rows_and_asked(lists, tmp_path):
    path = made.vics_2_hashes(tmp_path / "list.json")

    code, said = lists(
        "import", path, "--kind", "alert", "--scheme", "us-current", "--name", "Region",
        "--source", "By hand", "--basis", "Law 1", "--yes",
    )  # fmt: skip

    assert code == 0, said
    assert "It reads as vics 2.0. Its first rows:" in said
    assert "category '1'" in said
    assert "an administrator says on its page what they mean" in said
    one = KnownList.objects.get()
    assert (one.state, one.kind, one.scheme, one.n_entries) == (
        "ready",
        "alert",
        "us-current@1",
        4,
    )
    assert lists("show") == (0, f"{str(one.public_id)[:8]}  alert  Region  in use  4 entries\n")
    code, said = lists("look-up", made.md5(2))
    assert code == 0
    assert "Region (alert), entry 2: one weak digest agrees" in said
    assert "series: harbour" in said
    assert lists("look-up", made.md5(99)) == (1, "haven: No list in use knows it.\n")
    assert Event.objects.filter(verb="known.ask").count() == 2
    assert {event.via for event in Event.objects.filter(verb__startswith="known.")} == {"console"}


def test_a_picture_is_looked_up_by_its_bytes_and_by_its_looks(lists, tmp_path, portrait):
    picture = tmp_path / "a.png"
    picture.write_bytes(portrait("cat"))
    near = "5feb5321f01da156898e2bf629a5d3438412cdbd23f48942464526315db33ffe"
    path = tmp_path / "list.csv"
    path.write_text(f"pdq,quality\n{near},90\n")
    assert lists("import", path, "--kind", "own", "--yes")[0] == 0

    code, said = lists("look-up", picture)

    assert code == 0, said
    assert "looks alike, 2 of 256 bits differ" in said


def test_nobody_agrees_where_there_is_no_terminal(lists, tmp_path):
    code, said = lists("import", made.txt(tmp_path / "a.txt"), "--kind", "own")

    assert code == 2
    assert "Its first rows:" in said
    assert "Add --yes." in said
    assert [one.state for one in KnownList.objects.all()] == ["removed"]


def test_a_file_that_is_no_list_leaves_nothing(lists, tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague,\n")

    code, said = lists("import", path, "--kind", "own", "--yes")

    assert code == 1
    assert "no digest stands in the first lines" in said
    assert "[list.refused]" in said
    assert str(path) not in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["import", "missing.txt", "--kind", "own"], 3, "The file cannot be used"),
        (["import", "x", "--kind", "own", "--scheme", "zz"], 2, "No such scheme. There are:"),
        (["--agency", "Nowhere", "show"], 2, "No agency has this name."),
        (["look-up", "zz"], 1, "A digest is 32"),
        (["remove", "ffff", "--reason", "x"], 2, "0 lists have an id that begins so."),
        (["import", "x", "--kind", "friend"], 2, "invalid choice"),
    ],
)
def test_wrong_use_is_one_sentence(lists, words, code, said):
    told = lists(*words)
    assert told[0] == code
    assert said in told[1]


def test_several_agencies_want_to_be_named(lists, south):
    code, said = lists("show")
    assert code == 2
    assert "--agency: North, South" in said
    assert lists("--agency", "North", "show") == (0, "No list.\n")


def test_a_list_is_taken_out_by_the_beginning_of_its_id(lists, tmp_path):
    lists("import", made.txt(tmp_path / "a.txt"), "--kind", "own", "--yes")
    one = KnownList.objects.get()

    code, said = lists("remove", str(one.public_id)[:8], "--reason", "Not ours.")

    assert (code, said) == (0, "It was taken out; its key is destroyed.\n")
    one.refresh_from_db()
    assert (one.state, bytes(one.wrapped)) == ("removed", b"")
