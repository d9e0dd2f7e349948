"""Decisions about faces: confirm, reject, move, not the same; and what obeys them."""

import pytest

from haven.audit import queries as audit
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import grouping
from haven.workbench.analysis.models import Face, FaceGroup
from haven.workbench.people import actions, queries, rules
from haven.workbench.people import face_actions as act
from haven.workbench.people.models import Apart, FaceDecision
from tests.workbench.build import NOW, findings, person


def where():
    """Return the group of every face."""
    return dict(Face.objects.values_list("pk", "group__public_id"))


def inside(group):
    return set(faces.face_ids(group))


class TestConfirm:
    def test_keeps_who_when_and_why_and_moves_nothing(self, case, groups, decide, north_lead):
        large, _small = groups
        before, (one, *_rest) = where(), sorted(inside(large))

        change = decide(act.confirm, large, [one], reason=" same scar ")

        assert where() == before
        assert (change.made_by, change.made_at, change.reason) == (north_lead, NOW, "same scar")
        assert rules.of_case(case.pk).confirmed == {one: large.pk}
        assert audit.of_case(case.pk).first().verb == "group.confirm"
        assert FaceGroup.objects.get(pk=large.pk).decided

    def test_stays_through_every_later_grouping(self, case, groups, decide):
        large, _small = groups
        decide(act.confirm, large, sorted(inside(large)))
        before = where()

        grouping.regroup(case.pk, settle=True)

        assert where() == before

    def test_is_refused_for_faces_of_another_group(self, groups, decide):
        large, small = groups
        with pytest.raises(actions.NothingChosen):
            decide(act.confirm, large, sorted(inside(small)))


class TestReject:
    def test_takes_the_face_out_for_ever(self, case, groups, decide):
        large, _small = groups
        one = min(inside(large))

        decide(act.reject, large, [one])

        assert one not in inside(large)
        assert FaceGroup.objects.get(pk=large.pk).n_faces == 3
        for _again in range(3):
            grouping.regroup(case.pk, settle=True)
            assert one not in inside(large)
            assert FaceGroup.objects.get(pk=large.pk).public_id == large.public_id
        assert audit.of_case(case.pk).filter(verb="group.reject").exists()

    def test_lets_the_program_put_it_with_others_that_are_alike(self, case, groups, found, decide):
        large, _small = groups
        chosen = sorted(inside(large))[:2]

        decide(act.reject, large, chosen)
        grouping.regroup(case.pk, settle=True)

        together = set(Face.objects.filter(pk__in=chosen).values_list("group_id", flat=True))
        assert len(together) == 1
        assert together != {large.pk}

    def test_a_group_grown_from_it_is_not_merged_back(self, case, groups, decide, north_lead):
        large, _small = groups
        change = decide(act.reject, large, sorted(inside(large))[:2])
        grouping.regroup(case.pk, settle=True)
        grown = Face.objects.get(pk=change.decisions.first().face_id).group

        with pytest.raises(actions.KeptApart) as refused:
            actions.merge(
                case.public_id, [large.public_id, grown.public_id], by=north_lead, at=NOW
            )

        assert refused.value.change == change.pk

    def test_holds_against_the_group_into_which_its_group_was_merged(
        self, case, groups, decide, north_lead
    ):
        large, small = groups
        one = min(inside(small))
        decide(act.reject, small, [one])
        actions.merge(case.public_id, [large.public_id, small.public_id], by=north_lead, at=NOW)

        alone = Face.objects.get(pk=one).group
        with pytest.raises(actions.KeptApart):
            actions.merge(
                case.public_id, [large.public_id, alone.public_id], by=north_lead, at=NOW
            )
        grouping.regroup(case.pk, settle=True)
        assert one not in inside(large)

    def test_of_all_faces_is_refused(self, groups, decide):
        large, _small = groups
        with pytest.raises(actions.AllChosen):
            decide(act.reject, large, sorted(inside(large)))

    def test_is_superseded_by_moving_the_face_back(self, case, groups, decide, north_lead):
        large, _small = groups
        one = min(inside(large))
        decide(act.reject, large, [one])
        alone = Face.objects.get(pk=one).group

        actions.name(case.public_id, large.public_id, name="Ash", by=north_lead, at=NOW)
        with pytest.raises(actions.KeptApart):  # all faces of a group are merged, not moved
            decide(act.move, alone, [one], to=large.public_id)

        grouping.regroup(case.pk)
        other = sorted(inside(large))[0]
        decide(act.reject, large, [other])
        both = [one, other]
        grouping.regroup(case.pk)
        together = Face.objects.get(pk=one).group
        assert inside(together) == set(both)
        decide(act.move, together, [one], to=large.public_id)
        assert one in inside(large)
        assert rules.of_case(case.pk).confirmed[one] == large.pk
        assert FaceDecision.objects.filter(face=one).count() == 2  # the first row is still there


class TestMove:
    def test_puts_the_face_into_the_other_group_and_keeps_it_there(self, case, groups, decide):
        large, small = groups
        one = min(inside(large))

        target = decide(act.move, large, [one], to=small.public_id)

        assert target == small
        assert one in inside(small)
        grouping.regroup(case.pk, settle=True)
        assert one in inside(small)
        assert FaceGroup.objects.get(pk=small.pk).n_faces == 3
        decision = FaceDecision.objects.get()
        assert (decision.group, decision.moved_to) == (large, small)

    def test_is_refused_where_the_picture_shows_both(self, case, groups, found, decide):
        large, small = groups
        found("both", [person(0, wobble=9), person(1, wobble=9)])
        grouping.regroup(case.pk)
        one = Face.objects.get(item__sha256=findings("both").digests.sha256, group=large)
        before = where()

        with pytest.raises(actions.SamePicture):
            decide(act.move, large, [one.pk], to=small.public_id)

        assert where() == before

    def test_of_all_faces_is_a_merge(self, case, groups, decide):
        large, small = groups

        kept = decide(
            act.move, small, sorted(inside(small)), to=large.public_id, reason="same ear"
        )

        assert kept == large
        assert queries.last_change(case).verb == "merge"
        assert queries.last_change(case).reason == "same ear"

    def test_is_refused_when_a_face_there_was_told_apart(self, case, groups, decide, north_lead):
        large, small = groups
        one, other = sorted(inside(large))[:2]
        decide(act.tell_faces_apart, large, [one, other])
        leaves = Face.objects.exclude(group__in=[large, small]).get()
        stays = one if leaves.pk == other else other
        actions.merge(
            case.public_id, [leaves.group.public_id, small.public_id], by=north_lead, at=NOW
        )
        before = where()

        with pytest.raises(actions.KeptApart):
            decide(act.move, large, [stays], to=small.public_id)

        assert where() == before


class TestNotTheSame:
    def test_of_two_faces_parts_them_for_ever(self, case, groups, decide):
        large, _small = groups
        pair = sorted(inside(large))[:2]

        decide(act.tell_faces_apart, large, pair, reason="another ear")

        assert len(inside(large) & set(pair)) == 1
        for _again in range(3):
            grouping.regroup(case.pk, settle=True)
            assert len({Face.objects.get(pk=pk).group_id for pk in pair}) == 2

    def test_of_two_faces_keeps_the_confirmed_one(self, groups, decide):
        large, _small = groups
        pair = sorted(inside(large))[:2]
        poorer = Face.objects.filter(pk__in=pair).order_by("quality", "-pk").first()
        decide(act.confirm, large, [poorer.pk])

        decide(act.tell_faces_apart, large, pair)

        assert poorer.pk in inside(large)

    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_needs_two(self, groups, decide, count):
        large, _small = groups
        with pytest.raises(act.NotTwo):
            decide(act.tell_faces_apart, large, sorted(inside(large))[:count])

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
            return queries.near_groups(case, large, rules.of_case(case.pk), at=NOW)

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
