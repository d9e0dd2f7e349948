"""Pages of categories: for the keyboard's script, without scripts, many at once, own schemes."""

import pytest
from django.urls import reverse

from haven.accounts.access import Role
from haven.workbench.categories.models import Batch
from tests.workbench.verdicts import give


class TestPages:
    @pytest.fixture
    def lead(self, client_of, north_lead, scheme):
        return client_of(north_lead)

    def post(self, client, case, name, **fields):
        headers = {"accept": "application/json"}
        url = reverse(f"categories:{name}", args=[case.public_id])
        return client.post(url, {"scheme": "uk@1", **fields}, headers=headers)

    def test_a_script_is_told_what_stands_and_why_not(self, case, lead, found):
        item = found("a.jpg")

        kept = self.post(lead, case, "give", item=item.pk, code="B")
        refused = self.post(lead, case, "give", item=item.pk, code="<b>")
        undone = self.post(lead, case, "undo")
        nothing = self.post(lead, case, "undo")

        assert kept.json() == {"stands": {str(item.pk): "B"}, "said": ""}
        assert (refused.status_code, refused.json()["code"]) == (400, "category.not_found")
        assert undone.json()["stands"] == {str(item.pk): ""}
        assert (nothing.status_code, nothing.json()["code"]) == (409, "category.nothing_to_undo")

    def test_several_items_of_a_script_are_one_batch(self, case, lead, found):
        pks = [found(name).pk for name in "abc"]

        self.post(lead, case, "give", item=pks, code="C")

        assert Batch.objects.get().n_items == 3

    @pytest.mark.parametrize("item", ["", "x", "-1", "9" * 30, "1\0", "\u0661"])
    def test_a_nonsense_item_is_refused_and_no_error(self, case, lead, found, item):
        found("a.jpg")

        answer = self.post(lead, case, "give", item=item, code="A")

        assert answer.status_code in (400, 404)

    def test_works_without_scripts_and_goes_on_to_the_next(self, case, lead, found):
        one, two = found("a.jpg"), found("b.jpg")
        here, then = (reverse("review:item", args=[case.public_id, i.pk]) for i in (one, two))
        page = lead.get(f"{here}?order=arrival").content.decode()
        assert f'name="next" value="{then}?order=arrival"' in page

        answer = lead.post(
            reverse("categories:give", args=[case.public_id]),
            {"scheme": "uk@1", "code": "A", "item": one.pk, "next": f"{then}?order=arrival"},
        )

        assert answer["Location"] == f"{then}?order=arrival"
        assert "Penetrative" in lead.get(here).content.decode()

    @pytest.mark.parametrize("way", ["https://evil.example/", "//evil.example", "/cases/\\evil"])
    def test_leads_nowhere_else(self, case, lead, found, way):
        answer = lead.post(
            reverse("categories:give", args=[case.public_id]),
            {"scheme": "uk@1", "code": "A", "item": found("a").pk, "next": way},
        )

        assert answer["Location"] == reverse("categories:case", args=[case.public_id])

    def test_a_reader_sees_verdicts_and_no_way_to_give_one(
        self, case, client_of, north_reader, north_lead, scheme, found
    ):
        item = found("a.jpg")
        give(item, "B", north_lead)
        client = client_of(north_reader)

        grid = client.get(reverse("review:items", args=[case.public_id])).content.decode()
        page = client.get(reverse("review:item", args=[case.public_id, item.pk])).content.decode()

        assert 'data-code="B"' in grid
        assert "Sexual activity that is not penetrative" in page
        assert "data-judge" not in grid + page
        answer = self.post(client, case, "give", item=item.pk, code="A")
        assert (answer.status_code, answer.json()["code"]) == (403, "web.not_allowed")

    def test_many_shows_which_before_it_gives(self, case, exhibit, lead, found):
        for name in ("DCIM/a.jpg", "DCIM/b.jpg", "c.jpg"):
            found(name)
        url = reverse("categories:many", args=[case.public_id])
        asked = {"how": "folder", "exhibit": exhibit.public_id, "path": "DCIM", "code": "C"}

        shown = lead.get(url, asked)
        assert "2 items would get a category" in shown.content.decode()
        assert len(shown.context["tiles"]) == 2
        blind = lead.post(url, {**asked, "scheme": "uk@1"}, follow=True)
        assert "not the items any more" in blind.content.decode()
        seen = shown.context["look"].fingerprint
        done = lead.post(url, {**asked, "scheme": "uk@1", "seen": seen}, follow=True)

        assert "It was given" in done.content.decode()
        batch = Batch.objects.get()
        undo = reverse("categories:undo_batch", args=[case.public_id, batch.public_id])
        assert "Taken back on 2 items" in lead.post(undo, follow=True).content.decode()

    def test_a_folder_that_is_not_named_is_the_whole_exhibit(self, case, exhibit, lead, found):
        found("DCIM/a.jpg")
        asked = {"how": "folder", "exhibit": exhibit.public_id, "path": "", "code": "C"}

        page = lead.get(reverse("categories:many", args=[case.public_id]), asked)

        assert "1 item would get a category" in page.content.decode()

    def test_an_own_scheme_is_made_on_a_page_and_shown_as_text(self, client_of, north_lead, case):
        north_lead.roles = ["investigator", Role.ADMINISTRATOR]
        north_lead.save()
        client = client_of(north_lead)
        start = client.get(reverse("categories:make") + "?from=uk@1")
        assert 'value="Sexual activity that is not penetrative"' in start.content.decode()
        rows = {"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "0", "name": "<i>Ours</i>"}
        for n, (code, words_) in enumerate((("1", "<script>x</script>"), ("2", "B"), ("", ""))):
            rows |= {f"form-{n}-code": code, f"form-{n}-key": str(n), f"form-{n}-words": words_}

        made = client.post(reverse("categories:make"), rows, follow=True).content.decode()
        twice = client.post(reverse("categories:make"), {**rows, "form-1-key": "0"})

        assert "&lt;script&gt;x&lt;/script&gt;" in made
        assert "<script>x" not in made
        assert twice.status_code == 422
        assert "a key of its own" in twice.content.decode()

    def test_the_overview_counts(self, case, lead, north_lead, found):
        give(found("a"), "A", north_lead)
        found("b")

        page = lead.get(reverse("review:overview", args=[case.public_id])).content.decode()

        assert "Penetrative" in page
        assert "Not reviewed" in page
