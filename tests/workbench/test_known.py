"""Lists of known files in the workbench: bringing, meaning, hits, what changes for a case."""

import hashlib
import io

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from haven import engine
from haven.audit.actions import ReasonMissing
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import item_queries as items
from haven.workbench.analysis import known, running
from haven.workbench.analysis.item_filter import Filter
from haven.workbench.analysis.models import Item
from haven.workbench.known import actions, asking, importing, looking, queries, storing
from haven.workbench.known.models import Hit, KnownList, SetAside
from haven.workbench.leads import actions as leads
from haven.workbench.leads import offers
from haven.workbench.queue import order
from haven.workbench.queue.models import Entry
from haven.workbench.review import queries as review
from tests import known_lists as made
from tests.workbench.build import NOW, person, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(north):
    from haven.accounts.models import Member

    return Member.objects.create_user(
        username="mona", display_name="Mona", agency=north, roles=["administrator"]
    )


@pytest.fixture
def bring(north, administrator):
    """Return a way to bring a list and have it taken in, as the worker does."""

    def one(text, *, kind="alert", name="A list", scheme="", **said):
        content = text if isinstance(text, bytes) else text.encode()
        about = actions.About(name=name, kind=kind, scheme=scheme, **said)
        brought = actions.bring(
            io.BytesIO(content), about, agency_pk=north.pk, by=administrator, at=NOW
        )
        importing.look_over(brought.pk)
        brought.refresh_from_db()
        if brought.state == KnownList.State.WAITING:
            actions.confirm(brought, by=administrator, at=NOW)
            importing.take_in(brought.pk)
            brought.refresh_from_db()
        return brought

    return one


def counted(case):
    """Return how many items pass each choice of the filter."""
    return {
        choice: items.items(case, Filter(also=queries.having(case, choice))).count()
        for choice in ("alert", "good", "near")
    }


def csv(*items, column="sha256", category=""):
    rows = [f"{getattr(one, column)},{category}" for one in items]
    return "\n".join([f"{column},category", *rows])


def test_nothing_counts_before_a_person_saw_the_first_rows(north, administrator, found):
    item = found("a.jpg")
    about = actions.About(name="New", kind="alert")
    one = actions.bring(
        io.BytesIO(csv(item, category="1").encode()),
        about,
        agency_pk=north.pk,
        by=administrator,
        at=NOW,
    )
    importing.look_over(one.pk)
    one.refresh_from_db()
    assert one.state == KnownList.State.WAITING
    (row,) = one.preview["rows"]
    assert row["category"] == "1"
    assert row["digests"] == [["sha256", f"{item.sha256[:16]}…"]]
    assert looking.look_up(item.case_id, at=NOW) == 0
    assert not queries.in_use(north.pk, on=NOW.date()).exists()


def test_hits_keep_every_list_and_its_own_words(bring, found, case):
    item, other = found("a.jpg"), found("b.jpg")
    bring(csv(item, category="1"), name="First")
    bring(csv(item, category="5"), kind="own", name="Second")
    bring(csv(item, column="md5"), name="Weak")
    assert looking.look_up(case.pk, at=NOW) == 3
    assert {one.name: (one.n_exact, one.n_near) for one in queries.by_list(case)} == {
        "First": (1, 0),
        "Second": (1, 0),
        "Weak": (1, 0),
    }
    told = queries.on_item(case, item)
    assert [(one.hit.known_list.name, one.hit.category) for one in told.exact] == [
        ("First", "1"),
        ("Second", "5"),
        ("Weak", ""),
    ]
    assert [one.is_weak for one in told.exact] == [False, False, True]
    assert not queries.on_item(case, other)
    assert looking.look_up(case.pk, at=NOW) == 0  # asked once


def test_zero_and_five_mean_nothing_until_an_administrator_says_so(
    bring, found, case, administrator
):
    item = found("a.jpg")
    one = bring(csv(item, category="0"), scheme="us-current@1")
    looking.look_up(case.pk, at=NOW)
    (saying,) = queries.on_item(case, item).exact
    assert (saying.hit.category, saying.means) == ("0", "")
    actions.say_meanings(one, scheme="us-current@1", codes={"0": "0"}, by=administrator, at=NOW)
    (saying,) = queries.on_item(case, item).exact
    assert saying.means == "Not pertinent"
    with pytest.raises(actions.CategoryMissing):
        actions.say_meanings(
            one, scheme="us-current@1", codes={"0": "77"}, by=administrator, at=NOW
        )
    actions.say_meanings(one, scheme="", codes={}, by=administrator, at=NOW)
    (saying,) = queries.on_item(case, item).exact
    assert saying.means == ""


def test_an_unknown_region_stays_unmapped(bring, tmp_path, found, case):
    path = made.vics_2_hashes(tmp_path / "a.json", region="Elsewhere")
    one = bring(path.read_bytes())
    assert one.manifest["region"] == "Elsewhere"
    assert one.scheme == ""
    assert one.manifest["categories"] == {"0": 1, "1": 1, "2": 1, "3": 1}
    assert queries.meanings([one]) == {}


def test_lists_that_disagree_are_shown_as_such(bring, found, case):
    item = found("a.jpg")
    bring(csv(item), name="Alerts")
    bring(csv(item), kind="known-good", name="Software")
    looking.look_up(case.pk, at=NOW)
    assert queries.on_item(case, item).disagree


def test_what_looks_alike_is_a_lead_and_no_fact(bring, found, case, north_lead):
    item = found("a.jpg", perceptual=engine.PerceptualHash("f" * 64, 90))
    near = "e" * 3 + "f" * 61  # three bits
    bring(f"pdq,quality\n{near},90\n", kind="own", name="Seen before")
    looking.look_up(case.pk, at=NOW)
    told = queries.on_item(case, item)
    assert told.exact == []
    assert [one.hit.bits for one in told.near] == [3]
    (offer,) = [one for one in offers.of_case(case) if one.kind == "known"]
    assert "3 of 256 bits" in offer.what
    lead = leads.take_up(case.public_id, offer.key, by=north_lead, at=NOW)
    assert (lead.strength, lead.item_id) == ("moderate", item.pk)


def test_an_entry_that_looks_like_everything_is_set_aside_and_shown(
    bring, found, case, north, administrator, monkeypatch
):
    monkeypatch.setattr(looking, "FLOOD", 3)
    items = [
        found(f"{n}.jpg", perceptual=engine.PerceptualHash("f" * 63 + f"{n:x}", 90))
        for n in range(5)
    ]
    bring(f"pdq\n{'f' * 64}\n", kind="own", name="Flat")
    looking.look_up(case.pk, at=NOW)
    (aside,) = queries.set_aside(north.pk)
    assert (aside.how, aside.n_hits) == ("flood", 5)
    assert counted(case)["near"] == 0
    assert queries.on_item(case, items[0]).near[0].is_set_aside
    with pytest.raises(ReasonMissing):
        actions.put_back(aside.pk, reason="", by=administrator, at=NOW)
    actions.put_back(aside.pk, reason="It is a real series.", by=administrator, at=NOW)
    assert counted(case)["near"] == 5
    looking._guard(case, aside.known_list, NOW)
    assert SetAside.objects.filter(ended_at=None).count() == 1


def test_known_good_files_are_not_looked_at_and_are_when_the_list_is_out(
    bring, case, lay, look, administrator, north_lead
):
    one = bring(csv(Item(sha256=hashlib.sha256(png()).hexdigest())), kind="known-good")
    run = look(lay({"a.png": png(), "b.txt": b"text"}))
    assert dict(Item.objects.values_list("error_code", "status")) == {
        "source.known_good": "unsupported",
        "source.unsupported": "unsupported",
    }
    looking.look_up(case.pk, at=NOW)
    assert counted(case)["good"] == 1
    actions.take_out(one, reason="Wrong list.", by=administrator, at=NOW)
    actions.forget(one)
    assert Hit.objects.count() == 0
    again = analysis.start_run(run.exhibit.public_id, by=north_lead, at=NOW)
    running.run_now(again.pk)
    assert Item.objects.get(mime="image/png").status == "done"


def test_known_good_needs_two_digests_and_no_alert(bring, case, found):
    item = found("a.jpg")
    bring(csv(item, column="md5"), kind="known-good", name="Weak")
    (digests,) = known.digests_of([item])
    with looking.known_good(case) as needs_none:
        assert not needs_none(digests)
    bring(f"md5,sha1\n{item.md5},{item.sha1}\n", kind="known-good", name="Two")
    with looking.known_good(case) as needs_none:
        assert needs_none(digests)
    bring(csv(item), kind="alert", name="Alert")
    with looking.known_good(case) as needs_none:
        assert not needs_none(digests)


def test_a_list_that_cannot_be_asked_keeps_nothing_from_being_looked_at(bring, case, found):
    item = found("a.jpg")
    bring(csv(item), kind="known-good", name="Good")
    alert = bring(csv(item), kind="alert", name="Alert")
    (storing.folder(alert.public_id) / "manifest.json").write_text("{}")
    (digests,) = known.digests_of([item])
    with looking.known_good(case) as needs_none:
        assert not needs_none(digests)


def test_alerts_are_not_shown_as_pictures_and_come_last(bring, case, found, scheme):
    item, other = found("a.jpg", [person(0)]), found("b.jpg", [person(1)])
    bring(csv(item))
    looking.look_up(case.pk, at=NOW)
    marks = queries.marks(case, [item.pk, other.pk])
    assert not review.tile(item, known=marks.get(item.pk)).is_open
    assert review.tile(other, known=marks.get(other.pk)).is_open
    order.bring_up(case, at=timezone.now(), whole=True)
    assert dict(Entry.objects.values_list("item", "is_late")) == {item.pk: True, other.pk: False}


def test_a_list_that_is_over_is_not_asked(bring, case, found):
    item = found("a.jpg")
    bring(csv(item), expires_on=NOW.date().replace(year=2020))
    assert looking.look_up(case.pk, at=NOW) == 0
    assert not queries.has_lists(case.agency_id)


def test_taking_a_list_out_destroys_its_key_and_leaves_no_hit(bring, case, found, administrator):
    item = found("a.jpg")
    one = bring(csv(item))
    looking.look_up(case.pk, at=NOW)
    with pytest.raises(ReasonMissing):
        actions.take_out(one, reason=" ", by=administrator, at=NOW)
    actions.take_out(one, reason="Not ours to keep.", by=administrator, at=NOW)
    assert not queries.on_item(case, item)
    actions.forget(one)
    one.refresh_from_db()
    assert bytes(one.wrapped) == b""
    assert not storing.folder(one.public_id).exists()
    assert Hit.objects.count() == 0
    with pytest.raises(actions.WrongStep):
        actions.take_out(one, reason="Again.", by=administrator, at=NOW)


@pytest.mark.parametrize("content", [b"", b"Dear colleague", b'{"value": [', b"<a>"])
def test_a_file_that_is_no_list_says_so_and_leaves_nothing(bring, content):
    one = bring(content)
    assert (one.state, one.error_code) == ("failed", "list.refused")
    assert one.error_words
    assert not storing._incoming(one.public_id).exists()
    assert not storing.folder(one.public_id).exists()


def test_asking_for_a_digest_is_on_record_found_or_not(bring, found, administrator):
    from haven.audit.models import Event

    item = found("a.jpg")
    bring(csv(item, category="1"))
    kwargs = {"agency_pk": administrator.agency_id, "by": administrator, "at": timezone.now()}
    (answer,) = asking.of_digest(item.sha256.upper(), **kwargs)
    assert answer.told.category == "1"
    assert asking.of_digest("0" * 64, **kwargs) == []
    with pytest.raises(asking.NotADigest):
        asking.of_digest("zz", **kwargs)
    assert Event.objects.filter(verb="known.ask").count() == 2


def test_lists_of_another_agency_are_not_there(bring, found, south_lead):
    one = bring(csv(found("a.jpg")))
    with pytest.raises(queries.ListNotFound):
        queries.get(one.public_id, member=south_lead)


def test_items_are_looked_up_while_a_run_goes(bring, case, lay, look):
    item = Item(sha256=hashlib.sha256(png()).hexdigest())
    bring(csv(item), kind="own")
    look(lay({"a.png": png()}))
    from procrastinate.contrib.django.models import ProcrastinateJob

    assert ProcrastinateJob.objects.filter(task_name=actions.LOOK_UP).exists()
    assert running.KNOWN_GOOD == "source.known_good"


def test_many_look_ups_at_once(bring, found, case, monkeypatch):
    monkeypatch.setattr(looking, "AT_ONCE", 2)
    items = [found(f"{n}.jpg") for n in range(5)]
    bring(csv(*items))
    assert looking.look_up(case.pk, at=NOW) == 5
    assert np.unique([hit.item_id for hit in Hit.objects.all()]).size == 5


@pytest.mark.parametrize("name", made.FORMATS)
def test_a_list_of_every_format_is_taken_in_as_the_worker_does(bring, tmp_path, name):
    make, recognised = made.FORMATS[name]
    one = bring(make(tmp_path / "a.bin").read_bytes())
    assert (one.state, one.error_words) == ("ready", "")
    assert one.manifest["format"] == recognised
    left = [place.name for place in storing.folder(one.public_id).parent.glob(".*")]
    assert left == []


class TestPages:
    @pytest.fixture
    def browse(self, client_of):
        def one(member, name, *args, **query):
            return client_of(member).get(reverse(f"known:{name}", args=args), query)

        return one

    def test_an_administrator_brings_a_list_and_sees_its_first_rows(
        self, client_of, administrator, found, browse
    ):
        item = found("a.jpg")
        client = client_of(administrator)
        said = {"name": "New", "kind": "alert", "source": "By hand", "legal_basis": "Law 1"}
        file = io.BytesIO(csv(item, category="7").encode())
        file.name = "list.csv"
        answer = client.post(reverse("known:lists"), {**said, "file": file})
        one = KnownList.objects.get()
        assert answer["Location"] == reverse("known:list", args=[one.public_id])
        importing.look_over(one.pk)
        text = browse(administrator, "list", one.public_id).content.decode()
        assert "Is this the right file?" in text
        assert item.sha256[:16] in text
        assert item.sha256 not in text
        client.post(reverse("known:confirm", args=[one.public_id]))
        importing.take_in(one.pk)
        text = browse(administrator, "list", one.public_id).content.decode()
        assert "What its categories mean" in text

    def test_a_form_that_lacks_its_basis_keeps_nothing(self, client_of, administrator):
        client = client_of(administrator)
        answer = client.post(reverse("known:lists"), {"name": "x", "kind": "alert"})
        assert answer.status_code == 422
        assert not KnownList.objects.exists()

    def test_a_scheme_is_chosen_before_its_categories_are(self, client_of, administrator, bring):
        one = bring(f"sha256,category\n{'ab' * 32},1\n")
        client = client_of(administrator)
        address = reverse("known:meanings", args=[one.public_id])
        client.post(address, {"scheme": "uk@1"})
        one.refresh_from_db()
        assert (one.scheme, queries.meanings([one])) == ("uk@1", {})
        client.post(address, {"scheme": "uk@1", "means_0": "B"})
        assert queries.meanings([one]) == {(one.pk, "1"): "B"}

    def test_who_works_on_a_case_sees_what_lists_know_of_an_item(
        self, browse, bring, found, case, north_lead
    ):
        item = found("a.jpg")
        bring(csv(item, category="1"), name="Alerts of the region")
        looking.look_up(case.pk, at=NOW)
        text = browse(north_lead, "about_item", case.public_id, item.pk).content.decode()
        assert "Alerts of the region" in text
        assert "which nobody said what it means" in text
        text = browse(north_lead, "of_case", case.public_id).content.decode()
        assert "Alerts of the region" in text

    def test_the_filter_of_items_is_there_where_the_agency_has_a_list(
        self, client_of, bring, found, case, north_lead
    ):
        item, other = found("a.jpg"), found("b.jpg")
        address = reverse("review:items", args=[case.public_id])
        assert 'name="listed"' not in client_of(north_lead).get(address).content.decode()
        bring(csv(item))
        looking.look_up(case.pk, at=NOW)
        for choice, pks in (("alert", {item.pk}), ("none", {other.pk}), ("near", set())):
            answer = client_of(north_lead).get(address, {"listed": choice})
            assert {tile.item.pk for tile in answer.context["tiles"]} == pks

    def test_a_caseworker_keeps_no_lists(self, browse, north_lead, bring, found):
        one = bring(csv(found("a.jpg")))
        assert browse(north_lead, "lists").status_code == 403
        assert browse(north_lead, "list", one.public_id).status_code == 403
