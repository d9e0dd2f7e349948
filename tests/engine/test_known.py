"""Known lists: every format, any size, hostile files; look-ups beside a plain dictionary."""

import io
import json
import os
import random
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from haven import engine
from haven.engine.digests import pdq
from haven.engine.known import near, store
from haven.engine.known.formats import base
from tests import known_lists as lists

KEY = bytes(range(32))


def digests(number: int, **other: object) -> engine.Digests:
    told = {
        "sha256": lists.sha256(number),
        "sha1": lists.sha1(number),
        "md5": lists.md5(number),
        "size_bytes": 1000 + number,
    }
    return engine.Digests(**{**told, **other})


def kept(path: Path, name: str = "kept") -> engine.KnownList:
    folder = path.with_name(name)
    engine.write_list(engine.open_list(path), folder, engine.ListKey(KEY))
    return engine.KnownList(folder, engine.ListKey(KEY))


@pytest.mark.parametrize("name", lists.FORMATS)
def test_every_format_is_recognised_and_its_files_are_found(tmp_path, name):
    make, recognised = lists.FORMATS[name]
    path = make(tmp_path / "list.bin")
    reading = engine.open_list(path)
    assert reading.format == recognised
    entries = list(reading)
    exact = [one for one in entries if one.md5 or one.sha256]
    assert len(entries) >= 4
    with kept(path) as known:
        hits = known.look_up([digests(one) for one in range(6)])
        expected = 1 if name == "threatexchange" else 4
        assert [len(one) for one in hits[:expected]] == [1] * expected
        assert hits[4] == hits[5] == []
        assert not hits[0][0].differ
        assert known.manifest.n_entries == len(entries)
        assert len(exact) == max(known.manifest.counts[one] for one in ("md5", "sha256"))


def test_what_a_list_says_is_kept_in_its_own_words(tmp_path):
    with kept(lists.vics_2_case(tmp_path / "case.json")) as known:
        assert known.manifest.is_case
        told = known.told(2)
        assert told.category == "2"
        assert told.said["series"] == "harbour"
        assert told.said["victim_identified"] == "no"
        assert told.kept["UnknownToUs"] == {"deep": [1, 2, {"a": None}]}
        assert known.size_of(2) == 1002
        assert known.manifest.categories == {"0": 1, "1": 1, "2": 1, "3": 1}


def test_region_and_version_are_told_and_nothing_is_made_of_them(tmp_path):
    reading = engine.open_list(lists.vics_2_hashes(tmp_path / "a.json", region="UK"))
    assert (reading.version, reading.region) == ("2.0", "UK")
    reading = engine.open_list(lists.vics_1(tmp_path / "b.json"))
    assert (reading.version, reading.region) == ("1.3", "")


def test_what_a_hit_is_worth():
    told = {
        ("sha256",): "same_bytes",
        ("sha1", "md5", "size"): "two_digests",
        ("md5",): "one_digest",
        ("sha1", "size"): "one_digest",
    }
    for agree, word in told.items():
        assert engine.Hit(0, agree).certainty == word
    assert engine.Hit(0, ("md5",), ("size",)).certainty == "contradicted"
    assert engine.Hit(0, (), bits=12).certainty == "near"


def test_a_digest_that_agrees_while_another_does_not_is_told(tmp_path):
    with kept(lists.csv(tmp_path / "a.csv")) as known:
        forged = digests(1, sha256="ab" * 32)
        (hit,) = known.look_up([forged])[0]
        assert hit.agree == ("md5", "size")
        assert hit.differ == ("sha256",)
        (hit,) = known.look_up([digests(1, size_bytes=7)])[0]
        assert hit.certainty == "contradicted"


def test_look_ups_find_the_same_as_a_dictionary(tmp_path):
    """Many at once pass over the columns in stretches; a few go straight to their place."""
    chosen = random.Random(4)
    numbers = [chosen.randrange(30_000) for _ in range(20_000)]  # some stand twice
    path = tmp_path / "a.txt"
    path.write_text("\n".join(lists.md5(one) for one in numbers))
    there, times = set(numbers), Counter(numbers)
    asked = [chosen.randrange(60_000) for _ in range(8_000)]
    joined = b"".join(bytes.fromhex(lists.md5(one)) for one in asked)
    with kept(path) as known:
        for step in (store.STRETCH_BYTES, 8 * 1000):
            store.STRETCH_BYTES, before = step, store.STRETCH_BYTES
            queries, entries = known.rows_of(joined, "md5")
            store.STRETCH_BYTES = before
            assert {asked[one] for one in queries} == set(asked) & there
            assert all(numbers[e] == asked[q] for q, e in zip(queries, entries, strict=True))
            assert len(queries) == sum(times[one] for one in asked)


def test_a_list_lies_on_disk_without_its_digests(tmp_path):
    with kept(lists.csv(tmp_path / "a.csv")) as known:
        known.verify()
    held = b"".join(one.read_bytes() for one in (tmp_path / "kept").iterdir())
    for number in range(4):
        for kind in (lists.md5, lists.sha256):
            assert bytes.fromhex(kind(number)) not in held
            assert kind(number).encode() not in held
    assert b"beach" not in held
    with engine.KnownList(tmp_path / "kept", engine.ListKey(bytes(32))) as other:
        assert other.look_up([digests(1)]) == [[]]


def test_a_column_that_was_changed_is_told(tmp_path):
    kept(lists.txt(tmp_path / "a.txt")).close()
    column = tmp_path / "kept" / "md5.first"
    column.write_bytes(column.read_bytes()[:-8])
    with pytest.raises(engine.EngineError, match="cut off") as told:
        engine.KnownList(tmp_path / "kept", engine.ListKey(KEY))
    assert told.value.code == "list.damaged"


def test_rows_that_are_wrong_cost_themselves_alone(tmp_path):
    path = tmp_path / "a.csv"
    good = f"{lists.md5(1)},5"
    rows = ["md5,size", good, "zz,5", lists.md5(2)[:-1] + ",5", ",5", "x" * (2 << 20), good]
    path.write_text("\n".join(rows))
    reading = engine.open_list(path)
    assert len(list(reading)) == 2
    assert reading.n_refused == {"row.wrong_digest": 2, "row.no_digest": 1, "row.too_long": 1}
    assert (reading.examples[0].row, reading.examples[0].code) == (2, "row.wrong_digest")
    assert reading.n_rows == 6


def test_flat_pictures_of_a_list_are_not_taken(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"pdq,quality\n{lists.sha256(1)},80\n{lists.sha256(2)},49\n")
    reading = engine.open_list(path)
    assert len(list(reading)) == 1
    assert reading.n_refused == {"row.flat_picture": 1}


def test_a_key_that_stands_twice_makes_no_row(tmp_path):
    path = tmp_path / "a.json"
    twice = f'{{"MediaID": 1, "MD5": "{lists.md5(1)}", "MD5": "{lists.md5(2)}"}}'
    once = json.dumps(lists.media(3))
    path.write_text(f'{{"value": [{twice}, {once}]}}')
    reading = engine.open_list(path)
    assert [one.md5.hex() for one in reading] == [lists.md5(3)]
    assert reading.n_refused == {"row.key_twice": 1}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_text_in_another_encoding_is_read(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(f"md5,tags\r\n{lists.md5(1)},Größe\r\n".encode(encoding))
    (entry,) = engine.open_list(path)
    assert entry.md5.hex() == lists.md5(1)
    assert entry.said["tags"].startswith("Gr")


def _nested() -> str:
    return '{"value": [' + '{"MD5": ' + "[" * 100_000


def _endless_value() -> str:
    return '{"value": [{"MD5": "' + "a" * (6 << 20)


def _escaped_quotes() -> str:
    return '{"value": [{"MD5": "' + '\\"' * (3 << 20)


HOSTILE = {
    "nested": _nested,
    "endless value": _endless_value,
    "escaped quotes": _escaped_quotes,
    "endless number": lambda: '{"value": [{"MediaID": ' + "1" * (6 << 20),
    "cut off": lambda: '{"value": [{"MD5": "' + lists.md5(1) + '"}, {"MD',
    "an array": lambda: json.dumps([lists.media(1)]),
    "no records": lambda: '{"value": []}',
    "not utf-8": lambda: b'{"value": [{"MD5": "\xff\xfe\xff"}]}',
    "dtd bomb": lambda: (
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'
    ),
    "xml nested": lambda: "<a>" * 100_000,
    "xml endless text": lambda: "<queryResult><id>" + "a" * (6 << 20),
    "xml cut off": lambda: "<queryResult><images><image><fingerprints><md5>",
    "prose": lambda: "Dear colleague,\nthe list follows by post.\n" * 40,
    "binary": lambda: os.urandom(64) + bytes(64),
    "json in utf-16": lambda: '{"value": []}'.encode("utf-16"),
    "empty": lambda: b"",
    "encase cut off": lambda: b"HASH\r\n\xff\x00" + bytes(1145),
    "sqlite of another kind": lambda: b"SQLite format 3\x00" + bytes(4096),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_list_is_refused_in_little_memory_and_leaves_nothing(tmp_path, name):
    made = HOSTILE[name]()
    path = tmp_path / "a.list"
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    tracemalloc.start()
    try:
        with pytest.raises(engine.EngineError) as told:
            engine.write_list(engine.open_list(path), tmp_path / "kept", engine.ListKey(KEY))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert told.value.code == "list.refused"
    assert str(path) not in str(told.value)
    assert peak < 200 << 20
    assert [one.name for one in tmp_path.iterdir()] == ["a.list"]


def test_a_view_that_never_ends_is_given_up(tmp_path, monkeypatch):
    import sqlite3

    from haven.engine.known.formats import databases

    monkeypatch.setattr(databases, "_SILENT_S", 0.2)
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE VIEW FILE AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            " SELECT i AS sha256, i AS sha1, i AS md5, i AS file_size FROM n WHERE i < 0"
        )
    with pytest.raises(engine.EngineError, match="no row for minutes"):
        list(engine.open_list(path))


def test_a_line_without_an_end_is_skipped_without_being_held(tmp_path):
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.write(lists.md5(1).encode() + b"\n")
        for _ in range(64):
            file.write(b"x" * (1 << 20))
        file.write(b"\n" + lists.md5(2).encode() + b"\n")
    tracemalloc.start()
    reading = engine.open_list(path)
    assert len(list(reading)) == 2
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20
    assert reading.n_refused == {"row.too_long": 1}


def test_watched_counts_across_pieces():
    watched = base.Watched(io.BytesIO(b'"' + b"a" * 100 + b'"'), rb'(?<!\\)"')
    assert watched.read(50) + watched.read(50) + watched.read(50) == b'"' + b"a" * 100 + b'"'
    assert watched.place == 102


@pytest.mark.parametrize("narrowest", [16, 17, 20, 23])
def test_near_hashes_are_those_that_the_plain_scan_finds(monkeypatch, narrowest):
    monkeypatch.setattr(near, "FEW", 100)
    monkeypatch.setattr(near, "NARROWEST", narrowest)
    chosen = np.random.default_rng(3)
    hashes = chosen.integers(0, 256, (5_000, 32), dtype=np.uint8)
    index = near.NearIndex(hashes)
    for bits in (0, 1, 15, 16, 30, 31, 32):
        query = hashes[int(chosen.integers(5_000))].copy()
        for bit in chosen.choice(256, bits, replace=False):
            query[bit // 8] ^= 1 << (bit % 8)
        rows, distances = index.near(query)
        plain_rows, plain_distances = pdq.near(hashes, query)
        assert rows.tolist() == plain_rows.tolist()
        assert distances.tolist() == plain_distances.tolist()
        assert bool(len(rows)) == (bits <= 31)


def test_pdq_hashes_of_a_list_come_back(tmp_path):
    with kept(lists.threatexchange(tmp_path / "a.txt", n=9)) as known:
        hashes, entries = known.pdq()
        assert [one.tobytes().hex() for one in hashes] == [lists.sha256(one) for one in range(9)]
        assert entries.tolist() == list(range(9))


def test_a_report_may_stop_an_import(tmp_path):
    class Stop(Exception):
        pass

    def report(reading):
        assert 0 <= reading.share_read <= 1
        raise Stop

    with pytest.raises(Stop):
        engine.write_list(
            engine.open_list(lists.txt(tmp_path / "a.txt")),
            tmp_path / "kept",
            engine.ListKey(KEY),
            report=report,
        )
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]
