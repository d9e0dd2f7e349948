"""Timestamps of an outside authority, made here by `openssl ts`, carried in and verified."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from haven.accounts.access import Role
from haven.accounts.models import Member
from haven.audit.models import Checkpoint, Event, Stamp

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="no openssl on this machine")
CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[stamping]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
Write = Callable[..., list[Event]]
Sign = Callable[..., Checkpoint]


class Authority:
    """A timestamp authority in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir()
        self.folder, self.root = folder, folder / "root.pem"
        (folder / "c.cnf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "serial").write_text("01")
        self._run(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-config", "c.cnf",
            "-extensions", "root", "-subj", f"/CN={name} root", "-keyout", "root.key",
            "-out", "root.pem",
        )  # fmt: skip
        self._run(
            "req", "-newkey", "rsa:2048", "-nodes", "-config", "c.cnf", "-subj", f"/CN={name}",
            "-keyout", "tsa.key", "-out", "tsa.csr",
        )  # fmt: skip
        self._run(
            "x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key",
            "-CAcreateserial", "-days", "30", "-extfile", "c.cnf", "-extensions", "stamping",
            "-out", "tsa.pem",
        )  # fmt: skip

    def answer(self, request: bytes) -> bytes:
        (self.folder / "q.tsq").write_bytes(request)
        self._run(
            "ts", "-reply", "-config", "c.cnf", "-section", "here", "-queryfile", "q.tsq",
            "-out", "a.tsr",
        )  # fmt: skip
        return (self.folder / "a.tsr").read_bytes()

    def _run(self, *words: str) -> None:
        assert OPENSSL
        subprocess.run([OPENSSL, *words], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path: Path, settings: Settings) -> Authority:
    """Return an authority that is trusted here."""
    made = Authority(tmp_path / "tsa", "Harbour time")
    settings.HAVEN_STAMP_ROOTS = made.root
    return made


@pytest.fixture
def auditor(north_reader: Member, client_of: Callable[[Member], Client]) -> Client:
    north_reader.roles = [Role.AUDITOR]
    north_reader.save()
    return client_of(north_reader)


@pytest.fixture
def request_file(write: Write, sign: Sign, auditor: Client) -> bytes:
    write(3)
    answer = auditor.post(reverse("audit:ask_stamp", args=[sign().size]))
    assert answer["Content-Type"] == "application/timestamp-query"
    return answer.content


def bring(client: Client, response: bytes) -> int:
    file = SimpleUploadedFile("answer.tsr", response)
    return client.post(reverse("audit:bring_stamp"), {"answer": file}).status_code


def test_an_answer_is_kept_with_its_checkpoint_and_recorded(
    request_file: bytes, authority: Authority, auditor: Client
) -> None:
    assert bring(auditor, authority.answer(request_file)) == 302

    stamp = Stamp.objects.get()
    size = Checkpoint.objects.get().size
    assert (stamp.request.checkpoint.size, stamp.authority) == (size, "CN=Harbour time")
    assert Event.objects.get(verb="record.stamp").facts == {"size": size}
    assert "Harbour time" in auditor.get(reverse("audit:checkpoints")).content.decode()


def test_openssl_agrees_with_what_was_stamped(
    request_file: bytes, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "a.tsr").write_bytes(authority.answer(request_file))
    (tmp_path / "3.note").write_text(Checkpoint.objects.get().note, encoding="utf-8")

    assert OPENSSL
    words = [OPENSSL, "ts", "-verify", "-in", "a.tsr", "-data", "3.note", "-CAfile"]
    done = subprocess.run(
        [*words, str(authority.root)], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert "Verification: OK" in done.stdout + done.stderr


def test_an_authority_that_is_not_trusted_is_refused(
    request_file: bytes, authority: Authority, auditor: Client, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other", "Somebody")

    assert bring(auditor, other.answer(request_file)) == 400
    assert not Stamp.objects.exists()


def test_a_broken_answer_is_refused(
    request_file: bytes, authority: Authority, auditor: Client
) -> None:
    broken = bytearray(authority.answer(request_file))
    broken[-20] ^= 1

    assert bring(auditor, bytes(broken)) == 400
    assert bring(auditor, b"nothing of the kind") == 400
    assert not Stamp.objects.exists()


def test_an_answer_to_somebody_else_is_refused(
    request_file: bytes, authority: Authority, auditor: Client
) -> None:
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(b"another record")
    foreign = builder.hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()

    assert bring(auditor, authority.answer(foreign)) == 400


def test_without_trusted_authorities_it_says_so(
    request_file: bytes, authority: Authority, auditor: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.HAVEN_STAMP_ROOTS = tmp_path / "none.pem"

    assert bring(auditor, authority.answer(request_file)) == 409
