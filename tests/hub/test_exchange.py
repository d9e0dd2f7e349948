"""Bundles: what leaves a hub, and what becomes of one that comes."""

import io
import json
import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models import TextField
from django.utils import timezone

from haven.accounts.models import Member
from haven.audit.models import Event
from haven.hub.catalogue import seed
from haven.hub.catalogue.models import Body, Fact, Tool
from haven.hub.catalogue.queries import RESTRICTABLE
from haven.hub.exchange import actions, contents, errors
from haven.hub.exchange.models import Arrival, Export, Other, Record
from haven.hub.guidance import loading
from haven.hub.guidance import queries as guidance
from haven.hub.guidance.models import CarePage, GuideStep, LibraryDocument, Principle
from tests.hub import carried, planted
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
        assert len(content) < 1_000_000

    def test_it_is_taken_in_elsewhere_as_it_was_made(self, hub):
        manifest, content = made()
        actions.trust(actions.fingerprint(), at=CAME)
        hub.HAVEN_HUB_NAME = "elsewhere.example/hub"

        taken = take_in(content)

        assert (taken.is_new, taken.arrival.counts) == (True, manifest.counts)
        assert Record.objects.count() == sum(manifest.counts.values())
        assert str(taken.arrival.other) == "localhost/hub"

    def test_serial_numbers_rise_also_on_one_day_and_after_an_older_backup(self, hub):
        first, second = made()[0].serial, made()[0].serial
        Export.objects.all().delete()
        later = made(CAME.replace(year=2027))[0].serial

        assert (first, second, later) == (2026112800, 2026112801, 2027112800)

    def test_it_is_on_the_record(self, hub):
        manifest, _content = made()

        event = Event.objects.get(verb="bundle.make")
        assert event.facts == {"serial": manifest.serial, "counts": manifest.counts}

    def test_a_key_that_is_gone_is_not_made_anew_unasked(self, hub):
        made()
        hub.HAVEN_HUB_KEY_FILE.unlink()

        with pytest.raises(actions.keyfiles.KeyTrouble, match="haven hub key"):
            made()
        actions.fingerprint()
        assert made()

    def test_what_followers_would_refuse_is_told_to_who_published_it(self, hub):
        page = guidance.documents().first()
        LibraryDocument.objects.filter(pk=page.pk).update(brief="It rests on [[of-nobody]].")

        with pytest.raises(errors.WrongRecord, match=f"{page.slug}.*cites a source"):
            made()
        assert not Export.objects.exists()

    def test_a_key_that_others_may_read_is_refused(self, hub):
        actions.fingerprint()
        hub.HAVEN_HUB_KEY_FILE.chmod(0o644)

        with pytest.raises(actions.keyfiles.KeyTrouble, match="chmod 600"):
            made()
        assert not Export.objects.exists()


class TestWhatStaysHere:
    def test_no_restricted_field_leaves(self, hub):
        tool = Tool.objects.get(slug="sface")
        texts = [
            name for name in RESTRICTABLE
            if name != "facts" and isinstance(Tool._meta.get_field(name), TextField)
        ]  # fmt: skip
        for name in texts:
            setattr(tool, name, f"zq-{name}")
        tool.restricted = list(RESTRICTABLE)
        tool.save()
        tool.facts.update(claim="zq-claim", said_by="zq-said")

        _manifest, content = made()

        assert texts
        assert b"zq-" not in content
        (line,) = [one for one in content.split(b"\n") if b'"slug":"sface"' in one]
        told = json.loads(line)
        assert told["withheld"] == sorted(RESTRICTABLE)
        assert {told[name] for name in RESTRICTABLE if name != "facts"} == {None}
        assert told["facts"] == []

    def test_nothing_of_members_leaves(self, hub, north_lead: Member):
        planted.plant(north_lead, lambda place: f"zq-word {place}", CAME)
        for one in Member.objects.all():
            one.username, one.display_name = f"zq-user-{one.pk}", f"zq-name-{one.pk}"
            one.email = f"zq-mail-{one.pk}@example.org"
            one.save()
        today = timezone.localdate()
        Fact.objects.update(confirmed_by=north_lead, confirmed_on=today)
        Body.objects.update(confirmed_by=north_lead, confirmed_on=today)
        for kind in (GuideStep, Principle, CarePage):
            kind.objects.update(reviewed_by="zq-reviewer", reviewed_on=today)
        LibraryDocument.objects.update(
            reviewed_by="zq-reviewer", reviewed_on=today, owner_name="zq-owner"
        )

        _manifest, content = made()

        found = re.findall(rb".{20}zq-.{40}", content)
        assert found == []
        assert f'"confirmed_on":"{today}"'.encode() in content
        assert f'"reviewed_on":"{today}"'.encode() in content

    def test_no_draft_leaves(self, hub):
        step, other = guidance.steps()[:2]
        step.aim = "zq-draft"
        step.save_revision()
        other.unpublish()

        manifest, content = made()

        assert b"zq-draft" not in content
        assert manifest.counts["steps"] == 7

    def test_no_record_has_a_field_for_a_person(self):
        of_no_member = {"said_by", "kept_by", "review_by"}  # a source, a setting, a day

        for kind in contents.KINDS.values():
            schema = kind.schema.model_json_schema()
            names = set(schema["properties"])
            for one in schema.get("$defs", {}).values():
                names |= set(one.get("properties", ()))
            by = {one for one in names if one.endswith("_by") or "member" in one or "user" in one}
            assert by <= of_no_member
            assert not names & {"owner", "owner_name", "author", "email", "username"}


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


def test_every_part_says_what_it_is_called_in_lists():
    for kind in contents.KINDS.values():
        assert kind.named in kind.schema.model_fields
        assert not kind.told or kind.told in kind.schema.model_fields
        assert "slug" in kind.schema.model_fields


def test_keys_are_told_apart_by_their_fingerprints():
    keys = [Ed25519PrivateKey.generate() for _ in range(3)]

    assert len({carried.fingerprint(one) for one in keys}) == 3
