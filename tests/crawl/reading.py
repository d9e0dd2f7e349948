"""Reading: what a response leads to and all that it holds.

In      a response
Out     its links and forms; its bytes, unpacked where it is an archive
Why     a leak may be in a header, a picture's comment or a file inside a download
Not     here: asking (walk.py)
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.http.response import HttpResponseBase

LINKS = ("href", "src", "hx-get", "hx-post", "formaction", "action", "poster", "data", "srcset")
JSON_ADDRESS = re.compile(rb'"(/[a-z][^"\s]*)"')
MOST_UNPACKED_BYTES = 8 << 20


@dataclass
class Field:
    """One field of a form."""

    name: str
    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form of a page."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    is_multipart: bool = False


class Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.posted: list[str] = []  # addresses that a button or htmx posts to
        self._form: Form | None = None
        self._choice: Field | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in LINKS:
            if name in given:
                self._link(name, given[name])
        if tag == "form":
            method = given.get("method", "get").lower()
            where = self.ours(given.get("action", self.address)) or self.address
            self._form = Form(where, method, is_multipart="multipart" in given.get("enctype", ""))
            self.forms.append(self._form)
        elif self._form is not None and given.get("name"):
            self._field(tag, given)
        if tag == "option" and self._choice is not None:
            self._choice.choices.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._choice = None

    def ours(self, link: str) -> str | None:
        """Return a link as an address of this site, or None."""
        parts = urlsplit(urljoin(f"http://testserver{self.address}", link))
        if parts.netloc != "testserver" or parts.path.startswith("/static/"):
            return None
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _link(self, name: str, value: str) -> None:
        for part in value.split(",") if name == "srcset" else [value]:
            where = self.ours(part.strip().split(" ")[0]) if part.strip() else None
            if where:
                (self.posted if name in ("hx-post", "formaction") else self.links).append(where)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        kind = given.get("type", "text") if tag == "input" else tag
        one = Field(given["name"], kind, given.get("value", ""))
        if kind in ("checkbox", "radio"):
            one.choices = [given.get("value", "on")]
        if tag == "select":
            self._choice = one
        self._form.fields.append(one)


def content_of(response: HttpResponseBase) -> bytes:
    """Return all bytes of the body."""
    if response.streaming:
        return b"".join(response.streaming_content)  # type: ignore[attr-defined]
    content: bytes = response.content  # type: ignore[attr-defined]
    return content


def everything_in(response: Any, content: bytes) -> Iterator[bytes]:
    """Yield the body, what is packed in it, the reason, headers and cookies."""
    yield content
    yield f"{response.reason_phrase} {dict(response.headers)} {response.cookies}".encode()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                yield member.filename.encode()
                with archive.open(member) as packed:
                    yield packed.read(MOST_UNPACKED_BYTES)


def addresses_in(address: str, response: Any, content: bytes) -> Page:
    """Return the links and forms of a response, also of JSON and of a redirect."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    page = Page(address, content.decode(errors="replace") if is_page else "")
    if response.headers.get("Content-Type", "").startswith("application/json"):
        page.links += [one.decode() for one in JSON_ADDRESS.findall(content)]
    for name in ("Location", "HX-Redirect", "HX-Location"):
        where = page.ours(response.headers[name]) if name in response.headers else None
        if where:
            page.links.append(where)
    return page
