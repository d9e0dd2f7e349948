"""Working through a case: the order, leases, presence, urgent exhibits, what may be left."""

import datetime as dt
import threading

import pytest
from django.db import connections
from django.urls import reverse

from haven import engine
from haven.audit.models import Event
from haven.web.errors import NotAllowed, NotFound
from haven.workbench.cases import actions as cases
from haven.workbench.categories import actions as categories
from haven.workbench.queue import actions, estimating, order, queries, stopping
from haven.workbench.queue.models import Entry, Estimate, Presence, Stop
from tests.workbench.build import NOW, failed, person
from tests.workbench.verdicts import give

LATER = NOW + dt.timedelta(minutes=actions.HELD_MIN, seconds=1)
pytestmark = pytest.mark.usefixtures("scheme")


@pytest.fixture(autouse=True)
def no_chance(monkeypatch):
    """Give everything out in the order of value."""
    monkeypatch.setattr(actions.secrets, "randbelow", lambda _most: 99)


def served(case, by, *, most=12, at=NOW):
    """Return the items that somebody has after asking for some."""
    actions.take(case.public_id, most=most, by=by, at=at)
    return [one.pk for one in queries.held(case, by, at=at)]


def next_one(case, by, *, at=NOW):
    """Return the next item of somebody who has none."""
    actions.leave(case.public_id, by=by, at=at)
    return served(case, by, most=1, at=at)[0]


class TestOrder:
    def test_a_large_case_is_begun_at_once_and_put_in_order_by_the_worker(
        self, case, found, scheme, client_of, north_lead, monkeypatch
    ):
        monkeypatch.setattr(order, "INLINE", 2)
        for number in range(5):
            found(f"{number}.jpg", [person(number)] if number > 2 else [])
        said = "are being put in order"

        actions.take(case.public_id, most=1, by=north_lead, at=NOW)

        where = reverse("queue:work", args=[case.public_id])
        assert Entry.objects.count() == 2
        assert not Entry.objects.filter(quality__isnull=True).exists()  # those with faces
        assert said in client_of(north_lead).get(where).content.decode()
        order.take_in(case.pk, at=NOW)
        assert Entry.objects.count() == 5
        assert said not in client_of(north_lead).get(where).content.decode()

    def test_the_clearest_face_comes_first_and_what_failed_not_at_all(
        self, case, found, north_lead
    ):
        plain = found("plain.jpg", perceptual=None)
        face = found("face.jpg", [person(0)], perceptual=None)
        found("broken.jpg", **failed("step.timeout"))

        assert next_one(case, north_lead) == face.pk
        assert served(case, north_lead) == sorted([plain.pk, face.pk])
        assert queries.counts(case, at=NOW).n_left == 2

    def test_a_camera_that_says_when_comes_before_a_face(self, case, found, north_lead):
        found("face.jpg", [person(0)], perceptual=None)
        first = found("first.jpg", perceptual=None)
        type(first).objects.filter(pk=first.pk).update(
            camera_make="Canon", camera_model="A", taken_at="2020-01-02T03:04:05"
        )

        assert next_one(case, north_lead) == first.pk

    @pytest.mark.parametrize(
        "facts",
        [
            {"camera_make": "Canon", "camera_model": "A"},
            {"taken_at": "2020-01-02T03:04:05", "camera_make": "Canon"},
            {"taken_at": "2020-01-02T03:04:05"},
        ],
    )
    def test_half_of_what_a_camera_says_is_not_enough(self, case, found, north_lead, facts):
        face = found("face.jpg", [person(0)], perceptual=None)
        half = found("half.jpg", perceptual=None)
        type(half).objects.filter(pk=half.pk).update(**facts)

        assert next_one(case, north_lead) == face.pk

    def test_an_urgent_exhibit_comes_first_until_the_mark_is_taken_away(
        self, case, exhibit, found, north_lead, lay
    ):
        from haven.workbench.analysis import saving
        from haven.workbench.evidence import actions as evidence
        from tests.workbench.build import png

        face = found("face.jpg", [person(0)], perceptual=None)
        plain = found("plain.jpg", perceptual=None)
        other = evidence.add_folder(
            case.public_id, folder=lay({"b.png": png()}), label="Laptop", by=north_lead, at=NOW
        )
        saving.paths(
            other, [saving.Found(name_bytes=b"p.jpg", stored_name="", sha256=plain.sha256)]
        )
        assert next_one(case, north_lead) == face.pk

        actions.mark_urgent(
            case.public_id, other.public_id, reason="A child is at risk.", by=north_lead, at=NOW
        )
        assert next_one(case, north_lead) == plain.pk
        entry = Event.objects.get(verb="queue.urgent")
        assert (entry.target_id, entry.actor_id) == (str(other.pk), north_lead.pk)
        with pytest.raises(actions.AlreadyUrgent):
            actions.mark_urgent(
                case.public_id, other.public_id, reason="Again.", by=north_lead, at=NOW
            )

        actions.end_urgent(case.public_id, other.public_id, by=north_lead, at=NOW)
        assert next_one(case, north_lead) == face.pk

    def test_what_looks_like_something_judged_comes_last(self, case, found, north_lead):
        same = engine.PerceptualHash("ab" * 32, 80)
        judged = found("a.jpg", [person(0)], perceptual=same)
        twin = found("b.jpg", [person(0), person(1)], perceptual=same)
        plain = found("c.jpg", perceptual=None)
        give(judged, "A", north_lead)
        actions.take(case.public_id, by=north_lead, at=NOW)

        order.compare(case.pk)

        assert next_one(case, north_lead) == plain.pk
        assert served(case, north_lead) == sorted([twin.pk, plain.pk])

    def test_a_verdict_taken_back_brings_the_item_back(self, case, found, north_lead):
        item = found("a.jpg")
        give(item, "A", north_lead)
        assert served(case, north_lead) == []

        categories.undo_last(case.public_id, by=north_lead, at=NOW)

        assert served(case, north_lead) == [item.pk]

    def test_new_items_are_taken_in(self, case, found, north_lead):
        one = found("a.jpg")
        assert served(case, north_lead) == [one.pk]
        two = found("b.jpg")
        assert served(case, north_lead) == [one.pk, two.pk]


class TestLeases:
    def test_two_people_never_have_the_same_item(self, case, found, north_lead, colleague):
        for name in "abc":
            found(name)

        mine, theirs = served(case, north_lead, most=2), served(case, colleague, most=2)

        assert (len(mine), len(theirs)) == (2, 1)
        assert not set(mine) & set(theirs)

    def test_asking_again_keeps_what_one_has(self, case, found, north_lead):
        for name in "abc":
            found(name)
        assert served(case, north_lead, most=1) == served(case, north_lead, most=1)

    def test_an_item_is_free_after_its_time_and_longer_when_one_is_active(
        self, case, found, north_lead, colleague
    ):
        item = found("a.jpg")
        assert served(case, north_lead) == [item.pk]
        soon = NOW + dt.timedelta(minutes=10)
        actions.be_here(case.public_id, "items", item.pk, opened=True, by=north_lead, at=soon)

        assert served(case, colleague, at=LATER) == []
        assert served(case, colleague, at=soon + (LATER - NOW)) == [item.pk]

    def test_the_poll_of_a_page_left_open_keeps_nothing(self, case, found, north_lead, colleague):
        item = found("a.jpg")
        served(case, north_lead)
        soon = NOW + dt.timedelta(minutes=10)
        actions.be_here(case.public_id, "items", item.pk, opened=False, by=north_lead, at=soon)

        assert served(case, colleague, at=LATER) == [item.pk]

    def test_a_verdict_frees_the_place_for_the_next(self, case, found, north_lead, colleague):
        one, two = found("a"), found("b")
        assert served(case, north_lead, most=1) == [one.pk]
        give(one, "B", north_lead)

        assert served(case, colleague) == [two.pk]

    def test_an_item_a_colleague_judged_meanwhile_is_not_given_out(
        self, case, found, north_lead, colleague
    ):
        one = found("a")
        served(case, north_lead)
        actions.leave(case.public_id, by=north_lead, at=NOW)
        order.bring_up(case, at=NOW)
        give(one, "B", colleague)

        assert actions._take(case, queries.categories.current(case).pk, 1, north_lead, NOW) == 0

    def test_what_one_puts_back_goes_to_others_first(self, case, found, north_lead, colleague):
        one, two = found("a"), found("b")
        assert served(case, north_lead, most=1) == [one.pk]
        actions.put_back(case.public_id, one.pk, by=north_lead, at=NOW)

        assert served(case, north_lead, most=1) == [two.pk]
        assert served(case, colleague, most=1) == [one.pk]

    def test_what_one_put_back_comes_again_when_nothing_else_is_left(
        self, case, found, north_lead
    ):
        one = found("a")
        served(case, north_lead)
        actions.put_back(case.public_id, one.pk, by=north_lead, at=NOW)

        assert served(case, north_lead) == [one.pk]

    def test_a_reader_is_given_nothing(self, case, found, north_reader):
        found("a")
        with pytest.raises(NotAllowed):
            actions.take(case.public_id, by=north_reader, at=NOW)

    def test_another_agency_finds_no_case(self, case, south_lead):
        with pytest.raises(NotFound):
            actions.take(case.public_id, by=south_lead, at=NOW)
        with pytest.raises(NotFound):
            actions.be_here(case.public_id, "items", None, opened=True, by=south_lead, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_never_share_an_item(case, found, north_lead, member):
    for number in range(64):
        found(f"{number}.jpg", perceptual=None)
    takers = [north_lead, *(member(f"m{number}") for number in range(7))]
    for one in takers[1:]:
        cases.add_member(case.public_id, member=one, role="worker", by=north_lead, at=NOW)
    order.bring_up(case, at=NOW)
    together, given, failures = threading.Barrier(8), [], []

    def work(who):
        try:
            together.wait(timeout=20)
            for _turn in range(8):
                actions.take(case.public_id, most=2, by=who, at=NOW)
                mine = [one.pk for one in queries.held(case, who, at=NOW)]
                given.extend((pk, who.pk) for pk in mine)
                for pk in mine:
                    said = categories.Judgement(scheme="uk@1", code="C")
                    categories.give(case.public_id, pk, said, by=who, at=NOW)
        except Exception as error:  # noqa: BLE001  # told by the test itself
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(one,)) for one in takers]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=120)

    assert not failures
    owners = {}
    for pk, who in given:
        assert owners.setdefault(pk, who) == who
    assert len(owners) == 64


class TestPresence:
    def here(self, client, case, **said):
        return client.post(reverse("queue:here", args=[case.public_id]), said).content.decode()

    def test_colleagues_see_who_is_on_the_item(
        self, case, found, client_of, north_lead, colleague
    ):
        item = found("a.jpg")
        self.here(client_of(colleague), case, page="items", item=item.pk, opened=1)

        beside = self.here(client_of(north_lead), case, page="items", item=item.pk)
        elsewhere = self.here(client_of(north_lead), case, page="overview")

        assert "On this item with you" in beside
        assert colleague.display_name in beside
        assert "On this item" not in elsewhere
        assert f"item {item.pk}" in elsewhere

    def test_who_gave_no_sign_for_a_minute_is_gone(self, case, north_lead, colleague):
        actions.be_here(case.public_id, "items", None, opened=True, by=colleague, at=NOW)
        at = NOW + dt.timedelta(seconds=queries.HERE_S)

        assert [one.member for one in queries.present(case, at=at)] == [colleague]
        assert queries.present(case, at=at + dt.timedelta(seconds=1)) == []
        actions.be_here(
            case.public_id, "x", None, opened=True, by=north_lead, at=NOW + dt.timedelta(hours=1)
        )
        assert [one.member for one in Presence.objects.all()] == [north_lead]

    def test_leaving_says_so_and_frees_what_one_has(self, case, found, client_of, colleague):
        found("a.jpg")
        client = client_of(colleague)
        self.here(client, case, page="queue")
        client.post(reverse("queue:take", args=[case.public_id]))
        assert Entry.objects.get().held_by == colleague

        client.post(reverse("queue:leave", args=[case.public_id]))

        assert Entry.objects.get().held_by is None
        assert not Presence.objects.exists()

    def test_an_item_of_another_case_is_not_named(self, case, filled, north_lead, found):
        from haven.workbench.analysis.models import Item

        other = filled(north_lead, "9/26", person(0))
        strange = Item.objects.get(case=other)
        actions.be_here(case.public_id, "items", strange.pk, opened=True, by=north_lead, at=NOW)
        assert Presence.objects.get().item is None

    @pytest.mark.parametrize("said", [{"item": "x"}, {"item": "9" * 30}, {"page": "x" * 50}])
    def test_nonsense_is_refused(self, case, client_of, north_lead, said):
        url = reverse("queue:here", args=[case.public_id])
        assert client_of(north_lead).post(url, said).status_code == 400


class TestWhatIsLeft:
    def test_none_found_among_sixty_still_leaves_some(self):
        found = estimating.left(1000, 60, 0)
        assert (found.expected, found.low) == (0.0, 0.0)
        assert found.high == pytest.approx(59.6, abs=0.2)  # 1000 x (1 - 0.025^(1/60))

    @pytest.mark.parametrize(  # Clopper and Pearson, as R's binom.test gives them
        ("hits", "of", "low", "high"),
        [(1, 10, 0.002529, 0.445016), (5, 10, 0.187086, 0.812914), (10, 10, 0.691503, 1.0)],
    )
    def test_the_interval_is_exact(self, hits, of, low, high):
        assert estimating.interval(hits, of) == pytest.approx((low, high), abs=1e-5)

    def test_nothing_left_is_no_find_left(self):
        assert estimating.left(0, 0, 0) == estimating.Found(0.0, 0.0, 0.0)

    def test_what_is_not_in_order_yet_waits_as_well(self, case, found, north_lead, client_of):
        judged = found("a.jpg")
        found("b.jpg")
        found("c.jpg", **failed("step.timeout"))
        give(judged, "A", north_lead)

        now = queries.left(case)

        assert (now.n_judged, now.n_finds, now.n_left) == (1, 1, 1)
        page = client_of(north_lead).get(reverse("queue:left", args=[case.public_id]))
        assert "Too few to say" in page.content.decode()
        assert "About <strong>0</strong> finds" not in page.content.decode()
        order.bring_up(case, at=NOW)
        assert queries.left(case) == now

    def test_only_random_picks_that_the_order_has_not_reached_count(
        self, case, found, north_lead, monkeypatch
    ):
        for number in range(6):
            found(f"{number}.jpg", [person(0)] if number < 2 else [], perceptual=None)
        by_value = served(case, north_lead, most=1)[0]
        categories.give(
            case.public_id,
            by_value,
            categories.Judgement(scheme="uk@1", code="A"),
            by=north_lead,
            at=NOW,
        )
        Entry.objects.update(shuffle="z")
        last = Entry.objects.order_by("-pk").first()
        Entry.objects.filter(pk=last.pk).update(shuffle="a")
        monkeypatch.setattr(actions.secrets, "randbelow", lambda _most: 0)
        assert served(case, north_lead, most=1) == [last.item_id]
        categories.give(
            case.public_id,
            last.item_id,
            categories.Judgement(scheme="uk@1", code="A"),
            by=north_lead,
            at=NOW,
        )
        order.bring_up(case, at=NOW)

        left = queries.left(case)

        assert (left.n_judged, left.n_finds, left.n_left) == (2, 2, 4)
        assert (left.n_control, left.n_control_finds) == (1, 1)
        assert not left.is_enough

    def test_a_category_that_closes_is_no_find(self, case, found, north_lead):
        from haven.workbench.categories import choosing

        item = found("a.jpg")
        scheme = queries.categories.current(case).scheme
        closing = scheme.closing()[0]
        give(item, closing, north_lead)
        order.bring_up(case, at=NOW)
        assert queries.left(case).n_finds == 0
        assert choosing

    def test_points_of_the_curve_are_kept(self, case, found, north_lead, client_of):
        items = [found(f"{number}.jpg", perceptual=None) for number in range(45)]
        for number, item in enumerate(items[:42]):
            give(item, "A", north_lead)
            if number % 10 == 0:
                actions.take(case.public_id, by=north_lead, at=NOW)

        assert Estimate.objects.count() == 2
        page = client_of(north_lead).get(reverse("queue:left", args=[case.public_id]))
        assert "<polygon" in page.content.decode()

    def test_how_sure_it_is_holds_in_nineteen_of_twenty(self):
        import random

        dice, held = random.Random(4), 0
        for _turn in range(300):
            population = [dice.random() < 0.08 for _one in range(600)]
            dice.shuffle(population)
            sample, rest = population[:90], population[90:]
            found = estimating.left(len(rest), len(sample), sum(sample))
            held += found.low <= sum(rest) <= found.high
        assert held / 300 >= 0.95


class TestStopping:
    def stop(self, case, by, **said):
        plain = {"stops": True, "reason": "Enough was seen.", "by": by, "at": NOW}
        return stopping.decide(case.public_id, **{**plain, **said})

    def test_stopping_is_a_final_row_with_its_figures(self, case, found, north_lead):
        for name in "abc":
            found(name)
        made = self.stop(case, north_lead)

        assert (made.n_left, made.low, made.high) == (3, 0.0, 3.0)
        entry = Event.objects.get(verb="queue.stop")
        assert (entry.facts["left"], entry.facts["high_tenths"]) == (3, 30)
        with pytest.raises(actions.Stopped):
            actions.take(case.public_id, by=north_lead, at=NOW)
        with pytest.raises(stopping.AlreadySo):
            self.stop(case, north_lead)

        on = self.stop(case, north_lead, stops=False, reason="A new lead.")
        assert on.supersedes == made
        assert len(served(case, north_lead)) == 3
        assert Stop.objects.count() == 2

    def test_items_of_a_stopped_exhibit_alone_are_not_given_out(
        self, case, exhibit, found, north_lead
    ):
        found("a.jpg")
        self.stop(case, north_lead, exhibit_id=exhibit.public_id)
        assert served(case, north_lead) == []
        assert queries.counts(case, at=NOW).n_stopped == 1

        self.stop(case, north_lead, exhibit_id=exhibit.public_id, stops=False)
        assert len(served(case, north_lead)) == 1

    def test_the_lead_alone_decides_and_says_why(self, case, colleague, north_lead):
        with pytest.raises(NotAllowed):
            self.stop(case, colleague)
        with pytest.raises(stopping.StopReasonMissing):
            self.stop(case, north_lead, reason=" ")


class TestPages:
    def test_taking_by_a_button_and_on_to_the_next(self, case, found, client_of, north_lead):
        item = found("a.jpg", [person(0)])
        client = client_of(north_lead)
        work = reverse("queue:work", args=[case.public_id])
        assert "Take the next" in client.get(work).content.decode()
        assert not Entry.objects.exists()

        client.post(reverse("queue:take", args=[case.public_id]), {"n": 4})
        page = client.get(f"{work}?n=4").content.decode()

        assert f'data-pk="{item.pk}"' in page
        assert 'data-code="A"' in page
        assert "go=1" in page

    def test_a_verdict_on_the_page_of_an_item_leads_back_to_the_queue(
        self, case, found, client_of, north_lead
    ):
        item = found("a.jpg")
        url = reverse("review:item", args=[case.public_id, item.pk])
        page = client_of(north_lead).get(f"{url}?queue=4").content.decode()
        assert f'data-next="/cases/{case.public_id}/queue/?n=4&amp;go=1"' in page

    def test_the_order_is_explained_and_a_reader_changes_nothing(
        self, case, exhibit, found, client_of, north_reader
    ):
        found("broken.jpg", **failed("step.timeout"))
        client = client_of(north_reader)
        page = client.get(reverse("queue:about", args=[case.public_id])).content.decode()
        assert "It is an order, not a judgement" in page
        assert "Let it come first" not in page
        said = {"exhibit": exhibit.public_id, "reason": "x"}
        answer = client.post(reverse("queue:urgent", args=[case.public_id]), said)
        assert answer.status_code == 403
