"""Places: the nearest town beside the plain comparison; seas without names; clocks."""

import csv
import math
import random

import pytest

from haven import engine


@pytest.fixture(scope="module")
def path(assets_root):
    found = assets_root / "towns.csv"
    if not found.is_file():
        pytest.skip("the list of towns is not on this machine: run `haven assets get`")
    return found


@pytest.fixture(scope="module")
def towns(path):
    return engine.Towns(path)


def km(one, other):
    """Return the distance of two places by the haversine formula."""
    (a, b), (c, d) = (map(math.radians, place) for place in (one, other))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


def test_the_nearest_town_is_the_one_that_comparing_with_all_finds(path, towns):
    with path.open(encoding="utf-8") as file:
        every = [((float(r["lat"]), float(r["lon"])), r["name"]) for r in csv.DictReader(file)]
    chosen = random.Random(7)
    for lat, lon in [
        (59.914, 10.752),
        (-33.925, 18.424),
        (0.0, 179.999),
        *(
            (chosen.uniform(-60, 75), chosen.uniform(-180, 180))
            if number % 2
            else chosen.choice(every)[0]
            for number in range(12)
        ),
    ]:
        distance = min(km((lat, lon), place) for place, _name in every)
        town = towns.near(lat, lon)
        if distance > 25:
            assert town is None
        else:
            assert town is not None
            assert town.distance_km == pytest.approx(distance, abs=0.05)


@pytest.mark.parametrize(
    ("lat", "lon"), [(0.0, -150.0), (-48.88, -123.39), (89.9, 0.0), (45.0, -40.0)]
)
def test_a_place_at_sea_names_no_town_and_no_zone(towns, lat, lon):
    assert towns.near(lat, lon) is None
    assert engine.zone_of(lat, lon) is None


def test_a_town_says_how_far_it_is(towns):
    town = towns.near(59.914, 10.752)
    assert (town.name, town.country) == ("Oslo", "NO")
    assert town.distance_km < 3


def test_the_zone_of_a_place():
    assert engine.zone_of(59.914, 10.752) == "Europe/Oslo"
    assert engine.zone_of(-33.9249, 18.4241) == "Africa/Johannesburg"


@pytest.mark.parametrize(
    ("taken_at", "fits"),
    [
        ("2026-02-14T15:04:00+01:00", True),
        ("2026-07-14T15:04:00+02:00", True),
        ("2026-07-14T15:04:00+01:00", False),  # nobody set it to summer time
        ("2026-10-25T02:30:00+01:00", True),  # the hour that comes twice
        ("2026-10-25T02:30:00+02:00", True),
        ("2026-02-14T15:04:00+05:00", False),
        ("2026-02-14T15:04:00", None),
        ("yesterday", None),
    ],
)
def test_a_clock_fits_the_zone_it_was_set_to(taken_at, fits):
    assert engine.clock_fits(taken_at, "Europe/Oslo") is fits


def test_an_unknown_zone_says_nothing():
    assert engine.clock_fits("2026-02-14T15:04:00+01:00", "Atlantis/Poseidonis") is None


def test_without_the_list_it_says_so(tmp_path):
    with pytest.raises(engine.EngineError, match="haven assets get") as told:
        engine.Towns(tmp_path / "towns.csv")
    assert told.value.code == "asset.missing"
