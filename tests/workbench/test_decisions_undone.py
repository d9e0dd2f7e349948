"""Decisions about faces: undoing them, races with the program, and who may not decide."""

import pytest
from django.db import IntegrityError, transaction

from haven.web.errors import NotAllowed, NotFound
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import grouping, saving
from haven.workbench.analysis.models import Face, FaceGroup
from haven.workbench.people import actions, queries, rules
from haven.workbench.people import face_actions as act
from haven.workbench.people.face_actions import Choice
from haven.workbench.people.models import Apart, FaceDecision, GroupChange
from tests.workbench.build import NOW, findings


def where():
    """Return the group of every face."""
    return dict(Face.objects.values_list("pk", "group__public_id"))


def inside(group):
    return set(faces.face_ids(group))


class TestUndo:
    @pytest.mark.parametrize("what", ["confirm", "reject", "move", "apart", "apart groups"])
    def test_brings_back_what_was(self, case, groups, decide, take_back, north_lead, what):
        large, small = groups
        before, pair = where(), sorted(inside(large))[:2]
        if what == "move":
            decide(act.move, large, pair, to=small.public_id)
        elif what == "apart":
            decide(act.tell_faces_apart, large, pair)
        elif what == "apart groups":
            ids = [large.public_id, small.public_id]
            act.tell_groups_apart(case.public_id, ids, by=north_lead, at=NOW)
        else:
            decide(getattr(act, what), large, pair)

        take_back()

        assert where() == before
        assert rules.of_case(case.pk) == rules.Rules([], {})
        assert FaceGroup.objects.get(pk=large.pk).n_faces == 4
        assert FaceGroup.objects.get(pk=small.pk).n_faces == 2

    def test_of_an_earlier_face_is_free_of_later_ones(self, groups, decide, take_back):
        large, _small = groups
        one, other, _third, _fourth = sorted(inside(large))
        first = decide(act.reject, large, [one])
        decide(act.confirm, large, [other])

        take_back(first)

        assert one in inside(large)

    def test_is_refused_while_a_later_decision_stands_on_the_face(self, groups, decide, take_back):
        large, small = groups
        one = min(inside(large))
        first = decide(act.confirm, large, [one])
        decide(act.move, large, [one], to=small.public_id)

        with pytest.raises(actions.CannotUndo):
            take_back(first)

        take_back()
        take_back(first)

    def test_of_a_merge_is_refused_after_a_face_was_rejected(
        self, case, groups, decide, take_back, north_lead
    ):
        large, small = groups
        both = [large.public_id, small.public_id]
        actions.merge(case.public_id, both, by=north_lead, at=NOW)
        merged = queries.last_change(case)
        decide(act.reject, large, [min(inside(large))])

        with pytest.raises(actions.CannotUndo):
            take_back(merged)

    def test_of_a_split_is_refused_while_its_halves_are_not_the_same(
        self, case, groups, take_back, north_lead
    ):
        large, _small = groups
        new = actions.split(
            case.public_id, large.public_id, face_ids=[min(inside(large))], by=north_lead, at=NOW
        )
        split = queries.last_change(case)
        ids = [large.public_id, new.public_id]
        apart = act.tell_groups_apart(case.public_id, ids, by=north_lead, at=NOW)

        with pytest.raises(actions.CannotUndo):
            take_back(split)

        take_back(apart)
        take_back(split)
        assert len(inside(large)) == 4

    def test_of_a_rejection_works_after_the_program_put_the_face_elsewhere(
        self, case, groups, decide, take_back
    ):
        large, _small = groups
        chosen = sorted(inside(large))[:2]
        decide(act.reject, large, chosen)
        grouping.regroup(case.pk, settle=True)
        grown = Face.objects.get(pk=chosen[0]).group

        take_back()

        assert set(chosen) <= inside(large)
        assert FaceGroup.objects.get(pk=grown.pk).n_faces == 0


def test_a_grouping_that_began_before_a_rejection_does_not_overwrite_it(
    case, groups, decide, monkeypatch
):
    large, _small = groups
    one = min(inside(large))
    real, calls = grouping.engine.group, []

    def slow(table, **facts):
        answer = real(table, **facts)
        if not calls:  # a person rejects while the program thinks
            decide(act.reject, large, [one])
        calls.append(1)
        return answer

    monkeypatch.setattr(grouping.engine, "group", slow)

    assert grouping.regroup(case.pk, settle=True)
    assert len(calls) == 2
    assert one not in inside(large)


def test_a_face_somebody_decided_about_stays_when_another_look_sees_less(
    case, run, groups, decide
):
    large, _small = groups
    one = Face.objects.get(pk=min(inside(large)))
    decide(act.reject, large, [one.pk])
    name = next(
        name
        for name in ("a0", "a1", "a2", "a3")
        if findings(name).digests.sha256 == one.item.sha256
    )

    saving.content(run, findings(name))

    assert Face.objects.filter(pk=one.pk).exists()
    assert FaceDecision.objects.filter(face=one).exists()


@pytest.mark.parametrize(
    ("who", "error"), [("north_reader", NotAllowed), ("south_lead", NotFound)]
)
def test_the_wrong_person_decides_nothing(request, case, groups, who, error):
    by = request.getfixturevalue(who)
    large, small = groups
    choice = Choice(large.public_id, sorted(inside(large))[:2])
    before = where()

    for one in (
        lambda: act.confirm(case.public_id, choice, by=by, at=NOW),
        lambda: act.reject(case.public_id, choice, by=by, at=NOW),
        lambda: act.move(case.public_id, choice, to=small.public_id, by=by, at=NOW),
        lambda: act.tell_faces_apart(case.public_id, choice, by=by, at=NOW),
        lambda: act.tell_groups_apart(
            case.public_id, [large.public_id, small.public_id], by=by, at=NOW
        ),
    ):
        with pytest.raises(error):
            one()

    assert where() == before
    assert not GroupChange.objects.exists()


def test_a_pair_is_two_faces_or_two_groups_and_nothing_in_between(case, groups, decide):
    large, small = groups
    change = decide(act.confirm, large, [min(inside(large))])
    one = Face.objects.first()

    with (
        pytest.raises(IntegrityError, match="apart_are_two_faces_or_two_groups"),
        transaction.atomic(),
    ):
        Apart.objects.create(case=case, change=change, one_face=one, other_group=small)
