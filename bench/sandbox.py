"""What the sandbox costs: `haven process` with all layers that stand, and with limits alone.

In      pictures made by pictures.py, or your own folder with --pictures
Out     a line per run on screen; results/sandbox.json
Fails   SystemExit when a command fails; says so when results differ
Why     a protection that costs much is switched off
Not     here: how a command is measured (ruler.py), the speed of Haven itself (process.py)

Runs alternate, so that what else the machine does falls on both.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import pictures
import process
import ruler

WAYS = ("best", "limits")


def main() -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", default="balanced", choices=process.PROFILES)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    at = ruler.machine()
    pictures.WORK.mkdir(parents=True, exist_ok=True)
    folder, how = _input(given)
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    cpu_ms: dict[str, list[float]] = {way: [] for way in WAYS}
    others: list[float] = []
    tiers, tables = {}, {}
    for _ in range(given.rounds):
        for way in WAYS:
            with tempfile.TemporaryDirectory(dir=pictures.WORK) as out:
                taken, manifest = process.haven(
                    folder,
                    Path(out) / "out",
                    profile=given.profile,
                    workers=given.workers,
                    options=("--sandbox", way),
                )
                tables[way] = (Path(out) / "out" / "faces.parquet").read_bytes()
            count = int(manifest["counts"]["paths"])
            rates[way].append(round(count / taken.wall_s, 2))
            cpu_ms[way].append(round(1e3 * taken.cpu_s / count, 1))
            others.append(round(taken.others_cores, 2))
            tiers[way] = manifest["sandbox"]["tier"]
            print(
                f"{way:8} {rates[way][-1]:6.2f} pictures/s, {cpu_ms[way][-1]:6.1f} ms of processor"
            )
    best, limits = (statistics.median(cpu_ms[way]) for way in WAYS)
    figures: dict[str, Any] = {
        "input": how,
        "pictures": count,
        "profile": given.profile,
        "workers": given.workers,
        "tiers": tiers,
        "pictures_per_s": rates,
        "cpu_ms_per_picture": cpu_ms,
        "cost_in_processor_time": round(best / limits - 1, 4),
        "same_faces_byte_for_byte": tables["best"] == tables["limits"],
        "others_cores": others,
        "load_average": os.getloadavg(),
    }
    print(ruler.keep("sandbox", figures, at))
    print(f"cost: {figures['cost_in_processor_time']:+.1%} of processor time")
    if not figures["same_faces_byte_for_byte"]:
        sys.exit("the results differ")


def _input(given: argparse.Namespace) -> tuple[Path, str]:
    """Return the folder of pictures and how they came to be, each read once before."""
    if given.pictures:
        folder, how = given.pictures, "own folder"
    else:
        folder = pictures.WORK / "pictures"
        how = str(pictures.make(given.count, folder, pictures.default_media())["how"])
    for path in folder.iterdir():
        if path.is_file():
            path.read_bytes()
    return folder, how


if __name__ == "__main__":
    main()
