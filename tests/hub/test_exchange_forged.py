"""Bundles that somebody changed, cut, swelled, reordered, rolled back or signed themselves."""

from pathlib import Path

import pytest

from haven.audit import canonical
from haven.audit.models import Event
from haven.hub.exchange import actions, contents, errors
from haven.hub.exchange.models import Arrival, Other, Record
from tests.hub import carried
from tests.hub.carried import CAME, bundle, opened, parts
from tests.hub.forging import REFUSED

FILE = actions.How.FILE


@pytest.fixture
def trusting(db):
    """Return a place that has confirmed the key of the north."""
    return actions.trust(carried.fingerprint(), at=CAME)


def take_in(content):
    return actions.take_in(opened(content), how=FILE, at=CAME)


def held():
    return sorted(Record.objects.values_list("kind", "slug", "sha256"))


def line_of(record):
    return canonical.encode(record)


@pytest.mark.parametrize(
    ("change", "error"),
    [(change, error) for error, changes in REFUSED.items() for change in changes],
    ids=lambda one: one.__name__,
)
def test_what_is_not_as_it_was_signed_changes_nothing(trusting, change, error):
    take_in(bundle(2026111900))
    before = held()

    with pytest.raises(error):
        take_in(change(bundle()))

    assert (held(), Arrival.objects.count()) == (before, 1)
    refusal = Event.objects.get(verb="bundle.refuse")
    assert (refusal.outcome, refusal.facts) == ("refused", {"code": error.code})


TOOL, STEP, TERM, COURSE = carried.TOOL, carried.STEP, carried.PARTS["terms"][0], carried.COURSE
LAW = carried.PARTS["dates"][0]


class TestRecords:
    @pytest.mark.parametrize(
        "changed",
        [
            {"tools": [{**TOOL, "rank": 1}]},
            {"tools": [{**TOOL, "website": "javascript:alert(1)"}]},
            {"tools": [{**TOOL, "website": "https://example.org/\u202etxt.exe"}]},
            {"tools": [{**TOOL, "slug": "../../etc"}]},
            {"tools": [{**TOOL, "slug": "whe\u0435lwright"}]},
            {"tools": [TOOL, TOOL]},
            {"tools": [{**TOOL, "name": "turned \u202e round"}]},
            {"tools": [{**TOOL, "name": "not\U000e0041 seen"}]},
            {"tools": [{**TOOL, "name": "null \0"}]},
            {"tools": [{**TOOL, "name": " \u3000"}]},
            {"tools": [{**TOOL, "summary": "x" * 7000}]},
            {"tools": [{**TOOL, "listed_on": 0}]},
            {"tools": [{**TOOL, "changed_at": "2026-11-01T00:00:00"}]},
            {"tools": [{**TOOL, "facts": [{**TOOL["facts"][0], "dated": "9999999999"}]}]},
            {"tools": [{**TOOL, "facts": [{**TOOL["facts"][0], "is_of_tool": "yes"}]}]},
            {"steps": [{**STEP, "aim": "An aim [[of-nobody]]."}]},
            {"steps": [{**STEP, "aim": "An aim {{date:of-nobody}}."}]},
            {"steps": [{**STEP, "number": "1"}]},
            {"steps": [{**STEP, "what_happens": [{"kind": "script", "text": "alert(1)"}]}]},
            {"terms": [{**TERM, "sources": ["of-nobody"]}]},
            {"courses": [{**COURSE, "passes_at": 10**15}]},
            {"courses": [{**COURSE, "questions": [
                {**COURSE["questions"][0], "sources": ["of-nobody"]}
            ]}]},
            {"sources": [{**carried.SOURCE, "addresses": ["file:///etc/passwd"]}]},
            {"sources": [{**carried.SOURCE, "addresses": ["https://a.example/"] * 21}]},
            {"dates": [{**LAW, "value": "2027-01-01T00:00:00"}]},
        ],
    )  # fmt: skip
    def test_of_another_form_change_nothing(self, trusting, changed):
        with pytest.raises(errors.WrongRecord):
            take_in(bundle(holds=parts(**changed)))

        assert not Record.objects.exists()
        assert Other.objects.get().name == ""

    @pytest.mark.parametrize(
        ("part", "was", "becomes"),
        [
            ("tools", b'"name":"Wheelwright', b'"name":"Axle","name":"Wheelwright'),
            ("tools", b'"name":"Wheelwright', b'"name": "Wheelwright'),
            ("tools", b'"name":"Wheelwright', b'"name":"\\u0057heelwright'),
            ("tools", b'"name":"Wheelwright', b'"name":"\\ud800Wheelwright'),
            ("tools", b'"name":"Wheelwright', b'"name":"\xffWheelwright'),
            # A citation that hides behind escapes would be found by the page alone.
            ("steps", b"[[north-1]]", b"\\u005b[of-nobody]]"),
            ("steps", b"{{date:law}}", b"{\\u007bdate:of-nobody}}"),
            ("steps", b'"number":1,', b'"number":1.0,'),
            ("steps", b'"number":1,', b'"number":' + b"9" * 20_000 + b","),
            ("courses", b'"passes_at":0.5', b'"passes_at":0.50'),
            ("courses", b'"passes_at":0.5', b'"passes_at":1e999'),
            ("courses", b'"passes_at":0.5', b'"passes_at":NaN'),
            ("courses", b'"passes_at":0.5', b'"passes_at":' + b"[" * 100_000),
            ("terms", b'"see":[]', b'"see":[]\r'),
        ],
    )
    def test_of_another_spelling_change_nothing(self, trusting, part, was, becomes):
        holds = dict(parts())
        assert was in holds[part][0]
        holds[part] = [holds[part][0].replace(was, becomes)]

        with pytest.raises(errors.WrongRecord):
            take_in(bundle(holds=list(holds.items())))

        assert not Record.objects.exists()

    def test_that_came_are_kept_to_the_letter(self, trusting):
        take_in(bundle())

        kept = {row.kind: line_of(row.says) for row in Record.objects.all()}
        assert kept == {name: lines[0] for name, lines in parts() if lines}

    def test_of_parts_that_are_not_known_are_refused(self, trusting):
        with pytest.raises(errors.WrongManifest):
            take_in(bundle(holds=[("members", [b"{}"]), *parts()]))


@pytest.mark.parametrize("where", ["manifest", "record"])
def test_words_of_a_stranger_are_not_in_the_sentence(trusting, where):
    strange = "\x1b[2J\x1b]0;owned\x07"
    content = bundle()
    if where == "manifest":
        content = carried.forged(content, {strange: 1})
    else:
        content = bundle(holds=parts(tools=[{**TOOL, strange: 1}]))

    with pytest.raises(errors.ExchangeError) as refused:
        take_in(content)

    assert str(refused.value).isprintable()
    assert "another field" in str(refused.value)


class TestWhoSigned:
    def test_an_older_bundle_is_refused(self, trusting):
        take_in(bundle(2026112100))

        with pytest.raises(errors.OlderBundle, match="2026112100 was taken in before"):
            take_in(bundle(2026112000))

    def test_two_bundles_of_one_number_are_refused(self, trusting):
        take_in(bundle())

        with pytest.raises(errors.OtherBundle):
            take_in(bundle(holds=parts(tools=[])))

    def test_a_key_that_nobody_confirmed_is_told_with_its_fingerprint(self, db):
        with pytest.raises(errors.UnknownKey, match=carried.fingerprint()):
            take_in(bundle())

    def test_a_key_speaks_for_one_hub_alone(self, trusting):
        take_in(bundle())

        with pytest.raises(errors.OtherHub):
            take_in(bundle(2026112100, hub="south.example/hub"))

    def test_a_hub_has_one_key(self, trusting):
        take_in(bundle())
        before = held()
        actions.trust(carried.fingerprint(carried.OTHER_KEY), at=CAME)

        with pytest.raises(errors.OtherHub, match="another key"):
            take_in(bundle(2026112100, key=carried.OTHER_KEY))
        assert held() == before

    def test_a_hub_with_a_changed_key_begins_anew(self, trusting):
        take_in(bundle())
        actions.unfollow(carried.HUB, at=CAME)
        actions.trust(carried.fingerprint(carried.OTHER_KEY), at=CAME)

        assert take_in(bundle(2026112100, key=carried.OTHER_KEY)).is_new
        with pytest.raises(errors.UnknownKey):
            take_in(bundle(2026112200))

    def test_a_bundle_in_our_own_name_is_refused(self, trusting):
        with pytest.raises(errors.OtherHub):
            take_in(bundle(hub="localhost/hub"))


class TestErrors:
    def test_the_header_draws_the_real_tree(self):
        lines = [one for one in errors.__doc__.splitlines() if one.startswith(("├", "└"))]
        drawn = [line.split()[1] for line in lines]

        assert sorted(drawn) == sorted(one.__name__ for one in _below(errors.ExchangeError))
        codes = [one.code for one in _below(errors.ExchangeError)]
        assert len(set(codes)) == len(codes)

    def test_each_code_is_explained_where_the_command_line_is(self):
        told = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")

        for one in _below(errors.ExchangeError):
            assert f"| `{one.code}` |" in told


def _below(error):
    for one in error.__subclasses__():
        yield one
        yield from _below(one)


def test_parts_are_read_in_the_order_in_which_they_rest_on_each_other():
    assert list(contents.KINDS)[:2] == ["sources", "dates"]
