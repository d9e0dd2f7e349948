"""Lists: `haven lists import | show | look-up | remove`, for lists of known files.

In      the verb's arguments
Out     lines for a person
Fails   one sentence with the error's code: exit code 1 where nothing was found or a list was
        refused, 2 for wrong use, 3 when it could not be done
Why     lists of gigabytes are carried to the server, not through a browser
Not     here: the verbs themselves (haven/site/list_verbs.py), which know Django
"""

import argparse
import importlib
from datetime import date
from pathlib import Path

VERBS = "haven.site.list_verbs"  # by name: the command line itself runs without Django
KINDS = ("alert", "known-good", "own")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what may follow `haven lists`."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="data folder (default: HAVEN_DATA_DIR)"
    )
    parser.add_argument(
        "--agency", metavar="NAME", help="whose lists; needed where there is more than one agency"
    )
    verbs = parser.add_subparsers(dest="list_verb", metavar="VERB", required=True)
    bring = verbs.add_parser("import", help="take a list in; its format is told by its content")
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--kind", required=True, choices=KINDS)
    bring.add_argument(
        "--scheme", default="", metavar="NAME", help="of its categories, such as us-current"
    )
    bring.add_argument("--name", default="", help="how it is called here (default: the format)")
    bring.add_argument("--source", default="", help="who made it, and how it came")
    bring.add_argument("--basis", default="", help="the legal basis on which it is kept")
    bring.add_argument("--licence", default="", help="its licence or terms")
    bring.add_argument("--version", default="", dest="list_version", help="as its source calls it")
    bring.add_argument("--date", type=date.fromisoformat, metavar="YYYY-MM-DD", help="of the list")
    bring.add_argument(
        "--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last day of its use"
    )
    bring.add_argument("--yes", action="store_true", help="do not ask after the first rows")
    verbs.add_parser("show", help="show the lists and how far they are")
    ask = verbs.add_parser("look-up", help="look a digest or a picture up in every list in use")
    ask.add_argument("what", metavar="DIGEST_OR_PICTURE")
    out = verbs.add_parser("remove", help="take a list out and destroy its key")
    out.add_argument("list", metavar="LIST", help="its id, or the beginning of it")
    out.add_argument("--reason", required=True)


def run(args: argparse.Namespace) -> int:
    """Do what was asked and return the exit code."""
    code: int = importlib.import_module(VERBS).run(args)
    return code
