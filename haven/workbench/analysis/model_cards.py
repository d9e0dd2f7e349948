"""Model cards: what is known of the networks that runs used, from the asset catalogue.

In      names of models
Out     for each its version, licence, task, training, limits and what was measured
Fails   never: a name that the catalogue does not have is left out
Why     whoever reads a result must be able to read what made it (R-EV-3, R-FAIR-6)
Not     here: the digests a run recorded (Run.versions)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from haven import engine


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the catalogue says of one model, in English, as it was written."""

    name: str
    version: str
    licence: str
    task: str
    training: str
    sha256: str  # of the file as Haven uses it
    limits: tuple[str, ...]
    measured: tuple[str, ...]


def cards(names: Iterable[str]) -> list[ModelCard]:
    """Return the cards of models, in the order of the names."""
    assets = engine.AssetStore(settings.HAVEN_ASSETS_DIR).catalogue.assets
    found = [assets[name] for name in names if name in assets]
    return [
        ModelCard(
            name=one.name,
            version=one.version,
            licence=one.licence,
            task=one.card.task,
            training=one.card.training,
            sha256=one.ready_sha256,
            limits=one.card.limits,
            measured=one.card.measured,
        )
        for one in found
    ]
