"""The main job in a browser: from a seized folder to people and candidates."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def looked_at(investigator, seized, settings):
    """Return the investigator in a case whose one exhibit was just looked at."""
    investigator.opens_a_case("2026-7", "Harbour")
    investigator.adds_the_folder(seized, "Phone A", root=Path(settings.HAVEN_EVIDENCE_ROOTS[0]))
    investigator.starts_looking().sees_the_run_going().waits_until_it_ended()
    return investigator


def test_items_are_walked_with_the_keyboard_alone(looked_at):
    looked_at.goes_to("Items").filters("Faces", "with faces")
    tiles = looked_at.tiles
    assert len(tiles) == 5

    looked_at.presses("ArrowRight")
    assert looked_at.focused == tiles[0]
    looked_at.presses("ArrowRight")
    assert looked_at.focused == tiles[1]

    looked_at.presses("Enter")
    expect(looked_at.page.get_by_role("heading", level=1)).to_contain_text("Item")
    looked_at.presses("b")
    expect(looked_at.page.locator("#stage")).to_contain_text("people are filled solid")
    looked_at.presses("Escape")
    looked_at.page.wait_for_url(re.compile(r"/items/\?.*faces=any"))
    assert looked_at.focused == tiles[1]

    looked_at.goes_to("Items").filters("Status", "could not be looked at")
    expect(looked_at.page.locator(".tile--closed")).to_contain_text("Damaged picture")
    assert looked_at.page.locator(".tile img").count() == 0


def test_people_are_merged_split_named_and_each_can_be_undone(looked_at):
    looked_at.goes_to("People")
    assert looked_at.group_sizes == [3]
    looked_at.page.get_by_role("link", name="Show single faces too").click()
    looked_at.page.wait_for_url("**single=1*")
    assert looked_at.group_sizes == [3, 1, 1]

    looked_at.chooses(0, 1).merges()
    expect(looked_at.notice).to_contain_text("The groups are now one")
    expect(looked_at.page.locator("h1")).to_contain_text("4 faces")
    looked_at.undoes_the_last_change()
    expect(looked_at.notice).to_contain_text("as it was before")

    looked_at.goes_to("People").opens_group(0).chooses(0).takes_out()
    expect(looked_at.page.locator("h1")).to_contain_text("1 face")
    looked_at.undoes_the_last_change().goes_to("People")
    assert looked_at.group_sizes == [3]

    looked_at.opens_group(0).names_the_person("Person A").goes_to("People")
    expect(looked_at.page.locator(".person__name").first).to_contain_text("Person A")


def test_a_face_is_searched_for_from_the_case_and_from_a_brought_picture(looked_at, assets_root):
    looked_at.goes_to("People").opens_group(0).names_the_person("Person A")

    looked_at.page.get_by_title("Find this face").first.click()
    looked_at.says_what_for()
    expect(looked_at.candidates.first).to_contain_text("To compare")
    expect(looked_at.candidates.filter(has_text="Person A").first).to_be_visible()

    looked_at.brings_a_picture(assets_root / "demo-obama-4.png")
    expect(looked_at.candidates.filter(has_text="Person A").first).to_be_visible()
    looked_at.page.get_by_label("To end before that, say why").fill("Only a trial.")
    looked_at.page.get_by_role("button", name="End early").click()
    expect(looked_at.notice).to_contain_text("erased")


def test_an_upload_is_looked_at_and_a_bad_one_says_why(investigator, seized, tmp_path):
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    with zipfile.ZipFile(good, "w") as packed:
        for path in sorted(seized.rglob("obama-*")):
            packed.write(path, f"../{path.name}")
    bad.write_bytes(good.read_bytes()[:20_000])
    investigator.opens_a_case("2026-8", "Upload")
    investigator.page.expected_errors = ("422",)

    investigator.uploads([bad], "Card")
    expect(investigator.page.locator(".field__error")).to_contain_text("damaged")

    investigator.page.get_by_label("Pictures, or zip").set_input_files([good])
    investigator.page.get_by_role("button", name="Upload").click()
    investigator.starts_looking().waits_until_it_ended().goes_to("People")
    assert investigator.group_sizes == [3]


def test_two_people_on_one_picture_are_not_merged(investigator, seized, assets_root):
    import numpy as np
    from PIL import Image

    pair = [
        Image.open(seized / "DCIM" / name).convert("RGB").resize((500, 600))
        for name in ("obama-1.jpg", "biden-1.jpg")
    ]
    Image.fromarray(np.hstack(pair)).save(seized / "both.jpg", quality=92)
    investigator.opens_a_case("2026-9", "Pair")
    investigator.adds_the_folder(seized, "Disk", root=seized.parent.parent).starts_looking()
    investigator.waits_until_it_ended().goes_to("People")
    assert investigator.group_sizes[:2] == [4, 2]

    investigator.chooses(0, 1).merges()

    expect(investigator.notice).to_contain_text("two faces in one picture are two people")
    assert investigator.group_sizes[:2] == [4, 2]


def test_another_agency_finds_nothing(sign_in, south_lead, case_of_the_north):
    page = sign_in(south_lead)
    page.expected_errors = ("404",)

    expect(page.get_by_text("No case yet")).to_be_visible()
    for path in ("", "items/", "people/", "find/", "failures/", "changes/", "members/"):
        response = page.goto(f"/cases/{case_of_the_north.public_id}/{path}")
        assert response.status == 404
        assert "Harbour" not in page.content()
