"""Questions to makers: read by a curator, answered by the maker alone, dated, never a fact."""

from datetime import timedelta

import pytest

from haven.hub.catalogue.models import Fact, Tool
from haven.hub.experience import asking, queries, speaking
from haven.hub.experience.deciding import Decision
from haven.hub.experience.models import Question, Saying, Voice
from tests.hub import said
from tests.hub.said import NOW, SLUG, YES, put, text


@pytest.fixture
def opened(db):
    return said.open_catalogue()


@pytest.fixture
def lantern(db):
    """Return a member of a provider that speaks for nobody yet."""
    return said.provider()


@pytest.fixture
def provider(opened, curator, lantern):
    return said.tied(lantern, curator)


def test_a_question_is_put_to_the_maker_by_a_curator_and_answered_with_a_date(
    opened, client_of, north_lead, south_lead, curator, provider
):
    client_of(north_lead).post(f"/hub/tools/{SLUG}/ask/", {"text": "On which test set?"})
    made = Question.objects.get()
    path = f"/hub/questions/{made.public_id}/"
    assert client_of(provider).get(path).status_code == 404
    client_of(curator).post(f"{path}decide/", {"accepts": "yes", "is_free": "on"})

    home = text(client_of(provider), "/hub/makers/")
    assert "On which test set?" in home
    assert "Nora" not in text(client_of(provider), path)
    client_of(provider).post(f"{path}answer/", {"text": "On our own, of 2025."})

    seen = text(client_of(south_lead), f"/hub/tools/{SLUG}/")
    assert "On our own, of 2025." in seen
    assert "the maker says" in seen
    assert "Nora" not in seen
    assert "On which test set?" not in text(client_of(provider), "/hub/makers/")


def test_an_answer_is_no_fact_and_changes_no_grade(
    opened, client_of, north_lead, curator, provider
):
    before = Fact.objects.count()
    asked = put(north_lead, curator)
    page = client_of(north_lead).get(f"/hub/tools/{SLUG}/")
    speaking.answer(asked.public_id, "It was measured twice.", by=provider, at=NOW)
    later = client_of(north_lead).get(f"/hub/tools/{SLUG}/")

    assert Fact.objects.count() == before
    assert later.context["shown"].grade == page.context["shown"].grade


def test_what_is_left_without_an_answer_stands_as_unanswered(
    opened, client_of, north_lead, curator, provider
):
    days = queries.ANSWER_DUE_DAYS
    old = put(north_lead, curator, at=NOW - timedelta(days=days + 5))
    put(north_lead, curator, text="And when?")

    seen = text(client_of(north_lead), f"/hub/tools/{SLUG}/experience/")
    assert f"unanswered for {days + 5} days" in seen
    assert seen.count("no answer yet") == 1
    assert list(queries.overdue(at=NOW)) == [old]
    speaking.answer(old.public_id, "Ours.", by=provider, at=NOW)
    assert not queries.overdue(at=NOW).exists()


def test_a_page_says_when_no_maker_can_answer(opened, client_of, north_lead, curator, provider):
    no_maker = "Nobody of the maker is a member of the Hub yet"

    assert no_maker not in text(client_of(north_lead), f"/hub/tools/{SLUG}/ask/")
    assert no_maker in text(client_of(north_lead), "/hub/tools/sawmill/ask/")
    assert no_maker in text(client_of(north_lead), "/hub/tools/sawmill/")


def test_who_speaks_for_another_maker_answers_nothing(
    opened, client_of, north_lead, curator, lantern
):
    asked = put(north_lead, curator)
    path = f"/hub/questions/{asked.public_id}/answer/"

    assert client_of(lantern).post(path, {"text": "x"}).status_code == 404
    assert client_of(north_lead).post(path, {"text": "x"}).status_code == 404
    assert not Saying.objects.exists()


def test_who_is_no_longer_tied_to_the_maker_speaks_no_more(
    opened, client_of, north_lead, curator, provider
):
    asked = put(north_lead, curator)
    speaking.answer(asked.public_id, "Ours.", by=provider, at=NOW)
    office = client_of(curator)
    voice = Voice.objects.get()
    assert "Lantern" in text(office, "/hub/curation/makers/")
    office.post(f"/hub/curation/makers/{voice.pk}/untie/")
    assert office.post(f"/hub/curation/makers/{voice.pk}/untie/").status_code == 404

    with pytest.raises(queries.QuestionNotFound):
        speaking.answer(asked.public_id, "Again.", by=provider, at=NOW)
    assert "Ours." in text(client_of(north_lead), f"/hub/questions/{asked.public_id}/")


def test_a_curator_ties_providers_alone_to_makers(opened, client_of, curator, lantern, north):
    maker = Tool.objects.get(slug=SLUG).maker
    office, page = client_of(curator), "/hub/curation/makers/"

    wrong = office.post(page, {"agency": north.pk, "maker": maker.name})
    unknown = office.post(page, {"agency": lantern.agency_id, "maker": "Nobody and Sons"})
    right = office.post(page, {"agency": lantern.agency_id, "maker": " spoke and sons "})

    assert (wrong.status_code, unknown.status_code, right.status_code) == (422, 422, 302)
    assert "a maker of the catalogue" in unknown.content.decode()
    assert list(queries.makers(lantern)) == [maker]


def test_a_refused_question_is_read_by_who_asked_with_the_reason(
    opened, client_of, north_lead, south_lead, curator
):
    made = asking.ask(SLUG, "How is it fooled?", by=north_lead, at=NOW)
    no = Decision(accepts=False, answer="It gives away a method.", is_free=True)
    asking.decide(made.public_id, no, by=curator, at=NOW)
    path = f"/hub/questions/{made.public_id}/"

    assert "It gives away a method." in text(client_of(north_lead), path)
    assert client_of(south_lead).get(path).status_code == 404
    assert "How is it fooled?" not in text(client_of(south_lead), f"/hub/tools/{SLUG}/")
    with pytest.raises(asking.QuestionDecided):
        asking.withdraw(made.public_id, by=north_lead, at=NOW)


def test_nobody_puts_their_own_question(opened, curator):
    made = asking.ask(SLUG, "When?", by=curator, at=NOW)

    with pytest.raises(asking.OwnQuestion):
        asking.decide(made.public_id, YES, by=curator, at=NOW)


def test_a_question_taken_back_is_gone_for_others(
    opened, client_of, north_lead, south_lead, curator
):
    asked = put(north_lead, curator)
    client_of(north_lead).post(f"/hub/questions/{asked.public_id}/withdraw/")

    assert client_of(south_lead).get(f"/hub/questions/{asked.public_id}/").status_code == 404


def test_a_question_taken_back_does_not_stand_as_unanswered(
    opened, client_of, north_lead, curator
):
    asked = put(north_lead, curator, at=NOW - timedelta(days=90))
    path = f"/hub/questions/{asked.public_id}/"
    assert "unanswered for 90 days" in text(client_of(north_lead), path)
    asking.withdraw(asked.public_id, by=north_lead, at=NOW)

    assert "unanswered for" not in text(client_of(north_lead), path)


def test_desk_and_page_say_on_the_same_day_that_a_question_is_overdue(
    opened, client_of, north_lead, curator
):
    days = timedelta(days=queries.ANSWER_DUE_DAYS, hours=3)
    asked = put(north_lead, curator, at=NOW - days)

    assert list(queries.overdue(at=NOW)) == [asked]
    assert "unanswered for 30 days" in text(
        client_of(north_lead), f"/hub/questions/{asked.public_id}/"
    )


def test_my_list_says_which_question_was_answered(
    opened, client_of, north_lead, curator, provider
):
    asked = put(north_lead, curator)
    assert ">answered<" not in text(client_of(north_lead), "/hub/experience/")
    speaking.answer(asked.public_id, "Ours.", by=provider, at=NOW)

    assert ">answered<" in text(client_of(north_lead), "/hub/experience/")
