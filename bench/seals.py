"""Seals: what sealing costs on analysis, on serving a view, and on erasing.

In      nothing; content made here
Out     bench/results/seals.json
Why     a key per case must not be felt: figures for docs/architecture/decisions/0017

    python bench/seals.py
"""

import hashlib
import io
import json
import os
import platform
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from haven.workbench.cases.sealing import CaseKey

VIEW_BYTES = 30_000  # a masked view, about the mean of the demonstration
FILE_BYTES = 3_000_000  # a camera JPEG
REPEATS = 300


def main() -> None:
    """Measure and write."""
    key = CaseKey(uuid.uuid4(), uuid.uuid4(), os.urandom(32))
    view, file = os.urandom(VIEW_BYTES), os.urandom(FILE_BYTES)
    sealed_view = key.seal(view, kind="derivative", name="a")
    sealed_file = key.seal(file, kind="upload", name="a")

    def summed() -> None:
        reader = key.reader(io.BytesIO(sealed_file), kind="upload", name="a")
        digests = (
            hashlib.sha256(),
            hashlib.sha1(usedforsecurity=False),
            hashlib.md5(usedforsecurity=False),
        )
        while piece := reader.read(1 << 18):
            for one in digests:
                one.update(piece)

    found = {
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "seal_view_ms": _ms(lambda: key.seal(view, kind="derivative", name="a")),
        "open_view_ms": _ms(lambda: key.open(sealed_view, kind="derivative", name="a")),
        "name_of_view_ms": _ms(lambda: key.name("derivative", "ab" * 32)),
        "check_view_sha256_ms": _ms(lambda: hashlib.sha256(view).hexdigest()),
        "seal_3_mb_ms": _ms(lambda: key.seal(file, kind="upload", name="a")),
        "open_3_mb_ms": _ms(lambda: key.open(sealed_file, kind="upload", name="a")),
        "open_and_sum_3_mb_ms": _ms(summed),
        "overhead_view_bytes": len(sealed_view) - len(view),
        "overhead_3_mb_bytes": len(sealed_file) - len(file),
    }
    place = Path(__file__).parent / "results" / "seals.json"
    place.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


def _ms(act: Callable[[], object]) -> float:
    """Return the median time of an act, in milliseconds."""
    took = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        act()
        took.append(time.perf_counter() - start)
    return round(sorted(took)[REPEATS // 2] * 1000, 4)


if __name__ == "__main__":
    main()
