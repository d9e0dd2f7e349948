"""Cutting and shrinking without aliasing."""

import numpy as np
import pytest

from haven.engine import geometry
from haven.engine.errors import WrongShape

CHECKERS = (np.indices((400, 600)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, 2)


@pytest.mark.parametrize("size", [(300, 200), (200, 133), (77, 51), (75, 50)])
def test_a_fine_pattern_becomes_its_mean(size):
    small = geometry.resized(CHECKERS, *size)

    assert small.shape == (size[1], size[0], 3)
    assert np.abs(small.astype(int) - 127).max() < 70


def test_a_size_that_fits_is_left_alone():
    assert np.array_equal(geometry.resized(CHECKERS, 600, 400), CHECKERS)


def test_a_square_shows_the_middle_it_was_given():
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[40:60, 140:160] = 255

    cut = geometry.square(pixels, geometry.around(np.array([150, 50]), np.array([1, 1]), 40), 40)

    assert cut[20, 20].tolist() == [255, 255, 255]
    assert cut[:8].max() == 0


def test_a_map_without_size_is_refused():
    with pytest.raises(WrongShape):
        geometry.square(CHECKERS, np.zeros((2, 3)), 10)
