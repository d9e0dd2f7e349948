"""Colleagues: found by choice, written to by consent, and alone with what they write."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone, translation

from haven.accounts.access import Role
from haven.accounts.models import Agency, Member
from haven.audit.models import Event, Personal
from haven.hub.catalogue.models import Maker, Tool
from haven.hub.community import actions, limits, queries, vocabulary
from haven.hub.community.actions import Told
from haven.hub.community.models import Block, Contact, Message, Person, Profile
from haven.web.errors import NotAllowed
from tests.walls import role

NOW = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)
TOLD = Told(("en", "no"), ("faces", "court"), {}, "Europe/Oslo", "Bicycles, mostly.")
AT = "/hub/colleagues/"


def said(page, status=200):
    assert page.status_code == status, page.content.decode()[:2000]
    return page.content.decode()


def officer(name, agency, *roles):
    return Member.objects.create_user(
        username=name.casefold(), display_name=name, agency=agency, roles=roles or ["investigator"]
    )


def listed(member, told=TOLD):
    return actions.be_found(told, by=member, at=NOW).person


@pytest.fixture
def accepted(north_lead, south_lead):
    asked = actions.ask(listed(south_lead).public_id, reason="Locks.", by=north_lead, at=NOW)
    return actions.accept(asked.public_id, by=south_lead, at=NOW)


class TestDirectory:
    def test_is_empty_until_somebody_chooses_to_be_found(self, nora, sani, south_lead):
        assert "Nobody found" in said(nora.get(f"{AT}people/"))

        form = {
            "languages": ["en", "zu"],
            "skills": ["faces"],
            "time_zone": "johannesburg",
            "about": "Holiday pictures.",
        }
        assert "Colleagues can find you now" in said(
            sani.post(f"{AT}people/me/", form, follow=True)
        )

        page = said(nora.get(f"{AT}people/"))
        assert "Sani Lead" in page and "South" in page and "Africa/Johannesburg" in page
        entry = Profile.objects.get()
        page = said(nora.get(f"{AT}people/{entry.person.public_id}/"))
        assert "Holiday pictures." in page and "comparing faces" in page and "South Africa" in page

    def test_taking_it_back_removes_the_entry_at_once_and_keeps_nothing_of_it(
        self, nora, sani, south_lead
    ):
        person = listed(south_lead)

        said(sani.post(f"{AT}people/me/leave/", follow=True))

        assert not Profile.objects.exists()
        assert "Sani" not in said(nora.get(f"{AT}people/"))
        assert nora.get(f"{AT}people/{person.public_id}/").status_code == 404
        assert nora.get(f"{AT}people/{person.public_id}/ask/").status_code == 404

    @pytest.mark.parametrize("kind", ["provider", "ngo"])
    def test_is_for_agencies_with_powers_alone(self, client_of, south_lead, kind):
        person = listed(south_lead)
        agency = Agency.objects.create(name="Elsewhere", country="UY", kind=kind)
        other = officer("Pablo", agency, "provider" if kind == "provider" else "analyst")
        browser = client_of(other)

        for path in ("people/", "people/me/", f"people/{person.public_id}/"):
            assert browser.get(f"{AT}{path}").status_code == 403
        assert "Directory" not in said(browser.get(AT)) or kind == "ngo"
        with pytest.raises(NotAllowed):
            actions.be_found(TOLD, by=other, at=NOW)
        with role("haven_web", member=other):
            assert not Profile.objects.exists()
            assert not Person.objects.exists()

    def test_who_is_suspended_is_not_found_any_more(self, nora, south_lead):
        listed(south_lead)
        south_lead.status, south_lead.is_active = "suspended", False
        south_lead.status_reason, south_lead.status_at = "x", NOW
        south_lead.save()

        assert "Nobody found" in said(nora.get(f"{AT}people/"))

    def test_name_and_agency_follow_the_account_and_cannot_be_invented(self, south_lead, south):
        person = listed(south_lead)
        south_lead.display_name = "Sani Maseko"
        south_lead.save()
        south.name = "South Coast"
        south.save()

        person.refresh_from_db()
        assert (person.name, person.agency, person.country) == ("Sani Maseko", "South Coast", "ZA")
        with role("haven_web", member=south_lead):
            Person.objects.filter(pk=person.pk).update(name="Chief", is_officer=True)
        person.refresh_from_db()
        assert person.name == "Sani Maseko"

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"q": "bicycl"}, {"Nora Lead"}),
            ({"q": "norwegian"}, {"Nora Lead"}),
            ({"q": "south lead"}, {"Sani Lead"}),
            ({"language": "en"}, {"Nora Lead", "Sani Lead"}),
            ({"language": "no"}, {"Nora Lead"}),
            ({"skill": "care"}, {"Sani Lead"}),
            ({"country": "ZA"}, {"Sani Lead"}),
            ({"tool": "wheelwright"}, {"Sani Lead"}),
            ({"country": "ZA", "language": "no"}, set()),
            ({"skill": "nonsense"}, set()),
            ({"q": "'; & | ! :*"}, {"Nora Lead", "Sani Lead"}),
        ],
    )
    def test_is_searched_by_words_and_lists(self, nora, north_lead, south_lead, asked, found):
        listed(north_lead)
        told = Told(("en",), ("care",), {"wheelwright": "Wheelwright"}, "UTC", "")
        listed(south_lead, told)

        page = said(nora.get(f"{AT}people/", asked, headers={"HX-Request": "true"}))

        assert "<html" not in page
        assert {name for name in ("Nora Lead", "Sani Lead") if name in page} == found

    def test_an_entry_written_in_one_language_is_found_in_another(self, nora, south_lead):
        with translation.override("fr"):
            listed(south_lead)

        assert "Sani Lead" in said(nora.get(f"{AT}people/", {"q": "norwegian"}))
        assert "Sani Lead" in said(nora.get(f"{AT}people/", {"q": "norvégien"}))

    def test_counts_what_can_be_chosen(self, nora, north_lead, south_lead):
        listed(north_lead)
        listed(south_lead, Told(("en",), ("faces",), {}, "UTC", ""))

        page = said(nora.get(f"{AT}people/"))

        assert "English (2)" in page and "Norwegian (1)" in page
        assert "comparing faces (2)" in page and "South Africa (1)" in page

    def test_is_read_in_pages_at_the_same_cost(self, nora, south, django_assert_max_num_queries):
        for number in range(25):
            listed(officer(f"Officer {number:02}", south))

        with django_assert_max_num_queries(25):
            first = said(nora.get(f"{AT}people/"))
        assert first.count("community-list__name") == 20
        assert len(first) < 50_000
        link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        rest = said(nora.get(f"{AT}people/{link}"))
        assert "Officer 24" in rest and "Officer 00" not in rest

    def test_a_tool_is_named_as_in_the_catalogue(self, sani, south_lead):
        maker = Maker.objects.create(name="Spoke and Sons")
        Tool.objects.create(
            slug="wheelwright", name="Wheelwright", maker=maker, summary="x", description="x",
            status="active", access="open download", price="free", evidence_leaves="no",
        )  # fmt: skip
        form = {"languages": ["en"], "time_zone": "UTC", "tools": "wheelwright\nUnheard Of"}

        assert "no tool called Unheard Of" in said(sani.post(f"{AT}people/me/", form), 422)
        said(sani.post(f"{AT}people/me/", {**form, "tools": "WHEELWRIGHT"}, follow=True))

        assert Profile.objects.get().tools == ["wheelwright"]
        assert "Wheelwright" in said(sani.get(f"{AT}people/me/"))

    @pytest.mark.parametrize(
        ("typed", "zone"),
        [("Oslo", "Europe/Oslo"), ("america/buenos aires", "America/Buenos_Aires"),
         ("UTC", "UTC"), ("Atlantis", ""), ("../../etc/passwd", ""), ("", "")],
    )  # fmt: skip
    def test_a_time_zone_is_written_as_people_do(self, sani, typed, zone):
        answer = sani.post(f"{AT}people/me/", {"languages": ["en"], "time_zone": typed})

        assert answer.status_code == (302 if zone else 422)
        assert [one.time_zone for one in Profile.objects.all()] == ([zone] if zone else [])


class TestConsent:
    def test_from_a_request_to_messages(self, nora, sani, south_lead):
        person = listed(south_lead)
        page = nora.post(f"{AT}people/{person.public_id}/ask/", {"reason": "Locks."}, follow=True)
        assert "waits for an answer" in said(page)
        here = page.request["PATH_INFO"]
        assert nora.post(here, {"text": "Hello?"}).status_code == 422  # not before consent
        assert not Message.objects.exists()

        assert "Locks." in said(sani.get(here))
        assert "1 request for contact waits" in said(sani.get(AT))
        said(sani.post(f"{here}accept/", follow=True))
        said(nora.post(here, {"text": "Which lock?"}, follow=True))
        said(sani.post(here, {"text": "A blue one."}, follow=True))

        for browser in (nora, sani):
            page = said(browser.get(here))
            assert "Which lock?" in page and "A blue one." in page

    def test_a_no_needs_no_reason_and_is_respected_for_a_while(self, north_lead, south_lead):
        person = listed(south_lead)
        asked = actions.ask(person.public_id, reason="Locks.", by=north_lead, at=NOW)
        actions.decline(asked.public_id, by=south_lead, at=NOW)

        with pytest.raises(actions.AskedLately):
            actions.ask(person.public_id, reason="Please.", by=north_lead, at=NOW)
        later = NOW + actions.ASK_AGAIN + dt.timedelta(minutes=1)
        assert actions.ask(person.public_id, reason="Again.", by=north_lead, at=later).pk

    def test_only_the_one_who_was_asked_accepts(self, nora, north_lead, south_lead):
        asked = actions.ask(listed(south_lead).public_id, reason="x", by=north_lead, at=NOW)

        said(nora.post(f"{AT}contacts/{asked.public_id}/accept/", follow=True))
        asked.refresh_from_db()
        assert asked.state == "waits"
        with (
            role("haven_web", member=north_lead),
            pytest.raises(IntegrityError, match="contact_takes_consent"),
            transaction.atomic(),
        ):
            Contact.objects.filter(pk=asked.pk).update(state="accepted", answered_at=NOW)

    def test_a_request_can_be_taken_back_and_a_contact_ended(
        self, nora, sani, north_lead, accepted
    ):
        here = f"{AT}contacts/{accepted.public_id}/"
        said(nora.post(here, {"text": "Hello."}, follow=True))

        said(sani.post(f"{here}end/", follow=True))

        assert nora.post(here, {"text": "Still there?"}).status_code == 422
        assert "Hello." in said(nora.get(here))
        again = actions.ask(accepted.asked.public_id, reason="x", by=north_lead, at=NOW)
        actions.withdraw(again.public_id, by=north_lead, at=NOW)
        again.refresh_from_db()
        assert again.state == "withdrawn"

    def test_who_is_blocked_is_not_told_and_not_heard(self, nora, sani, north_lead, south_lead):
        person, other = listed(south_lead), actions.person_of(north_lead)
        actions.block(other, by=south_lead, at=NOW)

        page = nora.post(f"{AT}people/{person.public_id}/ask/", {"reason": "Hi."}, follow=True)

        assert "waits for an answer" in said(page)
        assert "Hi." not in said(sani.get(f"{AT}contacts/"))
        assert sani.get(page.request["PATH_INFO"]).status_code == 404
        assert (
            "block"
            not in said(nora.get(f"{AT}contacts/"))
            .casefold()
            .replace("blocktrans", "")
            .partition("community-list")[2]
        )
        with role("haven_web", member=north_lead):
            assert not Block.objects.exists()

    def test_blocking_ends_an_open_contact(self, nora, sani, accepted):
        other = accepted.asker.public_id
        said(sani.post(f"{AT}people/{other}/block/", follow=True))

        assert nora.post(f"{AT}contacts/{accepted.public_id}/", {"text": "x"}).status_code == 422
        assert "Take the block back" in said(sani.get(f"{AT}contacts/"))
        said(sani.post(f"{AT}people/{other}/unblock/", follow=True))
        assert not Block.objects.exists()

    def test_nobody_writes_to_somebody_who_has_left(self, nora, accepted, south_lead):
        south_lead.status, south_lead.is_active = "left", False
        south_lead.status_reason, south_lead.status_at = "x", NOW
        south_lead.save()
        here = f"{AT}contacts/{accepted.public_id}/"

        assert "does not take part any more" in said(nora.get(here))
        assert "does not take part any more" in said(nora.post(here, {"text": "Hi."}), 422)
        assert not Message.objects.exists()

    def test_who_is_no_officer_any_more_writes_to_nobody(self, south_lead, south, accepted):
        south.kind = "ngo"
        south.save()
        south_lead.refresh_from_db()

        with pytest.raises(NotAllowed):
            actions.write(accepted.public_id, text="Hi.", by=south_lead, at=NOW)

    def test_a_block_can_be_taken_back_when_the_other_is_found_no_more(
        self, nora, north_lead, south_lead
    ):
        person = listed(south_lead)
        said(nora.post(f"{AT}people/{person.public_id}/block/", follow=True))
        actions.be_found_no_more(by=south_lead, at=NOW)

        said(nora.post(f"{AT}people/{person.public_id}/unblock/", follow=True))

        assert not Block.objects.exists()

    def test_two_never_have_two_open_contacts(self, north_lead, south_lead):
        first, second = listed(south_lead), listed(north_lead)
        actions.ask(first.public_id, reason="x", by=north_lead, at=NOW)

        with pytest.raises(actions.AskedAlready):
            actions.ask(first.public_id, reason="x", by=north_lead, at=NOW)
        with pytest.raises(actions.AskedYou):
            actions.ask(second.public_id, reason="x", by=south_lead, at=NOW)
        with pytest.raises(IntegrityError, match="contact_is_the_only_open_one"):
            Contact.objects.create(
                asker=first, asked=second, reason="x", asked_at=NOW, last_at=NOW
            )

    def test_a_day_has_five_requests(self, nora, north_lead, south):
        people = [listed(officer(f"Officer {number}", south)) for number in range(7)]
        at = timezone.now()
        for person in people[: limits.CONTACTS]:
            actions.ask(person.public_id, reason="x", by=north_lead, at=at)

        page = nora.post(f"{AT}people/{people[5].public_id}/ask/", {"reason": "A sixth."})

        assert "You may ask 5 colleagues" in said(page, 422)
        assert "A sixth." in said(page, 422)  # what was typed is kept
        tomorrow = at + limits.DAY + dt.timedelta(seconds=1)
        actions.ask(people[6].public_id, reason="x", by=north_lead, at=tomorrow)


class TestBetweenTwo:
    """What two people write is theirs alone, also in the database."""

    @pytest.fixture
    def message(self, accepted, north_lead):
        return actions.write(accepted.public_id, text="A blue lock.", by=north_lead, at=NOW)

    @pytest.mark.parametrize("held", [one for one in Role if one != Role.PROVIDER])
    def test_no_role_reads_it_not_even_with_a_query_that_forgot_the_filter(
        self, client_of, message, north, north_lead, held
    ):
        third = officer("Third", north, held)
        browser = client_of(third)

        here = f"{AT}contacts/{message.contact.public_id}/"
        for path in (here, f"{here}report/"):
            assert browser.get(path).status_code == 404
        assert browser.post(here, {"text": "x"}).status_code == 404
        with role("haven_web", member=third):
            assert not Message.objects.all().exists()
            assert not Contact.objects.all().exists()
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM community_message")
                assert cursor.fetchone() == (0,)
        with role("haven_web", member=north_lead):
            assert Message.objects.get().text == "A blue lock."

    @pytest.mark.parametrize("kind", ["haven_worker", "haven_keeper"])
    def test_no_other_process_of_haven_may_open_the_table(self, message, kind):
        with (
            role(kind),
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
        ):
            Message.objects.count()

    def test_nobody_writes_in_anothers_name_nor_without_consent(
        self, message, north_lead, south_lead, north_reader
    ):
        actions.person_of(north_reader)
        forged = {
            "as another": {"sender_id": south_lead.pk, "receiver_id": north_lead.pk},
            "to a third": {"sender_id": north_lead.pk, "receiver_id": north_reader.pk},
        }
        for about in forged.values():
            with (
                role("haven_web", member=north_lead),
                pytest.raises(DatabaseError, match="row-level security"),
                transaction.atomic(),
            ):
                Message.objects.create(contact=message.contact, text="x", sent_at=NOW, **about)

    def test_what_was_written_is_never_changed(self, message, north_lead):
        for act in (lambda rows: rows.update(text="x"), lambda rows: rows.delete()):
            with (
                role("haven_web", member=north_lead),
                pytest.raises(DatabaseError, match="permission denied"),
                transaction.atomic(),
            ):
                act(Message.objects.all())

    def test_the_record_says_that_a_contact_was_made_and_never_what_was_written(
        self, message, north_lead, south_lead
    ):
        verbs = set(Event.objects.values_list("verb", flat=True))
        assert {"contact.ask", "contact.accept", "directory.join"} <= verbs
        kept = (Event.objects.values_list("body"), Personal.objects.values_list("text"))
        everything = " ".join(words for rows in kept for (words,) in rows)
        assert "blue lock" not in everything and "Locks." not in everything


def test_the_database_knows_the_same_audiences_and_officers(north, south):
    office = Agency.objects.create(name="Makers", country="UY", kind="provider")
    for held in Role:
        one = officer(held, office if held == Role.PROVIDER else north, held)
        with role("haven_web", member=one), connection.cursor() as cursor:
            cursor.execute("SELECT haven_audiences(), haven_curates(), haven_meets_officers()")
            heard, curates, meets = cursor.fetchone()
        assert set(heard) == {a for a, roles in vocabulary.HEARS.items() if held in roles}
        assert curates == (held == Role.CURATOR)
        assert meets == queries.is_officer(one)
