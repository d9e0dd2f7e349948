"""Known lists: import, exact look-ups and near ones, beside a set, SQLite and FAISS.

In      --rows of the exact list, --near of the near one; made here, of random digests
Out     rows a second, memory, milliseconds a query; results/known.json
Why     "100 million digests on disk, a million look-ups a second, under 200 MB" and "ten
        million PDQ hashes under 10 ms a query" are claims
Not     here: that the answers are right; tests hold that, and each run compares once more
"""

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import ruler
from numpy.typing import NDArray

from haven import engine
from haven.engine.digests import pdq
from haven.engine.known import near
from haven.engine.known.store import KnownList
from haven.engine.known.writer import Manifest

KEY = bytes(32)
QUERIES = 1_000_000
IMPORTED = 1_000_000
PEER_ROWS = 2_000_000  # of the peers, which hold all in memory or take minutes to fill


def _digests(start: int, count: int) -> bytes:
    """Return digests that look random and can be made again, 16 bytes each."""
    chosen = np.random.Generator(np.random.Philox(start))
    made: bytes = chosen.integers(0, 1 << 64, 2 * count, dtype=np.uint64).tobytes()
    return made


def _make(folder: Path, rows: int) -> None:
    """Write the columns of a list of MD5 as the writer leaves them, sorted in one go."""
    folder.mkdir(parents=True)
    digests = _digests(7, rows)
    there, others = digests[: 16 * QUERIES // 2], _digests(8, QUERIES // 2)
    folder.with_name("asked").write_bytes(there + others)
    first, _last = engine.ListKey(KEY).words(digests, "md5")
    order = np.argsort(first[:, 0], kind="stable")
    first[order, 0].tofile(folder / "md5.first")
    first[order, 1].tofile(folder / "md5.rest")
    order.astype("<u4").tofile(folder / "md5.entry")
    np.full(rows, -1, "<i8").tofile(folder / "sizes")
    np.zeros(rows, "<u8").tofile(folder / "details.at")
    counts = {"md5": rows, "sha1": 0, "sha256": 0, "pdq": 0}
    Manifest(format="made", n_rows=rows, n_entries=rows, counts=counts).written(folder)


def _peak_mib() -> int:
    """Return the most memory this program ever had, its libraries included."""
    (line,) = [
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    ]
    return int(line.split()[1]) >> 10


def look_up(folder: Path, rows: int) -> dict[str, Any]:
    """Return what a million look-ups take: half of them are in the list. One thread."""
    known = KnownList(folder, engine.ListKey(KEY))
    asked = folder.with_name("asked").read_bytes()
    taken = []
    for _ in range(4):  # the first reads from disk
        begun = time.perf_counter()
        queries, _entries = known.rows_of(asked, "md5")
        taken.append(time.perf_counter() - begun)
    assert len(queries) == QUERIES // 2
    single = []
    for at in range(0, 16 * 2000, 16):
        begun = time.perf_counter()
        known.rows_of(asked[at : at + 16], "md5")
        single.append(1e6 * (time.perf_counter() - begun))
    return {
        "rows": rows,
        "look_ups_per_s_cold": round(QUERIES / taken[0]),
        "look_ups_per_s": round(QUERIES / min(taken[1:])),
        "one_look_up_us": round(float(np.median(single)), 1),
        "bytes_on_disk": sum(one.stat().st_size for one in folder.iterdir()),
        "peak_mib": _peak_mib(),
    }


def start(folder: Path) -> dict[str, Any]:
    """Return the memory of a process that opened the list and looked up one digest."""
    KnownList(folder, engine.ListKey(KEY)).rows_of(_digests(9, 1), "md5")
    return {"peak_mib": _peak_mib()}


def _apart(what: str, folder: Path, rows: int) -> dict[str, Any]:
    """Run one of the two above in a process of its own, for its memory alone."""
    told = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, __file__, "--only", what, "--folder", str(folder), "--rows", str(rows)],
        check=True,
        capture_output=True,
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def _imports(work: Path) -> dict[str, Any]:
    """Return how fast a list of text and one of VICS are taken in."""
    joined = _digests(3, IMPORTED)
    texts = [joined[at : at + 16].hex() for at in range(0, len(joined), 16)]
    plain = work / "list.txt"
    plain.write_text("\n".join(texts))
    rich = work / "list.json"
    rows = ({"MediaID": n, "Category": n % 6, "MD5": one, "MediaSize": n, "Series": "a"}
            for n, one in enumerate(texts[: IMPORTED // 5]))  # fmt: skip
    with rich.open("w") as file:
        file.write('{"value": [')
        file.write(",".join(map(json.dumps, rows)))
        file.write("]}")
    made = {}
    for path in (plain, rich):
        begun = time.perf_counter()
        kept = engine.write_list(
            engine.open_list(path), work / f"kept-{path.suffix}", engine.ListKey(KEY)
        )
        taken = time.perf_counter() - begun
        made[kept.format] = {"rows": kept.n_entries, "rows_per_s": round(kept.n_entries / taken)}
    return made


def _peers(work: Path) -> dict[str, Any]:
    """Return the same look-ups in a set of Python and in SQLite, on two million rows."""
    joined = _digests(7, PEER_ROWS)
    there = [joined[at : at + 16] for at in range(0, len(joined), 16)]
    other = _digests(8, QUERIES // 2)
    asked = there[: QUERIES // 2] + [other[at : at + 16] for at in range(0, len(other), 16)]
    begun = time.perf_counter()
    held = set(there)
    n = sum(1 for one in asked if one in held)
    in_set = time.perf_counter() - begun
    assert n == QUERIES // 2
    database = sqlite3.connect(work / "peer.db")
    database.execute("CREATE TABLE hashes (md5 BLOB PRIMARY KEY) WITHOUT ROWID")
    database.executemany("INSERT OR IGNORE INTO hashes VALUES (?)", ((one,) for one in there))
    database.commit()
    begun = time.perf_counter()
    some = asked[:: len(asked) // 100_000]
    for one in some:
        database.execute("SELECT 1 FROM hashes WHERE md5 = ?", (one,)).fetchone()
    in_sqlite = time.perf_counter() - begun
    return {
        "rows": PEER_ROWS,
        "python set, filling included": {"look_ups_per_s": round(QUERIES / in_set)},
        "SQLite, one query each": {"look_ups_per_s": round(len(some) / in_sqlite)},
    }


def _near(rows: int) -> dict[str, Any]:
    """Return milliseconds a query of the index, the plain scan and FAISS; same answers."""
    import faiss

    chosen = np.random.default_rng(5)
    hashes = chosen.integers(0, 256, (rows, 32), dtype=np.uint8)
    asked = [_wobbled(hashes[int(chosen.integers(rows))], chosen, bits) for bits in range(40)]
    begun = time.perf_counter()
    index = near.NearIndex(hashes)
    built = time.perf_counter() - begun
    mine, mine_ms = _each(asked, index.near)
    some = asked[::8]
    plain, plain_ms = _each(some, lambda query: pdq.near(hashes, query))
    assert [one[0].tolist() for one in mine[::8]] == [one[0].tolist() for one in plain]
    flat = faiss.IndexBinaryFlat(256)
    flat.add(hashes)
    faiss.omp_set_num_threads(1)
    _, faiss_ms = _each(some, lambda query: flat.range_search(query[None], 32))
    return {
        "rows": rows,
        "built_s": round(built, 1),
        "index_ms": _spread(mine_ms),
        "plain_scan_ms": _spread(plain_ms),
        "faiss_flat_one_thread_ms": _spread(faiss_ms),
        "compared": len(some),
        "peak_mib": _peak_mib(),
    }


def _wobbled(one: NDArray[np.uint8], chosen: np.random.Generator, bits: int) -> NDArray[np.uint8]:
    """Return a hash that differs in so many bits."""
    made = one.copy()
    for bit in chosen.choice(256, bits, replace=False):
        made[bit // 8] ^= 1 << (bit % 8)
    return made


def _each(asked: list[Any], ask: Any) -> tuple[list[Any], list[float]]:
    found, taken = [], []
    ask(asked[0])
    for query in asked:
        begun = time.perf_counter()
        found.append(ask(query))
        taken.append(1e3 * (time.perf_counter() - begun))
    return found, taken


def _spread(taken: list[float]) -> dict[str, float]:
    return {
        "median": round(float(np.median(taken)), 2),
        "p95": round(float(np.percentile(taken, 95)), 2),
    }


def main() -> None:
    """Measure and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--near", type=int, default=10_000_000)
    parser.add_argument("--only", choices=["look_up", "start"])
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.only:
        told = (
            look_up(given.folder, given.rows) if given.only == "look_up" else start(given.folder)
        )
        print(json.dumps(told))
        return
    at = ruler.machine()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        _make(work / "many", given.rows)
        found = {
            "exact": _apart("look_up", work / "many", given.rows),
            "exact_before_any": _apart("start", work / "many", given.rows),
            "imports": _imports(work),
            "peers": _peers(work),
        }
        shutil.rmtree(work / "many")
    found["near"] = _near(given.near)
    print(json.dumps(found, indent=1))
    print(ruler.keep("known", found, at))


if __name__ == "__main__":
    main()
