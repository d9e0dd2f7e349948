"""Page: index.html and its sheets, to look at results without a server.

In      the ledger and the manifest
Out     index.html (counts and groups of faces) and pages/N.html (masked views, sheet by sheet)
Fails   OSError: the disk is full
Why     the page opens from a memory stick on a machine with nothing installed
Not     here: originals; the pages name only files of this folder, made by masking
"""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haven.engine.results.places import crop_path, put, view_path

if TYPE_CHECKING:
    from haven.engine.results.ledger import Ledger

PER_SHEET = 240  # views a sheet: a page of about 5 MB of pictures
GROUPS_SHOWN = 300  # largest first; the tables hold all
FACES_SHOWN = 18  # per group

_STYLE = """
:root{color-scheme:dark light;--back:#15181c;--card:#1d2126;--text:#d8dde3;--quiet:#8e98a4;
--line:#2c323a}
@media (prefers-color-scheme:light){:root{--back:#f4f5f7;--card:#fff;--text:#20252b;
--quiet:#5b6570;--line:#d9dde2}}
body{margin:0 auto;max-width:82rem;padding:1.5rem;background:var(--back);color:var(--text);
font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.35rem}h2{font-size:1.1rem;margin-block-start:2rem}a{color:inherit}
.quiet{color:var(--quiet)}nav{display:flex;flex-wrap:wrap;gap:.75rem}
ul{list-style:none;margin:0;padding:0;display:grid;gap:.75rem;
grid-template-columns:repeat(auto-fill,minmax(13rem,1fr))}
li{background:var(--card);border:1px solid var(--line);border-radius:.5rem;overflow:hidden}
li img,.closed{display:block;inline-size:100%;block-size:11rem;object-fit:contain}
.closed{display:grid;place-items:center;text-align:center;color:var(--quiet)}
p.name{margin:0;padding:.4rem .6rem;font-size:.8rem;overflow-wrap:anywhere}
.group{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center;padding:.6rem;
background:var(--card);border:1px solid var(--line);border-radius:.5rem;margin-block-end:.6rem}
.group img{inline-size:5rem;block-size:5rem;border-radius:.35rem}.group b{inline-size:9rem}
"""

_WORDS = {
    "failed": "Could not be looked at",
    "unsupported": "Not a type that Haven looks into",
    "done": "No face found: nothing is shown",
}


def write(folder: Path, manifest: Mapping[str, Any], ledger: "Ledger") -> None:
    """Write index.html and its sheets from what the ledger holds."""
    sheets = 0
    rows = ledger.media_rows()
    while sheet := list(islice(rows, PER_SHEET)):
        sheets += 1
        tiles = "".join(_tile(folder, row) for row in sheet)
        body = f'<nav><a href="../index.html">Overview</a></nav><ul>{tiles}</ul>'
        put(folder / "pages" / f"{sheets}.html", _html(f"Sheet {sheets}", body).encode())
    groups = _largest(ledger.groups())
    body = _overview(manifest, sheets) + _groups(folder, groups)
    put(folder / "index.html", _html("Haven results", body).encode())


def _overview(manifest: Mapping[str, Any], sheets: int) -> str:
    """Return the counts and the links to the sheets."""
    counts = manifest["counts"]
    said = (
        f"{counts['paths']} files: {counts['done']} different pictures looked at,"
        f" {counts['faces']} faces; {counts['unsupported']} of a type Haven does not look into;"
        f" {counts['failed'] + counts['unread']} could not be looked at."
    )
    links = "".join(f'<a href="pages/{n}.html">Sheet {n}</a>' for n in range(1, sheets + 1))
    return (
        f"<p>{said}</p><p class=quiet>Everything but faces is hidden. Groups are made by the"
        f" program: faces that look alike, for a person to judge.</p><nav>{links}</nav>"
    )


def _largest(group_of: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Return groups with two or more faces, largest first, ties by id."""
    by_group = sorted((group, key) for key, group in group_of.items())
    groups = [
        (group, [key for _, key in pairs])
        for group, pairs in groupby(by_group, key=lambda pair: pair[0])
    ]
    several = [(group, keys) for group, keys in groups if len(keys) > 1]
    return sorted(several, key=lambda item: (-len(item[1]), item[0]))[:GROUPS_SHOWN]


def _groups(folder: Path, groups: Iterable[tuple[str, list[str]]]) -> str:
    """Return the rows of face crops."""
    rows = []
    for group, keys in groups:
        crops = "".join(_crop(folder, key) for key in keys[:FACES_SHOWN])
        rows.append(
            f"<div class=group><b>{len(keys)} faces<br>"
            f"<span class=quiet>{escape(group)}</span></b>{crops}</div>"
        )
    return "<h2>Groups of faces that look alike</h2>" + ("".join(rows) or "<p>None.</p>")


def _crop(folder: Path, key: str) -> str:
    """Return the picture of one face, linked to nothing."""
    path = crop_path(folder, key[:64], int(key[65:]))
    return f'<img loading=lazy alt="A face" src="{_link(folder, path)}">'


def _tile(folder: Path, row: Mapping[str, Any]) -> str:
    """Return the tile of one content: its masked view, or a closed tile with the reason."""
    sha256 = row.get("sha256")
    view = view_path(folder, sha256) if sha256 and row.get("n_faces") else None
    if view is not None and view.is_file():
        picture = f'<img loading=lazy alt="Masked view" src="../{_link(folder, view)}">'
    else:
        reason = escape(f"{row.get('error_code') or ''}")
        picture = f"<div class=closed><span>{_WORDS[row['status']]}<br>{reason}</span></div>"
    paths = row["paths"]
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    name = "".join(_shown(paths[0])) if paths else ""
    return f"<li>{picture}<p class=name><bdi>{escape(name)}</bdi>{more}</p></li>"


def _shown(path: str) -> Iterator[str]:
    """Yield a path with control and direction marks made visible."""
    for letter in path:
        yield letter if letter.isprintable() else f"\\u{ord(letter):04x}"


def _link(folder: Path, path: Path) -> str:
    """Return the address of a file of this folder, relative to it."""
    return path.relative_to(folder).as_posix()


def _html(title: str, body: str) -> str:
    """Return a whole page. Nothing in it is fetched from elsewhere."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " img-src 'self' file:; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        f"<h1>{escape(title)}</h1>{body}</html>"
    )
