"""Schemes: lists of categories as data, shipped or an agency's own, copied into each case."""

import ast
from pathlib import Path

import pytest

from haven.audit import queries as audit
from haven.web.errors import NotAllowed
from haven.workbench.cases.queries import CaseNotFound
from haven.workbench.categories import actions, choosing, queries, schemes, words
from haven.workbench.categories.models import CaseScheme
from tests.workbench.build import NOW
from tests.workbench.verdicts import code_of, give

THINGS = [
    schemes.Code(code="people", key="1", words="People", colour="accent"),
    schemes.Code(code="thing", key="2", words="A thing"),
    schemes.Code(code="other", key="0", words="Not relevant", closes=True),
]


def verbs(case):
    return [one.verb for one in audit.of_case(case.pk)]


class TestSchemes:
    def test_those_that_come_with_haven_say_where_they_come_from(self):
        found = {one.key: one for one in schemes.shipped()}

        assert set(found) == {"neutral", "uk", "us-current", "us-older"}
        assert all(one.source and one.version for one in found.values())

    def test_0_and_5_are_never_carried_over(self):
        found = {one.key: one for one in schemes.shipped()}

        assert found["us-current"].get("5") is None
        assert found["us-older"].get("0") is None
        for key, code in (("us-current", "0"), ("us-older", "5")):
            assert "never carries" in found[key].noted(code)

    def test_no_scheme_has_a_category_for_what_nobody_reviewed(self):
        said = [code.words.casefold() for one in schemes.shipped() for code in one.codes]

        assert not [one for one in said if "review" in one or "uncategor" in one]

    def test_every_word_of_a_shipped_scheme_is_there_for_translators(self):
        tree = ast.parse(Path(words.__file__).read_text(encoding="utf-8"))
        known = {
            node.args[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"
        }

        shown = {
            text
            for one in schemes.shipped()
            for text in (
                one.name,
                one.source,
                *(part for code in one.codes for part in (code.words, code.note)),
            )
        }
        assert shown - {""} == known

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"code": "<b>1</b>"}, schemes.CodeWrong),
            ({"code": ""}, schemes.CodeWrong),
            ({"code": "1\0"}, schemes.CodeWrong),
            ({"code": "عربي"}, schemes.CodeWrong),
            ({"code": "A" * 13}, schemes.CodeWrong),
            ({"code": "Thing"}, schemes.CodeTwice),
            ({"key": "2"}, schemes.CodeTwice),
            ({"key": "u"}, schemes.KeyWrong),
            ({"key": "12"}, schemes.KeyWrong),
            ({"words": " "}, schemes.SchemeWrong),
            ({"colour": "red; background: url(x)"}, schemes.SchemeWrong),
        ],
    )
    def test_a_hostile_or_ambiguous_category_is_refused(self, change, error):
        plain = {"code": "people", "key": "1", "words": "People"}

        with pytest.raises(error):
            schemes.checked([schemes.Code(**{**plain, **change}), THINGS[1]])

    def test_a_change_is_another_version_and_the_case_keeps_its_own(self, case, north_lead, found):
        item = found("a.jpg")
        north_lead.roles = ["investigator", "administrator"]
        first = choosing.make(name="Things", codes=THINGS, by=north_lead, at=NOW)
        choosing.choose(case.public_id, first.scheme.ref, by=north_lead, at=NOW)
        said = actions.Judgement(scheme=first.scheme.ref, code="thing")
        actions.give(case.public_id, item.pk, said, by=north_lead, at=NOW)

        changed = [*THINGS[:1], schemes.Code(code="thing", key="2", words="Nothing like it")]
        second = choosing.make(
            name="Things", codes=changed, changes=first.key, by=north_lead, at=NOW
        )

        assert (second.key, second.version) == (first.key, 2)
        assert queries.history(item)[0].words == "A thing"
        assert [one.version for one in queries.own(north_lead.agency_id)] == [2]

    def test_only_an_administrator_makes_one_and_only_for_the_own_agency(
        self, case, north_lead, south_lead
    ):
        with pytest.raises(NotAllowed):
            choosing.make(name="Things", codes=THINGS, by=north_lead, at=NOW)
        south_lead.roles = ["administrator"]
        theirs = choosing.make(name="Theirs", codes=THINGS, by=south_lead, at=NOW)

        assert theirs.scheme.ref not in [one.ref for one in queries.offered(case.agency_id)]
        with pytest.raises(queries.SchemeNotFound):
            choosing.choose(case.public_id, theirs.scheme.ref, by=north_lead, at=NOW)

    def test_who_leads_the_case_chooses(self, case, north_reader, south_lead, colleague):
        with pytest.raises(NotAllowed):
            choosing.choose(case.public_id, "uk@1", by=colleague, at=NOW)
        with pytest.raises(CaseNotFound):
            choosing.choose(case.public_id, "uk@1", by=south_lead, at=NOW)

    def test_the_default_of_the_agency_is_taken_into_use_by_the_first_verdict(
        self, case, north_lead, found
    ):
        north_lead.roles = ["investigator", "administrator"]
        item = found("a.jpg")
        choosing.set_default("uk", by=north_lead, at=NOW)
        assert [(one.scheme.ref, one.pk) for one in queries.in_use(case)] == [("uk@1", None)]
        assert not CaseScheme.objects.exists()

        give(item, "A", north_lead)

        assert CaseScheme.objects.get().key == "uk"
        assert "scheme.choose" in verbs(case)

    def test_one_that_was_dropped_takes_no_verdict_and_keeps_those_given(
        self, case, north_lead, found, scheme
    ):
        item = found("a.jpg")
        give(item, "A", north_lead)
        choosing.drop(case.public_id, "uk@1", by=north_lead, at=NOW)

        with pytest.raises(queries.SchemeNotFound):
            give(item, "B", north_lead)
        assert code_of(item) == "A"
        assert queries.in_use(case) == []
