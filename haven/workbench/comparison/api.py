"""API of comparison: the candidates of a search and what two people concluded on pairs.

In      requests of a member or of a program with a token
Out     JSON: for each pair what the member may know of it now, and nothing more
Fails   as the queries do; web/failed.py makes JSON of it
Why     a look is blind before it is a conclusion. So the order of candidates says nothing, and
        the rank, the distance and the key, which follows the rank, are told once the
        member may see them on the page (R-FACE-2, R-AI-2)
Not     here: looking and concluding; a person does that who sees both faces
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES
from haven.workbench.cases import queries as cases
from haven.workbench.comparison import queries
from haven.workbench.search import actions as searches
from haven.workbench.search import queries as search_queries

router = Router(tags=["searches"])


class Conclusion(Schema):
    """What one member concluded on a pair of faces."""

    place: Annotated[int, Field(description="1: who searched; 2: the blind second")]
    conclusion: Annotated[str, Field(description="same, different or none: what it supports")]
    sentence: str
    age: Annotated[str, Field(description="adult, child, infant or unknown, as they judged")]
    is_weak: Annotated[bool, Field(description="a child, and years between the pictures")]
    made_by: Annotated[str, Field(validation_alias="reviewer.display_name")]
    made_at: datetime


class Nearness(Schema):
    """What the program says of a pair, and the measured error of that distance."""

    rank: int
    distance: float
    strength: str
    false_share: Annotated[
        float,
        Field(validation_alias="line.false.value", description="of pairs of different people"),
    ]
    expected_false: Annotated[
        float,
        Field(
            validation_alias="line.expected.value",
            description="different people among so many who lie nearer",
        ),
    ]


class Pair(Schema):
    """A face found, beside the face looked for."""

    candidate: Annotated[int | None, Field(description="null as long as nearness is")]
    search: Annotated[UUID, Field(validation_alias="search.public_id")]
    case: Annotated[UUID, Field(validation_alias="face.case.public_id")]
    item: Annotated[int, Field(validation_alias="face.item_id")]
    box_xyxy_px: Annotated[list[float], Field(validation_alias="face.box_xyxy_px")]
    group: Annotated[str | None, Field(validation_alias="face.group.public_id")] = None
    decided: Annotated[bool, Field(validation_alias="is_decided")]
    nearness: Annotated[Nearness | None, Field(description="null: not to be seen yet")]
    conclusions: Annotated[
        list[Conclusion],
        Field(validation_alias="shown", description="those that the member may see"),
    ]

    @staticmethod
    def resolve_candidate(found: queries.Pair) -> int | None:
        """Return the key of a candidate, whose order is that of the ranks, once that is known."""
        return found.pk if found.nearness else None


@router.get(
    "{uuid:case_id}/searches/{uuid:search_id}/candidates/",
    response={200: list[Pair], **FAILURES},
    url_name="candidates",
)
def list_candidates(
    request: MemberRequest, case_id: UUID, search_id: UUID
) -> Sequence[queries.Pair]:
    """The candidates of the member's own search, in an order that says nothing. Recorded.

    Of another member's search, and of one that shows none now, the list is empty.
    """
    now = timezone.now()
    case, search = searches.view(case_id, search_id, by=request.user, at=now)
    if search_queries.shows_results(search, member=request.user, at=now):
        return queries.pairs(case, search, member=request.user, at=now)
    return queries.kept(case, search, member=request.user, at=now)


@router.get(
    "{uuid:case_id}/comparisons/", response={200: list[Pair], **FAILURES}, url_name="comparisons"
)
def list_comparisons(request: MemberRequest, case_id: UUID) -> list[queries.Pair]:
    """The pairs on which two people concluded, each without knowing of the other."""
    case = cases.get(case_id, member=request.user)
    return queries.done_by(case, member=request.user, at=timezone.now())
