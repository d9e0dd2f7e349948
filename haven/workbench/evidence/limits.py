"""What an upload may cost before it is refused as a whole.

In      the settings HAVEN_UPLOAD_BYTES and, for more, HAVEN_UPLOAD_LIMITS
Out     UploadLimits
Fails   ImproperlyConfigured: the setting is something else
Why     an archive can claim anything; these numbers are counted on real bytes
Not     here: the limits of looking at one file (haven.engine.options)
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Numbers an operator may change; each with why it is what it is."""

    upload_bytes: int = 2 << 30  # HAVEN_UPLOAD_BYTES; over a browser, more than this breaks off
    file_bytes: int = 1 << 30  # the engine does not look into a larger file either
    files: int = 50_000  # about 10 GB of phone pictures; one transaction writes all their rows
    unpacked_bytes: int = 8 << 30  # four times the upload: pictures hardly shrink in an archive
    ratio: int = 200  # deflate can reach 1032; flat bitmaps measured up to about 150
    ratio_from_bytes: int = 1 << 20  # below a megabyte a high ratio is harmless and common
    name_bytes: int = 4_096  # PATH_MAX of Linux; a longer name is no name


def current() -> UploadLimits:
    """Return the limits in force.

    Raises:
        ImproperlyConfigured: The setting is not an UploadLimits.
    """
    limits = getattr(settings, "HAVEN_UPLOAD_LIMITS", None)
    if limits is None:
        return UploadLimits(upload_bytes=settings.HAVEN_UPLOAD_BYTES)
    if not isinstance(limits, UploadLimits):
        raise ImproperlyConfigured("HAVEN_UPLOAD_LIMITS is not an UploadLimits")
    return limits
