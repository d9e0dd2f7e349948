"""Devices: what a browser says about itself, in a few words.

In      the User-Agent of a session
Out     such as "Firefox on Windows"
Fails   never; an unknown browser is called so
Why     a person must know the own sessions at a glance
Not     here: proof of anything; a browser may say what it likes
"""

from django.utils.translation import gettext as _

BROWSERS = (  # the first one that is found; Edge says Chrome too, Chrome says Safari too
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def words_for(user_agent: str) -> str:
    """Return the browser and the system."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")
