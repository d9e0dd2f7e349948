"""Layers: what stands between a worker and this machine, as plain records.

In      what a probe found
Out     a frozen record per layer, and the tier that they make together
Fails   never
Why     doctor, the site, a run's provenance and the start in service all say the same
Not     here: making a layer stand (namespaces.py, landlock.py, syscalls.py)

    tier 0   nothing: the serial runner
    tier 1   limits of time, memory, files and processes
    tier 2   and a filter of system calls, and a wall around files: Landlock or namespaces
    tier 3   and both of them: whatever is closed is closed twice
"""

from dataclasses import asdict, dataclass

LIMITS, NAMESPACES, LANDLOCK, SYSCALLS = "limits", "namespaces", "landlock", "syscalls"
LAYERS = (LIMITS, NAMESPACES, LANDLOCK, SYSCALLS)
TIERS = {
    0: "nothing: files are read in the program's own process",
    1: "limits only",
    2: "no network, no other files, no new programs",
    3: "no network, no other files, no new programs, each closed twice",
}


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: whether it stands on this machine, why, and how to get it."""

    name: str  # one of LAYERS
    stands: bool
    why: str
    advice: str = ""  # empty where it stands


@dataclass(frozen=True, slots=True)
class SandboxState:
    """What stands around a worker process of this machine."""

    layers: tuple[Layer, ...]

    @property
    def standing(self) -> frozenset[str]:
        """Names of the layers that stand."""
        return frozenset(layer.name for layer in self.layers if layer.stands)

    @property
    def tier(self) -> int:
        """The highest tier that stands, 0 to 3."""
        standing = self.standing
        if LIMITS not in standing:
            return 0
        if SYSCALLS not in standing or not standing & {LANDLOCK, NAMESPACES}:
            return 1
        return 3 if {LANDLOCK, NAMESPACES} <= standing else 2

    def as_dict(self) -> dict[str, object]:
        """Return plain values for a manifest or a row."""
        return {"tier": self.tier, "layers": [asdict(layer) for layer in self.layers]}


LIMITS_ONLY = SandboxState(
    (Layer(LIMITS, True, "time, memory and privileges of each worker are limited"),)
)
NOTHING = SandboxState(
    (
        Layer(
            LIMITS,
            False,
            "the serial runner reads files in the program's own process",
            "use the runner processes for files that you do not trust",
        ),
    )
)
