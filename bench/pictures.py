"""Input for the benchmarks: camera-like JPEGs of 3.1 megapixels, made from real photographs.

In      a folder of public photographs (HAVEN_TEST_MEDIA, or ../shared/media), a number
Out     that many distinct JPEGs, and beside their folder a JSON file: how they were made
Fails   SystemExit with one sentence when the photographs are not there
Why     nobody can publish a folder of seized pictures, and few photographs are free to use
Not     a replacement for real ones: every benchmark takes `--pictures DIR` with your own

What is real: the photographs, and therefore the faces, the textures and the scenes. What is
made: a photograph of a person is scaled, turned by a few degrees and laid into a photograph of a
scene, so that faces come in all sizes; sensor noise is added, because enlarged photographs are
too smooth; the result is saved as a camera does (4:2:0, quality 88 to 92, EXIF). The same index
gives the same pixels.

    python bench/pictures.py --count 300 --out bench/work/pictures
"""

import argparse
import json
import os
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageFilter

WORK = Path(__file__).parent / "work"
RECIPE = 3  # raise when the pictures change, so that old ones are made again
LONG_PX, SHORT_PX = 2048, 1536  # 3.1 megapixels, the size of the camera set of design.md
PORTRAIT_SHARE = 0.35
NOBODY_SHARE, CROWD_SHARE = 0.35, 0.03  # the rest shows one to three people
PEOPLE_WEIGHTS = (0.70, 0.20, 0.10)  # one, two, three people
NOISE_SIGMA = (5.0, 8.0)  # of 255; gives about 1 to 2 MB at quality 90, as cameras do

NOBODY = (
    "metadata/camera-fuji-s2pro-paris.jpg",
    "metadata/camera-htc-desire.jpg",
    "metadata/camera-lumia800.jpg",
    "metadata/camera-olympus-serial.jpg",
    "pdq/aaa-orig.jpg",
    "faces/no-face-dogs.jpg",
)
SOMEBODY = (
    "faces/biden-1.jpg",
    "faces/biden-2.jpg",
    "faces/lacamoire-1.png",
    "faces/lacamoire-2.jpg",
    "faces/lacamoire-3.jpg",
    "faces/leslie-1.jpg",
    "faces/leslie-2.jpg",
    "faces/miranda-1.png",
    "faces/obama-1.jpg",
    "faces/obama-2.jpg",
    "faces/obama-3.jpg",
    "faces/obama-4.jpg",
    "faces/two-people.jpg",
)
CROWD = "faces/crowd-city.jpg"


@dataclass(frozen=True)
class Photographs:
    """The real photographs, opened once."""

    nobody: list[Image.Image]
    somebody: list[Image.Image]
    crowd: Image.Image


def default_media() -> Path:
    """Return the folder of public photographs."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "media"
    return Path(os.environ.get("HAVEN_TEST_MEDIA", beside))


def make(count: int, out: Path, media: Path) -> dict[str, Any]:
    """Write `count` pictures into `out`, unless they are there already.

    Returns:
        What is known of them: recipe, count, bytes, megapixels and how many show whom.
    """
    record = out.with_suffix(".json")
    if record.is_file():
        made: dict[str, Any] = json.loads(record.read_text())
        if made["recipe"] == RECIPE and made["count"] == count:
            return made
    photographs = _open(media)
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.jpg"):
        old.unlink()
    kinds: Counter[str] = Counter()
    for index in range(count):
        kinds[_write(index, out, photographs)] += 1
    sizes = [path.stat().st_size for path in out.glob("*.jpg")]
    made = {
        "recipe": RECIPE,
        "count": count,
        "megapixels_each": round(LONG_PX * SHORT_PX / 1e6, 2),
        "mean_bytes": sum(sizes) // len(sizes),
        "min_bytes": min(sizes),
        "max_bytes": max(sizes),
        "shows": dict(sorted(kinds.items())),
        "how": "composed from real public photographs (bench/pictures.py), not from a camera",
    }
    record.write_text(json.dumps(made, indent=2) + "\n")
    return made


def _open(media: Path) -> Photographs:
    """Open the photographs, or say which are missing."""
    missing = [name for name in (*NOBODY, *SOMEBODY, CROWD) if not (media / name).is_file()]
    if missing:
        raise SystemExit(
            f"{len(missing)} of the photographs are not there, the first is {missing[0]}. "
            "Set HAVEN_TEST_MEDIA, or measure your own folder with --pictures."
        )

    def opened(name: str) -> Image.Image:
        return Image.open(media / name).convert("RGB")

    return Photographs(
        nobody=[opened(name) for name in NOBODY],
        somebody=[opened(name) for name in SOMEBODY],
        crowd=opened(CROWD),
    )


def _write(index: int, out: Path, photographs: Photographs) -> str:
    """Write picture `index` and return what it shows: nobody, crowd, or n people photographs."""
    rng = np.random.default_rng([RECIPE, index])
    size = (SHORT_PX, LONG_PX) if rng.random() < PORTRAIT_SHARE else (LONG_PX, SHORT_PX)
    what = rng.random()
    if what < NOBODY_SHARE:
        shown, picture = "nobody", _scene(photographs.nobody, size, rng)
    elif what < NOBODY_SHARE + CROWD_SHARE:
        shown, picture = "crowd", _cover(photographs.crowd, (LONG_PX, SHORT_PX), 0.94, rng)
    else:
        people = 1 + int(rng.choice(len(PEOPLE_WEIGHTS), p=PEOPLE_WEIGHTS))
        shown = f"{people} photograph(s) of people"
        picture = _scene(photographs.nobody, size, rng)
        for column, chosen in enumerate(rng.choice(len(photographs.somebody), people, False)):
            _lay(picture, photographs.somebody[chosen], column, people, rng)
    _noisy(picture, rng).save(
        out / f"{index:05d}.jpg",
        quality=int(rng.integers(88, 93)),
        subsampling="4:2:0",
        exif=_exif(index, rng),
    )
    return shown


def _scene(nobody: list[Image.Image], size: tuple[int, int], rng: Generator) -> Image.Image:
    """Return one of the scenes, mirrored half of the time."""
    chosen = nobody[rng.integers(len(nobody))]
    if rng.random() < 0.5:
        chosen = chosen.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return _cover(chosen, size, float(rng.uniform(0.7, 1.0)), rng)


def _cover(
    photograph: Image.Image, size: tuple[int, int], part: float, rng: Generator
) -> Image.Image:
    """Return a random part of the photograph that fills `size`; `part` is 0 to 1."""
    scale = min(photograph.width / size[0], photograph.height / size[1]) * part
    width, height = size[0] * scale, size[1] * scale
    left = float(rng.uniform(0, photograph.width - width))
    top = float(rng.uniform(0, photograph.height - height))
    return photograph.resize(
        size, Image.Resampling.LANCZOS, box=(left, top, left + width, top + height)
    )


def _lay(
    picture: Image.Image, photograph: Image.Image, column: int, columns: int, rng: Generator
) -> None:
    """Lay a photograph of somebody into its column of the picture, with soft edges."""
    room = picture.width / columns
    height = picture.height * float(rng.uniform(0.35, 1.15 if columns == 1 else 0.8))
    width = min(height * photograph.width / photograph.height, room * 1.3)
    height = width * photograph.height / photograph.width
    small = photograph.resize((round(width), round(height)), Image.Resampling.LANCZOS)
    mask = Image.new("L", small.size, 0)
    mask.paste(255, (14, 14, small.width - 14, small.height - 14))
    mask = mask.filter(ImageFilter.GaussianBlur(6))
    degrees = float(rng.normal(0, 5))
    small = small.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    mask = mask.rotate(degrees, Image.Resampling.BILINEAR, expand=True)
    left = round(room * (column + 0.5) - small.width / 2 + rng.uniform(-0.1, 0.1) * room)
    spare = max(picture.height - small.height, 1)
    top = round(rng.uniform(0, 1) * spare) if small.height < picture.height else 0
    picture.paste(small, (left, top), mask)


def _noisy(picture: Image.Image, rng: Generator) -> Image.Image:
    """Return the picture with sensor noise: strong in brightness, weak in colour."""
    sigma = rng.uniform(*NOISE_SIGMA)
    pixels = np.asarray(picture, dtype=np.float32)
    brightness = rng.standard_normal(pixels.shape[:2], dtype=np.float32) * sigma
    colour = rng.standard_normal(pixels.shape, dtype=np.float32) * (0.3 * sigma)
    noisy = pixels + brightness[..., None] + colour
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def _exif(index: int, rng: Generator) -> Image.Exif:
    """Return EXIF as a camera writes it. Upright always: the peers do not turn pictures."""
    exif = Image.Exif()
    taken = datetime(2021, 5, 1, 9) + timedelta(minutes=7 * index)  # noqa: DTZ001  cameras write local time
    exif[0x010F] = "Haven bench"
    exif[0x0110] = "Composed photograph"
    exif[0x0112] = 1
    exif.get_ifd(0x8769)[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
    exif.get_ifd(0x8769)[0xA431] = f"BENCH{int(rng.integers(4)):04d}"
    return exif


def main() -> None:
    """Make the pictures and print what was made."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--out", type=Path, default=WORK / "pictures")
    parser.add_argument("--media", type=Path, default=default_media())
    given = parser.parse_args()
    print(json.dumps(make(given.count, given.out, given.media), indent=2))


if __name__ == "__main__":
    main()
