"""Runs: every file gets a row, nothing is done twice, whatever stops them."""

import hashlib
import os

import pytest
from django.db import connection
from django.utils import timezone

from haven.web.errors import NotAllowed
from haven.workbench.analysis import actions, item_queries, locks, queries, running, vault
from haven.workbench.analysis.models import Derivative, Face, FaceGroup, Item, Occurrence, Run
from haven.workbench.cases import keys
from haven.workbench.evidence import actions as evidence
from tests.workbench.build import NOW, failed, findings, jpeg, person, png


@pytest.fixture
def people(lay, portrait):
    """Return a folder with two people, one of them three times, and what is no face."""
    return lay(
        {
            "one/a.jpg": portrait("obama-1"),
            "one/same as a.jpg": portrait("obama-1"),
            "b.jpg": portrait("obama-2"),
            "two.jpg": portrait("biden-1"),
            "cat.png": portrait("cat"),
            "cut.jpg": portrait("obama-1")[:20_000],
            "empty.jpg": b"",
            "note.txt": b"hello",
        }
    )


class TestRun:
    def test_gives_every_file_a_row_and_says_what_became_of_it(self, look, people):
        run = look(people)

        rows = Occurrence.objects.filter(exhibit=run.exhibit)
        became = dict(rows.values_list("path", "item__status"))
        assert became == {
            "one/a.jpg": "done",
            "one/same as a.jpg": "done",
            "b.jpg": "done",
            "two.jpg": "done",
            "cat.png": "done",
            "cut.jpg": "failed",
            "empty.jpg": "failed",
            "note.txt": "unsupported",
        }
        assert (run.state, run.n_files, run.n_seen, run.n_examined) == ("finished", 8, 8, 7)
        assert run.versions["models"]

    def test_groups_the_faces_of_one_person(self, look, people):
        look(people)

        groups = {
            frozenset(face.item.occurrences.values_list("path", flat=True)[0] for face in faces)
            for group in FaceGroup.objects.all()
            if (faces := list(group.faces.select_related("item")))
        }

        assert groups == {frozenset({"one/a.jpg", "b.jpg"}), frozenset({"two.jpg"})}

    def test_keeps_views_whose_rows_name_parent_operation_and_digest(self, look, people, case):
        look(people)

        rows = list(Derivative.objects.select_related("item", "face__item"))

        assert {row.operation for row in rows} == {"masked", "background", "crop"}
        for row in rows:
            kept = vault.get(case.public_id, row.sha256)
            parent = row.item or row.face.item
            assert hashlib.sha256(kept).hexdigest() == row.sha256
            assert row.parent_sha256 == parent.sha256
            assert row.size_bytes == len(kept)

    def test_makes_no_view_of_what_holds_no_face(self, look, people):
        look(people)

        assert not Derivative.objects.filter(item__n_faces=0).exists()

    def test_leaves_the_evidence_as_it_was(self, look, people):
        def state():
            return {
                path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode)
                for path in sorted(people.rglob("*"))
                if path.is_file()
            }

        before = state()
        look(people)

        assert state() == before

    def test_looks_at_a_content_once_in_a_case_and_keeps_all_its_paths(self, look, people, lay):
        look(people)
        again = look(lay({"copy.jpg": (people / "b.jpg").read_bytes()}), label="Disk")

        item = Item.objects.get(occurrences__path="copy.jpg")

        assert (again.n_examined, again.n_known) == (0, 1)
        assert set(item_queries.paths(item).values_list("exhibit__label", "path")) == {
            ("Phone A", "b.jpg"),
            ("Disk", "copy.jpg"),
        }

    def test_keeps_the_group_ids_when_pictures_are_added_later(self, look, people, lay, portrait):
        look(people)
        before = dict(FaceGroup.objects.filter(n_faces__gte=2).values_list("public_id", "n_faces"))

        look(lay({"more.jpg": portrait("obama-3")}), label="Disk")

        after = dict(FaceGroup.objects.filter(n_faces__gte=2).values_list("public_id", "n_faces"))
        assert after == {public_id: count + 1 for public_id, count in before.items()}

    def test_says_when_the_folder_is_gone(self, case, authority, lay, north_lead, assets_root):
        folder = lay({"a.png": png()})
        exhibit = evidence.add_folder(
            case.public_id, folder=folder, label="Gone", by=north_lead, at=NOW
        )
        run = actions.start_run(exhibit.public_id, by=north_lead, at=NOW)
        (folder / "a.png").unlink()
        folder.rmdir()

        running.run_now(run.pk)

        run.refresh_from_db()
        assert (run.state, run.error_code) == ("failed", "run.folder_gone")

    def test_says_which_asset_is_missing(self, run, settings, tmp_path):
        settings.HAVEN_ASSETS_DIR = tmp_path

        running.run_now(run.pk)

        run.refresh_from_db()
        assert (run.state, run.error_code) == ("failed", "asset.missing")

    def test_takes_names_that_are_no_text(self, look, evidence_root):
        folder = evidence_root / "odd"
        folder.mkdir()
        for name in (b"a\nb\xff.png", "x\u202egnp".encode(), b"back\\slash"):
            with open(os.fsencode(folder) + b"/" + name, "wb") as file:  # noqa: PTH123
                file.write(png())

        run = look(folder)

        shown = set(Occurrence.objects.filter(exhibit=run.exhibit).values_list("path", flat=True))
        assert shown == {"a␊b\\xff.png", "x<U+202E>gnp", "back\\slash"}

    def test_shows_uploaded_files_by_the_names_they_came_with(
        self, case, authority, north_lead, assets_root
    ):
        from django.core.files.uploadedfile import SimpleUploadedFile

        exhibit = evidence.add_upload(
            case.public_id,
            files=[SimpleUploadedFile("x.png", png()), SimpleUploadedFile("x.png", png())],
            label="Card",
            by=north_lead,
            at=NOW,
        )
        run = actions.start_run(exhibit.public_id, by=north_lead, at=NOW)
        running.run_now(run.pk)

        rows = Occurrence.objects.filter(exhibit=exhibit).order_by("stored_name")
        assert [(row.path, row.stored_name) for row in rows] == [
            ("x.png", "000/000000"),
            ("x.png", "000/000001"),
        ]


class TestInterruption:
    def test_by_the_worker_ends_an_attempt_and_the_next_one_goes_on(
        self, case, authority, people, north_lead, assets_root
    ):
        exhibit = evidence.add_folder(
            case.public_id, folder=people, label="A", by=north_lead, at=NOW
        )
        run = actions.start_run(exhibit.public_id, by=north_lead, at=NOW)
        running.run_now(run.pk, should_stop=lambda: True)
        run.refresh_from_db()
        assert run.state == "interrupted"

        running.run_now(run.pk)

        run.refresh_from_db()
        assert (run.state, run.attempts, run.n_seen) == ("finished", 2, 8)

    def test_does_not_look_twice_at_what_is_done(self, look, people):
        run = look(people)
        saved = dict(Item.objects.values_list("pk", "saved_at"))
        Run.objects.filter(pk=run.pk).update(state="interrupted")

        running.run_now(run.pk)

        run.refresh_from_db()
        assert (run.n_examined, run.n_known) == (0, 8)
        assert dict(Item.objects.values_list("pk", "saved_at")) == saved

    def test_queues_a_run_again_when_its_worker_is_gone(self, run):
        _drop_jobs()
        Run.objects.filter(pk=run.pk).update(state="running", heartbeat_at=timezone.now())

        assert actions.resume_interrupted() == 1

        run.refresh_from_db()
        assert run.state == "interrupted"
        assert _jobs() == 1
        assert actions.resume_interrupted() == 0  # it is queued already

    def test_leaves_a_finished_run_alone(self, look, people):
        run = look(people)
        attempts = run.attempts

        running.run_now(run.pk)

        run.refresh_from_db()
        assert run.attempts == attempts


class TestStartRun:
    def test_queues_one_job_with_the_run(self, run):
        assert _jobs() == 1
        assert run.options["profile"] == "balanced"

    def test_is_refused_while_the_exhibit_is_looked_at(self, run, north_lead):
        with pytest.raises(actions.RunGoing):
            actions.start_run(run.exhibit.public_id, by=north_lead, at=NOW)

    def test_is_not_for_a_reader(self, exhibit, north_reader):
        with pytest.raises(NotAllowed):
            actions.start_run(exhibit.public_id, by=north_reader, at=NOW)


class TestRetry:
    def test_looks_again_at_what_failed_and_at_nothing_else(self, look, people, case, north_lead):
        run = look(people)
        good = Item.objects.get(occurrences__path="b.jpg")
        Item.objects.filter(pk=good.pk).update(
            status="failed", error_code="step.timeout", n_faces=0
        )
        saved = dict(Item.objects.exclude(pk=good.pk).values_list("pk", "saved_at"))

        (again,) = actions.retry_failures(case.public_id, by=north_lead, at=NOW)
        running.run_now(again.pk)

        again.refresh_from_db()
        good.refresh_from_db()
        assert (good.status, good.n_faces, again.n_examined) == ("done", 1, 1)
        assert dict(Item.objects.exclude(pk=good.pk).values_list("pk", "saved_at")) == saved
        assert run.exhibit_id == again.exhibit_id

    def test_reads_a_path_again_that_could_not_be_read(
        self, look, people, case, north_lead, portrait
    ):
        (people / "broken.jpg").symlink_to("nowhere")
        look(people)
        assert queries.unread(case).get().path == "broken.jpg"
        (people / "broken.jpg").unlink()
        (people / "broken.jpg").write_bytes(portrait("astronaut"))

        (again,) = actions.retry_failures(case.public_id, by=north_lead, at=NOW)
        running.run_now(again.pk)

        assert not queries.unread(case).exists()
        assert Item.objects.get(occurrences__path="broken.jpg").n_faces == 1

    def test_of_what_cannot_be_helped_is_refused_unless_chosen(
        self, look, people, case, north_lead
    ):
        look(people)

        with pytest.raises(actions.NothingToRetry):
            actions.retry_failures(case.public_id, by=north_lead, at=NOW)
        (again,) = actions.retry_failures(
            case.public_id, codes=["source.unreadable"], by=north_lead, at=NOW
        )
        running.run_now(again.pk)
        again.refresh_from_db()
        assert (again.state, again.n_files, again.n_examined) == ("finished", 1, 1)


class TestSaving:
    def test_twice_changes_nothing(self, found):
        one = found("a", [person(0), person(1)])
        faces = list(Face.objects.values_list("pk", flat=True))

        again = found("a", [person(0), person(1)])

        assert again.pk == one.pk
        assert list(Face.objects.values_list("pk", flat=True)) == faces
        assert (Occurrence.objects.count(), Derivative.objects.count()) == (1, 4)

    def test_another_look_keeps_the_group_of_a_face_that_is_still_there(self, found, case):
        item = found("a", [person(0), person(1)])
        group = FaceGroup.objects.create(case=case, public_id="g1")
        Face.objects.filter(item=item, position=0).update(group=group)
        kept = Face.objects.get(item=item, position=0).pk

        found("a", [person(0)])

        assert Face.objects.get().pk == kept
        assert Face.objects.get().group == group

    def test_another_look_does_not_lose_a_face_that_a_person_decided_about(self, found, case):
        item = found("a", [person(0), person(1)])
        group = FaceGroup.objects.create(case=case, public_id="g1", settled=True, decided=True)
        Face.objects.filter(item=item, position=1).update(group=group)

        item = found("a", [person(0)])

        assert item.n_faces == 2
        assert Face.objects.get(group=group).position == 1

    def test_a_failed_look_does_not_throw_away_an_earlier_one(self, found):
        found("a", [person(0)])

        item = found("a", **failed("step.timeout"))

        assert (item.status, item.n_faces, item.error_code) == ("done", 1, "step.timeout")

    def test_hostile_metadata_is_kept_as_visible_text(self, found):
        from haven import engine

        item = found(
            "a",
            metadata=engine.Metadata(
                taken_at="not a time",
                camera_make="<script>\x00\x1b",
                camera_model="\u202eevil" * 100,
            ),
        )

        assert item.camera_make == "<script>␀␛"
        assert "\u202e" not in item.camera_model
        assert len(item.camera) <= 200
        assert item.taken_on is None


class TestVault:
    def test_refuses_bytes_that_are_not_what_the_row_says(self, case, settings):
        with keys.opened(case.public_id) as key:
            sha256 = vault.put(key, jpeg())
            place = vault._place(key, sha256)
        place.write_bytes(b"other")

        with pytest.raises(vault.DerivativeDamaged):
            vault.get(case.public_id, sha256)

    def test_says_the_same_of_a_file_that_is_gone(self, case):
        with pytest.raises(vault.DerivativeDamaged):
            vault.get(case.public_id, "0" * 64)


def test_the_program_never_merges_across_two_faces_of_one_picture(found, case):
    from haven.workbench.analysis import grouping

    found("a", [person(0), person(0, wobble=1)])
    found("b", [person(0, wobble=2)])

    grouping.regroup(case.pk)

    on_a = set(Face.objects.filter(item__occurrences__path="a").values_list("group", flat=True))
    assert len(on_a) == 2


def test_findings_have_the_shape_of_the_engine():
    assert len(findings("a", [person(0)]).faces) == 1


def test_one_connection_that_ends_gives_its_lock_back(case):
    with locks.only_one(case.pk):
        pass

    assert locks.is_free(case.pk)


def _jobs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return cursor.fetchone()[0]


def _drop_jobs():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
