"""No pictures: no address of the Hub takes a file, whatever it is called and however written.

Every form of the Hub is found on the pages of those who may send it, and sent with files that are
two things at once: in one field after the other, in all of them, and as a file. Nothing is kept.
"""

import base64
import io
import zipfile
from dataclasses import dataclass
from itertools import cycle, product
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from haven.accounts.models import Member
from tests.crawl import reading, walk
from tests.hub import planted
from tests.site.test_every_url import POST_ALONE, ROUTED, THE_HUB, undone

WORD = "polyglot7391"  # stands in every file
TYPED = ("text", "textarea", "search", "url", "email")  # what a person types into
# How to report material properly, as the pages of refusal say it.
TOLD = ("material in the way your law provides", "report it in the way your law provides")
HUB = sorted(name for name in ROUTED if name.partition(":")[0] in THE_HUB)
PAGES = [name for name in HUB if name not in POST_ALONE]
ASIDE = ("django_session", "usersessions_")  # who is there: nothing of a form


def _picture(kind):
    made = io.BytesIO()
    Image.effect_noise((20, 20), 90).convert("RGB").save(made, kind)
    return made.getvalue()


def _zip():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(f"{WORD}.txt", WORD)
    return made.getvalue()


FILES = {
    "a GIF that is a script": f"GIF89a/*{WORD}*/=1;alert(1);".encode() + b"\x00;",
    "a JPEG with a ZIP at its end": _picture("JPEG") + _zip(),
    "a PNG as base64": base64.b64encode(_picture("PNG") + WORD.encode()),
    "the head of an MP4": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + WORD.encode(),
    "a ZIP": _zip(),
    "an SVG with a script": (
        f"<svg xmlns='http://www.w3.org/2000/svg'><script>{WORD}</script></svg>"
    ).encode(),
}
BASE64 = "a PNG as base64"
NAMED = [(name, FILES[BASE64]) for name in ("text", "words", "reason", "answer", "why")]
MARKS = [f"%{WORD}%", "%iVBORw0KGgo%"]


class Watch:
    """Which tables a request wrote to."""

    def __init__(self):
        self.tables = set()

    def __call__(self, execute, sql, params, many, context):
        words = sql.split(None, 3)
        if words and words[0] in ("INSERT", "UPDATE"):
            table = words[2 if words[0] == "INSERT" else 1].strip('"')
            if not table.startswith(ASIDE):
                self.tables.add(table)
        return execute(sql, params, many, context)


# Whose pages show forms that the member of the north is not shown.
CURATED = ("catalogue", "community", "curation", "experience", "finding", "guidance", "portal")
MADE = ("experience", "portal")


@dataclass(frozen=True)
class Sender:
    """Somebody who is shown forms of these parts of the Hub."""

    client: Client
    parts: tuple[str, ...]


@pytest.fixture
def ids(north_lead):
    north_lead.roles = ["investigator", "supervisor"]
    north_lead.save()
    return {"hub": planted.plant(north_lead, lambda place: f"{place}.", timezone.now())}


@pytest.fixture
def senders(ids, north_lead, client_of):
    """Return a member of the north with something of everything, a curator, a maker."""
    curator = planted._somebody(north_lead, "curator")
    maker = Member.objects.get(username="wheel_provider")
    of = ((north_lead, THE_HUB), (curator, CURATED), (maker, MADE))
    return [Sender(client_of(member), parts) for member, parts in of]


@pytest.fixture
def found(ids, senders):
    """Return each form once, by the name of its address, with a client that is shown it."""
    forms = {}
    for sender, name in product(senders, PAGES):
        if name.partition(":")[0] not in sender.parts:
            continue
        path = walk.address_of(name, ids)
        with undone():
            answer = sender.client.get(path)
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            for form in reading.Page(path, reading.content_of(answer).decode()).forms:
                if form.method == "post" and walk.name_of(form.action) in HUB:
                    forms.setdefault(walk.name_of(form.action), (sender.client, form))
    return forms


def plain(one):
    """Return what a person might send in a field."""
    if one.choices:
        return next((choice for choice in one.choices if choice), "")
    return one.value or {"number": "3", "date": "2026-03-01"}.get(one.kind, "Ash")


def filled(form, payload=b"", only=None):
    """Return the fields of a form; with a payload in all of them, or in one."""
    return [
        (one.name, payload if payload and only in (None, one.name) else plain(one).encode())
        for one in form.fields
        if one.name and one.name != "csrfmiddlewaretoken"
    ]


def send(client, path, fields, file=None):
    """Send a form in parts, each field as the bytes it is."""
    edge = "edge-of-a-part-4711"
    parts = [(f'name="{name}"', value) for name, value in fields]
    if file is not None:
        parts.append((f'name="{fields[0][0] if fields else "file"}"; filename="a.txt"', file))
    body = b"".join(
        f"--{edge}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + value + b"\r\n"
        for head, value in parts
    )
    content_type = f"multipart/form-data; boundary={edge}"
    return client.generic("POST", path, body + f"--{edge}--\r\n".encode(), content_type)


def kept(tables):
    """Return the tables in which a row holds something of a file."""
    with connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE ANY (%s)',  # noqa: S608
                [MARKS],
            )
            found += [table] if cursor.fetchone()[0] else []
    return found


def sent(client, path, fields, file=None):
    """Send something, and undo it; return the answer, and the tables that hold something of it."""
    watch = Watch()
    with undone():
        with connection.execute_wrapper(watch):
            answer = send(client, path, fields, file)
        return answer, kept(watch.tables)


def folder():
    """Return every file of the data folder but what the database keeps there."""
    root = Path(settings.HAVEN_DATA_DIR)
    return {one for one in root.rglob("*") if "postgres" not in one.parts[len(root.parts)]}


def tries(form, turns):
    """Yield what a form is sent with: fields that a person types into one by one, all, as a file.

    In each field, and in all, a PNG as base64, and one of the others in turn.
    """
    typed = dict.fromkeys(one.name for one in form.fields if one.kind in TYPED)
    for name in typed:
        yield f"{name}: base64", filled(form, FILES[BASE64], only=name), None
    for only in (*typed, None) if typed else ():
        what, payload = next(turns)
        yield f"{only or 'all'}: {what}", filled(form, payload, only=only), None
    what, payload = next(turns)
    yield f"file: {what}", filled(form), payload


def test_no_form_of_the_hub_takes_a_file(ids, senders, found):
    wrong, before, turns, n_tries, n_taken = [], folder(), cycle(FILES.items()), 0, 0
    for name, (client, form) in sorted(found.items()):
        if any(one.kind in TYPED for one in form.fields):
            n_taken += sent(client, form.action, filled(form))[0].status_code == 302
        for what, fields, file in tries(form, turns):
            answer, holds = sent(client, form.action, fields, file)
            is_told = any(one in answer.content.decode() for one in TOLD)
            n_tries += 1
            if answer.status_code not in (400, 422) or holds or not is_told:
                wrong.append((name, what, answer.status_code, holds, is_told))
    for name in set(HUB) - set(found):  # whose form nobody is shown as things are
        for sender in senders:
            answer, holds = sent(sender.client, walk.address_of(name, ids), NAMED)
            if answer.status_code >= 500 or holds:
                wrong.append((name, answer.status_code, holds))
            if answer.status_code == 405:
                break

    assert wrong == []
    assert folder() == before
    # The forms were found, many are taken when they hold words, and there is much to type.
    assert len(found) > 55 and n_taken > 10 and n_tries > 200, (len(found), n_taken, n_tries)


def test_the_desk_takes_no_file_in_a_text(north, client_of):
    """Its addresses are Wagtail's; what it takes as a file is in test_desk.py."""
    curator = Member.objects.create_user(
        username="clara", display_name="Clara", agency=north, roles=["curator"]
    )
    browser = client_of(curator)
    for path in ("/hub/desk/pages/add/guidance/guidestep/1/", "/hub/desk/account/"):
        for payload in FILES.values():
            answer, holds = sent(browser, path, [("title", payload), ("body", b"Words.")])
            assert answer.status_code == 400 and holds == []
            assert TOLD[0] in answer.content.decode()
