"""PDQ: a perceptual hash of 256 bits, near for pictures that look alike.

In      an upright BGR picture, or stored hashes and a query
Out     a PerceptualHash; distances in bits; the stored hashes near a query
Fails   WrongShape: pixels are not (height, width, 3) uint8, or a hash is not 256 bits
Why     finds re-encoded and resized copies; the method is open and widely exchanged
Not     here: deciding what near means for a case, reading files

The method is blur, decimate, transform, threshold. Blur (two passes of a box along each
axis) and decimation to 64x64 are linear and separable, so both are one small matrix per
axis: 64 rows that each touch about 1/64 of the picture. Same numbers as filtering the
whole picture, at a fraction of the work (bench/pdq.py). `pdq_plain` is the published order
of steps, and the truth in tests.

Source of the method and of every number: PDQ in facebook/ThreatExchange, pdq/README.md,
cpp/downscaling/downscaling.cpp and cpp/hashing/pdqhashing.cpp.
"""

from functools import cache, lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from haven.engine.errors import WrongShape
from haven.engine.records import PerceptualHash, Pixels

NEAR_BITS = 31  # at or below: near. PDQ_CONFIDENT_MATCH_THRESHOLD in python-threatexchange
MIN_QUALITY = 50  # below: too flat to be told apart, ignore the hash; same source
_SIDE = 64  # of the decimated picture
_KEPT = 16  # DCT coefficients per axis
_PASSES = 2
_MIN_SIDE_PX = 5  # smaller pictures have the empty hash and quality 0
_LUMA_BGR = np.array([0.114, 0.587, 0.299], dtype=np.float32)

# The seven other ways a picture can lie: quarter turns clockwise, and mirrored (left and right
# changed) before them.
TURNS = ("90", "180", "270", "mirrored", "mirrored 90", "mirrored 180", "mirrored 270")

Floats = NDArray[np.float32]
HashBytes = NDArray[np.uint8]


def pdq(pixels_bgr: Pixels) -> PerceptualHash:
    """Return the PDQ hash of a picture and how much there is in it to tell it by.

    Args:
        pixels_bgr: Upright picture, shape (height, width, 3), uint8.

    Returns:
        64 hexadecimal digits and a quality of 0 (flat) to 100. A picture with a side
        under 5 pixels has the empty hash and quality 0.

    Raises:
        WrongShape: Not (height, width, 3) uint8.
    """
    height, width = _checked_size(pixels_bgr)
    if min(height, width) < _MIN_SIDE_PX:
        return PerceptualHash("0" * 64, 0)
    if min(height, width) < 2 * _SIDE:  # hardly averaged, so fractions of a grey level count
        return _hash_of_small(_decimated(pixels_bgr.astype(np.float32) @ _LUMA_BGR))
    # Whole grey levels instead of fractions: on real pictures no bit changes (bench/pdq.py).
    return _hash_of_small(_decimated(cv2.cvtColor(pixels_bgr, cv2.COLOR_BGR2GRAY)))


def pdq_plain(pixels_bgr: Pixels) -> PerceptualHash:
    """Return the same as `pdq`, step by step over the whole picture as published; slow.

    Raises:
        WrongShape: Not (height, width, 3) uint8.
    """
    height, width = _checked_size(pixels_bgr)
    if min(height, width) < _MIN_SIDE_PX:
        return PerceptualHash("0" * 64, 0)
    luma = pixels_bgr.astype(np.float32) @ _LUMA_BGR
    rows, columns = _box_matrix(height), _box_matrix(width)
    for _ in range(_PASSES):
        luma = rows @ (luma @ columns.T)
    small = luma[np.ix_(_centres(height), _centres(width))]
    return _hash_of_small(small.astype(np.float32))


def distance(a: str, b: str) -> int:
    """Return the number of bits, 0 to 256, in which two hashes differ.

    Raises:
        WrongShape: A hash is not 64 hexadecimal digits.
    """
    return int(np.bitwise_count(from_hex(a) ^ from_hex(b)).sum(dtype=np.int64))


def near(
    stored: HashBytes, query: HashBytes, max_bits: int = NEAR_BITS
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every stored hash within `max_bits` of the query, nearest first.

    Args:
        stored: PDQ hashes, shape (n, 32), uint8. n may be 0.
        query: One PDQ hash, shape (32,), uint8.
        max_bits: Largest Hamming distance that still counts as near, in bits of 256.

    Returns:
        rows: Row numbers into `stored`, shape (k,), int64.
        bits: Their distances, shape (k,), int64, ascending; ties keep row order.

    Raises:
        WrongShape: A hash is not 32 bytes of uint8.
    """
    if stored.ndim != 2 or stored.shape[1] != 32 or stored.dtype != np.uint8:
        raise WrongShape(f"stored hashes are {stored.shape} {stored.dtype}, not (n, 32) uint8")
    if query.shape != (32,) or query.dtype != np.uint8:
        raise WrongShape(f"query hash is {query.shape} {query.dtype}, not (32,) uint8")
    words = np.ascontiguousarray(stored).view(np.uint64)  # eight bytes are counted at once
    differing = words ^ np.ascontiguousarray(query).view(np.uint64)
    bits = np.bitwise_count(differing).sum(axis=1, dtype=np.int64)
    rows = np.flatnonzero(bits <= max_bits)
    order = np.argsort(bits[rows], kind="stable")
    return rows[order], bits[rows][order]


def from_hex(text: str) -> HashBytes:
    """Return the 32 bytes of a hash, shape (32,), uint8, most significant first.

    Raises:
        WrongShape: Not 64 hexadecimal digits.
    """
    try:
        packed = np.frombuffer(bytes.fromhex(text), dtype=np.uint8)
    except ValueError:
        raise WrongShape(f"a PDQ hash is not hexadecimal: {len(text)} characters") from None
    if packed.shape != (32,) or len(text) != 64:
        raise WrongShape(f"a PDQ hash has {len(text)} hexadecimal digits, not 64")
    return packed


def to_bytes(perceptual: PerceptualHash) -> HashBytes:
    """Return the 32 bytes of a hash as `near` takes them, shape (32,), uint8.

    Raises:
        WrongShape: Not 64 hexadecimal digits.
    """
    return from_hex(perceptual.pdq)


def _checked_size(pixels_bgr: Pixels) -> tuple[int, int]:
    """Return height and width, or raise WrongShape."""
    if pixels_bgr.ndim != 3 or pixels_bgr.shape[2] != 3 or pixels_bgr.dtype != np.uint8:
        raise WrongShape(f"picture is {pixels_bgr.shape} {pixels_bgr.dtype}, not (h, w, 3) uint8")
    return int(pixels_bgr.shape[0]), int(pixels_bgr.shape[1])


def _centres(length_px: int) -> NDArray[np.int64]:
    """Return the pixel that each of the 64 decimated ones is taken from."""
    return ((np.arange(_SIDE) + 0.5) * length_px / _SIDE).astype(np.int64)


def _box_matrix(length_px: int) -> Floats:
    """Return one pass of the box filter along an axis, shape (length, length), float32.

    The window is 1/128 of the axis, rounded up; an even one reaches one pixel further
    ahead than back; at the borders only the pixels inside are averaged.
    """
    window = -(-length_px // (2 * _SIDE))
    ahead = window // 2
    back = window - 1 - ahead
    offsets = np.arange(length_px) - np.arange(length_px)[:, None]
    inside = (offsets >= -back) & (offsets <= ahead)
    matrix: Floats = (inside / inside.sum(axis=1, keepdims=True)).astype(np.float32)
    return matrix


@lru_cache(maxsize=256)  # 2 axes x the shapes of a few cameras; about 20 KB each
def _taps(length_px: int) -> tuple[NDArray[np.int64], Floats]:
    """Return which pixels of an axis make each decimated one, and with what weight.

    Returns:
        positions: Shape (64, k), int64. Padding repeats a border pixel at weight 0.
        weights: Shape (64, k), float32; each row sums to 1.
    """
    window = -(-length_px // (2 * _SIDE))
    ahead = window // 2
    back = window - 1 - ahead
    reach = np.arange(-2 * back, 2 * ahead + 1)
    wanted = _centres(length_px)[:, None] + reach
    weights = np.zeros(wanted.shape, dtype=np.float64)
    for step in range(-back, ahead + 1):  # the second pass averages rows of the first
        middle = _centres(length_px) + step
        counted = (middle >= 0) & (middle < length_px)
        low, high = np.maximum(middle - back, 0), np.minimum(middle + ahead, length_px - 1)
        covered = (wanted >= low[:, None]) & (wanted <= high[:, None]) & counted[:, None]
        weights += covered / np.maximum(high - low + 1, 1)[:, None]
    weights /= weights.sum(axis=1, keepdims=True)
    return np.clip(wanted, 0, length_px - 1), weights.astype(np.float32)


def _decimated(grey: NDArray[Any]) -> Floats:
    """Return blur and decimation of a grey picture of any number type, (64, 64), float32."""
    height, width = grey.shape
    rows, row_weights = _taps(height)
    columns, column_weights = _taps(width)
    bands = grey[rows].astype(np.float32)  # (64, k, width)
    band = np.matmul(row_weights[:, None, :], bands)[:, 0, :]  # (64, width)
    picked = band[:, columns]  # (64, 64, k)
    small: Floats = np.einsum("ijk,jk->ij", picked, column_weights)
    return small


@cache
def _dct_matrix() -> Floats:
    """Return rows 1 to 16 of the 64-point cosine transform, shape (16, 64), float32."""
    frequency = np.arange(1, _KEPT + 1)[:, None]
    position = 2 * np.arange(_SIDE) + 1
    matrix = np.sqrt(2.0 / _SIDE) * np.cos(np.pi / (2 * _SIDE) * frequency * position)
    return np.asarray(matrix, dtype=np.float32)


def _hash_of_small(small: Floats) -> PerceptualHash:
    """Return the hash of a decimated picture, shape (64, 64), float32."""
    matrix = _dct_matrix()
    coefficients = np.asarray(matrix @ small @ matrix.T, dtype=np.float32)
    turned = tuple(_bits(one) for one in _turned(coefficients))
    return PerceptualHash(_bits(coefficients), _quality(small), turned)


def _bits(coefficients: Floats) -> str:
    """Return the hash of coefficients, shape (16, 16), as 64 hexadecimal digits."""
    flat = coefficients.ravel()
    # The published median is the 128th of the 256 values, not the mean of the middle two.
    bits = flat > np.partition(flat, 127)[127]
    return np.packbits(bits[::-1]).tobytes().hex()  # bit 255 is written first


def _turned(coefficients: Floats) -> list[Floats]:
    """Return the coefficients of the picture in the order of TURNS, each (16, 16).

    Turning a picture changes places and signs of its coefficients and nothing else: read
    backwards, a cosine of odd frequency changes its sign (frequencies here are 1 to 16).
    """
    odd = np.where(np.arange(1, _KEPT + 1) % 2, np.float32(-1), np.float32(1))
    across = odd[None, :]

    def quarter(one: Floats) -> Floats:  # clockwise
        return np.ascontiguousarray(one.T) * across

    mirrored = coefficients * across
    turns, mirrored_turns = [coefficients], [mirrored]
    for _ in range(3):
        turns.append(quarter(turns[-1]))
        mirrored_turns.append(quarter(mirrored_turns[-1]))
    return [*turns[1:], *mirrored_turns]


def _quality(small: Floats) -> int:
    """Return 0 to 100: the sum of the gradients that are large enough to be seen.

    Each gradient is cut to whole percent of the range, as published, so that noise adds
    nothing; 90 is the published scale.
    """
    down = np.abs(np.trunc(np.diff(small, axis=0) * 100 / 255)).sum()
    across = np.abs(np.trunc(np.diff(small, axis=1) * 100 / 255)).sum()
    return min(100, int(down + across) // 90)
