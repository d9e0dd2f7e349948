"""The errors' own promises: the drawing is true, codes are stable, errors survive a trip."""

import pickle
import re

import pytest

from haven.engine import errors

BRANCH = re.compile(r"^(?P<indent>[│ ]*)[├└]── (?P<name>\w+)", re.MULTILINE)


def drawn_tree() -> list[tuple[str, str]]:
    """Return (parent, child) for every branch of the drawing, from top to bottom."""
    above = ["EngineError"]
    branches = []
    for found in BRANCH.finditer(errors.__doc__ or ""):
        depth = len(found["indent"]) // 4 + 1
        del above[depth:]
        branches.append((above[-1], found["name"]))
        above.append(found["name"])
    return branches


def real_tree(root: type[Exception]) -> list[tuple[str, str]]:
    """Return (parent, child) for every class below `root`, in order of definition."""
    branches = []
    for child in root.__subclasses__():
        branches.append((root.__name__, child.__name__))
        branches.extend(real_tree(child))
    return branches


CLASSES = [errors.EngineError, *(getattr(errors, name) for _, name in drawn_tree())]


def test_the_drawing_shows_the_real_tree() -> None:
    assert drawn_tree() == real_tree(errors.EngineError)


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [error.code for error in CLASSES]

    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("error", CLASSES[1:])
def test_a_code_begins_with_its_parents_code(error: type[errors.EngineError]) -> None:
    parent = error.__mro__[1]

    assert parent is errors.EngineError or error.code.startswith(f"{parent.code}.")


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_survives_the_trip_between_processes(error: type[errors.EngineError]) -> None:
    sent = error("picture is 3x3 pixels, limit 5")

    received = pickle.loads(pickle.dumps(sent))

    assert (type(received), str(received)) == (type(sent), str(sent))


@pytest.mark.parametrize("error", CLASSES)
def test_no_error_brings_an_init_of_its_own(error: type[errors.EngineError]) -> None:
    assert error.__init__ is Exception.__init__


def test_what_the_file_is_to_blame_for_is_not_retried() -> None:
    assert not errors.UnreadableSource.retryable
    assert not errors.SourceTooLarge.retryable
    assert errors.SourceMissing.retryable
    assert all(error.retryable for error in CLASSES if issubclass(error, errors.StepError))
