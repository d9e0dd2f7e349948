"""API of the catalogue: tools with filters, one tool, all of them, the vocabulary, bodies.

In      requests of a signed-in member
Out     JSON, JSON Lines, and the JSON Schema of a tool; each record with where it is from
Fails   ToolNotFound; a value that no list has is a wrong question (site/api.py)
Why     a program reads the same of a tool as a member, and no more than that member may
Not     here: what a record says (records.py), records of other hubs (hub/exchange/api.py).
        Nothing is changed by a program: who proposes and who decides is a person
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.hub.base import provenance
from haven.hub.base.provenance import Provenance
from haven.hub.catalogue import actions, finding, queries, records, vocabulary
from haven.web.api import FAILURES, After, Rows, rows_of
from haven.web.keyset import window

router = Router(tags=["catalogue"])

SIZE = 50
_LONGEST_ASKED = 200
_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


class ToolRow(records.ToolRecord):
    """One tool, and where its record is from."""

    provenance: Provenance


class BodyRow(records.BodyRecord):
    """One body to turn to, and where its record is from."""

    provenance: Provenance


class ToolFilter(Schema):
    """Which tools to tell. Values of one list widen, lists narrow; empty ones choose nothing."""

    q: Annotated[
        str,
        Field(max_length=_LONGEST_ASKED, pattern=r"^[^\x00]*$", description="words"),
    ] = ""
    steps: list[vocabulary.Step] = []
    techniques: list[vocabulary.Technique] = []
    media: list[vocabulary.Media] = []
    deployment: list[vocabulary.Deployment] = []
    access: list[vocabulary.Access] = []
    price: list[vocabulary.Price] = []
    evidence_leaves: list[vocabulary.Leaves] = []
    status: list[vocabulary.Status] = []

    def asked(self) -> finding.Asked:
        """Return what is asked, as the page asks it."""
        chosen = {name: tuple(map(str, getattr(self, name))) for name in finding.LISTS}
        return finding.Asked(q=self.q, chosen=chosen)


@router.get("tools/", response={200: Rows[ToolRow], **FAILURES}, url_name="tools")
def list_tools(
    request: MemberRequest, looked_for: Query[ToolFilter], after: After = ""
) -> dict[str, object]:
    """The tools of the catalogue, in the order of their names, with the filters of the page."""
    sees = queries.sees_restricted(request.user)
    found = finding.find(looked_for.asked(), sees_restricted=sees)
    part = window(found.tools, order=("name", "pk"), after=after, size=SIZE)
    return rows_of(part, list(map(_row, queries.seen(part.rows, member=request.user))))


@router.get("tools/{slug:slug}/", response={200: ToolRow, **FAILURES}, url_name="tool")
def one_tool(request: MemberRequest, slug: str) -> ToolRow:
    """One tool."""
    return _row(queries.tool(slug, member=request.user))


@router.get("tools.jsonl", response={200: None, **FAILURES}, url_name="tools_file")
def all_tools(request: MemberRequest) -> StreamingHttpResponse:
    """All tools as JSON Lines, each line a tool as `tool.schema.json` says. This is recorded."""
    shown = actions.export(by=request.user, at=timezone.now())
    answer = StreamingHttpResponse(_lines(shown), content_type="application/jsonl")
    answer["Content-Disposition"] = 'attachment; filename="tools.jsonl"'
    return answer


@router.get("tool.schema.json", response={200: dict[str, Any], **FAILURES}, url_name="tool_schema")
def tool_schema(request: MemberRequest) -> dict[str, Any]:
    """The JSON Schema of a tool, as lists, one tool and the file tell it."""
    del request
    return {"$schema": _SCHEMA, **ToolRow.model_json_schema(mode="serialization")}


@router.get(
    "vocabulary/", response={200: list[records.WordRecord], **FAILURES}, url_name="vocabulary"
)
def list_words(request: MemberRequest) -> list[records.WordRecord]:
    """Every word that a record may hold, by its list, in the language of the request."""
    del request
    return list(records.vocabulary())


@router.get("bodies/", response={200: list[BodyRow], **FAILURES}, url_name="bodies")
def list_bodies(request: MemberRequest) -> list[BodyRow]:
    """The bodies to turn to."""
    del request
    own = provenance.own()
    return [BodyRow(**dict(records.of_body(one)), provenance=own) for one in queries.bodies()]


def _row(shown: queries.Shown) -> ToolRow:
    return ToolRow(**dict(records.of_tool(shown)), provenance=provenance.own())


def _lines(shown: Iterator[queries.Shown]) -> Iterator[bytes]:
    for one in shown:
        yield _row(one).model_dump_json().encode() + b"\n"
