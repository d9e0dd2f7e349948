"""Remasking: views that came from elsewhere, looked at here as any picture is.

In      JPEGs that another installation says are masked
Out     for each the masked view that our own engine makes of it, or why there is none
Fails   nothing: where the engine cannot run, each view has its code and is not shown
Why     whether a view is masked is not for its sender to say: nothing is shown that was not
        masked here. It is decoded in the worker's sandbox, and no face template is made
Not     here: where such views come from (haven.workbench.packages)
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from django.conf import settings

from haven import engine

NOT_READ = "view.not_read"
NO_FACE = "view.no_face"
PROFILE = "balanced"


class Came(engine.Source):
    """One picture in memory."""

    def __init__(self, name: str, jpeg: bytes) -> None:
        """Take a picture; its name is given back with what was found."""
        self.name, self._jpeg = name, jpeg

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Give the content, open for reading."""
        yield io.BytesIO(self._jpeg)


def remasked(views: Mapping[str, bytes]) -> Iterator[tuple[str, bytes | None, str]]:
    """Yield for each view its name, our masked view of it, and a code where there is none.

    Args:
        views: The SHA-256 of each, and its bytes.
    """
    left = set(views)
    try:
        for found in _looked_at(views):
            if found.digests.sha256 in left:
                left.discard(found.digests.sha256)
                masked = found.derivatives.masked if found.faces else None
                code = "" if masked else (found.error_code or NO_FACE)
                yield found.digests.sha256, masked, code
    except engine.EngineError as error:  # the engine cannot run here: what is left says so
        for name in left:
            yield name, None, error.code
        return
    for name in left:
        yield name, None, NOT_READ


def _looked_at(views: Mapping[str, bytes]) -> Iterator[engine.Media]:
    """Yield what the engine says of each view."""
    models = engine.models_in(settings.HAVEN_ASSETS_DIR)
    with engine.runner(
        settings.HAVEN_RUNNER, workers=1, reads=models.files, confined=settings.HAVEN_SANDBOX
    ) as runner:
        results = engine.analyse(
            [Came(name, jpeg) for name, jpeg in views.items()],
            options=engine.for_profile(PROFILE, embed=False),
            models=models,
            runner=runner,
            is_done=lambda _digests: False,
        )
        for found in results:
            if isinstance(found, engine.Media):
                yield found
