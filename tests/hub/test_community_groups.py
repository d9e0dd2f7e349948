"""Groups: rules before the first post, moderation by two, reports of what was chosen alone."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from haven.accounts.models import Agency, Member
from haven.audit.models import Event, Personal
from haven.hub.community import actions, limits, moderating, reading, reporting, talking, topics
from haven.hub.community.actions import Told
from haven.hub.community.models import Disclosed, Hiding, Look, Post, Report, Thread
from haven.hub.guidance import queries as guidance
from haven.web.errors import NotAllowed, NotFound
from tests.walls import role

NOW = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)
AT = "/hub/colleagues/"
OPEN, GROUP, CASEWORK, MAKERS = (
    "start-here", "looking-after-yourself", "finding-the-child", "choosing-tools",
)  # fmt: skip
VERSION = topics.rules().version


def said(page, status=200):
    assert page.status_code == status, page.content.decode()[:2000]
    return page.content.decode()


def somebody(name, agency, *roles):
    return Member.objects.create_user(
        username=name.casefold(), display_name=name, agency=agency, roles=roles
    )


def agrees(member):
    talking.accept_rules(VERSION, by=member, at=NOW)
    return member


def begun(member, slug=OPEN, title="Bicycle locks", text="How do you open one?"):
    agrees(member)
    if topics.topic(slug).is_group:
        talking.join(slug, by=member, at=NOW)
    return talking.begin(slug, title=title, text=text, by=member, at=NOW)


@pytest.fixture
def office(db):
    return Agency.objects.create(name="Hub Office", country="CH", kind="international")


@pytest.fixture
def clara(office):
    return somebody("Clara", office, "curator")


@pytest.fixture
def carl(office):
    return somebody("Carl", office, "curator")


@pytest.fixture
def cleo(office):
    return somebody("Cleo", office, "curator")


@pytest.fixture
def pablo(db):
    return somebody(
        "Pablo", Agency.objects.create(name="Tools", country="UY", kind="provider"), "provider"
    )


class TestTopics:
    def test_the_editors_files_fit_and_lead_to_steps_that_are_there(self):
        from haven.hub.catalogue.vocabulary import Step

        assert len(topics.every()) >= 10
        for one in topics.every().values():
            assert one.rules and one.sentence
            assert set(one.steps) <= set(Step.values)
        assert topics.rules().version and "## How we speak" in topics.rules().text
        assert guidance is not None

    def test_each_audience_sees_its_own(self, north_lead, clara, pablo):
        seen = {
            one: {shelf.topic.slug for shelf in reading.shelves(one)}
            for one in (north_lead, clara, pablo)
        }

        assert seen[pablo] == {MAKERS}
        assert CASEWORK in seen[north_lead] and "leading-a-team" not in seen[north_lead]
        assert seen[clara] == set(topics.every())

    def test_what_is_for_others_is_not_there(self, client_of, north_lead, pablo):
        thread = begun(north_lead)
        browser = client_of(pablo)

        for path in (f"groups/{OPEN}/", f"groups/{OPEN}/begin/", f"threads/{thread.public_id}/"):
            assert browser.get(f"{AT}{path}").status_code == 404
        with role("haven_web", member=pablo):
            assert not Thread.objects.exists()
            assert not Post.objects.exists()

    def test_makers_answer_where_they_may_and_see_who_asked(self, client_of, north_lead, pablo):
        thread = begun(north_lead, MAKERS)
        begun(north_lead, OPEN)
        agrees(pablo)
        browser = client_of(pablo)

        page = said(browser.get(f"{AT}threads/{thread.public_id}/"))
        assert "Nora Lead" in page and "How do you open one?" in page
        said(
            browser.post(f"{AT}threads/{thread.public_id}/", {"text": "With a key."}, follow=True)
        )
        assert Post.objects.filter(author_id=pablo.pk).count() == 1


class TestRulesFirst:
    def test_nobody_writes_before_the_house_rules_are_accepted(self, nora, north_lead):
        form = {"title": "Hello", "text": "I am new."}
        page = said(nora.post(f"{AT}groups/{OPEN}/begin/", form), 422)
        assert "First read the house rules" in page or "accept them before you write" in page
        assert not Thread.objects.exists()
        assert "What stays outside" in said(nora.get(f"{AT}rules/"))

        said(nora.post(f"{AT}rules/", {"version": VERSION}, follow=True))

        page = said(nora.post(f"{AT}groups/{OPEN}/begin/", form, follow=True))
        assert "I am new." in page and "Nora Lead" in page
        assert {"community.accept_rules", "post.write"} <= set(
            Event.objects.values_list("verb", flat=True)
        )
        assert not Event.objects.filter(body__contains="I am new").exists()
        assert not Personal.objects.filter(text__contains="I am new").exists()

    def test_another_version_is_another_agreement(self, nora, north_lead):
        said(nora.post(f"{AT}rules/", {"version": "0.9"}, follow=True))

        assert not reading.has_accepted(north_lead)

    def test_a_group_is_read_by_those_who_are_in_it(
        self, nora, north_lead, north_reader, client_of
    ):
        thread = begun(north_reader, GROUP)
        agrees(north_lead)
        assert "Bicycle locks" not in said(nora.get(f"{AT}groups/{GROUP}/"))
        assert nora.get(f"{AT}threads/{thread.public_id}/").status_code == 404
        with role("haven_web", member=north_lead):
            assert not Thread.objects.exists() and not Post.objects.exists()
        with pytest.raises(talking.JoinFirst):
            talking.begin(GROUP, title="x", text="x", by=north_lead, at=NOW)

        page = said(nora.post(f"{AT}groups/{GROUP}/join/", follow=True))
        assert "Bicycle locks" in page and "2 members are in this group" in page

        said(nora.post(f"{AT}groups/{GROUP}/leave/", follow=True))
        assert nora.get(f"{AT}threads/{thread.public_id}/").status_code == 404


class TestThreads:
    def test_are_read_in_pages_at_the_same_cost(
        self, nora, north_lead, south_lead, django_assert_max_num_queries
    ):
        thread = begun(north_lead)
        agrees(south_lead)
        person = actions.person_of(south_lead)
        Post.objects.bulk_create(
            Post(thread=thread, author=person, text=f"Answer {n:02}.",
                 posted_at=NOW + dt.timedelta(minutes=n))
            for n in range(1, 45)
        )  # fmt: skip
        here = f"{AT}threads/{thread.public_id}/"

        with django_assert_max_num_queries(25):
            first = said(nora.get(here))
        assert "Answer 19." in first and "Answer 20." not in first
        assert len(first) < 50_000
        link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        assert "Answer 20." in said(nora.get(f"{here}{link}"))

        page = said(nora.post(here, {"text": "The newest."}, follow=True))
        assert "The newest." in page and "Answer 44." in page and "How do you" not in page
        back = page.split('rel="prev" href="')[1].split('"')[0].replace("&amp;", "&")
        assert "Answer 25." in said(nora.get(f"{here}{back}"))

    def test_many_threads_cost_no_more(self, nora, north_lead, django_assert_max_num_queries):
        agrees(north_lead)
        for n in range(limits.POSTS):
            talking.begin(OPEN, title=f"Thread {n:02}", text="x", by=north_lead,
                          at=NOW + dt.timedelta(minutes=n))  # fmt: skip

        with django_assert_max_num_queries(25):
            assert "Thread 19" in said(nora.get(f"{AT}groups/{OPEN}/"))
        with django_assert_max_num_queries(20):
            assert "20 threads" in said(nora.get(f"{AT}groups/"))

    def test_a_day_has_twenty_posts(self, nora, north_lead):
        thread = begun(north_lead)
        at = timezone.now()
        n_left = limits.POSTS - Post.objects.filter(posted_at__gt=at - limits.DAY).count()
        for _n in range(n_left):
            talking.reply(thread.public_id, text="x", by=north_lead, at=at)

        page = said(nora.post(f"{AT}threads/{thread.public_id}/", {"text": "One more."}), 422)

        assert "You may write 20 posts in 24 hours" in page and "One more." in page

    def test_a_thread_of_long_posts_is_light(self, nora, north_lead, clara):
        thread = begun(north_lead)
        for number in range(20):
            Post.objects.create(
                thread=thread,
                author_id=north_lead.pk,
                posted_at=NOW,
                text=f"{number} " + "字" * 4990,
            )
        page = nora.get(f"{AT}threads/{thread.public_id}/")
        assert len(page.content) < 50_000 and 'rel="next"' in said(page)
        page = nora.get(f"{AT}threads/{thread.public_id}/", {"last": "1"})
        assert len(page.content) < 50_000 and "19 字" in said(page)

    def test_a_thread_stays_as_it_was_begun(self, north_lead, south_lead):
        thread = begun(north_lead)
        with (
            role("haven_web", member=south_lead),
            pytest.raises(IntegrityError, match="thread_stays_as_begun"),
            transaction.atomic(),
        ):
            Thread.objects.filter(pk=thread.pk).update(title="Something else")

    def test_what_was_said_is_never_changed(self, north_lead, clara):
        thread = begun(north_lead)

        with (
            role("haven_web", member=clara),
            pytest.raises(IntegrityError, match="post_stays_as_said"),
            transaction.atomic(),
        ):
            Post.objects.filter(thread=thread).update(text="Something else.")

    def test_what_somebody_writes_cannot_run(self, nora, north_lead):
        thread = begun(north_lead, title="<b>x</b>", text="<b onclick=x()>hello</b> & **bold**")

        page = said(nora.get(f"{AT}threads/{thread.public_id}/"))

        assert "<b>x</b>" not in page and "<b onclick" not in page
        assert "&lt;b onclick=x()&gt;" in page


class TestModeration:
    @pytest.fixture
    def thread(self, north_lead):
        return begun(north_lead)

    @pytest.fixture
    def reply(self, thread, south_lead):
        return talking.reply(thread.public_id, text="Rude words.", by=agrees(south_lead), at=NOW)

    @pytest.fixture
    def hiding(self, reply, clara):
        return moderating.hide(reply.public_id, reason="It is rude.", by=clara, at=NOW)

    def test_from_hiding_to_the_second_decision(
        self, client_of, nora, south_lead, clara, carl, thread, reply
    ):
        author, first, second = map(client_of, (south_lead, clara, carl))
        here = f"{AT}threads/{thread.public_id}/"
        assert nora.get(f"{AT}posts/{reply.public_id}/hide/").status_code == 403

        page = first.post(f"{AT}posts/{reply.public_id}/hide/", {"reason": "It is rude."},
                          follow=True)  # fmt: skip
        assert "Another moderator looks at it" in said(page)
        case = page.request["PATH_INFO"]

        assert "Rude words." not in said(nora.get(here))
        assert "1 post is hidden by a moderator" in said(nora.get(here))
        assert nora.get(case).status_code == 404
        page = said(author.get(case))
        assert "It is rude." in page and "Rude words." in page
        said(author.post(f"{case}object/", {"words": "It was a quotation."}, follow=True))

        decision = {"stays": "no", "answer": "It was."}
        said(first.post(f"{case}look/", decision, follow=True))  # who hid it does not decide
        assert not Look.objects.exists()
        assert "Rude words." not in said(nora.get(here))
        said(second.post(f"{case}look/", decision, follow=True))

        assert "Rude words." in said(nora.get(here))
        assert "It was." in said(author.get(case))
        verbs = Event.objects.filter(verb__startswith="post.").values_list("verb", flat=True)
        assert {"post.hide", "post.object", "post.show_again"} <= set(verbs)

    def test_hidden_posts_are_not_there_for_a_query_that_forgot_to_ask(
        self, hiding, reply, north_lead, south_lead, clara
    ):
        seen = {}
        for one in (north_lead, south_lead, clara):
            with role("haven_web", member=one):
                seen[one.username] = (
                    Post.objects.filter(pk=reply.pk).exists(), Hiding.objects.exists()
                )  # fmt: skip
        assert seen == {"north_lead": (False, False), "south_lead": (True, True),
                        "clara": (True, True)}  # fmt: skip

    def test_an_author_objects_once(self, hiding, south_lead, north_lead, carl, cleo):
        moderating.object_to(hiding.public_id, words="No.", by=south_lead, at=NOW)
        with pytest.raises(moderating.ObjectedAlready):
            moderating.object_to(hiding.public_id, words="No!", by=south_lead, at=NOW)
        with pytest.raises(NotFound):
            moderating.object_to(hiding.public_id, words="No.", by=north_lead, at=NOW)
        with pytest.raises(moderating.NotYourPost):
            moderating.object_to(hiding.public_id, words="No.", by=carl, at=NOW)

    def test_an_objection_after_the_second_look_is_decided_by_a_third(
        self, hiding, south_lead, clara, carl, cleo
    ):
        moderating.look(hiding.public_id, stays=True, answer="It is.", by=carl, at=NOW)
        moderating.object_to(hiding.public_id, words="No.", by=south_lead, at=NOW)

        for one in (clara, carl):
            with pytest.raises(moderating.NotYours):
                moderating.look(hiding.public_id, stays=True, answer="x", by=one, at=NOW)
        moderating.look(hiding.public_id, stays=False, answer="Fair.", by=cleo, at=NOW)
        hiding.post.refresh_from_db()
        assert not hiding.post.is_hidden

    def test_the_database_refuses_one_person_for_both(self, hiding, clara):
        with pytest.raises(IntegrityError, match="look_is_by_another_than_hid"):
            Look.objects.create(
                hiding=hiding, by_id=clara.pk, hidden_by_id=clara.pk, at=NOW, stays=True,
                answer="x", of_objection=False,
            )  # fmt: skip

    def test_nobody_moderates_without_the_role_nor_oneself(self, reply, south_lead, north_lead):
        with pytest.raises(NotAllowed):
            moderating.hide(reply.public_id, reason="x", by=north_lead, at=NOW)
        south_lead.roles = ["curator"]
        south_lead.save()
        with pytest.raises(moderating.OwnPost):
            moderating.hide(reply.public_id, reason="x", by=south_lead, at=NOW)

    def test_the_title_of_a_thread_is_hidden_with_its_first_post(
        self, client_of, thread, south_lead, clara
    ):
        first = Post.objects.get(thread=thread, is_first=True)
        moderating.hide(first.public_id, reason="x", by=clara, at=NOW)
        browser = client_of(south_lead)

        for path in (f"groups/{OPEN}/", f"threads/{thread.public_id}/"):
            page = said(browser.get(f"{AT}{path}"))
            assert "Bicycle locks" not in page and "(hidden by a moderator)" in page


class TestReports:
    @pytest.fixture
    def contact(self, north_lead, south_lead):
        told = Told(("en",), (), {}, "UTC", "")
        person = actions.be_found(told, by=south_lead, at=NOW).person
        asked = actions.ask(person.public_id, reason="Locks.", by=north_lead, at=NOW)
        return actions.accept(asked.public_id, by=south_lead, at=NOW)

    def test_moderators_read_the_copies_that_were_chosen_and_nothing_else(
        self, client_of, nora, contact, north_lead, south_lead, clara
    ):
        rude = actions.write(contact.public_id, text="Rude words.", by=south_lead, at=NOW)
        actions.write(contact.public_id, text="A private thing.", by=south_lead, at=NOW)
        curator = client_of(clara)
        here = f"{AT}contacts/{contact.public_id}/report/"
        assert "Choose the messages" in said(nora.post(here, {"why": "rude"}), 422)

        page = nora.post(here, {"why": "rude", "message": str(rude.public_id)}, follow=True)

        assert "Rude words." in said(page)
        case = page.request["PATH_INFO"]
        page = said(curator.get(case))
        assert "Rude words." in page and "A private thing." not in page
        assert "Nora Lead" in page and "Sani Lead" in page
        assert curator.get(f"{AT}contacts/{contact.public_id}/").status_code == 404
        assert client_of(south_lead).get(case).status_code == 404
        with role("haven_web", member=south_lead):
            assert not Report.objects.exists() and not Disclosed.objects.exists()
        said(curator.post(f"{case}close/", {"answer": "We spoke with them."}, follow=True))
        assert "We spoke with them." in said(nora.get(case))
        record = " ".join(Event.objects.values_list("body", flat=True))
        assert "community.report" in record and "Rude words" not in record

    def test_the_words_of_a_request_can_be_reported_too(
        self, client_of, contact, south_lead, clara
    ):
        browser = client_of(south_lead)
        here = f"{AT}contacts/{contact.public_id}/report/"

        page = browser.post(here, {"why": "rude", "message": "reason"}, follow=True)

        assert "Locks." in said(page)
        assert [one.text for one in Disclosed.objects.all()] == ["Locks."]
        assert "1 report waits for a moderator" in said(client_of(clara).get(AT))

    def test_nobody_discloses_what_is_not_theirs(
        self, client_of, contact, north_lead, south_lead, north_reader
    ):
        message = actions.write(contact.public_id, text="x", by=south_lead, at=NOW)
        chosen, why = [str(message.public_id)], reporting.Said("rude")

        with pytest.raises(NotFound):
            reporting.report_messages(contact.public_id, chosen, why, by=north_reader, at=NOW)
        with pytest.raises(reporting.OwnWords):
            reporting.report_messages(contact.public_id, chosen, why, by=south_lead, at=NOW)

    def test_a_post_is_reported_with_a_copy_as_it_was(
        self, client_of, north_lead, south_lead, clara
    ):
        thread = begun(north_lead)
        post = Post.objects.get(thread=thread)
        browser = client_of(south_lead)

        page = browser.post(f"{AT}posts/{post.public_id}/report/", {"why": "other"}, follow=True)

        assert "How do you open one?" in said(page)
        case = page.request["PATH_INFO"]
        assert client_of(north_lead).get(case).status_code == 404
        page = said(client_of(clara).get(case))
        assert "Hide the post" in page

    def test_who_reported_reads_the_report_also_when_the_post_is_hidden_or_left(
        self, client_of, north_lead, south_lead, clara
    ):
        thread = begun(north_lead)
        post = Post.objects.get(thread=thread)
        made = reporting.report_post(
            post.public_id, reporting.Said("other"), by=south_lead, at=NOW
        )
        moderating.hide(post.public_id, reason="x", by=clara, at=NOW)

        page = said(client_of(south_lead).get(f"{AT}reports/{made.public_id}/"))

        assert "How do you open one?" in page and "To the thread" not in page

    def test_who_is_concerned_does_not_close_a_report(self, north_lead, clara, carl):
        thread = begun(clara)
        post = Post.objects.get(thread=thread)
        about_her = reporting.report_post(
            post.public_id, reporting.Said("other"), by=north_lead, at=NOW
        )
        by_her = reporting.report_post(
            Post.objects.get(thread=begun(north_lead)).public_id,
            reporting.Said("other"), by=clara, at=NOW,
        )  # fmt: skip

        with pytest.raises(NotFound):
            reporting.close(about_her.public_id, answer="x", by=clara, at=NOW)
        with pytest.raises(reporting.NotYours):
            reporting.close(by_her.public_id, answer="x", by=clara, at=NOW)
        with role("haven_web", member=clara), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM community_report WHERE about_id = %s", [clara.pk])
            assert cursor.fetchone() == (0,)
        assert reporting.close(about_her.public_id, answer="x", by=carl, at=NOW).closed_at
