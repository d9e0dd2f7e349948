"""Bundles of the Hub: made, verified, taken in; with the opening content, and with 5,000 tools.

In      an embedded PostgreSQL of its own; the opening content, its tools copied under other names
Out     bytes and rows of a bundle, its longest row, seconds for each; results/hub_bundles.json
Why     ADR 0035 sets limits, which are to lie well above what a hub holds
Not     here: carrying the file; pages of what came (tests/hub/test_exchange_pages.py)

Making holds all that leaves to what is asked of a bundle that comes. Verifying is the signature,
the digests, the schemas and the citations, without the database.
"""

import argparse
import gzip
import io
import os
import resource
import time
from collections.abc import Callable
from typing import Any

import ruler
from hub_pages import TOOLS, _fill
from record import _site

TIMES = 3  # the best of


def _best(work: Callable[[], Any]) -> float:
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return round(min(taken), 2)


def _measured() -> dict[str, Any]:
    """Return what a bundle of all that is published costs."""
    from django.conf import settings
    from django.utils import timezone

    from haven.hub.exchange import actions, bundles, contents

    made: list[bytes] = []

    def make() -> None:
        file = io.BytesIO()
        actions.make(file, at=timezone.now())
        made.append(file.getvalue())

    def verify() -> None:
        opened = bundles.opened(io.BytesIO(made[-1]))
        contents.read(opened.lines(), [one.name for one in opened.manifest.parts])

    make_s, verify_s = _best(make), _best(verify)
    own, settings.HAVEN_HUB_NAME = settings.HAVEN_HUB_NAME, "elsewhere.example/hub"
    actions.trust(actions.fingerprint(), at=timezone.now())
    newest = iter(made[-TIMES:])
    take_in_s = _best(
        lambda: actions.take_in(io.BytesIO(next(newest)), how="file", at=timezone.now())
    )
    settings.HAVEN_HUB_NAME = own
    content = made[-1]
    opened = bundles.opened(io.BytesIO(content))
    counts = opened.manifest.counts
    longest_row = max(len(line) for _name, lines in opened.lines() for line in lines)
    return {
        "bytes": len(content),
        "bytes_of_parts": {one.name: one.bytes for one in opened.manifest.parts},
        "compressed_bytes": len(gzip.compress(content)),
        "rows": counts,
        "longest_row_bytes": longest_row,
        "make_s": make_s,
        "verify_s": verify_s,
        "take_in_s": take_in_s,
    }


def main() -> None:
    """Measure and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", type=int, default=TOOLS)
    given = parser.parse_args()
    at = ruler.machine()
    os.environ.update(HAVEN_TERMS="no", HAVEN_DEMO="no")
    with _site():
        from haven.site import hub

        hub.load()
        opening = _measured()
        _fill(given.tools, 0)
        many = _measured()
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    for name, one in (("opening content", opening), (f"{given.tools} tools", many)):
        print(
            f"{name:16} {one['bytes']:11,} bytes, longest row {one['longest_row_bytes']:,}: "
            f"made {one['make_s']} s, verified {one['verify_s']} s, taken in {one['take_in_s']} s"
        )
    figures = {"opening": opening, "tools": given.tools, "many": many, "peak_mib": peak_mib}
    print(ruler.keep("hub_bundles", figures, at))


if __name__ == "__main__":
    main()
