"""The command: exit codes, one sentence for each error, and nothing slow for nothing."""

import subprocess
import sys

import pytest

from haven import __version__
from haven.cli import doctor, main
from haven.engine.errors import ResultsBusy, WrongOption


def run(*words: str, reader: str = "cat") -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, its output piped into `reader`."""
    line = f"{sys.executable} -m haven.cli.main {' '.join(words)} | {reader}"
    command = ["bash", "-c", f"set -o pipefail; {line}"]
    return subprocess.run(  # our own words
        command, capture_output=True, text=True, timeout=60, check=False
    )


def test_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--version"]) == main.DONE
    assert capsys.readouterr().out == f"haven {__version__}\n"


def test_names_every_verb_in_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--help"]) == main.DONE
    said = capsys.readouterr().out
    assert all(verb in said and summary in said for verb, summary in main.VERBS.items())


@pytest.mark.parametrize("verb", main.VERBS)
def test_every_verb_has_a_module_that_describes_its_arguments(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main([verb, "--help"]) == main.DONE
    assert capsys.readouterr().out.startswith(f"usage: haven {verb}")


@pytest.mark.parametrize(
    "words", [[], ["dance"], ["assets"], ["assets", "dance"], ["doctor", "--colour"]]
)
def test_answers_wrong_use_with_the_right_use_and_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(words) == main.WRONG_USE
    assert capsys.readouterr().err.startswith("usage: haven")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ResultsBusy("another run"), 3, "haven: another run [results.busy]\n"),
        (WrongOption("too many"), 2, "haven: too many [usage.wrong_option]\n"),
        (KeyboardInterrupt(), 130, "haven: stopped\n"),
    ],
)
def test_tells_an_error_in_one_sentence_with_its_code(
    error: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(args: object) -> int:
        raise error

    # Any verb would do; the error is what matters, and none can be provoked by all three.
    monkeypatch.setattr(doctor, "run", fails)

    assert main.main(["doctor"]) == code
    assert capsys.readouterr().err == said


def test_shows_where_an_error_that_nobody_planned_for_came_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(args: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(doctor, "run", fails)  # a planned error would not do here

    assert main.main(["doctor"]) == main.NOT_FINISHED
    said = capsys.readouterr().err
    assert "in fails" in said
    assert said.endswith("[bug]\n")


def test_stops_quietly_when_the_reader_has_seen_enough() -> None:
    done = run("assets", "list", reader="head -1")

    assert done.stdout.startswith("NAME")
    assert done.stderr == ""


def test_starts_without_the_engine_and_without_django() -> None:
    program = (
        "import sys; from haven.cli.main import main; main(['--version']); "
        "sys.exit(any(name.startswith(('haven.engine', 'django')) for name in sys.modules))"
    )

    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, check=False)  # our own words

    assert done.returncode == 0
