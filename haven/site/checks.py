"""Checks: what is missing or unsafe, said before the first request.

In      settings
Out     messages for `python -m haven.site check`; errors stop the start
Not     here: single values (env.py refuses those)
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from haven.site import postgres
from haven.workbench.analysis import sandbox
from haven.workbench.cases import wrapping


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


@register()
def master_key_lies_apart(**_kept: Any) -> Sequence[CheckMessage]:
    """Refuse a service whose master key lies with what it protects, or is not there."""
    if settings.HAVEN_MODE != "service":
        return []
    if settings.HAVEN_KEY_WRAPPER != wrapping.FILE_WRAPPER:
        return []
    place = settings.HAVEN_MASTER_KEY_FILE
    if place.is_relative_to(settings.HAVEN_DATA_DIR):
        return [
            Error(
                "The master key lies in the data folder, or none was named.",
                hint="Make one elsewhere with `python -m haven.site makemasterkey FILE` and "
                "name it in HAVEN_MASTER_KEY_FILE. Who takes the data must not have the key.",
                id="haven.E005",
            )
        ]
    try:
        wrapping.read_master_keys(place)
    except wrapping.WrapperTrouble as error:
        return [
            Error(
                f"HAVEN_MASTER_KEY_FILE: {error}.",
                hint="The cases cannot be opened without it. Is its disk mounted?",
                id="haven.E006",
            )
        ]
    return []


@register()
def nothing_lies_in_the_clear(**_kept: Any) -> Sequence[CheckMessage]:
    """Refuse a service on a data folder of a version that did not seal."""
    from haven.site import sealing_up  # here: it needs the tables of all parts

    if settings.HAVEN_MODE != "service" or not sealing_up.is_needed():
        return []
    return [
        Error(
            "The data folder holds files of an earlier version that are not sealed.",
            hint="Stop site and workers and run `python -m haven.site seal` once.",
            id="haven.E007",
        )
    ]


@register(Tags.security, deploy=True)
def decoders_are_shut_in(**_kept: Any) -> Sequence[CheckMessage]:
    """Refuse service without the second tier of the sandbox; warn of a waiver."""
    if settings.HAVEN_MODE != "service":
        return []
    if settings.HAVEN_SANDBOX_WAIVER:
        return [
            Warning(
                "HAVEN_SANDBOX_WAIVER is set: decoders may run with less than the second tier.",
                hint="Remove it as soon as this machine offers the second tier (haven doctor).",
                id="haven.W002",
            )
        ]
    found = sandbox.state()
    if found.tier >= sandbox.SECOND_TIER:
        return []
    missing = "; ".join(f"{one.name}: {one.why}" for one in found.layers if not one.stands)
    return [
        Error(
            f"Decoders cannot be shut in on this machine (tier {found.tier}): {missing}.",
            hint="See docs/security/sandbox.md, or give a reason in HAVEN_SANDBOX_WAIVER.",
            id="haven.E008",
        )
    ]


@register()
def no_restore_was_cut_off(**_kept: Any) -> Sequence[CheckMessage]:
    """Refuse a data folder onto which a backup was restored in part."""
    if not (settings.HAVEN_DATA_DIR / "restore.unfinished").exists():
        return []
    return [
        Error(
            "A restore of a backup was cut off here.",
            hint="Delete the data folder, empty the database, and restore again.",
            id="haven.E010",
        )
    ]


@register(deploy=True)
def service_sends_letters(**_kept: Any) -> Sequence[CheckMessage]:
    """Warn where letters would be printed or kept in a folder in service."""
    if settings.HAVEN_MODE != "service" or settings.HAVEN_MAIL_KIND == "smtp":
        return []
    return [
        Warning(
            "HAVEN_MAIL names no mail server; invitations do not reach anybody.",
            hint="Set HAVEN_MAIL to smtp://user@host and HAVEN_MAIL_PASSWORD_FILE.",
            id="haven.W010",
        )
    ]
