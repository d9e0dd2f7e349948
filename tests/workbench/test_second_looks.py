"""Second looks: drawn by a seed, judged without knowing the first, settled by the lead."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from haven.audit.models import Event
from haven.web.errors import NotAllowed, NotFound
from haven.workbench.categories import actions as categories
from haven.workbench.categories.models import Verdict
from haven.workbench.notes import actions as notes
from haven.workbench.queue import agreement, queries, second
from haven.workbench.queue.models import SecondLook
from tests.workbench.build import NOW, person
from tests.workbench.verdicts import code_of, give, give_many

pytestmark = pytest.mark.usefixtures("scheme")
REASON = "Ring on the left hand"


@pytest.fixture
def judged(found, north_lead, colleague):
    """Return an item that the lead judged, with a reason."""
    item = found("a.jpg", [person(0)])
    give(item, "B", north_lead, reason=REASON)
    return item


@pytest.fixture
def drawn(case, judged, north_lead):
    """Return the sample in which it was drawn."""
    return second.draw(case.public_id, share=100, by=north_lead, at=NOW)


class TestDrawing:
    def test_a_share_is_drawn_and_the_seed_draws_the_same_again(self, case, found, north_lead):
        items = [found(f"{number}.jpg") for number in range(40)]
        for item in items:
            give(item, "C", north_lead)

        made = second.draw(case.public_id, share=5, by=north_lead, at=NOW)

        assert (made.n_of, made.n_drawn) == (40, 2)
        verdicts = Verdict.objects.filter(pk__lte=made.last_verdict, stands=True)
        again = sorted(second._place(made.seed, one.pk) for one in verdicts)[:2]
        assert sorted(made.looks.values_list("shuffle", flat=True)) == again
        entry = Event.objects.get(verb="queue.sample")
        assert (entry.facts["seed"], entry.facts["drawn"]) == (made.seed, 2)

    def test_nothing_is_drawn_twice(self, case, drawn, north_lead):
        with pytest.raises(second.NothingToDraw):
            second.draw(case.public_id, share=50, by=north_lead, at=NOW)

    @pytest.mark.parametrize("share", [0, 101, -1])
    def test_a_share_is_between_1_and_100(self, case, judged, north_lead, share):
        with pytest.raises(second.WrongShare):
            second.draw(case.public_id, share=share, by=north_lead, at=NOW)

    def test_the_lead_alone_draws(self, case, judged, colleague):
        with pytest.raises(NotAllowed):
            second.draw(case.public_id, share=5, by=colleague, at=NOW)


class TestBlind:
    def pages(self, client, case, item):
        """Return all that shows the item while somebody looks at it a second time."""
        key = case.public_id
        return {
            "second": client.get(reverse("queue:second", args=[key])).content.decode(),
            "item": client.get(reverse("review:item", args=[key, item.pk])).content.decode(),
            "grid": client.get(reverse("review:items", args=[key])).content.decode(),
            "api": client.get(reverse("api:item_verdicts", args=[key, item.pk])).content.decode(),
            "all": client.get(reverse("api:verdicts", args=[key])).content.decode(),
            "agreement": client.get(reverse("queue:agreement", args=[key])).content.decode(),
        }

    def test_nothing_of_the_first_shows(self, case, judged, drawn, client_of, colleague):
        client = client_of(colleague)
        client.post(reverse("queue:take_second", args=[case.public_id]))

        pages = self.pages(client, case, judged)
        by_whom = ("second", "item", "api", "all")  # the grid and samples name who judges at all
        for name, page in pages.items():
            assert REASON not in page, name
            assert name not in by_whom or "Nora Lead" not in page, name
        assert "You judge this item a second time" in pages["item"]
        assert "data-judge" not in pages["item"]
        assert "Sexual activity that is not penetrative" not in pages["item"]
        assert f'data-verdict="{judged.pk}" data-code=""' in pages["grid"]
        assert pages["api"] == "[]"
        assert f'"item": {judged.pk}' not in pages["all"]

    def test_no_filter_and_no_note_tells_it(
        self, case, judged, drawn, client_of, colleague, north_lead
    ):
        notes.write(
            case.public_id, "B, surely.", about="item", key=str(judged.pk), by=north_lead, at=NOW
        )
        client = client_of(colleague)
        tile = f'data-item="{judged.pk}"', f'data-verdict="{judged.pk}"'

        def shown(query):
            page = client.get(reverse("review:items", args=[case.public_id]), query)
            return any(one in page.content.decode() for one in tile)

        def about():
            where = reverse("notes:about", args=[case.public_id, "item", judged.pk])
            return client.get(where).content.decode()

        assert (shown({"verdict": "uk@1:B"}), shown({"verdict": "none"})) == (True, False)
        assert "B, surely." in about()
        client.post(reverse("queue:take_second", args=[case.public_id]))

        assert (shown({"verdict": "uk@1:B"}), shown({"verdict": "none"})) == (False, True)
        assert not shown({"verdict": "any"})
        assert not shown({"judge": north_lead.pk})
        assert "B, surely." not in about()
        assert "notes of colleagues about it are shown when" in about()
        listed = client.get(reverse("notes:list", args=[case.public_id])).content.decode()
        assert "B, surely." not in listed

    def test_it_is_not_judged_past_the_second_look(self, case, judged, drawn, colleague):
        second.take(case.public_id, by=colleague, at=NOW)

        with pytest.raises(categories.SecondLook):
            give(judged, "A", colleague)
        with pytest.raises(categories.SecondLook):
            give_many(case, colleague, how="chosen", chosen=[judged.pk], over=True)
        assert code_of(judged) == "B"

    def test_it_shows_again_once_the_second_is_given(
        self, case, judged, drawn, client_of, colleague
    ):
        client = client_of(colleague)
        client.post(reverse("queue:take_second", args=[case.public_id]))
        look = SecondLook.objects.get()
        said = {"look": look.public_id, "code": "A", "reason": ""}
        client.post(reverse("queue:give_second", args=[case.public_id]), said)

        page = client.get(reverse("review:item", args=[case.public_id, judged.pk]))

        assert f'data-verdict="{judged.pk}" data-code="B"' in page.content.decode()
        assert code_of(judged) == "B"
        assert Verdict.objects.count() == 1

    def test_who_judged_first_is_never_given_it(self, case, drawn, north_lead):
        assert second.take(case.public_id, by=north_lead, at=NOW) is None
        with pytest.raises(IntegrityError), transaction.atomic():
            SecondLook.objects.update(code="A", given_by=north_lead, given_at=NOW)

    def test_another_has_it_for_a_while_alone(self, case, drawn, colleague, member, north_lead):
        from haven.workbench.cases import actions as cases

        third = member("olav")
        cases.add_member(case.public_id, member=third, role="worker", by=north_lead, at=NOW)
        look = second.take(case.public_id, by=colleague, at=NOW)
        assert look is not None

        assert second.take(case.public_id, by=third, at=NOW) is None
        with pytest.raises(second.NotYours):
            second.give(case.public_id, look.public_id, code="A", by=third, at=NOW)
        later = NOW + dt.timedelta(minutes=second.HELD_MIN + 1)
        assert second.take(case.public_id, by=third, at=later) == look
        with pytest.raises(second.NotYours):
            second.give(case.public_id, look.public_id, code="A", by=colleague, at=later)

    def test_put_back_is_for_another(self, case, judged, drawn, client_of, colleague):
        client = client_of(colleague)
        client.post(reverse("queue:take_second", args=[case.public_id]))
        client.post(reverse("queue:put_back_second", args=[case.public_id]))

        assert SecondLook.objects.get().held_by is None
        page = self.pages(client, case, judged)["item"]
        assert f'data-verdict="{judged.pk}" data-code="B"' in page

    def test_a_category_that_is_none_is_refused(self, case, drawn, colleague):
        look = second.take(case.public_id, by=colleague, at=NOW)
        with pytest.raises(categories.CodeNotFound):
            second.give(case.public_id, look.public_id, code="Z", by=colleague, at=NOW)

    def test_another_agency_finds_no_look(self, case, drawn, south_lead, colleague):
        look = second.take(case.public_id, by=colleague, at=NOW)
        with pytest.raises(NotFound):
            second.give(case.public_id, look.public_id, code="A", by=south_lead, at=NOW)


class TestSettling:
    @pytest.fixture
    def differs(self, case, drawn, colleague):
        """Return a second look that differs from the first."""
        look = second.take(case.public_id, by=colleague, at=NOW)
        return second.give(
            case.public_id, look.public_id, code="A", reason="Look again", by=colleague, at=NOW
        )

    def test_the_lead_settles_by_a_verdict_that_supersedes(
        self, case, judged, differs, client_of, north_lead
    ):
        client = client_of(north_lead)
        shown = client.get(reverse("queue:agreement", args=[case.public_id])).content.decode()
        assert "Look again" in shown
        assert "Too few to say more" in shown
        said = {"look": differs.public_id, "code": "A", "reason": "The second is right."}
        client.post(reverse("queue:settle", args=[case.public_id]), said)

        assert code_of(judged) == "A"
        differs.refresh_from_db()
        assert differs.settled.supersedes.code == "B"
        assert Event.objects.filter(verb="queue.settle").count() == 1
        with pytest.raises(second.NotDifferent):
            second.settle(
                case.public_id, differs.public_id, code="B", reason="", by=north_lead, at=NOW
            )

    def test_the_lead_alone_settles(self, case, differs, colleague):
        with pytest.raises(NotAllowed):
            second.settle(
                case.public_id, differs.public_id, code="A", reason="", by=colleague, at=NOW
            )
        assert len(queries.pairs(case)) == 1


class TestAgreement:
    def test_kappa_takes_chance_off(self):
        # Cohen's example as in Fleiss: 20 both yes, 15 both no, 5 and 10 differ.
        pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
        found = agreement.agreement(pairs)
        assert found.raw == pytest.approx(0.7)
        assert found.kappa == pytest.approx(0.4)
        assert found.kappa_low < 0.4 < found.kappa_high
        assert found.is_enough

    def test_one_category_throughout_says_nothing_beyond_chance(self):
        found = agreement.agreement([("y", "y")] * 40)
        assert (found.raw, found.kappa) == (1.0, None)

    def test_few_pairs_say_nothing(self):
        assert not agreement.agreement([("y", "y")] * 29).is_enough
        assert agreement.agreement([]) is None
