"""Verbs: every act in the source is in the table, with a sentence and a kind."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import haven
from haven.accounts import actions as accounts
from haven.audit import verbs
from haven.audit.verbs import VERBS, Kind, UnknownVerb
from haven.workbench.people.models import GroupChange, Statement

SOURCE = Path(haven.__file__).parent


def recorded() -> Iterator[tuple[Path, ast.expr]]:
    """Yield the verb of every call of record() in the source."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "record" and (node.args or node.keywords):
                given = node.args[0] if node.args else node.keywords[0].value
                yield path, given


CALLS = list(recorded())
LITERAL = [(path, verb.value) for path, verb in CALLS if isinstance(verb, ast.Constant)]
# Verbs that are put together, by file, and all that they can be.
MADE = {
    "accounts/actions.py": list(accounts.NOTED),
    "cases/actions.py": ["case.close", "case.reopen"],
    "catalogue/actions.py": ["proposal.accept", "proposal.refuse"],
    "community/actions.py": [
        *(f"directory.{one}" for one in ("join", "change")),
        *(f"contact.{one}" for one in ("accept", "decline", "withdraw", "end")),
    ],
    "community/moderating.py": ["post.keep_hidden", "post.show_again"],
    "desk/wagtail_hooks.py": [
        f"page.{one}" for one in ("write", "publish", "unpublish", "move", "delete")
    ],
    "cases/clocks.py": ["retention.remind", "retention.overdue"],
    "retention/actions.py": ["erasure.ask", "erasure.withdraw", "erasure.confirm"],
    "retention/erasing.py": ["erasure.destroy_key", "erasure.finish"],
    "people/changing.py": [f"group.{verb}" for verb in GroupChange.Verb.values],
    "people/person_actions.py": [f"person.add_{kind}" for kind in Statement.Kind.values],
    "queue/stopping.py": ["queue.stop", "queue.go_on"],
    "reveals/actions.py": ["reveal.part", "reveal.whole"],
    "reveals/asking.py": ["reveal.agree", "reveal.refuse"],
    "crops/actions.py": [
        f"crop.{one}" for one in ("draw", "propose", "release", "refuse", "withdraw", "export")
    ],
    "decisions/actions.py": ["decision.confirm", "decision.refuse"],
    "leads/actions.py": ["lead.make", "lead.take_up"],
    "packages/actions.py": [
        "package.ask",
        "package.confirm",
        "package.withdraw",
        "package.fetch",
    ],
    "packages/making.py": ["package.make", "package.fail"],
    "search/ending.py": ["search.close", "search.stop"],
}


def test_the_source_is_walked() -> None:
    assert len(CALLS) > 20


@pytest.mark.parametrize(
    ("path", "verb"), LITERAL, ids=[f"{path.parent.name}-{verb}" for path, verb in LITERAL]
)
def test_every_recorded_verb_is_in_the_table(path: Path, verb: str) -> None:
    assert verb in VERBS


def test_every_verb_that_is_put_together_is_in_the_table() -> None:
    places = {
        "/".join(path.parts[-2:]) for path, verb in CALLS if not isinstance(verb, ast.Constant)
    }

    assert places <= set(MADE), "name here what a verb that is put together can be"
    assert [verb for verbs_made in MADE.values() for verb in verbs_made if verb not in VERBS] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_a_whole_sentence_and_what_the_law_calls_it(verb: str) -> None:
    thing, _, act = verb.partition(".")

    assert thing and act and len(verb) <= 60
    assert str(VERBS[verb].sentence).endswith(".")
    assert VERBS[verb].kind in Kind


def test_an_unknown_verb_is_a_bug() -> None:
    with pytest.raises(UnknownVerb):
        verbs.get("case.lose")


def test_an_unknown_verb_of_an_earlier_version_is_shown_as_it_is() -> None:
    assert verbs.sentence("case.lose") == "case.lose"
