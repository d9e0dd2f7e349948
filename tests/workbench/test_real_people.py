"""Real faces: what a person decided holds through later looks and groupings."""

import pytest

from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import grouping
from haven.workbench.analysis.models import Face, FaceGroup
from haven.workbench.people import actions
from haven.workbench.people import face_actions as act
from haven.workbench.people.face_actions import Choice
from tests.media import public_media
from tests.workbench.build import NOW


def face_on(name):
    """Return the face on the picture that lay at a path."""
    return Face.objects.select_related("group").get(item__occurrences__path=name)


@pytest.fixture
def pictures():
    """Return a way to read public pictures of adults by name, for a folder."""
    folder = public_media("faces")

    def read(*names):
        paths = [next(folder.glob(f"{name}.*")) for name in names]
        return {f"{path.stem}.jpg": path.read_bytes() for path in paths}

    return read


def test_decisions_about_real_faces_hold_when_more_pictures_come(
    case, look, lay, pictures, north_lead
):
    first = ("obama-1", "obama-2", "obama-3", "lacamoire-2", "lacamoire-3", "leslie-1", "leslie-2")
    look(lay(pictures(*first)))
    obama = face_on("obama-1.jpg").group
    assert {face_on(f"obama-{n}.jpg").group_id for n in (2, 3)} == {obama.pk}

    def choice(*names):
        return Choice(obama.public_id, [face_on(f"{name}.jpg").pk for name in names])

    by = {"by": north_lead, "at": NOW}
    actions.name(case.public_id, obama.public_id, name="Person A", **by)
    act.confirm(case.public_id, choice("obama-1"), **by)
    act.reject(case.public_id, choice("obama-2"), **by)  # wrong on purpose: it must hold
    apart = [face_on("lacamoire-2.jpg").group, face_on("leslie-1.jpg").group]
    act.tell_groups_apart(case.public_id, [one.public_id for one in apart], **by)

    look(lay(pictures("obama-4", "biden-2", "lacamoire-1")), label="Phone B")
    grouping.regroup(case.pk, settle=True)

    kept = FaceGroup.objects.get(pk=obama.pk)
    assert kept.public_id == obama.public_id
    assert face_on("obama-1.jpg").group == kept
    assert face_on("obama-3.jpg").group == kept
    assert face_on("obama-2.jpg").group != kept
    assert face_on("obama-4.jpg").group in {kept, face_on("obama-2.jpg").group}
    assert face_on("biden-2.jpg").group != kept
    for one, name in zip(apart, ("lacamoire-2.jpg", "leslie-1.jpg"), strict=True):
        assert face_on(name).group == one
    with pytest.raises(actions.KeptApart):
        actions.merge(case.public_id, [one.public_id for one in apart], **by)
    with pytest.raises(actions.KeptApart):
        other = face_on("obama-2.jpg").group
        actions.merge(case.public_id, [kept.public_id, other.public_id], **by)
    assert sum(group.n_faces for group in faces.groups(case)) == Face.objects.count()
