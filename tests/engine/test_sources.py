"""Which files are looked at, and in which order."""

import errno
import os

import pytest

from haven import engine
from haven.engine.errors import SourceMissing


def found_in(*roots):
    return list(engine.find_sources(roots))


def test_gives_every_file_below_in_a_fixed_order(tmp_path):
    for name in ("b/2.jpg", "a/9.jpg", "a/deep/1.jpg", "z.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    relative = [str(path.relative_to(tmp_path)) for path in found_in(tmp_path)]

    assert relative == ["z.jpg", "a/9.jpg", "a/deep/1.jpg", "b/2.jpg"]


def test_gives_a_link_but_not_what_lies_behind_it(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").touch()
    exhibit = tmp_path / "exhibit"
    exhibit.mkdir()
    (exhibit / "link").symlink_to(outside)

    assert found_in(exhibit) == [exhibit / "link"]


def test_goes_deeper_than_python_recurses(tmp_path):
    deepest = tmp_path
    for _ in range(150):
        deepest = deepest / "d"
    deepest.mkdir(parents=True)
    (deepest / "x.jpg").touch()

    assert found_in(tmp_path) == [deepest / "x.jpg"]


def test_gives_a_folder_that_cannot_be_listed_as_something_to_fail_on(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir()
    listed = os.scandir

    def refuse(folder):  # root may list everything, so the refusal is made here
        if folder == closed:
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    monkeypatch.setattr(os, "scandir", refuse)

    assert found_in(tmp_path) == [closed]


def test_an_entry_that_a_broken_medium_cannot_tell_of_is_given_as_a_file(tmp_path, monkeypatch):
    (tmp_path / "a.jpg").touch()

    class Broken:
        def __init__(self, entry):
            self.name, self.path = entry.name, entry.path

        def is_dir(self, *, follow_symlinks):
            raise OSError(errno.EIO, "Input/output error")

    listed = os.scandir

    class Listing(list):
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(  # no medium here is broken
        os, "scandir", lambda folder: Listing(map(Broken, listed(folder)))
    )

    assert found_in(tmp_path) == [tmp_path / "a.jpg"]


@pytest.mark.parametrize("name", ["nowhere", "link"])
def test_refuses_a_root_that_is_not_there_or_a_link(tmp_path, name):
    (tmp_path / "link").symlink_to(tmp_path)

    with pytest.raises(SourceMissing):
        found_in(tmp_path / name)
