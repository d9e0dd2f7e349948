"""Folders of evidence: only allow-listed places, links not followed."""

import base64
import os
from pathlib import Path

import pytest

from haven.workbench.evidence import actions, folders
from tests.workbench.build import NOW


class TestAllowed:
    def test_takes_a_folder_below_a_root(self, evidence_root):
        inside = evidence_root / "a"
        inside.mkdir()

        assert folders.allowed(inside) == inside.resolve()

    @pytest.mark.parametrize("outside", ["/", "/etc", "/nowhere", "/proc/self"])
    def test_refuses_what_is_outside(self, evidence_root, outside):
        with pytest.raises(folders.FolderRefused):
            folders.allowed(Path(outside))

    def test_refuses_a_way_out_by_dots(self, evidence_root):
        with pytest.raises(folders.FolderRefused):
            folders.allowed(evidence_root / ".." / ".." / "..")

    def test_refuses_a_link_even_to_another_folder_inside(self, evidence_root):
        (evidence_root / "real").mkdir()
        (evidence_root / "link").symlink_to(evidence_root / "real")

        with pytest.raises(folders.FolderRefused):
            folders.allowed(evidence_root / "link")

    def test_refuses_a_file(self, evidence_root):
        (evidence_root / "a.jpg").write_bytes(b"x")

        with pytest.raises(folders.FolderRefused):
            folders.allowed(evidence_root / "a.jpg")

    @pytest.mark.parametrize("name", ["uploads", "derivatives", "probes", "postgres"])
    def test_refuses_the_data_of_haven_itself(self, settings, tmp_path, name):
        settings.HAVEN_DATA_DIR = tmp_path
        settings.HAVEN_EVIDENCE_ROOTS = [tmp_path]
        (tmp_path / name / "deeper").mkdir(parents=True)

        with pytest.raises(folders.FolderRefused):
            folders.allowed(tmp_path / name / "deeper")
        with pytest.raises(folders.FolderRefused):
            folders.allowed(tmp_path)

    def test_an_error_never_names_the_folder(self, evidence_root):
        with pytest.raises(folders.FolderRefused) as error:
            folders.allowed(Path("/etc/secret-name"))

        assert "secret-name" not in str(error.value)


class TestPicker:
    def test_leads_from_the_roots_to_any_folder_below(self, evidence_root):
        (evidence_root / "a" / "b").mkdir(parents=True)
        token = next(one.token for one in folders.choices())

        for name in (evidence_root.name, "a", "b"):
            token = next(one.token for one in folders.children(token) if one.name == name)

        assert folders.resolve(token) == (evidence_root / "a" / "b").resolve()
        assert [step.name for step in folders.trail(token)][-2:] == ["a", "b"]

    def test_leaves_links_and_files_out(self, evidence_root):
        (evidence_root / "link").symlink_to("/etc")
        (evidence_root / "file").write_bytes(b"x")
        token = folders._token(0, folders.roots()[0], evidence_root.resolve())

        assert folders.children(token) == []

    def test_carries_a_name_of_any_bytes_through_a_page(self, evidence_root):
        name = b"na\nme\xff\xe2\x80\xae"
        os.mkdir(os.fsencode(evidence_root) + b"/" + name)  # noqa: PTH102  # bytes
        token = folders._token(0, folders.roots()[0], evidence_root.resolve())

        (shown,) = folders.children(token)

        assert shown.name == r"na␊me\xff<U+202E>"
        assert os.fsencode(folders.resolve(shown.token).name) == name

    def test_refuses_a_token_that_names_another_root_than_its_own(
        self, evidence_root, settings, tmp_path
    ):
        settings.HAVEN_EVIDENCE_ROOTS = [evidence_root, tmp_path]
        inside = base64.urlsafe_b64encode(os.fsencode(tmp_path)).decode().rstrip("=")

        for look in (folders.resolve, folders.children, folders.trail):
            with pytest.raises(folders.FolderRefused):
                look(f"0.{inside}")

    @pytest.mark.parametrize(
        "token",
        ["", "x", "-1.", "99.", "0.Li4", "0.Li4vLi4", "0.L2V0Yw", "0.AA", "0.é", "0.!!"],
    )
    def test_refuses_a_token_that_leads_out_or_nowhere(self, evidence_root, token):
        with pytest.raises(folders.FolderRefused):
            folders.resolve(token)


class TestAddFolder:
    def test_records_who_added_what(self, case, lay, north_lead):
        from haven.audit import queries as audit

        exhibit = actions.add_folder(
            case.public_id, folder=lay({"a": b"x"}), label=" Phone ", by=north_lead, at=NOW
        )

        assert (exhibit.label, exhibit.kind) == ("Phone", "folder")
        assert audit.of_case(case.pk).first().verb == "exhibit.add"

    def test_refuses_a_label_twice(self, case, lay, exhibit, north_lead):
        with pytest.raises(actions.LabelTaken):
            actions.add_folder(
                case.public_id, folder=lay({}), label=exhibit.label, by=north_lead, at=NOW
            )

    def test_is_not_for_a_reader_and_not_there_for_a_stranger(
        self, case, lay, north_reader, south_lead
    ):
        from haven.web.errors import NotAllowed, NotFound

        folder = lay({})
        with pytest.raises(NotAllowed):
            actions.add_folder(case.public_id, folder=folder, label="a", by=north_reader, at=NOW)
        with pytest.raises(NotFound):
            actions.add_folder(case.public_id, folder=folder, label="a", by=south_lead, at=NOW)
