"""Main: the `haven` command; one module of this folder per verb.

In      the words after `haven`
Out     an exit code: 0 done, 1 verified and found wrong, 2 wrong use, 3 could not finish,
        130 stopped by Ctrl-C
Fails   never by an exception: one sentence on standard error, with the error's code
Why     the command line is a promise (docs/architecture), and it starts fast: a verb's
        module, and through it the engine, is imported only when that verb is asked for
Not     here: what a verb does
"""

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence

from haven import __version__

DONE, WRONG_USE, NOT_FINISHED, INTERRUPTED = 0, 2, 3, 130

VERBS = {
    "up": "start a trial here: database, demonstration, worker and site",
    "process": "look at folders of pictures: masked views, faces, groups",
    "search": "rank the faces most like the one on a picture, as candidates",
    "assets": "get and check models and demonstration pictures",
    "audit": "verify an export of the record",
    "lists": "take in lists of known files and look digests up in them",
    "hub": "carry what a hub has published to other places, signed",
    "doctor": "say what is here, what is missing, and how to get it",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code.

    Args:
        argv: The words after `haven`; None takes them from the command line.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except SystemExit as stop:  # argparse has said what there was to say
        return stop.code if isinstance(stop.code, int) else WRONG_USE
    except KeyboardInterrupt:
        _say("stopped")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001  # isolation point: told to the person, and an exit code
        return _tell(error)


def _run(words: list[str]) -> int:
    """Import the verb's module, read its arguments, run it."""
    parser = argparse.ArgumentParser(
        prog="haven",
        description="Turns folders of seized pictures into masked, grouped, searchable leads "
        "that a person decides on.",
    )
    parser.add_argument("--version", action="version", version=f"haven {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    asked = next((word for word in words if not word.startswith("-")), None)
    module = importlib.import_module(f"haven.cli.{asked}") if asked in VERBS else None
    for verb, summary in VERBS.items():
        part = verbs.add_parser(verb, help=summary, description=f"{summary.capitalize()}.")
        if module is not None and verb == asked:
            module.add_arguments(part)
    args = parser.parse_args(words)
    assert module is not None  # noqa: S101  # argparse accepts no other verb
    code: int = module.run(args)
    return code


def _tell(error: Exception) -> int:
    """Say in one sentence what went wrong, and return the exit code that fits."""
    from haven.engine import EngineError

    if isinstance(error, EngineError):
        _say(f"{error} [{error.code}]")
        wrong_use = error.code.partition(".")[0] == "usage"
        return WRONG_USE if wrong_use else NOT_FINISHED
    traceback.print_exception(error)
    _say("stopped by an error that nobody planned for; the lines above say where [bug]")
    return NOT_FINISHED


def _say(sentence: str) -> None:
    print(f"haven: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
