"""Pages of a case: what they show, what they never send, what they cost."""

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from haven import engine
from haven.audit import queries as audit
from haven.workbench.analysis import grouping, item_queries, queries
from haven.workbench.analysis.models import Derivative, Face, Item
from tests.workbench.build import NOW, failed, person


@pytest.fixture
def items(found):
    """Return items of every kind."""
    taken = engine.Metadata(
        taken_at="2024-05-06T10:00:00", camera_make="Canon", camera_model="Canon X"
    )
    return {
        "two": found("dcim/two.jpg", [person(0), person(1)], metadata=taken),
        "one": found("dcim/one.jpg", [person(0, wobble=1)]),
        "none": found("none.jpg"),
        "broken": found("broken.jpg", **failed("source.unreadable")),
        "sound": found(
            "sound.mp3",
            **failed("source.unsupported")
            | {
                "status": engine.Status.UNSUPPORTED,
                "file_type": engine.FileType("audio/mpeg", engine.Kind.AUDIO),
            },
        ),
    }


@pytest.fixture
def browse(client_of, north_lead, case):
    client = client_of(north_lead)

    def get(name, *args, query="", htmx=False):
        headers = {"HX-Request": "true"} if htmx else {}
        address = name if ":" in name else f"review:{name}"
        url = reverse(address, args=[case.public_id, *args])
        return client.get(url + query, headers=headers)

    get.client = client
    return get


def numbers(response):
    """Return the items a grid shows, in order."""
    return [int(number) for number in re.findall(r'id="item-(\d+)"', response.content.decode())]


class TestItems:
    def test_shows_a_view_only_of_what_has_faces(self, browse, items):
        text = browse("items").content.decode()

        shown = set(map(int, re.findall(r"/items/(\d+)/masked\.jpg", text)))
        assert shown == {items["two"].pk, items["one"].pk}

    def test_nothing_found_and_could_not_look_read_differently(self, browse, items):
        text = browse("items").content.decode()

        assert "looked at, no face found" in text
        assert "Damaged picture" in text
        assert "could not be looked at" in text
        assert "Sound" in text

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("?faces=any", ["two", "one"]),
            ("?faces=none", ["none"]),
            ("?faces=1", ["one"]),
            ("?faces=2", ["two"]),
            ("?faces=3", []),
            ("?status=failed", ["broken"]),
            ("?status=unsupported", ["sound"]),
            ("?taken_from=2024-05-06&taken_to=2024-05-06", ["two"]),
            ("?taken_from=2024-05-07", []),
            ("?camera=Canon+X", ["two"]),
            ("?q=DCIM/", ["two", "one"]),
            ("?q=mp3", ["sound"]),
            ("?size=small&faces=any", ["two", "one"]),
            ("?size=large", []),
            ("?status=failed&code=source.unreadable", ["broken"]),
            ("?faces=nonsense&camera=none&taken_from=x&exhibit=1&order=x", None),
        ],
    )
    def test_filters(self, browse, items, query, names):
        expected = {items[name].pk for name in (items if names is None else names)}

        assert set(numbers(browse("items", query=query))) == expected

    def test_finds_by_the_beginning_of_a_digest_and_by_exhibit(self, browse, items, exhibit):
        item = items["none"]

        assert numbers(browse("items", query=f"?q={item.sha256[:10].upper()}")) == [item.pk]
        assert len(numbers(browse("items", query=f"?exhibit={exhibit.public_id}"))) == len(items)

    @pytest.mark.parametrize("order", item_queries.ORDERS)
    def test_every_order_shows_every_item_once_page_by_page(
        self, browse, items, order, monkeypatch
    ):
        from haven.workbench.review import queries as review

        monkeypatch.setattr(review, "ITEMS_ON_A_PAGE", 2)  # pages of a size to see in a test
        seen, query = [], f"?order={order}"
        while query:
            response = browse("items", query=query)
            seen += numbers(response)
            more = re.search(r'rel="next" href="([^"]+)"', response.content.decode())
            query = more.group(1).replace("&amp;", "&") if more else ""

        assert len(seen) == len(items)
        assert set(seen) == {item.pk for item in items.values()}

    def test_gives_htmx_the_rows_alone(self, browse, items):
        response = browse("items", query="?faces=any", htmx=True)

        assert b"<html" not in response.content
        assert len(numbers(response)) == 2

    def test_is_recorded_with_what_was_looked_for(self, browse, case):
        browse("items", query="?faces=any&q=holiday%00")

        event = audit.of_case(case.pk).first()
        assert event.verb == "items.view"
        assert event.personal_value["looked_for"]["faces"] == "any"
        assert "\0" not in event.personal.text

    def test_costs_the_same_for_many_items(self, browse, found, django_assert_max_num_queries):
        for number in range(70):
            found(f"{number}.jpg", [person(number % 60)])

        with django_assert_max_num_queries(23):
            response = browse("items")

        assert len(numbers(response)) == 60


class TestItem:
    def test_shows_facts_faces_and_every_path(self, browse, items, found):
        grouping.regroup(items["two"].case_id)

        text = browse("item", items["two"].pk).content.decode()

        for fact in (
            "2 faces",
            "Canon X",
            "2024-05-06T10:00:00",
            "dcim/two.jpg",
            "1000 \N{MULTIPLICATION SIGN} 800",
        ):
            assert fact in text
        assert items["two"].sha256 in text
        assert text.count("/find/face/") == 2

    def test_is_recorded_when_opened(self, browse, items, case):
        browse("item", items["one"].pk)

        event = audit.of_case(case.pk).first()
        assert (event.verb, event.target_id) == ("item.view", str(items["one"].pk))

    def test_leads_to_its_neighbours_within_the_filter(self, browse, items):
        text = browse("item", items["two"].pk, query="?faces=any&order=arrival").content.decode()

        assert f"/items/{items['one'].pk}/?faces=any&amp;order=arrival" in text
        assert 'rel="prev"' not in text

    def test_shows_near_duplicates_of_enough_quality(self, browse, found):
        near = int(found("a", [person(0)]).pdq, 2) ^ 0b111

        def hashed(bits, quality):
            return {"perceptual": engine.PerceptualHash(f"{bits:064x}", quality)}

        close = found("close", [person(0, wobble=1)], **hashed(near, 80))
        far = found("far", [person(0, wobble=2)], **hashed(near ^ ((1 << 40) - 1), 80))
        poor = found("poor", [person(0, wobble=3)], **hashed(near, 40))

        text = browse("alike", Item.objects.get(occurrences__path="a").pk).content.decode()

        assert "3 of 256 bits differ" in text
        assert [
            f"/items/{one.pk}/" in text.split("Looks almost the same")[-1].split("</section>")[0]
            for one in (close, far, poor)
        ] == [True, False, False]

    def test_finds_a_turned_copy_and_says_how_it_lies(self, browse, found, case):
        turned = tuple(f"{number:064x}" for number in range(1, 8))
        found("a", perceptual=engine.PerceptualHash("f" * 64, 80, turned))
        copy = found("b", perceptual=engine.PerceptualHash(turned[3], 80))

        text = browse("alike", Item.objects.get(occurrences__path="a").pk).content.decode()

        assert f"/items/{copy.pk}/" in text
        assert "0 of 256 bits differ, mirrored" in text

    def test_says_which_copy_is_likely_the_earliest_and_why(self, browse, found):
        camera = engine.Metadata(
            taken_at="2026-01-01T10:00:00",
            camera_make="Nordlys",
            camera_model="N1",
            has_maker_note=True,
            common_quality=0,
        )
        first = found("a", metadata=camera, perceptual=engine.PerceptualHash("f" * 64, 80))
        copy = found(
            "b",
            metadata=engine.Metadata(software="<b>Brush</b> 7", common_quality=75),
            perceptual=engine.PerceptualHash("f" * 64, 80),
            width_px=640,
        )

        text = browse("alike", copy.pk).content.decode()

        assert f"Item {first.pk} is likely the earliest of them." in text
        assert "keeps what only the camera writes for itself" in text
        assert "&lt;b&gt;Brush&lt;/b&gt; 7" in text
        assert "quality 75" in text

    def test_says_when_no_sign_tells_copies_apart(self, browse, found):
        for name in "ab":
            found(name, perceptual=engine.PerceptualHash("f" * 64, 80))

        text = browse("alike", Item.objects.get(occurrences__path="a").pk).content.decode()

        assert "No sign tells which of them is the earliest." in text

    def test_escapes_what_a_file_says_of_itself(self, browse, found):
        item = found(
            "<script>alert(1)</script>\u202e",
            [person(0)],
            metadata=engine.Metadata(camera_make="<b>x", camera_model="\"'><img src=x>"),
        )

        text = browse("item", item.pk).content.decode()

        assert "<script>alert" not in text
        assert "<img src=x>" not in text
        assert "\u202e" not in text

    def test_costs_few_queries(self, browse, items, django_assert_max_num_queries):
        with django_assert_max_num_queries(35):
            browse("item", items["two"].pk)


class TestPictures:
    def url(self, case, item, name="masked"):
        return reverse(f"analysis:{name}", args=[case.public_id, item.pk])

    def test_come_with_headers_that_keep_them_out_of_caches(self, browse, case, items):
        response = browse.client.get(self.url(case, items["one"]))

        assert response["Content-Type"] == "image/jpeg"
        assert response["Cache-Control"] == "no-store"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]

    def test_show_a_background_only_when_it_was_asked_for(self, browse, case, items):
        item = items["one"]
        assert browse.client.get(self.url(case, item, "background")).status_code == 404

        asked = browse.client.post(
            reverse("review:background", args=[case.public_id, item.pk]),
            headers={"HX-Request": "true"},
        ).content.decode()
        url = re.search(r'src="([^"]*background\.jpg[^"]*)"', asked).group(1)

        assert browse.client.get(url).status_code == 200
        assert "coarse" in asked
        assert audit.of_case(case.pk).first().verb == "item.background"
        other = url.replace(f"/items/{item.pk}/", f"/items/{items['two'].pk}/")
        assert browse.client.get(other).status_code == 404

    def test_a_key_to_a_background_is_of_no_use_to_another(
        self, browse, case, items, client_of, north_reader
    ):
        from haven.workbench.analysis import actions

        key = actions.ask_background(
            case.public_id,
            items["one"].pk,
            by=north_reader,
            at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        url = self.url(case, items["one"], "background") + f"?key={key}"

        assert browse.client.get(url).status_code == 404
        assert client_of(north_reader).get(url).status_code == 200

    def test_cost_few_queries(self, browse, case, items, django_assert_max_num_queries):
        # session, its last moment, member, who asks, derivative, key; and the change of role
        with django_assert_max_num_queries(9):
            browse.client.get(self.url(case, items["one"]))

    def test_that_were_changed_on_disk_are_not_sent(self, browse, case, items):
        from haven.workbench.analysis import vault
        from haven.workbench.cases import keys

        row = Derivative.objects.get(item=items["one"], operation="masked")
        with keys.opened(case.public_id) as key:
            vault._place(key, row.sha256).write_bytes(b"other")

        assert browse.client.get(self.url(case, items["one"])).status_code == 404


class TestOverview:
    def test_counts_what_the_case_holds(self, browse, items, case):
        counts = queries.counts(case)

        assert (counts.n_items, counts.n_paths, counts.n_faces) == (5, 5, 3)
        assert (counts.done, counts.n_without_faces, counts.n_not_looked_at) == (3, 1, 2)
        assert browse("overview").status_code == 200
        assert audit.of_case(case.pk).first().verb == "case.view"

    def test_polls_while_a_run_is_going_and_stops_after(self, browse, case, run):
        url = reverse("analysis:progress", args=[case.public_id])
        assert b"every 2s" in browse.client.get(url, headers={"HX-Request": "true"}).content

        type(run).objects.update(state="finished", finished_at=run.requested_at)
        ended = browse.client.get(url, headers={"HX-Request": "true"})

        assert b"every 2s" not in ended.content
        assert ended["HX-Trigger"] == "runs-ended"

    def test_costs_few_queries(self, browse, items, run, django_assert_max_num_queries):
        with django_assert_max_num_queries(23):
            browse("overview")


class TestPeople:
    def test_shows_the_largest_group_first(self, browse, items, found, case):
        found("x.jpg", [person(0, wobble=3)])
        grouping.regroup(case.pk)

        text = browse("people:list", query="?single=1").content.decode()

        assert text.index("3 faces") < text.index("1 face ")

    def test_costs_few_queries(self, browse, items, case, django_assert_max_num_queries):
        grouping.regroup(case.pk)

        with django_assert_max_num_queries(17):
            browse("people:list", query="?single=1")

    def test_a_refused_merge_says_why_on_the_page(self, browse, items, case):
        grouping.regroup(case.pk)
        groups = list(
            Face.objects.filter(item=items["two"]).values_list("group__public_id", flat=True)
        )

        response = browse.client.post(
            reverse("people:merge", args=[case.public_id]), {"group": groups}, follow=True
        )

        assert "two faces in one picture are two people" in response.content.decode()


class TestFailures:
    def test_says_each_reason_in_plain_words(self, browse, items):
        text = browse("failures").content.decode()

        assert "broken or ends too early" in text
        assert "source.unreadable" in text
        assert "does not look into files of this type" in text

    def test_every_code_of_the_engine_has_words(self):
        from haven.workbench.review import words

        def codes(kind):
            yield kind.code
            for deeper in kind.__subclasses__():
                yield from codes(deeper)

        per_file = {
            code
            for kind in engine.EngineError.__subclasses__()
            for code in codes(kind)
            if code.startswith(("source.", "step."))
        }
        assert per_file <= set(words.FAILURES)

    def test_says_so_when_everything_was_looked_at(self, browse, found, run):
        found("a.jpg", [person(0)])
        run.state, run.finished_at = run.State.FINISHED, NOW
        run.save()

        assert "Everything was looked at" in browse("failures").content.decode()

    @pytest.mark.parametrize("state", ["queued", "running", "interrupted"])
    def test_does_not_say_so_while_a_run_is_going(self, browse, run, state):
        run.state = state
        run.save()

        shown = browse("failures").content.decode()

        assert "Everything was looked at" not in shown
        assert "Not yet looked at" in shown

    def test_does_not_say_so_of_an_exhibit_nobody_had_looked_at(self, browse, exhibit):
        assert "Everything was looked at" not in browse("failures").content.decode()

    def test_says_so_when_a_run_could_not_finish(self, browse, run):
        run.state, run.error_code, run.finished_at = run.State.FAILED, "run.folder_gone", NOW
        run.save()

        shown = browse("failures").content.decode()

        assert "Everything was looked at" not in shown
        assert "The folder of the exhibit cannot be read." in shown
