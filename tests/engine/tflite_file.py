"""Write a small network file of TensorFlow Lite, as its reader expects it.

Values of a table by the place of the field: bytes are written as they are (a number,
packed), a Table as a table, a list of Tables as a list of tables, Words as a list of
32-bit whole numbers, Raw as a list of bytes.
"""

import struct
from dataclasses import dataclass

Fields = dict[int, object]


@dataclass(frozen=True)
class Raw:
    content: bytes


@dataclass(frozen=True)
class Words:
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Table:
    fields: Fields


def written(root: Table) -> bytes:
    """Return a whole file."""
    out = bytearray(b"\0\0\0\0TFL3")
    struct.pack_into("<I", out, 0, _table(out, root))
    return bytes(out)


def _table(out: bytearray, table: Table) -> int:
    """Write a table and what it points at; return where it begins."""
    count = max(table.fields, default=-1) + 1
    behind = {n: v for n, v in table.fields.items() if not isinstance(v, bytes)}
    sizes = {n: len(v) if isinstance(v, bytes) else 4 for n, v in table.fields.items()}
    offsets, size = {}, 4
    for n in sorted(sizes):
        offsets[n], size = size, size + sizes[n]
    fields_at = len(out)
    out += struct.pack("<HH", 4 + 2 * count, size)
    out += b"".join(struct.pack("<H", offsets.get(n, 0)) for n in range(count))
    start = len(out)
    out += struct.pack("<i", start - fields_at) + bytes(size - 4)
    for n, value in table.fields.items():
        if isinstance(value, bytes):
            out[start + offsets[n] : start + offsets[n] + len(value)] = value
    for n, value in behind.items():
        place = start + offsets[n]
        struct.pack_into("<I", out, place, _value(out, value) - place)
    return start


def _value(out: bytearray, value: object) -> int:
    """Write what a field points at; return where it begins."""
    if isinstance(value, Table):
        return _table(out, value)
    start = len(out)
    if isinstance(value, Raw):
        out += struct.pack("<I", len(value.content)) + value.content
    elif isinstance(value, Words):
        out += struct.pack(f"<I{len(value.numbers)}i", len(value.numbers), *value.numbers)
    elif isinstance(value, list):
        out += struct.pack("<I", len(value)) + bytes(4 * len(value))
        for n, one in enumerate(value):
            place = start + 4 + 4 * n
            struct.pack_into("<I", out, place, _table(out, one) - place)
    return start
