"""The one view of the desk that is ours: nothing.

In      a request for what Wagtail has and Haven does not
Out     that there is nothing
Not     here: which addresses (accounts/access.py, urls.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from django.http import Http404

if TYPE_CHECKING:
    from django.http import HttpRequest


def closed(request: HttpRequest, *args: object, **kwargs: object) -> NoReturn:
    """Say that there is nothing.

    Raises:
        Http404: Always.
    """
    del request, args, kwargs
    raise Http404("not part of the desk")
