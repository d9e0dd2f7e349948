"""haven audit: verify an export of the record, without the database it came from.

In      the zip file of an export; the signer's key and checkpoints kept elsewhere
Out     what was verified, and a sentence for everything that is wrong
Fails   exit code 1 when something is wrong, 2 when the file is no export
Why     it runs the very file that an outsider gets with the export: one set of rules
Not     here: the database itself (`python -m haven.site verifyrecord`)
"""

import argparse

from haven.cli import verify_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `haven audit` takes."""
    verbs = parser.add_subparsers(dest="audit_verb", metavar="VERB", required=True)
    verify_record.add_arguments(verbs.add_parser("verify", help="verify an export"))


def run(args: argparse.Namespace) -> int:
    """Verify the export."""
    return verify_record.run(args)
