"""Settings and checks, each in a fresh process as at a real start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from haven import __version__
from haven.workbench.cases.wrapping import make_master_key


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the checks as a new process with only these settings."""
    return run(
        ["-m", "haven.site", "check", "--deploy", "--fail-level", "WARNING"],
        tmp_path,
        **environment,
    )


def run(words: list[str], tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python as a new process with only these settings."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("HAVEN_", "DJANGO_"))}
    plain.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, *words],
        env={**plain, "HAVEN_DATA_DIR": str(tmp_path / "data"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


SERVICE = {
    "HAVEN_MODE": "service",
    "HAVEN_SECRET_KEY": "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "HAVEN_HOSTS": "haven.example",
    "DATABASE_URL": "postgresql://haven@db.example/haven",
    "HAVEN_MAIL": "smtp://haven@mail.example",
}


def test_service_settings_pass_the_checks_for_deployment(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    make_master_key(tmp_path / "master-key")

    done = start(tmp_path, **SERVICE, HAVEN_MASTER_KEY_FILE=str(tmp_path / "master-key"))

    assert "no issues" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"HAVEN_SECRET_KEY": ""}, "HAVEN_SECRET_KEY is not set"),
        ({"DATABASE_URL": ""}, "embedded database is for a trial"),
        ({"HAVEN_DEMO": "yes"}, "HAVEN_DEMO"),
        ({"HAVEN_MODE": "production"}, "HAVEN_MODE is not one of trial, service"),
        ({}, "data folder is not there"),
        ({}, "master key lies in the data folder, or none was named"),
        ({"HAVEN_PROFILE": "quick"}, "HAVEN_PROFILE is not one of"),
        ({"HAVEN_EVIDENCE_ROOTS": "/"}, "root of the file system"),
    ],
)
def test_a_wrong_setting_stops_the_start(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    done = start(tmp_path, **{**SERVICE, **changes})

    assert done.returncode != 0
    assert sentence in done.stdout + done.stderr


@pytest.mark.parametrize("switch", ["HAVEN_DEMO", "HAVEN_DEBUG"])
def test_a_web_server_in_service_does_not_start_with_a_trial_switch(
    tmp_path: Path, switch: str
) -> None:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("HAVEN_", "DJANGO_"))}

    done = subprocess.run(
        [sys.executable, "-c", "import haven.site.wsgi"],
        env={**plain, **SERVICE, "HAVEN_DATA_DIR": str(tmp_path), switch: "yes"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert f"{switch}" in done.stderr


def test_evidence_may_not_hold_the_data_folder(tmp_path: Path) -> None:
    done = start(tmp_path, **SERVICE, HAVEN_EVIDENCE_ROOTS=str(tmp_path))

    assert "holds the data folder" in done.stdout + done.stderr


def test_a_check_writes_nothing(tmp_path: Path) -> None:
    start(tmp_path)

    assert list(tmp_path.iterdir()) == []


class TestHeaders:
    def test_forbid_everything_from_elsewhere_and_inline(self, client: Client, db: None) -> None:
        policy = client.get("/account/sign-in/").headers["Content-Security-Policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'none'" in policy

    def test_forbid_caches_frames_and_guessing(self, client: Client, db: None) -> None:
        headers = client.get("/account/sign-in/").headers

        assert headers["Cache-Control"].split(", ")[-1] == "private" or (
            "no-store" in headers["Cache-Control"]
        )
        assert "no-store" in headers["Cache-Control"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"

    def test_cookies_cannot_be_read_by_scripts(self, client: Client, db: None) -> None:
        client.get("/account/sign-in/")

        assert all(cookie["httponly"] for cookie in client.cookies.values())
        assert all(cookie["samesite"] == "Strict" for cookie in client.cookies.values())


def test_a_failure_in_service_tells_nothing(tmp_path: Path) -> None:
    """The database is not there, which is as unplanned as it gets."""
    (tmp_path / "data").mkdir()
    secret = "canary-4711"  # noqa: S105  # to be looked for
    ask = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('collectstatic', interactive=False, verbosity=0)\n"
        "from django.test import Client\n"
        "c = Client(raise_request_exception=False, headers={'host': 'haven.example'})\n"
        "c.cookies['__Host-haven'] = 'x' * 32\n"
        "for path in ('/cases/', '/nowhere/', '/account/sign-in/'):\n"
        "    r = c.get(path, secure=True)\n"
        "    print(r.status_code, dict(r.headers), r.content.decode())\n"
        "print(c.get('/', secure=True, headers={'host': 'evil.example'}).content.decode())\n"
    )
    done = run(
        ["-c", ask],
        tmp_path,
        **SERVICE | {"DATABASE_URL": f"postgresql://haven:{secret}@127.0.0.1:1/haven"},
        DJANGO_SETTINGS_MODULE="haven.site.settings",
    )

    assert done.stdout.count("500 {") == 3, done.stderr[-2000:]
    assert done.stdout.count("no-store") >= 3
    told = done.stdout.casefold()
    inner = (secret, "traceback", "127.0.0.1", "psycopg", "django/", "site-packages", "postgres")
    assert [word for word in (*inner, str(tmp_path), __version__) if word in told] == []


def test_a_waiver_of_the_sandbox_is_a_reason_in_words_and_a_warning(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    short = start(tmp_path, **SERVICE, HAVEN_SANDBOX_WAIVER="yes")
    written = start(
        tmp_path, **SERVICE, HAVEN_SANDBOX_WAIVER="old kernel until June, head of unit"
    )

    assert "HAVEN_SANDBOX_WAIVER is to be a reason in words" in short.stderr
    assert "haven.W002" in written.stderr


def test_service_without_a_sandbox_is_an_error_of_the_deployment(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    done = start(tmp_path, **SERVICE, HAVEN_RUNNER="serial")

    assert "haven.E008" in done.stderr
    assert done.returncode != 0
