"""Runners: where steps run. One promise (base.py), one module per place."""

from collections.abc import Iterable
from pathlib import Path

from haven.engine.errors import SandboxMissing, WrongOption
from haven.engine.runners.base import Failed, Passed, Runner
from haven.engine.runners.processes import Confined, Processes
from haven.engine.runners.serial import Serial

NAMES = ("serial", "processes", "ray")

__all__ = ["NAMES", "Confined", "Failed", "Passed", "Processes", "Runner", "Serial", "named"]


def named(
    name: str, workers: int, *, reads: Iterable[Path] = (), confined: str = Confined.BEST
) -> Runner:
    """Return a runner by its name on the command line.

    Args:
        name: One of NAMES.
        workers: How many processes or actors.
        reads: Folders and files that the steps open: evidence and models.
        confined: What must stand around a worker, a value of Confined.

    Raises:
        WrongOption: No such runner, fewer than one worker, or Ray is not installed.
        SandboxMissing: The second tier is required and is not to be had.
    """
    wanted = Confined(confined)
    if workers < 1:
        raise WrongOption(f"workers is {workers}, at least 1 is needed")
    if name == "serial":
        if wanted is Confined.REQUIRED:
            raise SandboxMissing("the serial runner has no sandbox; use the runner processes")
        return Serial()
    if name == "processes":
        return Processes(workers, reads=reads, confined=wanted)
    if name == "ray":
        return _ray(workers, tuple(reads), wanted)
    raise WrongOption(f"runner is {name!r}, not one of {', '.join(NAMES)}")


def _ray(workers: int, reads: tuple[Path, ...], confined: Confined) -> Runner:
    """Return the Ray runner, imported only when asked for: Ray is an optional extra."""
    try:
        from haven.engine.runners.ray import Ray
    except ModuleNotFoundError as error:
        raise WrongOption("Ray is not installed; run: pip install 'haven[ray]'") from error
    return Ray(workers, reads, confined)
