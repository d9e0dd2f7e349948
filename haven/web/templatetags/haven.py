"""Template tags of the page kit.

In      names, numbers, the request
Out     icons as inline SVG, sizes and query strings
Fails   KeyError: no such icon, so that a typing mistake is seen in the first test
Not     here: words of a domain
"""

from collections.abc import Iterable, Mapping

from django import template
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

register = template.Library()

# Drawn for Haven on a 24-unit square, lines of 1.75 units, round ends.
ICONS: Mapping[str, str] = {
    "add": '<path d="M12 5v14M5 12h14"/>',
    "alert": '<path d="M12 4 2.8 19.5h18.4z"/><path d="M12 10v4M12 16.8v.2"/>',
    "archive": '<path d="M4 8h16v11H4zM3 4h18v4H3zM10 12h4"/>',
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "calendar": '<path d="M4 6h16v14H4zM4 10h16M8 3v4M16 3v4"/>',
    "camera": '<path d="M4 8h3l2-3h6l2 3h3v11H4z"/><circle cx="12" cy="13" r="3.5"/>',
    "case": '<path d="M4 8h16v11H4zM9 8V5h6v3M4 13h16"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "chevron": '<path d="M7 10l5 5 5-5"/>',
    "clock": '<circle cx="12" cy="12" r="8"/><path d="M12 8v4.5l3 1.8"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "copies": '<path d="M8 8h12v12H8zM4 16V4h12"/>',
    "document": '<path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6"/>',
    "exhibit": '<path d="M4 7l8-4 8 4v10l-8 4-8-4zM4 7l8 4 8-4M12 11v10"/>',
    "face": '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>'
    '<path d="M9 10.2v.3M15 10.2v.3M9 14.5c1.8 1.6 4.2 1.6 6 0"/>',
    "failed": '<circle cx="12" cy="12" r="8"/><path d="M12 8v5M12 15.8v.2"/>',
    "filter": '<path d="M4 6h16M7 12h10M10 18h4"/>',
    "folder": '<path d="M3 6h6l2 2h10v11H3z"/>',
    "forward": '<path d="M9 5l7 7-7 7"/>',
    "help": '<circle cx="12" cy="12" r="8"/>'
    '<path d="M9.8 10a2.3 2.3 0 1 1 3.4 2c-.8.4-1.2.9-1.2 1.7M12 16.2v.2"/>',
    "hidden": '<path d="M4 4l16 16M9.9 5.6A9.7 9.7 0 0 1 12 5.4c5 0 8.2 4.2 9 6.6a11 11 0 '
    "0 1-2.6 3.9"
    'M6.2 7.5A11.4 11.4 0 0 0 3 12c.8 2.4 4 6.6 9 6.6 1.7 0 3.1-.5 4.4-1.1"/>',
    "image": '<path d="M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4"/><circle cx="15" cy="9" r="1.3"/>',
    "key": '<circle cx="8" cy="15" r="4"/><path d="M11 12l8.5-8.5M16 7l3 3M13.5 9.5l2 2"/>',
    "keyboard": '<path d="M3 7h18v10H3zM7 10.5v.1M10.3 10.5v.1M13.7 10.5v.1M17 10.5v.1M8 14h8"/>',
    "language": '<circle cx="12" cy="12" r="8"/>'
    '<path d="M4 12h16M12 4c2.5 2.4 3.5 5 3.5 8s-1 5.6-3.5 8c-2.5-2.4-3.5-5-3.5-8s1-5.6 3.5-8"/>',
    "merge": '<path d="M6 4v4c0 4 6 4 6 8v4M18 4v4c0 4-6 4-6 8M9.5 17.5L12 20l2.5-2.5"/>',
    "moon": '<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>',
    "people": '<circle cx="9" cy="9" r="3.3"/><path d="M3 19c.5-3.6 3-5.3 6-5.3s5.5 1.7 6 5.3"/>'
    '<path d="M15.5 6a3.3 3.3 0 0 1 0 6M17.5 14.2c2 .7 3.2 2.3 3.5 4.8"/>',
    "person": '<circle cx="12" cy="8.5" r="3.7"/><path d="M5 20c.6-4.2 3.5-6.2 7-6.2s6.4 '
    '2 7 6.2"/>',
    "phone": '<path d="M7 3h10v18H7zM11 18h2"/>',
    "pin": '<path d="M12 21c4-4.5 6-7.7 6-10.6a6 6 0 1 0-12 0C6 13.3 8 16.5 12 21z"/>'
    '<circle cx="12" cy="10.3" r="2"/>',
    "play": '<path d="M8 5l11 7-11 7z"/>',
    "retry": '<path d="M19 12a7 7 0 1 1-2-4.9L19 9M19 4v5h-5"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5"/>',
    "signout": '<path d="M10 4H4v16h6M9 12h11M16 8l4 4-4 4"/>',
    "split": '<path d="M12 20v-4c0-4 6-4 6-8V4M12 16c0-4-6-4-6-8V4M3.5 6.5L6 4l2.5 2.5'
    'M15.5 6.5L18 4l2.5 2.5"/>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2.5M12 19v2.5M2.5 12H5M19 12h2.5'
    'M5.3 5.3l1.7 1.7M17 17l1.7 1.7M18.7 5.3L17 7M7 17l-1.7 1.7"/>',
    "theme": '<circle cx="12" cy="12" r="8"/><path d="M12 4v16a8 8 0 0 0 0-16z" '
    'fill="currentColor"/>',
    "undo": '<path d="M8 5L4 9l4 4M4 9h9a6 6 0 0 1 0 12h-3"/>',
    "unsupported": '<path d="M6 3h8l4 4v14H6zM14 3v4h4M9.5 11.5l5 5M14.5 11.5l-5 5"/>',
    "upload": '<path d="M12 16V4M7 9l5-5 5 5M4 15v5h16v-5"/>',
    "video": '<path d="M3 6h12v12H3zM15 10l6-3v10l-6-3"/>',
}
SIZE_UNITS = ("B", "kB", "MB", "GB", "TB")


@register.filter
def enumerated(values: Iterable[object]) -> SafeString:
    """Return words one after the other, as the language of the reader separates them."""
    between = pgettext("between two of a list", ", ")
    return format_html_join(between, "{}", ((one,) for one in values))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Return an icon; without a label it is decoration and hidden from screen readers."""
    drawing = mark_safe(ICONS[name])  # noqa: S308  # drawn above
    if label:
        return format_html(
            '<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>',
            label,
            drawing,
        )
    return format_html(
        '<svg class="icon icon--{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', name, drawing
    )


@register.filter
def size(size_bytes: int) -> str:
    """Return a number of bytes for a reader: 1.4 MB, decimal units."""
    value, unit = float(size_bytes), SIZE_UNITS[0]
    for unit in SIZE_UNITS:  # the last one stays
        if value < 1000 or unit == SIZE_UNITS[-1]:
            break
        value /= 1000
    places = 0 if unit == SIZE_UNITS[0] or value >= 100 else 1
    return f"{number_format(value, decimal_pos=places)} {unit}"


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """Return the page's query string with some values changed; None or "" removes one."""
    request = context.get("request")
    kept = request.GET.copy() if isinstance(request, HttpRequest) else QueryDict(mutable=True)
    for name, value in changes.items():
        if value is None or value == "":
            kept.pop(name, None)
        else:
            kept[name] = str(value)
    return f"?{kept.urlencode()}" if kept else "?"


@register.simple_tag(takes_context=True)
def query_at(context: Context, name: str, cursor: str) -> str:
    """Return the page's query string at a cursor of one of its lists; "" names the only list."""
    return query(context, **{name or "after": cursor})


@register.simple_tag(takes_context=True)
def query_of(context: Context, changes: Mapping[str, object], **more: object) -> str:
    """Return the page's query string with the values of a mapping, on its first page."""
    return query(context, **{"after": None, **changes, **more})


@register.simple_tag(takes_context=True)
def without(context: Context, names: Iterable[str]) -> str:
    """Return the page's query string without some values, on its first page."""
    return query_of(context, dict.fromkeys(names))


@register.filter
def of(values: Mapping[object, object], key: object) -> object:
    """Return the value of a key, or None."""
    return values.get(key)
