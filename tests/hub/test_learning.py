"""Learning as a member meets it: from the first lesson to a certificate, and alone with it."""

import re

import pytest
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from haven.audit.models import Event
from haven.hub.learning import actions, courses, glossary, queries, texts
from haven.hub.learning.models import Attempt, Certificate, Depth, Reading
from tests.walls import role

SLUG = "faces-and-children"
AT = f"/hub/courses/{SLUG}/"
COURSE = courses.course(SLUG)


def said(page):
    assert page.status_code == 200
    return page.content.decode()


def answer(client, page, *, rightly):
    """Answer the question of a page; return the page that explains it."""
    question = next(one for one in COURSE.questions if f'value="{one.id}"' in said(page))
    choice = next(at for at, one in enumerate(question.choices) if one.is_right == rightly)
    return client.post(f"{AT}quiz/", {"question": question.id, "choice": choice}, follow=True)


def through_the_quiz(client, *, n_wrong=0):
    for at in range(len(COURSE.questions)):
        answer(client, client.get(f"{AT}quiz/"), rightly=at >= n_wrong)
    return client.get(f"{AT}quiz/")


@pytest.fixture
def certificate(north_lead):
    for one in COURSE.lessons:
        actions.read(SLUG, one.slug, by=north_lead, at=timezone.now())
    for question in COURSE.questions:
        right = next(at for at, one in enumerate(question.choices) if one.is_right)
        actions.answer(SLUG, question.id, right, by=north_lead, at=timezone.now())
    return actions.give_certificate(SLUG, by=north_lead, at=timezone.now())


class TestTheWay:
    def test_from_the_first_lesson_to_the_certificate(self, nora, north_lead):
        page = nora.get(f"{AT}{COURSE.lessons[0].slug}/")
        for number, _lesson in enumerate(COURSE.lessons, start=1):
            assert f"Lesson {number} of 4" in said(page)
            page = nora.post(f"{page.request['PATH_INFO']}read/", follow=True)
        assert "Make my certificate" not in said(page)
        assert nora.post(f"{AT}certificate/").status_code == 409

        assert "Passed" in said(through_the_quiz(nora))
        page = nora.post(f"{AT}certificate/", follow=True)

        given = Certificate.objects.get()
        assert given.shown_code in said(page)
        assert COURSE.version in said(page)
        assert (given.name, given.agency) == ("Nora Lead", "North")
        event = Event.objects.get(verb="certificate.give")
        assert (event.actor_id, event.facts["course"]) == (north_lead.pk, SLUG)
        nora.post(f"{AT}certificate/")
        assert Certificate.objects.count() == 1
        assert "4 / 4" in said(nora.get("/hub/courses/"))

    def test_depth_is_remembered(self, nora):
        lesson = f"{AT}{COURSE.lessons[0].slug}/"
        assert "Why our pictures are harder" in said(nora.get(lesson))

        page = nora.post("/hub/reading/", {"depth": "brief", "back": lesson}, follow=True)

        assert "Why our pictures are harder" not in said(page)
        assert "Face recognition has trouble with children" in said(nora.get(lesson))

    @pytest.mark.parametrize(
        "back", ["https://elsewhere.example/", "//elsewhere.example", "<b>", ""]
    )
    def test_going_back_never_leads_elsewhere(self, nora, back):
        answered = nora.post("/hub/reading/", {"depth": "brief", "back": back})

        assert answered.headers["Location"] == "/hub/courses/"

    def test_says_that_nobody_has_checked_it_and_in_which_language_it_is(self, nora):
        lesson = f"{AT}{COURSE.lessons[0].slug}/"
        english = said(nora.get(lesson))
        french = said(nora.get(lesson, headers={"accept-language": "fr"}))

        assert "Nobody has checked this course yet" in english
        assert 'class="reading lesson" lang="en" dir="ltr"' in french
        with translation.override("fr"):
            note = escape(_("This text is not translated yet. You read it in English."))
        assert note in french and "not translated yet" not in english

    def test_in_arabic_the_arrow_keys_follow_the_page(self, nora):
        lesson = f"{AT}{COURSE.lessons[0].slug}/"
        key = re.compile(r'rel="next" data-key="(\w+)"')

        assert key.findall(said(nora.get(lesson))) == ["ArrowRight"]
        arabic = nora.get(lesson, headers={"accept-language": "ar"})
        assert key.findall(said(arabic)) == ["ArrowLeft"]


class TestQuiz:
    def test_a_wrong_answer_is_explained_with_its_sources(self, nora):
        page = said(answer(nora, nora.get(f"{AT}quiz/"), rightly=False))

        assert "Not quite" in page
        assert page.count('class="quiz__right"') == page.count('class="quiz__chosen"') == 1
        assert "Sources" in page

    def test_too_many_wrong_answers_do_not_pass_and_it_can_be_repeated(self, nora, north_lead):
        n_wrong = len(COURSE.questions) - COURSE.n_to_pass + 1
        assert "Not passed yet" in said(through_the_quiz(nora, n_wrong=n_wrong))

        page = nora.post(f"{AT}quiz/again/", follow=True)

        assert "Question 1 of" in said(page)
        assert Attempt.objects.get(finished_at__isnull=False).answers == {}
        assert "Passed" in said(through_the_quiz(nora, n_wrong=n_wrong - 1))

    def test_the_first_answer_counts(self, nora):
        page = nora.get(f"{AT}quiz/")
        answer(nora, page, rightly=False)
        answer(nora, page, rightly=True)

        first = COURSE.questions[0]
        assert not first.choices[Attempt.objects.get().answers[first.id]].is_right

    def test_an_answer_sent_once_more_after_the_end_changes_nothing(self, nora):
        page = nora.get(f"{AT}quiz/")
        through_the_quiz(nora)
        before = Attempt.objects.values().get()

        answer(nora, page, rightly=False)

        assert Attempt.objects.values().get() == before
        assert "Passed" in said(nora.get(f"{AT}quiz/"))

    def test_the_order_of_answers_is_a_member_s_own_and_stays(self, north_lead, south_lead):
        def orders(member):
            return [
                [at for at, _choice in queries.shuffled(one, member)] for one in COURSE.questions
            ]

        assert orders(north_lead) == orders(north_lead) != orders(south_lead)

    @pytest.mark.parametrize(
        ("question", "choice", "status"),
        [("none", "0", 400), (COURSE.questions[0].id, "9", 400), ("", "", 302)],
    )
    def test_what_is_no_answer_is_not_kept(self, nora, question, choice, status):
        sent = nora.post(f"{AT}quiz/", {"question": question, "choice": choice})

        assert sent.status_code == status
        assert not Attempt.objects.exists()

    def test_a_course_that_changed_is_asked_anew(self, nora, certificate):
        Attempt.objects.update(version="earlier")
        Certificate.objects.update(version="earlier")

        assert "Question 1 of" in said(nora.get(f"{AT}quiz/"))
        assert nora.post(f"{AT}certificate/").status_code == 409
        assert certificate.shown_code in said(nora.get("/hub/certificates/"))

    def test_number_keys_choose(self, nora):
        page = said(nora.get(f"{AT}quiz/"))

        assert re.findall(r'name="choice" value="\d" data-key="(\d)"', page) == ["1", "2", "3"]


class TestAlone:
    """How somebody learns is theirs alone."""

    def test_a_colleague_sees_nothing_of_it(self, client_of, north_reader, certificate):
        colleague = client_of(north_reader)

        listed = said(colleague.get("/hub/courses/"))
        assert "0 / 4" in listed and "4 / 4" not in listed
        assert certificate.shown_code not in said(colleague.get("/hub/certificates/"))
        assert colleague.get(f"/hub/certificates/{certificate.shown_code}/").status_code == 404
        assert "Question 1 of" in said(colleague.get(f"{AT}quiz/"))

    @pytest.mark.parametrize("model", [Reading, Attempt, Depth])
    def test_not_even_a_query_that_forgot_the_member_finds_it(
        self, model, certificate, north_lead, north_reader
    ):
        actions.choose_depth("brief", by=north_lead)

        with role("haven_web", member=north_reader):
            assert not model.objects.exists()
        with role("haven_web", member=north_lead):
            assert model.objects.exists()


class TestCertificates:
    def test_a_member_of_another_agency_can_check_the_code(self, sani, certificate):
        for typed in (certificate.shown_code, certificate.code.lower(), f" {certificate.code} "):
            page = said(sani.get("/hub/certificates/", {"code": typed}))

            assert "Nora Lead" in page and COURSE.title in page

    @pytest.mark.parametrize("code", ["ABCDE-ABCDE-ABCDE-ABCDE", "1", "%", "\u0661" * 20])
    def test_a_wrong_code_is_not_known(self, sani, certificate, code):
        page = said(sani.get("/hub/certificates/", {"code": code}))

        assert "not known here" in page
        assert "Nora Lead" not in page

    def test_a_certificate_is_never_changed(self, certificate, north_lead):
        from django.db import DatabaseError, transaction

        with (
            role("haven_web", member=north_lead),
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
        ):
            Certificate.objects.update(name="Somebody Else")

    @pytest.mark.parametrize(
        "path", ["courses/", f"courses/{SLUG}/", f"courses/{SLUG}/quiz/", "certificates/"]
    )
    def test_no_page_is_read_without_signing_in(self, db, client, path):
        assert client.get(f"/hub/{path}").headers["Location"].startswith("/account/sign-in/")


class TestGlossary:
    def test_is_searched_by_the_beginnings_of_words(self, nora):
        page = said(nora.get("/hub/glossary/", {"q": "autom bia"}, headers={"HX-Request": "true"}))

        assert 'id="automation-bias"' in page and 'id="hash"' not in page
        assert "<html" not in page

    def test_says_when_nothing_was_found(self, nora):
        assert "No term holds" in said(nora.get("/hub/glossary/", {"q": "xylophone"}))

    def test_a_link_to_a_term_leads_to_the_part_that_explains_it(self, nora):
        for one in glossary.every().values():
            address, anchor = texts.address(one).split("#")
            assert anchor == one.slug
            number = int(address.rpartition("=")[2])
            assert one in glossary.parts()[number - 1]
        for number in range(1, len(glossary.parts()) + 1):
            page = nora.get("/hub/glossary/", {"part": number})
            assert len(page.content) < 50_000
            for one in glossary.parts()[number - 1]:
                assert f'id="{one.slug}"' in page.content.decode()

    def test_a_part_that_is_not_there_is_the_first(self, nora):
        first, second = (one[0].slug for one in glossary.parts()[:2])
        for part in ("0", "99", "x"):
            page = said(nora.get("/hub/glossary/", {"part": part}))
            assert f'id="{first}"' in page and f'id="{second}"' not in page
