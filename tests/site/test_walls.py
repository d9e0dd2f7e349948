"""The second wall: what a query finds that forgot to ask for the member.

The queries here are as the site would make them, with the rights of its role of the database,
but without the first wall, visible_to().
"""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.signals import request_finished
from django.db import DatabaseError, close_old_connections, connection, models, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from haven.accounts.models import Agency, Member
from haven.site import policies, walls
from haven.workbench.analysis.models import Face, Item, Run
from haven.workbench.authority.models import Authority
from haven.workbench.cases.models import Case, Membership
from haven.workbench.evidence.models import Exhibit
from tests.site.test_every_url import world  # noqa: F401  # the fixture
from tests.walls import role
from tests.workbench.build import NOW, png

WEB = "haven_web"
CASE_MODELS = policies.case_models()


def case_of(row: models.Model) -> int:
    """Return the key of the case that a row belongs to, by any way there is."""
    if isinstance(row, Case):
        return row.pk
    if type(row)._meta.auto_created:
        return case_of(getattr(row, type(row)._meta.auto_created._meta.model_name))
    if hasattr(row, "case_id"):
        return int(row.case_id)
    for field in row._meta.concrete_fields:
        parent = getattr(row, field.name) if isinstance(field, models.ForeignKey) else None
        if parent is not None and type(parent) in CASE_MODELS:
            return case_of(parent)
    raise AssertionError(f"no way from {row!r} to its case")


def every_row(model: type[models.Model]) -> list[models.Model]:
    return list(model._default_manager.all())


def rows_found() -> dict[str, list[models.Model]]:
    """Return the rows of every table of a case that can be seen now, by table; no empty ones."""
    found = {one._meta.label: every_row(one) for one in CASE_MODELS}
    return {label: rows for label, rows in found.items() if rows}


def cases_seen(model: type[models.Model], keys: dict[int, int]) -> set[int]:
    return {keys[row.pk] for row in every_row(model)}


@pytest.fixture
def filled(world: object, north_lead: Member, evidence_root: object) -> None:  # noqa: F811
    """Have every table of a case hold rows of the north and of the south."""
    from haven.workbench.analysis import saving
    from haven.workbench.cases import queries
    from haven.workbench.evidence import actions
    from haven.workbench.evidence.models import StoredFile

    for case in Case.objects.all():
        lead = case.opened_by
        upload = io.BytesIO(png((case.pk % 200, 2, 3)))
        file = _Upload(upload)
        made = actions.add_upload(case.public_id, files=[file], label="U", by=lead, at=NOW)
        assert StoredFile.objects.filter(exhibit=made).exists()
        assert queries.visible_to(lead).filter(pk=case.pk).exists()
        item = Item.objects.filter(case=case)[0]
        path = saving.Found(name_bytes=b"a.jpg", stored_name="", sha256=item.sha256)
        saving.paths(item.run.exhibit, [path])
        _compare(case, lead)
        _follow(case, lead)
        _answer(case, lead)
        _put_faces_right(case, lead)
        _work_through(case, lead)
    for authority in Authority.objects.all():
        authority.exhibits.add(*Exhibit.objects.filter(case=authority.case))
        authority.other_cases.add(authority.case)


def _compare(case: Case, lead: Member) -> None:
    """Look at a candidate of the case's search and conclude on it."""
    from haven.workbench.comparison import actions
    from haven.workbench.search.models import Candidate

    one = Candidate.objects.filter(search__case=case)[0]
    ids = (case.public_id, one.search.public_id, one.pk)
    actions.look(*ids, by=lead, at=timezone.now())
    seen = actions.Seen(conclusion="none", sentence="Too dark.", age="unknown")
    actions.conclude(*ids, seen, by=lead, at=timezone.now())


def _follow(case: Case, lead: Member) -> None:
    """Take a lead of the case a step further."""
    from haven.workbench.leads import actions
    from haven.workbench.leads.models import Lead

    one = Lead.objects.filter(case=case)[0]
    step = actions.Step(state="in_work", why="Begun.")
    actions.change(case.public_id, one.public_id, step, by=lead, at=NOW)


def _answer(case: Case, lead: Member) -> None:
    """Have a colleague of the lead confirm what waits in the case."""
    from haven.workbench.cases import actions as cases
    from haven.workbench.decisions import actions
    from haven.workbench.decisions.models import Decision

    kim = Member.objects.create_user(
        username=f"kim-{case.pk}", display_name="Kim", agency=lead.agency, roles=["analyst"]
    )
    cases.add_member(case.public_id, member=kim, role="worker", by=lead, at=NOW)
    one = Decision.objects.filter(case=case)[0]
    actions.answer(case.public_id, one.public_id, agrees=True, reason="Seen.", by=kim, at=NOW)


def _put_faces_right(case: Case, lead: Member) -> None:
    """Say that a face belongs to its group, and that two groups are not the same."""
    from haven.workbench.people import face_actions

    one = Face.objects.filter(case=case, group__isnull=False).select_related("group")[0]
    assert one.group is not None
    choice = face_actions.Choice(one.group.public_id, [one.pk])
    face_actions.confirm(case.public_id, choice, by=lead, at=NOW)
    other = one.group
    other.pk, other.public_id = None, f"other-{case.pk}"
    other.save(force_insert=True)
    ids = [one.group.public_id, choice.group]
    face_actions.tell_groups_apart(case.public_id, ids, by=lead, at=NOW)


def _work_through(case: Case, lead: Member) -> None:
    """Take an item, draw second looks, put the date off, and stop."""
    from haven.workbench.cases import clocks
    from haven.workbench.categories import blinding
    from haven.workbench.categories.models import CaseScheme
    from haven.workbench.queue import actions, second, stopping
    from haven.workbench.queue.models import Estimate, Figures

    now, item = timezone.now(), Item.objects.filter(case=case)[0]
    exhibit = Exhibit.objects.filter(case=case)[0]
    actions.mark_urgent(case.public_id, exhibit.public_id, reason="Soon.", by=lead, at=now)
    actions.take(case.public_id, by=lead, at=now)
    actions.be_here(case.public_id, "item", item.pk, opened=True, by=lead, at=now)
    second.draw(case.public_id, share=100, by=lead, at=now)
    blinding.hide(case, item.pk, member=lead, until=now)
    until = timezone.localdate(now) + timedelta(days=400)
    clocks.set_date(case.public_id, until=until, reason="Court.", by=lead, at=now)
    stopped = stopping.decide(case.public_id, stops=True, reason="Enough.", by=lead, at=now)
    figures = {one.name: getattr(stopped, one.name) for one in Figures._meta.get_fields()}
    scheme = CaseScheme.objects.get(case=case)  # a point of the curve takes twenty verdicts
    Estimate.objects.create(case=case, scheme=scheme, at=now, **figures)


class _Upload:
    name: str | None = "a.png"

    def __init__(self, file: io.BytesIO) -> None:
        self.file: io.BytesIO | None = file
        self.size: int | None = len(file.getvalue())


@pytest.mark.usefixtures("filled")
class TestAQueryThatForgetsTheFilter:
    def test_finds_nothing_while_nobody_asks(self) -> None:
        with role(WEB):
            found = rows_found()
            counted = {one._meta.label: one._default_manager.count() for one in CASE_MODELS}

        assert found == {}
        assert set(counted.values()) == {0}

    def test_finds_the_rows_of_own_cases_alone(self, south_lead: Member) -> None:
        own = set(Membership.objects.filter(member=south_lead).values_list("case_id", flat=True))
        keys = {one: {row.pk: case_of(row) for row in every_row(one)} for one in CASE_MODELS}
        poor = {one._meta.label for one, rows in keys.items() if len(set(rows.values())) < 2}
        assert poor == set(), "the fixture has to make rows of these in two agencies"

        with role(WEB, member=south_lead):
            seen = {one._meta.label: cases_seen(one, keys[one]) for one in CASE_MODELS}

        assert {label: found for label, found in seen.items() if found != own} == {}
        assert own

    def test_finds_nothing_for_a_colleague_outside_the_case(self, north_reader: Member) -> None:
        with role(WEB, member=north_reader):
            assert rows_found() == {}

    def test_finds_nothing_for_a_member_who_left(self, north_lead: Member) -> None:
        Member.objects.filter(pk=north_lead.pk).update(is_active=False)

        with role(WEB, member=north_lead):
            assert every_row(Case) == []
            assert every_row(Item) == []

    def test_finds_no_case_that_moved_to_another_agency(
        self, north_lead: Member, south: Agency
    ) -> None:
        Case.objects.filter(memberships__member=north_lead).update(agency=south)

        with role(WEB, member=north_lead):
            assert every_row(Case) == []
            assert every_row(Face) == []

    def test_changes_and_deletes_nothing_of_others(self, north_lead: Member) -> None:
        mine = Item.objects.filter(case__memberships__member=north_lead).count()
        others = Item.objects.count() - mine

        with role(WEB, member=north_lead):
            assert Item.objects.update(camera="x") == mine

        assert Item.objects.exclude(camera="x").count() == others > 0


@pytest.mark.usefixtures("filled")
class TestAcrossTheBorder:
    def test_nothing_can_be_put_into_a_case_of_another_agency(
        self, north_lead: Member, south_lead: Member
    ) -> None:
        theirs = Case.objects.get(memberships__member=south_lead)
        run = Run.objects.get(exhibit__case=theirs)
        mine = Case.objects.filter(memberships__member=north_lead)[0]
        item = Item.objects.filter(case=mine)[0]
        tries: list[Callable[[], object]] = [
            lambda: Exhibit.objects.create(
                case=theirs, label="X", kind="folder", root="/x", added_by=north_lead, added_at=NOW
            ),
            lambda: Membership.objects.create(
                case=theirs, member=north_lead, role="lead", added_by=north_lead, added_at=NOW
            ),
            lambda: Membership.objects.create(
                case=mine, member=south_lead, role="lead", added_by=north_lead, added_at=NOW
            ),
            lambda: Case.objects.create(
                number="9", name="X", agency=theirs.agency, opened_by=north_lead, opened_at=NOW
            ),
            lambda: Case.objects.create(
                number="9", name="X", agency=mine.agency, opened_by=south_lead, opened_at=NOW
            ),
            lambda: Item.objects.filter(pk=item.pk).update(case=theirs),
            lambda: Exhibit.objects.filter(case=mine).update(case=theirs),
            lambda: Case.objects.filter(pk=mine.pk).update(agency=theirs.agency),
            lambda: Run.objects.filter(exhibit__case=mine).update(exhibit=run.exhibit_id),
        ]

        for number, attempt in enumerate(tries):
            with (
                role(WEB, member=north_lead),
                pytest.raises(DatabaseError, match="row-level security"),
                transaction.atomic(),
            ):
                attempt()
                pytest.fail(f"try {number} went through")

    def test_members_of_another_agency_are_not_there(
        self, north_lead: Member, south_lead: Member
    ) -> None:
        with role(WEB, member=north_lead):
            seen = set(Member.objects.values_list("username", flat=True))
            changed = Member.objects.filter(pk=south_lead.pk).update(is_active=False)

        assert north_lead.username in seen
        assert south_lead.username not in seen
        assert changed == 0

    def test_nobody_changes_what_a_member_is_before_sign_in(
        self, north_lead: Member, south_lead: Member
    ) -> None:
        rows = Member.objects.filter(pk=north_lead.pk)
        with role(WEB):
            assert rows.update(last_login=timezone.now(), password="x") == 1  # noqa: S106
            for change in (
                {"roles": ["curator"]},
                {"agency_id": south_lead.agency_id},
                {"username": "other"},
                {"is_superuser": True},
            ):
                with (
                    pytest.raises(DatabaseError, match="row-level security"),
                    transaction.atomic(),
                ):
                    rows.update(**change)

    def test_a_number_that_an_unseen_case_has_is_refused_in_words(
        self, north_reader: Member, client_of: Callable[[Member], Client]
    ) -> None:
        answer = client_of(north_reader).post("/cases/new/", {"number": "1/26", "name": "Other"})

        assert answer.status_code == 422
        assert "already has a case with this number" in answer.content.decode()


class TestEveryTable:
    def test_of_the_workbench_is_behind_the_wall(self, db: None) -> None:
        """A new table fails here unless its rows lead to a case or it says why they do not."""
        named = set(policies.NOT_OF_A_CASE)
        tables = {
            model._meta.db_table
            for config in apps.get_app_configs()
            if config.name.startswith("haven.workbench.")
            for model in config.get_models(include_auto_created=True)
            if model._meta.label not in named
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
            secured = {name for (name,) in cursor.fetchall()}
            cursor.execute(
                "SELECT DISTINCT tablename FROM pg_policies WHERE %s = ANY (roles)", [WEB]
            )
            with_policy = {name for (name,) in cursor.fetchall()}

        assert tables
        assert tables - secured == set()
        assert tables - with_policy == set()


def now_seen() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('haven.member_id', true), '')")
        return cursor.fetchone()[0]


class TestTheMember:
    @pytest.fixture
    def request_of(self, north_lead: Member, client_of: Callable[[Member], Client]) -> HttpRequest:
        request = RequestFactory().get("/")
        request.session = client_of(north_lead).session
        request.user = north_lead
        return request

    def test_is_known_in_the_request_and_forgotten_after_it(
        self, request_of: HttpRequest, north_lead: Member
    ) -> None:
        seen = []

        def answer(_request: HttpRequest) -> HttpResponse:
            seen.append(now_seen())
            return HttpResponse()

        walls.DatabaseKnowsMember(answer)(request_of)

        assert seen == [str(north_lead.pk)]
        assert now_seen() == ""

    def test_is_forgotten_after_an_error(self, request_of: HttpRequest) -> None:
        def answer(_request: HttpRequest) -> HttpResponse:
            raise ValueError("a bug")

        with pytest.raises(ValueError, match="a bug"):
            walls.DatabaseKnowsMember(answer)(request_of)

        assert now_seen() == ""

    def test_is_known_while_a_response_is_streamed(
        self, request_of: HttpRequest, north_lead: Member
    ) -> None:
        def pieces() -> Iterator[str]:
            yield str(now_seen())
            yield str(now_seen())

        response = walls.DatabaseKnowsMember(lambda _request: StreamingHttpResponse(pieces()))(
            request_of
        )

        assert now_seen() == ""
        assert list(response) == [str(north_lead.pk).encode()] * 2
        assert now_seen() == ""

    def test_is_forgotten_when_nobody_reads_a_stream_to_its_end(
        self, request_of: HttpRequest
    ) -> None:
        def pieces() -> Iterator[str]:
            yield str(now_seen())
            yield str(now_seen())

        response = walls.DatabaseKnowsMember(lambda _request: StreamingHttpResponse(pieces()))(
            request_of
        )
        next(iter(response))
        request_finished.disconnect(close_old_connections)  # the test goes on with its own
        try:
            response.close()
        finally:
            request_finished.connect(close_old_connections)

        assert now_seen() == ""

    def test_of_an_earlier_request_is_not_taken_for_a_stranger(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('haven.member_id', '1', false)")

        Client().get("/account/sign-in/")

        assert now_seen() == ""

    @pytest.mark.django_db(transaction=True)
    def test_is_told_to_a_connection_made_anew_in_the_request(self, north_lead: Member) -> None:
        with walls.as_member(north_lead.pk):
            connection.close()
            assert now_seen() == str(north_lead.pk)

        assert now_seen() == ""

    @pytest.mark.django_db(transaction=True)
    def test_stays_known_when_a_transaction_is_rolled_back(self, north_lead: Member) -> None:
        with walls.as_member(north_lead.pk):
            with pytest.raises(ValueError, match="x"), transaction.atomic():
                now_seen()
                raise ValueError("x")
            assert now_seen() == str(north_lead.pk)

    def test_requests_of_tests_have_the_rights_of_the_site(
        self, north_lead: Member, client_of: Callable[[Member], Client], settings: object
    ) -> None:
        from haven.web import pages

        seen = []

        def spying(*words: object, **facts: object) -> HttpResponse:
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_user")
                seen.append((cursor.fetchone()[0], now_seen()))
            return pages.page(*words, **facts)  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("haven.workbench.cases.views.page", spying)
            assert client_of(north_lead).get("/cases/").status_code == 200

        assert seen == [(WEB, str(north_lead.pk))]
