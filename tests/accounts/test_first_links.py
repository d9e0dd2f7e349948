"""The first link: a new member comes in by it to set up a factor, and nobody else."""

from django.test import Client
from django.utils import timezone

from haven.accounts import actions, resets
from haven.accounts.models import Agency, Member
from tests.signing_in import add_code_app, let_in


class TestLink:
    def test_works_again_until_a_factor_is_there_and_ends_the_session_before(
        self, north: Agency
    ) -> None:
        member = actions.add_member(
            username="ola", display_name="Ola", agency=north, by=None, at=timezone.now()
        )
        link = actions.first_link(member)
        first, second, third = Client(), Client(), Client()
        for client in (first, second):  # the browser died after "Begin"
            where = client.get(link, follow=True).redirect_chain[-1][0]
            assert client.post(where)["Location"] == "/account/enrol/"
            assert client.get("/account/enrol/").status_code == 200
        assert first.get("/account/enrol/")["Location"].startswith("/account/sign-in/")

        add_code_app(member)

        assert "This link has ended" in third.get(link, follow=True).content.decode()

    def test_ends_with_a_reset(self, north: Agency) -> None:
        member = actions.add_member(
            username="ola", display_name="Ola", agency=north, by=None, at=timezone.now()
        )
        old = actions.first_link(member)

        new = resets.on_console(member, reason="Lost the phone", at=timezone.now())

        assert "This link has ended" in Client().get(old, follow=True).content.decode()
        assert "Begin" in Client().get(new, follow=True).content.decode()

    def test_of_somebody_else_asks_to_sign_out_first(
        self, north: Agency, south_lead: Member
    ) -> None:
        member = actions.add_member(
            username="ola", display_name="Ola", agency=north, by=None, at=timezone.now()
        )

        answer = let_in(Client(), south_lead).get(actions.first_link(member))

        assert answer.status_code == 409
        assert "Sign out first" in answer.content.decode()

    def test_is_not_used_up_by_looking(self, north: Agency) -> None:
        member = actions.add_member(
            username="ola", display_name="Ola", agency=north, by=None, at=timezone.now()
        )
        link = actions.first_link(member)

        for _ in range(3):
            assert "This link lets you in" in Client().get(link, follow=True).content.decode()

    def test_of_one_who_left_has_ended(self, north: Agency) -> None:
        member = actions.add_member(
            username="ola", display_name="Ola", agency=north, by=None, at=timezone.now()
        )
        link = actions.first_link(member)
        member.is_active = False
        member.save()

        assert "This link has ended" in Client().get(link, follow=True).content.decode()
