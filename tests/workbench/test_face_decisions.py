"""Decisions about faces: confirm, reject, move, not the same; what obeys them; undoing."""

import pytest
from django.db import IntegrityError, transaction

from haven.audit import queries as audit
from haven.web.errors import NotAllowed, NotFound
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import grouping, saving
from haven.workbench.analysis.models import Face, FaceGroup
from haven.workbench.people import actions, queries, rules
from haven.workbench.people import face_actions as act
from haven.workbench.people.face_actions import Choice
from haven.workbench.people.models import Apart, FaceDecision, GroupChange
from tests.workbench.build import NOW, findings, person


@pytest.fixture
def groups(case, found):
    """Return two groups of the program: four pictures of one person, two of another."""
    for picture in range(4):
        found(f"a{picture}", [person(0, wobble=picture)])
    for picture in range(2):
        found(f"b{picture}", [person(1, wobble=picture)])
    grouping.regroup(case.pk, settle=True)
    large, small = FaceGroup.objects.order_by("-n_faces")
    return large, small


@pytest.fixture
def do(case, north_lead):
    """Return a way to do one act to chosen faces of a group."""

    def one(what, group, chosen, **more):
        choice = Choice(group.public_id, chosen, more.pop("reason", ""))
        return what(case.public_id, choice, by=north_lead, at=NOW, **more)

    return one


@pytest.fixture
def undo(case, north_lead):
    """Return a way to take the latest change back, or the given one."""

    def one(change=None):
        change = change or queries.last_change(case)
        return actions.undo(case.public_id, change.pk, by=north_lead, at=NOW)

    return one


def where():
    """Return the group of every face."""
    return dict(Face.objects.values_list("pk", "group__public_id"))


def inside(group):
    return set(faces.face_ids(group))


class TestConfirm:
    def test_keeps_who_when_and_why_and_moves_nothing(self, case, groups, do, north_lead):
        large, _small = groups
        before, (one, *_rest) = where(), sorted(inside(large))

        change = do(act.confirm, large, [one], reason=" same scar ")

        assert where() == before
        assert (change.made_by, change.made_at, change.reason) == (north_lead, NOW, "same scar")
        assert rules.of_case(case.pk).confirmed == {one: large.pk}
        assert audit.of_case(case.pk).first().verb == "group.confirm"
        assert FaceGroup.objects.get(pk=large.pk).decided

    def test_stays_through_every_later_grouping(self, case, groups, do):
        large, _small = groups
        do(act.confirm, large, sorted(inside(large)))
        before = where()

        grouping.regroup(case.pk, settle=True)

        assert where() == before

    def test_is_refused_for_faces_of_another_group(self, groups, do):
        large, small = groups
        with pytest.raises(actions.NothingChosen):
            do(act.confirm, large, sorted(inside(small)))


class TestReject:
    def test_takes_the_face_out_for_ever(self, case, groups, do):
        large, _small = groups
        one = min(inside(large))

        do(act.reject, large, [one])

        assert one not in inside(large)
        assert FaceGroup.objects.get(pk=large.pk).n_faces == 3
        for _again in range(3):
            grouping.regroup(case.pk, settle=True)
            assert one not in inside(large)
            assert FaceGroup.objects.get(pk=large.pk).public_id == large.public_id
        assert audit.of_case(case.pk).filter(verb="group.reject").exists()

    def test_lets_the_program_put_it_with_others_that_are_alike(self, case, groups, found, do):
        large, _small = groups
        chosen = sorted(inside(large))[:2]

        do(act.reject, large, chosen)
        grouping.regroup(case.pk, settle=True)

        together = set(Face.objects.filter(pk__in=chosen).values_list("group_id", flat=True))
        assert len(together) == 1
        assert together != {large.pk}

    def test_a_group_grown_from_it_is_not_merged_back(self, case, groups, do, north_lead):
        large, _small = groups
        change = do(act.reject, large, sorted(inside(large))[:2])
        grouping.regroup(case.pk, settle=True)
        grown = Face.objects.get(pk=change.decisions.first().face_id).group

        with pytest.raises(actions.KeptApart) as refused:
            actions.merge(
                case.public_id, [large.public_id, grown.public_id], by=north_lead, at=NOW
            )

        assert refused.value.change == change.pk

    def test_holds_against_the_group_into_which_its_group_was_merged(
        self, case, groups, do, north_lead
    ):
        large, small = groups
        one = min(inside(small))
        do(act.reject, small, [one])
        actions.merge(case.public_id, [large.public_id, small.public_id], by=north_lead, at=NOW)

        alone = Face.objects.get(pk=one).group
        with pytest.raises(actions.KeptApart):
            actions.merge(
                case.public_id, [large.public_id, alone.public_id], by=north_lead, at=NOW
            )
        grouping.regroup(case.pk, settle=True)
        assert one not in inside(large)

    def test_of_all_faces_is_refused(self, groups, do):
        large, _small = groups
        with pytest.raises(actions.AllChosen):
            do(act.reject, large, sorted(inside(large)))

    def test_is_superseded_by_moving_the_face_back(self, case, groups, do, north_lead):
        large, _small = groups
        one = min(inside(large))
        do(act.reject, large, [one])
        alone = Face.objects.get(pk=one).group

        actions.name(case.public_id, large.public_id, name="Ash", by=north_lead, at=NOW)
        with pytest.raises(actions.KeptApart):  # all faces of a group are merged, not moved
            do(act.move, alone, [one], to=large.public_id)

        grouping.regroup(case.pk)
        other = sorted(inside(large))[0]
        do(act.reject, large, [other])
        both = [one, other]
        grouping.regroup(case.pk)
        together = Face.objects.get(pk=one).group
        assert inside(together) == set(both)
        do(act.move, together, [one], to=large.public_id)
        assert one in inside(large)
        assert rules.of_case(case.pk).confirmed[one] == large.pk
        assert FaceDecision.objects.filter(face=one).count() == 2  # the first row is still there


class TestMove:
    def test_puts_the_face_into_the_other_group_and_keeps_it_there(self, case, groups, do):
        large, small = groups
        one = min(inside(large))

        target = do(act.move, large, [one], to=small.public_id)

        assert target == small
        assert one in inside(small)
        grouping.regroup(case.pk, settle=True)
        assert one in inside(small)
        assert FaceGroup.objects.get(pk=small.pk).n_faces == 3
        decision = FaceDecision.objects.get()
        assert (decision.group, decision.moved_to) == (large, small)

    def test_is_refused_where_the_picture_shows_both(self, case, groups, found, do):
        large, small = groups
        found("both", [person(0, wobble=9), person(1, wobble=9)])
        grouping.regroup(case.pk)
        one = Face.objects.get(item__sha256=findings("both").digests.sha256, group=large)
        before = where()

        with pytest.raises(actions.SamePicture):
            do(act.move, large, [one.pk], to=small.public_id)

        assert where() == before

    def test_of_all_faces_is_a_merge(self, case, groups, do):
        large, small = groups

        kept = do(act.move, small, sorted(inside(small)), to=large.public_id)

        assert kept == large
        assert queries.last_change(case).verb == "merge"

    def test_is_refused_when_a_face_there_was_told_apart(self, case, groups, do, north_lead):
        large, small = groups
        one, other = sorted(inside(large))[:2]
        do(act.tell_faces_apart, large, [one, other])
        leaves = Face.objects.exclude(group__in=[large, small]).get()
        stays = one if leaves.pk == other else other
        actions.merge(
            case.public_id, [leaves.group.public_id, small.public_id], by=north_lead, at=NOW
        )
        before = where()

        with pytest.raises(actions.KeptApart):
            do(act.move, large, [stays], to=small.public_id)

        assert where() == before


class TestNotTheSame:
    def test_of_two_faces_parts_them_for_ever(self, case, groups, do):
        large, _small = groups
        pair = sorted(inside(large))[:2]

        do(act.tell_faces_apart, large, pair, reason="another ear")

        assert len(inside(large) & set(pair)) == 1
        for _again in range(3):
            grouping.regroup(case.pk, settle=True)
            assert len({Face.objects.get(pk=pk).group_id for pk in pair}) == 2

    def test_of_two_faces_keeps_the_confirmed_one(self, groups, do):
        large, _small = groups
        pair = sorted(inside(large))[:2]
        poorer = Face.objects.filter(pk__in=pair).order_by("quality", "-pk").first()
        do(act.confirm, large, [poorer.pk])

        do(act.tell_faces_apart, large, pair)

        assert poorer.pk in inside(large)

    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_needs_two(self, groups, do, count):
        large, _small = groups
        with pytest.raises(act.NotTwo):
            do(act.tell_faces_apart, large, sorted(inside(large))[:count])

    def test_of_two_groups_is_obeyed_by_merging_and_suggestions(
        self, case, groups, found, north_lead
    ):
        for picture in range(2):  # alike, not so alike as to be put together
            vector = person(0, wobble=30 + picture)
            vector[2] = 0.56
            found(f"c{picture}", [vector])
        grouping.regroup(case.pk, settle=True)
        large = groups[0]
        like = FaceGroup.objects.filter(case=case).exclude(pk__in=[one.pk for one in groups])
        alike = like.get()

        def near():
            return queries.near_groups(case, large, rules.of_case(case.pk))

        assert alike in [row.group for row, _word in near().similar]

        ids = [large.public_id, alike.public_id]
        change = act.tell_groups_apart(case.public_id, ids, by=north_lead, at=NOW)

        assert alike not in [row.group for row, _word in near().similar]
        assert alike in [row.group for row, _word in near().alike]
        with pytest.raises(actions.KeptApart) as refused:
            actions.merge(case.public_id, ids, by=north_lead, at=NOW)
        assert refused.value.change == change.pk
        assert act.tell_groups_apart(case.public_id, ids, by=north_lead, at=NOW) == change
        assert Apart.objects.count() == 1

        actions.undo(case.public_id, change.pk, by=north_lead, at=NOW)
        assert alike in [row.group for row, _word in near().similar]
        actions.merge(case.public_id, ids, by=north_lead, at=NOW)


class TestUndo:
    @pytest.mark.parametrize("what", ["confirm", "reject", "move", "apart", "apart groups"])
    def test_brings_back_what_was(self, case, groups, do, undo, north_lead, what):
        large, small = groups
        before, pair = where(), sorted(inside(large))[:2]
        if what == "move":
            do(act.move, large, pair, to=small.public_id)
        elif what == "apart":
            do(act.tell_faces_apart, large, pair)
        elif what == "apart groups":
            ids = [large.public_id, small.public_id]
            act.tell_groups_apart(case.public_id, ids, by=north_lead, at=NOW)
        else:
            do(getattr(act, what), large, pair)

        undo()

        assert where() == before
        assert rules.of_case(case.pk) == rules.Rules([], {})
        assert FaceGroup.objects.get(pk=large.pk).n_faces == 4
        assert FaceGroup.objects.get(pk=small.pk).n_faces == 2

    def test_of_an_earlier_face_is_free_of_later_ones(self, groups, do, undo):
        large, _small = groups
        one, other, _third, _fourth = sorted(inside(large))
        first = do(act.reject, large, [one])
        do(act.confirm, large, [other])

        undo(first)

        assert one in inside(large)

    def test_is_refused_while_a_later_decision_stands_on_the_face(self, groups, do, undo):
        large, small = groups
        one = min(inside(large))
        first = do(act.confirm, large, [one])
        do(act.move, large, [one], to=small.public_id)

        with pytest.raises(actions.CannotUndo):
            undo(first)

        undo()
        undo(first)

    def test_of_a_merge_is_refused_after_a_face_was_rejected(
        self, case, groups, do, undo, north_lead
    ):
        large, small = groups
        both = [large.public_id, small.public_id]
        actions.merge(case.public_id, both, by=north_lead, at=NOW)
        merged = queries.last_change(case)
        do(act.reject, large, [min(inside(large))])

        with pytest.raises(actions.CannotUndo):
            undo(merged)

    def test_of_a_split_is_refused_while_its_halves_are_not_the_same(
        self, case, groups, undo, north_lead
    ):
        large, _small = groups
        new = actions.split(
            case.public_id, large.public_id, face_ids=[min(inside(large))], by=north_lead, at=NOW
        )
        split = queries.last_change(case)
        ids = [large.public_id, new.public_id]
        apart = act.tell_groups_apart(case.public_id, ids, by=north_lead, at=NOW)

        with pytest.raises(actions.CannotUndo):
            undo(split)

        undo(apart)
        undo(split)
        assert len(inside(large)) == 4

    def test_of_a_rejection_works_after_the_program_put_the_face_elsewhere(
        self, case, groups, do, undo
    ):
        large, _small = groups
        chosen = sorted(inside(large))[:2]
        do(act.reject, large, chosen)
        grouping.regroup(case.pk, settle=True)
        grown = Face.objects.get(pk=chosen[0]).group

        undo()

        assert set(chosen) <= inside(large)
        assert FaceGroup.objects.get(pk=grown.pk).n_faces == 0


def test_a_grouping_that_began_before_a_rejection_does_not_overwrite_it(
    case, groups, do, monkeypatch
):
    large, _small = groups
    one = min(inside(large))
    real, calls = grouping.engine.group, []

    def slow(table, **facts):
        answer = real(table, **facts)
        if not calls:  # a person rejects while the program thinks
            do(act.reject, large, [one])
        calls.append(1)
        return answer

    monkeypatch.setattr(grouping.engine, "group", slow)

    assert grouping.regroup(case.pk, settle=True)
    assert len(calls) == 2
    assert one not in inside(large)


def test_a_face_somebody_decided_about_stays_when_another_look_sees_less(case, run, groups, do):
    large, _small = groups
    one = Face.objects.get(pk=min(inside(large)))
    do(act.reject, large, [one.pk])
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


def test_a_pair_is_two_faces_or_two_groups_and_nothing_in_between(case, groups, do):
    large, small = groups
    change = do(act.confirm, large, [min(inside(large))])
    one = Face.objects.first()

    with (
        pytest.raises(IntegrityError, match="apart_are_two_faces_or_two_groups"),
        transaction.atomic(),
    ):
        Apart.objects.create(case=case, change=change, one_face=one, other_group=small)
