"""PDQ: the short version against the published order of steps, and against pdqhash if installed.

In      a folder of pictures (HAVEN_TEST_MEDIA/pdq and the made ones, or --pictures)
Out     milliseconds and differing bits per version; results/pdq.json
Why     haven/engine/digests/pdq.py says that it is the same at a fraction of the work
Not     here: the reference hashes; a test holds those
"""

import argparse
import importlib.util
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pictures
import ruler
from numpy.typing import NDArray

from haven.engine.digests import pdq

ENOUGH_QUALITY = pdq.MIN_QUALITY
Hashing = Callable[[NDArray[np.uint8]], str]


def _versions() -> dict[str, Hashing]:
    """Return each version as a function from BGR pixels to 64 hexadecimal digits."""
    versions: dict[str, Hashing] = {
        "haven": lambda pixels: pdq.pdq(pixels).pdq,
        "plain": lambda pixels: pdq.pdq_plain(pixels).pdq,
    }
    if importlib.util.find_spec("pdqhash"):
        import pdqhash  # type: ignore[import-untyped]

        def peer(pixels: NDArray[np.uint8]) -> str:
            bits, _ = pdqhash.compute(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
            return np.packbits(bits).tobytes().hex()

        versions["pdqhash"] = peer
    return versions


def _row(
    hashing: Hashing, seen: Sequence[NDArray[np.uint8]], truth: Sequence[str]
) -> dict[str, Any]:
    """Return mean time and the bits in which the hashes differ from the truth."""
    hashing(seen[0])
    begun = time.perf_counter()
    hashes = [hashing(pixels) for pixels in seen]
    taken_ms = 1e3 * (time.perf_counter() - begun) / len(seen)
    bits = [pdq.distance(one, other) for one, other in zip(hashes, truth, strict=True)]
    return {
        "mean_ms": round(taken_ms, 2),
        "same_as_plain": sum(b == 0 for b in bits),
        "most_bits": max(bits),
    }


def main() -> None:
    """Measure and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, nargs="+")
    parser.add_argument("--most", type=int, default=60, help="pictures of each folder")
    given = parser.parse_args()
    at = ruler.machine()
    cv2.setNumThreads(1)
    folders = given.pictures or [pictures.default_media() / "pdq", pictures.WORK / "pictures"]
    paths = [path for folder in folders for path in sorted(folder.glob("*.*"))[: given.most]]
    decoded = [cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_2) for path in paths]
    seen = [pixels.astype(np.uint8, copy=False) for pixels in decoded if pixels is not None]
    plain = [pdq.pdq_plain(pixels) for pixels in seen]
    keep = [row for row, one in enumerate(plain) if one.quality >= ENOUGH_QUALITY]
    seen, truth = [seen[row] for row in keep], [plain[row].pdq for row in keep]
    rows = {name: _row(hashing, seen, truth) for name, hashing in _versions().items()}
    print(f"{len(seen)} pictures at half size, one thread; {len(plain) - len(seen)} too flat")
    for name, row in rows.items():
        print(
            f"{name:8} {row['mean_ms']:7.2f} ms  same as plain on {row['same_as_plain']},"
            f" at most {row['most_bits']} bits away"
        )
    print(ruler.keep("pdq", {"pictures": len(seen), "rows": rows}, at))


if __name__ == "__main__":
    main()
