"""Up: `haven up` starts a trial on this machine.

In      port, data folder, folders of evidence, profile
Out     a running site; models and demonstration pictures on this machine
Fails   one sentence and exit code 3: port taken, disk full, already running, no index
Why     one command from nothing to a picture on the screen
Not     here: the start itself (haven/site/up.py), which knows Django
"""

import argparse
import importlib
import os
from collections.abc import Callable
from pathlib import Path

from haven.cli.assets import default_root
from haven.engine import PROFILES, AssetStore

DEFAULT_PORT = 8400
START = "haven.site.up"  # by name: the command line itself runs without Django
DEMO_PREFIX = "demo-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what may follow `haven up`."""
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, metavar="N", help="default: %(default)s"
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=default_data(),
        metavar="DIR",
        help="where database, derivatives and uploads are kept (default: %(default)s)",
    )
    parser.add_argument(
        "--evidence",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder that exhibits may be taken from; may be given again",
    )
    parser.add_argument(
        "--profile", choices=tuple(PROFILES), default="balanced", help="default: %(default)s"
    )
    parser.add_argument(
        "--no-demo", action="store_true", help="no demonstration case and no accounts for it"
    )


def run(args: argparse.Namespace) -> int:
    """Start the trial and return when it was stopped."""
    code: int = importlib.import_module(START).run(args)
    return code


def default_data() -> Path:
    """Return HAVEN_DATA_DIR, or `haven` in the user's folder for data.

    Source: XDG Base Directory Specification 0.8; a relative XDG_DATA_HOME is to be ignored.
    """
    if own := os.environ.get("HAVEN_DATA_DIR"):
        return Path(own).expanduser().resolve()
    shared = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (shared if shared.is_absolute() else Path.home() / ".local" / "share") / "haven"


def get_assets(progress: Callable[[str, int, int], None]) -> int:
    """Bring the assets here that are needed and are not; return how many were fetched.

    Raises:
        AssetError: One cannot be had; the sentence says why and what to do.
    """
    return len(AssetStore(default_root()).get(progress=progress))


def demo_pictures() -> dict[str, Path]:
    """Return the demonstration pictures by their short names, such as "astronaut".

    Raises:
        AssetError: One is not here.
    """
    store = AssetStore(default_root())
    return {
        name.removeprefix(DEMO_PREFIX): store.path(name)
        for name in store.needed()
        if name.startswith(DEMO_PREFIX)
    }


def _port(written: str) -> int:
    """Return a port number a plain user may listen on."""
    number = int(written)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number between 1 and 65535")
    return number
