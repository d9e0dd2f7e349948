"""Backend: tells pip what a source archive is called, and runs nothing of it.

In      the folder into which pip unpacked a source archive
Out     the metadata file that the archive carries, handed back unread
Fails   NotImplementedError: somebody wants to build
Why     `pip download` asks a source archive for its metadata by running its build program;
        a copy of this file stands in for that program, so no code of the archive runs,
        and no build tools are fetched either
Not     here: pip (fetch.py). Imports nothing of Haven: pip runs it on its own

The names of the functions are those of PEP 517.
"""

import re
import shutil
from email.parser import HeaderParser
from pathlib import Path


class Backend:
    """What pip calls, in the unpacked archive's folder."""

    def get_requires_for_build_wheel(self, config_settings: object = None) -> list[str]:
        """Return what has to be fetched first: nothing."""
        return []

    def prepare_metadata_for_build_wheel(
        self, metadata_directory: str, config_settings: object = None
    ) -> str:
        """Copy the archive's own PKG-INFO to where pip looks for metadata."""
        said = HeaderParser().parsestr(Path("PKG-INFO").read_text("utf-8", "replace"))
        # The one dash in the folder's name stands between name and version.
        name, version = (re.sub(r"[^\w.+]", "_", str(said[key])) for key in ("Name", "Version"))
        folder = f"{name}-{version}.dist-info"
        target = Path(metadata_directory, folder)
        target.mkdir()
        shutil.copyfile("PKG-INFO", target / "METADATA")
        return folder

    def build_wheel(self, *_: object, **__: object) -> str:
        """Refuse to build."""
        raise NotImplementedError("archives are read, never built")


__legacy__ = Backend()  # the name under which pip finds the builder of an old archive
