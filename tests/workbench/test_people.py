"""People: splitting, merging, naming, and taking it back."""

import pytest
from django.urls import reverse

from haven.audit import queries as audit
from haven.web.errors import NotAllowed, NotFound
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import grouping
from haven.workbench.analysis.models import Face, FaceGroup
from haven.workbench.authority import actions as authorities
from haven.workbench.evidence import actions as evidence
from haven.workbench.people import actions, queries
from haven.workbench.people.models import GroupChange, Person
from tests.workbench.build import NOW, basis, person, png


@pytest.fixture
def groups(case, found):
    """Return two groups of the program: three pictures of one person, two of another."""
    for picture in range(3):
        found(f"a{picture}", [person(0, wobble=picture)])
    for picture in range(2):
        found(f"b{picture}", [person(1, wobble=picture)])
    grouping.regroup(case.pk, settle=True)
    large, small = FaceGroup.objects.order_by("-n_faces")
    return large, small


def state():
    """Return which faces are in which group, and who the groups are."""
    return (
        dict(Face.objects.values_list("pk", "group__public_id")),
        {
            (one.group.public_id, one.name, one.note)
            for one in Person.objects.filter(group__isnull=False)
        },
    )


def sizes():
    return sorted(FaceGroup.objects.filter(n_faces__gt=0).values_list("n_faces", flat=True))


class TestSplit:
    def test_makes_a_group_of_the_chosen_faces_and_records_it(self, case, groups, north_lead):
        large, _small = groups
        chosen = faces.face_ids(large)[:1]

        new = actions.split(
            case.public_id, large.public_id, face_ids=chosen, by=north_lead, at=NOW
        )

        assert faces.face_ids(new) == chosen
        assert sizes() == [1, 2, 2]
        assert audit.of_case(case.pk).first().verb == "group.split"

    def test_survives_grouping_again(self, case, groups, north_lead):
        large, _small = groups
        new = actions.split(
            case.public_id,
            large.public_id,
            face_ids=faces.face_ids(large)[:1],
            by=north_lead,
            at=NOW,
        )
        before = state()

        grouping.regroup(case.pk, settle=True)

        assert state() == before
        assert FaceGroup.objects.get(pk=new.pk).n_faces == 1

    def test_refuses_none_and_all_and_faces_of_another_group(self, case, groups, north_lead):
        large, small = groups

        for chosen in ([], faces.face_ids(small)):
            with pytest.raises(actions.NothingChosen):
                actions.split(
                    case.public_id, large.public_id, face_ids=chosen, by=north_lead, at=NOW
                )
        with pytest.raises(actions.AllChosen):
            actions.split(
                case.public_id,
                large.public_id,
                face_ids=faces.face_ids(large),
                by=north_lead,
                at=NOW,
            )


class TestMerge:
    def test_puts_all_faces_into_the_largest_group(self, case, groups, north_lead):
        large, small = groups

        kept = actions.merge(
            case.public_id, [small.public_id, large.public_id], by=north_lead, at=NOW
        )

        assert kept.pk == large.pk
        assert sizes() == [5]

    def test_survives_grouping_again(self, case, groups, north_lead):
        actions.merge(case.public_id, [one.public_id for one in groups], by=north_lead, at=NOW)
        before = state()

        grouping.regroup(case.pk, settle=True)

        assert state() == before

    def test_of_groups_that_share_a_picture_is_refused_and_changes_nothing(
        self, case, groups, found, north_lead
    ):
        found("both", [person(0, wobble=9), person(1, wobble=9)])
        grouping.regroup(case.pk)
        before = state()

        with pytest.raises(actions.SamePicture, match="share"):
            actions.merge(case.public_id, [one.public_id for one in groups], by=north_lead, at=NOW)

        assert state() == before
        assert not GroupChange.objects.exists()

    def test_of_two_named_groups_is_refused(self, case, groups, north_lead):
        for number, group in enumerate(groups):
            actions.name(case.public_id, group.public_id, name=f"P{number}", by=north_lead, at=NOW)

        with pytest.raises(actions.TwoNames):
            actions.merge(case.public_id, [one.public_id for one in groups], by=north_lead, at=NOW)

    def test_keeps_the_name_of_the_one_that_has_one(self, case, groups, north_lead):
        large, small = groups
        actions.name(case.public_id, small.public_id, name="P", by=north_lead, at=NOW)

        kept = actions.merge(
            case.public_id, [large.public_id, small.public_id], by=north_lead, at=NOW
        )

        assert kept.pk == small.pk
        assert Person.objects.get().group == kept

    def test_of_one_group_is_refused(self, case, groups, north_lead):
        with pytest.raises(actions.NothingChosen):
            actions.merge(case.public_id, [groups[0].public_id] * 2, by=north_lead, at=NOW)


class TestName:
    def test_keeps_who_named_whom_when_and_why(self, case, groups, north_lead):
        named = actions.name(
            case.public_id,
            groups[0].public_id,
            name=" P1 ",
            note="same scar",
            by=north_lead,
            at=NOW,
        )

        assert (named.name, named.note, named.named_by, named.named_at) == (
            "P1",
            "same scar",
            north_lead,
            NOW,
        )
        assert FaceGroup.objects.get(pk=groups[0].pk).decided

    def test_can_be_corrected_and_both_are_on_record(self, case, groups, north_lead):
        for name in ("P1", "P2"):
            actions.name(case.public_id, groups[0].public_id, name=name, by=north_lead, at=NOW)

        assert Person.objects.get().name == "P2"
        assert [one.verb for one in queries.changes(case)] == ["rename", "name"]


class TestUndo:
    @pytest.mark.parametrize("verb", ["split", "merge", "name", "rename"])
    def test_brings_back_what_was(self, case, groups, north_lead, verb):
        large, small = groups
        if verb == "rename":
            actions.name(case.public_id, large.public_id, name="P", by=north_lead, at=NOW)
        before, size = state(), sizes()
        if verb == "split":
            actions.split(
                case.public_id,
                large.public_id,
                face_ids=faces.face_ids(large)[:1],
                by=north_lead,
                at=NOW,
            )
        elif verb == "merge":
            actions.merge(
                case.public_id, [large.public_id, small.public_id], by=north_lead, at=NOW
            )
        else:
            actions.name(
                case.public_id, large.public_id, name="Q", note="n", by=north_lead, at=NOW
            )
        assert state() != before

        actions.undo(case.public_id, queries.last_change(case).pk, by=north_lead, at=NOW)

        assert (state(), sizes()) == (before, size)
        assert audit.of_case(case.pk).first().verb == "group.undo"

    def test_is_possible_for_an_earlier_change_that_nothing_stands_on(
        self, case, groups, north_lead
    ):
        large, small = groups
        actions.name(case.public_id, large.public_id, name="P", by=north_lead, at=NOW)
        first = queries.last_change(case)
        actions.name(case.public_id, small.public_id, name="Q", by=north_lead, at=NOW)

        actions.undo(case.public_id, first.pk, by=north_lead, at=NOW)

        assert [one.name for one in Person.objects.filter(group__isnull=False)] == ["Q"]

    def test_is_refused_while_a_later_change_stands_on_the_same_group(
        self, case, groups, north_lead
    ):
        large, small = groups
        actions.name(case.public_id, large.public_id, name="P", by=north_lead, at=NOW)
        first = queries.last_change(case)
        actions.merge(case.public_id, [large.public_id, small.public_id], by=north_lead, at=NOW)
        before = state()

        with pytest.raises(actions.CannotUndo):
            actions.undo(case.public_id, first.pk, by=north_lead, at=NOW)

        assert state() == before
        actions.undo(case.public_id, queries.last_change(case).pk, by=north_lead, at=NOW)
        actions.undo(case.public_id, first.pk, by=north_lead, at=NOW)
        assert sizes() == [2, 3]

    def test_is_refused_twice(self, case, groups, north_lead):
        actions.name(case.public_id, groups[0].public_id, name="P", by=north_lead, at=NOW)
        change = queries.last_change(case)
        actions.undo(case.public_id, change.pk, by=north_lead, at=NOW)

        with pytest.raises(actions.CannotUndo):
            actions.undo(case.public_id, change.pk, by=north_lead, at=NOW)

    def test_leaves_a_face_that_came_later_where_it_is(self, case, groups, found, north_lead):
        large, small = groups
        actions.merge(case.public_id, [large.public_id, small.public_id], by=north_lead, at=NOW)
        late = found("late", [person(0, wobble=8)])
        Face.objects.filter(item=late).update(group=large)  # as the program would

        actions.undo(case.public_id, queries.last_change(case).pk, by=north_lead, at=NOW)

        assert Face.objects.get(item=late).group == large
        assert sizes() == [2, 4]

    def test_is_not_overwritten_by_a_grouping_that_began_before_it(
        self, case, groups, north_lead, monkeypatch
    ):
        large, small = groups
        real, calls = grouping.engine.group, []

        def slow(table, **facts):
            answer = real(table, **facts)
            if not calls:  # a person merges while the program thinks
                actions.merge(
                    case.public_id, [large.public_id, small.public_id], by=north_lead, at=NOW
                )
            calls.append(1)
            return answer

        monkeypatch.setattr(grouping.engine, "group", slow)

        assert grouping.regroup(case.pk, settle=True)
        assert len(calls) == 2
        assert sizes() == [5]


@pytest.mark.parametrize(
    ("who", "error"), [("north_reader", NotAllowed), ("south_lead", NotFound)]
)
def test_the_wrong_person_changes_nothing(request, case, groups, who, error):
    by = request.getfixturevalue(who)
    large, small = groups
    before = state()

    for act in (
        lambda: actions.split(
            case.public_id, large.public_id, face_ids=faces.face_ids(large)[:1], by=by, at=NOW
        ),
        lambda: actions.merge(case.public_id, [large.public_id, small.public_id], by=by, at=NOW),
        lambda: actions.name(case.public_id, large.public_id, name="P", by=by, at=NOW),
    ):
        with pytest.raises(error):
            act()

    assert state() == before


class TestSimilarGroups:
    @pytest.fixture
    def page(self, case, found, authority, north_lead, client_of):
        """Return the page of a group that looks like another one."""
        found("a", [person(0)])
        found("b", [person(0, wobble=1)])
        found("c", [[0.75 * one for one in person(0, wobble=2)]])
        faces = list(Face.objects.order_by("pk"))
        for number, chosen in enumerate((faces[:2], faces[2:])):
            made = FaceGroup.objects.create(case=case, public_id=f"g{number}")
            grouping.place(case.pk, [one.pk for one in chosen], made)
        grouping.recount(case.pk)
        client = client_of(north_lead)
        url = reverse("people:group", args=[case.public_id, "g0"])
        return lambda: client.get(url).content.decode()

    def test_are_shown_while_an_authority_covers_face_templates(self, page):
        assert "Candidates, by the clearest face of this group." in page()

    def test_are_not_compared_without_one(self, page, case, authority, north_lead):
        authorities.withdraw(case.public_id, authority.public_id, why="x", by=north_lead, at=NOW)
        authorities.enter(
            case.public_id, basis(powers=["analyse", "search"]), by=north_lead, at=NOW
        )

        text = page()

        assert "Not compared: no valid authority" in text
        assert "Candidates, by the clearest face" not in text

    def test_stay_on_the_exhibits_that_it_covers(self, page, case, authority, north_lead, lay):
        authorities.withdraw(case.public_id, authority.public_id, why="x", by=north_lead, at=NOW)
        other = evidence.add_folder(
            case.public_id, folder=lay({"x.png": png()}), label="Other", by=north_lead, at=NOW
        )
        narrow = basis(powers=["templates"], whole_case=False, exhibits=[other.public_id])
        authorities.enter(case.public_id, narrow, by=north_lead, at=NOW)

        assert "Not compared: no valid authority" in page()
