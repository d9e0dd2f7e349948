"""Categories: verdicts of people in schemes kept as data, final, taken back, given to many."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from haven.audit import queries as audit
from haven.web.errors import NotAllowed
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import actions as cases
from haven.workbench.cases.queries import CaseLocked, CaseNotFound
from haven.workbench.categories import actions, choosing, queries, selecting
from haven.workbench.categories.models import Batch, CaseScheme, Verdict
from haven.workbench.retention import rows
from tests.workbench.build import NOW, findings, person
from tests.workbench.verdicts import code_of, give, give_many

LATER = NOW + timedelta(minutes=1)


def verbs(case):
    return [one.verb for one in audit.of_case(case.pk)]


class TestGive:
    def test_says_scheme_code_who_and_when_and_is_recorded(self, case, north_lead, found, scheme):
        item = found("a.jpg")

        made = give(item, "B", north_lead, reason="As in the other series.").verdicts[0]

        assert (made.scheme.key, made.scheme.version, made.code) == ("uk", "1", "B")
        assert (made.given_by, made.given_at, made.stands) == (north_lead, NOW, True)
        entry = audit.of_case(case.pk).first()
        assert (entry.verb, entry.facts["category"], entry.facts["scheme"]) == (
            "category.give",
            "B",
            "uk@1",
        )
        assert "series" not in str(entry.facts)

    def test_a_new_one_supersedes_and_nothing_is_edited(self, north_lead, found, scheme):
        item = found("a.jpg")
        first = give(item, "A", north_lead).verdicts[0]
        second = give(item, "B", north_lead, at=LATER).verdicts[0]

        assert (code_of(item), second.supersedes_id) == ("B", first.pk)
        assert Verdict.objects.count() == 2
        for change in ({"code": "C"}, {"reason": "x"}, {"stands": True}, {"given_at": LATER}):
            with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
                Verdict.objects.filter(pk=first.pk).update(**change)

    def test_the_same_again_by_the_same_member_changes_nothing(self, north_lead, found, scheme):
        item = found("a.jpg")
        give(item, "A", north_lead)
        give(item, "A", north_lead, at=LATER)

        assert Verdict.objects.count() == 1

    @pytest.mark.parametrize("code", ["", "a", "D", "1", "<script>", "A' OR '1", "A" * 500])
    def test_a_code_that_the_scheme_does_not_have_is_refused(
        self, north_lead, found, scheme, code
    ):
        with pytest.raises(actions.CodeNotFound):
            give(found("a.jpg"), code, north_lead)
        assert not Verdict.objects.exists()

    def test_readers_strangers_and_closed_cases_get_none(
        self, case, north_lead, north_reader, south_lead, found, scheme
    ):
        item = found("a.jpg")
        with pytest.raises(NotAllowed):
            give(item, "A", north_reader)
        with pytest.raises(CaseNotFound):
            give(item, "A", south_lead)
        cases.close(case.public_id, by=north_lead, at=NOW)
        with pytest.raises(CaseLocked):
            give(item, "A", north_lead)
        with pytest.raises(CaseLocked):
            actions.undo_last(case.public_id, by=north_lead, at=NOW)

    def test_an_item_of_another_case_is_not_there(self, north_lead, found, scheme):
        other = cases.open_case(number="2", name="Other", by=north_lead, at=NOW)
        choosing.choose(other.public_id, "uk@1", by=north_lead, at=NOW)
        item = found("a.jpg")

        said = actions.Judgement(scheme="uk@1", code="A")
        with pytest.raises(items.ItemNotFound):
            actions.give(other.public_id, item.pk, said, by=north_lead, at=NOW)

    def test_a_colleague_who_was_superseded_sees_it(
        self, case, north_lead, colleague, found, scheme
    ):
        item = found("a.jpg")
        give(item, "A", colleague)
        given = give(item, "B", north_lead, at=LATER)

        assert [one.given_by for one in given.replaced] == [colleague]
        shown = queries.superseded(case, of=colleague)
        assert [(one.code, one.verdict.superseded_by.code) for one in shown] == [("A", "B")]
        assert queries.superseded(case, of=north_lead) == []

    def test_two_schemes_of_a_case_do_not_touch_each_other(self, case, north_lead, found, scheme):
        choosing.choose(case.public_id, "neutral@1", by=north_lead, at=NOW)
        item = found("a.jpg")
        give(item, "A", north_lead)
        said = actions.Judgement(scheme="neutral@1", code="abuse")
        actions.give(case.public_id, item.pk, said, by=north_lead, at=NOW)

        assert Verdict.objects.filter(item=item, stands=True).count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_verdicts_at_once_both_are_kept_and_the_later_stands(
    case, north_lead, colleague, found, scheme
):
    item = found("a.jpg")
    ready = threading.Barrier(2)
    failed = []

    def work(member, codes):
        try:
            ready.wait()
            for code in codes:
                give(item, code, member)
        except Exception as error:  # noqa: BLE001  # told below, in the thread of the test
            failed.append(error)
        finally:
            connection.close()

    both = [
        threading.Thread(target=work, args=(north_lead, "ABABA")),
        threading.Thread(target=work, args=(colleague, "CBCBC")),
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert failed == []
    chain = list(Verdict.objects.filter(item=item).order_by("pk"))
    assert len(chain) == 10
    assert [one.supersedes_id for one in chain] == [None, *(one.pk for one in chain[:-1])]
    assert [one.stands for one in chain] == [False] * 9 + [True]


class TestUndo:
    def test_brings_back_what_was_before_and_whose_it_was(
        self, case, north_lead, colleague, found, scheme
    ):
        item = found("a.jpg")
        give(item, "A", colleague)
        give(item, "B", north_lead)

        undone = actions.undo_last(case.public_id, by=north_lead, at=LATER)

        assert (undone.item_pks, code_of(item)) == ([item.pk], "A")
        shown = queries.standing(queries.current(case), [item.pk])[item.pk]
        assert (shown.by, shown.verdict.given_by) == ("Nils Reader", north_lead)
        assert Verdict.objects.count() == 3
        assert verbs(case)[0] == "category.undo"

    def test_of_the_first_verdict_leaves_the_item_not_reviewed(
        self, case, north_lead, found, scheme
    ):
        item = found("a.jpg")
        give(item, "A", north_lead)
        actions.undo_last(case.public_id, by=north_lead, at=LATER)

        assert code_of(item) == ""
        assert [one.code for one in queries.history(item)] == ["", "A"]
        give(item, "B", north_lead)
        assert code_of(item) == "B"

    def test_goes_back_step_by_step(self, case, north_lead, found, scheme):
        item = found("a.jpg")
        for code in "ABC":
            give(item, code, north_lead)

        seen = []
        for _step in range(3):
            actions.undo_last(case.public_id, by=north_lead, at=LATER)
            seen.append(code_of(item))

        assert seen == ["B", "A", ""]
        with pytest.raises(actions.NothingToUndo):
            actions.undo_last(case.public_id, by=north_lead, at=LATER)

    def test_takes_back_only_ones_own_and_not_over_a_colleague(
        self, case, north_lead, colleague, found, scheme
    ):
        item = found("a.jpg")
        give(item, "A", north_lead)
        with pytest.raises(actions.NothingToUndo):
            actions.undo_last(case.public_id, by=colleague, at=LATER)
        give(item, "B", colleague)

        with pytest.raises(actions.CannotUndo):
            actions.undo_last(case.public_id, by=north_lead, at=LATER)
        assert code_of(item) == "B"


class TestMany:
    @pytest.fixture
    def four(self, found):
        """Return four items in two folders; two look alike, two show one person."""
        near = findings("DCIM/1/a.jpg").perceptual
        return [
            found("DCIM/1/a.jpg", [person(0)]),
            found("DCIM/1/b.jpg", [person(0, wobble=1)], perceptual=near),
            found("DCIM/10/c.jpg"),
            found("WhatsApp/d.jpg"),
        ]

    def test_a_folder_is_what_lay_below_it_and_no_other(
        self, case, exhibit, north_lead, four, scheme
    ):
        where = {"how": "folder", "exhibit": exhibit.public_id, "path": "DCIM/1"}
        look = selecting.look(case, selecting.Selection(**where), scheme_pk(case), "B")
        assert look.item_pks == [four[0].pk, four[1].pk]

        given = give_many(case, north_lead, **where)

        assert [code_of(one) for one in four] == ["B", "B", "", ""]
        assert (given.batch.n_items, verbs(case)[0]) == (2, "category.batch")

    def test_an_exhibit_near_duplicates_and_a_group_say_what_they_come_to(
        self, case, exhibit, four, scheme
    ):
        from haven.workbench.analysis import grouping
        from haven.workbench.analysis.models import Face

        grouping.regroup(case.pk, settle=True)
        group = Face.objects.filter(item=four[0]).get().group

        def count(**selection):
            look = selecting.look(case, selecting.Selection(**selection), scheme_pk(case), "A")
            return look.item_pks

        assert count(how="exhibit", exhibit=exhibit.public_id) == [one.pk for one in four]
        assert count(how="near", item=four[0].pk) == [four[0].pk, four[1].pk]
        assert count(how="group", group=group.public_id) == [four[0].pk, four[1].pk]

    def test_what_has_a_category_is_left_alone_unless_said(
        self, case, exhibit, north_lead, four, scheme
    ):
        give(four[0], "A", north_lead)
        give(four[1], "B", north_lead)
        where = {"how": "exhibit", "exhibit": exhibit.public_id}

        look = selecting.look(case, selecting.Selection(**where), scheme_pk(case), "B")
        assert (look.n_found, look.n_same, look.n_other, len(look.item_pks)) == (4, 1, 1, 2)
        over = selecting.Selection(**where, over=True)
        assert len(selecting.look(case, over, scheme_pk(case), "B").item_pks) == 3

        give_many(case, north_lead, **where)
        assert [code_of(one) for one in four] == ["A", "B", "B", "B"]

    def test_what_is_done_is_what_was_shown(
        self, case, exhibit, north_lead, colleague, four, scheme
    ):
        where = {"how": "exhibit", "exhibit": exhibit.public_id}
        look = selecting.look(case, selecting.Selection(**where), scheme_pk(case), "B")
        give(four[0], "A", colleague)

        with pytest.raises(actions.ChangedSince):
            give_many(case, north_lead, **where, seen=look.fingerprint)
        assert not Batch.objects.exists()

    def test_undoing_a_batch_brings_all_back_but_what_changed_since(
        self, case, exhibit, north_lead, colleague, four, scheme
    ):
        give(four[0], "C", colleague)
        where = {"how": "exhibit", "exhibit": exhibit.public_id, "over": True}
        batch = give_many(case, north_lead, **where).batch
        give(four[3], "A", colleague)

        undone = actions.undo_batch(case.public_id, batch.public_id, by=north_lead, at=LATER)

        assert [code_of(one) for one in four] == ["C", "", "", "A"]
        assert undone.kept_pks == [four[3].pk]
        batch.refresh_from_db()
        assert (batch.n_kept, queries.kept_of(batch)) == (1, [four[3].pk])
        with pytest.raises(actions.CannotUndo):
            actions.undo_batch(case.public_id, batch.public_id, by=north_lead, at=LATER)

    def test_the_key_takes_a_whole_batch_back(self, case, exhibit, north_lead, four, scheme):
        give(four[0], "A", north_lead)
        give_many(case, north_lead, how="chosen", chosen=[one.pk for one in four], over=True)

        actions.undo_last(case.public_id, by=north_lead, at=LATER)

        assert [code_of(one) for one in four] == ["A", "", "", ""]

    @pytest.mark.parametrize(
        "selection", [{"how": "folder"}, {"how": "near"}, {"how": "group"}, {"how": "exhibit"}]
    )
    def test_a_selection_that_says_nothing_is_refused(self, case, north_lead, scheme, selection):
        with pytest.raises(selecting.WrongSelection):
            give_many(case, north_lead, **selection)

    def test_nothing_left_is_said(self, case, exhibit, north_lead, four, scheme):
        where = {"how": "exhibit", "exhibit": exhibit.public_id}
        give_many(case, north_lead, **where)

        with pytest.raises(actions.NothingChosen):
            give_many(case, north_lead, **where)

    def test_chosen_items_that_have_it_already_are_no_error(self, case, north_lead, four, scheme):
        give(four[0], "B", north_lead)
        give_many(case, north_lead, how="chosen", chosen=[four[0].pk], over=True)

        assert Verdict.objects.count() == 1


def scheme_pk(case):
    return CaseScheme.objects.get(case=case).pk


class TestCounting:
    def test_counts_add_up_with_what_is_not_reviewed(self, case, north_lead, found, scheme):
        for name, code in (("a", "A"), ("b", "A"), ("c", "B"), ("d", "")):
            item = found(name)
            if code:
                give(item, code, north_lead)

        rows = queries.tallies(queries.current(case), n_items=4)

        assert {one.code: one.count for one in rows} == {"A": 2, "B": 1, "C": 0, "none": 0, "": 1}
        assert sum(one.share for one in rows) == pytest.approx(100)

    def test_the_grid_narrows_by_category_by_whom_and_by_none(
        self, case, north_lead, colleague, found, scheme
    ):
        one, two, three = found("a"), found("b"), found("c")
        give(one, "A", north_lead)
        give(two, "A", colleague)
        give(two, "B", north_lead)
        actions.undo_last(case.public_id, by=north_lead, at=LATER)

        def keys(verdict, by=None):
            also = queries.having(case, verdict, by=by)
            return sorted(items.items(case, items.Filter(also=also)).values_list("pk", flat=True))

        assert keys("uk@1:A") == [one.pk, two.pk]
        assert keys("none") == keys("uk@1:") == [three.pk]
        assert keys("any") == [one.pk, two.pk]
        assert keys("", colleague.pk) == keys("any", colleague.pk) == [two.pk]
        assert keys("uk@1:B") == keys("uk@9:A") == keys("x:y:z") == []

    def test_what_is_closed_is_known(self, case, north_lead, found, scheme):
        one, two = found("a"), found("b")
        give(one, "none", north_lead)
        give(two, "A", north_lead)

        assert list(items.items(case).filter(queries.closed(case))) == [one]


class TestErasure:
    def test_verdicts_and_their_reasons_go_with_the_case(
        self, case, north_lead, exhibit, found, scheme
    ):
        item = found("a.jpg")
        give(item, "A", north_lead, reason="Names somebody.")
        give_many(case, north_lead, how="exhibit", exhibit=exhibit.public_id, over=True)
        actions.undo_last(case.public_id, by=north_lead, at=LATER)
        assert rows.counts(case.pk)["categories_verdict"] == 3

        with transaction.atomic():
            rows.delete(case.pk)

        assert not Verdict.objects.exists()
        assert not Batch.objects.exists()
        assert not CaseScheme.objects.exists()
