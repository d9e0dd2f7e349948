"""Contents that a list of known good files has are told and not looked at."""

from haven import engine
from tests.workbench.build import png


def test_a_known_good_content_gets_a_row_and_no_worker_sees_it(tmp_path, assets_root):
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "again.png").write_bytes(png())
    (tmp_path / "b.txt").write_text("not known")
    models = engine.models_in(assets_root)
    kept: dict[str, engine.Media] = {}
    paths = []
    with engine.runner("serial", 1) as runner:
        for found in engine.analyse(
            sorted(tmp_path.iterdir()),
            options=engine.for_profile("fast"),
            models=models,
            runner=runner,
            is_done=lambda digests: digests.sha256 in kept,
            is_known_good=lambda digests: digests.size_bytes == len(png()),
        ):
            if isinstance(found, engine.Media):
                kept[found.digests.sha256] = found
            else:
                paths.append(found)
    assert len(paths) == 3
    assert sorted((one.status.value, one.error_code) for one in kept.values()) == [
        ("unsupported", "source.known_good"),
        ("unsupported", "source.unsupported"),
    ]
