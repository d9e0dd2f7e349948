"""Clocks and places: what an item says of both, and the lead when they do not fit."""

import pytest
from django.urls import reverse

from haven import engine
from haven.workbench.leads import actions as leads
from haven.workbench.leads import offers
from tests.workbench.build import NOW

pytestmark = pytest.mark.django_db
OSLO = {"gps_lat": 59.914, "gps_lon": 10.752}


def said(taken_at, camera="Nordlys", **place):
    return engine.Metadata(taken_at=taken_at, camera_make=camera, **{**OSLO, **place})


def test_an_item_keeps_the_zone_of_its_place_and_whether_the_clock_fits(found):
    fits = found("a.jpg", metadata=said("2026-02-14T15:04:00+01:00"))
    odd = found("b.jpg", metadata=said("2026-02-14T15:04:00+05:00"))
    silent = found("c.jpg", metadata=said("2026-02-14T15:04:00"))
    at_sea = found("d.jpg", metadata=said("2026-02-14T15:04:00+05:00", gps_lat=0, gps_lon=-150))
    assert [(one.time_zone, one.clock_fits) for one in (fits, odd, silent, at_sea)] == [
        ("Europe/Oslo", True),
        ("Europe/Oslo", False),
        ("Europe/Oslo", None),
        ("", None),
    ]


def test_a_clock_that_does_not_fit_is_offered_once_for_a_camera(found, case, north_lead):
    for number in range(3):
        found(f"{number}.jpg", metadata=said("2026-02-14T15:04:00+05:00"))
    found("x.jpg", metadata=said("2026-02-14T15:04:00+01:00"))
    (offer,) = [one for one in offers.of_case(case) if one.kind == "clock"]
    assert "3 pictures of one camera name places in the time zone Europe/Oslo" in offer.what
    lead = leads.take_up(case.public_id, offer.key, by=north_lead, at=NOW)
    assert (lead.strength, lead.kind) == ("weak", "clock")


def test_the_page_of_an_item_names_a_town_only_where_one_is_near(
    found, case, north_lead, client_of, assets_root
):
    if not (assets_root / "towns.csv").is_file():
        pytest.skip("the list of towns is not on this machine: run `haven assets get`")
    near = found("a.jpg", metadata=said("2026-02-14T15:04:00+05:00"))
    at_sea = found("b.jpg", metadata=said(None, gps_lat=0.0, gps_lon=-150.0))
    client = client_of(north_lead)

    def page(item):
        address = reverse("review:item", args=[case.public_id, item.pk])
        return client.get(address).content.decode()

    text = page(near)
    assert "from Oslo (NO), the nearest town" in text
    assert "does not fit this place" in text
    text = page(at_sea)
    assert "No town within 25 km." in text
    assert "nearest town" not in text
