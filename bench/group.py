"""Grouping: time, memory and errors at 2,000, 20,000 and 200,000 synthetic faces.

In      synthetic.py
Out     a line per size; results/group.json
Why     "near-linear" and "rather splits than merges" are promises of the engine
Not     here: real faces; tests hold those

Each size runs in a process of its own, so that its memory is its own. Errors are counted over
pairs of faces: precision is the share of pairs in one group that are one person; recall the share
of pairs of one person that are in one group. A mixed group holds more than one person.
"""

import argparse
import json
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import ruler
import synthetic

from haven import engine

SIZES = (2_000, 20_000, 200_000)


def one(count: int) -> dict[str, Any]:
    """Group `count` faces and return time, memory and errors."""
    known = synthetic.faces(count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    groups = engine.group(known.table)
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "faces": count,
        "people": len(np.unique(known.people)),
        "groups": len(set(groups.values())),
        "seconds": round(seconds, 2),
        "us_per_face": round(1e6 * seconds / count, 1),
        "peak_rss_mib": round(after / 1024),
        "grown_by_mib": round((after - before) / 1024),
        **errors(known, groups),
        "distances_mean_and_deviation": synthetic.shape(known),
    }


def errors(known: synthetic.Known, groups: Mapping[str, str]) -> dict[str, Any]:
    """Return pairwise precision and recall, mixed groups, and broken cannot-links."""
    cells: dict[str, Counter[int]] = defaultdict(Counter)
    pictures: dict[str, Counter[str]] = defaultdict(Counter)
    for key, media, who in zip(known.table.keys, known.table.media, known.people, strict=True):
        cells[groups[key]][int(who)] += 1
        pictures[groups[key]][media] += 1
    same_group = sum(_pairs(sum(people.values())) for people in cells.values())
    right = sum(_pairs(n) for people in cells.values() for n in people.values())
    same_person = sum(_pairs(int(n)) for n in np.bincount(known.people))
    return {
        "precision": round(right / max(same_group, 1), 5),
        "recall": round(right / max(same_person, 1), 5),
        "mixed_groups": sum(len(people) > 1 for people in cells.values()),
        "mixed_groups_without_a_planted_look_alike": sum(
            len(people) > 1 and not known.alike[list(people)].any() for people in cells.values()
        ),
        "two_faces_of_one_picture_together": sum(
            n > 1 for media in pictures.values() for n in media.values()
        ),
    }


def _pairs(n: int) -> int:
    return n * (n - 1) // 2


def main() -> None:
    """Measure every size, or one size for the outer run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--one", type=int, help="measure this size here and print JSON")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one)))
        return
    at, rows = ruler.machine(), []
    for size in given.sizes:
        taken = ruler.run([sys.executable, __file__, "--one", str(size)])
        row = json.loads(taken.output.splitlines()[-1])
        rows.append(row)
        print(
            f"{row['faces']:7} faces {row['people']:6} people {row['groups']:6} groups"
            f" {row['seconds']:7.2f} s {row['us_per_face']:6.1f} us/face"
            f" {row['peak_rss_mib']:5} MiB  precision {row['precision']:.4f}"
            f" recall {row['recall']:.4f} mixed {row['mixed_groups']}",
            flush=True,
        )
    growth = rows[-1]["us_per_face"] / rows[-2]["us_per_face"] if len(rows) > 1 else 1.0
    print(f"time per face from {rows[-2]['faces']} to {rows[-1]['faces']}: times {growth:.2f}")
    print(ruler.keep("group", {"rows": rows, "time_per_face_grows_by": round(growth, 2)}, at))


if __name__ == "__main__":
    main()
