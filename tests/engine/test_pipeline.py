"""The way of a file: what it is not blamed for."""

from pathlib import Path

from haven import engine
from haven.engine.errors import StepCrashed
from haven.engine.runners import Failed, Processes, Serial

NO_MODELS = engine.Models(Path("none"), Path("none"), Path("none"))  # not asked for a text


class Unlucky(Serial):
    """Someone kills the worker of every item once."""

    def __init__(self):
        self.killed = set()

    def map(self, step, items, *, limits):
        for finished in super().map(step, items, limits=limits):
            if isinstance(finished, tuple) and (step, finished[0]) not in self.killed:
                self.killed.add((step, finished[0]))
                yield finished[0], Failed(StepCrashed("killed"))
            else:
                yield finished


def looked_at(path, runner, **limits):
    found = engine.analyse(
        [path],
        options=engine.for_profile("balanced", limits=engine.Limits(**limits)),
        models=NO_MODELS,
        runner=runner,
        is_done=lambda _: False,
    )
    return [row.error_code for row in found]


def test_no_step_blames_a_file_for_the_death_of_its_worker(tmp_path):
    (tmp_path / "a.txt").write_text("words")

    assert looked_at(tmp_path / "a.txt", Unlucky()) == [None, "source.unsupported"]


def test_a_large_file_may_take_longer_to_read_than_a_picture_to_look_at(tmp_path):
    with (tmp_path / "film.bin").open("wb") as file:
        file.truncate(800 << 20)

    with Processes(1, reads=[tmp_path]) as runner:
        codes = looked_at(tmp_path / "film.bin", runner, wall_s=0.5)

    assert codes == [None, "source.unsupported"]
