"""The demonstration's exhibits: the same files at every start, a bit of everything."""

import hashlib
from pathlib import Path

import pytest
from PIL import ExifTags, Image, UnidentifiedImageError

from haven.site import exhibits


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, Path]:
    """Return small drawn pictures under the names of the demonstration's."""
    names = {name for _file, name in exhibits.DCIM + exhibits.MESSAGES + exhibits.SCREENSHOTS}
    names |= {name for _file, name in exhibits.DISK_ORIGINALS}
    made = {}
    for number, name in enumerate(sorted(names)):
        made[name] = tmp_path / f"{name}.jpg"
        Image.linear_gradient("L").rotate(number * 9).resize((300, 200)).save(made[name])
    return made


def digests(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_are_the_same_every_time(pictures: dict[str, Path], tmp_path: Path) -> None:
    exhibits.lay_out(pictures, tmp_path / "one")
    exhibits.lay_out(pictures, tmp_path / "two")

    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_replace_what_a_broken_off_start_left(pictures: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "one.unfinished" / "phone").mkdir(parents=True)
    (tmp_path / "one" / "left").mkdir(parents=True)

    laid = exhibits.lay_out(pictures, tmp_path / "one")

    assert {folder.name for folder in laid.values()} == {"phone", "disk"}
    assert not (tmp_path / "one" / "left").exists()


def test_hold_duplicates_a_wrong_name_a_cut_off_picture_and_an_empty_file(
    pictures: dict[str, Path], tmp_path: Path
) -> None:
    exhibits.lay_out(pictures, tmp_path / "one")
    found = digests(tmp_path / "one")

    assert len(set(found.values())) < len(found)
    with Image.open(tmp_path / "one/phone/Documents/timetable.pdf") as picture:
        assert picture.format == "JPEG"
    cut_off = tmp_path / "one/disk/2025/edited/a2 (1).jpg"
    with pytest.raises(OSError, match="truncated"), Image.open(cut_off) as picture:
        picture.load()
    empty = tmp_path / "one/disk/2025/edited/new.jpg"
    with pytest.raises(UnidentifiedImageError):
        Image.open(empty)


def test_camera_pictures_say_when_and_with_what(pictures: dict[str, Path], tmp_path: Path) -> None:
    exhibits.lay_out(pictures, tmp_path / "one")

    with Image.open(tmp_path / "one/phone/DCIM/100APPLE/IMG_0022.JPG") as picture:
        exif = picture.getexif()

    assert exif[ExifTags.Base.Make] == "Nordlys"
    assert exif[ExifTags.Base.Orientation] == 6
    assert exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] == "2026:02:14 15:05:00"
