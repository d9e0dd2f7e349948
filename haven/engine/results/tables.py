"""Tables: media.parquet and faces.parquet, written in one go from the ledger.

In      rows of the ledger
Out     Parquet files, replaced as a whole: a reader sees the old one or the new one
Fails   ResultsMissing: there is no table to read, or it is damaged
Not     here: what the columns mean (docs/results.md)
"""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from haven.engine.errors import ResultsMissing

ROWS_AT_ONCE = 2000  # keeps memory flat however many files there are

_TEXT, _REAL = pa.string(), pa.float64()
MEDIA = pa.schema(
    [
        *((name, _TEXT) for name in ("sha256", "sha1", "md5", "pdq")),
        ("pdq_quality", pa.int16()),
        ("size_bytes", pa.int64()),
        *((name, _TEXT) for name in ("mime", "kind")),
        ("width_px", pa.int32()),
        ("height_px", pa.int32()),
        ("paths", pa.list_(_TEXT)),
        *((name, _TEXT) for name in ("status", "error_code", "taken_at")),
        ("gps_lat", _REAL),
        ("gps_lon", _REAL),
        *((name, _TEXT) for name in ("camera_make", "camera_model", "camera_serial")),
        ("n_faces", pa.int32()),
    ]
)
FACES = pa.schema(
    [
        ("media_sha256", _TEXT),
        ("face_index", pa.int32()),
        ("frame_ms", pa.int64()),
        ("box_xyxy_px", pa.list_(pa.float32(), 4)),
        ("landmarks_px", pa.list_(pa.float32(), 10)),
        ("score", pa.float32()),
        ("quality", pa.float32()),
        ("embedding", pa.list_(pa.float32(), 128)),
        ("embedding_model", _TEXT),
        ("group_id", _TEXT),
    ]
)


def write(path: Path, schema: pa.Schema, rows: Iterable[dict[str, object]]) -> None:
    """Write rows to a Parquet file, in batches, and put it in place as a whole."""
    draft = path.with_suffix(".draft")
    texts = [column.name for column in schema if column.type == _TEXT]
    with pq.ParquetWriter(draft, schema, compression="snappy", use_dictionary=texts) as writer:
        remaining = iter(rows)
        while batch := list(islice(remaining, ROWS_AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
    draft.replace(path)


def read_media(folder: Path, columns: list[str] | None = None) -> pa.Table:
    """Return media.parquet of a results folder.

    Raises:
        ResultsMissing: The folder holds none.
    """
    return _read(folder / "media.parquet", columns)


def read_faces(folder: Path, columns: list[str] | None = None) -> pa.Table:
    """Return faces.parquet of a results folder.

    Raises:
        ResultsMissing: The folder holds none.
    """
    return _read(folder / "faces.parquet", columns)


def _read(path: Path, columns: list[str] | None) -> pa.Table:
    if not path.is_file():
        raise ResultsMissing("this folder holds no finished results; run: haven process")
    try:
        return pq.read_table(path, columns=columns)
    except pa.ArrowInvalid as error:
        raise ResultsMissing("a table of these results is damaged; run: haven process") from error
