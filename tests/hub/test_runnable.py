"""What can be tried at once: the Hub's copy of digests and figures is what Haven says itself."""

import json
import tomllib
from pathlib import Path

import pytest

import haven
from haven.hub.catalogue import runnable, seed
from haven.hub.catalogue.models import Tool

ROOT = Path(haven.__file__).parents[1]
ASSETS = {
    one["name"]: one
    for one in tomllib.loads(
        (ROOT / "haven/engine/assets/catalogue.toml").read_text(encoding="utf-8")
    )["assets"]
}
EVERY = runnable.every()


def names(analysers):
    return [one.slug for one in analysers]


@pytest.mark.parametrize("one", EVERY, ids=names(EVERY))
def test_every_figure_is_that_of_the_benchmark(one):
    for figure in one.figures:
        told = json.loads((ROOT / figure.file).read_text(encoding="utf-8"))
        assert one.measured_on == told["measured_on"]
        assert one.machine.startswith(told["machine"]["processor"])
        for key in figure.keys:
            told = told[key]
        assert str(told) == figure.value, figure.says


@pytest.mark.parametrize("one", EVERY, ids=names(EVERY))
def test_every_digest_licence_and_limit_is_that_of_the_asset_catalogue(one):
    if not one.asset:
        assert one.stored == ()
        return
    asset = ASSETS[one.asset]
    known = {asset["sha256"]: asset["bytes"]}
    if "built_sha256" in asset:
        known[asset["built_sha256"]] = asset["built_bytes"]

    assert {file.sha256: file.size_bytes for file in one.stored} == known
    assert (one.licence, one.version) == (asset["licence"], asset["version"])
    assert set(asset["card"]["limits"]) & set(one.limits)


def test_every_one_belongs_to_an_entry_and_none_is_only_fetched(db):
    seed.load()

    assert names(EVERY) == ["centerface", "dlib-resnet", "dlib-mmod", "pdq"]
    assert {one.tool for one in EVERY} <= set(Tool.objects.values_list("slug", flat=True))
    assert all(ASSETS[one.asset]["needed"] for one in EVERY if one.asset)


def test_the_page_of_a_tool_shows_what_can_be_tried_with_its_digest_and_its_figures(
    db, client_of, north_lead
):
    seed.load()
    client = client_of(north_lead)
    shown = client.get("/hub/tools/dlib-face-models/").content.decode()

    assert "Can be tried at once on your own machine" in shown
    assert ASSETS["dlib-resnet"]["built_sha256"] in shown
    assert "bench/results/faces.json" in shown
    assert "haven assets get dlib-resnet" in shown
    assert len(shown) < 50_000
    other = client.get("/hub/tools/s21-laseri-x/").content.decode()
    assert "can-be-tried" not in other
