"""Requests as the views of whoever reads the record get them, for the type checker.

Out     ReaderRequest: a request whose user is a Reader
Why     the record lies below the members and knows none
Not     here: anything that runs
"""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from haven.audit.scopes import Reader

    class ReaderRequest(HttpRequest):
        """A request of whoever may read the record."""

        user: Reader  # type: ignore[assignment]  # the record knows no member

else:
    ReaderRequest = HttpRequest
