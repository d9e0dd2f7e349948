"""Pages: one template serves the whole page and, for htmx, a named part of it.

In      a request, the template of the whole page, the name of the part, the context
Out     a response: the part for a request by htmx, else the whole page; the way back to a page of
        this site
Fails   as Django's templates do
Why     a page works without scripts and is quick with them, from one view (style rule 20)
Not     here: what is shown
"""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

_PICTURE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Disposition": "inline; filename=view.jpg",
}


def page(
    request: HttpRequest,
    template: str,
    *,
    part: str | None = None,
    status: int = 200,
    **context: object,
) -> HttpResponse:
    """Return the whole page, or for an htmx request only the named part.

    Args:
        request: The request; `HtmxMiddleware` has marked it.
        template: Such as "review/items.html".
        part: Such as "rows", which is the template "review/_rows.html". The whole page
            includes the same template, so that both always agree. None: always whole.
        status: HTTP status of the response.
        context: What the templates show.

    A request that restores the browser's history gets the whole page.
    """
    if part is not None and wants_part(request):
        template = part_template(template, part)
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ("HX-Request",))
    return response


def picture(jpeg: bytes) -> HttpResponse:
    """Return a JPEG that was made here, with headers that keep it out of caches and pages."""
    return HttpResponse(jpeg, content_type="image/jpeg", headers=_PICTURE)


def wants_part(request: HttpRequest) -> bool:
    """Return whether htmx asks for a part of the page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def own_path(request: HttpRequest, untrusted_address: str) -> str:
    """Return path and query of an address of this site; "" where it is another's."""
    if not url_has_allowed_host_and_scheme(untrusted_address, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(untrusted_address)
    if not parts.path.startswith("/"):  # it would hang on where the reader stands
        return ""
    path = "/" + parts.path.lstrip("/")  # "//x" would be another site
    return f"{path}?{parts.query}" if parts.query else path


def part_template(template: str, part: str) -> str:
    """Return the name of the template that holds one part of a page."""
    return str(PurePosixPath(template).with_name(f"_{part}.html"))
