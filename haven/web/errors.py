"""Errors a page may end with, each with its HTTP status and its words.

WebError
├── BadInput                 400: the request is wrong; the words say how to mend it
├── NotSignedIn              401: of the API alone; a page leads to the sign-in instead
├── NotAllowed               403: the member may see the thing, but not do this
├── NotFound                 404: not there, or not yours; the two look the same
├── WrongMethod              405: of the API alone, some of which can only be read
└── Conflict                 409: the thing changed in the meantime; look again

Apps subclass these beside the function that raises them. `words` is what the person reads,
plain and translated; the sentence given when raising is for the log, with ids and limits,
never a path, a file name or a person.
"""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class WebError(Exception):
    """Base of the errors that middleware.PlainWords turns into a page."""

    code: ClassVar[str] = "web"
    http_status: ClassVar[int] = 500
    words: ClassVar[str | Promise] = _("Something went wrong on our side.")


class BadInput(WebError):
    """The request is wrong."""

    code = "web.bad_input"
    http_status = 400
    words = _("That request could not be understood.")


class NotSignedIn(WebError):
    """The API was asked by nobody we know."""

    code = "web.not_signed_in"
    http_status = 401
    words = _("Sign in first.")


class NotAllowed(WebError):
    """The member may see the thing, but not do this."""

    code = "web.not_allowed"
    http_status = 403
    words = _("You may not do this.")


class NotFound(WebError):
    """Not there, or not yours."""

    code = "web.not_found"
    http_status = 404
    words = _("There is nothing here that you can see.")


class WrongMethod(WebError):
    """The address does not take this method."""

    code = "web.wrong_method"
    http_status = 405
    words = _("This address does not take that method.")


class Conflict(WebError):
    """The thing changed in the meantime."""

    code = "web.conflict"
    http_status = 409
    words = _("This has changed in the meantime. Look at it again, then decide.")
