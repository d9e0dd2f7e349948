"""How well two people agree who judged the same items.

In      pairs of categories
Out     raw agreement and Cohen's kappa, each with a 95 % interval
Fails   never; TOO FEW is said by `is_enough`
Why     raw agreement is high by chance alone where nearly all items are of one category; kappa
        takes chance off: (observed - chance) / (1 - chance). Cohen, Educational and
        Psychological Measurement 20 (1960), with his standard error
Not     here: which items (queries.py)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from haven.workbench.queue.estimating import interval

LEAST = 30  # pairs; with fewer the interval of kappa is so wide that it says nothing
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement over pairs; shares are 0 to 1, kappa is -1 to 1."""

    n: int
    n_same: int
    raw: float
    raw_low: float
    raw_high: float
    kappa: float | None  # None: both gave one category throughout, so chance explains all
    kappa_low: float
    kappa_high: float

    @property
    def is_enough(self) -> bool:
        """Tell whether the figures say anything."""
        return self.n >= LEAST


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement | None:
    """Return how well two judgements agree; None without a pair.

    Args:
        pairs: For each item the category of the first and of the second.
    """
    n = len(pairs)
    if not n:
        return None
    same = sum(one == two for one, two in pairs)
    raw = same / n
    low, high = interval(same, n)
    first, second = Counter(one for one, _two in pairs), Counter(two for _one, two in pairs)
    chance = sum(first[code] * second[code] for code in first) / n**2
    if chance >= 1.0:
        return Agreement(n, same, raw, low, high, None, 0.0, 0.0)
    kappa = (raw - chance) / (1 - chance)
    error = math.sqrt(raw * (1 - raw) / (n * (1 - chance) ** 2))
    return Agreement(
        n, same, raw, low, high, kappa, max(-1.0, kappa - _Z * error), min(1.0, kappa + _Z * error)
    )
