"""Picture for the README: a portrait, and what a reviewer sees of it.

In      the demonstration picture demo-astronaut (NASA, public domain): haven assets get
Out     docs/pictures/before-after.jpg, at most 900 pixels wide and under 100 kB
Fails   SystemExit when no face was found: then there would be nothing to show
Why     the README shows what the engine does, not what somebody drew

    .venv/bin/python docs/pictures/make.py
"""

import io
from pathlib import Path

from PIL import Image

from haven import engine
from haven.cli.assets import default_root

PORTRAIT = "demo-astronaut"
OUT = Path(__file__).with_name("before-after.jpg")
HEIGHT_PX = 512
BEFORE_PX = 300  # the original is small: the view is what matters
GAP_PX = 24
GROUND = (22, 24, 29)  # of the pages
MOST_BYTES = 100_000


def view_of(portrait: Path) -> Image.Image:
    """Return step 1 of the portrait, made by the engine."""
    options = engine.for_profile("balanced")
    with engine.runner("serial", 1) as runner:
        found = engine.analyse(
            [portrait],
            options=options,
            models=engine.models_in(default_root()),
            runner=runner,
            is_done=lambda _digests: False,
        )
        views = [one.derivatives.masked for one in found if isinstance(one, engine.Media)]
    if not views or views[0] is None:
        raise SystemExit("No face was found on the portrait.")
    return Image.open(io.BytesIO(views[0])).convert("RGB")


def beside(before: Image.Image, after: Image.Image) -> Image.Image:
    """Return both pictures on one ground, the original small on the left."""
    before = before.resize(
        (BEFORE_PX, round(before.height * BEFORE_PX / before.width)), Image.Resampling.LANCZOS
    )
    after = after.resize(
        (round(after.width * HEIGHT_PX / after.height), HEIGHT_PX), Image.Resampling.LANCZOS
    )
    whole = Image.new("RGB", (BEFORE_PX + GAP_PX + after.width, HEIGHT_PX), GROUND)
    whole.paste(before, (0, (HEIGHT_PX - before.height) // 2))
    whole.paste(after, (BEFORE_PX + GAP_PX, 0))
    return whole


def main() -> None:
    """Make the picture."""
    portrait = engine.AssetStore(default_root()).path(PORTRAIT)
    whole = beside(Image.open(portrait).convert("RGB"), view_of(portrait))
    for quality in range(92, 40, -4):
        whole.save(OUT, quality=quality, optimize=True)
        if OUT.stat().st_size <= MOST_BYTES:
            break
    print(f"{OUT.name}: {whole.width}x{whole.height}, {OUT.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
