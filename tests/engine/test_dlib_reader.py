"""The reader of dlib files: right numbers in the right order, or a refusal."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haven.engine.assets import dlib_reader
from haven.engine.assets.dlib_reader import (
    AddEarlier,
    Affine,
    Convolution,
    FullyConnected,
    Layer,
    Pool,
    Reader,
    Relu,
)
from haven.engine.errors import AssetRefused
from tests.engine import dlib_file

RANDOM = np.random.default_rng(5)


def numbers(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


CONVOLUTION = Convolution(numbers(4, 3, 3, 3), numbers(4), stride=2, padding=1)


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_a_number_is_read_as_it_was_written(value: int) -> None:
    assert Reader(dlib_file.number(value)).number() == value


@given(st.floats(-1e30, 1e30, allow_subnormal=False))
def test_a_real_is_read_as_it_was_written(value: float) -> None:
    assert Reader(dlib_file.real(value)).real() == value


def test_layers_come_in_the_order_in_which_a_picture_meets_them() -> None:
    written: list[Layer] = [
        CONVOLUTION,
        Affine(numbers(4), numbers(4)),
        Relu(),
        Pool(largest=True, side=3, stride=2, padding=0),
        AddEarlier(),
        Pool(largest=False, side=0, stride=1, padding=0),
        FullyConnected(numbers(4, 2)),
    ]

    reader = Reader(dlib_file.network(32, written))
    reader.expect_number(1, "loss version")
    reader.expect_text("loss_metric_2")
    margins = reader.real(), reader.real()
    start, read = dlib_reader.input_layer(reader), dlib_reader.layers(reader)

    assert margins == (0.04, 0.6)
    assert (start.means_rgb, start.side_px) == ((120.0, 110.0, 100.0), 32)
    assert [type(one) for one in read] == [type(one) for one in written]
    assert isinstance(read[0], Convolution)
    np.testing.assert_array_equal(read[0].filters, CONVOLUTION.filters)
    np.testing.assert_array_equal(read[0].biases, CONVOLUTION.biases)
    assert (read[0].stride, read[0].padding) == (2, 1)
    assert isinstance(read[-1], FullyConnected)
    np.testing.assert_array_equal(read[-1].weights, written[-1].weights)  # type: ignore[union-attr]


def test_normalisation_by_running_means_becomes_the_affine_layer_it_comes_to() -> None:
    gamma, beta, means = numbers(3), numbers(3), numbers(3)
    variances = np.abs(numbers(3)) + 0.1
    content = dlib_file.text("bn_con2") + dlib_file.tensor(np.concatenate([gamma, beta]))
    content += dlib_file.view(1, 3, 1, 1) * 2 + dlib_file.EMPTY * 2
    content += dlib_file.tensor(means) + dlib_file.tensor(variances)
    content += dlib_file.number(7) + dlib_file.number(100) + dlib_file.RATES + dlib_file.real(1e-4)
    content += b"110" + dlib_file.EMPTY * 3 + dlib_file.number(1)

    (layer,) = dlib_reader.layers(Reader(content))

    assert isinstance(layer, Affine)
    picture = numbers(3)
    expected = (picture - means) / np.sqrt(variances + 1e-4) * gamma + beta
    np.testing.assert_allclose(layer.gamma * picture + layer.beta, expected, rtol=2e-6)


FIRST = dlib_file.layer(CONVOLUTION) + dlib_file.number(1)


@pytest.mark.parametrize("end", range(0, len(FIRST), 37))
def test_a_file_that_ends_early_is_refused_wherever_it_ends(end: int) -> None:
    with pytest.raises(AssetRefused):
        dlib_reader.layers(Reader(FIRST[:end]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (dlib_file.text("dropout_"), "layer is 'dropout_'"),
        (b"\x70", "not the start of a number"),
        (dlib_file.number(10**6), "a name of 1000000 letters"),
        (dlib_file.text("relu_") + b"2", "not 0 or 1"),
        (dlib_file.layer(CONVOLUTION, left_over=dlib_file.tensor(numbers(2))), "of training"),
        (
            dlib_file.text("con_4") + dlib_file.number(2) + dlib_file.number(1 << 40) * 4,
            "over 16777216 values",
        ),
        (
            dlib_file.text("con_4") + dlib_file.tensor(np.array([np.nan])),
            "not a number",
        ),
    ],
)
def test_what_the_reader_does_not_know_is_refused_and_said(content: bytes, said: str) -> None:
    with pytest.raises(AssetRefused, match=said):
        dlib_reader.layers(Reader(content))


@given(st.binary(max_size=400), st.integers(0, len(FIRST)))
def test_broken_bytes_are_refused_and_never_crash(noise: bytes, at: int) -> None:
    with contextlib.suppress(AssetRefused):
        dlib_reader.layers(Reader(FIRST[:at] + noise))
