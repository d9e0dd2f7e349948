"""Near: PDQ hashes of lists within 31 bits of a picture's, among ten million in milliseconds.

In      hashes of lists; a query
Out     rows within the distance, nearest first: the same as digests/pdq.py `near` finds
Fails   WrongShape: a hash is not 32 bytes
Why     the plain scan reads every hash. Cut into words, two hashes within 31 bits are near in
        one of the words: of 11 words of 23 bits one differs in at most 2, because 12 words with
        3 would be more than 31. So a few values are looked for in a table for each word, and
        only what stands there is compared (multi-index hashing, Norouzi, Punjani, Fleet 2012;
        facebook/ThreatExchange does so with 16 words of 16 bits)
Not     here: what a near hit means

The result is exact, not approximate: `tests/engine` and `bench/known.py` compare with the scan.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from haven.engine.digests import pdq
from haven.engine.errors import WrongShape

FEW = 100_000  # hashes up to which the plain scan is as quick
NARROWEST, WIDEST = 16, 23  # bits of a word: about as many values as there are hashes
BITS = 256
HashBytes = NDArray[np.uint8]


class NearIndex:
    """Hashes that can be asked for what is near; up to 120 bytes a hash in memory."""

    def __init__(self, hashes: HashBytes) -> None:
        """Build the tables; about a second for a million hashes.

        Args:
            hashes: Shape (n, 32), uint8; n may be 0.

        Raises:
            WrongShape: Of another shape or type.
        """
        if hashes.ndim != 2 or hashes.shape[1] != 32 or hashes.dtype != np.uint8:
            raise WrongShape(f"hashes are {hashes.shape} {hashes.dtype}, not (n, 32) uint8")
        self._hashes = np.ascontiguousarray(hashes)
        self._rows: list[NDArray[np.uint32]] = []
        self._ends: list[NDArray[np.uint32]] = []
        if len(hashes) <= FEW:
            return
        self._width = min(WIDEST, max(NARROWEST, int(np.log2(len(hashes)))))
        self._words = BITS // self._width
        self._flips = _flips(self._width, pdq.NEAR_BITS // self._words)
        for number in range(self._words):
            values = _word(self._hashes, number * self._width, self._width)
            self._rows.append(_order(values).astype(np.uint32))
            counts = np.bincount(values, minlength=1 << self._width)
            self._ends.append(np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32))

    def __len__(self) -> int:
        """Return how many hashes there are."""
        return len(self._hashes)

    def near(
        self, query: HashBytes, max_bits: int = pdq.NEAR_BITS
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return every hash within `max_bits` of the query, nearest first.

        Args:
            query: Shape (32,), uint8.
            max_bits: 0 to 31; the tables promise nothing beyond.

        Returns:
            rows: Row numbers, shape (k,), int64.
            bits: Their distances, shape (k,), int64, ascending; ties keep row order.

        Raises:
            WrongShape: The query is of another shape or type, or `max_bits` over 31.
        """
        if not self._rows or query.shape != (32,) or query.dtype != np.uint8:
            return pdq.near(self._hashes, query, max_bits)
        if max_bits > pdq.NEAR_BITS:
            raise WrongShape(f"max_bits is {max_bits}, at most {pdq.NEAR_BITS}")
        some = []
        for number, (rows, ends) in enumerate(zip(self._rows, self._ends, strict=True)):
            values = _word(query[None], number * self._width, self._width) ^ self._flips
            starts = ends[values].astype(np.int64)
            lengths = ends[values + 1].astype(np.int64) - starts
            before = np.cumsum(lengths) - lengths
            some.append(rows[np.repeat(starts - before, lengths) + np.arange(lengths.sum())])
        candidates = np.unique(np.concatenate(some)).astype(np.int64)
        found, bits = pdq.near(self._hashes[candidates], query, max_bits)
        return candidates[found], bits


def _word(hashes: HashBytes, first_bit: int, width: int) -> NDArray[np.int64]:
    """Return `width` bits of each hash from a bit on, as numbers, shape (n,)."""
    first_byte, shift = divmod(first_bit, 8)
    last_byte = (first_bit + width - 1) // 8
    made = np.zeros(len(hashes), np.int64)
    for byte in range(first_byte, last_byte + 1):
        made |= hashes[:, byte].astype(np.int64) << (8 * (byte - first_byte))
    return (made >> shift) & ((1 << width) - 1)


def _flips(width: int, most: int) -> NDArray[np.int64]:
    """Return every number of `width` bits with at most so many bits set."""
    made = [
        sum(1 << bit for bit in chosen)
        for count in range(most + 1)
        for chosen in combinations(range(width), count)
    ]
    return np.array(made, dtype=np.int64)


def _order(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order that sorts numbers below 2^32, in two passes over 16 bits each."""
    low = np.argsort((values & 0xFFFF).astype(np.uint16), kind="stable")
    high = (values[low] >> 16).astype(np.uint16)
    return low[np.argsort(high, kind="stable")]
