"""Incoming: uploaded files on their way in, never in the clear on a disk.

In      the pieces of a file in a request
Out     an uploaded file that can seek; what lies on the disk is sealed with a key that only
        this process knows, in a file without a name
Fails   OSError: the disk; SealBroken: the disk gave back something else
Why     a crash during an upload leaves nothing to find, not even for who reads the raw disk
Not     here: what an upload holds (unpacking.py); small files, which stay in memory (Django)
"""

from __future__ import annotations

import secrets
import tempfile
import uuid

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from haven.workbench.cases.sealing import KEY_BYTES, CaseKey, buffered

_KIND = "incoming"


class SealedOnDisk(FileUploadHandler):
    """Django's handler for files that are too large for memory; see FILE_UPLOAD_HANDLERS."""

    chunk_size = 1 << 18

    def new_file(self, *args: object, **kwargs: object) -> None:
        """Begin a file with a key of its own."""
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments
        self._name = uuid.uuid4()
        self._key = CaseKey(self._name, self._name, secrets.token_bytes(KEY_BYTES))
        folder = getattr(settings, "FILE_UPLOAD_TEMP_DIR", None)
        self._disk = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed by its reader
        self._writer = self._key.writer(kind=_KIND, name="")
        self._disk.write(self._writer.header)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take a piece; nobody else needs it."""
        del start  # pieces come in order
        for sealed in self._writer.take(raw_data):
            self._disk.write(sealed)
        return None

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        """Return the whole file."""
        self._disk.write(self._writer.end())
        self._disk.flush()
        reader = self._key.reader(self._disk, kind=_KIND, name="")
        return UploadedFile(
            file=buffered(reader),
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        """Forget what came."""
        if hasattr(self, "_disk"):
            self._disk.close()
