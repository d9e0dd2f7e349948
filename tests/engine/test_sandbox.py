"""What a worker cannot reach, tried from inside; and that it works all the same."""

import functools
import hashlib
import os
import pickle
import shutil
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest

from haven import engine
from haven.bare import kept
from haven.cli.main import main
from haven.engine.errors import SandboxMissing
from haven.engine.options import Limits
from haven.engine.records import Derivatives, Face, Kind
from haven.engine.runners import Processes, named, processes
from haven.engine.runners.sandbox import LAYERS, Layer, SandboxState, border, probe
from tests.engine import sandbox_steps as steps

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
LIMITS = Limits(wall_s=30)
ALL = frozenset({"limits", "namespaces", "landlock", "syscalls"})
needs_second_tier = pytest.mark.skipif(
    engine.sandbox_state().tier < 2, reason="this machine offers no second tier: haven doctor"
)


@pytest.fixture
def place(tmp_path):
    """A folder of evidence beside a data folder with a secret."""
    (tmp_path / "evidence").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "evidence" / "one.bin").write_bytes(b"one")
    (tmp_path / "data" / "secret-key").write_bytes(b"secret")
    (tmp_path / "neighbour.bin").write_bytes(b"other")
    (tmp_path / "evidence" / "link").symlink_to(tmp_path / "data" / "secret-key")
    return tmp_path


def pretend(monkeypatch, layers):
    """Let the probe have found these layers: not every machine offers all."""
    state = SandboxState(tuple(Layer(name, True, "") for name in sorted(layers)))
    monkeypatch.setattr(processes, "sandbox_state", lambda: state)
    return state


def tried(place, *, reads=()):
    with Processes(2, reads=[place / "evidence", TESTS, *reads]) as runner:
        step = functools.partial(steps.attempt, place, os.getpid())
        return dict(runner.map(step, list(steps.ATTEMPTS), limits=LIMITS))


@needs_second_tier
class TestAWorker:
    def test_reaches_nothing_that_a_decoder_does_not_need(self, place):
        answers = tried(place)

        assert {what: how for what, how in answers.items() if how == "worked"} == {}
        assert set(map(type, answers.values())) == {str}
        assert (place / "evidence" / "one.bin").read_bytes() == b"one"
        assert {one.name for one in (place / "evidence").iterdir()} == {"link", "one.bin"}

    def test_could_do_most_of_it_with_limits_alone(self, place):
        """The attempts are real ones: without the sandbox they work."""
        real = {"tcp", "udp", "netlink", "a pair of sockets", "the password file"}
        real |= {"a file of the data folder", "a signal to the parent", "writing to tmp"}
        with Processes(1, reads=[TESTS], confined=processes.Confined.LIMITS) as runner:
            step = functools.partial(steps.attempt, place, os.getpid())
            answers = dict(runner.map(step, sorted(real), limits=LIMITS))
        steps.HERE.unlink()

        assert set(answers.values()) == {"worked"}

    @pytest.mark.parametrize("missing", ["namespaces", "landlock"])
    def test_is_shut_in_where_one_wall_around_files_is_missing(self, place, monkeypatch, missing):
        if not engine.sandbox_state().standing >= ALL:
            pytest.skip("this machine does not offer all layers")
        state = pretend(monkeypatch, ALL - {missing})

        answers = tried(place, reads=[ROOT])
        seen_by_name = {"whether a neighbour is there"} if missing == "namespaces" else set()

        assert state.tier == 2
        assert {what for what, how in answers.items() if how == "worked"} == seen_by_name

    def test_reads_the_evidence_by_any_of_its_names(self, place):
        (place / "byway").symlink_to(place / "evidence")
        one, other = place / "evidence" / "one.bin", place / "byway" / "one.bin"
        with Processes(1, reads=[TESTS, place / "byway"]) as runner:
            found = dict(runner.map(steps.size_of, [one, other], limits=LIMITS))

        assert found == {one: 3, other: 3}

    def test_reads_single_files_even_very_many(self, place):
        files = [place / "evidence" / f"{number}.bin" for number in range(300)]
        for file in files:
            file.write_bytes(b"12")
        with Processes(1, reads=[TESTS, *files]) as runner:
            found = dict(runner.map(steps.size_of, files, limits=LIMITS))

        assert set(found.values()) == {2}

    def test_knows_no_secret_of_the_program(self, monkeypatch):
        """In an own process: the server of the workers starts once per program."""
        secret = {"DATABASE_URL": "postgresql://canary", "HAVEN_SECRET_KEY": "canary"}
        asked = (
            "from tests.engine import sandbox_steps as steps\n"
            "from haven.engine.options import Limits\n"
            "from haven.engine.runners import Processes\n"
            "if __name__ == '__main__':\n"
            "    with Processes(1, reads=[steps.ROOT / 'tests']) as runner:\n"
            "        ((_, e),) = runner.map(steps.environment, [1], limits=Limits())\n"
            "        look = steps.secret_in_memory\n"
            "        ((_, s),) = runner.map(look, [b'canary'], limits=Limits())\n"
            "        print(sorted(set(e) & {'DATABASE_URL', 'HAVEN_SECRET_KEY', 'HOME'}), s)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", asked],
            env={**os.environ, **secret, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )

        assert done.stdout == "[] False\n"

    def test_holds_nothing_open_but_the_pipes_of_its_pool(self):
        with Processes(1, reads=[TESTS]) as runner:
            ((_, found),) = runner.map(steps.descriptors, [1], limits=LIMITS)

        assert [found[number] for number in (0, 1, 2)] == ["nothing"] * 3
        rest = [kind for number, kind in found.items() if number > 2]
        assert rest.count("file") == 1  # its own sizes
        assert set(rest) <= {"pipe", "file", "nothing"}

    @pytest.mark.parametrize("how", ["abort", "kill"])
    def test_can_end_itself_and_costs_one_file(self, how):
        with Processes(2, reads=[TESTS]) as runner:
            found = dict(runner.map(steps.die, ["well", how, "good"], limits=LIMITS))

        assert found["well"] == "well"
        assert found["good"] == "good"
        assert found[how].error.code == "step.crashed"


class TestWhatAWorkerSendsBack:
    @pytest.mark.parametrize("what", ["bomb", "a flood"])
    def test_is_refused_where_no_step_returns_it_and_nothing_of_it_runs(self, what, monkeypatch):
        monkeypatch.setattr(processes, "POOLS", 0)  # give up at once; a file is tried again
        with Processes(1, reads=[TESTS]) as runner, pytest.raises(engine.EngineError) as raised:
            list(runner.map(steps.answer, [what, what], limits=LIMITS))

        assert raised.value.code == "step.crashed"
        assert not steps.HERE.exists()

    @pytest.mark.parametrize("what", ["a lie", "noise"])
    def test_cannot_stop_the_run_by_a_lie(self, what, monkeypatch):
        """It ends, with an error or because the answer came first; it never hangs."""
        monkeypatch.setattr(processes, "POOLS", 0)
        with Processes(1, reads=[TESTS]) as runner:
            try:
                found = dict(runner.map(steps.forge, [what], limits=LIMITS))
            except engine.EngineError as error:
                assert error.code == "step.crashed"
            else:
                assert found == {what: what}

    def test_may_be_all_that_the_engine_knows(self):
        face = Face(
            box_xyxy_px=np.zeros(4, np.float32),
            landmarks_px=np.zeros((5, 2), np.float32),
            score=float(np.float32(0.5)),
            embedding=np.arange(128, dtype=np.float32),
            quality_parts={"size": np.float64(0.5)},
        )
        sent = [face, Derivatives(b"x", b"y", (b"z",)), Path("/a"), Kind.IMAGE, {1, 2}, None]
        with Processes(1, reads=[TESTS]) as runner:
            ((_, found),) = runner.map(steps.answer, [tuple(sent)], limits=LIMITS)

        assert found[0].embedding.tolist() == face.embedding.tolist()
        assert found[1].face_crops == (b"z",)
        assert found[2:] == tuple(sent[2:])

    @pytest.mark.parametrize(
        "name",
        [
            ("os", "system"),
            ("builtins", "eval"),
            ("builtins", "getattr"),
            ("haven.engine.records", "np"),
            ("haven.engine.records", "Face.__init__"),
            ("haven.engine.reading", "checksums"),
            ("haven.engine.pipeline", "Examine"),
            ("functools", "partial"),
            ("pebble.common.types", "RemoteException"),
            ("builtins", "SystemExit"),
            ("builtins", "KeyboardInterrupt"),
            ("builtins", "BaseException"),
        ],
    )
    def test_names_nothing_that_could_be_called(self, name):
        with pytest.raises(BrokenProcessPool):
            border.read(f"c{name[0]}\n{name[1]}\n.".encode())

    def test_asks_for_no_memory_that_it_did_not_send(self):
        with pytest.raises(BrokenProcessPool):
            border.read(b"cbuiltins\nbytearray\n(I1099511627776\ntR.")

        sent = pickle.dumps(bytearray(b"abc"), protocol=4)
        assert border.read(sent) == bytearray(b"abc")

    def test_gives_an_error_nothing_but_its_sentence(self):
        with Processes(1, reads=[TESTS]) as runner:
            ((_, failed),) = runner.map(steps.complain, [1], limits=LIMITS)

        assert failed.error.code == "source.damaged"
        assert len(str(failed.error)) == processes.MOST_WORDS
        assert not vars(failed.error)


def digests_of(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".jpg", ".parquet"}
    }


@needs_second_tier
@pytest.mark.parametrize("profile", ["fast", "balanced", "thorough"])
def test_results_are_the_same_byte_for_byte_inside(assets_root, tmp_path, profile):
    source = tmp_path / "evidence"
    source.mkdir()
    for picture in assets_root.glob("demo-[ar]*"):
        shutil.copy(picture, source)
    found = {}
    for confined in ("required", "limits"):
        out = tmp_path / confined
        words = ["process", str(source), "--out", str(out), "--profile", profile, "--workers", "1"]

        assert main([*words, "--sandbox", confined]) == 0

        found[confined] = digests_of(out)
    assert len(found["required"]) > 2
    assert found["required"] == found["limits"]


class TestTheState:
    def test_says_of_each_layer_whether_it_stands_and_how_to_get_it(self):
        state = engine.sandbox_state()

        assert [layer.name for layer in state.layers] == list(LAYERS)
        assert all(layer.why for layer in state.layers)
        assert all(layer.stands or layer.advice for layer in state.layers)

    @pytest.mark.parametrize(
        ("layers", "tier"),
        [
            ((), 0),
            (("limits",), 1),
            (("limits", "namespaces", "landlock"), 1),
            (("limits", "syscalls"), 1),
            (("limits", "syscalls", "landlock"), 2),
            (("limits", "syscalls", "namespaces"), 2),
            (("limits", "syscalls", "namespaces", "landlock"), 3),
        ],
    )
    def test_a_tier_needs_all_that_it_promises(self, layers, tier):
        assert SandboxState(tuple(Layer(name, True, "") for name in layers)).tier == tier

    def test_a_layer_that_nobody_reported_does_not_stand(self):
        state = probe._state({"landlock": ""})

        assert state.standing == {"limits", "landlock"}
        assert state.tier == 1

    def test_nothing_is_read_where_the_second_tier_is_required_and_missing(self, monkeypatch):
        pretend(monkeypatch, {"limits"})

        with pytest.raises(SandboxMissing):
            Processes(1, confined=processes.Confined.REQUIRED)
        with pytest.raises(SandboxMissing):
            named("serial", 1, confined="required")

    def test_a_worker_that_cannot_be_shut_in_reads_nothing(self, monkeypatch):
        monkeypatch.setattr(processes, "POOLS", 1)  # how often a pool may die; 5 take long
        pretend(monkeypatch, ALL)
        with Processes(1, reads=[TESTS]) as runner:
            runner._begin = functools.partial(processes._begin, "no paths", ALL)
            runner._pool = runner._new_pool()

            with pytest.raises(engine.EngineError) as raised:
                list(runner.map(steps.size_of, [TESTS], limits=LIMITS))

        assert raised.value.code == "step.crashed"

    def test_the_serial_runner_says_that_nothing_stands(self):
        assert named("serial", 1).sandbox.tier == 0


def test_a_worker_keeps_only_what_languages_and_libraries_need():
    given = {"LANG": "C", "LC_ALL": "C", "PYTHONPATH": "x", "PGPASSWORD": "x", "AWS_KEY": "x"}

    assert kept(given) == {"LANG": "C", "LC_ALL": "C", "PYTHONPATH": "x"}
