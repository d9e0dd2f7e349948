"""All benchmarks, one after the other; `make bench` runs this file.

In      this machine; the public photographs, or your own with --pictures
Out     tables on screen, bench/results/*.json
Fails   SystemExit with the first one that fails
Not     here: what each measures (see its own file, or bench/README.md)

The peers are installed first, which compiles dlib and takes minutes; --no-peers leaves them out.
The memory run over 1,000 and 10,000 files needs about 15 GB of disk and a quarter of an hour; it
is run with --memory.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import peers

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run every benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--pictures", help="your own folder of camera JPEGs")
    given = parser.parse_args()
    if not given.no_peers:
        peers.install()
    own = ["--pictures", given.pictures] if given.pictures else []
    runs = [
        ["process.py", *own, *(["--no-peers"] if given.no_peers else [])],
        ["search.py"],
        ["group.py"],
        ["pdq.py"],
        ["faces.py"],
        *([["process.py", *own, "--memory"]] if given.memory else []),
    ]
    for name, *options in runs:
        print(f"\n{name} {' '.join(options)}".rstrip(), flush=True)
        subprocess.run([sys.executable, str(HERE / name), *options], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
