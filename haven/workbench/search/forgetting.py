"""Forgetting: candidates go when the face templates that they rest on were erased.

In      the case whose templates were erased
Out     no candidate of its faces, and none of its searches, but those on which somebody
        concluded, without their distance; each search says how many went
Fails   DatabaseError: tried again by the worker
Why     a list of who is like whom is biometric as well (R-LED-2). The site cannot reach
        searches of cases that its member is not on; the worker can, in the next seconds. Until
        then no page shows a candidate whose face has no template (queries.py). What a person
        concluded by eye rests on the pictures and stays, for leads and decisions stand on it
Not     here: erasing templates (haven.workbench.analysis), whole cases (haven.workbench.retention)
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, F, Q
from django.dispatch import Signal
from procrastinate.contrib.django import app as jobs

from haven.workbench.search.models import Candidate, FaceSearch

FORGET = "search.forget"
forgotten = Signal()  # when candidates lost their distance: what repeats one loses it as well


def begin(case_pk: int) -> None:
    """Forget what this process can reach, and have the worker forget the rest."""
    forget(case_pk)
    jobs.configure_task(FORGET, queue="probes").defer(case_pk=case_pk)


@transaction.atomic
def forget(case_pk: int) -> int:
    """Erase candidates that rest on the templates of a case; return how many."""
    resting = Candidate.objects.filter(
        Q(face__case=case_pk, face__embedding__isnull=True)
        | Q(search__case=case_pk, search__face__embedding__isnull=True)
    )
    touched = FaceSearch.objects.select_for_update().filter(pk__in=resting.values("search"))
    list(touched.order_by("pk").values_list("pk"))  # nobody concludes meanwhile
    resting.filter(decided_at__isnull=False).update(distance=None, strength="")
    left = resting.filter(decided_at__isnull=True)
    by_search = dict(left.order_by().values_list("search").annotate(Count("pk")))
    for search_pk in sorted(by_search):
        gone, _by_table = left.filter(search=search_pk).delete()
        FaceSearch.objects.filter(pk=search_pk).update(n_erased=F("n_erased") + gone)
    forgotten.send(None)
    return sum(by_search.values())
