"""`haven process` against its peers, in one run, on the same pictures and machine.

In      pictures made by pictures.py, or your own folder with --pictures
Out     a table on screen; results/process.json; with --memory also results/memory.json
Fails   SystemExit when a command fails or the peers are not installed
Why     the figures in the README and the documents come from here and nowhere else
Not     here: how a command is measured (ruler.py), the peers' loops (peers.py)

Each command is measured whole: start of the interpreter, loading of models, reading, writing of
results. All files are read once before, so that everybody finds them in the page cache.

    python bench/process.py                         all profiles, both peers
    python bench/process.py --peer-count 60         the slow peers see every fifth picture or so
    python bench/process.py --memory                1,000 and 10,000 files, peak memory
"""

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import peers
import pictures
import ruler

PROFILES = ("fast", "balanced", "thorough")
TARGETS = {"fast": 28.0, "balanced": 16.0}  # pictures/s of 3 megapixels on 2 cores
PEER_TARGET = 10.0  # times each peer, at balanced
MEMORY_TARGET_BYTES = 2 << 30
QUIET_CORES = 0.2  # used by others or kept by the host: above this a figure says too little
MEMORY_COUNTS = (1_000, 10_000)


def haven(
    folder: Path, out: Path, *, profile: str, workers: int, options: Sequence[str] = ()
) -> tuple[ruler.Measured, dict[str, Any]]:
    """Run `haven process` once and return what it took and its manifest."""
    command = [
        *(sys.executable, "-m", "haven.cli.main", "process", str(folder), "--out", str(out)),
        *("--profile", profile, "--workers", str(workers), *options),
    ]
    taken = ruler.run(command, timeout_s=4 * 3600)
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_text())
    return taken, manifest


def figures_of_haven(folder: Path, count: int, profile: str, workers: int) -> dict[str, Any]:
    """Return the figures of one profile."""
    with tempfile.TemporaryDirectory(dir=pictures.WORK) as out:
        taken, manifest = haven(folder, Path(out) / "out", profile=profile, workers=workers)
    faces = int(manifest["counts"]["faces"])
    return {
        **_rates(count, faces, taken),
        "mean_steps_ms": _means(manifest),
        "versions": manifest["versions"],
    }


def figures_of_peer(peer: str, folder: Path, count: int, workers: int) -> dict[str, Any]:
    """Return the figures of one peer."""
    taken = ruler.run(
        peers.command(peer, folder, count, workers), timeout_s=4 * 3600, environment=PEER_ENV
    )
    told = json.loads(taken.output.strip().splitlines()[-1])
    return {
        **_rates(told["pictures"], told["faces"], taken),
        "versions": told["versions"],
    }


PEER_ENV = {"PYTHONWARNINGS": "ignore"}  # pkg_resources warns on every start


def _rates(count: int, faces: int, taken: ruler.Measured) -> dict[str, Any]:
    return {
        "pictures": count,
        "faces": faces,
        "wall_s": round(taken.wall_s, 2),
        "pictures_per_s": round(count / taken.wall_s, 3),
        "faces_per_s": round(faces / taken.wall_s, 3),
        "cpu_ms_per_picture": round(1e3 * taken.cpu_s / count, 1),
        "cores_busy": round(taken.cpu_s / taken.wall_s, 2),
        "peak_pss_mib": round(taken.peak_pss_bytes / 2**20),
        "peak_rss_mib": round(taken.peak_rss_bytes / 2**20),
        "peak_processes": taken.peak_processes,
        "others_cores": round(taken.others_cores, 2),
        "stolen_cores": round(taken.stolen_cores, 2),
    }


def limit_per_s(paths: Sequence[Path], workers: int) -> float:
    """Return pictures/s of nothing but reading, three checksums and a reduced decode.

    No program that tells files apart by content and looks at them can be faster here.
    """
    with multiprocessing.Pool(workers) as pool:
        pool.map(_read_only, paths[: 2 * workers])
        begun = time.perf_counter()
        for _ in pool.imap_unordered(_read_only, paths):
            pass
        return len(paths) / (time.perf_counter() - begun)


def _read_only(path: Path) -> int:
    """Read a picture, checksum it and decode it at half size."""
    import hashlib

    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    whole = path.read_bytes()
    for name in ("sha256", "sha1", "md5"):
        hashlib.new(name, whole, usedforsecurity=False).digest()
    small = cv2.imdecode(np.frombuffer(whole, np.uint8), cv2.IMREAD_REDUCED_COLOR_2)
    return 0 if small is None else len(small)


def speed(folder: Path, made: dict[str, Any], given: argparse.Namespace) -> dict[str, Any]:
    """Measure every profile and both peers and print the table."""
    paths = sorted(folder.glob("*.[jJ][pP]*[gG]"))
    total_bytes = sum(len(path.read_bytes()) for path in paths)  # also fills the page cache
    print(
        f"input: {len(paths)} JPEGs, {total_bytes / len(paths) / 1e6:.2f} MB each. {made['how']}"
    )
    rows: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(dir=pictures.WORK) as work:
        many, count = folder, len(paths)
        if given.files:
            many, count = Path(work) / "pictures", given.files
            _multiply(paths, count, many)
        for profile in given.profiles:
            rows[f"haven {profile}"] = figures_of_haven(many, count, profile, given.workers)
            _print_row(f"haven {profile}", rows[f"haven {profile}"])
    if not given.no_peers:
        few = _few(paths, given.peer_count)
        for peer in peers.PEERS:
            rows[peer] = figures_of_peer(peer, few, given.peer_count, given.workers)
            _print_row(peer, rows[peer])
    limit = limit_per_s(paths, given.workers)
    ratios = _ratios(rows)
    _print_end(rows, ratios, limit)
    return {
        "input": made,
        "rows": rows,
        "ratios": ratios,
        "limit_pictures_per_s": round(limit, 1),
        "part_of_limit": {
            name: round(row["pictures_per_s"] / limit, 2)
            for name, row in rows.items()
            if name.startswith("haven")
        },
    }


def _ratios(rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return how many times as fast Haven is as each peer, by the clock and by processor time.

    On a machine that others use as well, the second one is the steadier of the two.
    """
    return {
        f"{name} to {peer}": {
            "by_the_clock": round(row["pictures_per_s"] / rows[peer]["pictures_per_s"], 1),
            "by_processor_time": round(
                rows[peer]["cpu_ms_per_picture"] / row["cpu_ms_per_picture"], 1
            ),
        }
        for name, row in rows.items()
        if name.startswith("haven")
        for peer in peers.PEERS
        if peer in rows
    }


def _few(paths: Sequence[Path], count: int) -> Path:
    """Return a folder of links to `count` pictures, evenly taken; 0 means all."""
    folder = pictures.WORK / "few"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    step = max(1, len(paths) // count) if count else 1
    for path in paths[::step][: count or None]:
        os.link(path, folder / path.name)
    return folder


def _print_row(name: str, row: dict[str, Any]) -> None:
    disturbed = row["others_cores"] + row["stolen_cores"]
    note = f"  DISTURBED: {disturbed:.1f} cores went elsewhere" if disturbed > QUIET_CORES else ""
    print(
        f"{name:18} {row['pictures']:5} pictures {row['faces']:5} faces {row['wall_s']:8.1f} s"
        f" {row['pictures_per_s']:7.2f} pictures/s {row['faces_per_s']:7.2f} faces/s"
        f" {row['peak_pss_mib']:6} MiB peak, {row['cpu_ms_per_picture']:.0f} ms of processor"
        f" a picture{note}",
        flush=True,
    )


def _print_end(
    rows: dict[str, dict[str, Any]], ratios: dict[str, dict[str, float]], limit: float
) -> None:
    print(f"\nreading, checksums and decode alone: {limit:.1f} pictures/s")
    for name, row in rows.items():
        if not name.startswith("haven"):
            continue
        target = TARGETS.get(name.removeprefix("haven "))
        against = f", target {target:.0f}" if target else ""
        rate = row["pictures_per_s"]
        print(f"{name}: {rate:.1f} pictures/s{against}, {rate / limit:.0%} of that limit")
        steps = ", ".join(f"{step} {ms:.1f}" for step, ms in row["mean_steps_ms"].items())
        print(f"  mean ms per picture: {steps}")
    for name, ratio in ratios.items():
        target_words = f" (target {PEER_TARGET:.0f})" if "balanced" in name else ""
        print(
            f"{name}: {ratio['by_the_clock']:.1f} times{target_words},"
            f" {ratio['by_processor_time']:.1f} times by processor time"
        )


def _means(manifest: dict[str, Any]) -> dict[str, float]:
    """Return the mean time of each step per picture looked at, longest first."""
    looked_at = max(int(manifest["counts"]["done"]), 1)
    means = {step: round(spent / looked_at, 2) for step, spent in manifest["steps_ms"].items()}
    return dict(sorted(means.items(), key=lambda step: -step[1]))


def memory(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Measure peak memory at 1,000 and at 10,000 distinct files, with the first profile given."""
    paths = sorted(folder.glob("*.[jJ][pP]*[gG]"))
    rows = {}
    for count in given.memory_counts:
        with tempfile.TemporaryDirectory(dir=pictures.WORK) as work:
            many = Path(work) / "pictures"
            _multiply(paths, count, many)
            taken, manifest = haven(
                many, Path(work) / "out", profile=given.profiles[0], workers=given.workers
            )
        rows[count] = _rates(count, int(manifest["counts"]["faces"]), taken)
        _print_row(f"{count} files", rows[count])
    first, last = (rows[count]["peak_pss_mib"] for count in (min(rows), max(rows)))
    limit = MEMORY_TARGET_BYTES >> 20
    print(f"peak from {min(rows)} to {max(rows)} files: {first} to {last} MiB, limit {limit}")
    return {"rows": rows, "profile": given.profiles[0]}


def _multiply(paths: Sequence[Path], count: int, many: Path) -> None:
    """Write `count` distinct files: the pictures again and again, each with its own last bytes.

    Decoders stop at the end marker of a JPEG, so the bytes after it change the digests alone.
    """
    many.mkdir(parents=True)
    need = sum(path.stat().st_size for path in paths) / len(paths) * count
    if shutil.disk_usage(many).free < 1.2 * need:
        raise SystemExit(f"{need / 1e9:.0f} GB of disk are needed for {count} files")
    for index in range(count):
        source = paths[index % len(paths)]
        target = many / f"{index // 1000:03d}" / f"{index:06d}.jpg"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(source.read_bytes() + index.to_bytes(8, "big"))


def main() -> None:
    """Measure and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, help="your own folder of camera JPEGs")
    parser.add_argument("--count", type=int, default=300, help="pictures to make")
    parser.add_argument(
        "--files", type=int, default=0, help="for Haven: so many distinct copies of the pictures"
    )
    parser.add_argument("--profiles", nargs="+", default=list(PROFILES), choices=PROFILES)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--peer-count", type=int, default=0, help="0: all pictures")
    parser.add_argument("--memory", action="store_true", help="only the memory run")
    parser.add_argument("--memory-counts", type=int, nargs="+", default=list(MEMORY_COUNTS))
    given = parser.parse_args()
    at = ruler.machine()
    pictures.WORK.mkdir(parents=True, exist_ok=True)
    made: dict[str, Any]
    if given.pictures:
        folder, made = given.pictures, {"how": "a folder of the person who measured"}
    else:
        folder = pictures.WORK / "pictures"
        made = pictures.make(given.count, folder, pictures.default_media())
    if given.memory:
        print(ruler.keep("memory", memory(folder, given), at))
    else:
        print(ruler.keep("process", speed(folder, made, given), at))


if __name__ == "__main__":
    main()
