"""The papers say what is there: links lead somewhere, nothing a user meets is undescribed."""

import argparse
import ast
import dataclasses
import importlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from haven.cli import main as command_line
from haven.engine import errors, options
from haven.engine.results import tables

ROOT = Path(__file__).resolve().parents[2]
SETTING = re.compile(r"(HAVEN_[A-Z_]+|DATABASE_URL)")
NAMED_FILE = re.compile(r"\b(?:docs|bench|tests|scripts)/[\w./-]+\.(?:py|md|json|toml|jpg)\b")


def _documents() -> ModuleType:
    """Return scripts/docs.py, which `make docs` runs."""
    spec = importlib.util.spec_from_file_location("docs_script", ROOT / "scripts" / "docs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


documents = _documents()


def words_of(paper: str) -> str:
    return (ROOT / paper).read_text(encoding="utf-8")


def rows_of(paper: str) -> list[list[str]]:
    """Return the cells of every table row of a paper."""
    lines = [line for line in words_of(paper).splitlines() if line.startswith("|")]
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        for line in lines
        if not set(line) <= set("|- ")
    ]


def first_cells(paper: str) -> set[str]:
    """Return what stands in code marks in the first cells of a paper's tables."""
    return {code for row in rows_of(paper) for code in re.findall(r"`([^`]+)`", row[0])}


@pytest.mark.parametrize(
    "paper", documents.papers(), ids=lambda paper: str(paper.relative_to(ROOT))
)
def test_every_link_leads_somewhere(paper: Path) -> None:
    assert documents.broken_links(paper) == []


def test_every_paper_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        paper = waiting.pop()
        if paper in reached:
            continue
        reached.add(paper)
        targets = (target.partition("#")[0] for target in documents.links(paper))
        waiting += [(paper.parent / name).resolve() for name in targets if name.endswith(".md")]

    assert [paper for paper in documents.papers() if paper not in reached] == [
        ROOT / "docs" / "index.md"  # the way in for those who begin in docs/
    ]


def test_every_decision_record_is_in_the_table() -> None:
    folder = ROOT / "docs" / "architecture" / "decisions"
    records = sorted(path.name for path in folder.glob("0*.md"))

    listed = [Path(target).name for target in documents.links(folder / "index.md")]

    assert [name for name in records if name not in listed] == []
    numbers = [name[:4] for name in records]
    assert len(set(numbers)) == len(numbers)  # several are written at a time; gaps close later


def test_every_decision_record_has_the_four_parts() -> None:
    parts = ["## What made us choose", "## Decision", "## Also looked at", "## What it costs"]
    folder = ROOT / "docs" / "architecture" / "decisions"

    found = {
        path.name: re.findall(r"^## .*", path.read_text(), re.M) for path in folder.glob("0*")
    }

    assert {name: heads for name, heads in found.items() if heads != parts} == {}


def test_every_error_code_is_described() -> None:
    classes = [errors.EngineError, *_below(errors.EngineError)]
    families = {error.code for error in classes if "." not in error.code}

    described = first_cells("docs/results.md")

    assert {error.code for error in classes} - families - described == set()
    assert families - set(re.findall(r"`(\w+)`", words_of("docs/results.md"))) == set()


def test_no_error_code_is_described_that_does_not_exist() -> None:
    exist = {error.code for error in _below(errors.EngineError)}
    families = {code.partition(".")[0] for code in exist}

    described = {
        cell
        for cell in first_cells("docs/results.md")
        if re.fullmatch(r"[a-z]+\.[a-z_]+", cell) and cell.partition(".")[0] in families
    }

    assert described - exist == set()


def test_the_table_says_rightly_what_may_be_tried_again() -> None:
    retryable = {error.code: error.retryable for error in _below(errors.EngineError)}

    said = {
        row[0].strip("`"): row[2] == "yes"
        for row in rows_of("docs/results.md")
        if len(row) == 3 and row[2] in {"yes", "no"}
    }

    assert said == {code: retryable[code] for code in said}
    assert said


def test_every_option_of_the_engine_is_described() -> None:
    fields = dataclasses.fields(options.Options) + dataclasses.fields(options.Limits)

    assert {field.name for field in fields} - first_cells("docs/cli.md") == set()


def test_numbers_told_of_options_are_the_real_defaults() -> None:
    defaults = {**options.PROFILES["balanced"].as_dict(), **dataclasses.asdict(options.Limits())}

    told = {row[0].strip("`"): row[1] for row in rows_of("docs/cli.md") if len(row) == 3}
    numbers = {name: float(value) for name, value in told.items() if re.match(r"[\d.]+$", value)}

    assert numbers == {name: _one(defaults[name]) for name in numbers}
    assert len(numbers) >= 9


def test_the_profiles_are_described() -> None:
    assert set(options.PROFILES) - first_cells("docs/cli.md") == set()


def test_every_column_is_described() -> None:
    assert {*tables.MEDIA.names, *tables.FACES.names} - first_cells("docs/results.md") == set()


def test_every_verb_and_flag_is_described() -> None:
    described = words_of("docs/cli.md")

    missing = [
        f"{verb} {flag}"
        for verb, flags in _verbs()
        for flag in ["", *flags]
        if f"haven {verb}" not in described or f"`{flag}" not in described
    ]

    assert missing == []


def test_every_setting_is_described() -> None:
    assert _settings_read() - first_cells("docs/operations.md") == set()


def test_no_setting_is_described_that_nobody_reads() -> None:
    described = {name for name in first_cells("docs/operations.md") if SETTING.fullmatch(name)}

    assert described - _settings_read() == set()


def test_files_that_the_code_points_to_exist() -> None:
    pointed = {
        (str(path.relative_to(ROOT)), name)
        for path in (ROOT / "haven").rglob("*.py")
        for name in NAMED_FILE.findall(path.read_text(encoding="utf-8"))
    }

    assert sorted(pair for pair in pointed if not (ROOT / pair[1]).exists()) == []


def test_the_picture_is_small_and_shown_by_the_readme() -> None:
    picture = ROOT / "docs" / "pictures" / "before-after.jpg"

    assert picture.stat().st_size <= 100_000
    assert "docs/pictures/before-after.jpg" in list(documents.links(ROOT / "README.md"))


def _one(value: object) -> float:
    """Return a number, also from a tuple that holds one."""
    return float(value[0] if isinstance(value, tuple) else value)


def _below(root: type[errors.EngineError]) -> Iterator[type[errors.EngineError]]:
    for child in root.__subclasses__():
        yield child
        yield from _below(child)


def _verbs() -> Iterator[tuple[str, list[str]]]:
    """Yield every verb with its long flags, and every verb below a verb."""
    for verb in command_line.VERBS:
        parser = argparse.ArgumentParser()
        importlib.import_module(f"haven.cli.{verb}").add_arguments(parser)
        yield from _verbs_of(parser, verb)


def _verbs_of(parser: argparse.ArgumentParser, verb: str) -> Iterator[tuple[str, list[str]]]:
    flags = [flag for action in parser._actions for flag in action.option_strings]
    yield verb, [flag for flag in flags if flag.startswith("--") and flag != "--help"]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from _verbs_of(below, f"{verb} {name}")


def _settings_read() -> set[str]:
    """Return the names of all settings that the code reads from the environment."""
    nodes = (
        node
        for path in (ROOT / "haven").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )
    names = (_name_read(node) for node in nodes)
    read = {str(name.value) for name in names if isinstance(name, ast.Constant)}
    return {name for name in read if SETTING.fullmatch(name)}


def _name_read(node: ast.AST) -> ast.expr | None:
    """Return the expression for the variable's name where a node reads the environment."""
    if isinstance(node, ast.Call) and node.args and _reads_environment(node.func):
        return node.args[0]
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
        return node.slice
    return None


def _reads_environment(called: ast.expr) -> bool:
    words = ast.unparse(called)
    return words.startswith("env.") or words in {"os.environ.get", "os.getenv"}
