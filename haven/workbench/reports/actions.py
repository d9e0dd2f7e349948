"""Making a report, reading it, giving it out, and making it again to compare.

In      a case, what is wanted, who, when
Out     a Report that nobody can change; bytes of the page, the document or the manifest
Fails   CaseNotFound, NotAllowed, ReportNotFound, ReportDamaged; SaysTooLittle, NotSuperseded,
        ViewGone, NoFont, ReasonMissing
Why     a report is frozen in the moment it is made: its manifest is sealed with the case, its
        digest is on the record, and what goes out is made from it and from nothing else
Not     here: what it says (writing.py), how it looks (rendering.py)
"""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from haven import __version__
from haven.audit import canonical
from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict, NotAllowed
from haven.workbench.cases import keys
from haven.workbench.cases import queries as cases
from haven.workbench.reports import queries, rendering, writing
from haven.workbench.reports.chapters.about import Head
from haven.workbench.reports.models import Report
from haven.workbench.reports.scope import Ask, Scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

PAGE, PDF, MANIFEST, ALL = "html", "pdf", "json", "zip"
NUMBER_RULE = "report_has_its_own_number_in_a_case"  # of models.py
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the first a zip file can say: the same bytes every time


class SaysTooLittle(BadInput):
    """For whom or what for is missing, or nothing was chosen."""

    code = "report.says_too_little"
    words = _("Say for whom the report is and what for, and choose what it holds.")


class NotSuperseded(Conflict):
    """The earlier report is superseded already."""

    code = "report.not_superseded"
    words = _("This report is superseded already; supersede the latest one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """How a report goes out."""

    form: str  # PAGE, PDF, MANIFEST or ALL
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class Same:
    """Whether a report made again is the same, byte for byte; None: it could not be made."""

    page: bool | None
    pdf: bool | None
    made_by_version: str
    version: str


class SameMoment(Conflict):
    """Another report of the case was made in the same moment."""

    code = "report.same_moment"
    words = _("Another report of this case was made in the same moment. Please try again.")


def make(case_id: UUID, ask: Ask, *, by: Member, at: datetime) -> Report:
    """Make a report of a case as it is now; it is final.

    All of it is read from one moment of the database, so that its numbers agree.

    Raises:
        CaseNotFound, NotAllowed, ReportNotFound: Not there, or not to be done.
        SaysTooLittle: For whom or what for is missing, or nothing was chosen.
        NotSuperseded: The earlier report is superseded already.
        ViewGone: A masked view cannot be had, or the member asked not to see it.
        SameMoment: Another one was made in the same moment.
    """
    is_outermost = not connection.in_atomic_block
    try:
        with transaction.atomic():
            if is_outermost:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return _make(case_id, ask, by=by, at=at)
    except IntegrityError as error:
        if NUMBER_RULE not in str(error) and "supersedes" not in str(error):
            raise
        raise SameMoment("two reports of one case in one moment") from None


def _make(case_id: UUID, ask: Ask, *, by: Member, at: datetime) -> Report:
    """Make a report in the transaction that make() holds."""
    case = _maker(case_id, by)
    if not ask.addressed_to.strip() or not ask.purpose.strip() or ask.step not in queries.STEP:
        raise SaysTooLittle("a report says for whom and what for")
    if not ask.whole_case and not (ask.leads or ask.decisions):
        raise SaysTooLittle("nothing was chosen")
    earlier = _earlier(case, ask)
    head = Head(uuid.uuid4(), queries.of_case(case).count() + 1, ask.supersedes)
    told = writing.manifest(Scope(case, ask, by=by, at=at), head)
    content = canonical.encode(told)
    told = json.loads(content)  # what is drawn now is what is drawn later
    views = queries.views(case, told, member=by)
    with keys.opened(case.public_id) as key:
        sealed = key.seal(content, kind=queries.KIND, name=str(head.public_id))
    page = rendering.page(told, views)
    made = Report.objects.create(
        public_id=head.public_id,
        case=case,
        number=head.number,
        step=ask.step,
        whole_case=ask.whole_case,
        hides_names=ask.hides_names,
        language=get_language() or "en",
        supersedes=earlier,
        manifest=sealed,
        manifest_sha256=_digest(content),
        page_sha256=_digest(page),
        pdf_sha256=_pdf_digest(told, views),
        made_by=by,
        made_at=at,
    )
    _record_made(made, told)
    return made


@transaction.atomic
def view(case_id: UUID, report_id: UUID, *, by: Member, at: datetime) -> tuple[Case, Report]:
    """Read a report; that is recorded.

    Raises:
        CaseNotFound, ReportNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    found = queries.get(case, report_id)
    record("report.view", actor=by, target=found, case_id=case.pk, at=at, step=found.step)
    return case, found


@transaction.atomic
def export(case_id: UUID, report_id: UUID, given: Given, *, by: Member, at: datetime) -> bytes:
    """Give a report out; to whom and why is recorded before a byte leaves.

    Args:
        case_id: Public id.
        report_id: Public id.
        given: In which form, to whom, and why.
        by: Who gives it out.
        at: Now.

    Raises:
        CaseNotFound, NotAllowed, ReportNotFound, ReportDamaged: Not there, or not to be done.
        SaysTooLittle, ReasonMissing: To whom, or why, was not said.
        ViewGone, NoFont: It cannot be made here and now.
    """
    case = _maker(case_id, by)
    found = queries.get(case, report_id)
    if not given.to.strip():
        raise SaysTooLittle("a report goes to somebody")
    content = queries.raw(case, found)
    file = _given(given.form, content, case, found, by)
    record(
        "report.export",
        actor=by,
        target=found,
        case_id=case.pk,
        at=at,
        reason=given.reason,
        personal={"to": given.to.strip()},
        form=given.form,
        step=found.step,
        manifest=found.manifest_sha256,
        sha256=_digest(file),
    )
    return file


@transaction.atomic
def compare(case_id: UUID, report_id: UUID, *, by: Member, at: datetime) -> Same:
    """Make a report again from its manifest and tell whether it is the same.

    Raises:
        CaseNotFound, ReportNotFound, ReportDamaged: Not there, or not to be seen.
        ViewGone: A masked view cannot be had, so it cannot be made again.
    """
    case = cases.get(case_id, member=by)
    found = queries.get(case, report_id)
    told = queries.manifest(case, found)
    views = queries.views(case, told, member=by)
    made = rendering.made_with()
    again = Same(
        page=_digest(rendering.page(told, views)) == found.page_sha256,
        pdf=_pdf_digest(told, views) == found.pdf_sha256 if found.pdf_sha256 else None,
        made_by_version=_versions(told["made_with"]),
        version=_versions({"haven": __version__, **made}),
    )
    record(
        "report.compare",
        actor=by,
        target=found,
        case_id=case.pk,
        at=at,
        page=again.page,
        pdf=again.pdf,
    )
    return again


def _maker(case_id: UUID, by: Member) -> Case:
    """Return a case whose reports a member may make.

    Raises:
        CaseNotFound, NotAllowed: Not there, or the member only reads it.
    """
    case = cases.get(case_id, member=by)
    if not queries.may_make(case):
        raise NotAllowed(f"member {by.pk} only reads case {case.pk}")
    return case


def _earlier(case: Case, ask: Ask) -> Report | None:
    """Return the report that a new one supersedes.

    Raises:
        ReportNotFound: Not in this case.
        NotSuperseded: Another did already.
    """
    if ask.supersedes is None:
        return None
    found = queries.get(case, ask.supersedes)
    if hasattr(found, "superseded_by"):
        raise NotSuperseded(f"report {found.pk} is superseded already")
    return found


def _record_made(made: Report, told: dict[str, Any]) -> None:
    """Put the making on the record: with the digest, the record proves what the report said."""
    record(
        "report.make",
        actor=made.made_by,
        target=made,
        case_id=made.case_id,
        at=made.made_at,
        report=str(made.public_id),
        step=made.step,
        whole_case=made.whole_case,
        hides_names=made.hides_names,
        supersedes=made.supersedes_id,
        manifest=made.manifest_sha256,
        page=made.page_sha256,
        pdf=made.pdf_sha256 or None,
        numbers=len(told["numbers"]),
    )


def _given(form: str, content: bytes, case: Case, found: Report, by: Member) -> bytes:
    """Return what goes out in a form."""
    if form == MANIFEST:
        return content
    told = json.loads(content)
    views = queries.views(case, told, member=by)
    if form == PAGE:
        return rendering.page(told, views)
    if form == PDF:
        return rendering.pdf(told, views)
    files = {"manifest.json": content, "report.html": rendering.page(told, views)}
    if found.pdf_sha256:
        files["report.pdf"] = rendering.pdf(told, views)
    files |= {f"views/{sha256}.jpg": jpeg for sha256, jpeg in views.items()}
    listed = "".join(f"{_digest(files[name])}  {name}\n" for name in sorted(files))
    return _zipped({**files, "SHA256SUMS": listed.encode()})


def _zipped(files: dict[str, bytes]) -> bytes:
    """Return files in one archive, the same bytes for the same files."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=_ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return into.getvalue()


def _pdf_digest(told: dict[str, Any], views: dict[str, bytes]) -> str:
    """Return the digest of the PDF; nothing where a script has no font here."""
    try:
        return _digest(rendering.pdf(told, views))
    except rendering.NoFont:
        return ""


def _versions(told: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(told.items()))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
