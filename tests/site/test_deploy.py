"""The files of deploy/ are run for real: database, proxy, site, worker, keeper."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))


@pytest.mark.whole
def test_everything_in_deploy_works_on_a_throwaway_copy(assets_root: Path) -> None:
    for program in ("nginx", "openssl", "curl", "setpriv"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine")

    done = subprocess.run(
        [str(ROOT / "deploy" / "try.sh")],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith(("HAVEN_", "DJANGO_"))}
        | {"HAVEN_CACHE": str(assets_root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "all of it works" in done.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_gives_up_what_it_does_not_need(unit: Path) -> None:
    words = unit.read_text("utf-8")

    for line in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "CapabilityBoundingSet=\n",
        "IPAddressDeny=any",
        "RestrictNamespaces=",
    ):
        assert line in words, line
    assert "User=haven" in words
    assert "User=root" not in words


def test_only_the_worker_may_make_namespaces() -> None:
    allowed = {
        unit.name: line
        for unit in UNITS
        for line in unit.read_text("utf-8").splitlines()
        if line.startswith("RestrictNamespaces=")
    }

    assert allowed.pop("haven-worker.service") == "RestrictNamespaces=user mnt net ipc uts"
    assert set(allowed.values()) == {"RestrictNamespaces=yes"}
