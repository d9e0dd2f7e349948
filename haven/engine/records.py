"""Records that travel between the engine's steps.

In      what a step found
Out     frozen, checked when built, safe to pickle
Fails   WrongShape: an array has another shape or type than its comment says
Why     one vocabulary for every step, the stores and the workbench (docs/architecture/words.md)
Not     here: reading, writing, computing

Coordinates are pixels of the upright full-size picture, origin at its top left corner,
x to the right, y down, unless a name says otherwise.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from haven.engine.errors import WrongShape

Pixels = NDArray[np.uint8]
Vector = NDArray[np.float32]


class Kind(StrEnum):
    """What a file is, told from its content."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    ARCHIVE = "archive"
    EMPTY = "empty"
    OTHER = "other"


class Status(StrEnum):
    """How a file came out: every file has exactly one."""

    DONE = "done"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileType:
    """Type of a file by its first bytes.

    `decoder` names the reader to use ("jpeg", or a Pillow format such as "PNG"); None
    means that Haven does not look into this type.
    """

    mime: str
    kind: Kind
    decoder: str | None = None


@dataclass(frozen=True, slots=True)
class Digests:
    """Exact digests of a file's bytes, lower-case hexadecimal."""

    sha256: str
    sha1: str
    md5: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class PerceptualHash:
    """A PDQ hash: 256 bits as 64 hexadecimal digits, with its quality 0 to 100.

    `turned` holds the hashes of the same picture in the seven other ways it can lie, in the
    order of `digests.pdq.TURNS`; () where nobody asked.
    """

    pdq: str
    quality: int
    turned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file says about its own origin. Untrusted: anyone can write it.

    `taken_at` is ISO 8601 local time as the camera wrote it, with an offset only where
    the file gives one. Latitude and longitude are degrees WGS 84, north and east
    positive, and None when absent, out of range or exactly 0,0 (not a place).
    """

    taken_at: str | None = None
    gps_lat: float | None = None
    gps_lon: float | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    camera_serial: str | None = None
    software: str | None = None  # that says it wrote the file
    has_maker_note: bool = False  # what a camera adds for itself, and most programs lose
    # Quality 1 to 100 at which the common library (IJG) writes the tables that this JPEG has;
    # 0: tables of its own; None: not a JPEG, or it cannot be told.
    common_quality: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded picture, upright, maybe smaller than the original.

    `full_width_px` and `full_height_px` are those of the upright original.
    """

    pixels_bgr: Pixels  # (height, width, 3), uint8, C order
    full_width_px: int
    full_height_px: int

    def __post_init__(self) -> None:
        """Raise WrongShape unless pixels are (height, width, 3) uint8."""
        pixels = self.pixels_bgr
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
            raise WrongShape(f"picture is {pixels.shape} {pixels.dtype}, not (h, w, 3) uint8")
        if min(pixels.shape[:2]) < 1 or min(self.full_width_px, self.full_height_px) < 1:
            raise WrongShape(f"picture is {pixels.shape}, full size {self.full_size_px}")

    @property
    def width_px(self) -> int:
        """Width of the decoded pixels."""
        return int(self.pixels_bgr.shape[1])

    @property
    def height_px(self) -> int:
        """Height of the decoded pixels."""
        return int(self.pixels_bgr.shape[0])

    @property
    def full_size_px(self) -> tuple[int, int]:
        """Width and height of the upright original."""
        return self.full_width_px, self.full_height_px

    @property
    def scale_xy(self) -> Vector:
        """Decoded pixels per full-size pixel, (x, y), float32, each in (0, 1]."""
        return np.array(
            [self.width_px / self.full_width_px, self.height_px / self.full_height_px],
            dtype=np.float32,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face on one picture.

    `landmarks_px` are eye (left in the picture), eye (right), nose tip, mouth corner
    (left), mouth corner (right). `quality` is 0 to 1, of four parts that are kept in
    `quality_parts`. `embedding` is compared by Euclidean distance (not scaled to length 1)
    and absent where the face could not be described; it never leaves the case store.
    """

    box_xyxy_px: Vector  # (4,), float32: left, top, right, bottom
    landmarks_px: Vector  # (5, 2), float32
    score: float  # detector, 0 to 1
    frame_ms: int = 0
    quality: float = 0.0
    quality_parts: dict[str, float] = field(default_factory=dict)
    embedding: Vector | None = None  # (128,), float32

    def __post_init__(self) -> None:
        """Raise WrongShape unless box is (4,), landmarks (5, 2) and all are finite."""
        if self.box_xyxy_px.shape != (4,) or self.landmarks_px.shape != (5, 2):
            raise WrongShape(
                f"face box {self.box_xyxy_px.shape}, landmarks {self.landmarks_px.shape}"
            )
        if not (np.isfinite(self.box_xyxy_px).all() and np.isfinite(self.landmarks_px).all()):
            raise WrongShape("face has a coordinate that is not a number")

    @property
    def width_px(self) -> float:
        """Width of the box in full-size pixels."""
        return float(self.box_xyxy_px[2] - self.box_xyxy_px[0])

    @property
    def height_px(self) -> float:
        """Height of the box in full-size pixels."""
        return float(self.box_xyxy_px[3] - self.box_xyxy_px[1])


@dataclass(frozen=True, slots=True, eq=False)
class ObjectCut:
    """What was cut out."""

    pixels_bgr: Pixels  # (height, width, 3), of bounded size
    faces: tuple[Face, ...]  # all that were known or found, none of them in it
    full_width_px: int  # of the original
    full_height_px: int


@dataclass(frozen=True, slots=True, eq=False)
class Derivatives:
    """Encoded pictures made from one original, safe for the step they are named for.

    `masked` is step 1 (faces; all else a mosaic), `background` is step 2 (people filled
    solid; where they are is an estimate), `face_crops` one oval crop per face in the order of
    the faces. All are JPEG bytes. None means that none could be made: show a closed tile.
    """

    masked: bytes | None = None
    background: bytes | None = None
    face_crops: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One path at which some content lay, told before anything is decoded.

    Exactly one of `digests` and `error_code` is set: a file that could not be read has
    no digest and therefore no media row of its own.
    """

    path: str
    digests: Digests | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Media:
    """All that is known of one distinct content after looking at it.

    `steps_ms` is wall time per step, for the benchmark and the manifest.
    """

    digests: Digests
    file_type: FileType
    status: Status
    error_code: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    perceptual: PerceptualHash | None = None
    metadata: Metadata = Metadata()
    faces: tuple[Face, ...] = ()
    derivatives: Derivatives = Derivatives()
    steps_ms: dict[str, float] = field(default_factory=dict)
