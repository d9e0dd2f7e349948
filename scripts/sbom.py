"""The list of all third-party parts with versions and digests (CycloneDX). `make sbom`.

In      requirements.lock; licences as the installed packages name them
Out     build/sbom.cdx.json, the same for the same lock file
Fails   SystemExit where cyclonedx-py does
Why     whoever runs Haven must be able to ask: is the part of today's news in it?
Not     here: whether a part has known faults (audit.py); models (haven assets list)
"""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import haven

ROOT = Path(__file__).parents[1]
OUT = ROOT / "build" / "sbom.cdx.json"


def licence_of(name: str) -> str:
    """Return the licence that an installed package names; empty where it names none."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ""
    expression = told.get("License-Expression")
    if expression:
        return str(expression)
    classified = [one for one in told.get_all("Classifier") or [] if "License ::" in one]
    return ", ".join(one.rpartition(" :: ")[2] for one in classified)


def main() -> int:
    """Write the list."""
    command = [
        sys.executable,
        "-m",
        "cyclonedx_py",
        "requirements",
        str(ROOT / "requirements.lock"),
    ]
    options = ["--output-reproducible", "--of", "JSON"]
    done = subprocess.run(  # noqa: S603  # fixed words
        [*command, *options], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    parts = json.loads(done.stdout)
    parts["metadata"]["component"] = {
        "type": "application",
        "name": "haven",
        "version": haven.__version__,
    }
    for part in parts["components"]:
        part.pop("description", None)  # the line of the lock file once more
        for place in part.get("externalReferences", []):
            place.pop("url", None)
            place["url"] = f"https://pypi.org/project/{part['name']}/{part['version']}/"
        if licence := licence_of(part["name"]):
            part["licenses"] = [{"license": {"name": licence}}]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(parts, indent=1) + "\n", "utf-8")
    print(f"{len(parts['components'])} parts in {OUT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
