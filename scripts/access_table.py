"""Access table: write docs/security/access.md anew, from what the site really answers.

In      nothing; the test that keeps the page true makes its own database and members
Out     docs/security/access.md
Fails   exit code of pytest when an address answers with something no word is there for
Why     the page is written by the same code that checks it
Not     here: asking (tests/crawl/table.py)

    python scripts/access_table.py
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Write the page."""
    test = "tests/crawl/test_table.py::test_the_page_about_access_is_true"
    asked = [sys.executable, "-m", "pytest", test]
    environment = {**os.environ, "HAVEN_WRITE_ACCESS_TABLE": "yes"}
    return subprocess.run(asked, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
