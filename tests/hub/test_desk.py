"""The editors' desk: who comes in, what is there, and that it takes words alone."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image
from wagtail.models import Page

from haven.accounts import access
from haven.accounts.access import Role
from haven.accounts.models import Member
from haven.audit.models import Event
from haven.hub.desk import urls
from haven.hub.guidance import loading, reading
from haven.hub.guidance.models import CarePage, GuideStep

NUMBER = {"int": "1", "slug": "x", "str": "x", "uuid": "00000000-0000-4000-8000-000000000000"}
CLOSED = (  # Wagtail has them; Haven has its own, or none
    "login/", "password_reset/", "users/", "users/new/", "groups/",
    "collections/", "sites/", "workflows/list/", "redirects/", "failwhale/",
    "bulk/wagtailcore/page/delete/",
)  # fmt: skip


@pytest.fixture
def loaded(db):
    return loading.load(reading.every())


@pytest.fixture
def curator(north):
    return Member.objects.create_user(
        username="clara", display_name="Clara", agency=north, roles=[Role.CURATOR]
    )


def served(patterns=None, before="/hub/desk/"):
    """Yield every address of the desk that leads somewhere."""
    for one in urls.urlpatterns if patterns is None else patterns:
        written = re.sub(r"\(\?P<\w+>[^)]*\)", "1", str(one.pattern))  # of regular expressions
        route = before + re.sub(
            r"[\^$\\]",
            "",
            re.sub(r"<(?:(\w+):)?\w+>", lambda hit: NUMBER[hit[1] or "str"], written),
        )
        if isinstance(one, URLResolver):
            yield from served(one.url_patterns, route)
        elif isinstance(one, URLPattern) and one.callback is not urls.closed:
            yield route


ADDRESSES = sorted(set(served()))


class TestDoor:
    def test_nobody_comes_in_without_sign_in(self, db, client):
        for address in (*ADDRESSES, *(f"/hub/desk/{one}" for one in CLOSED)):
            for method in (client.get, client.post):
                answer = method(address)

                assert answer.status_code == 302, address
                assert answer["Location"].startswith("/account/sign-in/"), address

    @pytest.mark.parametrize("role", [*sorted(set(Role) - {Role.CURATOR, Role.PROVIDER}), None])
    def test_no_other_role_comes_in(self, role, north, client_of):
        member = Member.objects.create_user(
            username="m", display_name="M", agency=north, roles=[role] if role else []
        )
        client = client_of(member)

        for address in ADDRESSES:
            assert client.get(address).status_code == 403, address
            assert client.post(address).status_code == 403, address
        assert "/hub/desk/" not in client.get("/hub/").content.decode()

    def test_not_even_a_superuser_of_django(self, north, client_of):
        member = Member.objects.create_superuser(username="s", display_name="S", agency=north)

        assert client_of(member).get("/hub/desk/").status_code == 403

    def test_what_haven_does_itself_is_not_there_for_a_curator(self, curator, client_of):
        client = client_of(curator)

        for address in CLOSED:
            for method in (client.get, client.post):
                assert method(f"/hub/desk/{address}").status_code in (403, 404), address

    def test_the_way_out_is_haven_s_own(self, curator, client_of):
        client = client_of(curator)

        assert client.get("/hub/desk/account/")["Location"] == "/account/profile/"
        assert client.post("/hub/desk/logout/").status_code == 302
        assert client.get("/hub/desk/")["Location"].startswith("/account/sign-in/")

    def test_every_name_that_leads_somewhere_has_a_rule(self):
        assert ADDRESSES
        assert access.rule("wagtailadmin_login") is None
        assert access.rule("wagtailusers_users:index") is None
        assert access.rule("wagtail_of_tomorrow") is None
        assert set(access.SPACES.values()) == {"pages.edit"}
        assert not [one for one in get_resolver().reverse_dict if "images" in str(one)]


class TestWork:
    def test_a_curator_sees_the_tree_and_a_page(self, loaded, curator, client_of):
        client = client_of(curator)
        step = GuideStep.objects.get(slug="receive")

        for address in (
            "/hub/desk/",
            "/hub/desk/pages/",
            f"/hub/desk/pages/{step.get_parent().pk}/",
            f"/hub/desk/pages/{step.pk}/edit/",
            f"/hub/desk/pages/{step.pk}/history/",
            f"/hub/desk/pages/{step.pk}/view_draft/",
            "/hub/desk/pages/search/?q=receive",
        ):
            answer = client.get(address)

            assert answer.status_code == 200, address
            assert "gravatar" not in answer.content.decode(), address
            assert "releases.wagtail" not in answer.content.decode(), address

    def test_what_a_curator_publishes_is_read_and_on_the_record(
        self, loaded, curator, client_of, north_lead
    ):
        page = CarePage.objects.get(slug="team-leaders-kit")
        address, client = f"/hub/desk/pages/{page.pk}/edit/", client_of(curator)

        refused = client.post(address, _form(page, "True [[nobody-knows]]."))
        taken = client.post(address, _form(page, "Said by a curator [[hub-w3]]."))

        assert "nobody-knows" in refused.content.decode()
        assert taken.status_code == 302
        read = client_of(north_lead).get("/hub/wellbeing/team-leaders-kit/").content.decode()
        assert "Said by a curator" in read
        assert "nobody-knows" not in read
        assert Event.objects.filter(verb="page.publish").count() == 1

    def test_no_page_of_the_desk_may_run_what_stands_in_it(self, loaded, curator, client_of):
        page = CarePage.objects.get(slug="team-leaders-kit")
        client = client_of(curator)

        edit = client.get(f"/hub/desk/pages/{page.pk}/edit/")
        preview = client.get(f"/hub/desk/pages/{page.pk}/edit/preview/")

        for answer in (edit, preview):
            policy = answer["Content-Security-Policy"]
            assert "script-src 'self';" in f"{policy};"
            assert "style-src 'self';" in f"{policy};"
            assert "default-src 'none'" in policy
            assert b"<script>" not in answer.content
        assert "frame-ancestors 'none'" in edit["Content-Security-Policy"]
        assert edit["X-Frame-Options"] == "DENY"


class TestTextAlone:
    def test_no_address_of_the_hub_takes_a_picture(self, loaded, curator, client_of):
        client = client_of(curator)
        pages = Page.objects.count()

        for address in (*ADDRESSES, "/hub/", "/hub/library/terms-for-providers/read/"):
            for name, type_ in (("a.png", "image/png"), ("a.txt", "text/plain")):
                file = SimpleUploadedFile(name, _picture(), type_)
                answer = client.post(address, {"file": file, "avatar": file, "title": "x"})

                assert answer.status_code == 400, address
                assert b"hub.text_alone" in answer.content, address
            bare = client.post(address, _picture(), content_type="image/png")
            assert bare.status_code == 400, address
        assert Page.objects.count() == pages


def _picture() -> bytes:
    """Return a picture that is a web page as well."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return file.getvalue() + b"<html><script>1</script></html>"


def _form(page: CarePage, said: str) -> dict[str, str]:
    """Return what the desk sends for a page with one paragraph."""
    return {
        "title": page.title,
        "slug": page.slug,
        "brief": page.brief,
        "reviewed_by": "",
        "reviewed_on": "",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "paragraph",
        "body-0-value": said,
        "body-0-id": "",
        "action-publish": "1",
    }
