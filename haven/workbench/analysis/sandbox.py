"""What stands around the decoders of this installation: told at start, kept, shown.

In      settings; what the engine's probe finds
Out     an entry in the record, a file in the data folder that the site shows
Fails   NoSandbox: service without the second tier and without a written reason
Why     a decoder that reads what a suspect made must not reach cases; nobody is to find out
        afterwards that it could
Not     here: the sandbox itself (haven/engine/runners/sandbox)
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from haven import engine
from haven.audit.actions import record

SECOND_TIER = 2


class NoSandbox(Exception):
    """Decoders cannot be shut in, and nobody wrote down why that is accepted."""


def state() -> engine.SandboxState:
    """Return what stands around decoders in this process, tried once."""
    if settings.HAVEN_RUNNER == "serial":
        return engine.runner("serial", 1).sandbox
    return engine.sandbox_state()


def begin() -> engine.SandboxState:
    """Refuse or tell, once per start of a worker.

    Raises:
        NoSandbox: In service, below the second tier, and not waived.
    """
    found = state()
    waiver = settings.HAVEN_SANDBOX_WAIVER if settings.HAVEN_MODE == "service" else ""
    if settings.HAVEN_MODE == "service" and found.tier < SECOND_TIER and not waiver:
        raise NoSandbox(
            f"decoders cannot be shut in on this machine (tier {found.tier}); haven doctor says"
            " why. Service does not start like this unless HAVEN_SANDBOX_WAIVER holds a reason."
        )
    layers = " ".join(sorted(found.standing))
    with transaction.atomic():
        record("worker.start", actor=None, tier=found.tier, layers=layers)
        if waiver:
            record("sandbox.waive", actor=None, reason=waiver, tier=found.tier, layers=layers)
    _keep({**found.as_dict(), "waived": bool(waiver), "at": timezone.now().isoformat()})
    return found


def last_told() -> dict[str, Any] | None:
    """Return what the last worker that started told; None where none ever did."""
    try:
        told: dict[str, Any] = json.loads(_place().read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return told


def _keep(told: dict[str, object]) -> None:
    """Write for the site what stands here, whole or not at all."""
    untaken = _place().with_suffix(".new")
    untaken.write_text(json.dumps(told), "utf-8")
    untaken.replace(_place())


def _place() -> Path:
    return Path(settings.HAVEN_DATA_DIR) / "sandbox.json"
