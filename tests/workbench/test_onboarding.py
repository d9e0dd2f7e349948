"""The practice: real keys on harmless pictures, nothing counted, and what waits for it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haven import engine
from haven.audit.models import Event
from haven.engine import masking
from haven.workbench.analysis import practice
from haven.workbench.onboarding import actions, queries, stages
from haven.workbench.onboarding.models import LAST, StageDone
from haven.workbench.reveals import actions as reveals
from haven.workbench.reveals.models import Reveal
from haven.workbench.wellbeing import evidence, policies, practising
from haven.workbench.wellbeing.models import AgencyPolicy, Exposure, Practised, Sitting
from tests.walls import role
from tests.workbench.build import NOW, person
from tests.workbench.opened import who

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case

FACE = "astronaut"


@pytest.fixture
def item(found: "Callable[..., Item]") -> "Item":
    return found("a.jpg", [person(0)])


@pytest.fixture
def client(client_of: "Callable[[Member], Client]", north_lead: "Member") -> Client:
    return client_of(north_lead)


def set_policy(case: "Case", **values: Any) -> None:
    AgencyPolicy.objects.update_or_create(agency=case.agency, defaults=values)


def finish(member: "Member") -> None:
    for stage in stages.STAGES:
        actions.finish_stage(stage.number, by=member, at=NOW)


class TestNothingIsCounted:
    def test_a_whole_walk_leaves_no_trace(self, client: Client) -> None:
        before = Event.objects.count()
        view = client.get(reverse("onboarding:view", args=[FACE, 1]))
        place = client.post(
            reverse("onboarding:look", args=[FACE]), headers={"HX-Request": "true"}
        )
        grant = client.post(
            reverse("onboarding:begin", args=[FACE, "grey"]), {"reveal": "practice", "step": "4"}
        ).json()
        whole = client.get(grant["picture"])
        beat = client.post(grant["beat"]).json()
        client.post(grant["end"], {"how": "released"})
        pages = [
            client.get(reverse("onboarding:stage", args=[one.number])) for one in stages.STAGES
        ]

        assert [one.status_code for one in pages] == [200] * LAST
        assert view["Content-Type"] == whole["Content-Type"] == "image/jpeg"
        assert (beat, b"data-look" in place.content) == ({"live": True, "how": ""}, True)
        assert Event.objects.count() == before
        assert not any(one.objects.exists() for one in (Exposure, Sitting, Reveal, StageDone))

    def test_every_page_says_that_it_is_practice(self, client: Client) -> None:
        for page in (
            reverse("onboarding:practice"),
            *(reverse("onboarding:stage", args=[one.number]) for one in stages.STAGES),
        ):
            assert "Harmless pictures, no case." in client.get(page).content.decode(), page

    def test_grants_the_times_of_real_work(self, case: "Case", client: Client) -> None:
        set_policy(case, reveal_max_s=11, reveal_idle_s=5)

        grant = client.post(
            reverse("onboarding:begin", args=[FACE, "plain"]), {"step": "3"}
        ).json()

        assert (grant["limit_s"], grant["idle_s"]) == (11, 5)
        assert grant["picture"].endswith("/3/piece.jpg")

    @pytest.mark.parametrize("path", ["nobody/1.jpg", "coffee/1.jpg", "astronaut/4.jpg"])
    def test_shows_no_other_picture_and_no_view_without_a_face(
        self, client: Client, path: str
    ) -> None:
        answer = client.get(f"/practice/pictures/{path}")

        assert answer.status_code == 404


class TestPictures:
    @pytest.mark.parametrize("name", practice.NAMES)
    def test_without_the_public_pictures_drawings_stand_in(
        self, client: Client, settings: Any, tmp_path: Path, name: str
    ) -> None:
        settings.HAVEN_ASSETS_DIR = tmp_path

        page = client.get(reverse("onboarding:practice")).content.decode()

        assert practice.is_drawn(name)
        assert "drawings stand in for those" in page
        assert practice.n_faces(name) == (name == FACE)

    @pytest.mark.parametrize("here", [True, False])
    def test_outside_the_oval_there_is_nothing_but_the_mosaic(
        self, settings: Any, tmp_path: Path, assets_root: Path, here: bool
    ) -> None:
        store = engine.AssetStore(assets_root if here else tmp_path)
        one = engine.harmless(FACE, store)
        picture = one.picture

        views = engine.practice_views(one, engine.for_profile("balanced"))

        assert views is not None
        shown = cv2.imdecode(np.frombuffer(views[0], np.uint8), cv2.IMREAD_COLOR)
        size = picture.width_px, picture.height_px
        hidden = masking.ovals(one.faces, picture.full_size_px, size) == 0
        mosaic = masking.mosaic(picture.pixels_bgr)
        far = cv2.erode(hidden.astype(np.uint8), np.ones((17, 17))) > 0
        assert one.is_drawn is not here
        assert np.abs(shown[far].astype(int) - mosaic[far]).mean() < 3


class TestFinishing:
    def test_is_on_the_record_once_and_how_far_one_is_is_not(
        self, client: Client, north_lead: "Member"
    ) -> None:
        for number in (1, 2, 3, 4):
            client.post(reverse("onboarding:done", args=[number]))
        assert not Event.objects.filter(verb="practice.finish").exists()

        for _twice in range(2):
            answer = client.post(reverse("onboarding:done", args=[LAST]), follow=True)

        assert "You have been through the whole practice." in answer.content.decode()
        entry = Event.objects.get(verb="practice.finish")
        assert (entry.actor_id, entry.facts) == (north_lead.pk, {})
        assert Practised.objects.get().member == north_lead

    def test_colleagues_learn_that_one_finished_and_not_how_far_one_is(
        self, north_lead: "Member", north_reader: "Member", south_lead: "Member"
    ) -> None:
        finish(north_lead)

        with role("haven_web", member=north_reader):
            assert practising.finished([north_lead]) == {north_lead.pk: NOW}
            assert queries.done(north_lead) == set()
        with role("haven_web", member=south_lead):
            assert practising.finished([north_lead]) == {}

    def test_who_leads_a_case_sees_who_finished(
        self, case: "Case", client: Client, client_of: Any, north_lead: "Member", north_reader: Any
    ) -> None:
        where = reverse("onboarding:of_case", args=[case.public_id])
        before = client.get(where).content.decode()
        finish(north_lead)

        assert "not finished" in before
        assert "finished on" in client.get(where).content.decode()
        assert client_of(north_reader).get(where).status_code == 403
        set_policy(case, practice="off")
        assert (
            north_lead.display_name not in client.get(where).content.decode().partition("<main")[2]
        )


class TestWhatWaits:
    def test_nothing_does_unless_the_agency_asks(self, item: "Item", north_lead: "Member") -> None:
        asked = reveals.Asked(4, "x")

        assert reveals.open_reveal(item.case.public_id, item.pk, asked, who=who(north_lead, NOW))

    @pytest.mark.parametrize("step", [3, 4])
    def test_a_part_and_the_whole_wait_for_the_practice_where_it_is_asked_for(
        self, case: "Case", item: "Item", client: Client, north_lead: "Member", step: int
    ) -> None:
        set_policy(case, practice="required")
        ids, asked = [case.public_id, item.pk], {"step": step, "reason": "x"}

        refused = client.post(reverse("reveals:open", args=ids), asked, follow=True)
        page = refused.content.decode()
        with pytest.raises(practising.PracticeNeeded) as error:
            reveals.open_reveal(*ids, reveals.Asked(step, "x"), who=who(north_lead, NOW))
        finish(north_lead)

        assert error.value.code == "practice.needed"
        assert "Your agency asks for the practice first." in page
        assert f'href="{reverse("onboarding:practice")}"' in page.partition('id="ladder"')[2]
        assert reveals.open_reveal(*ids, reveals.Asked(step, "x"), who=who(north_lead, NOW))

    def test_the_first_days_show_no_more_than_the_place(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        set_policy(case, first_days=3)
        joined, asked = north_lead.date_joined, reveals.Asked(3, "x")
        ids = (case.public_id, item.pk)

        with pytest.raises(practising.FirstDays):
            early = who(north_lead, joined + timedelta(days=2, hours=23))
            reveals.open_reveal(*ids, asked, who=early)
        later = who(north_lead, joined + timedelta(days=3, minutes=1))

        assert reveals.open_reveal(*ids, asked, who=later)

    def test_the_agency_sets_it_on_the_record_and_sees_what_it_stands_on(
        self, case: "Case", north_lead: "Member"
    ) -> None:
        north_lead.roles = ["administrator"]
        north_lead.save()

        policies.set_policy(
            {"practice": "required", "first_days": 7}, by=north_lead, at=timezone.now()
        )

        entry = Event.objects.get(verb="policy.set")
        assert entry.facts == {"set": {"practice": "required", "first_days": 7}}
        row = evidence.of_field("first_days")
        assert row is not None
        assert row == evidence.of_field("practice")
        assert row.sources
