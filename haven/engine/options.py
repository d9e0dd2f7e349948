"""Options of a run: one frozen record, each field with its unit and why its default.

In      a profile name, or single fields
Out     Options
Fails   WrongOption: an unknown profile, or a number outside its range
Not     here: the environment; the engine never reads it
"""

from dataclasses import asdict, dataclass, replace

from haven.engine.errors import WrongOption


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost before it is given up, and only it."""

    wall_s: float = 60.0  # a 100-megapixel PNG decodes in about 3 s; hangs are cut at this
    cpu_s: float = 90.0  # decoders may use two threads
    memory_bytes: int = 3 << 30  # above what a worker holds after loading its models
    file_bytes: int = 1 << 30  # a larger still picture was never seen; videos are not read here
    picture_pixels: int = 200_000_000  # the largest phone sensors give 200 megapixels


@dataclass(frozen=True, slots=True)
class Options:
    """How pictures are looked at.

    In bfloat16 the networks take a quarter to a half of the time on processors that compute
    in it, but two kinds of processor then place a box a fraction of a pixel apart and
    describe a face up to 0.013 apart (36 public faces; strangers are over 0.6 apart). Only
    `fast` accepts that, and its second opinion is in float32 all the same.

    The same options, models and versions give the same results; that is why a results
    folder keeps them and refuses to mix (ResultsDiffer).
    """

    profile: str = "balanced"
    detect_sides_px: tuple[int, ...] = (480,)  # long side of each detection canvas
    quarter_turns: bool = False  # look again turned left and right, for lying people
    detect_score: float = 0.35  # first look, 0 to 1; low: the second opinion removes false faces
    precision: str = "f32"  # of the networks; "bf16" only where the processor computes in it
    decode_side_px: int = 640  # long side to decode at least, if the original has it
    chip_share: float = 0.66  # decode again for a face with fewer of a chip's pixels, 0 to 1
    segment_parts: bool = True  # look for people in parts of a picture too: small ones are found
    view_side_px: int = 640  # long side of a view, the promise of `haven process`
    view_quality: int = 80  # JPEG quality of views, 1 to 95
    crop_side_px: int = 160  # side of a face crop
    embed: bool = True  # describe faces; without it they are found and masked, never grouped
    limits: Limits = Limits()

    def as_dict(self) -> dict[str, object]:
        """Return plain values for the manifest, in field order."""
        return asdict(self)


PROFILES: dict[str, Options] = {
    "fast": Options(
        profile="fast",
        detect_sides_px=(320,),
        precision="bf16",
        decode_side_px=480,
        chip_share=0.25,
        segment_parts=False,
    ),
    "balanced": Options(),
    "thorough": Options(
        profile="thorough",
        detect_sides_px=(960, 320),
        quarter_turns=True,
        detect_score=0.3,
        decode_side_px=960,
        chip_share=1.0,
    ),
}


def for_profile(name: str, **changes: object) -> Options:
    """Return the options of a profile, with single fields changed.

    Raises:
        WrongOption: No such profile.
    """
    if name not in PROFILES:
        raise WrongOption(f"profile is {name!r}, not one of {', '.join(PROFILES)}")
    return replace(PROFILES[name], **changes)  # type: ignore[arg-type]  # checked by replace
