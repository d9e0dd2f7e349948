"""Assessments as colleagues meet them: what answers mean, who closes, who reads, what stays."""

import datetime as dt
import json
import re
import shutil

import jsonschema
import pytest
import yaml
from django.db import DatabaseError, IntegrityError, transaction

from haven.accounts.models import Agency, Member
from haven.audit import queries as audit
from haven.hub.assessment import actions, closing, exporting, queries, scoring, versions
from haven.hub.assessment.actions import Subject, Taken
from haven.hub.assessment.checking import (
    NeedsBasis,
    NeedsControl,
    NeedsEvidence,
    NeedsReason,
    Said,
)
from haven.hub.assessment.models import Answer, Assessment, Closing
from haven.hub.assessment.questionnaires import BadQuestionnaire
from haven.hub.assessment.scoring import Given
from haven.web.errors import NotAllowed
from tests.walls import role

NOW = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)
READINESS, RISK, CHECK = (versions.newest(one) for one in
                          ("readiness", "use-case-risk", "tool-check"))  # fmt: skip
SCHEMA = json.loads((versions.CONTENT / "schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
SEEN = {
    "evidence": "The rule, version 3",
    "evidence_where": "Shelf 4",
    "evidence_seen_on": dt.date(2026, 11, 1),
}
SUBJECT = Subject(
    title="Sorting holiday pictures",
    unit="Unit for stolen bicycles",
    tool_name="Wheelwright",
    tool_version="2.1",
    purpose="Set aside pictures without a bicycle.",
)


def levels(**given):
    """Return answers to readiness: 3 everywhere, but for those given."""
    made = {key: Given("3") for key in READINESS.items}
    return made | {key.replace("_", "-"): Given(value) for key, value in given.items()}


class TestQuestionnaires:
    def test_all_three_fit_their_schema(self):
        files = list(versions.CONTENT.glob("*.yaml"))
        assert len(files) >= 3
        for path in files:
            VALIDATOR.validate(yaml.safe_load(path.read_text(encoding="utf-8")))

    @pytest.mark.parametrize(
        ("wrong", "right"),
        [
            ("R-LAW-2", "R-LAW-1"),  # an id twice
            ("[[hub-e2]]", "[[hub-e999]]"),  # a source that is not there
            ("answered_by: [data-protection-reviewer]", "answered_by: [king]"),
            ('version: "1.0"', "edition: 1"),
        ],
    )
    def test_a_file_that_does_not_hold_together_is_refused(self, tmp_path, wrong, right):
        text = (versions.CONTENT / "readiness.yaml").read_text(encoding="utf-8")
        assert wrong in text
        (tmp_path / "readiness.yaml").write_text(text.replace(wrong, right), encoding="utf-8")

        with pytest.raises(BadQuestionnaire):
            versions._read(tmp_path)


class TestReadiness:
    def test_the_lowest_theme_stands_first_and_is_as_strong_as_its_weakest(self):
        found = scoring.levels(READINESS, levels(R_WELL_2="1"))

        assert found[0].theme.id == "R-WELL"
        assert (found[0].lowest, found[0].highest) == (1, 3)

    def test_of_two_as_low_the_lower_mean_is_first(self):
        found = scoring.levels(READINESS, levels(R_LAW_1="1", R_ERR_1="1", R_ERR_2="2"))

        assert [one.theme.id for one in found[:2]] == ["R-ERR", "R-LAW"]

    def test_three_next_actions_come_from_the_lowest_statements(self):
        given = levels(R_LAW_1="0", R_WELL_4="1", R_ERR_3="1", R_ERR_1="2")
        found = scoring.next_actions(READINESS, given)

        assert {item.id for item, _do in found} == {"R-LAW-1", "R-WELL-4", "R-ERR-3"}
        assert found[0][1].startswith("List the tools in use.")

    def test_what_does_not_apply_or_is_open_is_no_level(self):
        given = levels(R_LAW_3="not-applicable")
        del given["R-LAW-1"]
        law = next(one for one in scoring.levels(READINESS, given) if one.theme.id == "R-LAW")

        assert law.known == [3] * (len(law.theme.items) - 2)
        assert [item.id for item in scoring.missing(READINESS, given)] == ["R-LAW-1"]


class TestRisk:
    def test_bands_hold_every_product_of_two_values(self):
        names = [scoring.band(RISK, score).name for score in (4, 5, 9, 10, 16, 20, 25)]

        assert names == ["low", "moderate", "moderate", "high", "high", "very high", "very high"]

    def test_the_highest_remaining_risk_is_first_whatever_it_was_before(self):
        given = {
            "U-CHILD-1": Given(before=(5, 5), after=(1, 2)),
            "U-TRUST-1": Given(before=(2, 3), after=(2, 3)),
            "U-DATA-1": Given(before=(1, 5), after=(1, 5)),
        }
        found = scoring.risks(RISK, given)

        assert [one.item.id for one in found] == ["U-TRUST-1", "U-DATA-1", "U-CHILD-1"]
        assert [one.is_beyond_repair for one in found] == [False, True, False]
        assert (found[2].band_before.name, found[2].band_after.name) == ("very high", "low")

    def test_a_closed_gate_beats_the_best_scores(self):
        given = {key: Given(before=(1, 1), after=(1, 1)) for key in RISK.items}
        assert not scoring.forbids(RISK, given)

        given["U-GATE-LAW"] = Given("not-sure")

        assert [one.id for one in scoring.forbids(RISK, given)] == ["U-GATE-LAW"]


class TestToolCheck:
    def test_one_stop_ends_the_purchase_whatever_the_rest_says(self):
        given = {key: Given("yes", basis="measured") for key in CHECK.items}
        assert not scoring.forbids(CHECK, given)

        given["T-USE-4"] = Given("maker-did-not-answer")

        assert [one.id for one in scoring.forbids(CHECK, given)] == ["T-USE-4"]

    def test_the_theme_with_most_no_and_silence_is_first_and_claims_are_listed(self):
        given = {key: Given("yes", basis="checked") for key in CHECK.items}
        given |= {"T-EXIT-1": Given("no"), "T-EXIT-4": Given("maker-did-not-answer")}
        given |= {"T-USE-1": Given("yes", basis="claimed"), "T-USE-2": Given("no")}

        found = scoring.checks(CHECK, given)

        assert [(one.theme.id, one.n_bad) for one in found[:2]] == [("T-EXIT", 2), ("T-USE", 1)]
        assert [one.id for one in scoring.claims(CHECK, given)] == ["T-USE-1"]


# --- with colleagues -------------------------------------------------------------------


def member(name, agency, *roles):
    return Member.objects.create_user(
        username=name, display_name=name.title(), agency=agency, roles=list(roles)
    )


@pytest.fixture
def team(north):
    """Return colleagues by the role that each takes."""
    return {
        "assessor": member("asta", north, "investigator"),
        "technical-reviewer": member("timo", north, "analyst"),
        "data-protection-reviewer": member("lova", north, "administrator"),
        "wellbeing-lead": member("willa", north, "wellbeing"),
        "accountable-officer": member("olaf", north, "supervisor"),
        "independent-observer": member("ines", north, "investigator"),
    }


def begun(team, slug="tool-check", **gains):
    made = actions.begin(slug, SUBJECT, Taken("assessor"), by=team["assessor"], at=NOW)
    join(made, team, **gains)
    return made


def join(made, team, **gains):
    for name, one in team.items():
        actions.take_role(made.public_id, Taken(name, gains.get(one.username, "")), by=one, at=NOW)


def best(asked, item):
    """Return the best answer to something."""
    if item.id in asked.preparation:
        return Said(text="One sentence.")
    if item.id in asked.gates:
        return Said(value=next(c.value for c in item.choices if c.value not in item.closes))
    if asked.kind == "risk":
        return Said(before=(2, 2), after=(2, 2))
    value = "yes" if asked.kind == "checklist" else "4"
    return Said(value=value, basis="checked" if asked.kind == "checklist" else "", **SEEN)


def fill(made, team, **other):
    """Answer everything with the best, but for what is given by id."""
    asked = versions.get(made.questionnaire, made.version)
    for part in asked.parts:
        for item in part.items:
            by = next(one for name, one in team.items() if name in item.by)
            said = other.get(item.id.replace("-", "_"), best(asked, item))
            actions.answer(made.public_id, item.id, said, by=by, at=NOW)


def closed(made, team, decision="go-on", second="technical-reviewer"):
    first = team["accountable-officer"]
    closing.propose(made.public_id, decision, "It holds.", by=first, at=NOW)
    return closing.confirm(made.public_id, by=team[second], at=NOW)


def told(made, **kwargs):
    shown = queries.shown(Assessment.objects.get(pk=made.pk))
    return exporting.told(shown, **{"with_names": True} | kwargs)


class TestAnswering:
    def test_a_later_answer_supersedes_and_the_earlier_stays(self, team):
        made, by = begun(team), team["assessor"]
        first = actions.answer(made.public_id, "T-USE-1", Said(value="no"), by=by, at=NOW)
        again = Said(value="partly", basis="claimed", supersedes=first.pk)
        actions.answer(made.public_id, "T-USE-1", again, by=by, at=NOW)

        shown = queries.shown(made)
        assert shown.answers["T-USE-1"].value == "partly"
        assert [one.value for one in queries.earlier(made, ["T-USE-1"])["T-USE-1"]] == ["no"]
        with pytest.raises(actions.AnswerChanged):  # who had read the first one only
            actions.answer(made.public_id, "T-USE-1", again, by=by, at=NOW)

    def test_the_site_itself_cannot_change_or_delete_an_answer(self, team):
        made = begun(team)
        actions.answer(made.public_id, "T-USE-1", Said(value="no"), by=team["assessor"], at=NOW)
        for act in (
            lambda: Answer.objects.update(value="yes"),
            lambda: Answer.objects.all().delete(),
        ):
            with (
                pytest.raises(DatabaseError, match="permission denied"),
                transaction.atomic(),
                role("haven_web", member=team["assessor"]),
            ):
                act()

    @pytest.mark.parametrize(
        ("slug", "item", "said", "refusal"),
        [
            ("tool-check", "T-USE-1", Said(value="yes"), NeedsBasis),
            ("tool-check", "T-USE-1", Said(value="not-applicable"), NeedsReason),
            ("readiness", "R-ERR-1", Said(value="2"), NeedsEvidence),
            ("readiness", "R-ERR-1", Said(value="not-applicable"), NeedsReason),
            ("use-case-risk", "U-CHILD-1", Said(value="cannot-occur"), NeedsReason),
            ("use-case-risk", "U-CHILD-1", Said(before=(4, 4), after=(2, 4)), NeedsControl),
        ],
    )
    def test_an_answer_without_its_ground_is_refused(self, team, slug, item, said, refusal):
        made = begun(team, slug)
        asked = versions.newest(slug)
        by = next(one for name, one in team.items() if name in asked.asked(item).by)

        with pytest.raises(refusal):
            actions.answer(made.public_id, item, said, by=by, at=NOW)

    def test_a_plan_lowers_nothing_and_a_control_with_proof_does(self, team):
        made, by = begun(team, "use-case-risk"), team["assessor"]
        asked = RISK.items["U-STAFF-1"]
        control = {"control": asked.controls[0].id, "owner": "Olaf", "proof": "Shelf 4"}
        for in_place in (False, True):
            said = Said(before=(4, 4), after=(2, 4), controls=[{**control, "in_place": in_place}])
            if in_place:
                kept = actions.answer(made.public_id, asked.id, said, by=by, at=NOW)
                assert kept.controls[0]["owner"] == "Olaf"
            else:
                with pytest.raises(NeedsControl):
                    actions.answer(made.public_id, asked.id, said, by=by, at=NOW)

    def test_who_has_no_role_for_it_does_not_answer_and_no_one_makes_oneself_accountable(
        self, team
    ):
        made = begun(team)

        with pytest.raises(NotAllowed):
            actions.answer(
                made.public_id, "T-USE-1", Said(value="no"), by=team["wellbeing-lead"], at=NOW
            )
        with pytest.raises(NotAllowed):
            actions.take_role(
                made.public_id, Taken("accountable-officer"), by=team["assessor"], at=NOW
            )


class TestClosing:
    def test_two_people_close_and_then_nothing_is_answered(self, team):
        made = begun(team)
        fill(made, team)
        first, second = team["accountable-officer"], team["technical-reviewer"]
        waiting = closing.propose(made.public_id, "go-on", "It holds.", by=first, at=NOW)
        with pytest.raises(closing.MayNotClose):
            closing.confirm(made.public_id, by=first, at=NOW)
        with pytest.raises(actions.CloseWaits):
            actions.answer(
                made.public_id, "T-USE-1", Said(value="no"), by=team["assessor"], at=NOW
            )

        closing.confirm(made.public_id, by=second, at=NOW)

        made.refresh_from_db()
        assert made.closed_at == NOW
        with pytest.raises(actions.AlreadyClosed):
            actions.answer(
                made.public_id, "T-USE-1", Said(value="no"), by=team["assessor"], at=NOW
            )
        waiting.refresh_from_db()
        assert (waiting.role, waiting.second_role) == ("accountable-officer", "technical-reviewer")

    @pytest.mark.parametrize("who", ["assessor", "wellbeing-lead", "independent-observer"])
    def test_a_role_that_the_rule_does_not_name_closes_nothing(self, team, who):
        made = begun(team)
        fill(made, team)
        closing.propose(made.public_id, "go-on", "Yes.", by=team["accountable-officer"], at=NOW)

        with pytest.raises(closing.MayNotClose):
            closing.confirm(made.public_id, by=team[who], at=NOW)

    def test_two_reviewers_without_the_accountable_officer_do_not_close(self, team):
        made = begun(team)
        fill(made, team)
        closing.propose(made.public_id, "no", "No.", by=team["technical-reviewer"], at=NOW)

        with pytest.raises(closing.MayNotClose):
            closing.confirm(made.public_id, by=team["data-protection-reviewer"], at=NOW)

    def test_who_gains_from_the_result_does_not_close(self, team):
        made = begun(team, olaf="A cousin works for the maker.")
        fill(made, team)

        with pytest.raises(closing.MayNotClose):
            closing.propose(
                made.public_id, "go-on", "Yes.", by=team["accountable-officer"], at=NOW
            )

    def test_the_database_keeps_the_rule_of_two(self, team):
        made, one = begun(team), team["accountable-officer"]
        row = Closing(assessment=made, decision="go-on", reason="x", role="accountable-officer",
                      proposed_by=one, proposed_at=NOW, is_agreed=True, second_by=one,
                      second_role="technical-reviewer", second_at=NOW)  # fmt: skip

        with pytest.raises(IntegrityError, match="closing_takes_two_people"), transaction.atomic():
            row.save()

    def test_nothing_closes_while_an_answer_is_missing(self, team):
        made = begun(team)

        with pytest.raises(closing.Incomplete):
            closed(made, team)

    def test_a_closed_gate_ends_in_no_or_not_now(self, team):
        made = begun(team, "use-case-risk")
        fill(made, team, U_GATE_LAW=Said(value="no"))
        with pytest.raises(closing.Forbidden):
            closed(made, team, "go-on-with-conditions", "data-protection-reviewer")

        closed(made, team, "not-now", "data-protection-reviewer")

        assert told(made)["close"]["decision"] == "not-now"

    def test_dissent_on_a_gate_is_replied_to_before_the_close_and_stays(self, team):
        made = begun(team, "use-case-risk")
        fill(made, team)
        seen = actions.dissent(
            made.public_id,
            "U-GATE-PERSON",
            "Nobody signed.",
            by=team["independent-observer"],
            at=NOW,
        )
        with pytest.raises(closing.DissentWaits):
            closed(made, team, second="data-protection-reviewer")
        with pytest.raises(NotAllowed):
            actions.reply(
                made.public_id, seen.pk, "So be it.", by=team["independent-observer"], at=NOW
            )
        actions.reply(
            made.public_id, seen.pk, "Signed today.", by=team["accountable-officer"], at=NOW
        )

        closed(made, team, second="data-protection-reviewer")

        [kept] = told(made)["dissent"]
        assert (kept["text"], kept["reply"]) == ("Nobody signed.", "Signed today.")

    def test_a_refused_close_opens_the_answers_again(self, team):
        made = begun(team)
        fill(made, team)
        closing.propose(made.public_id, "go-on", "Yes.", by=team["accountable-officer"], at=NOW)
        closing.refuse(made.public_id, "Wait.", by=team["technical-reviewer"], at=NOW)

        shown = queries.shown(made)
        assert shown.waiting is None
        assert shown.closed is None
        closed(made, team)


class TestAnew:
    def test_it_follows_a_closed_one_for_a_reason_from_the_list(self, team):
        made, by = begun(team), team["assessor"]
        taken = Taken("assessor")
        with pytest.raises(actions.NotAnew):
            actions.make_anew(made.public_id, "T-REDO-TIME", "A year.", taken, by=by, at=NOW)
        fill(made, team)
        closed(made, team)
        with pytest.raises(actions.NotAsked):
            actions.make_anew(made.public_id, "BORED", "A year.", taken, by=by, at=NOW)

        after = actions.make_anew(made.public_id, "T-REDO-TIME", "A year.", taken, by=by, at=NOW)

        assert told(after)["previous"] == str(made.public_id)
        assert told(made)["redo"] == {"due_on": "2027-11-28", "because": None}
        join(after, team)
        fill(after, team)
        closed(after, team)
        assert told(made)["state"] == "replaced"
        assert told(made)["redo"]["because"] == "T-REDO-TIME"

    def test_an_open_one_keeps_its_version_when_the_questionnaire_changes(
        self, team, tmp_path, monkeypatch, client_of
    ):
        made = begun(team)
        shutil.copytree(versions.CONTENT, tmp_path / "content")
        new = tmp_path / "content" / "tool-check.yaml"
        text = new.read_text(encoding="utf-8")
        new.with_name("tool-check-1.0.yaml").write_text(text, encoding="utf-8")
        was = "Does the maker say in writing what the tool is meant for"
        changed = text.replace(was, "Is it written down what the tool is meant for")
        changed = changed.replace('version: "1.0"', 'version: "1.1"')
        new.write_text(changed, encoding="utf-8")
        monkeypatch.setattr(versions, "CONTENT", tmp_path / "content")

        page = client_of(team["assessor"]).get(f"/hub/assessments/{made.public_id}/work/T-USE/")

        assert was in page.content.decode()
        after = begun(team)
        assert (made.version, after.version) == ("1.0", "1.1")
        assert told(made)["questionnaire"]["sha256"] != told(after)["questionnaire"]["sha256"]


class TestExport:
    @pytest.mark.parametrize("slug", ["readiness", "use-case-risk", "tool-check"])
    def test_open_and_closed_fit_the_schema(self, team, slug):
        made = begun(team, slug)
        VALIDATOR.validate(told(made))
        fill(made, team)
        closed(made, team, second="data-protection-reviewer")

        full = told(made)

        VALIDATOR.validate(full)
        assert full["state"] == "closed"
        assert len(full["answers"]) + len(full["gates"]) == Answer.objects.count()
        assert {one["name"] for one in full["close"]["by"]} == {"Olaf", "Lova"}

    def test_names_can_be_left_out(self, team):
        made = begun(team)
        bare = told(made, with_names=False)

        VALIDATOR.validate(bare)
        assert not re.search("Asta|Timo|Lova|Willa|Olaf|Ines", json.dumps(bare))

    def test_the_example_reads_as_ours_do(self):
        path = versions.CONTENT / "example-tool-check.json"
        VALIDATOR.validate(json.loads(path.read_text(encoding="utf-8")))


PAGES = ("", "work/T-USE/", "result/", "compare/", "document/", "assessment.json", "anew/")


class TestPages:
    def test_another_agency_finds_nothing_and_a_provider_no_door(
        self, team, client_of, south_lead, db
    ):
        made = begun(team)
        maker = Agency.objects.create(name="Lantern", country="UY", kind="provider")
        pablo = member("pablo", maker, "provider")
        for path in PAGES:
            address = f"/hub/assessments/{made.public_id}/{path}"
            assert client_of(south_lead).get(address).status_code == 404
            assert client_of(pablo).get(address).status_code == 403
        assert (
            "Sorting holiday"
            not in client_of(south_lead).get("/hub/assessments/").content.decode()
        )
        assert client_of(pablo).get("/hub/assessments/").status_code == 403
        assert "hub/assessments" not in client_of(pablo).get("/hub/").content.decode()
        answer = {"item": "T-USE-1", "value": "no"}
        address = f"/hub/assessments/{made.public_id}/work/T-USE/"
        assert client_of(south_lead).post(address, answer).status_code == 404
        assert Answer.objects.count() == 0

    def test_the_database_shows_another_agency_no_row(self, team, south_lead):
        begun(team)
        with role("haven_web", member=south_lead):
            assert not Assessment.objects.exists()
        with role("haven_web", member=team["assessor"]):
            assert Assessment.objects.count() == 1

    def test_colleagues_go_from_beginning_to_close_in_the_browser(self, team, client_of):
        client = client_of(team["assessor"])
        asked = {
            "title": "Trial",
            "unit": "North",
            "tool_name": "Wheelwright",
            "tool_version": "2.1",
            "purpose": "Set aside.",
            "role": "assessor",
        }
        assert client.post("/hub/assessments/begin/tool-check/", {"unit": "x"}).status_code == 422
        home = client.post("/hub/assessments/begin/tool-check/", asked).headers["Location"]
        said = {"item": "T-USE-1", "value": "yes", "basis": "checked", "note": "Read it."}
        wrong = client.post(f"{home}work/T-USE/", {**said, "basis": ""})
        assert wrong.status_code == 422
        assert "claimed, checked or measured" in wrong.content.decode()
        moved = client.post(f"{home}work/T-USE/", said).headers["Location"]
        assert moved.endswith("work/T-USE/#T-USE-2")
        assert "Read it." in client.get(f"{home}work/T-USE/").content.decode()

        made = Assessment.objects.get()
        for name, one in team.items():
            client_of(one).post(f"{home}role/", {"role": name})
        Answer.objects.all().delete()
        fill(made, team)
        officer, second = (
            client_of(team[n]) for n in ("accountable-officer", "technical-reviewer")
        )
        assert "Your role here does not close" in client.get(f"{home}result/").content.decode()
        officer.post(f"{home}propose/", {"decision": "go-on", "reason": "It holds."})
        assert "Agree and close" not in officer.get(f"{home}result/").content.decode()
        assert "Agree and close" in second.get(f"{home}result/").content.decode()
        second.post(f"{home}confirm/")

        assert "closed by two people" in client.get(home).content.decode()
        saved = client.get(f"{home}assessment.json")
        VALIDATOR.validate(saved.json())
        assert "attachment" in saved.headers["Content-Disposition"]
        moved = client.post(
            f"{home}anew/",
            {"trigger": "T-REDO-VERSION", "reason": "Version 3.", "role": "assessor"},
        )
        after = moved.headers["Location"]
        client.post(f"{after}work/T-USE/", {"item": "T-USE-1", "value": "no"})
        compared = client.get(f"{after}compare/").content.decode()
        assert "worse" in compared

    @pytest.mark.parametrize("slug", ["readiness", "use-case-risk", "tool-check"])
    def test_every_page_shows_its_texts_without_marks_of_the_files(self, team, client_of, slug):
        made = begun(team, slug)
        fill(made, team)
        asked = versions.newest(slug)
        home, client = f"/hub/assessments/{made.public_id}/", client_of(team["assessor"])
        paths = ["", "result/", "document/", *(f"work/{part.id}/" for part in asked.parts)]
        for path in paths:
            page = client.get(home + path)
            text = page.content.decode()
            assert page.status_code == 200
            assert not re.search(r"\[\[[a-z]", text)
            for number in re.findall(r'href="#(source-[a-z0-9-]+)"', text):
                assert f'id="{number}"' in text

    def test_what_was_done_is_on_the_record(self, team):
        made = begun(team)
        fill(made, team)
        closed(made, team)
        actions.export(made.public_id, with_names=True, by=team["assessor"], at=NOW)

        verbs = set(audit.visible_to(team["accountable-officer"]).values_list("verb", flat=True))

        done = ("begin", "take_role", "answer", "propose", "close", "export")
        assert verbs >= {f"assessment.{one}" for one in done}
