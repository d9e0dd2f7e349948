"""Try a case: what try.sh has the site and the worker do with one exhibit.

In      `python -m haven.site shell` reads this; HAVEN_TRY says which step, HAVEN_TRY_EXHIBIT the
        folder of the exhibit
Out     member   (as the owner) an agency and an investigator
        ask      (as the site) a case with an authority and the exhibit; the worker has a job
        told     (as the site) how the run stands and how many faces it found
Not     here: signing in; the site is asked for the member as its own middleware would
"""

import os
from pathlib import Path

from django.utils import timezone

from haven.accounts import actions as accounts
from haven.accounts.models import Member
from haven.site.walls import as_member
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis.models import Face, Run
from haven.workbench.authority import actions as authority
from haven.workbench.cases import actions as cases
from haven.workbench.evidence import actions as evidence

NOW = timezone.now()
NAME = "try"


def member() -> None:
    """Make an agency and an investigator."""
    agency = accounts.add_agency(name="Tried", country="NO", by=None, at=NOW)
    accounts.add_member(
        username=NAME,
        display_name="Tried",
        agency=agency,
        roles=["investigator"],
        by=None,
        at=NOW,
    )


def ask() -> None:
    """Open a case, enter its authority, add the exhibit and have it looked at."""
    by = Member.objects.get(username=NAME)
    with as_member(by.pk):
        case = cases.open_case(number="1/26", name="Tried", by=by, at=NOW)
        basis = authority.Basis(
            kind="warrant",
            reference="W-1",
            issuer="Court",
            powers=["analyse", "templates"],
            valid_from=timezone.localdate(),
        )
        authority.enter(case.public_id, basis, by=by, at=NOW)
        folder = Path(os.environ["HAVEN_TRY_EXHIBIT"])
        exhibit = evidence.add_folder(case.public_id, folder=folder, label="Phone", by=by, at=NOW)
        analysis.start_run(exhibit.public_id, by=by, at=NOW)


def told() -> None:
    """Print how the run stands."""
    by = Member.objects.get(username=NAME)
    with as_member(by.pk):
        run = Run.objects.get()
        tier = run.versions.get("sandbox", {}).get("tier")
        described = Face.objects.filter(embedding__isnull=False).count()
        print(f"{run.state}, {described} faces, tier {tier} {run.error_code}")  # noqa: T201


{"member": member, "ask": ask, "told": told}[os.environ["HAVEN_TRY"]]()
