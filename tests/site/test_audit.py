"""The audit of dependencies: "nothing found" and "could not look" are different answers."""

import importlib.util
import json
from pathlib import Path

import pytest

_PLACE = Path(__file__).parents[2] / "scripts" / "audit.py"
_spec = importlib.util.spec_from_file_location("haven_audit_script", _PLACE)
assert _spec
assert _spec.loader
audit = importlib.util.module_from_spec(_spec)
import sys  # noqa: E402

sys.modules[_spec.name] = audit  # dataclasses look their module up
_spec.loader.exec_module(audit)

FINE = {"name": "django", "version": "5.2.19", "vulns": []}
SKIPPED = {"name": "numpy", "skip_reason": "Dependency not found on PyPI"}
BAD = {"name": "pillow", "version": "9.0", "vulns": [{"id": "CVE-2023-4863"}]}


def told(*parts):
    return audit.verdict(audit.read(json.dumps({"dependencies": parts, "fixes": []})))


@pytest.mark.parametrize("answer", ["", "no network", "{}", '{"dependencies": 3}'])
def test_no_answer_is_no_fault_and_no_praise(answer):
    code, words = audit.verdict(audit.read(answer))

    assert code == 0
    assert "could not look" in words
    assert "no known" not in words


def test_a_service_that_knows_no_package_has_not_looked():
    code, words = told(SKIPPED)

    assert (code, "could not look" in words) == (0, True)


def test_a_package_it_does_not_know_is_named():
    code, words = told(FINE, SKIPPED)

    assert (code, words) == (
        0,
        "dependency audit: no known fault in 1 packages; could not look at 1: numpy",
    )


def test_a_known_fault_fails():
    code, words = told(FINE, BAD)

    assert code == 1
    assert "pillow 9.0: CVE-2023-4863" in words
