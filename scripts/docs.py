"""Documents: check every link, run every block marked `run`, write HTML.

In      README.md, the other papers, docs/ and bench/README.md of this checkout
Out     site-docs/ with one HTML page per paper; exit code 1 and a list when something is wrong
Fails   a link without a target, a block that does not end with 0
Why     a document that nobody runs becomes untrue
Not     here: whether verbs, codes and settings are all described (tests/docs)

A fence `console run` is run line by line (lines that begin with `$ `), a fence `python run` as one
program. Both run in one folder per paper that holds `pictures/` and `face.jpg`, demonstration
pictures. `make docs` runs this file.
"""

import argparse
import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "site-docs"
PICTURES = {  # demonstration pictures, and where the papers expect them
    "demo-astronaut": "pictures/astronaut.png",
    "demo-obama-2": "pictures/speech.jpg",
    "demo-cat": "pictures/cat.png",
    "demo-obama-1": "face.jpg",
}
TIMEOUT_S = 600
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ max-width: 52rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif;
  background: #16181d; color: #d8dce3; }}
a {{ color: #8fb8e8; }} img {{ max-width: 100%; }}
h1, h2, h3 {{ line-height: 1.25; color: #f0f2f5; }}
pre {{ background: #0f1115; padding: 1rem; overflow-x: auto; border-radius: 6px; }}
code {{ font: .9em ui-monospace, monospace; }}
table {{ border-collapse: collapse; display: block; overflow-x: auto; }}
th, td {{ border-bottom: 1px solid #333a45; padding: .35rem .7rem; text-align: start;
  vertical-align: top; }}
</style></head><body>
{body}</body></html>
"""


def papers(root: Path = ROOT) -> list[Path]:
    """Return every Markdown paper that belongs to the project, sorted."""
    below = (path for part in ("docs", "bench") for path in (root / part).rglob("*.md"))
    own = (path for path in below if "work" not in path.relative_to(root).parts)
    return sorted([*root.glob("*.md"), *own])


def parsed(paper: Path) -> list[Token]:
    """Return the tokens of a paper."""
    return _markdown().parse(paper.read_text(encoding="utf-8"))


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def links(paper: Path) -> Iterator[str]:
    """Yield the target of every link and picture of a paper."""
    for token in parsed(paper):
        for child in token.children or ():
            target = child.attrGet("href") or child.attrGet("src")
            if target:
                yield str(target)


def broken_links(paper: Path) -> list[str]:
    """Return the links inside the project that lead nowhere."""
    broken = []
    for target in links(paper):
        if re.match(r"[a-z]+:", target):
            continue  # another site: not asked, the suite has no network
        name, _, anchor = target.partition("#")
        file = (paper.parent / name).resolve() if name else paper
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    return broken


def anchors(paper: Path) -> set[str]:
    """Return the anchors of a paper's headings, made as code hosts make them."""
    tokens = parsed(paper)
    return {
        _anchor(tokens[row + 1].content)
        for row, token in enumerate(tokens)
        if token.type == "heading_open"
    }


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def blocks(paper: Path) -> list[tuple[str, str]]:
    """Return (language, text) of every block that is marked `run`, in order."""
    fences = [token for token in parsed(paper) if token.type == "fence"]
    marked = [(token.info.split(), token.content) for token in fences]
    return [(info[0], text) for info, text in marked if info[1:] == ["run"]]


def run_blocks(paper: Path, folder: Path) -> list[str]:
    """Run the marked blocks of a paper in a folder and return what went wrong."""
    wrong = []
    for language, text in blocks(paper):
        for command in _commands(language, text):
            print(f"  {paper.name}: {command[-1].strip().splitlines()[0]}", flush=True)
            done = subprocess.run(  # noqa: S603  the project's own documents
                command,
                cwd=folder,
                timeout=TIMEOUT_S,
                capture_output=True,
                text=True,
                check=False,
                env=_environment(),
            )
            if done.returncode != 0:
                words = (done.stdout + done.stderr).strip()[-500:]
                wrong.append(f"{paper.name}: {command[-1]} ended with {done.returncode}: {words}")
    return wrong


def _commands(language: str, text: str) -> list[list[str]]:
    if language == "python":
        return [[sys.executable, "-c", text]]
    lines = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
    return [["bash", "-euc", line] for line in lines]


def _environment() -> dict[str, str]:
    """Return the environment with this interpreter's commands first."""
    import os

    commands = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": f"{commands}:{os.environ.get('PATH', '')}"}


def write_html(out: Path = OUT) -> int:
    """Write every paper as HTML, pictures beside them, and return how many."""
    shutil.rmtree(out, ignore_errors=True)
    for paper in papers():
        target = out / paper.relative_to(ROOT).with_suffix(".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        body = _with_anchors(_markdown().render(paper.read_text(encoding="utf-8")))
        body = re.sub(r'href="(?![a-z]+:)([^"#]+)\.md(#[^"]*)?"', r'href="\1.html\2"', body)
        title = html.escape(parsed(paper)[1].content)
        target.write_text(PAGE.format(title=title, body=body), encoding="utf-8")
    for picture in (ROOT / "docs" / "pictures").glob("*.jpg"):
        target = out / picture.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, target)
    return len(papers())


def _with_anchors(body: str) -> str:
    return re.sub(
        r"<h(\d)>(.*?)</h\1>",
        lambda found: f'<h{found[1]} id="{_anchor(_plain(found[2]))}">{found[2]}</h{found[1]}>',
        body,
    )


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def _pictures_into(folder: Path) -> None:
    """Put the demonstration pictures where the papers expect them."""
    from haven.cli.assets import default_root
    from haven.engine import AssetStore

    store = AssetStore(default_root())
    store.get(*PICTURES)
    for name, place in PICTURES.items():
        target = folder / place
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(store.path(name), target)


def main() -> int:
    """Check, run and write; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-run", action="store_true", help="do not run the marked blocks")
    given = parser.parse_args()
    wrong = [
        f"{paper.relative_to(ROOT)}: no such target: {target}"
        for paper in papers()
        for target in broken_links(paper)
    ]
    if not given.no_run:
        for paper in papers():
            if blocks(paper):
                with tempfile.TemporaryDirectory() as folder:
                    _pictures_into(Path(folder))
                    wrong += run_blocks(paper, Path(folder))
    print(f"{write_html()} papers in {OUT.relative_to(ROOT)}")
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
