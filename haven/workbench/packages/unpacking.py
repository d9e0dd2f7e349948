"""Unpacking: the rows and views of a package that was checked, into its case.

In      a receipt whose file lies below its case
Out     received rows; masked views that our own engine made; the file is erased
Fails   a code in the row; started again, it begins anew and ends the same
Why     in the worker: millions of rows, and pictures that a stranger encoded
Not     here: checking who sent it (receiving.py did, before anything was kept, and it is done
        again here: the file lay on a disk since)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haven.audit.actions import record
from haven.web.errors import WebError
from haven.workbench.analysis import remasking, vault
from haven.workbench.cases import keys
from haven.workbench.packages import manifest, receiving, storing
from haven.workbench.packages.models import Receipt, ReceivedRow, ReceivedView
from haven.workbench.packages.vocabulary import OF_AN_ITEM

if TYPE_CHECKING:
    from haven.workbench.packages.manifest import Walk
    from haven.workbench.packages.vocabulary import Row

_ROWS_AT_ONCE, _VIEWS_AT_ONCE = 1_000, 64
GONE = "package.gone"


def unpack(receipt_pk: int) -> None:
    """Unpack a package into its case; one that is done is left alone."""
    receipt = Receipt.objects.select_related("case").filter(pk=receipt_pk).first()
    if receipt is None or receipt.state != Receipt.State.UNPACKING:
        return
    place = storing.incoming(receipt.case.public_id, receipt.public_id)
    try:
        with place.open("rb") as file:
            private = receiving.private_of(receipt.agency_id)
            opened = receiving.open_for(file, agency_pk=receipt.agency_id, private=private)
            walk = manifest.Walk(opened, manifest.checked(opened, mine=private.keys))
            _rows(receipt, walk)
            _views(receipt, walk)
    except FileNotFoundError:
        _end(receipt, Receipt.State.FAILED, GONE)
    except keys.WrapperTrouble:
        raise  # the master key may come back: tried again
    except WebError as error:
        _end(receipt, Receipt.State.FAILED, error.code)
    else:
        _end(receipt, Receipt.State.DONE)
    place.unlink(missing_ok=True)


def _rows(receipt: Receipt, walk: Walk) -> None:
    """Write all rows in one transaction; those of an earlier go are there already or not at all.

    Who reads meanwhile sees none or all.
    """
    with transaction.atomic():
        is_there = ReceivedRow.objects.filter(receipt=receipt).exists()
        waiting: list[ReceivedRow] = []
        for table, said in walk.rows():
            if is_there:
                continue
            waiting.append(
                ReceivedRow(
                    case_id=receipt.case_id,
                    receipt=receipt,
                    table=table,
                    item_sha256=said.get(OF_AN_ITEM.get(table, ""), "") or "",
                    said=said,
                )
            )
            if len(waiting) >= _ROWS_AT_ONCE:
                ReceivedRow.objects.bulk_create(waiting)
                waiting = []
        ReceivedRow.objects.bulk_create(waiting)
        n_views = receipt.manifest["parts"][-1]["rows"]
        Receipt.objects.filter(pk=receipt.pk).update(n_done=receipt.n_all - n_views)


def _views(receipt: Receipt, walk: Walk) -> None:
    """Make our own masked view of each that came, some at a time."""
    done = set(ReceivedView.objects.filter(receipt=receipt).values_list("item_sha256", flat=True))
    waiting: list[tuple[Row, bytes]] = []
    for row, jpeg in walk.views():
        if row["item"] not in done:
            done.add(row["item"])
            waiting.append((row, jpeg))
        if len(waiting) >= _VIEWS_AT_ONCE:
            _keep_views(receipt, waiting)
            waiting = []
    _keep_views(receipt, waiting)


def _keep_views(receipt: Receipt, came: list[tuple[Row, bytes]]) -> None:
    """Mask views anew and keep what our engine made; the views that came are forgotten."""
    if not came:
        return
    by_digest = {row["sha256"]: jpeg for row, jpeg in came}
    ours: dict[str, tuple[str, str]] = {}
    with keys.opened(receipt.case.public_id) as key:
        for name, masked, code in remasking.remasked(by_digest):
            ours[name] = (vault.put(key, masked) if masked else "", code)
    ReceivedView.objects.bulk_create(
        ReceivedView(
            case_id=receipt.case_id,
            receipt=receipt,
            item_sha256=row["item"],
            came_sha256=row["sha256"],
            sha256=ours[row["sha256"]][0],
            error_code=ours[row["sha256"]][1],
        )
        for row, _jpeg in came
    )
    done = ReceivedView.objects.filter(receipt=receipt).count()
    rows = receipt.n_all - receipt.manifest["parts"][-1]["rows"]
    Receipt.objects.filter(pk=receipt.pk).update(n_done=rows + done)


@transaction.atomic
def _end(receipt: Receipt, state: str, code: str = "") -> None:
    """Write down how it ended."""
    Receipt.objects.filter(pk=receipt.pk).update(state=state, error_code=code)
    if state == Receipt.State.DONE:
        Receipt.objects.filter(pk=receipt.pk).update(n_done=receipt.n_all)
    record(
        "package.unpack",
        actor=None,
        target=receipt,
        case_id=receipt.case_id,
        agency_id=receipt.agency_id,
        outcome="done" if state == Receipt.State.DONE else "failed",
        code=code,
    )
