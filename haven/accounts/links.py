"""Links: what the console says about a one-time link.

In      the path of the link
Out     a sentence and the address, whole in service, where the site knows its name
"""

from django.conf import settings


def words_for(path: str) -> str:
    """Return what to do with a one-time link, and the link in the last line."""
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    if settings.HAVEN_MODE == "service":
        return (
            f"Open this within {hours} hours, to set up how to sign in:\n"
            f"  https://{settings.HAVEN_PASSKEY_DOMAIN}{path}"
        )
    return (
        f"Open this within {hours} hours, behind the site's address, "
        f"to set up how to sign in:\n  {path}"
    )
