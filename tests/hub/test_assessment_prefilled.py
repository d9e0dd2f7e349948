"""A tool check that begins with what the catalogue says: suggestions until a person keeps them."""

import datetime as dt
import html
import json
import re

import jsonschema
import pytest
from django.utils import timezone, translation

from haven.accounts.models import Member
from haven.hub.assessment import actions, exporting, prefilling, queries, scoring, versions
from haven.hub.assessment.actions import Subject, Taken
from haven.hub.assessment.checking import Said
from haven.hub.assessment.models import Answer
from haven.hub.base import yaml_text
from haven.hub.catalogue import seed
from haven.hub.catalogue import vocabulary as words
from haven.hub.catalogue.models import Fact, Tool
from tests.hub import planted

CHECK = versions.newest("tool-check")
SCHEMA = json.loads((versions.CONTENT / "schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
FROM = "From the catalogue"
MEASURED = "Found 94 of 100 bicycles in a set of 2,000 pictures."
CLAIMED = "Finds every bicycle, says the maker."


@pytest.fixture
def tool(db):
    """Return an entry that somebody looked at lately, with facts of three kinds."""
    one = planted.entry("wheelwright", "Wheelwright", maker="Spoke and Sons")
    Tool.objects.filter(pk=one.pk).update(
        checked_on=timezone.localdate(),
        intended_use="Finding stolen bicycles.",
        deployment=["cloud"],
        evidence_leaves="yes",
        licence="MIT",
    )
    fact(one, MEASURED, kind="measured", said_by="North Lab", relation="independent")
    fact(one, CLAIMED)
    one.refresh_from_db()
    return one


def fact(tool, claim, **other):
    values = {
        "kind": "claimed", "said_by": "Spoke", "source": "https://example.org/w",
        "dated": timezone.localdate().isoformat(), "basis": "source", "relation": "maker",
    }  # fmt: skip
    return Fact.objects.create(tool=tool, claim=claim, **values | other)


@pytest.fixture
def assessor(north):
    return Member.objects.create_user(
        username="asta", display_name="Asta", agency=north, roles=["investigator"]
    )


@pytest.fixture
def made(tool, assessor):
    about = Subject(
        title="Trial", unit="North", tool_name="Wheelwright", tool_version="2.1",
        tool_slug=tool.slug, purpose="Find bicycles.",
    )  # fmt: skip
    now = timezone.now()
    begun = actions.begin("tool-check", about, Taken("assessor"), by=assessor, at=now)
    for role in ("technical-reviewer", "data-protection-reviewer"):
        actions.take_role(begun.public_id, Taken(role), by=assessor, at=now)
    return begun


@pytest.fixture
def work(made, client_of, assessor):
    """Return what a member reads of one question."""

    def read(item, query=""):
        part = CHECK.part_of(item).id
        page = client_of(assessor).get(f"/hub/assessments/{made.public_id}/work/{part}/{query}")
        assert page.status_code == 200
        assert len(page.content) < 50_000
        text = page.content.decode()
        return html.unescape(text[text.index(f'id="{item}"') :].partition("</article>")[0])

    return read


def suggested(made, assessor, item):
    found = prefilling.entry(made, member=assessor)
    return found.suggestions(CHECK.items[item])


def keep(made, by, item, **said):
    return actions.answer(made.public_id, item, Said(**said), by=by, at=timezone.now())


class TestBeginning:
    def test_the_page_of_a_tool_leads_to_its_check(self, tool, client_of, assessor):
        client = client_of(assessor)
        link = re.search(
            r'href="(/hub/assessments/begin/tool-check/[^"]+)"',
            client.get("/hub/tools/wheelwright/").content.decode(),
        )
        form = client.get(html.unescape(link[1])).content.decode()

        assert 'name="tool_slug" value="wheelwright"' in form
        assert 'name="tool_name" value="Wheelwright"' in form

    def test_nothing_is_answered_by_it(self, made, work):
        work("T-LEAVE-1")

        assert not Answer.objects.exists()
        shown = queries.shown(made)
        assert len(list(scoring.missing(CHECK, shown.given))) == len(CHECK.items)
        assert not scoring.forbids(CHECK, shown.given)


class TestWhatIsSuggested:
    def test_a_field_fills_the_form_and_says_where_it_is_from(self, work):
        said = work("T-LEAVE-1")

        assert FROM in said
        assert "Nothing is answered until you keep it." in said
        assert "Evidence leaves the agency: <bdi>Yes</bdi>" in said
        assert re.search(r'value="no"[^>]*checked', said)
        assert re.search(r'value="claimed"[^>]*checked', said)
        assert "Evidence leaves the agency: Yes</textarea>" in said
        assert 'name="filled_from" value="evidence_leaves_agency"' in said

    def test_words_fill_the_note_and_choose_nothing(self, work):
        said = work("T-USE-1")

        assert "Meant for: Finding stolen bicycles.</textarea>" in said
        assert not re.search(r'name="value"[^>]*checked', said)

    def test_a_test_by_somebody_else_answers_that_there_is_one(self, made, assessor):
        [one] = suggested(made, assessor, "T-ERROR-3")

        assert (one.value, one.kind, one.said_by) == ("yes", "measured", "North Lab")
        Fact.objects.filter(kind="measured").update(relation="maker", said_by="Spoke")
        [one] = suggested(made, assessor, "T-ERROR-3")
        assert one.value == ""

    def test_a_claim_is_offered_and_put_into_the_form_on_demand(self, work):
        claim = Fact.objects.get(claim=CLAIMED)
        offered = work("T-TRAIN-1")
        assert CLAIMED in offered
        assert f"{CLAIMED}</textarea>" not in offered

        chosen = work("T-TRAIN-1", f"?from=T-TRAIN-1:fact-{claim.pk}")

        assert f"{CLAIMED}</textarea>" in chosen
        assert re.search(r'value="claimed"[^>]*checked', chosen)

    @pytest.mark.parametrize("query", ["?from=T-USE-1:nothing", "?from=x", "?from=T-USE-1:fact-0"])
    def test_what_is_not_offered_fills_nothing(self, work, query):
        assert "</textarea>" in work("T-USE-1", query)

    def test_what_nobody_has_checked_is_shown_and_fills_nothing(self, tool, work):
        claim = f"{prefilling.NOT_SOURCED} whether evidence leaves the agency, licence"
        fact(tool, claim, basis="recalled", source="", said_by="catalogue editor")

        said = work("T-LEAVE-1")

        assert "Evidence leaves the agency: <bdi>Yes</bdi>" in said
        assert "not checked" in said
        assert not re.search(r'name="value"[^>]*checked', said)
        assert "Evidence leaves the agency: Yes</textarea>" not in said
        assert claim not in work("T-EXIT-4")

    def test_a_record_that_nobody_looked_at_for_years_fills_nothing(self, tool, made, assessor):
        Tool.objects.update(checked_on=timezone.localdate() - dt.timedelta(days=1200))

        found = suggested(made, assessor, "T-LEAVE-1")

        assert all(one.is_unchecked for one in found)

    def test_what_is_kept_from_makers_is_left_out(self, tool, made, assessor):
        Tool.objects.update(restricted=["evidence_leaves", "facts"])

        assert {one.field for one in suggested(made, assessor, "T-LEAVE-1")} == {"deployment"}
        assert suggested(made, assessor, "T-ERROR-3") == []

    def test_a_tool_that_the_catalogue_has_not_suggests_nothing(self, made, tool, work):
        Fact.objects.all().delete()
        tool.delete()

        assert FROM not in work("T-LEAVE-1")

    def test_it_is_called_as_the_reader_s_language_calls_it(self, made, assessor):
        with translation.override("ar"):
            [leaves, _runs] = suggested(made, assessor, "T-LEAVE-1")
            assert str(leaves.title) != "Evidence leaves the agency"
            assert leaves.kind_name != "claimed"
            assert leaves.says == str(words.Leaves.YES.label) != "Yes"

    def test_every_field_that_the_seed_did_not_read_in_a_source_has_its_words(self):
        told = yaml_text.load((seed.CONTENT / "tools.yaml").read_text(encoding="utf-8"))
        named = {
            one
            for tool in told
            for fact in tool["facts"]
            for one in prefilling.fields_without_source(fact["claim"])
        }

        assert named
        assert named <= set(prefilling._IN_IT.values()) | set(told[0])


class TestKeeping:
    def test_a_kept_answer_says_what_it_was_taken_from(self, made, assessor, work):
        keep(made, assessor, "T-LEAVE-1", value="no", filled_from="evidence_leaves_agency")

        kept = Answer.objects.get()
        assert kept.filled_from == {
            "tool": "wheelwright", "field": "evidence_leaves_agency", "kind": "claimed",
            "as_of": timezone.localdate().isoformat(), "source": None,
        }  # fmt: skip
        assert f"{FROM}: <a href" in work("T-LEAVE-1")
        told = exporting.told(queries.shown(made), with_names=True)
        VALIDATOR.validate(told)
        assert told["answers"][0]["filled_from"]["field"] == "evidence_leaves_agency"

    def test_an_answer_that_says_something_else_names_no_source(self, made, assessor):
        keep(
            made, assessor, "T-LEAVE-1", value="yes", basis="checked", note="We cut the cable.",
            filled_from="evidence_leaves_agency",
        )  # fmt: skip

        assert Answer.objects.get().filled_from == {}

    @pytest.mark.parametrize("key", ["fact-0", "maker", "<b>", "x" * 200])
    def test_a_source_that_was_not_offered_is_not_kept(self, made, assessor, key):
        keep(made, assessor, "T-LEAVE-1", value="no", filled_from=key)

        assert Answer.objects.get().filled_from == {}

    def test_it_can_be_kept_in_the_browser(self, made, work, client_of, assessor):
        claim = Fact.objects.get(claim=MEASURED)
        sent = {
            "item": "T-ERROR-3", "value": "yes", "basis": "measured", "note": MEASURED,
            "filled_from": f"fact-{claim.pk}",
        }  # fmt: skip
        address = f"/hub/assessments/{made.public_id}/work/T-ERROR/"

        assert client_of(assessor).post(address, sent).status_code == 302

        assert Answer.objects.get().filled_from["source"] == "https://example.org/w"
