"""The proxy: every answer of a walk through all pages as every role is decoded and compared.

No answer holds pixels of an original outside faces unless its member has an exposure of that
item that counts it, and the record has the entry of that look.

Two pictures are the same here when what is fine in them is (the difference to a soft copy):
colours alone are also in a mosaic of 24 samples, which shows no more than step 1 allows.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haven.accounts.access import Role
from haven.audit import queries as audit
from haven.engine import objects
from haven.workbench.analysis import originals
from haven.workbench.analysis.models import Face, Item, Occurrence
from haven.workbench.crops import actions as crops
from haven.workbench.crops import queries, releasing
from haven.workbench.crops.models import Crop
from haven.workbench.reveals import lens
from haven.workbench.reveals.models import Reveal
from haven.workbench.wellbeing.models import Exposure
from tests.crawl import reading
from tests.signing_in import let_in
from tests.site.test_every_url import ELSEWHERE, POST_ALONE, ROUTED
from tests.workbench import cut_out, opened
from tests.workbench.build import NOW
from tests.workbench.conftest import authority, case, lay, look, portrait

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

__all__ = ["authority", "case", "lay", "look", "portrait"]  # fixtures
SIDE_PX = 320  # long side at which pictures are compared
SAME = 0.45  # correlation of what is fine: seen below 0.2 for views, above 0.8 for the whole
SAME_PIECE = 0.55  # of a lens at its best place: 0.68 to 0.89 where it is from, else below 0.35
LOOKS = {
    "item.background": 2,
    "reveal.part": 3,
    "crop.look": 3,
    "crop.export": 3,
    "reveal.whole": 4,
}
LEAVES = ("accounts:sign-out", "accounts:start-over", "accounts:leave", "cases:take_off")


@dataclass
class Original:
    """What is fine in an original, faces left out, and its bytes."""

    item_pk: int
    content: bytes
    fine: np.ndarray
    free: np.ndarray  # where no face is

    def is_in(self, picture: np.ndarray) -> bool:
        """Tell whether a picture, or a piece as a lens cuts it, holds this original."""
        high, wide = self.fine.shape
        if abs(picture.shape[1] / picture.shape[0] - wide / high) < 0.04 * wide / high:
            seen = _fine(cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA))
            one, other = seen[self.free], self.fine[self.free]
            return float(np.corrcoef(one, other)[0, 1]) > SAME
        side = round(lens.SIDE * SIDE_PX)
        if min(high, wide) <= side or abs(picture.shape[0] - picture.shape[1]) > 4:
            return False
        seen = _fine(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA))
        noise = np.random.default_rng(0).normal(0, 5, self.fine.shape)  # flat ground fits anything
        where = np.where(self.free, self.fine, noise).astype(np.float32)
        return float(cv2.matchTemplate(where, seen, cv2.TM_CCOEFF_NORMED).max()) > SAME_PIECE


def _fine(grey: np.ndarray) -> np.ndarray:
    """Return what is fine in a grey picture."""
    plain = grey.astype(np.float32)
    return plain - cv2.GaussianBlur(plain, (0, 0), 2.5)


def original_of(item: Item) -> Original:
    lies = Occurrence.objects.select_related("exhibit").filter(item=item)[0]
    content = (Path(lies.exhibit.root) / os.fsdecode(bytes(lies.path_bytes))).read_bytes()
    grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    scale = SIDE_PX / max(grey.shape)
    size = round(grey.shape[1] * scale), round(grey.shape[0] * scale)
    free = np.ones(size[::-1], bool)
    for face in Face.objects.filter(item=item):
        left, top, right, bottom = (round(one * scale) for one in face.box_xyxy_px)
        edge = round(0.15 * max(right - left, bottom - top))
        free[max(0, top - edge) : bottom + edge, max(0, left - edge) : right + edge] = False
    return Original(
        item.pk, content, _fine(cv2.resize(grey, size, interpolation=cv2.INTER_AREA)), free
    )


class Proxy:
    """Stands between a member and the site, and looks at every answer."""

    def __init__(self, found: list[Original], member: "Member | None") -> None:
        self.found, self.member = found, member
        self.client = Client(raise_request_exception=False)
        if member is not None:
            let_in(self.client, member)
        self.n_answers = self.n_pictures = self.n_crops = 0
        self.shown: list[tuple[int, int]] = []  # items, steps
        self.faults: list[str] = []

    def ask(self, method: str, address: str, values: Mapping[str, Any] | None = None) -> Any:
        answer = getattr(self.client, method)(address, *([values] if values else []))
        content = reading.content_of(answer)
        self.n_answers += 1
        for part in reading.everything_in(answer, content):
            for one in self.found:
                if one.content[2000:2064] in part:
                    self.faults.append(f"{method} {address}: bytes of item {one.item_pk}")
        picture = cv2.imdecode(np.frombuffer(content or b"-", np.uint8), cv2.IMREAD_GRAYSCALE)
        if picture is not None:
            self.n_pictures += 1
            for one in self.found:
                if one.is_in(picture):
                    self._weigh(address, one.item_pk)
        return answer

    def _weigh(self, address: str, item_pk: int) -> None:
        """Find the exposure and the entry that stand behind pixels of an original."""
        counted = Exposure.objects.filter(member=self.member, item=item_pk).order_by("-pk")
        one = counted.first()
        verbs = {verb for verb, step in LOOKS.items() if one and step == one.step}
        entries = [
            entry
            for entry in audit.of_case(Item.objects.get(pk=item_pk).case_id)
            if entry.verb in verbs and entry.actor_id == getattr(self.member, "pk", 0)
        ]
        if one is None or not entries or (one.step > 2 and not one.n_sent):
            self.faults.append(f"{address}: item {item_pk} without exposure and entry")
        else:
            self.shown.append((item_pk, one.step))


@pytest.fixture
def items(look: Callable, lay: Callable, portrait: Callable[[str], bytes]) -> list[Item]:
    """Return real pictures, looked at by the real engine: with faces, and without."""
    look(lay({f"{one}.jpg": portrait(one) for one in ("obama-1", "biden-1", "coffee")}))
    return list(Item.objects.order_by("pk"))


@pytest.fixture
def everyone(
    case: "Case", north_lead: "Member", north_reader: "Member", south_lead: "Member"
) -> "list[Member | None]":
    """Return a stranger, the cast, and a colleague for every role, some of them on the case."""
    from haven.accounts.models import Agency, Member
    from haven.workbench.cases.models import Membership

    tools = Agency.objects.create(name="Tools", country="NO", kind="provider")
    found: list[Member | None] = [None, north_lead, north_reader, south_lead]
    for role in Role:
        one = Member.objects.create_user(
            username=f"north_{role}",
            password=None,
            display_name=str(role),
            agency=tools if role == Role.PROVIDER else north_lead.agency,
            roles=[role],
        )
        found.append(one)
        if role in (Role.ANALYST, Role.SUPERVISOR):
            Membership.objects.create(
                case=case, member=one, role="worker", added_by=north_lead, added_at=NOW
            )
    return found


@pytest.fixture
def crop(items: list[Item], everyone: "list[Member | None]", north_lead: "Member") -> Crop:
    """Return a released piece of a picture without faces, as large as what a lens shows."""
    item = next(one for one in items if not one.n_faces)
    width, height = item.width_px or 1, item.height_px or 1
    side = lens.SIDE * max(width, height)
    box = (0.2, 0.3, 0.2 + side / width, 0.3 + side / height)
    lead = opened.who(north_lead, timezone.now())
    made = crops.draw(item.case.public_id, item.pk, cut_out.drawn(box), who=lead)
    plain = cv2.imdecode(np.frombuffer(original_of(item).content, np.uint8), cv2.IMREAD_COLOR)
    cut_out.make_ready(made, picture=objects.cut(plain, objects.Wanted(box)))
    where = item.case.public_id, made.public_id
    cut_out.looked(made, lead)
    crops.propose(*where, crops.Said(*cut_out.SAID), who=lead)
    analyst = next(one for one in everyone if one and one.username == f"north_{Role.ANALYST}")
    second = opened.who(analyst, timezone.now())
    cut_out.looked(made, second)
    return releasing.release(*where, reason="A cup.", ticked=list(queries.CHECKS), who=second)


def walk(proxy: Proxy, case: "Case", items: list[Item], crop: Crop) -> None:
    """Ask for every address with the ids of every item, and look as far as one may."""
    addresses: dict[str, None] = {}
    for item in items:
        face = Face.objects.filter(item=item).select_related("group").first()
        ids = {**ELSEWHERE, "case_id": case.public_id, "item_id": item.pk, "position": 0}
        seen = crop.looks.latest("pk").exposure  # somebody else's, or of another session
        ids |= {"crop_id": crop.public_id, "look_id": seen.public_id}
        if face is not None:
            ids["face_id"] = face.pk
            ids["group_id"] = face.group.public_id if face.group else "x"
        for name, wanted in sorted(ROUTED.items()):
            if wanted <= set(ids) and name not in LEAVES and name not in POST_ALONE:
                addresses[reverse(name, kwargs={one: ids[one] for one in wanted})] = None
    for address in addresses:
        proxy.ask("get", address)
    where = [case.public_id, crop.public_id]
    answer = proxy.ask("post", reverse("crops:look", args=where))
    for source in _sources(reading.content_of(answer).decode("utf-8", "replace")):
        proxy.ask("get", source)
    proxy.ask("post", reverse("crops:file", args=where))
    proxy.n_crops = len(proxy.shown)
    for item in items:
        _look(proxy, case, item)


def _look(proxy: Proxy, case: "Case", item: Item) -> None:
    """Ask for the background, a part and the whole, as a page would."""
    where = [case.public_id, item.pk]
    answer = proxy.ask("post", reverse("review:background", args=where))
    for source in _sources(reading.content_of(answer).decode("utf-8", "replace")):
        proxy.ask("get", source)
    asked = {"step": 4, "reason": "a sign", "again": "on"}
    proxy.ask("post", reverse("reveals:open", args=where), asked)
    reveal = Reveal.objects.filter(item=item, member=proxy.member).first()
    if proxy.member is None or reveal is None:
        return
    originals.open_now(reveal.opened.pk, at=timezone.now())
    for step in (3, 4):
        begun = proxy.ask(
            "post",
            reverse("reveals:begin", args=where),
            {"reveal": reveal.public_id, "step": step},
        )
        told = begun.json()
        for x in (0.15, 0.85):
            proxy.ask("get", f"{told['picture']}?x={x}&y=0.8")
        proxy.ask("post", told["end"], {"how": "released"})
        n_shown = len(proxy.shown)
        assert proxy.ask("get", told["picture"]).status_code == 409
        assert len(proxy.shown) == n_shown
    proxy.ask("get", reverse("review:item", args=where))


def _sources(page: str) -> Iterator[str]:
    """Yield the addresses of pictures on a page."""
    for part in page.split('src="')[1:]:
        address = part.partition('"')[0].replace("&amp;", "&")
        if "/background" in address or "/masked" in address or "/objects/" in address:
            yield address


def test_no_answer_holds_an_original_without_an_exposure_and_an_entry(
    case: "Case", items: list[Item], everyone: "list[Member | None]", crop: Crop
) -> None:
    found = [original_of(one) for one in items]
    seen: dict[str, set[tuple[int, int]]] = {}
    n_crops: dict[str, int] = {}
    n_answers = n_pictures = 0
    for member in everyone:
        proxy = Proxy(found, member)
        walk(proxy, case, items, crop)
        assert proxy.faults == [], member
        seen[member.username if member else "nobody"] = set(proxy.shown)
        n_crops[member.username if member else "nobody"] = proxy.n_crops
        n_answers += proxy.n_answers
        n_pictures += proxy.n_pictures

    may = {"north_lead", f"north_{Role.ANALYST}", f"north_{Role.SUPERVISOR}"}
    whole = {name for name, looks in seen.items() if any(step > 2 for _item, step in looks)}
    assert whole == may  # the proxy does see what is revealed, and to whom
    assert all(len({one for one, step in seen[name] if step == 4}) == len(items) for name in may)
    assert {name: n for name, n in n_crops.items() if n} == dict.fromkeys(
        may, 2
    )  # shown, and file
    assert any(step == 3 for _item, step in seen["north_lead"])
    print(f"{n_answers} answers, {n_pictures} pictures, {len(everyone)} walkers")  # noqa: T201
    assert n_pictures > 50


def test_the_proxy_tells_views_from_originals(case: "Case", items: list[Item]) -> None:
    from haven.workbench.analysis import queries as analysis

    for item in items:
        one = original_of(item)
        plain = cv2.imdecode(np.frombuffer(one.content, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert one.is_in(plain)
        assert one.is_in(cv2.resize(plain, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA))
        if item.n_faces:
            view = analysis.view(case.public_id, item.pk, "masked", member=case.opened_by, key="")
            grey = cv2.imdecode(np.frombuffer(view, np.uint8), cv2.IMREAD_GRAYSCALE)
            assert not one.is_in(grey)
