"""The engine's front door: files, pixels, vectors; no Django, no case, no person.

Everything that other parts of Haven may use is named here; the modules behind it are
private (import-linter holds this).
"""

from haven.engine.assets.catalogue import Asset, AssetKind, Card
from haven.engine.assets.runtime import available, inference_devices
from haven.engine.assets.store import AssetState, AssetStore
from haven.engine.digests.pdq import TURNS as PDQ_TURNS
from haven.engine.digests.pdq import from_hex as pdq_from_hex
from haven.engine.digests.pdq import near as near_pdq
from haven.engine.errors import (
    EngineError,
    KnownGood,
    SourceDamaged,
    SourceMissing,
    retryable_codes,
)
from haven.engine.faces.embed import LENGTH as EMBEDDING_LENGTH
from haven.engine.faces.embed import MODEL_NAME
from haven.engine.faces.group import FaceTable, group
from haven.engine.known.entries import KIND_OF_DIGITS, Certainty, Hit, Told
from haven.engine.known.entries import Entry as KnownEntry
from haven.engine.known.formats import Reading, open_list
from haven.engine.known.near import NearIndex
from haven.engine.known.sealed import ListKey
from haven.engine.known.store import KnownList, read_manifest
from haven.engine.known.writer import Manifest as ListManifest
from haven.engine.known.writer import write as write_list
from haven.engine.objects import (
    Wanted,
    check_size,
    cut_object,
    is_box,
    object_file,
    object_shown,
)
from haven.engine.options import PROFILES, Limits, Options, for_profile
from haven.engine.originals import SIDE_PX as ORIGINAL_SIDE_PX
from haven.engine.originals import Drawing, open_original, piece
from haven.engine.pipeline import Models, analyse
from haven.engine.places import Town, Towns, clock_fits, zone_of
from haven.engine.practice import NAMES as PRACTICE_NAMES
from haven.engine.practice import Harmless, harmless
from haven.engine.practice import views as practice_views
from haven.engine.provenance import SEGMENTER, TOWNS, fingerprint, models_in, versions
from haven.engine.records import (
    Derivatives,
    Digests,
    Face,
    FileType,
    Kind,
    Media,
    Metadata,
    ObjectCut,
    Occurrence,
    PerceptualHash,
    Picture,
    Status,
)
from haven.engine.results import read_faces, read_media
from haven.engine.results.folder import Counts, ResultsFolder, open_folder
from haven.engine.runners import NAMES as RUNNERS
from haven.engine.runners import Confined, Runner
from haven.engine.runners import named as runner
from haven.engine.runners.processes import sandbox_state
from haven.engine.runners.sandbox import TIERS as SANDBOX_TIERS
from haven.engine.runners.sandbox import Layer, SandboxState
from haven.engine.search import LIMITS as STRENGTH_LIMITS
from haven.engine.search import Strength, nearest, strength
from haven.engine.sources import Source, find_sources

__all__ = [
    "EMBEDDING_LENGTH",
    "KIND_OF_DIGITS",
    "MODEL_NAME",
    "ORIGINAL_SIDE_PX",
    "PDQ_TURNS",
    "PRACTICE_NAMES",
    "PROFILES",
    "RUNNERS",
    "SANDBOX_TIERS",
    "SEGMENTER",
    "STRENGTH_LIMITS",
    "TOWNS",
    "Asset",
    "AssetKind",
    "AssetState",
    "AssetStore",
    "Card",
    "Certainty",
    "Confined",
    "Counts",
    "Derivatives",
    "Digests",
    "Drawing",
    "EngineError",
    "Face",
    "FaceTable",
    "FileType",
    "Harmless",
    "Hit",
    "Kind",
    "KnownEntry",
    "KnownGood",
    "KnownList",
    "Layer",
    "Limits",
    "ListKey",
    "ListManifest",
    "Media",
    "Metadata",
    "Models",
    "NearIndex",
    "ObjectCut",
    "Occurrence",
    "Options",
    "PerceptualHash",
    "Picture",
    "Reading",
    "ResultsFolder",
    "Runner",
    "SandboxState",
    "Source",
    "SourceDamaged",
    "SourceMissing",
    "Status",
    "Strength",
    "Told",
    "Town",
    "Towns",
    "Wanted",
    "analyse",
    "available",
    "check_size",
    "clock_fits",
    "cut_object",
    "find_sources",
    "fingerprint",
    "for_profile",
    "group",
    "harmless",
    "inference_devices",
    "is_box",
    "models_in",
    "near_pdq",
    "nearest",
    "object_file",
    "object_shown",
    "open_folder",
    "open_list",
    "open_original",
    "pdq_from_hex",
    "piece",
    "practice_views",
    "read_faces",
    "read_manifest",
    "read_media",
    "retryable_codes",
    "runner",
    "sandbox_state",
    "strength",
    "versions",
    "write_list",
    "zone_of",
]
