"""Groups: what joins, what never joins, what stays."""

from collections import defaultdict

import numpy as np
import pytest

from haven import engine
from haven.engine.errors import WrongShape
from haven.engine.faces import group as grouping


def people(count: int, each: int, *, spread: float = 0.025, seed: int = 0):
    """Return a table of `count` people on `each` pictures, and who is who."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(count, 128))
    centres *= 1.4 / np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = np.repeat(centres, each, axis=0) + rng.normal(size=(count * each, 128)) * spread
    keys = [f"{number:064x}:0" for number in rng.permutation(count * each)]
    table = engine.FaceTable(
        keys, [key[:64] for key in keys], vectors.astype(np.float32), np.ones(count * each)
    )
    return table, dict(zip(keys, np.repeat(np.arange(count), each).tolist(), strict=True))


def table_of(vectors, media=None, quality=None):
    keys = [f"{number:064x}:0" for number in range(len(vectors))]
    return engine.FaceTable(
        keys,
        media or keys,
        np.array(vectors, np.float32),
        np.array(quality or [1.0] * len(vectors)),
    )


def line(*places: float) -> list[np.ndarray]:
    """Return vectors along one direction."""
    direction = np.eye(128)[0]
    return [place * direction for place in places]


class TestGroup:
    def test_puts_each_person_in_one_group(self):
        table, person_of = people(40, 6)

        group_of = engine.group(table)

        assert len(set(group_of.values())) == 40
        assert all(
            len({group_of[key] for key in person_of if person_of[key] == person}) == 1
            for person in range(40)
        )

    def test_does_not_depend_on_the_order_of_faces(self):
        table, _ = people(30, 4, spread=0.04)
        order = np.random.default_rng(3).permutation(len(table.keys))
        shuffled = engine.FaceTable(
            [table.keys[i] for i in order],
            [table.media[i] for i in order],
            table.embeddings[order],
            table.quality[order],
        )

        assert engine.group(shuffled) == engine.group(table)

    def test_never_joins_two_faces_of_one_picture(self):
        table = table_of(line(0, 0.1), media=["one", "one"])

        assert len(set(engine.group(table).values())) == 2

    def test_never_joins_two_faces_of_one_picture_through_a_third(self):
        table = table_of(line(0, 0.1, 0.2), media=["one", "two", "one"])

        first, _, last = engine.group(table).values()

        assert first != last

    def test_does_not_follow_a_chain_of_strangers(self):
        table = table_of(line(*np.arange(0, 4, 0.4)))

        sizes = defaultdict(int)
        for group in engine.group(table).values():
            sizes[group] += 1

        assert max(sizes.values()) <= 3

    def test_keeps_settled_groups_apart_and_their_names(self):
        table = table_of(line(0, 0.1, 0.2))
        settled = {table.keys[0]: "anna", table.keys[2]: "berta"}

        group_of = engine.group(table, settled=settled)

        assert group_of[table.keys[0]] == "anna"
        assert group_of[table.keys[2]] == "berta"
        assert group_of[table.keys[1]] in {"anna", "berta"}

    def test_keeps_people_apart_who_were_told_apart(self):
        table = table_of(line(0, 0.1))

        group_of = engine.group(table, apart=[(table.keys[1], table.keys[0])])

        assert len(set(group_of.values())) == 2

    def test_keeps_the_names_of_groups_when_pictures_are_added(self):
        table, _ = people(30, 6)
        part = engine.FaceTable(
            table.keys[:100], table.media[:100], table.embeddings[:100], table.quality[:100]
        )

        before = engine.group(part)
        after = engine.group(table, settled=before)

        assert {key: after[key] for key in before} == before

    def test_does_not_let_a_poor_face_pull_groups_together(self):
        vectors = line(0, 0.45)
        assert len(set(engine.group(table_of(vectors)).values())) == 1
        assert len(set(engine.group(table_of(vectors, quality=[1.0, 0.2])).values())) == 2

    def test_of_nothing_is_nothing(self):
        assert engine.group(table_of(np.empty((0, 128)))) == {}

    def test_refuses_columns_of_different_lengths(self):
        with pytest.raises(WrongShape):
            engine.FaceTable(["a"], [], np.zeros((1, 128), np.float32), np.ones(1))


class TestNeighbours:
    def test_of_the_inverted_file_are_nearly_all_of_the_exact_ones(self, monkeypatch):
        table, _ = people(300, 10, spread=0.04)
        exact, _ = grouping.neighbours(table.embeddings, 8)
        monkeypatch.setattr(grouping, "EXACT_UP_TO", 100)  # reach the other path with few faces

        near, _ = grouping.neighbours(table.embeddings, 8)

        shared = [len(set(a) & set(b)) for a, b in zip(exact, near, strict=True)]
        assert np.mean(shared) / exact.shape[1] > 0.97
