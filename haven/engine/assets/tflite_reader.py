"""Reader: the operators and numbers in a network file of TensorFlow Lite.

In      the bytes of a file whose digest is known
Out     its operators in the order in which they run, and its tensors with their numbers
Fails   AssetRefused: the bytes end early, or say something that this reader does not know
Why     the one runtime that knows all operators of the file is a large package with a dozen
        dependencies; what we need of the format is a page
Not     here: what the operators are good for (person_segmenter.py)

Source of the format: schema.fbs (version 3) of TensorFlow Lite, and the FlatBuffers
"internals" document: offsets are relative to where they are written, a table begins with
the distance back to its list of fields, a field that is not in the list has its default.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from haven.engine.errors import AssetRefused

IDENTIFIER = b"TFL3"
MAX_ENTRIES = 1 << 16  # of any list; a wild length is refused early
MAX_TEXT_BYTES = 64
CUSTOM = 32  # the code of an operator that has only a name


class Code(IntEnum):
    """Operators that this reader names; the numbers are the schema's."""

    ADD = 0
    AVERAGE_POOL_2D = 1
    CONV_2D = 3
    DEPTHWISE_CONV_2D = 4
    DEQUANTIZE = 6
    LOGISTIC = 14
    MUL = 18
    RELU = 19
    RESIZE_BILINEAR = 23
    HARD_SWISH = 117


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """What flows between operators; the fixed ones have numbers."""

    shape: tuple[int, ...]
    numbers: NDArray[np.float32] | None  # whole numbers too, none is large


@dataclass(frozen=True, slots=True)
class Operator:
    """One step: from the tensors of `inputs` to that of `output`."""

    kind: Code | str  # a text for an operator that has only a name
    inputs: tuple[int, ...]
    output: int
    options: "Table | None"
    custom: bytes


@dataclass(frozen=True, slots=True)
class Network:
    """The whole file."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    picture: int  # tensor that comes in
    result: int  # tensor that comes out


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file; fields are read by their place in the schema."""

    content: bytes
    start: int

    def number(self, field: int, form: str, default: int = 0) -> int:
        """Return a whole number of a struct format such as "<i"."""
        place = self._place(field)
        return default if place is None else _number(self.content, place, form)

    def table(self, field: int) -> "Table | None":
        """Return another table that a field points at."""
        place = self._place(field)
        return None if place is None else Table(self.content, _behind(self.content, place))

    def tables(self, field: int) -> tuple["Table", ...]:
        """Return the tables of a list."""
        first, count = self._list(field)
        return tuple(
            Table(self.content, _behind(self.content, first + 4 * n)) for n in range(count)
        )

    def whole_numbers(self, field: int) -> tuple[int, ...]:
        """Return a list of 32-bit whole numbers."""
        first, count = self._list(field)
        return tuple(_number(self.content, first + 4 * n, "<i") for n in range(count))

    def raw(self, field: int, most: int | None = None) -> bytes:
        """Return a list of bytes."""
        first, count = self._list(field, most)
        if first + count > len(self.content):
            raise AssetRefused(f"a list of {count} bytes goes past the end of the file")
        return self.content[first : first + count]

    def _list(self, field: int, most: int | None = MAX_ENTRIES) -> tuple[int, int]:
        """Return where the entries of a list begin, and how many there are."""
        place = self._place(field)
        if place is None:
            return 0, 0
        start = _behind(self.content, place)
        count = _number(self.content, start, "<I")
        if most is not None and count > most:
            raise AssetRefused(f"a list of {count} entries is longer than {most}")
        return start + 4, count

    def _place(self, field: int) -> int | None:
        """Return where a field is written; None where it has its default."""
        fields = self.start - _number(self.content, self.start, "<i")
        size = _number(self.content, fields, "<H")
        at = 4 + 2 * field
        offset = _number(self.content, fields + at, "<H") if at + 2 <= size else 0
        return self.start + offset if offset else None


def read(content: bytes) -> Network:
    """Return the network of a file.

    Raises:
        AssetRefused: It is not of this format, ends early, or has more than one part, input,
            output or output of an operator.
    """
    if content[4:8] != IDENTIFIER:
        raise AssetRefused("the file does not say that it is a TensorFlow Lite network")
    model = Table(content, _behind(content, 0))
    parts = model.tables(2)
    if model.number(0, "<I") != 3 or len(parts) != 1:
        raise AssetRefused(f"version {model.number(0, '<I')} with {len(parts)} parts")
    part = parts[0]
    kinds = [_kind(one) for one in model.tables(1)]
    buffers = model.tables(4)
    tensors = tuple(_tensor(one, buffers) for one in part.tables(0))
    operators = tuple(_operator(one, kinds, len(tensors)) for one in part.tables(3))
    return Network(
        tensors,
        operators,
        _only(part.whole_numbers(1), "inputs", len(tensors)),
        _only(part.whole_numbers(2), "outputs", len(tensors)),
    )


def _kind(code: Table) -> Code | str:
    """Return which operator a code means."""
    number = max(code.number(0, "<b"), code.number(3, "<i"))  # old files know the first alone
    if number == CUSTOM:
        return code.raw(1, MAX_TEXT_BYTES).decode("ascii", "replace")
    try:
        return Code(number)
    except ValueError as error:
        raise AssetRefused(f"operator {number} is not known here") from error


def _tensor(one: Table, buffers: tuple[Table, ...]) -> Tensor:
    """Return a tensor, with its numbers where it is fixed."""
    shape, kind, buffer = one.whole_numbers(0), one.number(1, "<b"), one.number(2, "<I")
    if buffer >= len(buffers):
        raise AssetRefused(f"buffer {buffer} of {len(buffers)}")
    stored = buffers[buffer].raw(0, None)
    if not stored:
        return Tensor(shape, None)
    forms = {0: "<f4", 1: "<f2", 2: "<i4"}
    if kind not in forms:
        raise AssetRefused(f"numbers of kind {kind} are not known here")
    if len(stored) != np.dtype(forms[kind]).itemsize * int(np.prod(shape)):
        raise AssetRefused(f"{len(stored)} bytes of numbers for the shape {shape}")
    numbers = np.frombuffer(stored, forms[kind]).reshape(shape)
    return Tensor(shape, numbers.astype(np.float32))


def _operator(one: Table, kinds: list[Code | str], count: int) -> Operator:
    """Return an operator."""
    code = one.number(0, "<I")
    inputs = one.whole_numbers(1)
    if code >= len(kinds) or any(not 0 <= n < count for n in inputs):
        raise AssetRefused(f"operator of code {code} takes {inputs} of {count} tensors")
    output = _only(one.whole_numbers(2), "outputs", count)
    return Operator(kinds[code], inputs, output, one.table(4), one.raw(5))


def _only(numbers: tuple[int, ...], what: str, count: int) -> int:
    """Return the one number of a list."""
    if len(numbers) != 1 or not 0 <= numbers[0] < count:
        raise AssetRefused(f"{what} {numbers} of {count} tensors; one is expected")
    return numbers[0]


def _behind(content: bytes, place: int) -> int:
    """Return where the offset at a place points."""
    return place + _number(content, place, "<I")


def _number(content: bytes, place: int, form: str) -> int:
    """Return the whole number at a place."""
    try:
        return int(struct.unpack_from(form, content, place)[0]) if place >= 0 else _wrong(place)
    except struct.error as error:
        raise AssetRefused(f"the file ends before byte {place}") from error


def _wrong(place: int) -> int:
    """Refuse a place before the file."""
    raise AssetRefused(f"byte {place} lies before the file")
