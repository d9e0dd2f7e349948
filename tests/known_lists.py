"""Lists of known files in every format, made after the facts; of numbers, not of pictures."""

import hashlib
import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

CONTEXT_2 = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/{region}/$metadata#{of}"
CONTEXT_1 = "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#{of}"


def md5(number: int) -> str:
    return hashlib.md5(str(number).encode()).hexdigest()  # noqa: S324  # a list of MD5


def sha1(number: int) -> str:
    return hashlib.sha1(str(number).encode()).hexdigest()  # noqa: S324  # a list of SHA-1


def sha256(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def media(number: int, **more: object) -> dict[str, object]:
    """Return one record as VICS 2.0 has it."""
    return {
        "MediaID": number,
        "Category": number % 6,
        "MD5": md5(number).upper(),
        "SHA1": sha1(number).upper(),
        "MediaSize": 1000 + number,
        "MimeType": "image/jpeg",
        "VictimIdentified": "false",
        "Series": "harbour",
        **more,
    }


def vics_2_hashes(path: Path, n: int = 4, *, region: str = "US", bom: bool = True) -> Path:
    document = {
        "@odata.context": CONTEXT_2.format(region=region, of="Media"),
        "value": [media(number) for number in range(n)],
    }
    path.write_text(json.dumps(document), encoding="utf-8-sig" if bom else "utf-8")
    return path


def vics_2_case(path: Path, n: int = 4) -> Path:
    place = {"FileName": "IMG_1.JPG", "FilePath": "EX-1\\DCIM\\", "Unallocated": False}
    document = {
        "@odata.context": CONTEXT_2.format(region="US", of="Cases"),
        "value": [
            {
                "CaseID": "3f0c",
                "CaseNumber": "OP-1",
                "SourceApplicationName": "Another",
                "Media": [
                    media(
                        number,
                        MediaFiles=[{"MD5": md5(number), **place}],
                        Exifs=[
                            {"MD5": md5(number), "PropertyName": "Make", "PropertyValue": "Canon"}
                        ],
                        UnknownToUs={"deep": [1, 2, {"a": None}]},
                    )
                    for number in range(n)
                ],
                "TotalMediaFiles": n,
            }
        ],
    }
    path.write_text(json.dumps(document), encoding="utf-8-sig")
    return path


def vics_1(path: Path, n: int = 4) -> Path:
    document = {
        "odata.metadata": CONTEXT_1.format(of="Media"),
        "value": [
            media(number, AlternativeHashes=[{"HashName": "SHA256", "HashValue": sha256(number)}])
            for number in range(n)
        ],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def caid(path: Path, n: int = 4) -> Path:
    rows = [
        {"MediaID": one, "Category": one % 6, "MD5": md5(one), "MediaSize": str(1000 + one)}
        for one in range(n)
    ]
    path.write_text(json.dumps({"value": rows}), encoding="utf-8")
    return path


def nsrl_3(path: Path, n: int = 4) -> Path:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE FILE (sha256 VARCHAR, sha1 VARCHAR, md5 VARCHAR, crc32 VARCHAR,"
            " file_name VARCHAR, file_size INTEGER, package_id INTEGER)"
        )
        database.executemany(
            "INSERT INTO FILE VALUES (?, ?, ?, '0', 'notepad.exe', ?, 1)",
            [(sha256(one), sha1(one).upper(), md5(one), 1000 + one) for one in range(n)],
        )
    return path


def nsrl_2(path: Path, n: int = 4) -> Path:
    lines = [
        '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"'
    ]
    lines += [
        f'"{sha1(one).upper()}","{md5(one).upper()}","00000000","a, b.txt",{1000 + one},1,"1",""'
        for one in range(n)
    ]
    path.write_text("\r\n".join(lines), encoding="utf-8")
    return path


def ncmec(path: Path, n: int = 4) -> Path:
    records = "".join(
        f'<image><member id="1">A</member><timestamp>2026-01-01T00:00:00Z</timestamp>'
        f"<id>{one}</id><classification>A1</classification><fingerprints><md5>{md5(one)}</md5>"
        f"<sha1>{sha1(one)}</sha1></fingerprints></image>"
        for one in range(n)
    )
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2">'
        f'<images count="{n}">{records}<deletedImage><id>9</id></deletedImage></images>'
        "</queryResult>",
        encoding="utf-8",
    )
    return path


def icse(path: Path, n: int = 4) -> Path:
    header = (
        "MD5;SHA1;PhotoDNA;Image ID;Is distributed;Victim identified;Offender identified;"
        "Series name;Number of submissions;File Available;Media Type;Baseline"
    )
    lines = [
        f"{md5(one)};{sha1(one)};;{one};true;false;;Harbour;3;yes;image;yes" for one in range(n)
    ]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8-sig")
    return path


def threatexchange(path: Path, n: int = 4) -> Path:
    lines = [f"pdq {sha256(one)}" for one in range(n)] + [f"video_md5 {md5(0)}", "raw_text hello"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def kdb(path: Path, n: int = 4) -> Path:
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            "CREATE TABLE db_properties (name TEXT NOT NULL, value TEXT);"
            "CREATE TABLE hashes (id INTEGER PRIMARY KEY AUTOINCREMENT,"
            " md5 BINARY(16) UNIQUE, sha1 BINARY(20), sha2_256 BINARY(32));"
            "CREATE TABLE file_names (name TEXT NOT NULL, hash_id INTEGER NOT NULL);"
            "CREATE TABLE comments (comment TEXT NOT NULL, hash_id INTEGER NOT NULL);"
        )
        database.executemany(
            "INSERT INTO hashes (md5) VALUES (?)", [(bytes.fromhex(md5(one)),) for one in range(n)]
        )
        database.execute("INSERT INTO comments VALUES ('seen before', 1)")
    return path


def encase(path: Path, n: int = 4) -> Path:
    header = b"HASH\r\n\xff\x00" + struct.pack("<II", n, 0)
    rows = b"".join(bytes.fromhex(md5(one)) + b"\x00\x00" for one in range(n))
    path.write_bytes(header.ljust(1152, b"\x00") + rows)
    return path


def hashkeeper(path: Path, n: int = 4) -> Path:
    header = (
        '"file_id","hashset_id","file_name","directory","hash","file_size","date_modified",'
        '"time_modified","time_zone","comments","date_accessed","time_accessed"'
    )
    lines = [
        f'{one},7,"a.dll","C:\\W","{md5(one)}",{1000 + one},"","","","",""' for one in range(n)
    ]
    path.write_text("\n".join([header, *lines]), encoding="latin-1")
    return path


def csv(path: Path, n: int = 4) -> Path:
    lines = [f"{sha256(one)},{md5(one)},{1000 + one},{one % 6},beach" for one in range(n)]
    path.write_text("\n".join(["SHA256,MD5,Size,Category,Tags", *lines]), encoding="utf-8")
    return path


def txt(path: Path, n: int = 4) -> Path:
    lines = ["# by hand", *(f"{md5(one)}  name {one}.jpg" for one in range(n))]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


FORMATS = {
    "vics 2.0 set": (vics_2_hashes, "vics"),
    "vics 2.0 case": (vics_2_case, "vics"),
    "vics 1.3": (vics_1, "vics"),
    "caid": (caid, "caid"),
    "nsrl 3": (nsrl_3, "nsrl-3"),
    "nsrl 2": (nsrl_2, "nsrl-2"),
    "ncmec": (ncmec, "ncmec"),
    "icse": (icse, "icse"),
    "threatexchange": (threatexchange, "threatexchange"),
    "kdb": (kdb, "kdb"),
    "encase": (encase, "encase"),
    "hashkeeper": (hashkeeper, "hashkeeper"),
    "csv": (csv, "csv"),
    "txt": (txt, "txt"),
}
