"""Land: write the outline of the land as one small SVG, for the map of a case.

In      land-50m.json of the npm package world-atlas 2.0.2 (Natural Earth 1:50m, public domain)
Out     haven/workbench/facets/static/facets/land.svg, under 150 kB
Why     a map that asks nobody for tiles: who looks at which place is never told outside
Not     here: drawing what lies on it (haven/workbench/facets)

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python scripts/land.py package/land-50m.json

A unit of the drawing is a hundredth of a degree: x is the longitude, y the latitude downwards.
"""

import json
import sys
from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parents[1] / "haven/workbench/facets/static/facets/land.svg"
SOURCE = "Made by scripts/land.py from Natural Earth 1:50m (public domain), world-atlas 2.0.2"
TOLERANCE_DEG = 0.05  # a line is nowhere further from the source than this
LEAST_DEG2 = 0.02  # islands smaller than this box are left out: about 240 square kilometres
UNITS_A_DEG = 100


def main() -> None:
    """Read the topology, simplify it and write the drawing."""
    topology = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    arcs = [_simple(arc) for arc in _degrees(topology)]
    shapes = topology["objects"]["land"]["geometries"][0]["arcs"]
    rings = [copy for shape in shapes for ring in shape for copy in _flat(_ring(ring, arcs))]
    path = "".join(_path(ring) for ring in rings if np.ptp(ring, axis=0).prod() >= LEAST_DEG2)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-18000 -9000 36000 18000">'
        f'<!-- {SOURCE} --><path id="land" fill-rule="evenodd" d="{path}"/></svg>\n',
        encoding="utf-8",
    )
    print(f"{len(rings)} rings, {OUT.stat().st_size} bytes in {OUT}")


def _degrees(topology: dict) -> list[np.ndarray]:
    """Return the arcs of a topology as (n, 2) longitudes and latitudes in degrees."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    return [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]


def _simple(line: np.ndarray) -> np.ndarray:
    """Return a line with the points that Douglas and Peucker (1973) keep."""
    keep = np.zeros(len(line), bool)
    keep[[0, -1]] = True
    todo = [(0, len(line) - 1)]
    if len(line) > 2 and np.allclose(line[0], line[-1]):  # an island: begin from two far ends
        far = int(np.argmax(np.hypot(*(line - line[0]).T)))
        keep[far], todo = True, [(0, far), (far, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        start, along = line[first], line[last] - line[first]
        inner = line[first + 1 : last] - start
        distances = np.abs(along[0] * inner[:, 1] - along[1] * inner[:, 0]) / np.hypot(*along)
        furthest = int(np.argmax(distances))
        if distances[furthest] > TOLERANCE_DEG:
            middle = first + 1 + furthest
            keep[middle] = True
            todo += [(first, middle), (middle, last)]
    return line[keep]


def _ring(indices: list[int], arcs: list[np.ndarray]) -> np.ndarray:
    """Return a ring put together from arcs; ~i is arc i turned round."""
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _flat(ring: np.ndarray) -> list[np.ndarray]:
    """Return a ring of the globe on the plane, once for each edge of the map it crosses.

    A ring that goes round the globe (Antarctica) is closed along its pole.
    """
    ring = np.column_stack([np.unwrap(ring[:, 0], period=360), ring[:, 1]])
    if abs(ring[-1, 0] - ring[0, 0]) > 180:
        pole = np.copysign(90, ring[:, 1].mean())
        ring = np.concatenate([ring, [[ring[-1, 0], pole], [ring[0, 0], pole], ring[0]]])
    shifts = [0, *[-360] * bool(ring[:, 0].max() > 180), *[360] * bool(ring[:, 0].min() < -180)]
    return [ring + np.array([shift, 0]) for shift in shifts]


def _path(ring: np.ndarray) -> str:
    """Return a ring as relative steps of whole units."""
    points = np.rint(ring * [UNITS_A_DEG, -UNITS_A_DEG]).astype(int)
    steps = np.diff(points, axis=0)
    steps = steps[np.any(steps != 0, axis=1)][:-1]  # z closes it
    drawn = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}l{drawn}z"


if __name__ == "__main__":
    main()
