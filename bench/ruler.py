"""Measuring a command from outside: wall time, memory of all its processes, the machine.

In      a command line
Out     Measured; results as JSON beside the figures of the machine
Fails   SystemExit when the command does not end with an allowed exit code
Why     the same ruler for Haven and for its peers: start-up, reading and writing included
Not     here: what to run (process.py), the peers' own loops (peers.py)
"""

import datetime
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results"
SAMPLE_S = 0.2  # between two looks at the memory
STAT_SESSION, STAT_UTIME = 3, 11  # places in /proc/PID/stat after the name; stime follows utime
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """What one command took. Memory is that of all its processes together."""

    wall_s: float
    cpu_s: float  # as far as seen: what a process used in its last moments is missing
    peak_pss_bytes: int  # shared pages counted once: what the machine has to hold
    peak_rss_bytes: int  # shared pages counted in every process
    peak_processes: int
    others_cores: float  # cores that other programs used meanwhile: should be about 0
    stolen_cores: float  # cores that the host of a virtual machine kept for itself: same
    output: str


def run(
    command: Sequence[str],
    *,
    allowed: Collection[int] = (0,),
    timeout_s: float = 3600.0,
    environment: Mapping[str, str] | None = None,
) -> Measured:
    """Run a command in a session of its own and watch the memory of that session."""
    peak_pss = peak_rss = peak_processes = 0
    cpu_s: dict[int, float] = {}
    with tempfile.TemporaryFile("w+") as output:
        begun, before = time.perf_counter(), _whole_machine_s()
        child = subprocess.Popen(  # noqa: S603  our own command lines
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
        while child.poll() is None:
            seen = _session(child.pid)
            peak_pss = max(peak_pss, sum(one.pss_bytes for one in seen))
            peak_rss = max(peak_rss, sum(one.rss_bytes for one in seen))
            peak_processes = max(peak_processes, len(seen))
            cpu_s.update({one.pid: one.cpu_s for one in seen})
            if time.perf_counter() - begun > timeout_s:
                child.kill()
                raise SystemExit(f"gave up after {timeout_s:.0f} s: {' '.join(command)}")
            time.sleep(SAMPLE_S)
        wall_s = time.perf_counter() - begun
        busy_s, host_s = np.subtract(_whole_machine_s(), before).tolist()
        output.seek(0)
        text = output.read()
    if child.returncode not in allowed:
        raise SystemExit(f"ended with {child.returncode}: {' '.join(command)}\n{text[-2000:]}")
    own_s = sum(cpu_s.values())
    return Measured(
        wall_s=wall_s,
        cpu_s=own_s,
        peak_pss_bytes=peak_pss,
        peak_rss_bytes=peak_rss,
        peak_processes=peak_processes,
        others_cores=max(0.0, busy_s - own_s) / wall_s,
        stolen_cores=host_s / wall_s,
        output=text,
    )


def stolen_s() -> float:
    """Return seconds that the host of a virtual machine kept for itself, since start-up."""
    return _whole_machine_s()[1]


def _whole_machine_s() -> tuple[float, float]:
    """Return seconds that all cores were busy, and that the host kept, since start-up."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    user, nice, system, _idle, _wait, irq, softirq, steal = ticks[:8]
    return (user + nice + system + irq + softirq) / TICKS_PER_S, steal / TICKS_PER_S


@dataclass(frozen=True)
class _Seen:
    """One process at one moment."""

    pid: int
    cpu_s: float
    pss_bytes: int
    rss_bytes: int


def _session(session: int) -> list[_Seen]:
    """Return the processes of a session as they are now, also those whose parent ended."""
    seen = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            after_name = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(after_name[STAT_SESSION]) != session:
                continue
            lines = (entry / "smaps_rollup").read_text().splitlines()[1:]
        except (OSError, IndexError, ValueError):
            continue  # it ended while we looked
        sizes = {name: int(rest.split()[0]) for name, _, rest in (x.partition(":") for x in lines)}
        ticks = int(after_name[STAT_UTIME]) + int(after_name[STAT_UTIME + 1])
        pss_bytes, rss_bytes = sizes.get("Pss", 0) * 1024, sizes.get("Rss", 0) * 1024
        seen.append(_Seen(int(entry.name), ticks / TICKS_PER_S, pss_bytes, rss_bytes))
    return seen


def machine() -> dict[str, object]:
    """Return what the figures depend on: processor, cores, memory, system, Python."""
    cpu = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30, 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def keep(name: str, figures: Mapping[str, object], at: dict[str, object]) -> Path:
    """Write `results/NAME.json` with the machine and the date, and return its path."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    whole = {"measured_on": today, "machine": at, **figures}
    path.write_text(json.dumps(whole, indent=2) + "\n")
    return path
