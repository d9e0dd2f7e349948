"""Search: exact, and careful with words."""

import numpy as np
import pytest

from haven import engine
from haven.engine.errors import WrongShape
from haven.engine.search import Strength


def test_gives_the_nearest_first_and_ties_in_row_order():
    faces = np.array([[3, 0], [1, 0], [0, 1], [5, 5]], np.float32)

    rows, distances = engine.nearest(faces, np.zeros(2, np.float32), top=3)

    assert rows.tolist() == [1, 2, 0]
    assert distances.tolist() == [1.0, 1.0, 3.0]


def test_of_no_faces_is_no_candidate():
    rows, _ = engine.nearest(np.empty((0, 128), np.float32), np.zeros(128, np.float32), top=5)

    assert rows.tolist() == []


def test_refuses_a_probe_of_another_length():
    with pytest.raises(WrongShape):
        engine.nearest(np.zeros((2, 128), np.float32), np.zeros(64, np.float32), top=1)


@pytest.mark.parametrize(
    ("distance", "quality", "word"),
    [
        (0.2, 0.9, Strength.STRONG),
        (0.45, 0.9, Strength.MODERATE),
        (0.55, 0.9, Strength.WEAK),
        (0.61, 0.9, Strength.NONE),
        (0.2, 0.2, Strength.MODERATE),
        (0.55, 0.2, Strength.NONE),
    ],
)
def test_says_less_of_far_and_poor_faces(distance, quality, word):
    assert engine.strength(distance, quality) is word
