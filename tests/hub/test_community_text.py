# ruff: noqa: RUF001  # words of six languages
"""Words alone: a file written out as text is refused, and the page says where it belongs."""

import base64
import binascii
import io
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from haven.hub.base import plain
from haven.hub.community import fields, forms, urls
from haven.hub.community.models import Post, Profile

AT = "/hub/colleagues/"


def _picture(kind):
    made = io.BytesIO()
    Image.effect_noise((24, 24), 90).convert("RGB").save(made, kind)
    return made.getvalue()


def _archive():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", _picture("PNG"))
    return made.getvalue()


PNG, JPEG, GIF, WEBP, PDF, ZIP = (
    _picture("PNG"), _picture("JPEG"), _picture("GIF"), _picture("WEBP"), _picture("PDF"),
    _archive(),
)  # fmt: skip
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'
GIF_SCRIPT = "GIF89a/*" + "x" * 20 + "*/=1;alert(1)"  # a picture and a script at once


def b64(content):
    return base64.b64encode(content).decode()


def apart(text, n, by):
    return by.join(text[at : at + n] for at in range(0, len(text), n))


def wide(text):
    """Return letters as East Asian full-width ones."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


CARRIERS = {
    "data address of a PNG": f"Look: data:image/png;base64,{b64(PNG)}",
    "short data address": "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
    "data address without a kind": f"data:;base64,{b64(JPEG)[:60]}",
    "data address with percent signs": "data:image/svg+xml,%3Csvg%20xmlns%3D%22x%22%3E",
    "data address itself written with percent signs": "data%3Aimage%2Fpng%3Bbase64%2CiVBOR",
    "data address in large letters": f"DATA:IMAGE/PNG;BASE64,{b64(PNG)[:80]}",
    "data address with spaces": "data : image/png ; base64 , iVBORw",
    "data address with unseen signs": f"da\u200bta:image/png;ba\u200dse64,{b64(PNG)[:80]}",
    "data address in wide letters": wide("data:image/png;base64,iVBORw0KGgo"),
    **{
        f"base64 of {name}": f"Here it is: {b64(content)}"
        for name, content in (
            ("PNG", PNG),
            ("JPEG", JPEG),
            ("GIF", GIF),
            ("WebP", WEBP),
            ("PDF", PDF),
            ("ZIP", ZIP),
        )
    },
    "base64 in lines": apart(b64(JPEG), 76, "\n"),
    "base64 in short lines without its beginning": apart(b64(JPEG)[100:], 28, "\n"),
    "base64 in words of eight": apart(b64(PNG)[60:], 8, " "),
    "base64 in words of four": apart(b64(JPEG)[60:], 4, " "),
    "base64 for addresses": base64.urlsafe_b64encode(JPEG[40:]).decode(),
    "base64 in an address": f"https://example.org/?x={b64(PNG)}",
    "base64 with unseen signs between": apart(b64(PNG)[60:], 5, "\u200b"),
    "base64 in wide letters": wide(b64(JPEG)[60:]),
    "base64 among words": f"{'a plain word or two ' * 20}{b64(PNG)[60:300]}{' and more' * 20}",
    "base32": base64.b32encode(JPEG).decode(),
    "base85": base64.b85encode(JPEG).decode(),
    "ascii85": base64.a85encode(JPEG, adobe=True).decode(),
    "uuencode": "begin 644 a.jpg\n" + binascii.b2a_uu(JPEG[:45]).decode(),
    "hex": JPEG.hex(),
    "hex in large letters": PNG.hex().upper(),
    "hex in pairs": PNG.hex(" "),
    "hex with colons": JPEG.hex(":"),
    "hex as in C": ", ".join(f"0x{byte:02x}" for byte in JPEG),
    "hex as in Python": "".join(f"\\x{byte:02x}" for byte in PNG),
    "hex as in quoted-printable": "".join(f"={byte:02X}" for byte in PNG),
    "hex with percent signs": "".join(f"%{byte:02X}" for byte in PNG),
    "a hex dump": "\n".join(
        f"{at:08x}: {PNG[at : at + 16].hex(' ', 2)}" for at in range(0, len(PNG), 16)
    ),
    "decimal numbers": ", ".join(map(str, JPEG)),
    "numbers as in HTML": "".join(f"&#{byte};" for byte in PNG),
    "zeros and ones": "".join(f"{byte:08b}" for byte in PNG[:60]),
    "an SVG": SVG,
    "a picture of HTML": '<img src="https://example.org/a.png">',
    "a picture that is a script": GIF_SCRIPT,
    "a PDF as it is": PDF[:200].decode("latin-1"),
    "bytes as they are": JPEG.decode("latin-1"),
    "bytes read as text": JPEG[:60].decode("utf-8", "replace"),
    "a zero byte": "words\0words",
    "letters that nobody sees": "words" + "".join(chr(0xE0000 + ord(one)) for one in "hidden"),
    "a mail with an attachment": "Content-Transfer-Encoding: base64\n\nAAAA",
    "a key or certificate": "-----BEGIN CERTIFICATE-----\nMIIB",
}
WORDS = {
    "a sentence": "We tested version 2.1 with a threshold of 0.6 on 300 pairs of adults.",
    "Arabic": "نحن نعمل على ترتيب البلاغات، ونراجع ما وُضع في الأسفل كل أسبوع.",
    "Chinese": "我们每周检查一次排在最后的报告，" * 40,
    "Russian": "Мы проверяем то, что оказалось внизу списка, каждую неделю." * 20,
    "Persian with its joiner": "می\u200cخواهیم دوباره ببینیم",
    "a long German word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau",
    "addresses": "See https://docs.example.org/guide/how-to-install-it/version-2/#step-4 and "
    "https://example.org/search?q=open+tools&lang=en&page=2",
    "a digest of a model": "The file has SHA-256 "
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.",
    "a command": "pip install --require-hashes -r requirements.txt && haven doctor --json",
    "versions and figures": "OpenVINO 2026.0, ONNX 1.20, H100, RTX4090, YOLOv8n, ResNet50, "
    "mAP50 0.91, F1 0.88, 12 GB, 480x480, 31 bits, PDQ, MD5, SHA1, 3 of 300, 2026-11-28.",
    "a table": "| tool | right | wrong |\n| ---- | ----: | ----: |\n| a | 291 | 9 |\n" * 10,
    "drawn lines": "=" * 70 + "\nTitle\n" + "-" * 70 + "\n" + "_" * 200,
    "telephone numbers": "+41 22 917 12 34, +31 70 302 11 00, +47 22 98 15 00, 08:30-17:00",
    "an emoji": "Thank you 🙏🏽 – that helped.",
    "names in capitals": "INTERPOL, EUROPOL, NCMEC, INHOPE, UNICRI, ECPAT, ICSE " * 8,
    "code": "for item in items:\n    if item.score >= 0.6:\n        keep.append(item.id)\n" * 10,
    "the word data": "The data: we count them. Metadata; image/png is a type, as video/mp4 is.",
    "begin": "begin 2026 with a plan",
    "a list after the word data": "What it does with the data: pictures, films and texts; nothing "
    "leaves. Kinds of data: image/jpeg, application/pdf.",
    "bullets of a word processor": "Bring:\n\uf0b7 a pencil\n\uf0b7 patience\x0b\uf0b7 time",
    "a key that was held down": "x" * 400,
    "an emoji of a later Unicode": "That helped \U0001fae9",
}  # fmt: skip


@pytest.mark.parametrize("name", CARRIERS)
def test_a_file_in_letters_is_seen(name):
    assert plain.file_in(CARRIERS[name])


@pytest.mark.parametrize("name", WORDS)
def test_words_of_colleagues_pass(name):
    assert plain.file_in(WORDS[name]) == ""


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 100_000 + "x",
        "data:" + " " * 100_000 + "x",
        "<" + " " * 100_000 + "x",
        "data:" + "a" * 100_000,
        "0 " * 47 + " " * 100_000 + "x",
        "x" * 3_000_000,
    ],
)
def test_no_text_takes_long_to_look_at(text):
    before = time.process_time()

    plain.file_in(text)

    assert time.process_time() - before < 2


def test_no_form_has_a_field_for_a_file_and_every_text_is_looked_at():
    made = [one for one in vars(forms).values() if isinstance(one, type)
            and issubclass(one, forms.WordForm) and one is not forms.WordForm]  # fmt: skip
    found = [(one.__name__, name, field) for one in made
             for name, field in {**one.base_fields}.items()]  # fmt: skip

    assert len(made) > 10
    assert [f for f in found if isinstance(f[2], forms.forms.FileField)] == []
    plain_text = [(form, name) for form, name, field in found
                  if type(field) is forms.forms.CharField]  # fmt: skip
    assert plain_text == []


class TestOnThePage:
    @pytest.fixture
    def browser(self, client_of, north_lead):
        from haven.hub.community import talking
        from haven.hub.community import topics as content

        talking.accept_rules(content.rules().version, by=north_lead, at=_now())
        return client_of(north_lead)

    @pytest.mark.parametrize(
        "name", ["data address of a PNG", "hex", "a picture that is a script"]
    )
    def test_a_post_that_carries_one_is_refused_and_told_where_it_belongs(self, browser, name):
        page = browser.post(
            f"{AT}groups/start-here/begin/", {"title": "Hello", "text": CARRIERS[name]}
        )

        assert page.status_code == 422
        told = page.content.decode()
        assert "The Hub takes words alone. Nothing was kept." in told
        assert "/hub/library/material-that-arrives-by-mistake/" in told
        assert "/hub/bodies/" in told
        assert not Post.objects.exists()

    def test_an_entry_in_the_directory_is_looked_at_too(self, browser):
        form = {"languages": ["en"], "time_zone": "UTC", "about": CARRIERS["base64 of JPEG"]}

        page = browser.post(f"{AT}people/me/", form)

        assert page.status_code == 422
        assert "Nothing was kept" in page.content.decode()
        assert not Profile.objects.exists()

    @pytest.mark.parametrize("name", ["a.png", "a.txt", "a.html", "a"])
    @pytest.mark.parametrize(
        "content", [PNG, GIF_SCRIPT.encode(), ZIP, PDF, SVG.encode(), b"words"]
    )
    def test_no_address_takes_a_file_whatever_it_is_called(self, browser, name, content):
        file = SimpleUploadedFile(name, content, "text/plain")

        page = browser.post(
            f"{AT}groups/start-here/begin/", {"title": "Hello", "text": "x", "file": file}
        )

        assert page.status_code == 400
        assert "The Hub takes text alone" in page.content.decode()
        assert not Post.objects.exists()

    def test_no_address_of_this_part_takes_a_file(self, browser, client_of, north_lead):
        north_lead.roles = ["investigator", "curator"]
        north_lead.save()
        browser = client_of(north_lead)
        spare = "00000000-0000-4000-8000-000000000000"
        for one in urls.urlpatterns:
            path = "/" + str(one.pattern)
            for name in one.pattern.converters:
                kind = type(one.pattern.converters[name]).__name__
                path = path.replace(f"<{'uuid' if kind.startswith('UUID') else 'slug'}:{name}>",
                                    spare if kind.startswith("UUID") else "x")  # fmt: skip
            file = SimpleUploadedFile("a.jpg", JPEG, "image/jpeg")
            assert browser.post(path, {"file": file}).status_code in (400, 404, 405), path


def test_a_refusal_is_a_code_that_stays():
    with pytest.raises(forms.forms.ValidationError) as refused:
        fields.Words(label="x").clean(CARRIERS["hex"])
    assert refused.value.code == "carries_a_file"


def _now():
    from django.utils import timezone

    return timezone.now()
