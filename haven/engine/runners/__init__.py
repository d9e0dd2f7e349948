"""Runners: where steps run. One promise (base.py), one module per place."""

from haven.engine.errors import WrongOption
from haven.engine.runners.base import Failed, Passed, Runner
from haven.engine.runners.processes import Processes
from haven.engine.runners.serial import Serial

NAMES = ("serial", "processes", "ray")

__all__ = ["NAMES", "Failed", "Passed", "Processes", "Runner", "Serial", "named"]


def named(name: str, workers: int) -> Runner:
    """Return a runner by its name on the command line.

    Raises:
        WrongOption: No such runner, fewer than one worker, or Ray is not installed.
    """
    if workers < 1:
        raise WrongOption(f"workers is {workers}, at least 1 is needed")
    if name == "serial":
        return Serial()
    if name == "processes":
        return Processes(workers)
    if name == "ray":
        return _ray(workers)
    raise WrongOption(f"runner is {name!r}, not one of {', '.join(NAMES)}")


def _ray(workers: int) -> Runner:
    """Return the Ray runner, imported only when asked for: Ray is an optional extra."""
    try:
        from haven.engine.runners.ray import Ray
    except ModuleNotFoundError as error:
        raise WrongOption("Ray is not installed; run: pip install 'haven[ray]'") from error
    return Ray(workers)
