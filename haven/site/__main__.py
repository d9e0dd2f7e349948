"""Entry: `python -m haven.site COMMAND`, for start-up and for Django's own commands.

In      the words of the command line
Out     an exit code
Fails   one sentence for a database that cannot be had or a wrong setting
Why     one place that starts the embedded database for a command and stops it again
Not     here: the commands
"""

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator, Sequence

WITHOUT_DATABASE = frozenset({"check", "makemigrations", "makemessages", "compilemessages"})
AS_THE_SITE = WITHOUT_DATABASE | {"collectstatic", "runserver"}  # the rest is the owner's


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haven.site.settings")
    kind = "web" if not words or words[0] in AS_THE_SITE else "owner"
    os.environ.setdefault("HAVEN_DATABASE_ROLE", kind)
    if words and words[0] == "worker":
        from haven.site import worker  # each command loads what it needs

        return worker.main(words[1:])
    if words and words[0] == "keeper":
        from haven.site import keeper

        return keeper.main(words[1:])
    if words and words[0] == "up":
        from haven.cli.main import main as haven

        return haven(words)

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from haven.audit import context
    from haven.site.postgres import DatabaseTrouble

    context.enter(context.Source(via="console"))
    try:
        with database(words):
            execute_from_command_line(["python -m haven.site", *words])
    except (ImproperlyConfigured, DatabaseTrouble) as error:
        sys.stderr.write(f"haven: {error}\n")
        return 3
    return 0


@contextlib.contextmanager
def database(words: Sequence[str]) -> Iterator[None]:
    """Have the embedded database run for a command that needs it, and only so long.

    Where `haven up` runs on the same data its database is used and left running.
    """
    from django.conf import settings

    from haven.site import databases, env, postgres

    # Whether migrations are complete is told from the code; the history is not there to see.
    warnings.filterwarnings("ignore", "Got an error checking a consistent migration history")
    needless = not words or words[0].startswith("-") or words[0] in WITHOUT_DATABASE
    if needless or env.secret("DATABASE_URL"):
        yield
        return
    server = postgres.Embedded(settings.HAVEN_DATA_DIR / "postgres")
    if server.is_running:
        yield
        return
    settings.HAVEN_DATA_DIR.mkdir(parents=True, exist_ok=True)
    server.start()
    databases.become(settings.HAVEN_DATABASE_ROLE)  # its password may have been made just now
    try:
        yield
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
