"""What the runtime of the models does beside running them: nothing."""

import os
import subprocess
import sys
from pathlib import Path


def test_nobody_is_counted_and_nothing_is_left_in_the_home_folder(tmp_path: Path) -> None:
    ask = (
        "import sys, haven.engine\n"
        "print(sys.modules['openvino_telemetry'], len(haven.engine.inference_devices()) > 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["None", "True"]
    assert list(tmp_path.iterdir()) == []
