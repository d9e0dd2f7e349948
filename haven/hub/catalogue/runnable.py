"""Runnable: which tools of the catalogue Haven itself runs, what exactly runs, what was measured.

In      content/runnable.yaml
Out     the analysers that belong to a tool, by its slug
Fails   KeyError, TypeError: the file lacks something; a test reads all of it
Why     what can be tried at once on one's own machine need not be believed
Not     here: the analysers (haven.engine, which the Hub never imports). The file copies digests
        and figures; tests/hub/test_runnable.py holds them against the asset catalogue and the
        files of bench/results, and fails when one of them has moved on
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haven.hub.base import yaml_text

FILE = Path(__file__).parent / "content" / "runnable.yaml"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that runs, told by its digest."""

    what: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that Haven's own benchmark measured."""

    says: str
    value: str
    file: str  # of the result, in the source of Haven
    keys: tuple[str, ...]  # the way to the value in it


@dataclass(frozen=True, slots=True)
class Analyser:
    """Something of the Workbench that does what a tool of the catalogue does."""

    slug: str
    tool: str  # slug of the entry
    name: str
    does: str
    relation: str  # how exactly what runs is what the entry describes
    asset: str  # its name in the asset catalogue; "" where it is a part of the program
    version: str
    licence: str
    stored: tuple[Stored, ...]
    limits: tuple[str, ...]
    measured_on: str
    machine: str
    test_set: str
    figures: tuple[Figure, ...]
    get: str  # command lines
    run: str


@functools.cache
def every() -> tuple[Analyser, ...]:
    """Return every analyser, in the order of the file."""
    told = yaml_text.load(FILE.read_text(encoding="utf-8"))
    return tuple(map(_analyser, told["analysers"]))


def of_tool(slug: str) -> tuple[Analyser, ...]:
    """Return the analysers that belong to a tool; none where Haven has none."""
    return tuple(one for one in every() if one.tool == slug)


def _analyser(told: Mapping[str, Any]) -> Analyser:
    plain = (
        "slug", "tool", "name", "does", "relation", "asset", "version", "licence",
        "measured_on", "machine", "test_set", "get", "run",
    )  # fmt: skip
    return Analyser(
        **{name: told[name] for name in plain},
        stored=tuple(Stored(one["what"], one["bytes"], one["sha256"]) for one in told["stored"]),
        limits=tuple(told["limits"]),
        figures=tuple(_figure(one) for one in told["figures"]),
    )


def _figure(told: Mapping[str, Any]) -> Figure:
    return Figure(told["says"], str(told["value"]), told["file"], tuple(told["keys"]))
