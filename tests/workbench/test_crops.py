"""Objects to publish: cut out where nobody is, released by two people, without a trace."""

import io
import threading

import cv2
import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from haven.accounts import factors
from haven.audit import queries as audit
from haven.engine import objects
from haven.engine.errors import ObjectUnsure, ObjectWrongSize
from haven.engine.records import Face, Picture
from haven.web.errors import NotAllowed
from haven.workbench.analysis import models as found_models
from haven.workbench.analysis import saving, vault
from haven.workbench.authority import actions as authority_actions
from haven.workbench.crops import actions, cutting, looking, queries, releasing, storing
from haven.workbench.crops.models import Crop, Look
from haven.workbench.reveals import actions as reveals
from haven.workbench.wellbeing import handing
from haven.workbench.wellbeing.actions import ExposureOver
from haven.workbench.wellbeing.models import Exposure
from tests.site.test_acts_fail_closed import broken
from tests.workbench import cut_out, opened
from tests.workbench.build import NOW, basis, findings, person

__all__ = ["broken"]  # a fixture
ALL = list(queries.CHECKS)
FREE = (0.3, 0.02, 0.9, 0.2)  # of the picture of a clock: the wall above it


@pytest.fixture
def item(found):
    return found("a", [person(0)])


@pytest.fixture
def lead(north_lead):
    return opened.who(north_lead, timezone.now())


@pytest.fixture
def second(colleague):
    return opened.who(colleague, timezone.now(), session="t" * 64)


@pytest.fixture
def waiting(item, lead):
    """Return a proposed crop."""
    return cut_out.proposed(item, lead)


@pytest.fixture
def seen(waiting, second):
    """Return a proposed crop at which the second person has looked."""
    cut_out.looked(waiting, second)
    return waiting


def where(crop):
    return crop.item.case.public_id, crop.public_id


def release(crop, who, *, reason="A bag and a floor.", ticked=ALL):
    return releasing.release(*where(crop), reason=reason, ticked=ticked, who=who)


def verbs(case):
    return [one.verb for one in audit.of_case(case.pk)]


def face(left, top, size):
    box = [left, top, left + size, top + size]
    points = [(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8)]
    marks = [(left + x * size, top + y * size) for x, y in points]
    return Face(np.array(box, np.float32), np.array(marks, np.float32), 0.9)


class TestBox:
    @pytest.mark.parametrize(
        "box",
        [
            (-0.1, 0.5, 0.3, 0.9),
            (0.6, 0.5, float("nan"), 0.9),
            (0.6, 0.5, float("inf"), 0.9),
            (0.6, 0.5, 1e9, 0.9),
            (0.9, 0.5, 0.6, 0.9),
            (0.6, 0.5, 0.6, 0.9),
            (1.2, 0.5, 1.4, 0.9),
            (0.6, 0.5, 0.61, 0.51),  # 10 x 8 pixels
            (0.0, 0.2, 1.0, 0.9),  # more than half
            (0.6, 0.5, 0.9),
        ],
    )
    def test_that_is_none_is_refused_and_nothing_is_written(self, case, item, lead, box):
        with pytest.raises(actions.WrongBox):
            actions.draw(case.public_id, item.pk, cut_out.drawn(box), who=lead)

        assert not Crop.objects.exists()

    @pytest.mark.parametrize("value", ["-1", "nan", "1e400", "101", "x", ""])
    def test_field_takes_percent_alone(self, case, item, north_lead, client_of, value):
        sent = {
            "what": "x",
            "object_left": value,
            "object_top": 50,
            "object_width": 30,
            "object_height": 40,
        }

        answer = client_of(north_lead).post(
            reverse("crops:draw", args=[case.public_id, item.pk]), sent
        )

        assert answer.status_code == 422
        assert not Crop.objects.exists()

    def test_on_a_face_is_refused_at_once_by_one_pixel(self, case, item, lead):
        # The face of build.findings() ends at 100 of 1000 and 130 of 800 pixels.
        with pytest.raises(actions.OnPerson):
            actions.draw(case.public_id, item.pk, cut_out.drawn((0.099, 0.0, 0.4, 0.3)), who=lead)

        made = actions.draw(
            case.public_id, item.pk, cut_out.drawn((0.101, 0.0, 0.4, 0.3)), who=lead
        )

        assert made.state == "cutting"

    def test_on_a_person_is_refused_by_one_pixel_of_the_mask(self):
        mask = np.zeros((100, 200), np.uint8)
        mask[40, 60] = 255

        assert objects.is_touched(mask, (0.3, 0.1, 0.5, 0.41))
        assert objects.is_touched(mask, (0.3, 0.1, 0.5, 0.4001))  # a part of the pixel
        assert not objects.is_touched(mask, (0.305, 0.1, 0.5, 0.41))
        assert not objects.is_touched(mask, (0.3, 0.1, 0.5, 0.4))

    def test_keeps_a_margin_from_people_that_grows_with_the_picture(self):
        small = Picture(np.zeros((500, 500, 3), np.uint8), 1000, 1000)
        segmented = np.zeros((500, 500), np.uint8)
        segmented[:, :100] = 255

        touch = objects.people(small, [], segmented)

        assert objects.is_touched(touch, (0.219, 0.1, 0.5, 0.5))
        assert not objects.is_touched(touch, (0.22, 0.1, 0.5, 0.5))

    def test_is_refused_where_a_face_has_no_person(self):
        small = Picture(np.zeros((500, 500, 3), np.uint8), 1000, 1000)

        with pytest.raises(ObjectUnsure):
            objects.people(small, [face(300, 100, 120)], np.zeros((500, 500), np.uint8))

    def test_shows_no_pixel_outside_and_black_where_asked(self):
        pixels = np.full((100, 100, 3), 200, np.uint8)
        pixels[20:40, 30:60] = 90  # the object

        made = objects.cut(pixels, objects.Wanted((0.295, 0.195, 0.605, 0.405), ((0.5, 0, 1, 1),)))

        assert made.shape == (20, 30, 3)
        assert set(np.unique(made[:, :20])) == {90}
        assert not made[:, 20:].any()

    def test_of_less_than_a_pixel_is_refused(self):
        with pytest.raises(ObjectWrongSize):
            objects.cut(np.zeros((9, 9, 3), np.uint8), objects.Wanted((0.5, 0.5, 0.51, 0.51)))


class TestRealPictures:
    """The real engine, on the public pictures of the demonstration."""

    @pytest.fixture
    def drawn(self, case, look, lay, portrait, lead):
        def on(name, box, content=None):
            look(lay({f"{name}.jpg": content or portrait(name)}), label=name)
            item = found_models.Item.objects.get(case=case)
            made = actions.draw(case.public_id, item.pk, cut_out.drawn(box), who=lead)
            cutting.cut_now(made.pk, at=timezone.now())
            made.refresh_from_db()
            return made

        return on

    def test_an_object_is_cut_out_without_what_the_file_said(self, drawn, portrait, settings):
        settings.HAVEN_RUNNER = "processes"  # in the sandbox, as in service
        plain = Image.open(io.BytesIO(portrait("clock"))).convert("RGB")
        exif = Image.Exif()
        exif[0x010F] = "Maker-of-the-camera"
        out = io.BytesIO()
        plain.save(
            out, "JPEG", quality=95, exif=exif, comment=b"who took it", icc_profile=b"x" * 99
        )

        made = drawn("clock", FREE, content=out.getvalue())

        assert (made.state, made.error_code) == ("ready", "")
        jpeg = storing.get(made)
        opened_again = Image.open(io.BytesIO(jpeg))
        assert opened_again.format == "JPEG"
        assert set(opened_again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not opened_again.getexif()
        assert b"Maker" not in jpeg and b"who took it" not in jpeg
        assert [jpeg.count(b"\xff" + bytes([0xE0 + n])) for n in (1, 2, 13)] == [0, 0, 0]
        assert opened_again.size == (made.width_px, made.height_px)
        assert abs(made.width_px - 0.6 * plain.width) <= 2
        sealed = next((vault.folder(made.item.case.public_id) / "objects").iterdir()).read_bytes()
        assert jpeg[:64] not in sealed

    def test_nothing_is_cut_out_where_a_person_is(self, drawn):
        made = drawn("obama-1", (0.05, 0.6, 0.6, 0.98))  # his suit, below the face

        assert (made.state, made.error_code) == ("failed", "object.person")
        assert not made.sha256
        assert not (vault.folder(made.item.case.public_id) / "objects").exists()

    def test_nothing_is_cut_out_without_the_segmenter(self, drawn, settings, tmp_path):
        assets = tmp_path / "assets"
        assets.mkdir()
        for one in settings.HAVEN_ASSETS_DIR.iterdir():
            if "segmenter" not in one.name:
                (assets / one.name).symlink_to(one)
        settings.HAVEN_ASSETS_DIR = assets

        made = drawn("clock", FREE)

        assert (made.state, made.error_code) == ("failed", "asset.missing")


class TestLooking:
    def test_is_counted_and_recorded_before_a_pixel_leaves(self, case, item, lead, north_lead):
        made = cut_out.crop(item, lead)

        seen = looking.look(*where(made), who=lead)
        jpeg = looking.picture(*where(made), seen.public_id, who=lead)

        counted = Exposure.objects.get(item=item)
        assert (counted.member_id, counted.step, counted.n_sent) == (north_lead.pk, 3, 1)
        assert counted.area == pytest.approx(0.12)
        assert "crop.look" in verbs(case)
        plain, marked = (
            cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR)
            for one in (storing.get(made), jpeg)
        )
        plain = cv2.resize(plain, marked.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        assert cv2.absdiff(plain, marked).max() > 60  # the member's name is over it

    def test_is_the_looking_members_in_that_session_alone(self, case, item, lead, second):
        made = cut_out.crop(item, lead)
        seen = looking.look(*where(made), who=lead)
        background = reveals.ask_background(case.public_id, item.pk, by=lead.member, at=lead.at)[1]

        elsewhere = opened.who(lead.member, lead.at, session="u" * 64)
        for who, look in ((second, seen), (elsewhere, seen), (lead, background)):
            with pytest.raises(queries.LookNotFound):
                looking.picture(*where(made), look.public_id, who=who)
        with pytest.raises(ExposureOver):  # it ended when the background was looked at
            looking.picture(*where(made), seen.public_id, who=lead)

    def test_is_not_for_who_asked_not_to_see_the_item(self, case, item, lead):
        made = cut_out.crop(item, lead)
        handing.pass_on(case.public_id, item.pk, by=lead.member)

        with pytest.raises(reveals.PassedOn):
            looking.look(*where(made), who=lead)
        assert not Look.objects.exists()


class TestRelease:
    def test_takes_another_person_who_looked_and_ticks_everything(
        self, case, waiting, lead, second
    ):
        with pytest.raises(actions.NotNow):
            release(waiting, lead)
        with pytest.raises(actions.NotLooked):
            release(waiting, second)
        looking.look(*where(waiting), who=second)
        with pytest.raises(actions.NotLooked):  # it was asked for, and never sent
            release(waiting, second)
        cut_out.looked(waiting, second)
        for ticked in ([], ALL[1:]):
            with pytest.raises(actions.SaysTooLittle):
                release(waiting, second, ticked=ticked)
        with pytest.raises(actions.SaysTooLittle):
            release(waiting, second, reason=" ")
        with pytest.raises(reveals.FactorNeeded):
            release(waiting, opened.who(second.member, second.at, session="t" * 64, fresh=False))

        made = release(waiting, second)

        assert made.state == "released"
        assert {"crop.draw", "crop.propose", "crop.release"} <= set(verbs(case))

    def test_by_its_maker_is_refused_by_the_database_too(self, waiting, lead):
        with pytest.raises(IntegrityError), transaction.atomic():
            Crop.objects.filter(pk=waiting.pk).update(
                state="released", answered_by=lead.member, answered_at=NOW
            )

    def test_takes_an_authority_that_covers_sharing(
        self, case, seen, second, authority, north_lead
    ):
        ended = {"why": "It ends.", "by": north_lead, "at": timezone.now()}
        authority_actions.withdraw(case.public_id, authority.public_id, **ended)
        narrow = basis(powers=["analyse", "search"])
        authority_actions.enter(case.public_id, narrow, by=north_lead, at=timezone.now())

        with pytest.raises(releasing.NotShared):
            release(seen, second)

    def test_not_given_erases_the_picture_and_keeps_why(self, seen, second, lead):
        releasing.refuse(*where(seen), reason="A badge is in it.", who=second)

        seen.refresh_from_db()
        assert (seen.state, seen.answer) == ("refused", "A badge is in it.")
        with pytest.raises(actions.NotNow):
            release(seen, second)
        with pytest.raises(storing.FileGone):
            looking.look(*where(seen), who=lead)

    def test_words_stand_beside_the_record_alone(self, case, waiting):
        entry = audit.of_case(case.pk).get(verb="crop.propose")
        assert entry.has_reason
        assert "bag" not in str(entry.facts)

    def test_is_marked_to_be_looked_at_again_when_a_face_is_found_later(
        self, case, run, seen, second, lead, client_of
    ):
        release(seen, second)
        saving.content(run, findings("a", [person(0)]))  # looked at again: the same face
        assert not queries.is_to_be_looked_at_again(Crop.objects.get(pk=seen.pk))

        saving.content(run, findings("a", [person(0), person(1)]))  # and one more

        for who in (lead, second):
            with pytest.raises(actions.ToBeLookedAtAgain):
                releasing.export(*where(seen), who=who)
        page = client_of(lead.member).get(reverse("crops:list", args=[case.public_id]))
        assert b"to be looked at again" in page.content

    def test_is_not_for_readers_nor_other_agencies(
        self, case, waiting, north_reader, south_lead, client_of
    ):
        reader = opened.who(north_reader, timezone.now())
        for act in (looking.look, releasing.export):
            with pytest.raises(NotAllowed):
                act(*where(waiting), who=reader)
        hidden = client_of(south_lead).get(reverse("crops:one", args=where(waiting)))
        assert hidden.status_code == 404


class TestFile:
    def test_leaves_after_the_release_each_time_on_the_record(
        self, case, seen, lead, second, client_of, north_lead
    ):
        with pytest.raises(actions.NotNow):
            releasing.export(*where(seen), who=lead)
        release(seen, second)
        client = client_of(north_lead)
        address = reverse("crops:file", args=where(seen))
        before = Exposure.objects.count()

        answers = [client.post(address) for _ in range(2)]

        assert [one.status_code for one in answers] == [200, 200]
        assert answers[0]["Content-Disposition"] == 'attachment; filename="object.jpg"'
        assert answers[0]["Cache-Control"] == "no-store"
        assert answers[0].content == storing.get(Crop.objects.get(pk=seen.pk))
        entries = audit.of_case(case.pk).filter(verb="crop.export")
        assert {one.facts["sha256"] for one in entries} == {seen.sha256}
        assert (entries.count(), Exposure.objects.count() - before) == (2, 2)
        assert not Exposure.objects.filter(ended_at=None, member=north_lead).exists()

    def test_does_not_leave_nor_is_shown_when_the_record_cannot_be_written(
        self, seen, second, north_lead, client_of, broken
    ):
        release(seen, second)
        client = client_of(north_lead)
        client.raise_request_exception = False
        before = Exposure.objects.count()
        broken()

        for name in ("crops:file", "crops:look"):
            with transaction.atomic():
                answer = client.post(reverse(name, args=where(seen)))
                transaction.set_rollback(True)
            assert answer.status_code == 500
            assert b"JFIF" not in answer.content
        assert Exposure.objects.count() == before

    def test_asks_for_a_second_factor_each_time_it_is_old(
        self, seen, second, north_lead, client_of, monkeypatch
    ):
        release(seen, second)
        client = client_of(north_lead)
        monkeypatch.setattr(factors, "are_fresh", lambda request: False)

        answer = client.post(reverse("crops:file", args=where(seen)))

        assert answer.status_code == 302
        assert not answer.content
        assert Crop.objects.get(pk=seen.pk).n_exports == 0

    @pytest.mark.django_db(transaction=True)
    def test_is_gone_when_withdrawn_and_its_digest_stays(self, seen, lead, second):
        release(seen, second)
        with pytest.raises(actions.NotNow):
            releasing.withdraw(*where(seen), reason="Found.", who=second)

        releasing.withdraw(*where(seen), reason="The place is found.", who=lead)

        seen.refresh_from_db()
        assert (seen.state, bool(seen.sha256)) == ("withdrawn", True)
        with pytest.raises(storing.FileGone):
            storing.get(seen)
        with pytest.raises(actions.NotNow):
            releasing.export(*where(seen), who=lead)


@pytest.mark.django_db(transaction=True)
def test_two_answers_in_the_same_moment_are_one(case, seen, second, member, north_lead):
    from haven.workbench.cases import actions as cases

    third = member("third")
    cases.add_member(case.public_id, member=third, role="worker", by=north_lead, at=NOW)
    other = opened.who(third, timezone.now(), session="w" * 64)
    cut_out.looked(seen, other)
    told, together = [], threading.Barrier(2)

    def answer(who):
        try:
            together.wait(10)
            release(seen, who, reason=who.member.username)
            told.append("released")
        except actions.NotNow:
            told.append("not now")
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=(one,)) for one in (second, other)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)

    assert sorted(told) == ["not now", "released"]
    assert verbs(case).count("crop.release") == 1
