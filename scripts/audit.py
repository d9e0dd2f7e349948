"""Are known faults listed for a library that Haven is locked to? `make check` asks.

In      requirements.lock; the advisory service that pip-audit asks (PyPI's)
Out     exit code 1 for a known fault; otherwise 0, and a line that says what was looked at
Fails   never because nothing could be asked: it says "could not look", which is not "none"
Why     "no known vulnerabilities" is also what a tool says that knew none of the packages
Not     here: the list of parts itself (sbom.py)
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Told:
    """What the service told: faults as "name version: ids", and names it did not know."""

    looked_at: int
    unknown: tuple[str, ...]
    faults: tuple[str, ...]


def read(answer: str) -> Told | None:
    """Return what pip-audit told, None where it told nothing that can be read."""
    try:
        parts = json.loads(answer[answer.index("{") :])["dependencies"]
    except (ValueError, KeyError):
        return None
    if not isinstance(parts, list):
        return None
    unknown, faults, looked_at = [], [], 0
    for part in parts:
        if "skip_reason" in part:
            unknown.append(part["name"])
            continue
        looked_at += 1
        if part["vulns"]:
            ids = ", ".join(one["id"] for one in part["vulns"])
            faults.append(f"{part['name']} {part['version']}: {ids}")
    return Told(looked_at, tuple(unknown), tuple(faults))


def verdict(told: Told | None) -> tuple[int, str]:
    """Return the exit code and what to say."""
    if told is None or not told.looked_at:
        return 0, "dependency audit: could not look: no advisory service answered. Not audited."
    if told.faults:
        return 1, "dependency audit: known faults:\n  " + "\n  ".join(told.faults)
    words = f"dependency audit: no known fault in {told.looked_at} packages"
    if told.unknown:
        words += f"; could not look at {len(told.unknown)}: {', '.join(told.unknown)}"
    return 0, words


def main() -> int:
    """Ask and say."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK)]
    options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(  # noqa: S603  # fixed words
            [*command, *options], capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
        told = read(done.stdout)
    except subprocess.TimeoutExpired:
        told = None
    code, words = verdict(told)
    print(words)
    return code


if __name__ == "__main__":
    sys.exit(main())
