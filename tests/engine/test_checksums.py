import hashlib
import os
import socket
import tempfile
from pathlib import Path

import pytest

from haven.engine.digests import checksums
from haven.engine.errors import SourceChanged, SourceMissing, SourceTooLarge

CONTENT = bytes(range(256)) * 3000  # longer than one piece of reading


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "picture.jpg"
    path.write_bytes(CONTENT)
    return path


class TestChecksums:
    def test_are_the_three_digests_the_size_and_the_head(self, file):
        digests, head = checksums.checksums(file)

        assert digests.sha256 == hashlib.sha256(CONTENT).hexdigest()
        assert digests.sha1 == hashlib.sha1(CONTENT).hexdigest()  # noqa: S324
        assert digests.md5 == hashlib.md5(CONTENT).hexdigest()  # noqa: S324
        assert digests.size_bytes == len(CONTENT)
        assert head == CONTENT[:4096]

    def test_of_an_empty_file_are_those_of_no_bytes(self, tmp_path):
        (tmp_path / "empty").touch()

        digests, head = checksums.checksums(tmp_path / "empty")

        assert digests.md5 == "d41d8cd98f00b204e9800998ecf8427e"
        assert (digests.size_bytes, head) == (0, b"")

    def test_of_a_file_over_the_limit_are_refused(self, file):
        checksums.checksums(file, max_bytes=len(CONTENT))
        with pytest.raises(SourceTooLarge, match=f"limit {len(CONTENT) - 1}"):
            checksums.checksums(file, max_bytes=len(CONTENT) - 1)

    def test_leave_the_file_as_it_was(self, file):
        file.chmod(0o444)
        before = file.stat()

        checksums.checksums(file)

        assert (before.st_mtime_ns, before.st_size) == (
            file.stat().st_mtime_ns,
            file.stat().st_size,
        )


class TestWhatIsNoPlainFile:
    def test_is_missing_when_it_is_a_link_even_to_a_good_file(self, file, tmp_path):
        (tmp_path / "link").symlink_to(file)

        with pytest.raises(SourceMissing):
            checksums.checksums(tmp_path / "link")

    def test_is_missing_when_it_is_a_pipe_and_nobody_waits(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")

        with pytest.raises(SourceMissing, match="plain"):
            checksums.checksums(tmp_path / "pipe")

    def test_is_missing_when_it_is_a_folder(self, tmp_path):
        with pytest.raises(SourceMissing):
            checksums.checksums(tmp_path)

    def test_is_missing_when_it_is_a_device(self):
        with pytest.raises(SourceMissing, match="plain"):
            checksums.checksums(Path("/dev/zero"))

    def test_is_missing_when_it_is_a_socket(self):
        # Not in tmp_path: the name of a socket has at most 107 characters.
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
            listening.bind(f"{folder}/s")

            with pytest.raises(SourceMissing):
                checksums.checksums(Path(folder) / "s")

    def test_is_missing_when_it_is_gone_and_its_name_is_not_told(self, tmp_path):
        with pytest.raises(SourceMissing) as caught:
            checksums.checksums(tmp_path / "name-of-a-child.jpg")

        assert "name-of-a-child" not in str(caught.value)
        assert str(tmp_path) not in str(caught.value)

    def test_is_missing_when_no_file_can_have_the_name(self, tmp_path):
        with pytest.raises(SourceMissing):
            checksums.checksums(tmp_path / "a\0b")


class TestSecondReading:
    def test_gives_all_bytes_when_nothing_changed(self, file):
        digests, _ = checksums.checksums(file)

        assert checksums.read_verified(file, digests.sha256, len(CONTENT)) == CONTENT

    def test_says_so_when_a_byte_changed(self, file):
        digests, _ = checksums.checksums(file)
        file.write_bytes(CONTENT[:-1] + b"!")

        with pytest.raises(SourceChanged):
            checksums.read_verified(file, digests.sha256, None)

    def test_does_not_follow_a_link_put_in_place_of_the_file(self, file, tmp_path):
        digests, _ = checksums.checksums(file)
        file.rename(tmp_path / "moved")
        file.symlink_to(tmp_path / "moved")

        with pytest.raises(SourceMissing):
            checksums.read_verified(file, digests.sha256, None)

    def test_stops_at_the_limit(self, file):
        digests, _ = checksums.checksums(file)

        with pytest.raises(SourceTooLarge):
            checksums.read_verified(file, digests.sha256, 1000)

    def test_works_for_names_that_are_not_text(self, tmp_path):
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe\n.jpg"))
        path.write_bytes(CONTENT)
        digests, _ = checksums.checksums(path)

        assert checksums.read_verified(path, digests.sha256, None) == CONTENT
