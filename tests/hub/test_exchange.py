"""Bundles: what leaves a hub, what is believed of one that comes, what is refused."""

import gzip
import io
import json
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from haven.accounts.models import Member
from haven.audit.models import Event
from haven.hub.catalogue import seed
from haven.hub.catalogue.models import Fact, Tool
from haven.hub.exchange import actions, bundles, contents, errors
from haven.hub.exchange.models import Arrival, Export, Other, Record
from haven.hub.guidance import loading
from tests.hub import carried
from tests.hub.carried import CAME, bundle, opened, parts

FILE = actions.How.FILE


@pytest.fixture
def hub(db, settings, tmp_path):
    """Return a hub with all that it opens with, and a key of its own."""
    settings.HAVEN_HUB_KEY_FILE = tmp_path / "hub" / "key.pem"
    seed.load()
    loading.load()
    return settings


@pytest.fixture
def trusting(db):
    """Return a place that has confirmed the key of the north."""
    return actions.trust(carried.fingerprint(), at=CAME)


def made(at=CAME):
    file = io.BytesIO()
    manifest = actions.make(file, at=at)
    return manifest, file.getvalue()


def take_in(content):
    return actions.take_in(opened(content), how=FILE, at=CAME)


def held():
    return sorted(Record.objects.values_list("kind", "slug", "sha256"))


class TestMaking:
    def test_a_bundle_holds_what_was_published(self, hub):
        manifest, content = made()

        assert manifest.counts == {
            "sources": manifest.counts["sources"], "dates": manifest.counts["dates"],
            "words": manifest.counts["words"], "steps": 8, "principles": 7, "documents": 9,
            "care": 3, "tools": 79, "bodies": 53, "courses": 8,
            "terms": manifest.counts["terms"],
        }  # fmt: skip
        assert len(content) < 4_000_000

    def test_it_is_taken_in_elsewhere_as_it_was_made(self, hub):
        manifest, content = made()
        actions.trust(actions.fingerprint(), at=CAME)
        hub.HAVEN_HUB_NAME = "elsewhere.example/hub"

        taken = take_in(content)

        assert (taken.is_new, taken.arrival.counts) == (True, manifest.counts)
        assert Record.objects.count() == sum(manifest.counts.values())
        assert str(taken.arrival.other) == "localhost/hub"

    def test_restricted_fields_and_names_of_members_stay_here(self, hub, north_lead: Member):
        Tool.objects.filter(slug="sface").update(
            restricted=["intended_use", "facts"], intended_use="How it is done: zq-secret."
        )
        Fact.objects.filter(tool__slug="s21-laseri-x").update(
            confirmed_by=north_lead, confirmed_on=timezone.localdate()
        )
        hub.HAVEN_HUB_NAME = "north.example/hub"

        _manifest, content = made()

        assert b"zq-secret" not in content
        assert north_lead.display_name.encode() not in content
        assert north_lead.username.encode() not in content
        (line,) = [one for one in content.split(b"\n") if b'"slug":"sface"' in one]
        told = json.loads(line)
        assert (told["intended_use"], told["facts"]) == (None, [])
        assert told["withheld"] == ["facts", "intended_use"]

    def test_serial_numbers_rise_also_on_one_day_and_after_an_older_backup(self, hub):
        first, second = made()[0].serial, made()[0].serial
        Export.objects.all().delete()
        later = made(CAME.replace(year=2027))[0].serial

        assert (first, second, later) == (2026112800, 2026112801, 2027112800)

    def test_it_is_on_the_record(self, hub):
        manifest, _content = made()

        event = Event.objects.get(verb="bundle.make")
        assert event.facts == {"serial": manifest.serial, "counts": manifest.counts}

    def test_a_key_that_others_may_read_is_refused(self, hub):
        actions.fingerprint()
        hub.HAVEN_HUB_KEY_FILE.chmod(0o644)

        with pytest.raises(actions.keyfiles.KeyTrouble, match="chmod 600"):
            made()
        assert not Export.objects.exists()


class TestTakingIn:
    def test_keeps_every_record_with_the_bundle_it_came_in(self, trusting):
        taken = take_in(bundle())

        assert Record.objects.count() == 8
        row = Record.objects.select_related("arrival", "other").get(kind="tools")
        assert (row.other.name, row.arrival) == (carried.HUB, taken.arrival)
        assert (row.title, row.says["withheld"]) == ("Wheelwright of the north", ["intended_use"])

    def test_is_on_the_record(self, trusting):
        take_in(bundle())

        event = Event.objects.get(verb="bundle.take_in")
        assert (event.facts["serial"], event.facts["how"]) == (2026112000, "file")
        assert Event.objects.get(verb="hub.trust").facts == {"fingerprint": carried.fingerprint()}

    def test_the_same_bundle_again_changes_nothing(self, trusting):
        take_in(bundle())
        before = held()

        assert not take_in(bundle()).is_new
        assert (held(), Arrival.objects.count()) == (before, 1)

    def test_a_later_bundle_replaces_what_that_hub_said(self, trusting):
        take_in(bundle())

        take_in(bundle(2026112100, holds=parts(tools=[], bodies=[])))

        assert set(Record.objects.values_list("kind", flat=True)).isdisjoint({"tools", "bodies"})
        assert Record.objects.filter(arrival__serial=2026112100).count() == 6
        assert Arrival.objects.count() == 2

    def test_entries_of_one_name_are_kept_apart(self, trusting):
        seed.load()
        Tool.objects.filter(slug="sface").update(slug="wheelwright")

        take_in(bundle())
        actions.trust(carried.fingerprint(carried.OTHER_KEY), at=CAME)
        take_in(bundle(hub="south.example/hub", key=carried.OTHER_KEY))

        assert Tool.objects.get(slug="wheelwright").name != "Wheelwright of the north"
        assert Record.objects.filter(kind="tools", slug="wheelwright").count() == 2

    def test_unfollowing_removes_what_came_and_nothing_else(self, trusting):
        take_in(bundle())
        actions.trust(carried.fingerprint(carried.OTHER_KEY), at=CAME)
        take_in(bundle(hub="south.example/hub", key=carried.OTHER_KEY))

        assert actions.unfollow(carried.HUB, at=CAME) == 8

        assert [one.name for one in Other.objects.all()] == ["south.example/hub"]
        assert Record.objects.count() == 8
        assert Event.objects.get(verb="hub.unfollow").facts["removed"] == 8
        with pytest.raises(errors.UnknownKey):
            take_in(bundle())

    def test_what_is_not_followed_cannot_be_left(self, db):
        for who in ("of nobody", "", carried.fingerprint()):
            with pytest.raises(errors.NotFollowed):
                actions.unfollow(who, at=CAME)

    @pytest.mark.parametrize("typed", ["", "12345", "1" * 59, "1" * 61])
    def test_a_fingerprint_has_sixty_digits(self, db, typed):
        with pytest.raises(errors.NoFingerprint):
            actions.trust(typed, at=CAME)


def cut(content):
    return content[:-40]


def longer(content):
    return content + b"{}\n"


def other_part(content):
    return content.replace(b"Finds bicycles.", b"Finds anything.")


def other_serial(content):
    return content.replace(b'"serial":2026112000', b'"serial":2026112001')


def other_key(content):
    """Keep the hub's own words, and sign them with another key that names itself."""
    import base64

    key = base64.b64encode(carried.OTHER_KEY.public_key().public_bytes_raw()).decode()
    return carried.forged(content, {"key": key}, key=carried.OTHER_KEY)


def other_signature(content):
    return carried.forged(content, {}, key=carried.OTHER_KEY)


def no_signature(content):
    first, told, _signature, rest = content.split(b"\n", 3)
    return b"\n".join([first, told, b"", rest])


def huge_part(content):
    part = {"name": "sources", "rows": 1, "bytes": bundles.MOST_BYTES, "sha256": "0" * 64}
    return carried.forged(content, {"parts": [part, {**part, "name": "dates"}]})


def huge_manifest(content):
    return content.replace(b'"format"', b'"' + b"x" * bundles.LONGEST_MANIFEST + b'":1,"format"')


def promising(content):
    """Let the last part be longer, as the manifest tells it, than the file is."""
    told = json.loads(content.split(b"\n", 2)[1])["parts"]
    told[-1]["bytes"] = bundles.MOST_BYTES // 2
    return carried.forged(content, {"parts": told})


def many_rows(content):
    part = {"name": "sources", "rows": bundles.MOST_ROWS + 1, "bytes": 1, "sha256": "0" * 64}
    return carried.forged(content, {"parts": [part]})


def deep(content):
    first, _told, rest = content.split(b"\n", 2)
    return first + b"\n" + b"[" * 60_000 + b"\n" + rest


def zipped(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/haven", b"\0" * 50_000_000)
    return file.getvalue()


def next_version(content):
    return carried.forged(content, {"format": 2})


REFUSED = [
    (cut, errors.Damaged),
    (longer, errors.Damaged),
    (other_part, errors.Damaged),
    (promising, errors.Damaged),
    (other_serial, errors.BadSignature),
    (other_signature, errors.BadSignature),
    (no_signature, errors.BadSignature),
    (other_key, errors.UnknownKey),
    (huge_part, errors.WrongManifest),
    (huge_manifest, errors.WrongManifest),
    (many_rows, errors.WrongManifest),
    (deep, errors.WrongManifest),
    (zipped, errors.NoBundle),
    (gzip.compress, errors.NoBundle),
    (next_version, errors.NoBundle),
    (lambda _content: b"", errors.NoBundle),
    (lambda content: content[:60], errors.WrongManifest),
]


class TestRefusing:
    @pytest.mark.parametrize(
        ("change", "error"), REFUSED, ids=lambda one: getattr(one, "__name__", "")
    )
    def test_what_is_not_as_it_was_signed_changes_nothing(self, trusting, change, error):
        take_in(bundle(2026111900))
        before = held()

        with pytest.raises(error):
            take_in(change(bundle()))

        assert (held(), Arrival.objects.count()) == (before, 1)
        refusal = Event.objects.get(verb="bundle.refuse")
        assert (refusal.outcome, refusal.facts) == ("refused", {"code": error.code})

    @pytest.mark.parametrize(
        "changed",
        [
            {"tools": [{**carried.TOOL, "rank": 1}]},
            {"tools": [{**carried.TOOL, "website": "javascript:alert(1)"}]},
            {"tools": [{**carried.TOOL, "slug": "../../etc"}]},
            {"tools": [carried.TOOL, carried.TOOL]},
            {"tools": [{**carried.TOOL, "name": "turned \u202e round"}]},
            {"tools": [{**carried.TOOL, "summary": "x" * 7000}]},
            {"steps": [{**carried.STEP, "aim": "An aim [[of-nobody]]."}]},
            {"steps": [{**carried.STEP, "aim": "An aim {{date:of-nobody}}."}]},
            {"terms": [{**carried.PARTS["terms"][0], "sources": ["of-nobody"]}]},
            {"sources": [{**carried.SOURCE, "addresses": ["file:///etc/passwd"]}]},
        ],
    )
    def test_a_record_of_another_form_changes_nothing(self, trusting, changed):
        with pytest.raises(errors.WrongRecord):
            take_in(bundle(holds=parts(**changed)))

        assert not Record.objects.exists()
        assert Other.objects.get().name == ""

    def test_parts_of_another_version_are_refused(self, trusting):
        with pytest.raises(errors.WrongManifest):
            take_in(bundle(holds=[("members", [b"{}"]), *parts()]))

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
        actions.trust(carried.fingerprint(carried.OTHER_KEY), at=CAME)

        with pytest.raises(errors.OtherHub, match="another key"):
            take_in(bundle(2026112100, key=carried.OTHER_KEY))

    def test_a_bundle_in_our_own_name_is_refused(self, trusting):
        with pytest.raises(errors.OtherHub):
            take_in(bundle(hub="localhost/hub"))

    def test_the_header_draws_the_real_tree(self):
        lines = [one for one in errors.__doc__.splitlines() if one.startswith(("├", "└"))]
        drawn = [line.split()[1] for line in lines]

        assert sorted(drawn) == sorted(one.__name__ for one in _below(errors.ExchangeError))
        codes = [one.code for one in _below(errors.ExchangeError)]
        assert len(set(codes)) == len(codes)


def _below(error):
    for one in error.__subclasses__():
        yield one
        yield from _below(one)


def test_every_part_says_what_it_is_called_in_lists():
    for kind in contents.KINDS.values():
        assert kind.named in kind.schema.model_fields
        assert not kind.told or kind.told in kind.schema.model_fields
        assert "slug" in kind.schema.model_fields


def test_keys_are_told_apart_by_their_fingerprints():
    keys = [Ed25519PrivateKey.generate() for _ in range(3)]

    assert len({carried.fingerprint(one) for one in keys}) == 3
