"""Errors the engine raises on purpose.

EngineError
├── SourceError              the file is at fault: do not retry
│   ├── EmptySource
│   ├── UnreadableSource
│   ├── UnsupportedSource
│   ├── KnownGood
│   ├── SourceTooLarge
│   ├── SourceDamaged
│   └── SourceMissing
├── StepError                a step could not finish: may be retried
│   ├── SourceChanged
│   ├── StepTimeout
│   ├── StepOutOfMemory
│   ├── StepCrashed
│   └── MaskRefused
├── AssetError               a model or demo picture is not to be had: see `haven assets`
│   ├── AssetMissing
│   ├── AssetUnknown
│   ├── AssetUnreachable
│   ├── AssetRefused
│   └── WrongDigest
├── ResultsError             the results folder cannot be used: fix the folder or the options
│   ├── ResultsBusy
│   ├── ResultsDiffer
│   ├── ResultsMissing
│   └── ResultsUnwritable
├── ObjectError              a piece of a picture is not cut out to be shown to everyone
│   ├── ObjectTouchesPerson
│   ├── ObjectUnsure
│   └── ObjectWrongSize
├── ListError                a list of known files cannot be used: get it anew
│   ├── ListRefused
│   └── ListDamaged
├── SandboxMissing           a sandbox is required and this machine has none: see `haven doctor`
└── UsageError               the caller broke a contract: a bug, fix the caller
    ├── WrongShape
    └── WrongOption

A message names ids, shapes and limits. It never holds a path, a file name or pixels,
because it ends up in logs and on screens outside the case. No error has its own
__init__: a sentence survives the trip between processes, extra arguments do not.
"""

from typing import ClassVar


class EngineError(Exception):
    """Base of every error the engine raises on purpose."""

    code: ClassVar[str] = "engine"  # stable; stored with the row and shown to support
    retryable: ClassVar[bool] = False


class SourceError(EngineError):
    """The file itself is at fault; trying again cannot help."""

    code = "source"


class EmptySource(SourceError):
    """The file has no bytes."""

    code = "source.empty"


class UnreadableSource(SourceError):
    """No decoder accepts the file, or it ends in the middle of the picture."""

    code = "source.unreadable"


class UnsupportedSource(SourceError):
    """The type is known, or unknown, but not one that Haven looks into."""

    code = "source.unsupported"


class KnownGood(SourceError):
    """A list of known good files has this content: it is not looked at, by choice."""

    code = "source.known_good"


class SourceTooLarge(SourceError):
    """The file, or the picture it claims to hold, is over a limit."""

    code = "source.too_large"


class SourceDamaged(SourceError):
    """What is kept of the file is not what was put there."""

    code = "source.damaged"


class SourceMissing(SourceError):
    """The file could not be opened: gone, not allowed, or a broken medium."""

    code = "source.missing"
    retryable = True


class StepError(EngineError):
    """A step could not finish; it may be retried."""

    code = "step"
    retryable = True


class SourceChanged(StepError):
    """The file changed between two readings."""

    code = "step.source_changed"


class StepTimeout(StepError):
    """A step used more time than it was given and was ended."""

    code = "step.timeout"


class StepOutOfMemory(StepError):
    """A step asked for more memory than it was given."""

    code = "step.out_of_memory"


class StepCrashed(StepError):
    """The process that ran the step died."""

    code = "step.crashed"


class MaskRefused(StepError):
    """A view could not be made safely, so none was made."""

    code = "step.mask_refused"


class AssetError(EngineError):
    """A model or a demonstration picture is not to be had."""

    code = "asset"


class AssetMissing(AssetError):
    """The asset is in the catalogue, but not on this machine."""

    code = "asset.missing"


class AssetUnknown(AssetError):
    """Neither a name nor a digest in the catalogue."""

    code = "asset.unknown"


class AssetUnreachable(AssetError):
    """The place the asset comes from did not give it."""

    code = "asset.unreachable"
    retryable = True


class AssetRefused(AssetError):
    """The licence or the shape of the asset does not allow its use."""

    code = "asset.refused"


class WrongDigest(AssetError):
    """The bytes are not those in the catalogue; nothing was kept."""

    code = "asset.wrong_digest"


class ResultsError(EngineError):
    """The results folder cannot be used as asked."""

    code = "results"


class ResultsBusy(ResultsError):
    """Another run is writing to the folder."""

    code = "results.busy"


class ResultsDiffer(ResultsError):
    """The folder holds results made with other options, models or versions."""

    code = "results.differ"


class ResultsMissing(ResultsError):
    """The folder holds no finished results to read."""

    code = "results.missing"


class ResultsUnwritable(ResultsError):
    """The system does not take what is to be written to the folder."""

    code = "results.unwritable"


class ObjectError(EngineError):
    """A piece of a picture is not cut out: it may not be what everyone may see."""

    code = "object"


class ObjectTouchesPerson(ObjectError):
    """Part of a person may be in the piece, or too near to it."""

    code = "object.person"


class ObjectUnsure(ObjectError):
    """Where people are on the picture is not known well enough."""

    code = "object.unsure"


class ObjectWrongSize(ObjectError):
    """The piece is too small to tell anything, or too large to be an object."""

    code = "object.size"


class ListError(EngineError):
    """A list of known files cannot be used."""

    code = "list"


class ListRefused(ListError):
    """A file is no list that Haven reads, or breaks off."""

    code = "list.refused"


class ListDamaged(ListError):
    """What was kept of a list is not what was put there, or its key is another."""

    code = "list.damaged"


class SandboxMissing(EngineError):
    """What must stand between decoders and this machine does not stand here."""

    code = "sandbox.missing"


class UsageError(EngineError):
    """The caller broke a contract."""

    code = "usage"


class WrongShape(UsageError):
    """An array has another shape or type than promised."""

    code = "usage.wrong_shape"


class WrongOption(UsageError):
    """An option is unknown or outside its range."""

    code = "usage.wrong_option"


def retryable_codes() -> frozenset[str]:
    """Return the codes of all errors that another try may overcome."""
    found: set[str] = set()
    waiting: list[type[EngineError]] = [EngineError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if error.retryable:
            found.add(error.code)
    return frozenset(found)
