"""How many finds may be left, and how sure that is.

In      counts of a random control sample
Out     an expected number with its 95 % interval
Fails   never
Why     the interval is exact for any number of finds, also none: Clopper and Pearson,
        Biometrika 26 (1934). Drawing without putting back makes the true one narrower, so
        it errs on the side of going on
Not     here: which items are the sample (queries.py)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

MISS = 0.025  # on each side
LEAST_CONTROL = 60  # with none found among them at most 6 in 100 are finds: 1 - 0.025^(1/60)
_STEPS = 60  # halvings; 2^-60 is below what a float tells


@dataclass(frozen=True, slots=True)
class Found:
    """An estimate; each value is a number of items, 0 to what is left."""

    expected: float
    low: float
    high: float


def left(n_left: int, n_control: int, n_finds: int) -> Found:
    """Return how many finds may be among items that nobody judged.

    Args:
        n_left: Those items.
        n_control: Items picked from the same ones at random, and judged.
        n_finds: Finds among the picked.
    """
    if not n_left:
        return Found(0.0, 0.0, 0.0)
    if not n_control:
        return Found(n_left / 2, 0.0, float(n_left))
    low, high = interval(n_finds, n_control)
    return Found(n_left * n_finds / n_control, n_left * low, n_left * high)


def interval(hits: int, of: int) -> tuple[float, float]:
    """Return the Clopper-Pearson 95 % interval of a share, 0 to 1.

    Args:
        hits: 0 to `of`.
        of: At least 1.
    """
    low = 0.0 if hits == 0 else _share(lambda p: 1 - _at_most(hits - 1, of, p) >= MISS)
    high = 1.0 if hits == of else _share(lambda p: _at_most(hits, of, p) <= MISS)
    return low, high


def _share(is_enough: Callable[[float], bool]) -> float:
    """Return the smallest share for which something growing is true, by halving."""
    low, high = 0.0, 1.0
    for _step in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _at_most(hits: int, of: int, share: float) -> float:
    """Return how likely at most some hits are."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 0.0
    yes, no, all_of = math.log(share), math.log1p(-share), math.lgamma(of + 1)
    return sum(
        math.exp(all_of - math.lgamma(k + 1) - math.lgamma(of - k + 1) + k * yes + (of - k) * no)
        for k in range(hits + 1)
    )
