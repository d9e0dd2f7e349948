"""The worker of an agency: what it refuses, records and tells about the sandbox."""

import pytest

from haven import engine
from haven.accounts.access import Role
from haven.audit.models import Event
from haven.engine.runners.sandbox import Layer, SandboxState
from haven.workbench.analysis import sandbox

pytestmark = pytest.mark.django_db
NONE = SandboxState(
    (Layer("limits", True, "there"), Layer("syscalls", False, "no library", "get it"))
)
WHY = "the old server is replaced in June; head of unit"


@pytest.fixture
def machine(monkeypatch, settings, tmp_path):
    """A machine that offers no sandbox: the real one of a test may offer all of it."""
    monkeypatch.setattr(engine, "sandbox_state", lambda: NONE)
    settings.HAVEN_RUNNER = "processes"
    settings.HAVEN_DATA_DIR = tmp_path
    settings.HAVEN_SANDBOX_WAIVER = ""
    return settings


def test_in_service_it_does_not_start_without_the_second_tier(machine):
    machine.HAVEN_MODE = "service"

    with pytest.raises(sandbox.NoSandbox, match="HAVEN_SANDBOX_WAIVER"):
        sandbox.begin()

    assert not Event.objects.filter(verb="worker.start").exists()


def test_with_a_written_reason_it_starts_and_the_reason_is_on_the_record(machine):
    machine.HAVEN_MODE, machine.HAVEN_SANDBOX_WAIVER = "service", WHY

    sandbox.begin()

    entry = Event.objects.get(verb="sandbox.waive")
    assert entry.facts == {"tier": 1, "layers": "limits"}
    assert entry.personal_value["reason"] == WHY


def test_in_a_trial_it_starts_and_says_what_stands(machine):
    found = sandbox.begin()

    assert found.tier == 1
    assert Event.objects.get(verb="worker.start").facts["tier"] == 1


def test_the_page_tells_an_administrator_and_nobody_of_a_case(machine, client_of, north_lead):
    sandbox.begin()
    client = client_of(north_lead)
    assert client.get("/installation/").status_code == 403

    north_lead.roles = [Role.ADMINISTRATOR]
    north_lead.save()
    words = client.get("/installation/").content.decode()

    assert "Tier 1 of 3" in words
    assert "no library" in words
