"""Create a member: `python -m haven.site createmember`, for the first one of a new site.

In      sign-in name, name, agency, country
Out     a member without a password, and a one-time link to come in and set up a factor
Fails   CommandError: the name is taken, or a value is not allowed
Why     no default account anywhere; whoever reads the console makes the first member
"""

import argparse
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from haven.accounts import access, actions, links, models, queries
from haven.accounts.actions import NameTaken


class Command(BaseCommand):
    """Make a member and print a one-time link."""

    help = "Make a member of an agency and print a one-time link to come in by."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Describe the words of the command."""
        parser.add_argument("username", help="sign-in name")
        parser.add_argument("--name", required=True, help="the person's name, shown to colleagues")
        parser.add_argument("--agency", required=True, help="made if there is none of this name")
        parser.add_argument(
            "--role",
            action="append",
            choices=access.Role.values,
            help="may be given several times; if not given: administrator for the first member, "
            "who in a trial also works on cases; investigator for others",
        )
        parser.add_argument("--country", required=True, help="of the agency, two letters")
        parser.add_argument(
            "--kind",
            choices=models.Agency.Kind.values,
            default=models.Agency.Kind.NATIONAL,
            help="of the agency, where it is made",
        )

    def handle(self, **options: Any) -> None:
        """Make the member."""
        now = timezone.now()
        try:
            with transaction.atomic():
                agency = queries.agency(options["agency"]) or actions.add_agency(
                    name=options["agency"],
                    country=options["country"].upper(),
                    kind=options["kind"],
                    by=None,
                    at=now,
                )

                member = actions.add_member(
                    username=options["username"],
                    display_name=options["name"],
                    agency=agency,
                    roles=options["role"] or _usual_roles(),
                    by=None,
                    at=now,
                )
        except NameTaken as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(links.words_for(actions.first_link(member)))


def _usual_roles() -> list[str]:
    """Return the roles of a member for whom none were named."""
    if queries.anyone():
        return [access.Role.INVESTIGATOR]
    alone = [access.Role.INVESTIGATOR, access.Role.SUPERVISOR]  # a trial of one person
    return [access.Role.ADMINISTRATOR, *(alone if settings.HAVEN_MODE == "trial" else [])]
