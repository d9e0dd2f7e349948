"""Failed: one answer for a request that could not be served, as a page or as JSON.

In      a request, a status, the words for a person and the stable code
Out     a short page; for htmx a short notice; for an address of the API a JSON object
Why     pages and API refuse alike, from the same errors, in one place
Not     here: what failed (errors.py), when it is asked (middleware.py, the site's handlers)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from haven.web.pages import page

if TYPE_CHECKING:
    from django.utils.functional import Promise

API = "/api/"  # where the API begins; site/urls.py routes it


def answer(request: HttpRequest, status: int, words: str | Promise, code: str) -> HttpResponse:
    """Return what a failed request is answered with."""
    if wants_json(request):
        return JsonResponse({"code": code, "words": str(words)}, status=status)
    return page(request, "web/error.html", part="error", status=status, words=words, code=code)


def wants_json(request: HttpRequest) -> bool:
    """Tell whether an address of the API was asked, also one that does not exist."""
    return request.path_info.startswith(API)
