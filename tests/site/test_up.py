"""`haven up` as a person starts it: from nothing to a reviewed demonstration, and back."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import psycopg
import pytest

from haven.site.postgres import Embedded

pytestmark = pytest.mark.whole

START_LIMIT_S = 240  # for a hang alone: the first start makes 277 steps of tables, 75 s alone
ANALYSIS_LIMIT_S = 180


class Up:
    """A running `haven up`."""

    def __init__(self, data: Path, *words: str) -> None:
        self.data = data
        self.port = free_port()
        self.log = data.with_suffix(".log")
        self.before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command(data, self.port, *words), stdout=log, stderr=log, env=clean_environment()
            )

    @property
    def said(self) -> str:
        return self.log.read_bytes()[self.before :].decode()

    def wait_until_ready(self) -> "Up":
        limit = time.monotonic() + START_LIMIT_S
        while "Stop with Ctrl-C" not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < limit, self.said
            time.sleep(0.2)
        return self

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(Embedded(self.data / "postgres").url) as connection:
            return connection.execute(sql).fetchall()

    def wait_until_looked_at(self) -> None:
        limit = time.monotonic() + ANALYSIS_LIMIT_S
        while self.ask("SELECT count(*) FROM analysis_run WHERE state <> 'finished'") != [(0,)]:
            assert time.monotonic() < limit, self.ask("SELECT id, state FROM analysis_run")
            time.sleep(0.5)


def command(data: Path, port: int, *words: str) -> list[str]:
    start = [sys.executable, "-m", "haven.cli.main", "up"]
    return [*start, "--data", str(data), "--port", str(port), *words]


def clean_environment() -> dict[str, str]:
    """Return the environment of a person: without what the tests' own settings need."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HAVEN_", "DJANGO_"))}
    kept.pop("DATABASE_URL", None)
    return {**kept, "HAVEN_CACHE": os.environ["HAVEN_CACHE"]}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(data: Path) -> list[str]:
    """Return the command lines of processes that work on a data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended while we looked
        if str(data) in line:
            found.append(line)
    return found


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Return a short path: that of a socket may have 107 bytes."""
    made = Path(tempfile.mkdtemp(prefix="hvn-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def demonstration(assets_root: Path, folder: Path) -> Iterator[Up]:
    started = Up(folder / "d").wait_until_ready()
    yield started
    if started.process.poll() is None:
        started.stop()


def test_a_second_start_says_where_the_first_one_is(demonstration: Up) -> None:
    done = subprocess.run(
        command(demonstration.data, free_port()),
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
    )

    assert done.returncode == 3
    assert f"http://localhost:{demonstration.port}" in done.stdout
    assert demonstration.process.poll() is None


def test_the_printed_sign_in_opens_the_demonstration_case(demonstration: Up) -> None:
    printed = re.search(r"^  ida +(\S+) +Ida Berg", demonstration.said, re.MULTILINE)
    assert printed is not None, demonstration.said

    assert "Demonstration" in page_for(demonstration, "ida", printed[1])


def test_a_member_of_the_other_agency_sees_no_case(demonstration: Up) -> None:
    printed = re.search(r"^  thandi +(\S+) ", demonstration.said, re.MULTILINE)
    assert printed is not None

    assert "2026-014" not in page_for(demonstration, "thandi", printed[1])


def page_for(up: Up, username: str, password: str) -> str:
    """Sign in as a browser without scripts does; return the page that opens."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    site = f"http://localhost:{up.port}/account/sign-in/"

    def send(where: str, page: str, **typed: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        sent = urlencode({**typed, "csrfmiddlewaretoken": token[1]}).encode()
        return str(browser.open(where, sent).read().decode())

    form = browser.open(site).read().decode()
    asked = send(site, form, login=username, password=password)
    shown = re.search(r'id="code-for-show">(\d{6})<', asked)
    assert shown is not None, asked
    return send(f"{site}code/", asked, code=shown[1])


def test_three_people_are_grouped_and_no_group_holds_two(demonstration: Up) -> None:
    demonstration.wait_until_looked_at()

    rows = demonstration.ask(
        """
        SELECT f.group_id, array_agg(DISTINCT convert_from(o.path_bytes, 'UTF8'))
        FROM analysis_face f JOIN analysis_occurrence o ON o.item_id = f.item_id
        WHERE f.group_id IS NOT NULL GROUP BY 1
        """
    )
    people = [{person_of(str(path)) for path in paths} for _group, paths in rows if len(paths) > 1]  # type: ignore[arg-type,attr-defined]

    assert all(len(names) == 1 for names in people), people
    assert {"obama", "biden", "collins"} <= {name for names in people for name in names}


def person_of(path: str) -> str:
    """Return whom a file of the demonstration shows, by its name in exhibits.py."""
    from haven.site import exhibits

    names = dict(exhibits.DCIM + exhibits.MESSAGES)
    names |= dict(exhibits.SCREENSHOTS)
    names |= {place.rsplit("/", 1)[-1]: picture for place, picture in exhibits.DISK_ORIGINALS}
    names |= {"timetable.pdf": "biden-1", "b2.jpg": "biden-1", "c2.jpg": "astronaut"}
    picture = names[path.rsplit("/", 1)[-1]]
    return {"astronaut": "collins"}.get(picture, picture.split("-")[0])


def test_every_file_is_accounted_for(demonstration: Up) -> None:
    demonstration.wait_until_looked_at()
    files = [file for file in (demonstration.data / "demo").rglob("*") if file.is_file()]

    assert demonstration.ask("SELECT count(*) FROM analysis_occurrence") == [(len(files),)]
    states = dict(demonstration.ask("SELECT status, count(*) FROM analysis_item GROUP BY 1"))  # type: ignore[arg-type]
    assert states["failed"] == 2  # the cut-off picture and the empty file
    assert states["unsupported"] == 3  # the text, and two pictures that a list knows to be good


def test_stopping_leaves_no_process_and_starting_again_keeps_all(demonstration: Up) -> None:
    demonstration.wait_until_looked_at()
    before = demonstration.ask("SELECT count(*) FROM analysis_face")
    printed = re.findall(r"^  (?:ida|aron|thandi) .*$", demonstration.said, re.MULTILINE)

    assert demonstration.stop(signal.SIGINT) == 0
    assert demonstration.said.rstrip().endswith("Stopped.")
    assert processes_of(demonstration.data) == []

    again = Up(demonstration.data).wait_until_ready()
    assert re.search(r"^  Tables +up to date ", again.said, re.MULTILINE)  # so it is short
    assert re.search(r"^  Demonstration +here ", again.said, re.MULTILINE)
    assert again.ask("SELECT count(*) FROM analysis_face") == before
    assert re.findall(r"^  (?:ida|aron|thandi) .*$", again.said, re.MULTILINE) == printed
    assert again.stop() == 0


def test_a_killed_start_leaves_nothing_in_the_way(assets_root: Path, folder: Path) -> None:
    first = Up(folder / "k").wait_until_ready()

    first.process.kill()
    first.process.wait()
    again = Up(first.data).wait_until_ready()
    again.wait_until_looked_at()

    assert again.stop() == 0
    assert processes_of(first.data) == []


def test_without_the_demonstration_there_is_no_account(assets_root: Path, folder: Path) -> None:
    own = Up(folder / "n", "--no-demo").wait_until_ready()

    assert own.ask("SELECT count(*) FROM accounts_member") == [(0,)]
    assert "createmember" in own.said
    with pytest.raises(HTTPError, match=r"404|302"):
        build_opener().open(f"http://localhost:{own.port}/styleguide/x/")
    assert own.stop() == 0

    as_demo = subprocess.run(
        command(own.data, free_port()),
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
    )
    assert "own work" in as_demo.stdout
    assert as_demo.returncode == 3
