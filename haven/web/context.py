"""Context: how a page looks for this reader.

In      the request's cookies and language
Out     theme, text direction and the choices of both, for base.html
Fails   never; an unknown theme is the default
Not     here: who the reader is
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

THEME_COOKIE = "haven_theme"
DEFAULT_THEME = "dark"  # eight hours in a dim room; bright pages tire (facts/triage)
THEMES = {"dark": _("Dark"), "light": _("Light"), "system": _("As the system")}
LANGUAGE_NAMES = {  # each in its own words: a reader must find it without reading another
    "ar": "العربية",
    "zh-hans": "中文",
    "en": "English",
    "fr": "Français",
    "ru": "Русский",
    "es": "Español",
}


def appearance(request: HttpRequest) -> dict[str, Any]:
    """Return theme and direction for the base template."""
    chosen = request.COOKIES.get(THEME_COOKIE, DEFAULT_THEME)
    return {
        "theme": chosen if chosen in THEMES else DEFAULT_THEME,
        "themes": THEMES,
        "text_direction": "rtl" if translation.get_language_bidi() else "ltr",
        "language_names": [(code, LANGUAGE_NAMES[code]) for code, _name in settings.LANGUAGES],
    }
