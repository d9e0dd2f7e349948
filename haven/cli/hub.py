"""Hub: `haven hub export | import | trust | list | fetch | unfollow | key`.

In      the verb's arguments
Out     lines for a person; a bundle, or what came of one
Fails   one sentence with the error's code: exit code 1 for a bundle that is refused, 2 for
        wrong use, 3 when it could not be done
Why     bundles are carried by whoever keeps the machine; no page takes a file
Not     here: the verbs themselves (haven/site/hub_verbs.py), which know Django
"""

import argparse
import importlib
from pathlib import Path

VERBS = "haven.site.hub_verbs"  # by name: the command line itself runs without Django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what may follow `haven hub`."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="data folder (default: HAVEN_DATA_DIR)"
    )
    verbs = parser.add_subparsers(dest="hub_verb", metavar="VERB", required=True)
    export = verbs.add_parser("export", help="write a signed bundle of what this hub published")
    export.add_argument("file", type=Path, metavar="FILE", help="a file of this name is replaced")
    bring = verbs.add_parser("import", help="take in a bundle of another hub")
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument(
        "--trust",
        metavar="FINGERPRINT",
        help="confirm the key with this fingerprint first, as `haven hub trust` does",
    )
    trust = verbs.add_parser("trust", help="confirm the key of another hub")
    trust.add_argument("fingerprint", nargs="+", metavar="FINGERPRINT", help="sixty digits")
    verbs.add_parser("list", help="show the hubs that are followed, and their bundles")
    fetch = verbs.add_parser("fetch", help="fetch bundles from the addresses that were set")
    fetch.add_argument("address", nargs="?", metavar="ADDRESS", help="one of HAVEN_HUB_SOURCES")
    leave = verbs.add_parser("unfollow", help="forget a hub and remove what came from it")
    leave.add_argument("hub", nargs="+", metavar="HUB", help="its name, or its fingerprint")
    verbs.add_parser("key", help="print name and fingerprint of this hub")


def run(args: argparse.Namespace) -> int:
    """Do what was asked and return the exit code."""
    code: int = importlib.import_module(VERBS).run(args)
    return code
