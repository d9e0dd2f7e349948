"""Leads: what they say, where they come from, what becomes of them; nothing by itself."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from haven import engine
from haven.audit import queries as audit
from haven.web.errors import NotAllowed
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import face_templates, grouping, saving
from haven.workbench.analysis.models import Face, FaceGroup
from haven.workbench.cases import actions as cases
from haven.workbench.comparison import actions as comparison
from haven.workbench.evidence import actions as evidence
from haven.workbench.leads import actions, offers, queries
from haven.workbench.leads.models import Lead, LeadChange
from haven.workbench.search import actions as searches
from haven.workbench.search import urgent
from tests.walls import role
from tests.workbench.build import NOW, findings, person, png
from tests.workbench.test_comparison import DIFFERENT, SAME

SAID = actions.Said(what="The same ring on both hands.", disproof="The ring differs inside.")


@pytest.fixture
def second_exhibit(case, north_lead, authority, lay):
    """Return a way to save findings on another exhibit of the case."""
    added = evidence.add_folder(
        case.public_id, folder=lay({"b.png": png((1, 2, 3))}), label="Disk", by=north_lead, at=NOW
    )
    run = analysis.start_run(added.public_id, by=north_lead, at=NOW)

    def save(name, vectors=(), **facts):
        item = saving.content(run, findings(name, vectors, **facts))
        lay_at = saving.Found(name_bytes=name.encode(), stored_name="", sha256=item.sha256)
        saving.paths(added, [lay_at])
        return item

    return save


@pytest.fixture
def tied(case, found, second_exhibit):
    """Return the case with a face, a camera and a picture on two exhibits each."""
    camera = engine.Metadata(camera_make="Make", camera_model="One", camera_serial="SN-77")
    found("a", [person(0)], metadata=camera)
    second_exhibit("b", [person(0, wobble=1)], metadata=camera)
    alike = engine.PerceptualHash("f" * 64, 90)
    found("c", perceptual=alike)
    second_exhibit("d", perceptual=alike)
    grouping.regroup(case.pk, settle=True)
    return case


@pytest.fixture
def compared(case, found, north_lead):
    """Return the key of a candidate that supports the same person, and of one that does not."""
    found("sought", [person(0)])
    found("near", [person(0, wobble=1)])
    found("far", [person(7)])
    face = Face.objects.get(item__occurrences__path="sought")
    ask = searches.Ask(purpose="victim", reason="Seen on two phones.")
    search = searches.search_face(case.public_id, face.pk, ask, by=north_lead, at=NOW)
    keys = []
    for rank, seen in ((1, SAME), (2, DIFFERENT)):
        key = search.candidates.get(rank=rank).pk
        ids = (case.public_id, search.public_id, key)
        comparison.conclude(*ids, seen, by=north_lead, at=NOW)
        keys.append(key)
    return keys


class TestOffers:
    def test_are_what_two_exhibits_share_and_no_lead_by_themselves(self, tied):
        got = {one.kind: one for one in offers.of_case(tied)}

        assert set(got) == {"exhibits", "camera", "copies"}
        for one in got.values():
            assert one.exhibits == ("Disk", "Phone")
            assert one.disproof
            assert one.analyser
            assert one.version
        assert "SN-77" in got["camera"].what
        assert not Lead.objects.exists()

    def test_are_not_made_of_one_exhibit(self, case, found):
        camera = engine.Metadata(camera_serial="SN-77")
        for name in "ab":
            found(name, [person(0, wobble=ord(name) - 90)], metadata=camera)
        grouping.regroup(case.pk, settle=True)

        assert offers.of_case(case) == []

    def test_taken_up_become_a_lead_once(self, tied, north_lead):
        offer = next(one for one in offers.of_case(tied) if one.kind == "exhibits")

        lead = actions.take_up(tied.public_id, offer.key, by=north_lead, at=NOW)

        assert (lead.is_offered, lead.group.public_id) == (True, offer.group_id)
        assert offer.key not in [one.key for one in offers.of_case(tied)]
        with pytest.raises(actions.OfferGone):
            actions.take_up(tied.public_id, offer.key, by=north_lead, at=NOW)
        facts = audit.of_case(tied.pk).get(verb="lead.take_up").facts
        assert facts["kind"] == "exhibits"
        assert "Disk" not in str(facts)

    def test_page_says_by_whom_they_are_offered(self, tied, north_lead, client_of):
        client = client_of(north_lead)
        url = reverse("leads:offers", args=[tied.public_id])

        text = client.get(url).content.decode()
        key = offers.of_case(tied)[0].key
        taken = client.post(
            reverse("leads:take_up", args=[tied.public_id]), {"offer": key}, follow=True
        )

        assert "Offered by the program" in text
        assert "offered by the program" in taken.content.decode()


class TestOfAPair:
    def test_names_analyser_version_and_the_error_behind_its_strength(
        self, case, compared, north_lead, client_of
    ):
        client = client_of(north_lead)
        url = reverse("leads:from_comparison", args=[case.public_id, compared[0]])

        text = client.post(url, follow=True).content.decode()

        lead = Lead.objects.get()
        assert (lead.kind, lead.analyser, lead.strength) == ("comparison", "dlib-resnet", "strong")
        for words in ("dlib-resnet", "expect 0.0 other people", "The measured errors", "strong"):
            assert words in text
        assert "No second reviewer has looked yet" in text

    def test_stays_when_another_look_does_not_find_the_face(self, case, run, compared, north_lead):
        actions.from_comparison(case.public_id, compared[0], by=north_lead, at=NOW)

        saving.content(run, findings("near", []))

        assert Lead.objects.get().candidate_id == compared[0]

    def test_forgets_the_distance_with_the_templates_and_keeps_its_word(
        self, case, run, compared, north_lead, client_of
    ):
        run.state, run.finished_at = run.State.FINISHED, NOW
        run.save()
        lead = actions.from_comparison(case.public_id, compared[0], by=north_lead, at=NOW)

        face_templates.erase(case.public_id, reason="Ordered.", by=north_lead, at=NOW)

        kept = Lead.objects.get()
        assert (kept.distance, kept.strength) == (None, "strong")
        page = client_of(north_lead).get(
            reverse("leads:lead", args=[case.public_id, lead.public_id])
        )
        assert "was erased with the face templates" in page.content.decode()

    def test_is_not_made_where_the_faces_differ_or_twice(self, case, compared, north_lead):
        with pytest.raises(actions.NothingToLead):
            actions.from_comparison(case.public_id, compared[1], by=north_lead, at=NOW)
        actions.from_comparison(case.public_id, compared[0], by=north_lead, at=NOW)
        with pytest.raises(actions.OfferGone):
            actions.from_comparison(case.public_id, compared[0], by=north_lead, at=NOW)

    def test_is_not_made_of_a_pair_that_nobody_compared(self, case, compared, north_lead):
        face = Face.objects.get(item__occurrences__path="far")
        ask = searches.Ask(purpose="victim", reason="x")
        other = searches.search_face(case.public_id, face.pk, ask, by=north_lead, at=NOW)
        key = other.candidates.get(rank=1).pk
        with pytest.raises(actions.NothingToLead):
            actions.from_comparison(case.public_id, key, by=north_lead, at=NOW)
        with pytest.raises(queries.LeadNotFound):
            actions.from_comparison(case.public_id, 999_999, by=north_lead, at=NOW)

    def test_is_not_told_to_who_may_still_compare_blindly(
        self, case, compared, north, north_lead, client_of
    ):
        from haven.accounts.models import Member

        kim = Member.objects.create_user(
            username="kim", display_name="Kim", agency=north, roles=["analyst"]
        )
        cases.add_member(case.public_id, member=kim, role="worker", by=north_lead, at=NOW)
        lead = actions.from_comparison(case.public_id, compared[0], by=north_lead, at=NOW)
        client = client_of(kim)
        item = lead.item_id
        pages = {
            "list": reverse("leads:list", args=[case.public_id]),
            "item": reverse("leads:about_item", args=[case.public_id, item]),
            "one": reverse("leads:lead", args=[case.public_id, lead.public_id]),
        }

        before = {name: client.get(url) for name, url in pages.items()}
        ids = (case.public_id, lead.candidate.search.public_id, compared[0])
        comparison.conclude(*ids, SAME, by=kim, at=NOW)
        after = {name: client.get(url).content.decode() for name, url in pages.items()}

        assert before["one"].status_code == 404
        assert not any(lead.what in one.content.decode() for one in before.values())
        assert all(lead.what in text for text in after.values())

    def test_of_a_child_after_years_is_weak_however_near(self, case, found, north_lead):
        found("sought", [person(0)])
        found("near", [person(0, wobble=1)])
        face = Face.objects.get(item__occurrences__path="sought")
        ask = searches.Ask(purpose="victim", reason="x")
        search = searches.search_face(case.public_id, face.pk, ask, by=north_lead, at=NOW)
        seen = comparison.Seen(
            conclusion="same", sentence="A mole.", features=SAME.features, age="child"
        )
        key = search.candidates.get().pk
        comparison.conclude(case.public_id, search.public_id, key, seen, by=north_lead, at=NOW)

        lead = actions.from_comparison(case.public_id, key, by=north_lead, at=NOW)

        assert (lead.is_weak, lead.strength) == (True, "weak")

    def test_goes_with_a_search_that_is_refused(self, case, found, north, north_lead):
        from haven.accounts.models import Member
        from haven.workbench.authority import actions as authority

        found("a", [person(0)])
        found("b", [person(0, wobble=1)])
        basis = authority.queries.of_case(case).get()
        authority.withdraw(case.public_id, basis.public_id, why="x", by=north_lead, at=NOW)
        officer = Member.objects.create_user(username="o", display_name="O", agency=north)
        ask = searches.Ask(
            purpose="victim", reason="x", across=True, urgent_why="x", urgent_officer=officer.pk
        )
        face = Face.objects.get(item__occurrences__path="a")
        search = searches.search_face(case.public_id, face.pk, ask, by=north_lead, at=NOW)
        key = search.candidates.get().pk
        comparison.conclude(case.public_id, search.public_id, key, SAME, by=north_lead, at=NOW)
        lead = actions.from_comparison(case.public_id, key, by=north_lead, at=NOW)
        step = actions.Step(state="in_work", why="Begun.")
        actions.change(case.public_id, lead.public_id, step, by=north_lead, at=NOW)

        with role("haven_web", member=north_lead):
            urgent.refuse(
                case.public_id, search.public_id, why="The judge.", by=north_lead, at=NOW
            )

        assert not Lead.objects.exists()


class TestFollowing:
    def test_each_step_is_kept_with_who_and_why(self, case, north_lead):
        lead = actions.make(case.public_id, SAID, by=north_lead, at=NOW)
        for state, more in (
            ("in_work", {"assigned_to": north_lead.pk}),
            ("passed_on", {"passed_to": "Unit South"}),
            ("refuted", {}),
        ):
            step = actions.Step(state=state, why=f"Because {state}.", **more)
            actions.change(case.public_id, lead.public_id, step, by=north_lead, at=NOW)

        lead.refresh_from_db()
        assert lead.state == "refuted"
        kept = [(one.state, one.passed_to, one.why) for one in queries.changes(lead)]
        assert kept == [
            ("refuted", "", "Because refuted."),
            ("passed_on", "Unit South", "Because passed_on."),
            ("in_work", "", "Because in_work."),
        ]
        entries = audit.of_case(case.pk).filter(verb="lead.change")
        assert all(one.has_reason for one in entries)
        assert "Unit South" not in str([one.facts for one in entries])

    def test_a_step_says_why_to_whom_and_goes_to_who_works_on_the_case(
        self, case, north_lead, north_reader
    ):
        lead = actions.make(case.public_id, SAID, by=north_lead, at=NOW)
        for thin in (
            actions.Step(state="in_work", why=" "),
            actions.Step(state="passed_on", why="x"),
            actions.Step(state="identified", why="x"),
            actions.Step(state="in_work", why="x", assigned_to=north_reader.pk),
        ):
            with pytest.raises(actions.WrongStep):
                actions.change(case.public_id, lead.public_id, thin, by=north_lead, at=NOW)
        assert not LeadChange.objects.exists()

    def test_is_for_who_works_on_the_case(self, case, north_lead, north_reader, client_of):
        with pytest.raises(NotAllowed):
            actions.make(case.public_id, SAID, by=north_reader, at=NOW)
        actions.make(case.public_id, SAID, by=north_lead, at=NOW)

        page = client_of(north_reader).get(reverse("leads:list", args=[case.public_id]))

        assert "The same ring" in page.content.decode()
        assert "New lead" not in page.content.decode()

    def test_a_step_cannot_be_changed_by_the_site(self, case, north_lead):
        lead = actions.make(case.public_id, SAID, by=north_lead, at=NOW)
        step = actions.Step(state="in_work", why="x")
        actions.change(case.public_id, lead.public_id, step, by=north_lead, at=NOW)

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            role("haven_web", member=north_lead),
        ):
            LeadChange.objects.update(why="y")


class TestPages:
    def test_list_is_filtered(self, case, north_lead, client_of):
        for word in ("ring", "wall"):
            said = actions.Said(what=f"The same {word}.", disproof="x")
            lead = actions.make(case.public_id, said, by=north_lead, at=NOW)
        step = actions.Step(state="in_work", why="x", assigned_to=north_lead.pk)
        actions.change(case.public_id, lead.public_id, step, by=north_lead, at=NOW)
        client = client_of(north_lead)
        url = reverse("leads:list", args=[case.public_id])

        for chosen in ({"state": "in_work"}, {"assigned_to": north_lead.pk}):
            text = client.get(url, chosen).content.decode()
            assert "The same wall." in text
            assert "The same ring." not in text
        for odd in ({"state": "x"}, {"assigned_to": "x"}):
            assert client.get(url, odd).status_code == 200

    def test_an_item_and_a_group_know_their_leads(self, tied, north_lead, client_of):
        group = FaceGroup.objects.filter(case=tied).first()
        item = group.faces.first().item
        said = actions.Said(what="Same wall.", disproof="x", item=item.pk, group=group.public_id)
        actions.make(tied.public_id, said, by=north_lead, at=NOW)
        client = client_of(north_lead)
        for part, name, key in (("review", "item", item.pk), ("people", "group", group.public_id)):
            fragment = reverse(f"leads:about_{name}", args=[tied.public_id, key])
            page = client.get(reverse(f"{part}:{name}", args=[tied.public_id, key]))
            assert fragment in page.content.decode()
            assert "Same wall." in client.get(fragment).content.decode()

    def test_says_what_is_missing(self, case, north_lead, client_of):
        client = client_of(north_lead)
        new = reverse("leads:new", args=[case.public_id])

        assert client.post(new, {"what": "x"}).status_code == 422
        made = client.post(new, {"what": "Same wall.", "disproof": "Another wall."})
        answer = client.post(f"{made['Location']}change/", {"state": "passed_on", "why": "x"})

        assert answer.status_code == 422
        assert "to whom" in answer.content.decode()

    def test_a_lead_of_one_case_is_not_there_in_another(self, case, north_lead, client_of):
        lead = actions.make(case.public_id, SAID, by=north_lead, at=NOW)
        other = cases.open_case(number="2", name="Quay", by=north_lead, at=NOW)

        url = reverse("leads:lead", args=[other.public_id, lead.public_id])
        assert client_of(north_lead).get(url).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_take_up_one_offer_at_once_and_one_lead_is_made(tied, north_lead):
    key = offers.of_case(tied)[0].key
    gate, said = threading.Barrier(2), []

    def take():
        gate.wait()
        try:
            actions.take_up(tied.public_id, key, by=north_lead, at=NOW)
            said.append("kept")
        except actions.OfferGone:
            said.append("gone")
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(said) == ["gone", "kept"]
    assert Lead.objects.count() == 1
