"""Pipeline: from files to what is known of each, the whole way on one page.

In      files and sources; options; models; a runner; what is done already
Out     an Occurrence for every path, and one Media for every content not yet done
Fails   never for one file: its Media says failed or unsupported, with a code.
        AssetMissing before the first file when a model is not on this machine
Why     the reader sees each step in order, and nothing else decides what happens to a file
Not     here: storing (results/, workbench/analysis), grouping (faces/group.py)

    checksums → sniff → decode → pdq → metadata → detect → second opinion
              → align → embed → quality → mask
"""

import functools
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import cv2

from haven.engine import masking
from haven.engine.assets.runtime import FULL
from haven.engine.digests.pdq import pdq
from haven.engine.errors import (
    EmptySource,
    KnownGood,
    StepCrashed,
    UnsupportedSource,
)
from haven.engine.faces import align, quality
from haven.engine.faces.detect import Detector
from haven.engine.faces.embed import Embedder
from haven.engine.faces.second_opinion import SecondOpinion
from haven.engine.media import metadata
from haven.engine.media.decode import decode
from haven.engine.options import Limits, Options
from haven.engine.people import Segmenter
from haven.engine.reading import (
    Content,
    Fingerprint,
    Summed,
    isolated,
    name_of,
    stored_bytes,
    summed,
    with_bytes,
)
from haven.engine.records import (
    Derivatives,
    Digests,
    Face,
    FileType,
    Kind,
    Media,
    Occurrence,
    Picture,
    Status,
)
from haven.engine.runners import Failed, Passed, Runner
from haven.engine.sources import Source

T = TypeVar("T")
R = TypeVar("R")
P = TypeVar("P")

READING_S = 3600.0  # for the digests of one file, of any size: 100 GB from a slow disk


@dataclass(frozen=True, slots=True)
class Models:
    """Where the models lie, ready to use (`haven assets get`)."""

    detector: Path
    second_opinion: Path
    recogniser: Path
    segmenter: Path | None = None  # None: where people are is a coarse estimate from faces

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them, for whoever decides what a worker may read."""
        known = self.detector, self.second_opinion, self.recogniser, self.segmenter
        return tuple(path for path in known if path is not None)


def analyse(
    paths: Iterable[Path | Source],
    *,
    options: Options,
    models: Models,
    runner: Runner,
    is_done: Callable[[Digests], bool],
    is_known_good: Callable[[Digests], bool] = lambda _digests: False,
) -> Iterator[Occurrence | Media]:
    """Yield what is found, as soon as it is found.

    Args:
        paths: Files to look at; taken only as fast as they are worked on. A Source is summed
            here and not by a worker, because only here it can be opened.
        options: How to look.
        models: The networks.
        runner: Where the steps run.
        is_done: Whether a content needs no look; asked when its digest is known.
        is_known_good: Whether a content is not looked at because a list of known good files
            has it; asked of what is not done. Its Media says `source.known_good`.

    Yields:
        An Occurrence per path, with digests or an error code, and a Media per distinct
        content for which `is_done` was False, in the order in which they are finished.
        Whoever takes a Media must make `is_done` true of it before taking the next.
    """
    in_flight: set[str] = set()
    limits = options.limits
    reading = replace(limits, wall_s=READING_S, cpu_s=READING_S)

    def unknown() -> Iterator[Content | Passed[Occurrence | Media]]:
        unread: Iterator[Path | Summed | Passed[Occurrence]] = (
            one if isinstance(one, Path) else summed(one) for one in paths
        )
        every: Iterator[tuple[Path | Summed, Content | Failed] | Passed[Occurrence]]
        every = _twice_if_crashed(runner, Fingerprint(), unread, reading)
        for read in every:
            if isinstance(read, Passed):
                yield Passed(read.value)
                continue
            one, found = read
            where = str(one) if isinstance(one, Path) else name_of(one.source)
            if isinstance(found, Failed):
                yield Passed(Occurrence(where, error_code=found.error.code))
                continue
            yield Passed(Occurrence(where, found.digests))
            sha256 = found.digests.sha256
            if sha256 in in_flight or is_done(found.digests):
                continue
            if is_known_good(found.digests):
                yield Passed(_row(found, Failed(KnownGood("a list of known good files has it"))))
            else:
                in_flight.add(sha256)
                yield found if isinstance(one, Path) else with_bytes(found, one.source, limits)

    for finished in _twice_if_crashed(runner, Examine(options, models), unknown(), limits):
        if isinstance(finished, Passed):
            yield finished.value
            continue
        content, result = finished
        yield _row(content, result)
        in_flight.discard(content.digests.sha256)  # from here on `is_done` knows it


def _twice_if_crashed(
    runner: Runner, step: Callable[[T], R], items: Iterable[T | Passed[P]], limits: Limits
) -> Iterator[tuple[T, R | Failed] | Passed[P]]:
    """Yield as `runner.map` does, but give an item whose worker died a second try at the end.

    Maybe the worker was killed by someone else: a file is not to be blamed for that.
    """
    once_more: list[T] = []
    for finished in runner.map(step, items, limits=limits):
        if not isinstance(finished, Passed):
            item, result = finished
            if isinstance(result, Failed) and isinstance(result.error, StepCrashed):
                once_more.append(item)
                continue
        yield finished
    yield from runner.map(step, once_more, limits=limits)


@dataclass(frozen=True, slots=True)
class Examine:
    """All further steps, on one content."""

    options: Options
    models: Models

    def __call__(self, content: Content) -> Media:
        """Return all that is found, or raise the EngineError that stopped it."""
        with isolated("looking at a picture"):
            return self._look(content)

    def _look(self, content: Content) -> Media:
        options, timed = self.options, Stopwatch()
        if content.file_type.kind is Kind.EMPTY:
            raise EmptySource("file has 0 bytes")
        if content.file_type.decoder is None:
            raise UnsupportedSource(f"Haven does not look into {content.file_type.mime}")
        with timed("read"):
            stored = stored_bytes(content, options.limits.file_bytes)
        with timed("decode"):
            picture = decode(
                stored,
                content.file_type,
                long_side_px=options.decode_side_px,
                max_pixels=options.limits.picture_pixels,
            )
        with timed("pdq"):
            perceptual = pdq(picture.pixels_bgr)
        with timed("metadata"):
            facts = metadata.read(stored, content.file_type)
        tools = tools_of(self.models, options.precision, options.segment_parts)
        faces = find_faces(picture, options, tools, timed)
        with timed("align"):
            finer = self._finer(stored, content.file_type, picture, faces)
        faces = describe_faces(finer, faces, tools, timed, embed=options.embed)
        with timed("mask"):
            derivatives = hide(picture, finer, faces, options, tools.segmenter)
        return Media(
            digests=content.digests,
            file_type=content.file_type,
            status=Status.DONE,
            width_px=picture.full_width_px,
            height_px=picture.full_height_px,
            perceptual=perceptual,
            metadata=facts,
            faces=tuple(faces),
            derivatives=derivatives,
            steps_ms=timed.steps_ms,
        )

    def _finer(
        self, stored: bytes, file_type: FileType, picture: Picture, faces: list[Face]
    ) -> Picture:
        """Return the picture with as many pixels as its smallest face needs.

        A face is described on a chip with 53 pixels between the eyes. Where the decoded
        picture has much fewer and the original has more, it is decoded once again.
        """
        scale = float(picture.scale_xy.min())
        if not faces or scale >= 1:
            return picture
        eyes = min(align.eye_distance_px(face.landmarks_px) for face in faces)
        needed = min(1.0, align.CHIP_EYE_DISTANCE_PX / max(eyes, 1.0))
        if scale >= self.options.chip_share * needed:
            return picture
        long_side = int(max(picture.full_size_px) * needed)
        return decode(
            stored,
            file_type,
            long_side_px=long_side,
            max_pixels=self.options.limits.picture_pixels,
        )


def find_faces(
    picture: Picture, options: Options, tools: "Tools", timed: "Stopwatch"
) -> list[Face]:
    """Return the faces on a picture that two looks agree on, best first."""
    with timed("detect"):
        candidates = tools.detector.faces(
            picture,
            sides_px=options.detect_sides_px,
            quarter_turns=options.quarter_turns,
            min_score=options.detect_score,
        )
    with timed("second_opinion"):
        return tools.second_opinion.confirmed(picture, candidates)


def describe_faces(
    picture: Picture,
    faces: list[Face],
    tools: "Tools",
    timed: "Stopwatch",
    *,
    embed: bool = True,
) -> list[Face]:
    """Return the faces with their qualities and, where asked for, their vectors."""
    described = []
    for face in faces:
        with timed("align"):
            chip = align.chip(picture, face.landmarks_px)
        vector = None
        if embed:
            with timed("embed"):
                vector = tools.embedder.vector(chip)
        with timed("quality"):
            parts = quality.parts(face, chip, picture.full_size_px)
        described.append(
            replace(
                face,
                embedding=vector,
                quality=quality.overall(parts),
                quality_parts=parts,
            )
        )
    return described


def hide(
    picture: Picture,
    finer: Picture,
    faces: list[Face],
    options: Options,
    segmenter: Segmenter | None,
) -> Derivatives:
    """Return the encoded views; without a face there is none: show a closed tile.

    Args:
        picture: What the views are made from.
        finer: The same picture with pixels enough for the crops.
        faces: Found on it.
        options: Sizes and JPEG quality.
        segmenter: Says where people are; None leaves a coarse estimate.
    """
    small = masking.reduced(picture, side_px=options.view_side_px)
    people = segmenter.people(small.pixels_bgr) if segmenter is not None and faces else None
    step_1, step_2 = masking.masked(small, faces), masking.background(small, faces, people)
    if step_1 is None or step_2 is None:
        return Derivatives()
    crops = (masking.face_crop(finer, face, side_px=options.crop_side_px) for face in faces)
    return Derivatives(
        masked=masking.jpeg(step_1, options.view_quality),
        background=masking.jpeg(step_2, options.view_quality),
        face_crops=tuple(masking.jpeg(crop, options.view_quality) for crop in crops),
    )


def _row(content: Content, result: Media | Failed) -> Media:
    """Return the row of a content; one that could not be looked at has no picture content."""
    if not isinstance(result, Failed):
        return result
    error = result.error
    unsupported = isinstance(error, UnsupportedSource | KnownGood)
    return Media(
        digests=content.digests,
        file_type=content.file_type,
        status=Status.UNSUPPORTED if unsupported else Status.FAILED,
        error_code=error.code,
    )


@dataclass(frozen=True, slots=True)
class Tools:
    """The networks of one worker process, each compiled when first needed."""

    detector: Detector
    second_opinion: SecondOpinion
    embedder: Embedder
    segmenter: Segmenter | None


@functools.cache  # one set per process and choice of models
def tools_of(models: Models, precision: str = FULL, segment_parts: bool = True) -> Tools:
    """Return the networks, made once in this process."""
    cv2.setNumThreads(1)  # parallelism is one process per core
    # The second opinion is exact always: it decides what may be seen.
    return Tools(
        Detector(models.detector, precision),
        SecondOpinion(Detector(models.detector), models.second_opinion),
        Embedder(models.recogniser, precision),
        Segmenter(models.segmenter, in_parts=segment_parts) if models.segmenter else None,
    )


@dataclass(slots=True)
class Stopwatch:
    """Wall time per step, in milliseconds."""

    steps_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Add the time spent inside the block to a step."""
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = (time.perf_counter() - start) * 1000
            self.steps_ms[step] = self.steps_ms.get(step, 0.0) + spent
