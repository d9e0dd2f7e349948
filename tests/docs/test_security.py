"""The security papers name files and tests that exist, and every requirement once."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAPERS = [*sorted((ROOT / "docs" / "security").glob("*.md")), ROOT / "docs" / "deployment.md"]
FILE = re.compile(r"`((?:haven|tests|docs|deploy|scripts|bench)/[\w./-]*\w)`")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
STATES = {"met", "part", "not met", "n.a."}
# ASVS 5.0.0: how many requirements each chapter has that we answer for, at least.
ASKED = {1: 27, 2: 11, 3: 19, 4: 10, 5: 13, 6: 47, 7: 19, 8: 13, 9: 7, 10: 29, 11: 14, 12: 9}
ASKED |= {13: 13, 14: 13, 15: 21, 16: 17, 17: 7}


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall((ROOT / "docs" / "security" / "asvs.md").read_text("utf-8"))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_files_that_are_named_exist(paper: Path) -> None:
    named = set(FILE.findall(paper.read_text("utf-8")))

    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_every_requirement_is_answered_once() -> None:
    ids = [row[0] for row in rows()]
    found = Counter(int(one.partition(".")[0]) for one in ids)

    assert [one for one, times in Counter(ids).items() if times > 1] == []
    assert {chapter: n for chapter, n in ASKED.items() if found[chapter] < n} == {}


def test_what_is_met_names_what_holds_it_and_what_is_not_says_why() -> None:
    assert {state for _, _, state, _ in rows()} <= STATES
    for number, _, _, by in rows():
        assert len(by) >= 4, number


def test_the_count_at_the_top_is_right() -> None:
    paper = (ROOT / "docs" / "security" / "asvs.md").read_text("utf-8")
    counted = Counter(row[2] for row in rows())

    for state, times in counted.items():
        assert f"| {state} | {times} |" in paper, state
