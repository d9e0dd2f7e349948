"""API of review: the items of a case.

In      requests of a signed-in member, with the same filters as the grid
Out     JSON: facts, never a picture and never a template of a face
Fails   as the queries do; web/failed.py makes JSON of it
Why     consultation is recorded by the same actions as on the pages
Not     here: groups and people (haven.workbench.people)
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import ValidationInfo, field_validator

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, After, Rows, rows_of
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import item_filter
from haven.workbench.analysis import item_queries as items
from haven.workbench.analysis.api import Face
from haven.workbench.review import actions, filter_form, queries

router = Router(tags=["items and people"])

_NO_ZERO = r"^[^\x00]*$"  # PostgreSQL compares no text with a zero byte
_PATHS_SHOWN = 200
Words = Annotated[str, Field(max_length=200, pattern=_NO_ZERO)]
_READERS: Mapping[str, Callable[[str], object]] = {
    "taken": item_filter.Period.read,
    "box": item_filter.Box.read,
    "near": item_filter.Near.read,
}


class Filter(Schema):
    """Which items to tell, and in which order; empty fields choose nothing away."""

    q: Annotated[Words, Field(description="part of a path, or the beginning of a SHA-256")] = ""
    order: Literal["faces", "quality", "newest", "oldest", "largest", "arrival"] = "faces"
    faces: Literal["", "any", "none", "1", "2", "3"] = ""
    status: Literal["", "done", "unsupported", "failed"] = ""
    size: Literal["", "tiny", "small", "medium", "large"] = ""
    taken_from: date | None = None
    taken_to: date | None = None
    camera: Words = ""
    taken: Annotated[str, Field(max_length=13, description='"2026", "2026-05", "none" …')] = ""
    place: Literal["", "any", "none", "doubted"] = ""
    box: Annotated[Words, Field(description="south,west,north,east in degrees")] = ""
    near: Annotated[Words, Field(description="latitude, longitude in degrees")] = ""
    radius: Annotated[float, Field(gt=0, le=item_filter.FARTHEST_KM, description="km")] = 1.0
    device: Literal["", "named", "none", "unnumbered", "unknown"] = ""
    serial: Words = ""
    exhibit: UUID | None = None
    folder: Annotated[str, Field(max_length=1000, pattern=_NO_ZERO)] = ""
    group: Annotated[str, Field(max_length=80, pattern=_NO_ZERO)] = ""
    code: Annotated[str, Field(max_length=40, pattern=_NO_ZERO)] = ""

    @field_validator("taken", "box", "near")
    @classmethod
    def _readable(cls, text: str, info: ValidationInfo) -> str:
        """Return a text that its reader can read."""
        if text:
            _READERS[str(info.field_name)](text)
        return text

    def chosen(self) -> item_filter.Filter:
        """Return the filter as the queries take it."""
        return item_filter.Filter(
            taken=item_filter.Period.read(self.taken) if self.taken else None,
            place=self.place,
            box=item_filter.Box.read(self.box) if self.box else None,
            near=item_filter.Near.read(self.near, self.radius) if self.near else None,
            device=self.device,
            serial=self.serial,
            folder=self.folder.strip("/"),
            group=self.group,
            faces=self.faces,
            status=self.status,
            size=self.size,
            taken_from=self.taken_from,
            taken_to=self.taken_to,
            camera=self.camera,
            exhibit=self.exhibit,
            words=self.q.strip(),
            error_code=self.code,
        )


class Item(Schema):
    """Distinct content in a case. Time, camera and place are what the file says of itself."""

    id: Annotated[int, Field(validation_alias="pk")]
    sha256: str
    sha1: str
    md5: str
    size_bytes: int
    mime: str
    kind: str
    status: str
    error_code: Annotated[str, Field(description="why it was not looked at; else empty")]
    width_px: int | None
    height_px: int | None
    taken_at: str
    gps_lat: float | None
    gps_lon: float | None
    camera: str
    camera_serial: str
    n_faces: int


class ItemFacts(Item):
    """An item with its perceptual hash, which lists leave out."""

    pdq: Annotated[str, Field(validation_alias="pdq_hex", description="64 digits, or empty")]
    pdq_quality: int | None


class Path(Schema):
    """A path at which an item lay."""

    exhibit: Annotated[UUID, Field(validation_alias="exhibit.public_id")]
    path: str


class ItemWhole(Schema):
    """An item with the paths at which it lay and the faces on it."""

    item: ItemFacts
    paths: Annotated[list[Path], Field(description="the first 200")]
    faces: list[Face]


@router.get("{uuid:case_id}/items/", response={200: Rows[Item], **FAILURES}, url_name="items")
def list_items(
    request: MemberRequest, case_id: UUID, chosen: Query[Filter], after: After = ""
) -> dict[str, object]:
    """The items of a case. Looking is recorded with what was looked for."""
    case = actions.view_items(
        case_id, looked_for=filter_form.looked_for(request.GET), by=request.user, at=timezone.now()
    )
    return rows_of(queries.tiles(case, chosen.chosen(), chosen.order, after))


@router.get(
    "{uuid:case_id}/items/{int:item_id}/",
    response={200: ItemWhole, **FAILURES},
    url_name="item",
)
def one_item(request: MemberRequest, case_id: UUID, item_id: int) -> dict[str, object]:
    """One item. Looking is recorded."""
    _case, found = actions.view_item(case_id, item_id, by=request.user, at=timezone.now())
    return {
        "item": found,
        "paths": items.paths(found)[:_PATHS_SHOWN],
        "faces": faces.faces_on(found),
    }
