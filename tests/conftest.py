"""Fixtures: a database, a cast, assets and folders of evidence.

In      DATABASE_URL, or nothing: then an embedded PostgreSQL is started for the session
Out     the fixed cast (two of the north agency, one of the south) and places to work in
Fails   a test that needs assets is skipped with a reason when they are not on this machine
"""

import atexit
import gc
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.signing_in import let_in

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser, Page

    from haven.accounts.models import Agency, Member

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
DEFAULT_CACHE = Path("~/.cache/haven/assets").expanduser()
PASSWORD = "north-wind-4711"  # noqa: S105  # of nobody
# Browsers, a server and a worker share the machine with the tests beside them.
PATIENCE_MS = 30_000
SERVED_S = 10.0  # at most, until a site has answered what closed pages had asked for
BROWSER_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# Short, because the path of a PostgreSQL socket is limited to 107 bytes.
SESSION_DIR = Path(tempfile.mkdtemp(prefix="haven-"))
atexit.register(shutil.rmtree, SESSION_DIR, ignore_errors=True)
DATA_DIR = SESSION_DIR / "data"
EVIDENCE_DIR = SESSION_DIR / "evidence"

gc.set_threshold(50_000, 20, 50)  # rarely: all of Django is looked at each time, and stays
for _folder in (DATA_DIR / "incoming", EVIDENCE_DIR):
    _folder.mkdir(parents=True)
os.environ.setdefault("HAVEN_CACHE", str(DEFAULT_CACHE))
# Here and not in pyproject.toml: there pytest-django would read the settings before this.
os.environ["DJANGO_SETTINGS_MODULE"] = "haven.site.settings"
os.environ.update(
    HAVEN_MODE="trial",
    HAVEN_DATABASE_ROLE="owner",  # the test itself; its requests are haven_web's
    HAVEN_DEMO="yes",
    HAVEN_DEBUG="yes",  # static files from their sources
    HAVEN_DATA_DIR=str(DATA_DIR),
    HAVEN_EVIDENCE_ROOTS=str(EVIDENCE_DIR),
    HAVEN_RUNNER="serial",
    HAVEN_WORKERS="1",
    HAVEN_TERMS="no",  # of members in tests; those of the terms ask for them
)


def pytest_configure() -> None:
    """Read the settings made above; pytest-django sets Django up right after this."""
    from django.conf import settings

    assert settings.HAVEN_DATA_DIR == DATA_DIR
    settings.MIDDLEWARE = ["tests.walls.as_web_role", *settings.MIDDLEWARE]
    # A slow hash protects passwords; those of the cast need none, and it is 0.3 s each.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Tell what stood on the pages of a test that failed."""
    report = yield
    if report.when == "call" and report.failed:
        for name, page in getattr(item, "funcargs", {}).items():
            if callable(getattr(page, "inner_text", None)):
                report.sections.append((f"Page of {name}", _on(page)))
    return report


def _on(page: "Page") -> str:
    """Return where a page is and what is read on it."""
    try:
        return f"{page.url}\n{page.inner_text('body', timeout=2_000)[:1_500]}"
    except Exception as error:  # noqa: BLE001  # whatever it is, the test has failed already
        return str(error)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let each process beside this one read this file first, for folders of its own.

    With the name inherited, pytest-django would read the settings before it.
    """
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--e2e",
        action="store_true",
        help="also run the long tests: in a browser, and of the whole program",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the long tests unless they were asked for, and those without their browser."""
    asked = config.getoption("--e2e")
    for item in items:
        if not asked and ("e2e" in item.keywords or "whole" in item.keywords):
            item.add_marker(pytest.mark.skip(reason="takes long: run with --e2e"))
        elif "e2e" in item.keywords and CHROMIUM is None:
            reason = "no Chromium on this machine: apt-get install chromium"
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Begin each test in English: a language that an earlier one chose stays in its thread."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _no_probe_left_to_the_next_test() -> Iterator[None]:
    """Remove pictures brought for a search: their rows are rolled back, the files are not."""
    yield
    shutil.rmtree(DATA_DIR / "probes", ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Have a database before pytest-django makes the test database in it."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    from haven.site.postgres import Embedded

    server = Embedded(DATA_DIR / "postgres")
    server.start()
    yield
    server.stop()


def _mend_what_emptying_leaves(**_told: Any) -> None:
    """Have the database as after the migrations, when a test with real transactions emptied it.

    That leaves the jobs of the queue, and takes the page that Wagtail puts above all others and
    the locales of the six languages.
    """
    from django.conf import settings
    from django.db import connection
    from wagtail.models import Locale, Page

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    if Page.get_first_root_node() is None:
        for code, _name in settings.LANGUAGES:
            Locale.objects.get_or_create(language_code=code)
        Page.add_root(instance=Page(title="Root", slug="root"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let tests with real transactions empty the record; no other client may.

    At the end, whoever is still connected is sent away: a thread of a server may be late.
    """
    from django.apps import apps
    from django.db import connection
    from django.db.models.signals import post_migrate

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE %s",
            ["audit%is_never_emptied"],
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    post_migrate.connect(_mend_what_emptying_leaves, sender=apps.get_app_config("guidance"))
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def password() -> str:
    """Return the password of everyone in the cast."""
    return PASSWORD


@pytest.fixture
def north(db: None) -> "Agency":
    from haven.accounts.models import Agency

    return Agency.objects.create(name="North", country="NO")


@pytest.fixture
def south(db: None) -> "Agency":
    from haven.accounts.models import Agency

    return Agency.objects.create(name="South", country="ZA")


def _member(username: str, display_name: str, agency: "Agency") -> "Member":
    from haven.accounts.models import Member

    return Member.objects.create_user(
        username=username,
        password=PASSWORD,
        display_name=display_name,
        agency=agency,
        roles=["investigator"],
    )


@pytest.fixture
def north_lead(north: "Agency") -> "Member":
    return _member("north_lead", "Nora Lead", north)


@pytest.fixture
def north_reader(north: "Agency") -> "Member":
    return _member("north_reader", "Nils Reader", north)


@pytest.fixture
def south_lead(south: "Agency") -> "Member":
    return _member("south_lead", "Sani Lead", south)


@pytest.fixture
def client_of() -> "Callable[[Member], Client]":
    """Return a browser in which a member is signed in, with a second factor."""
    from django.test import Client

    def signed_in(member: "Member") -> "Client":
        return let_in(Client(), member)

    return signed_in


@pytest.fixture
def evidence_root() -> Iterator[Path]:
    """Return an empty folder that the site may read evidence from."""
    folder = Path(tempfile.mkdtemp(dir=EVIDENCE_DIR))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def live_server(live_server: Any) -> Iterator[Any]:
    """Return the running site; whatever a test opened on it is closed and answered at the end."""
    yield live_server
    _wait_until_served()


@pytest.fixture(scope="session")
def _chromium() -> "Iterator[Browser]":
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    # Playwright's own loop runs in this thread; Django would take us for a coroutine.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(BROWSER_ARGS))
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser_page(_chromium: "Browser", live_server: Any) -> "Iterator[Page]":
    """Return a page of a fresh browser on the running site; paths are relative to it.

    The test fails when the browser reports an error, such as one of the content policy.
    """
    from django.core.cache import cache

    cache.clear()  # tries to sign in of an earlier test, in a table that no test empties
    context = _chromium.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 720}, locale="en-GB"
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: errors.append(message.text) if message.type == "error" else None,
    )
    yield page
    context.close()
    expected = getattr(page, "expected_errors", ())
    assert [error for error in errors if not any(word in error for word in expected)] == []


def _wait_until_served() -> None:
    """Wait until the site has answered all that pages asked for before they were closed.

    A request that still reads or writes and the emptying of the tables can wait for each other.
    A closed browser closes its connections, and the server has one thread for each: when those
    have ended, all is answered. What the database is at would not tell: between two of its
    questions a request is idle.
    """
    until = time.monotonic() + SERVED_S
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(max(0.0, until - time.monotonic()))


@pytest.fixture
def sign_in(browser_page: "Page", live_server: Any) -> "Callable[[Member], Page]":
    """Return a function that opens the cases as a member; the door itself has its own tests."""
    from django.conf import settings
    from django.test import Client

    def signed_in(member: "Member") -> "Page":
        session = let_in(Client(), member).cookies[settings.SESSION_COOKIE_NAME]
        browser_page.context.add_cookies(
            [{"name": session.key, "value": session.value, "url": live_server.url}]
        )
        browser_page.goto("/cases/")
        return browser_page

    return signed_in


@pytest.fixture(scope="session")
def assets_root() -> Path:
    """Return the folder of models and demonstration pictures; skip where it is empty."""
    root = Path(os.environ["HAVEN_CACHE"])
    if not root.is_dir() or not any(root.iterdir()):
        pytest.skip("the assets are not on this machine: run `haven assets get`")
    return root
