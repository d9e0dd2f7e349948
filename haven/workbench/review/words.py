"""What Haven says about files it could not look at.

In      a stable code
Out     plain sentences, translated when shown
Fails   never: an unknown code gets the sentence for "not known"
Why     "nothing found" and "could not look" are different answers and read differently
Not     here: what may be retried (haven.workbench.analysis)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Text


class Failure(NamedTuple):
    """Why something could not be looked at, and what can be done."""

    short: Text
    sentence: Text
    remedy: Text


_UNKNOWN = Failure(
    _("Not known"),
    _("Haven has no sentence for this code."),
    _("Try again; if it stays, give the code to support."),
)

FAILURES: dict[str, Failure] = {
    "source.empty": Failure(
        _("Empty file"),
        _("The file has no bytes."),
        _("Nothing can be done, unless the copy is bad and the original medium is at hand."),
    ),
    "source.unreadable": Failure(
        _("Damaged picture"),
        _("The file begins like a picture, but it is broken or ends too early."),
        _("Trying again will not help. A repair tool may recover a part of it."),
    ),
    "source.unsupported": Failure(
        _("Type not looked into"),
        _("Haven does not look into files of this type."),
        _("Look at it with the tool for its type. An archive can be unpacked and added."),
    ),
    "source.known_good": Failure(
        _("Known good"),
        _("A list of known good files has this content, so it was not looked at."),
        _("If the list is wrong, take it out; then look again at what it had."),
    ),
    "source.too_large": Failure(
        _("Over a limit"),
        _("The file, or the picture it claims to hold, is larger than Haven opens."),
        _("Look at it by other means. A small file that claims a huge picture may be hostile."),
    ),
    "source.damaged": Failure(
        _("Damaged in the store"),
        _("What is kept of this uploaded file is not what was stored, or its key is gone."),
        _("Upload it again from the original, and have the disk looked at."),
    ),
    "source.missing": Failure(
        _("Not readable"),
        _("The file could not be opened: it is gone, not allowed, or the medium has a fault."),
        _("Check the medium and the rights of the server, then try again."),
    ),
    "step.source_changed": Failure(
        _("Changed meanwhile"),
        _("The file was not the same when it was read a second time."),
        _("Find out what writes to the evidence, then try again."),
    ),
    "step.timeout": Failure(
        _("Took too long"),
        _("Looking at the file took longer than one file may."),
        _("Try again when the machine has less to do. If it stays, the file may be hostile."),
    ),
    "step.out_of_memory": Failure(
        _("Too much memory"),
        _("Looking at the file needed more memory than one file may use."),
        _("Try again. If it stays, the file may be hostile."),
    ),
    "step.crashed": Failure(
        _("Stopped unexpectedly"),
        _("The program that looked at the file ended unexpectedly. Other files were not touched."),
        _("Try again. If it stays, give the code to support."),
    ),
    "step.mask_refused": Failure(
        _("No safe view"),
        _("A view that shows faces only could not be made, so none was made."),
        _("Try again. If it stays, give the code to support."),
    ),
    "probe.no_face": Failure(
        _("No face found"),
        _("The picture was looked at closely, and no face was found on it."),
        _("Choose a picture on which the face is larger or seen more from the front."),
    ),
    "probe.not_read": Failure(
        _("Not readable"),
        _("The picture could not be read."),
        _("Choose it again."),
    ),
    "run.folder_gone": Failure(
        _("Folder not there"),
        _("The folder of the exhibit cannot be read."),
        _("Connect the medium and look at the exhibit again. What was found stays."),
    ),
    "run.no_authority": Failure(
        _("No authority"),
        _("The authority the run stood on ended or was withdrawn, so the run stopped."),
        _("Enter an authority and look at the exhibit again; it goes on where it ended."),
    ),
    "run.crashed": Failure(
        _("Stopped unexpectedly"),
        _("The run ended with an error that nobody planned. What was found stays."),
        _("Look at the exhibit again; it goes on where it ended."),
    ),
    "asset.missing": Failure(
        _("A model is missing"),
        _("A model that the analysis needs is not on this machine."),
        _("Ask the operator to run “haven assets get”, then look at the exhibit again."),
    ),
    "asset.wrong_digest": Failure(
        _("A model is damaged"),
        _("A model is not the one in the catalogue, so it was not used."),
        _("Ask the operator to run “haven assets verify”."),
    ),
}

KINDS: dict[str, tuple[str, Text]] = {  # kind of file: icon, words
    "image": ("image", _("Picture")),
    "video": ("video", _("Video")),
    "audio": ("unsupported", _("Sound")),
    "document": ("document", _("Document")),
    "archive": ("archive", _("Archive")),
    "empty": ("unsupported", _("Empty file")),
    "other": ("unsupported", _("File of another type")),
}

KNOWN_ALERT = _("On a list of alerts")
KNOWN_NOT_SHOWN = _("known; not shown unless asked for")
NO_FACE = _("looked at, no face found")
PASSED = _("not for you")
PASSED_ON = _("you asked not to see it")
NOT_LOOKED_AT = _("could not be looked at")


def failure(code: str) -> Failure:
    """Return what to say about an error code."""
    return FAILURES.get(code, _UNKNOWN)
