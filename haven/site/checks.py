"""Checks: what is missing or unsafe, said before the first request.

In      settings
Out     messages for `python -m haven.site check`; errors stop the start
Not     here: single values (env.py refuses those)
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from haven.site import postgres


@register()
def evidence_and_data_are_apart(**_kept: Any) -> Sequence[CheckMessage]:
    """Refuse evidence roots that hold the database or our own derivatives."""
    found: list[CheckMessage] = []
    for number, root in enumerate(settings.HAVEN_EVIDENCE_ROOTS, start=1):
        if root == settings.HAVEN_DATA_DIR or settings.HAVEN_DATA_DIR.is_relative_to(root):
            found.append(
                Error(
                    f"Evidence root {number} holds the data folder.",
                    hint="Name folders of evidence alone in HAVEN_EVIDENCE_ROOTS.",
                    id="haven.E001",
                )
            )
    return found


@register()
def service_has_its_own_database(**_kept: Any) -> Sequence[CheckMessage]:
    """Refuse the embedded database in service."""
    host = str(settings.DATABASES["default"]["HOST"])
    embedded = postgres.Embedded(settings.HAVEN_DATA_DIR / "postgres")
    if settings.HAVEN_MODE == "service" and host == str(embedded.socket_folder):
        return [
            Error(
                "DATABASE_URL is not set; the embedded database is for a trial.",
                hint="Point DATABASE_URL at a PostgreSQL with pgvector.",
                id="haven.E002",
            )
        ]
    return []


@register()
def service_is_no_demonstration(**_kept: Any) -> Sequence[CheckMessage]:
    """Refuse demonstration accounts and debug pages in service."""
    if settings.HAVEN_MODE != "service":
        return []
    found: list[CheckMessage] = []
    if settings.HAVEN_DEMO or settings.DEBUG:
        found.append(
            Error(
                "HAVEN_DEMO or HAVEN_DEBUG is on in service.",
                hint="Switch both off: they make accounts and show inner workings.",
                id="haven.E003",
            )
        )
    if not settings.HAVEN_DATA_DIR.is_dir():
        found.append(
            Error(
                "The data folder is not there.",
                hint="Make the folder that HAVEN_DATA_DIR names, closed to other users.",
                id="haven.E004",
            )
        )
    if not settings.ALLOWED_HOSTS:
        found.append(
            Warning(
                "HAVEN_HOSTS is empty; every request is refused.",
                hint="Name the hosts this site answers to, separated by commas.",
                id="haven.W001",
            )
        )
    return found
