"""An object drawn with keys and with a mouse; its picture goes when nobody is there."""

import pytest
from playwright.sync_api import Page, expect

from haven import engine
from haven.workbench.crops.models import Crop
from haven.workbench.wellbeing.models import Exposure
from tests.e2e.test_care import WCAG
from tests.e2e.test_reveals import until
from tests.workbench import cut_out, opened
from tests.workbench.build import person
from tests.workbench.conftest import authority, case, exhibit, found, lay, run

__all__ = ["authority", "case", "exhibit", "found", "lay", "run"]  # fixtures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def numbers(page: Page) -> list[float]:
    sides = ("left", "top", "width", "height")
    return [float(page.locator(f"[name=object_{one}]").input_value()) for one in sides]


def test_an_object_is_drawn_by_key_and_by_mouse_and_looked_at(sign_in, north_lead, case, found):
    from axe_playwright_python.sync_playwright import Axe

    def passes_the_checks() -> None:
        wrong = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        assert [(page.url, one["id"], one["nodes"][0]["html"]) for one in wrong] == []

    view = engine.object_file(opened.pixels(width=640, height=480))
    views = engine.Derivatives(masked=view, background=view, face_crops=(view,))
    item = found("a.jpg", [person(0)], derivatives=views)
    page = sign_in(north_lead)
    page.goto(f"/cases/{case.public_id}/items/{item.pk}/")
    page.get_by_role("link", name="Make a picture of an object").click()
    over = page.locator("#drawing-over")
    expect(over).to_have_attribute("tabindex", "0")  # its keys are known
    over.focus()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)  # an arrow also turns to the next item, elsewhere
    assert numbers(page) == [41, 41, 21, 19]
    passes_the_checks()

    page.keyboard.press("b")
    expect(page.locator("#stage img")).to_have_attribute("alt", "The place, people filled solid")
    page.wait_for_function("() => document.querySelector('img[data-look]').naturalWidth > 0")
    ground = page.locator("[data-ground]").bounding_box()

    def at(right: float, down: float) -> tuple[float, float]:
        return ground["x"] + right * ground["width"], ground["y"] + down * ground["height"]

    page.mouse.move(*at(0.7, 0.9))
    page.mouse.down()
    page.mouse.move(*at(0.9, 0.7), steps=3)  # from below and from the left
    page.mouse.up()
    assert numbers(page) == pytest.approx([70, 70, 20, 20], abs=1)
    page.get_by_label("What it is").fill("A green bag")
    page.get_by_role("button", name="Cut it out").click()

    expect(page.get_by_role("status").filter(has_text="cuts the object out")).to_be_visible()
    crop = cut_out.make_ready(Crop.objects.select_related("item__case").get())
    assert crop.box == pytest.approx([0.7, 0.7, 0.9, 0.9], abs=0.01)
    page.get_by_role("button", name="Look at it").click()
    expect(page.locator("#stage img")).to_have_attribute("alt", "The object that was cut out")
    passes_the_checks()
    page.get_by_role("link", name="Objects to publish").first.click()  # elsewhere
    until(lambda: not Exposure.objects.filter(ended_at=None).exists())
    passes_the_checks()
