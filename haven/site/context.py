"""Context: where this site stands.

In      settings
Out     whether it is a trial or a demonstration, for the notice on every page
Not     here: how pages look (web/context.py)
"""

from django.conf import settings
from django.http import HttpRequest


def place(request: HttpRequest) -> dict[str, object]:
    """Return what the base template says about this installation."""
    del request  # the same for every reader
    return {"is_demo": settings.HAVEN_DEMO, "home_url": "/"}
