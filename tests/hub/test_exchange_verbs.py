"""The verbs of `haven hub`: what a person who keeps the machine types, and reads."""

import contextlib
import datetime as dt
import http.server
import io
import ssl
import threading
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import override_settings

from haven.cli import main
from haven.hub.catalogue import seed
from haven.hub.exchange import bundles, errors, fetching
from haven.hub.exchange.models import Export, Other, Record
from haven.hub.guidance import loading
from haven.hub.guidance.models import LibraryDocument
from tests.hub import carried


@pytest.fixture
def hub(db, settings, tmp_path, monkeypatch, capsys):
    """Return what runs a verb here, and tells its exit code and what it said."""
    settings.HAVEN_HUB_KEY_FILE = tmp_path / "hub" / "key.pem"
    # The test's own database is running; the verb would start the trial's.
    monkeypatch.setattr("haven.site.__main__.database", lambda words: contextlib.nullcontext())

    def run(*words):
        code = main.main(["hub", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def brought(tmp_path):
    path = tmp_path / "north.bundle"
    path.write_bytes(carried.bundle())
    return path


class TestExport:
    def test_writes_a_file_and_tells_its_fingerprint(self, hub, tmp_path):
        seed.load()
        target = tmp_path / "ours.bundle"

        code, said = hub("export", target)

        assert code == 0
        assert f"Bundle {Export.objects.get().serial} of localhost/hub" in said
        assert "79 tools, 53 bodies" in said
        assert hub("key")[1].split("\n")[1] in said
        assert bundles.opened(io.BytesIO(target.read_bytes())).manifest.hub == "localhost/hub"
        assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["ours.bundle"]

    def test_leaves_nothing_where_the_key_cannot_be_used(self, hub, tmp_path):
        hub("key")
        (tmp_path / "hub" / "key.pem").chmod(0o640)

        code, said = hub("export", tmp_path / "ours.bundle")

        assert (code, "chmod 600" in said) == (3, True)
        assert [one for one in tmp_path.iterdir() if one.is_file()] == []

    def test_says_what_cannot_leave_and_makes_no_bundle(self, hub, tmp_path):
        loading.load()
        LibraryDocument.objects.update(brief="It rests on [[of-nobody]].")

        code, said = hub("export", tmp_path / "ours.bundle")

        assert (code, "No bundle was made. [exchange.wrong_record]" in said) == (1, True)
        assert [one for one in tmp_path.iterdir() if one.is_file()] == []

    def test_says_where_it_cannot_write(self, hub, tmp_path):
        assert hub("export", tmp_path / "nowhere" / "ours.bundle")[0] == 3


class TestImport:
    def test_asks_to_compare_the_fingerprint_first(self, hub, brought):
        code, said = hub("import", brought)

        assert code == 1
        assert f'haven hub trust "{carried.fingerprint()}"' in said
        assert "[exchange.unknown_key]" in said

    def test_takes_in_what_was_confirmed(self, hub, brought):
        assert hub("trust", *carried.fingerprint().split())[0] == 0

        code, said = hub("import", brought)

        assert (code, "was taken in" in said) == (0, True)
        assert "was here already" in hub("import", brought)[1]
        listed = hub("list")[1]
        assert carried.HUB in listed
        assert "bundle 2026112000, made 2026-11-20" in listed

    def test_confirms_and_takes_in_at_once(self, hub, brought):
        assert hub("import", brought, "--trust", carried.fingerprint())[0] == 0
        assert Record.objects.exists()

    def test_refuses_with_one_sentence_and_1(self, hub, brought):
        hub("trust", carried.fingerprint())
        brought.write_bytes(brought.read_bytes()[:-9])

        code, said = hub("import", brought)

        assert (code, said.count("\n")) == (1, 1)
        assert "Nothing of it was kept. [exchange.damaged]" in said
        assert str(brought) not in said

    def test_says_what_is_no_file(self, hub, tmp_path):
        assert hub("import", tmp_path)[0] == 3
        assert hub("import", "/dev/null")[0] == 1

    def test_says_where_there_is_no_file(self, hub, tmp_path):
        assert hub("import", tmp_path / "nothing")[0] == 3


def test_unfollowing_says_how_much_was_removed(hub, brought):
    hub("import", brought, "--trust", carried.fingerprint())

    assert hub("unfollow", carried.HUB) == (
        0, "8 records were removed. Its key is no longer trusted.\n"
    )  # fmt: skip
    assert hub("unfollow", carried.HUB)[0] == 2
    assert hub("list") == (0, "No other hub is followed.\n")
    assert not Other.objects.exists()


@pytest.mark.parametrize("typed", ["12", "of nobody"])
def test_what_is_no_fingerprint_is_wrong_use(hub, typed):
    assert hub("trust", typed)[0] == 2


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return a server on this machine that speaks TLS, what it gives, and who believes it."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    gives: dict[str, bytes] = {}

    class Gives(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/bundle")
            else:
                self.send_response(200 if self.path in gives else 404)
            if self.path == "/short":
                self.send_header("Content-Length", "1000")
            self.end_headers()
            content = gives.get(self.path, b"")
            with contextlib.suppress(OSError):
                if self.path == "/slow":
                    for byte in content:
                        self.wfile.write(bytes([byte]))
                        time.sleep(0.05)
                self.wfile.write(content)

        def log_message(self, *args):
            pass

    here = http.server.ThreadingHTTPServer(("localhost", 0), Gives)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    here.socket = context.wrap_socket(here.socket, server_side=True)
    thread = threading.Thread(target=here.serve_forever, daemon=True)
    thread.start()
    trusted = ssl.create_default_context(cafile=str(pem))
    yield f"https://localhost:{here.server_port}", gives, trusted
    here.shutdown()
    here.server_close()


class TestFetching:
    def test_brings_what_the_address_gives(self, server):
        address, gives, trusted = server
        gives["/bundle"] = carried.bundle()
        file = io.BytesIO()

        fetching.fetch(f"{address}/bundle", file, trusted=trusted)

        assert file.getvalue() == carried.bundle()

    @pytest.mark.parametrize("path", ["/moved", "/nothing"])
    def test_follows_no_redirect_and_takes_no_error_page(self, server, path):
        address, _gives, trusted = server

        with pytest.raises(errors.NotFetched, match="answered with"):
            fetching.fetch(f"{address}{path}", io.BytesIO(), trusted=trusted)

    def test_believes_no_server_without_a_certificate_it_knows(self, server):
        with pytest.raises(errors.NotFetched, match="could not be asked"):
            fetching.fetch(f"{server[0]}/bundle", io.BytesIO())

    def test_stops_at_what_is_too_long(self, server, monkeypatch):
        address, gives, trusted = server
        gives["/huge"] = b"\0" * 300_000
        monkeypatch.setattr(fetching, "MOST_BYTES", 100_000)  # not 65 MB
        file = io.BytesIO()

        with pytest.raises(errors.NotFetched, match="longer than"):
            fetching.fetch(f"{address}/huge", file, trusted=trusted)
        assert len(file.getvalue()) <= 100_000

    @pytest.mark.parametrize(
        "address",
        [
            "http://hub.example/", "file:///etc/passwd", "https://a:b@hub.example/", "hub",
            "https://:b@hub.example/", "https://[half", "https://hub.example:99999/",
        ],
    )  # fmt: skip
    def test_takes_no_address_but_https(self, address):
        with pytest.raises(errors.NotFetched):
            fetching.fetch(address, io.BytesIO())

    @pytest.mark.parametrize("path", ["/a b", "/a\r\nX: 1", "/\u00e9", "/\x00"])
    def test_sends_no_line_that_stands_in_an_address(self, server, path):
        address, gives, trusted = server
        gives["/a"] = b"not asked for"
        file = io.BytesIO()

        with contextlib.suppress(errors.NotFetched):
            fetching.fetch(address + path, file, trusted=trusted)
        assert file.getvalue() == b""

    def test_takes_no_answer_that_breaks_off(self, server):
        address, gives, trusted = server
        gives["/short"] = b"haven hub"

        with pytest.raises(errors.NotFetched, match="broke off"):
            fetching.fetch(f"{address}/short", io.BytesIO(), trusted=trusted)

    def test_hangs_up_however_slowly_bytes_still_come(self, server, monkeypatch):
        address, gives, trusted = server
        gives["/slow"] = b"x" * 200  # ten seconds
        monkeypatch.setattr(fetching, "WHOLE_S", 0.5)  # not an hour
        began = time.monotonic()

        with pytest.raises(errors.NotFetched, match="took longer"):
            fetching.fetch(f"{address}/slow", io.BytesIO(), trusted=trusted)
        assert time.monotonic() - began < 5

    def test_is_asked_for_by_the_verb_alone(self):
        haven = Path(main.__file__).parents[1]
        asking = [
            path.relative_to(haven).as_posix()
            for path in haven.rglob("*.py")
            if "fetching.fetch(" in path.read_text(encoding="utf-8")
        ]

        assert asking == ["site/hub_verbs.py"]

    def test_happens_only_for_an_address_that_was_set(self, hub):
        assert hub("fetch")[0] == 2
        with override_settings(HAVEN_HUB_SOURCES=["https://hub.example/bundle"]):
            code, said = hub("fetch", "https://elsewhere.example/bundle")
        assert (code, "[exchange.not_configured]" in said) == (2, True)

    def test_asks_every_hub_also_where_one_gives_nothing(self, hub, server, monkeypatch):
        address, gives, trusted = server
        gives["/bundle"], gives["/other"] = carried.bundle(), b"no bundle"
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusted)
        hub("trust", carried.fingerprint())

        known = [f"{address}/{one}" for one in ("nothing", "other", "bundle")]
        with override_settings(HAVEN_HUB_SOURCES=known):
            code, said = hub("fetch")

        assert (code, "was taken in" in said) == (3, True)
        assert "localhost answered with 404. [exchange.not_fetched]" in said
        assert "localhost: This file is no bundle of a hub" in said

    def test_is_held_to_what_a_file_is_held_to(self, hub, server, monkeypatch):
        address, gives, trusted = server
        gives["/bundle"] = carried.bundle()
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusted)

        with override_settings(HAVEN_HUB_SOURCES=[f"{address}/bundle"]):
            assert hub("fetch")[0] == 1
            hub("trust", carried.fingerprint())
            assert hub("fetch")[0] == 0
        assert Other.objects.get().arrivals.get().how == "address"
