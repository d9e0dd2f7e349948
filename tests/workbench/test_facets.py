"""A case from its other sides: what is counted is what the link behind it shows."""

import re
from html import unescape

import pytest
from django.urls import reverse

from haven import engine
from haven.workbench.analysis import item_queries
from haven.workbench.analysis.item_filter import Box, Filter, Near, Period
from haven.workbench.analysis.models import Item
from haven.workbench.facets import actions, connections, devices, folders, places, timeline
from haven.workbench.facets.models import SavedFilter
from tests.workbench.build import NOW, person

SIDES = ("timeline", "map", "cameras", "exhibits", "connections")
LINK = re.compile(
    r'<td class="number"><a href="(?P<url>/cases/[^"]+/items/\?[^"]*)">(?P<n>\d+)</a>'
)


@pytest.fixture
def scattered(found, case):
    """Save items with and without time, place and camera, some of them hostile."""
    facts = [
        ("DCIM/1.jpg", "2026-05-03T14:10:00", 59.91, 10.75, "Nokian", "N1", "S1"),
        ("DCIM/2.jpg", "2026-05-03T14:59:59+02:00", 59.912, 10.751, "Nokian", "N1", "S1"),
        ("DCIM/sub/3.jpg", "2026-05-03T23:00:00", -33.9, 18.4, "Nokian", "N1", ""),
        ("DCIM/sub/4.jpg", "2026-06-01T00:00:00", 89.99, 179.99, "", "", "S1"),
        ("5.jpg", "2025-12-31", None, None, "", "", ""),
        ("wei%rd_/6.jpg", None, 60.0, 11.0, "<b>x</b>", '"&', "'"),
        ("wei%rd_/7.jpg", "0203-01-01T00:00:00", None, None, "Nokian", "N2", "none"),
    ]
    for i, (name, taken_at, lat, lon, make, model, serial) in enumerate(facts):
        metadata = engine.Metadata(
            taken_at=taken_at, gps_lat=lat, gps_lon=lon,
            camera_make=make, camera_model=model, camera_serial=serial,
        )  # fmt: skip
        found(name, [person(0, wobble=i)] if i < 3 else [], metadata=metadata)
    for name, lat, lon in (
        ("8.jpg", 0.0, 0.0),
        ("9.jpg", 91.0, 4.0),
        ("10.jpg", 5.0, float("nan")),
    ):
        found(name)
        Item.objects.filter(case=case, occurrences__path=name).update(gps_lat=lat, gps_lon=lon)
    return case


def count(case, **chosen):
    return item_queries.items(case, Filter(**chosen)).count()


def grouped(case, run):
    from haven.workbench.analysis import grouping

    run.state, run.finished_at = run.State.FINISHED, NOW
    run.save()
    grouping.regroup(case.pk, settle=True)


class TestFilter:
    def test_a_period_keeps_what_was_taken_in_it(self, scattered):
        periods = {"2026": 4, "2026-05": 3, "2026-05-03": 3, "2026-05-03T14": 2, "0203": 1,
                   "2025-12-31T-": 1, "2026-05-03T-": 0, "none": 4}  # fmt: skip

        assert {text: count(scattered, taken=Period.read(text)) for text in periods} == periods

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "26",
            "2026-13",
            "2026-02-30",
            "2026-02-03T24",
            "0000",
            "2026-5",
            "٢٠٢٦",
            "2026-01-01T",
        ],
    )
    def test_what_is_no_period_is_refused(self, text):
        with pytest.raises(ValueError):
            Period.read(text)

    @pytest.mark.parametrize(
        "text", ["1,2,3", "a,b,c,d", "2,0,1,1", "nan,0,1,1", "0,0,inf,1", "1,1,1,1"]
    )
    def test_what_is_no_box_is_refused(self, text):
        with pytest.raises(ValueError):
            Box.read(text)

    def test_a_place_that_cannot_be_believed_is_nowhere(self, scattered):
        assert count(scattered, place="doubted") == 3
        assert count(scattered, place="any") == 5
        assert count(scattered, place="none") == 2
        assert count(scattered, box=Box(-90, -180, 90.1, 180.1)) == 5

    def test_near_a_point_is_near_on_the_sphere(self, scattered):
        assert count(scattered, near=Near(59.91, 10.75, 1)) == 2
        assert count(scattered, near=Near(59.91, 10.75, 0.1)) == 1
        assert count(scattered, near=Near(59.91, 10.75, 20)) == 3
        assert count(scattered, near=Near(89.99, -179.99, 2)) == 1  # over the date line
        assert count(scattered, near=Near(0, 0, 20_100)) == 5

    def test_a_folder_is_taken_by_its_letters(self, scattered):
        assert count(scattered, folder="DCIM") == 4
        assert count(scattered, folder="DCIM/sub") == 2
        assert count(scattered, folder="wei%rd_") == 2
        assert count(scattered, folder="wei%") == 0
        assert count(scattered, folder="DCI") == 0

    def test_a_filter_that_cannot_be_read_is_said(self, scattered, client_of, north_lead):
        url = reverse("review:items", args=[scattered.public_id])

        page = client_of(north_lead).get(url, {"box": "1,2", "taken": "soon"}).content.decode()

        assert "cannot be read" in page
        assert "10 items" in page

    def test_chips_say_the_filter_and_take_it_away(self, scattered, client_of, north_lead):
        url = reverse("review:items", args=[scattered.public_id])

        page = (
            client_of(north_lead)
            .get(url, {"near": "59.91,10.75", "radius": "2", "faces": "any"})
            .content.decode()
        )

        assert "2 km around 59.91000, 10.75000" in unescape(page)
        assert 'href="?faces=any"' in page

    def test_a_group_is_told_by_the_name_a_member_gave_it(
        self, scattered, run, client_of, north_lead
    ):
        from haven.workbench.analysis.models import FaceGroup
        from haven.workbench.people import actions as people

        grouped(scattered, run)
        group = FaceGroup.objects.get(n_faces=3).public_id
        people.name(scattered.public_id, group, name="Amira", by=north_lead, at=NOW)
        client, url = client_of(north_lead), reverse("review:items", args=[scattered.public_id])

        assert "Amira" in client.get(url, {"group": group}).content.decode()
        unknown = client.get(url, {"group": "no-such"}).content.decode()
        assert "no-such" in unknown and "<span>0 items" in unknown
        assert client.get(url, {"group": "a\0b"}).status_code == 200


class TestSides:
    @pytest.mark.parametrize("side", SIDES)
    def test_each_number_is_the_count_behind_its_link(
        self, scattered, run, client_of, north_lead, side
    ):
        grouped(scattered, run)
        client = client_of(north_lead)
        exhibit = f"exhibit={run.exhibit.public_id}"
        asked = ["", "taken=2026", "taken=2026-05", "taken=2026-05-03", "taken=none", "place=any",
                 "box=50,0,60,12", "at=59.9,10.7&zoom=9", "serial=S1", "device=none", "faces=any",
                 exhibit, f"{exhibit}&folder=DCIM"]  # fmt: skip

        url, links = reverse(f"facets:{side}", args=[scattered.public_id]), 0
        for query in asked:
            response = client.get(f"{url}?{query}")
            assert response.status_code == 200
            for link in LINK.finditer(response.content.decode()):
                grid = client.get(unescape(link["url"])).content.decode()
                links += 1
                assert re.search(rf"<span>{link['n']} items?\b", grid), (query, link["url"])
        assert links > 3

    def test_bins_and_what_has_no_date_are_all_there_is(self, scattered):
        for taken in (None, "2026", "2026-05", "2026-05-03", "2025-12-31", "none"):
            chosen = Filter(taken=Period.read(taken) if taken else None)

            shown = timeline.timeline(scattered, chosen)

            assert (
                sum(one.count for one in shown.bins) + shown.no_date + shown.no_hour == shown.total
            )
            assert shown.total == item_queries.items(scattered, chosen).count()
            for one in shown.bins:
                assert one.count == count(scattered, taken=Period.read(one.period))

    def test_years_far_apart_do_not_make_a_thousand_empty_bars(self, scattered):
        shown = timeline.timeline(scattered, Filter())

        assert [one.period for one in shown.bins] == ["0203", "2025", "2026"]
        assert shown.with_gaps

    @pytest.mark.parametrize("zoom", [0, 1, 3, 8, 14])
    def test_cells_and_the_rest_are_all_there_is(self, scattered, zoom):
        for point in ((0, 0), (59.91, 10.75), (90, 180), (-90, -180)):
            shown = places.places(scattered, Filter(), places.View.around(*point, zoom))

            assert (shown.placed, shown.doubted, shown.without) == (5, 3, 2)
            assert shown.outside >= 0
            for cell in shown.cells:
                assert cell.count == count(scattered, box=Box.read(str(cell.box)))

    def test_the_whole_earth_shows_every_place(self, scattered):
        assert places.places(scattered, Filter(), places.View()).outside == 0

    @pytest.mark.parametrize("at", ["", "a,b", "91,0", "nan,nan", "1", "1,2,3"])
    @pytest.mark.parametrize("zoom", ["", "-1", "99", "x", "9" * 5000])
    def test_a_view_that_cannot_be_read_shows_all_places(
        self, scattered, client_of, north_lead, at, zoom
    ):
        url = reverse("facets:map", args=[scattered.public_id])

        assert client_of(north_lead).get(url, {"at": at, "zoom": zoom}).status_code == 200

    def test_a_device_is_told_by_its_number_or_by_having_none(self, scattered):
        shown, more = devices.devices(scattered, Filter())

        assert more == 0
        assert sum(one.count for one in shown) == 10
        assert {(one.camera, one.serial): one.count for one in shown} == {
            ("Nokian N1", "S1"): 2, ("Nokian N1", ""): 1, ("", "S1"): 1, ("", ""): 4,
            ('<b>x</b> "&', "'"): 1, ("Nokian N2", "none"): 1,
        }  # fmt: skip
        assert shown[0].exhibits == [
            (item_queries.lay(scattered, Filter())[0].exhibit.public_id, "Phone")
        ]

    def test_folders_are_read_level_by_level(self, scattered, run):
        top = folders.level(scattered, Filter(exhibit=run.exhibit.public_id))
        below = folders.level(scattered, Filter(exhibit=run.exhibit.public_id, folder="DCIM"))

        assert {one.path: one.items for one in top.folders} == {"DCIM": 4, "wei%rd_": 2}
        assert top.here and top.here.items == 4
        assert {one.path: one.items for one in below.folders} == {"DCIM/sub": 2}

    def test_items_tie_people_to_devices_and_places(self, scattered, run):
        grouped(scattered, run)

        shown = connections.graph(scattered, Filter())

        assert [one.count for one in shown.people] == [3]
        oslo = next(one for one in shown.sets if one.count == 2)
        assert oslo.device == ("Nokian N1", "S1")
        assert [(person.count, shared) for person, shared in oslo.people] == [(3, 2)]
        assert sum(one.count for one in shown.sets) + shown.silent == 10
        assert all(left == 0 for left in shown.left_out.values())

    def test_the_graph_holds_sixty_nodes_and_says_what_it_left_out(self, found, case):
        for i in range(40):
            found(
                f"{i}.jpg",
                metadata=engine.Metadata(camera_make=f"Maker {i}", gps_lat=float(i), gps_lon=5.0),
            )

        shown = connections.graph(case, Filter())

        assert len(shown.sets) == 20 and len(shown.devices) == 12 and len(shown.places) == 12
        assert dict(shown.left_out) == {"people": 0, "sets": 20, "devices": 28, "places": 28}

    @pytest.mark.parametrize("side", SIDES)
    def test_what_a_camera_wrote_is_text(self, scattered, client_of, north_lead, side):
        page = client_of(north_lead).get(reverse(f"facets:{side}", args=[scattered.public_id]))

        assert "<b>x</b>" not in page.content.decode()

    @pytest.mark.parametrize("side", SIDES)
    def test_a_side_asks_nobody_else_and_has_no_style_of_its_own(
        self, scattered, client_of, north_lead, side
    ):
        page = (
            client_of(north_lead)
            .get(reverse(f"facets:{side}", args=[scattered.public_id]))
            .content.decode()
        )

        assert "http://" not in page and "https://" not in page
        assert not re.search(r"<style|\sstyle=|<script(?! src)|\son[a-z]+=", page)

    @pytest.mark.parametrize("side", SIDES)
    def test_drawings_are_the_same_in_every_language(
        self, scattered, run, client_of, north_lead, side
    ):
        grouped(scattered, run)
        client, drawn = client_of(north_lead), set()
        for language in ("en", "ar", "fr", "ru"):
            client.cookies["django_language"] = language
            page = client.get(
                reverse(f"facets:{side}", args=[scattered.public_id])
            ).content.decode()
            assert f'lang="{language}"' in page
            drawn.add(
                tuple(re.findall(r'\s(?:x|y|cx|cy|r|d|viewBox|width|height)="([^"]*)"', page))
            )

        assert len(drawn) == 1

    @pytest.mark.parametrize("side", [*SIDES, "saved", "saved_menu"])
    def test_another_agency_finds_nothing(self, scattered, client_of, south_lead, side):
        url = reverse(f"facets:{side}", args=[scattered.public_id])

        assert client_of(south_lead).get(url).status_code == 404

    def test_looking_is_on_the_record(self, scattered, client_of, north_lead):
        from haven.audit.models import Event

        client_of(north_lead).get(
            reverse("facets:map", args=[scattered.public_id]), {"serial": "S1"}
        )

        entry = Event.objects.filter(verb="facets.view").get()
        assert entry.case_id == scattered.pk
        assert "S1" not in entry.body


class TestSavedFilters:
    def save(self, client, case, name="Oslo", query="?near=59.91,10.75&radius=2", **more):
        return client.post(
            reverse("facets:saved", args=[case.public_id]) + query, {"name": name, **more}
        )

    def test_a_saved_filter_shows_the_same_items_again(self, scattered, client_of, north_lead):
        client = client_of(north_lead)
        assert self.save(client, scattered).status_code == 302

        menu = client.get(
            reverse("facets:saved_menu", args=[scattered.public_id])
        ).content.decode()
        link = re.search(r'href="([^"]+near=[^"]+)"', menu)
        assert link
        assert "2 items" in client.get(unescape(link[1])).content.decode()

    def test_a_name_is_used_once_and_everything_is_no_filter(
        self, scattered, client_of, north_lead
    ):
        client = client_of(north_lead)
        self.save(client, scattered)

        assert self.save(client, scattered).status_code == 422
        assert self.save(client, scattered, name="All", query="").status_code == 422
        assert (
            self.save(client, scattered, name="Odd", query="?camera=none-such&taken=x").status_code
            == 422
        )

    def test_a_colleague_sees_it_when_it_is_shared(
        self, scattered, client_of, north_lead, north_reader
    ):
        lead, reader = client_of(north_lead), client_of(north_reader)
        self.save(lead, scattered)
        listing = reverse("facets:saved", args=[scattered.public_id])
        assert "Oslo" not in reader.get(listing).content.decode()

        kept = SavedFilter.objects.get()
        lead.post(
            reverse("facets:share", args=[scattered.public_id, kept.public_id]), {"shared": "1"}
        )

        assert "Oslo" in reader.get(listing).content.decode()

    def test_who_only_reads_keeps_filters_but_shares_none(
        self, scattered, client_of, north_reader
    ):
        reader = client_of(north_reader)

        assert self.save(reader, scattered).status_code == 302
        assert self.save(reader, scattered, name="Mine", shared="on").status_code == 403

    @pytest.mark.parametrize("act", ["share", "remove"])
    def test_another_member_and_another_case_find_nothing(
        self, scattered, client_of, north_lead, north_reader, south_lead, act
    ):
        from haven.workbench.cases import actions as cases

        self.save(client_of(north_lead), scattered, shared="on")
        kept = SavedFilter.objects.get()
        other = cases.open_case(number="2026-2", name="Other", by=north_lead, at=NOW)

        for who, case in ((north_reader, scattered), (north_lead, other), (south_lead, scattered)):
            url = reverse(f"facets:{act}", args=[case.public_id, kept.public_id])
            status = client_of(who).post(url).status_code
            assert status == (403 if who == north_reader and act == "share" else 404)
        assert SavedFilter.objects.filter(shared=True).exists()

    def test_each_act_is_on_the_record(self, scattered, north_lead):
        from haven.audit.models import Event

        kept = actions.save(
            scattered.public_id, "A", {"serial": "S1"}, shared=False, by=north_lead, at=NOW
        )
        actions.share(scattered.public_id, kept.public_id, shared=True, by=north_lead, at=NOW)
        actions.remove(scattered.public_id, kept.public_id, by=north_lead, at=NOW)

        verbs = (
            Event.objects.filter(verb__startswith="filter.")
            .order_by("pk")
            .values_list("verb", flat=True)
        )
        assert list(verbs) == ["filter.save", "filter.share", "filter.remove"]
