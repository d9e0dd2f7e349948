"""Navigators: what a person does in the browser, in the words of the work.

In      a page of a browser in which somebody is signed in
Out     the same page somewhere else; what can be read there
Why     a test reads as a story, and a changed page is mended in one place
Not     here: what should be seen (the tests)
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from playwright.sync_api import Locator, Page, expect

RUN_ENDS_MS = 90_000  # a few pictures on a busy machine, models loaded first


class Investigator:
    """Somebody who works on a case."""

    def __init__(self, page: Page) -> None:
        """Begin at the list of cases."""
        self.page = page

    def opens_a_case(self, number: str, name: str) -> Self:
        """Open a case from the list."""
        self.page.get_by_role("link", name="Open a case").click()
        self.page.get_by_label("Case number").fill(number)
        self.page.get_by_label("Working name").fill(name)
        self.page.get_by_role("button", name="Open the case").click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(name)
        return self

    def adds_the_folder(self, folder: Path, label: str, *, root: Path) -> Self:
        """Add a folder through the picker, from its root down."""
        self.page.get_by_role("link", name="Add a folder").click()
        self.page.get_by_label("Label").fill(label)
        self._picks(str(root))
        for part in folder.relative_to(root).parts:
            self._picks(part)
        self.page.get_by_role("button", name=re.compile("with all below it")).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(label)
        return self

    def uploads(self, files: list[Path], label: str) -> Self:
        """Add files from this machine."""
        self.page.get_by_role("link", name="Upload pictures").click()
        self.page.get_by_label("Label").fill(label)
        self.page.get_by_label("Pictures, or zip").set_input_files(files)
        self.page.get_by_role("button", name="Upload").click()
        return self

    def enters_the_authority(self, reference: str = "W-1", *, also: tuple[str, ...] = ()) -> Self:
        """Enter the legal basis that the start page asks for; back on it, it is covered."""
        self.page.get_by_role("main").get_by_role("link", name="Enter an authority").click()
        self.page.get_by_label("Reference").fill(reference)
        self.page.get_by_label("Issued by").fill("Court of the North")
        for power in ("face templates", "face search in this case", *also):
            self.page.get_by_label(power, exact=True).check()
        self.page.get_by_role("button", name="Enter it").click()
        expect(self.notice).to_contain_text("was entered")
        return self

    def starts_looking(self) -> Self:
        """Have the exhibit looked at as proposed; where no authority covers it, enter one."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Look at")
        if self.page.get_by_role("main").get_by_role("link", name="Enter an authority").count():
            self.enters_the_authority()
        self.page.get_by_role("button", name="Start").click()
        self.page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+/$"))
        return self

    def sees_the_run_going(self) -> Self:
        """See progress that nobody had to ask for."""
        expect(self.page.locator("#runs")).to_be_visible()
        return self

    def waits_until_it_ended(self) -> Self:
        """Wait until the page itself says that no run is going."""
        expect(self.page.locator("#runs")).to_have_count(0, timeout=RUN_ENDS_MS)
        expect(self.page.get_by_text("finished")).to_be_visible(timeout=RUN_ENDS_MS)
        return self

    def goes_to(self, tab: str) -> Self:
        """Choose a part of the case."""
        parts = self.page.get_by_role("navigation", name="Parts of this case")
        if parts.locator("details a").get_by_text(tab, exact=True).count():
            parts.locator("summary").click()
        parts.get_by_role("link", name=tab, exact=True).click()
        return self

    def presses(self, *keys: str) -> Self:
        """Press keys, one after another."""
        self.page.wait_for_load_state()  # its keys are known when the page is whole
        for key in keys:
            self.page.keyboard.press(key)
        return self

    @property
    def focused(self) -> str:
        """Return the id of what the keyboard is on."""
        return str(self.page.evaluate("document.activeElement.id"))

    @property
    def tiles(self) -> list[str]:
        """Return the ids of the items in the grid, in order."""
        return [
            str(one)
            for one in self.page.locator("[data-grid] [data-item]").evaluate_all(
                "tiles => tiles.map((tile) => tile.id)"
            )
        ]

    @property
    def group_sizes(self) -> list[int]:
        """Return how many faces each row of people has, in order."""
        texts = self.page.locator(".person__name .number").all_inner_texts()
        return [int(text.split()[0]) for text in texts]

    def filters(self, field: str, choice: str) -> Self:
        """Choose a value of a filter and wait for the rows."""
        with self.page.expect_response(lambda response: "/items/?" in response.url):
            self.page.get_by_label(field, exact=True).select_option(label=choice)
        self.page.wait_for_load_state("networkidle")
        return self

    def opens_group(self, number: int) -> Self:
        """Open a row of people, counted from 0."""
        self.page.locator(".person__name").nth(number).click()
        return self

    def chooses(self, *numbers: int) -> Self:
        """Tick rows or faces, counted from 0."""
        for number in numbers:
            self.page.locator("[data-choose]").nth(number).check()
        return self

    def merges(self) -> Self:
        """Say that the chosen groups are one person."""
        self.page.get_by_role("button", name="They are one person").click()
        return self

    def takes_out(self) -> Self:
        """Make a group of its own of the chosen faces."""
        self.page.get_by_role("button", name="Take out together").click()
        return self

    def undoes_the_last_change(self) -> Self:
        """Take back what was done last."""
        self.goes_to("Changes")
        self.page.get_by_role("button", name="Undo").first.click()
        return self

    def names_the_person(self, name: str) -> Self:
        """Give the open group a name."""
        self.page.get_by_label("Name", exact=True).fill(name)
        self.page.get_by_role("button", name="Keep the name").click()
        return self

    def says_what_for(self, reason: str = "Seen on two phones.") -> Self:
        """Say purpose and reason, and search."""
        self.page.get_by_label("What the search is for").select_option(label="identify a victim")
        self.page.get_by_label("Why this face").fill(reason)
        self.page.get_by_role("button", name="Look for candidates").click()
        return self

    def starts_urgently(self, why: str, *, officer: str) -> Self:
        """Search across cases without an authority, for a reason that cannot wait."""
        self.page.get_by_label("What the search is for").select_option(label="identify a victim")
        self.page.get_by_label("Why this face").fill("Seen on two phones.")
        self.page.get_by_label("Why it cannot wait").fill(why)
        self.page.get_by_label("Officer who answers for it").select_option(label=officer)
        self.page.get_by_role("button", name="Start urgently").click()
        return self

    def brings_a_picture(self, picture: Path) -> Self:
        """Search the case with a picture of one's own."""
        self.goes_to("Find a face")
        self.page.get_by_label("Picture with the face").set_input_files(picture)
        self.says_what_for()
        expect(self.candidates.first).to_be_visible(timeout=RUN_ENDS_MS)
        return self

    @property
    def candidates(self) -> Locator:
        """Return the candidates of a search, in order."""
        return self.page.locator(".candidate")

    @property
    def notice(self) -> Locator:
        """Return what the page says about what was just done."""
        return self.page.locator("#notices")

    def _picks(self, name: str) -> None:
        """Go into a folder of the picker."""
        with self.page.expect_response(lambda response: "folder=" in response.url):
            self.page.locator(".folders").get_by_text(name, exact=True).click()
