"""API: the addresses that the parts offer to programs, put together.

In      requests under /api/ of a signed-in member, or of a program with a token
Out     JSON, and openapi.json that describes it; no page that tries it out, as such a page
        loads scripts from another host
Fails   as the pages do, with code and words as JSON (web/failed.py)
Why     one place that knows every part's api.py
Not     here: whose a token is and what it opens (token_door.py)
"""

from typing import Any, NoReturn

from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.security import HttpBearer, SessionAuth

from haven.audit import api as record
from haven.hub.catalogue import api as catalogue
from haven.hub.exchange import api as exchange
from haven.web import errors, failed
from haven.workbench.analysis import api as analysis
from haven.workbench.authority import api as authority
from haven.workbench.cases import api as cases
from haven.workbench.categories import api as categories
from haven.workbench.comparison import api as comparison
from haven.workbench.decisions import api as decisions
from haven.workbench.evidence import api as evidence
from haven.workbench.facets import api as facets
from haven.workbench.known import api as known
from haven.workbench.leads import api as leads
from haven.workbench.notes import api as notes
from haven.workbench.people import api as people
from haven.workbench.queue import api as queue
from haven.workbench.review import api as review
from haven.workbench.search import api as search

NAMESPACE = "api"


class TokenAuth(HttpBearer):
    """A program with a token, as token_door.py let it in; no token is checked here."""

    def __call__(self, request: HttpRequest) -> Any:
        """Return the token of the request, or None."""
        return getattr(request, "token", None)

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return nobody: what comes here was not let in."""
        return None


class Api(NinjaAPI):
    """The API without its root, which ninja makes only to learn the prefix."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """Return the routes, the application and the namespace."""
        routes, app, namespace = super().urls
        return [one for one in routes if getattr(one, "name", "") != "api-root"], app, namespace

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of the address, of what changes something that of its view."""
        if "GET" not in operation.methods:
            return str(operation.view_func.__name__)
        return operation.url_name or super().get_openapi_operation_id(operation)

    def get_root_path(self, path_params: dict[str, Any]) -> str:
        """Return the prefix of every address."""
        return failed.API


api = Api(
    title="Haven",
    version="1",
    description="Reads what a member may see of a case, and does in it what the member may do. "
    "Reads the catalogue of the Hub.",
    urls_namespace=NAMESPACE,
    docs_url=None,
    docs_decorator=require_safe,
    auth=[TokenAuth(), SessionAuth()],
)
_OF_CASES = (
    *(cases, evidence, authority, analysis, review, categories, people, notes),
    *(queue, facets, search, comparison, leads, decisions, known),
)
for _part in _OF_CASES:
    api.add_router("cases/", _part.router)
api.add_router("record/", record.router)
api.add_router("hub/", catalogue.router)
api.add_router("hub/others/", exchange.router)


class WrongQuestion(errors.BadInput):
    """A parameter of the question is wrong; the log says which."""

    code = "api.wrong_question"


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: ValidationError) -> NoReturn:
    """Leave the answer to web/middleware.py."""
    names = sorted({str(one["loc"][-1]) for one in error.errors})
    raise WrongQuestion(f"wrong parameters: {', '.join(names)}") from error


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> NoReturn:
    """Leave the answer to web/middleware.py."""
    kinds = {401: errors.NotSignedIn, 403: errors.NotAllowed}
    raise kinds.get(error.status_code, errors.BadInput)(str(error)) from error


@api.exception_handler(Http404)
@api.exception_handler(Exception)
def _other(request: HttpRequest, error: Exception) -> NoReturn:
    """Leave the answer to web/middleware.py, and what nobody planned to Django."""
    raise error
