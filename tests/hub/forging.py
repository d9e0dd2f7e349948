"""Forged: what somebody may do to a bundle on its way, or a hub in bad faith.

In      the bytes of a bundle
Out     other bytes; REFUSED: with which error each is refused
Why     a promise to refuse is worth what was tried against it
Not     here: records of another form (test_exchange_forged.py)
"""

import base64
import gzip
import io
import json
import tarfile
import zipfile

from haven.hub.exchange import bundles, errors
from tests.hub import carried


def told_in(content):
    return json.loads(content.split(b"\n", 2)[1])


def cut(content):
    return content[:-40]


def cut_between_parts(content):
    return content[: -told_in(content)["parts"][-1]["bytes"]]


def cut_in_the_manifest(content):
    return content[:60]


def nothing(_content):
    return b""


def longer(content):
    return content + b"{}\n"


def twice(content):
    return content + content


def other_part(content):
    return content.replace(b"Finds bicycles.", b"Finds anything.")


def swapped_rows(content):
    """Let two parts of one length change places; the manifest stays."""
    listed = told_in(content)["parts"]
    head, rest = content[: -sum(one["bytes"] for one in listed)], content
    rest = content[len(head) :]
    first, second = listed[0]["bytes"], listed[1]["bytes"]
    return head + rest[first : first + second] + rest[:first] + rest[first + second :]


def other_order(content):
    """Let two parts change places, in the manifest too."""
    listed = told_in(content)["parts"]
    listed[0], listed[1] = listed[1], listed[0]
    return carried.forged(swapped_rows(content), {"parts": listed})


def a_part_less(content):
    listed = told_in(content)["parts"]
    return carried.forged(content[: -listed[-1]["bytes"]], {"parts": listed[:-1]})


def a_part_twice(content):
    listed = told_in(content)["parts"]
    return carried.forged(content, {"parts": [*listed, listed[0]]})


def other_serial(content):
    return content.replace(b'"serial":2026112000', b'"serial":2026112001')


def other_key(content):
    """Keep the hub's own words, and sign them with another key that names itself."""
    key = base64.b64encode(carried.OTHER_KEY.public_key().public_bytes_raw()).decode()
    return carried.forged(content, {"key": key}, key=carried.OTHER_KEY)


def other_signature(content):
    return carried.forged(content, {}, key=carried.OTHER_KEY)


def no_signature(content):
    first, told, _signature, rest = content.split(b"\n", 3)
    return b"\n".join([first, told, b"", rest])


def long_signature(content):
    first, told, signature, rest = content.split(b"\n", 3)
    return b"\n".join([first, told, signature * 9, rest])


def huge_part(content):
    part = {"name": "sources", "rows": 1, "bytes": bundles.MOST_BYTES, "sha256": "0" * 64}
    return carried.forged(content, {"parts": [part, {**part, "name": "dates"}]})


def huge_manifest(content):
    return content.replace(b'"format"', b'"' + b"x" * bundles.LONGEST_MANIFEST + b'":1,"format"')


def promising(content):
    """Let the last part be longer, as the manifest tells it, than the file is."""
    listed = told_in(content)["parts"]
    listed[-1]["bytes"] = bundles.MOST_BYTES // 2
    return carried.forged(content, {"parts": listed})


def many_rows(content):
    part = {"name": "sources", "rows": bundles.MOST_ROWS + 1, "bytes": 1, "sha256": "0" * 64}
    return carried.forged(content, {"parts": [part]})


def many_parts(content):
    part = {"rows": 0, "bytes": 0, "sha256": "0" * 64}
    listed = [{"name": f"part{chr(97 + n // 26)}{chr(97 + n % 26)}", **part} for n in range(60)]
    return carried.forged(content, {"parts": listed})


def fewer_than_none(content):
    part = {"name": "sources", "rows": 1, "bytes": -1, "sha256": "0" * 64}
    return carried.forged(content, {"parts": [part]})


def empty_rows(content):
    """Let a part hold millions of lines that the manifest does not tell of."""
    return carried.assembled(content, {"terms": b"\n" * 5_000_000}, {"terms": 1})


def unended_row(content):
    return carried.assembled(content, {"terms": b"{}\n{}"}, {"terms": 1})


def long_row(content):
    return carried.assembled(content, {"terms": b'"' + b"x" * bundles.LONGEST_ROW + b'"\n'}, {})


def deep(content):
    return carried.resigned(content, lambda _told: b"[" * 60_000)


def a_name_twice(content):
    return carried.resigned(content, lambda told: told.replace(b'"hub":', b'"hub":"a","hub":', 1))


def other_spelling(content):
    return carried.resigned(content, lambda told: told.replace(b'"serial":', b'"serial": ', 1))


def in_utf_16(content):
    return carried.resigned(content, lambda told: told.decode().encode("utf-16-le"))


def a_number_of_many_digits(content):
    return carried.resigned(content, lambda told: told.replace(b"2026112000", b"9" * 20_000))


def a_number_that_readers_round(content):
    return carried.resigned(content, lambda told: told.replace(b"2026112000", b"9007199254740993"))


def an_endless_number(content):
    return carried.resigned(content, lambda told: told.replace(b"2026112000", b"1e999"))


def no_number(content):
    return carried.resigned(content, lambda told: told.replace(b"2026112000", b"NaN"))


def a_yes_for_a_version(content):
    return carried.forged(content, {"format": True})


def other_letters_in_the_name(content):
    return carried.forged(content, {"hub": "hub.n\u043erth.example/hub"})


def half_a_sign(content):
    return carried.resigned(content, lambda told: told.replace(b"hub.north", b"hub.\\ud800", 1))


def made_nowhere(content):
    return carried.forged(content, {"made_at": "2026-11-20T09:00:00"})


def made_at_the_end_of_time(content):
    return carried.forged(content, {"made_at": "9999-12-31T23:59:59-23:00"})


def zipped(_content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/haven", b"\0" * 50_000_000)
    return file.getvalue()


def a_tar(content):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        entry = tarfile.TarInfo("../../etc/haven")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def next_version(content):
    return carried.forged(content, {"format": 2})


REFUSED = {
    errors.Damaged: [
        cut, cut_between_parts, longer, twice, other_part, swapped_rows, promising, empty_rows,
        unended_row, long_row,
    ],
    errors.BadSignature: [other_serial, other_signature, no_signature, long_signature],
    errors.UnknownKey: [other_key],
    errors.WrongManifest: [
        cut_in_the_manifest, huge_part, huge_manifest, many_rows, many_parts, fewer_than_none,
        other_order, a_part_less, a_part_twice, deep, a_name_twice, other_spelling, in_utf_16,
        a_number_of_many_digits, a_number_that_readers_round, an_endless_number, no_number,
        a_yes_for_a_version, other_letters_in_the_name, half_a_sign, made_nowhere,
        made_at_the_end_of_time,
    ],
    errors.NoBundle: [nothing, zipped, a_tar, gzip.compress, next_version],
}  # fmt: skip
