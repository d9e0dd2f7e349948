"""Revealing: what it takes, what is counted, what is sent, and that it ends."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from haven.accounts import access
from haven.audit import queries as audit
from haven.workbench.analysis import originals
from haven.workbench.cases import queries as cases
from haven.workbench.reveals import actions, asking, lens, queries
from haven.workbench.wellbeing import actions as ledger
from haven.workbench.wellbeing.models import AgencyPolicy, Exposure
from tests.workbench import opened as opening
from tests.workbench.build import NOW, failed, person
from tests.workbench.opened import who

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def verbs(case: "Case") -> list[str]:
    return [one.verb for one in audit.of_case(case.pk) if one.verb.startswith("reveal.")]


def decoded(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))


def distance(jpeg: bytes, pixels_bgr: np.ndarray) -> float:
    """Return how far a picture is from an original at a small size, 0 to 255."""
    small = (16, 12)
    one = Image.open(io.BytesIO(jpeg)).convert("RGB").resize(small, Image.Resampling.BOX)
    other = Image.fromarray(pixels_bgr[..., ::-1].copy()).resize(small, Image.Resampling.BOX)
    return float(np.abs(np.asarray(one, float) - np.asarray(other, float)).mean())


@pytest.fixture
def item(found: "Callable[..., Item]") -> "Item":
    return found("a.jpg", [person(0)])


@pytest.fixture
def policy(case: "Case") -> AgencyPolicy:
    return AgencyPolicy.objects.create(agency=case.agency)


@pytest.fixture
def colleague(case: "Case", north_lead: "Member", north_reader: "Member") -> "Member":
    """Return a second member who works on the case."""
    from haven.workbench.cases.models import Membership

    Membership.objects.filter(case=case, member=north_reader).update(role="worker")
    return north_reader


class TestOpening:
    def test_takes_a_reason(self, case: "Case", item: "Item", north_lead: "Member") -> None:
        with pytest.raises(actions.ReasonNeeded):
            actions.open_reveal(
                case.public_id, item.pk, actions.Asked(3, "  "), who=who(north_lead, NOW)
            )

        assert verbs(case) == []

    def test_the_whole_takes_a_fresh_factor(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        stale = who(north_lead, NOW, fresh=False)

        actions.open_reveal(case.public_id, item.pk, actions.Asked(3, "x"), who=stale)
        with pytest.raises(actions.FactorNeeded):
            actions.open_reveal(case.public_id, item.pk, actions.Asked(4, "x"), who=stale)

    def test_is_for_who_works_on_the_case(
        self, case: "Case", item: "Item", north_reader: "Member", south_lead: "Member"
    ) -> None:
        asked = actions.Asked(3, "x")
        with pytest.raises(actions.cases.NotAllowed):
            actions.open_reveal(case.public_id, item.pk, asked, who=who(north_reader, NOW))
        with pytest.raises(cases.CaseNotFound):
            actions.open_reveal(case.public_id, item.pk, asked, who=who(south_lead, NOW))

    def test_takes_an_authority_that_covers_looking(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        from haven.workbench.authority import actions as authority
        from haven.workbench.authority import queries as authorities

        (basis,) = authorities.of_case(case)
        authority.withdraw(case.public_id, basis.public_id, why="over", by=north_lead, at=NOW)

        with pytest.raises(authorities.AnalysisNotCovered):
            actions.open_reveal(
                case.public_id, item.pk, actions.Asked(3, "x"), who=who(north_lead, NOW)
            )

    def test_finds_nothing_to_open_where_nothing_was_looked_at(
        self, case: "Case", found: "Callable[..., Item]", north_lead: "Member"
    ) -> None:
        broken = found("b.jpg", **failed("source.damaged"))

        with pytest.raises(actions.NoPicture):
            actions.open_reveal(
                case.public_id, broken.pk, actions.Asked(3, "x"), who=who(north_lead, NOW)
            )

    def test_is_recorded_with_its_reason_and_shows_nothing_yet(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        opening.reveal(item, who(north_lead, NOW), step=3)

        (entry,) = [one for one in audit.of_case(case.pk) if one.verb == "reveal.open"]
        assert entry.has_reason
        assert not Exposure.objects.exists()

    def test_of_what_was_shown_whole_before_asks_again(
        self, case: "Case", item: "Item", north_lead: "Member", colleague: "Member"
    ) -> None:
        opening.hold(item, who(north_lead, NOW))

        with pytest.raises(actions.ShownBefore):
            actions.open_reveal(
                case.public_id, item.pk, actions.Asked(3, "x"), who=who(colleague, later(60))
            )
        again = actions.Asked(3, "x", again=True)
        reveal = actions.open_reveal(case.public_id, item.pk, again, who=who(colleague, later(60)))
        assert reveal.again

    def test_of_what_another_part_knows_asks_again(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        queries.known_by.append(lambda _item: "on a list")
        try:
            with pytest.raises(actions.ShownBefore):
                actions.open_reveal(
                    case.public_id, item.pk, actions.Asked(3, "x"), who=who(north_lead, NOW)
                )
        finally:
            queries.known_by.pop()


@pytest.mark.usefixtures("policy")
class TestASecondPerson:
    @pytest.fixture(autouse=True)
    def _two(self, policy: AgencyPolicy) -> None:
        policy.whole_needs_two = True
        policy.save()

    def whole(self, case: "Case", item: "Item", asker: actions.Who) -> object:
        return actions.open_reveal(case.public_id, item.pk, actions.Asked(4, "x"), who=asker)

    def test_is_needed_for_the_whole_and_not_for_a_part(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        actions.open_reveal(
            case.public_id, item.pk, actions.Asked(3, "x"), who=who(north_lead, NOW)
        )
        with pytest.raises(actions.SecondNeeded):
            self.whole(case, item, who(north_lead, NOW))

    def test_agrees_for_one_item_and_some_minutes(
        self,
        case: "Case",
        item: "Item",
        found: "Callable[..., Item]",
        north_lead: "Member",
        colleague: "Member",
    ) -> None:
        asked = asking.ask_second(case.public_id, item.pk, reason="x", who=who(north_lead, NOW))
        asking.decide(case.public_id, asked.public_id, agrees=True, who=who(colleague, NOW))

        self.whole(case, item, who(north_lead, later(60)))
        with pytest.raises(actions.SecondNeeded):
            self.whole(case, found("other.jpg", [person(1)]), who(north_lead, later(60)))
        with pytest.raises(actions.SecondNeeded):
            self.whole(case, item, who(north_lead, later(31 * 60)))
        assert verbs(case)[::-1] == ["reveal.ask", "reveal.agree", "reveal.open"]

    def test_is_not_oneself_and_not_who_only_reads(
        self, case: "Case", item: "Item", north_lead: "Member", north_reader: "Member"
    ) -> None:
        asked = asking.ask_second(case.public_id, item.pk, reason="x", who=who(north_lead, NOW))

        with pytest.raises(asking.AlreadyDecided):
            asking.decide(case.public_id, asked.public_id, agrees=True, who=who(north_lead, NOW))
        with pytest.raises(actions.cases.NotAllowed):
            asking.decide(case.public_id, asked.public_id, agrees=True, who=who(north_reader, NOW))

    def test_may_not_agree(
        self, case: "Case", item: "Item", north_lead: "Member", colleague: "Member"
    ) -> None:
        asked = asking.ask_second(case.public_id, item.pk, reason="x", who=who(north_lead, NOW))
        asking.decide(case.public_id, asked.public_id, agrees=False, who=who(colleague, NOW))

        with pytest.raises(actions.SecondNeeded):
            self.whole(case, item, who(north_lead, NOW))


class TestHolding:
    def test_is_counted_and_recorded_before_a_picture_is_sent(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        held = opening.hold(item, who(north_lead, NOW))

        assert held.n_sent == 0
        assert verbs(case)[0] == "reveal.whole"
        actions.picture(
            case.public_id, item.pk, held.public_id, x=0.5, y=0.5, who=who(north_lead, later(1))
        )
        held.refresh_from_db()
        assert (held.n_sent, held.area, held.area_sent) == (1, 1.0, 1.0)

    def test_that_cannot_be_recorded_shows_nothing(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        reveal = opening.reveal(item, who(north_lead, NOW))
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION no_entry() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'the record cannot be written'; END $$;"
                " CREATE TRIGGER no_entry BEFORE INSERT ON audit_event"
                " EXECUTE FUNCTION no_entry();"
            )

        with pytest.raises(DatabaseError):
            actions.begin(
                case.public_id, item.pk, reveal.public_id, step=4, who=who(north_lead, NOW)
            )

        assert not Exposure.objects.exists()

    @pytest.mark.parametrize(
        "other", ["session", "let go", "silent", "over", "closed", "taken off"]
    )
    def test_sends_nothing_to(
        self, other: str, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        from haven.workbench.cases.models import Membership

        held = opening.hold(item, who(north_lead, NOW))
        asker, at = who(north_lead, later(1)), later(1)
        if other == "session":
            asker = who(north_lead, at, session="t" * 64)
        elif other == "let go":
            actions.end(case.public_id, item.pk, held.public_id, how="released", who=asker)
        elif other == "silent":
            asker = who(north_lead, later(7))
        elif other == "over":
            for second in range(2, 22, 2):
                actions.beat(
                    case.public_id, item.pk, held.public_id, who=who(north_lead, later(second))
                )
            asker = who(north_lead, later(20.5))
        elif other == "closed":
            reveal = queries.live(item, member=north_lead, session=opening.SESSION, at=later(1))
            assert reveal is not None
            actions.close(case.public_id, item.pk, reveal.public_id, who=asker)
        else:
            Membership.objects.filter(member=north_lead).delete()

        with pytest.raises(
            (
                queries.HoldNotFound,
                ledger.ExposureOver,
                originals.OriginalClosed,
                cases.CaseNotFound,
            )
        ):
            actions.picture(case.public_id, item.pk, held.public_id, x=0.5, y=0.5, who=asker)

    def test_of_a_part_opens_no_whole(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        reveal = opening.reveal(item, who(north_lead, NOW), step=3)

        with pytest.raises(actions.NotThisStep):
            actions.begin(
                case.public_id, item.pk, reveal.public_id, step=4, who=who(north_lead, NOW)
            )

    def test_ends_on_the_record_however_it_ends(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        first = opening.hold(item, who(north_lead, NOW))
        actions.end(
            case.public_id, item.pk, first.public_id, how="released", who=who(north_lead, later(3))
        )
        opening.hold(item, who(north_lead, later(60)))
        ledger.sweep_lost(at=later(600))

        ends = [one for one in audit.of_case(case.pk) if one.verb == "reveal.end"]
        assert [(one.facts["how"], one.actor_id) for one in ends] == [
            ("lost", None),
            ("released", north_lead.pk),
        ]

    def test_takes_the_word_of_a_browser_only_as_far_as_the_list_goes(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        held = opening.hold(item, who(north_lead, NOW))

        assert (
            actions.end(
                case.public_id, item.pk, held.public_id, how="<b>", who=who(north_lead, later(1))
            ).how
            == "lost"
        )


class TestThePicture:
    def shown(
        self, case: "Case", item: "Item", member: "Member", step: int, *, x: float, y: float
    ) -> bytes:
        held = opening.hold(item, who(member, NOW), step=step)
        return actions.picture(
            case.public_id, item.pk, held.public_id, x=x, y=y, who=who(member, later(1))
        )

    def test_has_no_metadata_and_a_mark(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        jpeg = self.shown(case, item, north_lead, 4, x=0.5, y=0.5)

        assert b"Exif" not in jpeg
        assert not Image.open(io.BytesIO(jpeg)).info.get("comment")
        plain = opening.pixels()[..., ::-1]
        marked = np.abs(decoded(jpeg).astype(int) - plain).max(axis=2) > 40
        assert 0.01 < marked.mean() < 0.25

    def test_of_a_part_holds_nothing_outside_the_lens(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        jpeg = self.shown(case, item, north_lead, 3, x=0.0, y=0.0)

        side = round(lens.SIDE * 320)
        assert decoded(jpeg).shape == (side, side, 3)
        corner = opening.pixels()[:side, :side, ::-1].reshape(-1, 3).mean(axis=0)
        assert np.abs(decoded(jpeg).reshape(-1, 3).mean(axis=0) - corner).max() < 25
        exposure = Exposure.objects.get()
        assert exposure.area == pytest.approx(side * side / (320 * 240), abs=0.01)

    def test_of_a_lens_that_moves_adds_up(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        held = opening.hold(item, who(north_lead, NOW), step=3)
        for x in (0.1, 0.5, 0.9):
            actions.picture(
                case.public_id, item.pk, held.public_id, x=x, y=0.5, who=who(north_lead, later(1))
            )

        held.refresh_from_db()
        assert held.n_sent == 3
        assert held.area_sent == pytest.approx(3 * held.area)

    @pytest.mark.parametrize("drawing", ["grey", "mosaic", "lines"])
    def test_is_drawn_as_the_member_likes(
        self, drawing: str, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        actions.choose(drawing=drawing, large=False, by=north_lead)

        shown = decoded(self.shown(case, item, north_lead, 4, x=0.5, y=0.5)).astype(int)

        spread = (shown.max(axis=2) - shown.min(axis=2)).mean()
        assert (spread < 4) == (drawing != "mosaic")

    def test_is_small_unless_chosen_otherwise(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        big = np.zeros((900, 1600, 3), np.uint8)
        sizes = []
        for large in (False, True):
            actions.choose(drawing="plain", large=large, by=north_lead)
            asker = who(north_lead, NOW)
            reveal = opening.reveal(item, asker, again=True)
            opening.make_ready(reveal, big)
            held = actions.begin(case.public_id, item.pk, reveal.public_id, step=4, who=asker)
            jpeg = actions.picture(case.public_id, item.pk, held.public_id, x=0, y=0, who=asker)
            sizes.append(max(decoded(jpeg).shape))

        assert sizes == [480, 1280]


class TestPixels:
    def test_are_erased_when_the_reveal_is_closed(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        reveal = opening.reveal(item, who(north_lead, NOW))
        place = originals._place(case.public_id, reveal.opened.public_id)
        assert opening.pixels().tobytes()[:64] not in place.read_bytes()

        actions.close(case.public_id, item.pk, reveal.public_id, who=who(north_lead, NOW))

        assert not place.exists()

    def test_are_erased_after_ten_minutes(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        reveal = opening.reveal(item, who(north_lead, NOW))

        originals.erase_old(at=later(599))
        assert originals._place(case.public_id, reveal.opened.public_id).exists()
        originals.erase_old(at=later(601))
        assert not originals._place(case.public_id, reveal.opened.public_id).exists()

    def test_come_from_the_original_as_it_was_analysed(
        self,
        case: "Case",
        look: "Callable[..., object]",
        lay: "Callable[..., object]",
        portrait: "Callable[[str], bytes]",
        north_lead: "Member",
    ) -> None:
        from haven.workbench.analysis.models import Item

        folder = lay({"a.jpg": portrait("obama-1")})
        look(folder)
        item = Item.objects.get()
        asked = actions.Asked(3, "x")

        reveal = actions.open_reveal(case.public_id, item.pk, asked, who=who(north_lead, NOW))
        originals.open_now(reveal.opened.pk, at=NOW)
        reveal.opened.refresh_from_db()
        assert reveal.opened.state == "ready"
        assert max(reveal.opened.width_px, reveal.opened.height_px) <= originals.SIDE_PX

        (folder / "a.jpg").write_bytes(portrait("obama-2"))
        reveal = actions.open_reveal(case.public_id, item.pk, asked, who=who(north_lead, NOW))
        originals.open_now(reveal.opened.pk, at=NOW)
        reveal.opened.refresh_from_db()
        assert (reveal.opened.state, reveal.opened.error_code) == ("failed", "step.source_changed")


class TestPages:
    def url(self, name: str, case: "Case", item: "Item", *more: object) -> str:
        return reverse(f"reveals:{name}", args=[case.public_id, item.pk, *more])

    @pytest.fixture
    def client(self, client_of: "Callable[[Member], Client]", north_lead: "Member") -> Client:
        return client_of(north_lead)

    def opened(self, client: Client, case: "Case", item: "Item", step: int = 4) -> object:
        client.post(self.url("open", case, item), {"step": step, "reason": "a sign"})
        reveal = queries.live(
            item,
            member=case.opened_by,
            session=queries.session_of(client.session.session_key),
            at=timezone.now(),
        )
        assert reveal is not None
        return opening.make_ready(reveal)

    def test_hold_and_let_go(self, client: Client, case: "Case", item: "Item") -> None:
        reveal = self.opened(client, case, item)
        told = client.post(
            self.url("begin", case, item), {"reveal": reveal.public_id, "step": 4}
        ).json()

        picture = client.get(told["picture"])
        assert picture.status_code == 200
        assert distance(picture.content, opening.pixels()) < 30
        assert picture["Cache-Control"] == "no-store"
        assert "sandbox" in picture["Content-Security-Policy"]
        assert client.post(told["beat"]).json() == {"live": True, "how": ""}
        assert client.post(told["end"], {"how": "released"}).json()["how"] == "released"
        assert client.get(told["picture"]).status_code == 409
        assert client.post(told["beat"]).json() == {"live": False, "how": "released"}

    def test_ask_for_no_picture_by_head(self, client: Client, case: "Case", item: "Item") -> None:
        reveal = self.opened(client, case, item)
        told = client.post(
            self.url("begin", case, item), {"reveal": reveal.public_id, "step": 4}
        ).json()

        assert client.head(told["picture"]).status_code == 405
        assert Exposure.objects.get().n_sent == 0

    def test_a_grant_is_of_no_use_in_another_session(
        self,
        client: Client,
        case: "Case",
        item: "Item",
        north_lead: "Member",
        client_of: "Callable[[Member], Client]",
    ) -> None:
        reveal = self.opened(client, case, item)
        told = client.post(
            self.url("begin", case, item), {"reveal": reveal.public_id, "step": 4}
        ).json()

        assert client_of(north_lead).get(told["picture"]).status_code == 404

    def test_say_that_nothing_is_shown_without_scripting(
        self, client: Client, case: "Case", item: "Item"
    ) -> None:
        page = client.get(reverse("review:item", args=[case.public_id, item.pk])).content.decode()

        assert "With scripting off it is not shown." in page
        assert "picture.jpg" not in page

    def test_count_a_background(self, client: Client, case: "Case", item: "Item") -> None:
        client.post(reverse("review:background", args=[case.public_id, item.pk]))

        (seen,) = Exposure.objects.all()
        assert (seen.step, seen.area, seen.ended_at) == (2, 1.0, None)

    def test_lead_a_colleague_to_what_is_asked(
        self,
        client: Client,
        case: "Case",
        item: "Item",
        policy: AgencyPolicy,
        colleague: "Member",
        client_of: "Callable[[Member], Client]",
    ) -> None:
        policy.whole_needs_two = True
        policy.save()
        client.post(self.url("ask", case, item), {"reason": "a sign"})
        theirs = client_of(colleague)
        where = reverse("reveals:waiting", args=[case.public_id])

        overview = theirs.get(reverse("review:overview", args=[case.public_id])).content.decode()
        assert where in overview
        assert "a sign" in theirs.get(where).content.decode()
        (asked,) = queries.waiting(case, member=colleague)
        theirs.post(
            reverse("reveals:decide", args=[case.public_id, asked.public_id]), {"agrees": "yes"}
        )

        assert self.opened(client, case, item).second == asked

    def test_every_address_asks_for_a_role(self) -> None:
        assert {access.PAGES[name] for name in access.PAGES if name.startswith("reveals:")} == {
            "case.work"
        }
