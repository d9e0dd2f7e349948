"""Finding a face: candidates in order, words that decide nothing, pictures that are erased."""

import io
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from haven import engine
from haven.web.errors import NotAllowed, NotFound
from haven.workbench.analysis import actions, face_queries, probing
from haven.workbench.analysis.models import Derivative, Face, Probe, ProbeFace
from haven.workbench.search import actions as searches
from haven.workbench.search.models import FaceSearch
from tests.workbench.build import NOW, person

ASK = searches.Ask(purpose="victim", reason="Seen on two phones.")


@pytest.fixture
def form(authority):
    """Return what a member says on the page before a search."""
    return {
        "purpose": "victim",
        "reason": "Seen on two phones.",
        "authority": str(authority.public_id),
    }


def pictures_kept():
    return list((Path(settings.HAVEN_DATA_DIR) / "probes").glob("*"))


class TestCandidates:
    def test_come_in_the_exact_order_of_distance(self, case, found):
        draw = np.random.default_rng(1)
        vectors = draw.normal(size=(50, 128)).astype(np.float32)
        for number, vector in enumerate(vectors):
            found(f"{number}", [vector.tolist()])
        probe = draw.normal(size=128).astype(np.float32)

        got = face_queries.candidates(case, probe.tolist(), quality=1.0, top=10)

        rows, distances = engine.nearest(vectors, probe, 10)
        paths = [one.face.item.occurrences.get().path for one in got]
        assert paths == [str(row) for row in rows]
        assert [one.distance for one in got] == pytest.approx(distances.tolist(), rel=1e-5)

    def test_leave_out_the_picture_of_the_face_and_other_cases(
        self, case, found, north_lead, south_lead
    ):
        found("a", [person(0), person(0, wobble=1)])
        found("b", [person(0, wobble=2)])
        face = Face.objects.get(item__occurrences__path="a", position=0)

        done = searches.search_face(case.public_id, face.pk, ASK, by=north_lead, at=NOW)

        got = done.candidates.all()
        assert [one.face.item.occurrences.get().path for one in got] == ["b"]
        with pytest.raises(NotFound):
            searches.search_face(case.public_id, face.pk, ASK, by=south_lead, at=NOW)

    def test_say_the_strength_in_words_of_the_engine(self, case, found):
        found("near", [person(0, wobble=1)])
        found("far", [person(5)])

        got = face_queries.candidates(case, person(0), quality=1.0)

        assert [one.strength for one in got] == ["strong", "none"]


class TestProbe:
    @pytest.fixture(autouse=True)
    def covered(self, authority):
        """Search on an authority that allows it."""

    def bring(self, case, picture, by):
        search = searches.search_picture(
            case.public_id, io.BytesIO(picture), ASK, by=by, at=timezone.now()
        )
        return search.probe

    def test_finds_the_person_and_erases_the_picture(self, case, lay, look, portrait, north_lead):
        look(lay({"a.jpg": portrait("obama-1"), "b.jpg": portrait("biden-1")}))
        probe = self.bring(case, portrait("obama-3"), north_lead)
        assert len(pictures_kept()) == 1

        probing.look(probe.pk)

        assert pictures_kept() == []
        probe.refresh_from_db()
        assert probe.state == "done"
        got = FaceSearch.objects.get().candidates.first()
        assert got.face.item.occurrences.get().path == "a.jpg"
        assert got.strength in ("strong", "moderate")

    def test_leaves_nothing_once_ended(self, case, portrait, north_lead, assets_root):
        probe = self.bring(case, portrait("obama-1"), north_lead)
        probing.look(probe.pk)
        assert Derivative.objects.filter(probe_face__probe=probe).exists()

        actions.erase_probe(case.public_id, probe.public_id, by=north_lead, at=NOW)

        kept = Path(settings.HAVEN_DATA_DIR) / "derivatives" / str(case.public_id)
        assert not ProbeFace.objects.exists()
        assert not Derivative.objects.exists()
        assert not [one for one in kept.rglob("*") if one.is_file()]

    def test_is_erased_by_itself_after_an_hour(self, case, portrait, north_lead, assets_root):
        probe = self.bring(case, portrait("obama-1"), north_lead)
        probing.look(probe.pk)
        later = timezone.now() + timedelta(hours=1, seconds=1)

        assert actions.erase_old_probes(at=timezone.now()) == 0
        assert actions.erase_old_probes(at=later) == 1

        probe.refresh_from_db()
        assert (probe.state, ProbeFace.objects.count()) == ("erased", 0)

    def test_without_a_face_says_so_and_is_erased(self, case, portrait, north_lead, assets_root):
        probe = self.bring(case, portrait("cat"), north_lead)

        probing.look(probe.pk)

        probe.refresh_from_db()
        assert (probe.state, probe.error_code) == ("failed", "probe.no_face")
        assert pictures_kept() == []

    def test_that_is_broken_says_why_and_is_erased(self, case, north_lead, portrait, assets_root):
        probe = self.bring(case, portrait("obama-1")[:5000], north_lead)

        probing.look(probe.pk)

        probe.refresh_from_db()
        assert (probe.state, probe.error_code) == ("failed", "source.unreadable")
        assert pictures_kept() == []

    def test_is_not_for_a_reader_and_must_hold_something(self, case, north_reader, north_lead):
        with pytest.raises(NotAllowed):
            self.bring(case, b"x", north_reader)
        with pytest.raises(actions.ProbeRefused):
            self.bring(case, b"", north_lead)
        assert pictures_kept() == []

    def test_of_a_colleague_is_not_there(
        self, case, portrait, north_lead, north_reader, client_of, assets_root
    ):
        probe = self.bring(case, portrait("obama-1"), north_lead)
        probing.look(probe.pk)
        url = reverse("analysis:probe_crop", args=[case.public_id, probe.public_id, 0])

        assert client_of(north_lead).get(url).status_code == 200
        assert client_of(north_reader).get(url).status_code == 404

    def test_page_waits_then_shows_candidates(
        self, form, case, portrait, north_lead, client_of, lay, look
    ):
        look(lay({"a.jpg": portrait("obama-1")}))
        client = client_of(north_lead)
        sent = client.post(
            reverse("review:find", args=[case.public_id]),
            {**form, "picture": io.BytesIO(portrait("obama-2"))},
        )
        assert b"every 1s" in client.get(sent.url).content

        probing.look(Probe.objects.get().pk)

        text = client.get(sent.url, headers={"HX-Request": "true"}).content.decode()
        assert "every 1s" not in text
        assert "candidate" in text
