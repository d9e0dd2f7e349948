"""Store: the folder where assets lie ready for use, and the way into it.

In      the folder; a name of the catalogue, or a file that somebody carried here
Out     the path of a file that is, byte for byte, the one in the catalogue
Fails   AssetMissing, AssetUnknown, AssetRefused, AssetUnreachable, WrongDigest; AssetError
        where the folder cannot be written. Whatever failed, nothing half-made is kept
Why     a run says which models it used by their digests, so nothing else may lie there
Not     here: which folder (the caller), fetching (fetch.py), rewriting (dlib_*.py)

A file enters by a rename inside the folder: it is there whole, or not at all. Two
programs that get the same asset at once both end with the same file.
"""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from haven.engine.assets import fetch
from haven.engine.assets.catalogue import Archive, Asset, Catalogue, Conversion, load
from haven.engine.assets.fetch import Progress, silent
from haven.engine.errors import AssetError, AssetMissing, AssetUnknown, WrongDigest

LOCAL_CATALOGUE = "catalogue.local.toml"
SCRATCH = ".getting-"
STALE_S = 24 * 3600  # scratch left by a killed program; nothing takes a day to get
MAX_CONVERT_BYTES = 256 << 20


class AssetState(StrEnum):
    """Whether an asset can be used."""

    READY = "ready"
    MISSING = "missing"
    DAMAGED = "damaged"  # a file lies there, and it is another one


class AssetStore:
    """Assets in one folder. Cheap to make; the folder appears with the first asset."""

    def __init__(self, root: Path) -> None:
        """Use the folder `root`, which need not exist."""
        self.root = root
        self._catalogue: Catalogue | None = None
        self._checked: dict[str, tuple[int, int]] = {}  # size and time of files found right

    @property
    def catalogue(self) -> Catalogue:
        """The package's catalogue with the operator's entries, read once.

        Raises:
            AssetRefused: The operator's entries cannot be used.
        """
        if self._catalogue is None:
            local = self.root / LOCAL_CATALOGUE
            self._catalogue = load(local.read_text("utf-8") if local.is_file() else None)
        return self._catalogue

    def path(self, name: str) -> Path:
        """Return the file of an asset, checked against its digest.

        Raises:
            AssetMissing: Not on this machine.
            WrongDigest: The file that lies there is another one.
            AssetUnknown, AssetRefused: Not in the catalogue.
        """
        state = self.state(name)
        if state is AssetState.MISSING:
            raise AssetMissing(f"{name} is not on this machine; run: haven assets get {name}")
        if state is AssetState.DAMAGED:
            raise WrongDigest(f"{name} was changed on this machine; run: haven assets get {name}")
        return self._place(self.catalogue[name])

    def state(self, name: str) -> AssetState:
        """Return whether an asset can be used; reads the file unless it was read before."""
        asset = self.catalogue[name]
        try:
            seen = self._place(asset).stat()
        except FileNotFoundError:
            return AssetState.MISSING
        mark = seen.st_size, seen.st_mtime_ns
        if self._checked.get(name) == mark:
            return AssetState.READY
        right = seen.st_size == asset.ready_bytes
        if right and fetch.digest(self._place(asset)) == asset.ready_sha256:
            self._checked[name] = mark
            return AssetState.READY
        return AssetState.DAMAGED

    def verify(self) -> dict[str, AssetState]:
        """Return the state of every asset, each file read anew."""
        self._checked.clear()
        return {name: self.state(name) for name in self.catalogue.assets}

    def needed(self) -> list[str]:
        """Return the names of the assets that the main job and the demonstration need."""
        return [name for name, asset in self.catalogue.assets.items() if asset.needed]

    def get(self, *names: str, progress: Progress = silent) -> list[str]:
        """Bring assets here that are not; an archive with several is fetched once.

        Args:
            names: What to get; none means all that are needed.
            progress: Told what is being fetched, bytes so far, bytes in all.

        Returns:
            The names that were fetched; those that were here already are not among them.

        Raises:
            AssetUnreachable: Where an asset comes from did not give it.
            WrongDigest: It gave something else.
            AssetError: The folder is full or cannot be written.
        """
        assets = [self.catalogue[name] for name in names or self.needed()]
        absent = [asset for asset in assets if self.state(asset.name) is not AssetState.READY]
        for archive, members in _by_archive(absent):
            with self._scratch(_room(members, archive)) as scratch:
                file = fetch.from_index(archive, scratch, progress)
                self._unpack(archive, file, members, scratch)
        for asset in absent:
            if asset.url is not None:
                with self._scratch(_room([asset])) as scratch:
                    fetch.from_url(asset, scratch / "file", progress)
                    self._keep(asset, scratch / "file")
        return [asset.name for asset in absent]

    def import_file(self, file: Path) -> list[str]:
        """Take in a file that somebody carried here; return the names that it gave.

        It may be an asset as published, an asset as Haven uses it, or a whole archive of
        the catalogue (wheel or source archive). The file itself is left as it is.

        Raises:
            AssetMissing: There is no such file.
            AssetUnknown: Its digest is not in the catalogue.
            AssetRefused: By its name it is one of those that are not taken.
        """
        if not file.is_file():
            raise AssetMissing("there is no file to import at the place given")
        found = fetch.digest(file)
        assets = self.catalogue.by_digest(found)
        if not assets:
            self.catalogue.refuse(file.stem)
            raise AssetUnknown(
                f"no entry of the catalogue has the digest {found}; if you may use the file, "
                f"describe it in {LOCAL_CATALOGUE} beside the assets (docs/models), "
                "then import it again"
            )
        with self._scratch(_room(assets)) as scratch:
            archive = assets[0].archive
            if archive is not None and archive.sha256 == found:
                self._unpack(archive, file, assets, scratch)
                return [asset.name for asset in assets]
            copy = scratch / "file"
            for asset in assets:
                shutil.copyfile(file, copy)
                self._keep(asset, copy)
        return [asset.name for asset in assets]

    def _unpack(
        self, archive: Archive, file: Path, assets: Iterable[Asset], scratch: Path
    ) -> None:
        """Keep the assets that are members of an archive."""
        wanted = {asset.member: asset for asset in assets if asset.member is not None}
        for asset, stream in fetch.members(archive, file, wanted):
            target = scratch / "member"
            fetch.copy_checked(stream, target, asset)
            self._keep(asset, target)

    def _keep(self, asset: Asset, file: Path) -> None:
        """Move a file of the folder's own scratch to its place, rewritten where asked."""
        if asset.conversion is not None and fetch.digest(file) == asset.sha256:
            _convert(asset, asset.conversion, file)
        if fetch.digest(file) != asset.ready_sha256:
            raise WrongDigest(f"{asset.name} is not the file in the catalogue; nothing was kept")
        with file.open("rb") as written:
            os.fsync(written.fileno())
        file.replace(self._place(asset))
        self._checked.pop(asset.name, None)

    def _place(self, asset: Asset) -> Path:
        return self.root / asset.file_name

    @contextmanager
    def _scratch(self, room_bytes: int) -> Iterator[Path]:
        """Give a folder beside the assets that is gone afterwards."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self._sweep()
            free = shutil.disk_usage(self.root).free
            if free < room_bytes:
                raise _full(room_bytes, free)
            with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=self.root) as scratch:
                yield Path(scratch)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise _full(room_bytes, shutil.disk_usage(self.root).free) from error
            reason = os.strerror(error.errno) if error.errno else type(error).__name__
            raise AssetError(f"the asset folder cannot be written: {reason}") from error

    def _sweep(self) -> None:
        """Remove scratch that a killed program left behind."""
        for left in self.root.glob(f"{SCRATCH}*"):
            if time.time() - left.stat().st_mtime > STALE_S:
                shutil.rmtree(left, ignore_errors=True)


def _convert(asset: Asset, conversion: Conversion, file: Path) -> None:
    """Rewrite a file in place.

    Raises:
        WrongDigest: Other bytes came out than the catalogue says: another version of the
            onnx package wrote them, and nobody has compared their results with the original's.
    """
    if file.stat().st_size > MAX_CONVERT_BYTES:
        raise AssetError(f"{asset.name} is over {MAX_CONVERT_BYTES} bytes")
    # Imported here: a worker that only reads assets has no use for the onnx package.
    from haven.engine.assets import dlib_mmod, dlib_resnet, person_segmenter

    converters = {
        "dlib-resnet": dlib_resnet.to_onnx,
        "dlib-mmod": dlib_mmod.to_onnx,
        "person-segmenter": person_segmenter.to_onnx,
    }
    built = converters[conversion.method](file.read_bytes())
    if sha256(built).hexdigest() != conversion.sha256:
        raise WrongDigest(
            f"{asset.name} came out of its conversion with another digest than the catalogue's; "
            "install Haven with the versions of its lock file"
        )
    file.write_bytes(built)


def _by_archive(assets: Sequence[Asset]) -> list[tuple[Archive, list[Asset]]]:
    """Return the assets that are members of archives, grouped, in order."""
    groups: dict[str, tuple[Archive, list[Asset]]] = {}
    for asset in assets:
        if asset.archive is not None:
            groups.setdefault(asset.archive.sha256, (asset.archive, []))[1].append(asset)
    return list(groups.values())


def _room(assets: Iterable[Asset], archive: Archive | None = None) -> int:
    """Return the bytes that getting assets may take for a while.

    Three times the archive: pip keeps it, a copy of it, and for a source archive its
    contents at once.
    """
    files = sum(asset.size_bytes + asset.ready_bytes for asset in assets)
    return files + (3 * archive.size_bytes if archive is not None else 0)


def _full(needed_bytes: int, free_bytes: int) -> AssetError:
    return AssetError(
        f"the disk with the assets is full: {needed_bytes >> 20} MB are needed for a while, "
        f"{free_bytes >> 20} MB are free; make room and run: haven assets get"
    )
